package leaktest

import (
	"sync"
	"testing"
)

// TestStarted: a goroutine is seen while it runs, however it was started, and not afterwards.
func TestStarted(t *testing.T) {
	Check(t)
	before := len(started())
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Add(1)
	go func() { defer running.Done(); <-stop }()
	running.Go(func() { <-stop })
	if n := len(started()) - before; n != 2 {
		t.Errorf("%d goroutines are seen, want 2", n)
	}
	close(stop)
	running.Wait()
}
