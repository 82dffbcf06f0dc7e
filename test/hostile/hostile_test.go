package main

import (
	"testing"

	"github.com/libsv2/libsv2/sv2"
)

// TestInside: the whole corpus against both ends of sv2/session and sv2/node, plain and encrypted, in this process.
func TestInside(t *testing.T) {
	for _, role := range []sv2.Party{sv2.Server, sv2.Client} {
		for _, encrypted := range []bool{false, true} {
			for _, make := range []func() (Victim, error){
				func() (Victim, error) { return newSessionVictim(role, encrypted) },
				func() (Victim, error) { return newNodeVictim(role, encrypted) },
			} {
				v, err := make()
				if err != nil {
					t.Fatal(err)
				}
				t.Run(v.Description().Name, func(t *testing.T) {
					expectGood(t, run(v, corpus(), Options{Parallel: 16, Bounds: Bounds{Bytes: 4 << 20, Peak: 1 << 40, Threads: 2}}))
				})
			}
		}
	}
}

func expectGood(t *testing.T, r *Report) {
	t.Helper()
	for _, one := range r.Results {
		for _, problem := range one.Problems {
			t.Errorf("%s, %s: %s", one.Case.Step, one.Case.Name, problem)
		}
	}
	for _, check := range r.Checks {
		if check.Problem != "" {
			t.Errorf("after %s: %s", check.Step, check.Problem)
		}
	}
	if r.Close != nil {
		t.Error(r.Close)
	}
	if len(r.Results) == 0 {
		t.Error("no case applies")
	}
}
