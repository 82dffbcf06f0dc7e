package endpoint

import (
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
)

// The link of the device returns: no pause, no back-off, and the list from its beginning with all tries.
func TestNetworkRestored(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 2)...)
	for range 3 {
		c.report(c.expect(Connect, 0, c.list.candidates[0].readyAt-c.now), Failed(status.ResolveFailed))
	}
	for range 3 {
		c.report(c.expect(Connect, 1, max(0, c.list.candidates[1].readyAt-c.now)), Failed(status.ResolveFailed))
	}
	if d := c.list.Next(c.now); d.Action != Wait || !c.list.AllFailed() {
		t.Fatalf("%+v", d)
	}
	c.list.NetworkRestored()
	c.fail(0, 0, status.ConnectFailed)
	c.fail(0, time.Second, status.ConnectFailed)
	c.fail(0, 2*time.Second, status.ConnectFailed)
	if !c.list.AllFailed() {
		t.Error("nothing is established yet")
	}
	c.fail(1, 0, status.ConnectFailed)
	c.establish(1, time.Second)
}

// In the first round of an outage the list begins anew too, but a connection that was just lost is tried again first.
func TestNetworkRestoredKeepsTheTurn(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 3)...)
	c.fail(0, 0, status.ConnectFailed)
	c.list.NetworkRestored()
	c.fail(0, 0, status.ConnectFailed)
	d := c.establish(1, 0)
	c.now += time.Hour
	c.report(d, Failed(status.ConnectionLost))
	c.list.NetworkRestored()
	c.establish(1, 0)

	c = newClient(t, Config{Tries: 2}, pools(t, 3)...)
	c.fail(0, 0, status.ConnectFailed)
	c.fail(0, time.Second, status.ConnectFailed)
	c.fail(1, 0, status.ConnectFailed) // its turn goes on
	c.list.NetworkRestored()
	c.establish(0, 0)
}

// An attempt that is under way stays the one; what was given up stays so.
func TestNetworkRestoredChangesNothingElse(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 2)...)
	c.fail(0, 0, status.CertificateAuthority)
	d := c.expect(Connect, 1, 0)
	c.list.NetworkRestored()
	c.quiet()
	c.report(d, Failed(status.ConnectFailed))
	c.fail(1, time.Second, status.CertificateExpired)
	c.list.NetworkRestored()
	if d := c.expect(Stop, 0, 0); d.Reason != status.CertificateAuthority {
		t.Error(d.Reason)
	}
}

// Better endpoints are probed at once, and the way back still takes its successes and its time.
func TestNetworkRestoredProbes(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	c.establish(1, 0)
	for range 5 {
		c.list.NetworkRestored()
		c.report(c.expect(Probe, 0, 0), Established())
	}
	c.report(c.expect(Probe, 0, time.Minute), Established())
	c.establish(0, time.Minute)
}

// ProbeInterval Forever: a fallback is kept until it fails, whatever happens.
func TestNoProbes(t *testing.T) {
	c := newClient(t, Config{Tries: 1, ProbeInterval: Forever}, pools(t, 2)...)
	c.fail(0, 0, status.CertificateExpired)
	d := c.establish(1, 0)
	c.now += time.Hour
	c.quiet()
	c.list.NetworkRestored()
	c.quiet()
	if err := c.list.Readmit(0); err != nil {
		t.Fatal(err)
	}
	c.quiet()
	c.report(d, Failed(status.ConnectionLost))
	c.establish(1, time.Second)
}
