package endpoint

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// Any client, any servers: there is always something to do or to wait for, no endpoint is dialled under another key, none
// after it was given up, and at most one connection and one attempt exist.
func TestAnyHistory(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 0))
		steps := 0
		checkHistory(t, random.IntN, func() bool { steps++; return steps > 300 })
	}
}

// checkHistory is such a history: choose returns a number from 0 to below n, over when to stop.
func checkHistory(t *testing.T, choose func(n int) int, over func() bool) {
	t.Helper()
	kinds := slices.DeleteFunc(status.All(), func(k status.Kind) bool { return k > 0 })
	list := pools(t, 1+choose(5))
	f, err := NewFailover(Config{Tries: choose(4), ProbeSuccesses: choose(3), Redirects: choose(3)}, list...)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[int]noise.PublicKey{}
	for i, e := range list {
		keys[i] = e.Authority()
	}
	var now time.Duration
	var attempt, live, retired Decision
	outcome := func() Outcome {
		switch choose(8) {
		case 0:
			return Redirected([]byte{byte('a' + choose(3))}, uint16(choose(3)))
		case 1, 2, 3:
			return Established()
		case 4:
			if choose(4) == 0 {
				return Failed(kinds[choose(len(kinds))])
			}
		}
		return Failed(status.ConnectFailed)
	}
	report := func(d Decision, o Outcome) {
		if err := f.Report(d.ID, o, now, uint64(choose(1<<16))<<48); err != nil {
			t.Fatal(err)
		}
	}
	for !over() {
		switch d := f.Next(now); d.Action {
		case Connect, Probe:
			if attempt.ID != 0 || d.Endpoint.Authority() != keys[d.Index] || f.Stopped(d.Index) != 0 ||
				(d.Action == Probe && (live.ID == 0 || d.Index >= live.Index)) {
				t.Fatalf("%+v while %+v and %+v", d, attempt, live)
			}
			attempt = d
		case Wait:
			if d.Until <= now {
				t.Fatal("a wait until now")
			}
			if d.Until == Forever && attempt.ID == 0 && live.ID == 0 {
				t.Fatal("a wait for nothing")
			}
			if d.Until != Forever && choose(3) > 0 {
				now = d.Until
			}
		case Stop:
			if live.ID != 0 || attempt.ID != 0 || d.Reason == 0 || d.Reason != f.Stopped(0) {
				t.Fatalf("%+v", d)
			}
			if err := f.Readmit(choose(len(list))); err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatalf("%+v", d)
		}
		now += time.Duration(choose(20_000)) * time.Millisecond
		if choose(30) == 0 {
			f.NetworkRestored()
		}
		switch {
		case attempt.ID != 0 && choose(2) == 0:
			o, d := outcome(), attempt
			attempt = Decision{}
			report(d, o)
			if o.what == outcomeEstablished && d.Action == Connect {
				retired, live = live, d
			}
		case live.ID != 0 && choose(20) == 0:
			o, d := outcome(), live
			if o.what == outcomeEstablished {
				continue
			}
			live = Decision{}
			if attempt.Action == Probe {
				retired, attempt = attempt, Decision{}
			}
			report(d, o)
		case retired.ID != 0: // ignored
			report(retired, Failed(status.CertificateAuthority))
		}
		if index, ok := f.Live(); ok != (live.ID != 0) || ok && index != live.Index {
			t.Fatalf("live %d %v, want %+v", index, ok, live)
		}
	}
}

// Nothing on the way of a decision allocates.
func TestAllocations(t *testing.T) {
	f, err := NewFailover(Config{}, pools(t, 2)...)
	if err != nil {
		t.Fatal(err)
	}
	var now time.Duration
	if n := testing.AllocsPerRun(1000, func() {
		d := f.Next(now)
		if d.Action == Wait {
			now = d.Until
			return
		}
		_ = f.Report(d.ID, Failed(status.ConnectFailed), now, uint64(now))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
