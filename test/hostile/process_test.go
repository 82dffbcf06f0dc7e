package main

import (
	"strings"
	"testing"
	"time"
)

// TestProcessFaults: a program that ends by a signal, does not end, or prints what a sanitizer prints is at fault; one that
// ends with a status is not.
func TestProcessFaults(t *testing.T) {
	for script, want := range map[string]string{
		"exit 1":        "",
		"kill -SEGV $$": "signal",
		"exec sleep 60": "does not end",
		"echo x; echo 'SUMMARY: AddressSanitizer: heap-buffer-overflow' >&2; exit 1": "AddressSanitizer",
		"echo 'file.c:1:2: runtime error: shift'":                                    "runtime error",
	} {
		p, err := startProcess("/bin/sh", "-c", script)
		if err != nil {
			t.Fatal(err)
		}
		within := 10 * time.Second
		if strings.HasPrefix(script, "exec sleep") {
			within = 0
		}
		if _, fault := p.wait(within); !strings.Contains(fault, want) || (fault == "") != (want == "") {
			t.Errorf("%s: %q, want %q", script, fault, want)
		}
	}
}

// TestProcessLines: a line is found whenever it comes, and not among those that were there before.
func TestProcessLines(t *testing.T) {
	p, err := startProcess("/bin/sh", "-c", "echo first; read x; echo second; echo first")
	if err != nil {
		t.Fatal(err)
	}
	is := func(want string) func(string) bool { return func(line string) bool { return line == want } }
	if _, ok := p.find(0, 10*time.Second, is("first")); !ok {
		t.Fatal("not found")
	}
	from := p.printed()
	if _, ok := p.find(from, 0, is("first")); ok {
		t.Fatal("found again")
	}
	if err := p.stopByInput(); err != nil {
		t.Fatal(err)
	}
	if _, ok := p.find(from, 0, is("first")); !ok || len(p.output()) != 3 {
		t.Fatalf("%q", p.output())
	}
}
