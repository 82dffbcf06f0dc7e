// Package leaktest finds goroutines that a test has left behind.
package leaktest

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines that were told to end may take.
const patience = 10 * time.Second

// Check fails the test if, after its other cleanups, goroutines still run that were started by code of this module and not
// before Check was called. Call it first. Tests that use it must not run in parallel.
func Check(t testing.TB) {
	t.Helper()
	before := make(map[string]bool)
	for id := range started() {
		before[id] = true
	}
	t.Cleanup(func() {
		deadline := time.Now().Add(patience)
		for {
			left := started()
			for id := range left {
				if before[id] {
					delete(left, id)
				}
			}
			if len(left) == 0 {
				return
			}
			if time.Now().After(deadline) {
				for _, stack := range left {
					t.Errorf("a goroutine was left behind:\n%s", stack)
				}
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
}

// started returns the stacks of goroutines that code of this module has started, by their names.
func started() map[string]string {
	stacks := make([]byte, 64<<10)
	for {
		n := runtime.Stack(stacks, true)
		if n < len(stacks) {
			stacks = stacks[:n]
			break
		}
		stacks = make([]byte, 2*len(stacks))
	}
	found := make(map[string]string)
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "created by github.com/libsv2/libsv2/") || strings.Contains(stack, "created by sync.(*WaitGroup).Go") {
			name, _, _ := strings.Cut(stack, " [")
			found[name] = stack
		}
	}
	return found
}
