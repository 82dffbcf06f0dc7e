package endpoint

import (
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
)

// The way back: three probes in a row, over two minutes at least; a failure starts the count anew.
func TestHysteresis(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	old := c.establish(1, 0)
	probe := func(o Outcome) { c.Helper(); c.report(c.expect(Probe, 0, time.Minute), o) }
	probe(Established())
	probe(Established())
	probe(Failed(status.ConnectFailed))
	probe(Established())
	probe(Established())
	probe(Established())
	// Three successes, the first of them two minutes ago: go back, and keep the old connection until then.
	back := c.expect(Connect, 0, 0)
	if live, _ := c.list.Live(); live != 1 {
		t.Error("the old connection is gone")
	}
	c.report(back, Failed(status.ConnectFailed))
	probe(Established())
	probe(Established())
	probe(Established())
	c.establish(0, 0)
	c.quiet() // the best one is not probed
	c.report(old, Failed(status.ConnectionLost))
	if live, ok := c.list.Live(); live != 0 || !ok {
		t.Error("the end of the old connection was taken for that of the new one")
	}
}

func TestHysteresisTime(t *testing.T) {
	c := newClient(t, Config{Tries: 1, ProbeSuccesses: 1, ProbeTime: 90 * time.Second}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	c.establish(1, 0)
	c.report(c.expect(Probe, 0, 60*time.Second), Established())
	c.report(c.expect(Probe, 0, 60*time.Second), Established())
	c.establish(0, 30*time.Second) // 90 s after the first success, not at the third probe
}

// A probe is the whole handshake: what it finds out is judged like a connection (ESP-Miner #1812 flaps here).
func TestProbeFindsAForeignKey(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	c.establish(1, 0)
	c.report(c.expect(Probe, 0, time.Minute), Failed(status.CertificateAuthority))
	c.quiet()
	if c.list.Stopped(0) != status.CertificateAuthority {
		t.Error("not given up")
	}
}

// Only endpoints better than the present one are probed, and the nearest success wins.
func TestProbesOfSeveral(t *testing.T) {
	c := newClient(t, Config{Tries: 1, ProbeSuccesses: 1, ProbeTime: 1}, pools(t, 4)...)
	c.fail(0, 0, status.ConnectFailed)
	c.fail(1, 0, status.ConnectFailed)
	d := c.establish(2, 0)
	c.report(c.expect(Probe, 0, time.Minute), Failed(status.ConnectFailed))
	c.report(c.expect(Probe, 1, 0), Established())
	c.establish(1, 1)
	c.report(d, Failed(status.ConnectionLost)) // the caller closes the old one
	c.report(c.expect(Probe, 0, time.Minute), Established())
	c.establish(0, 1)
	c.quiet()
}

// The connection ends while a better endpoint is probed: the probe is given up, and what comes of it is ignored.
func TestLossDuringAProbe(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	d := c.establish(1, 0)
	probe := c.expect(Probe, 0, time.Minute)
	c.report(d, Failed(status.ConnectionLost))
	c.report(probe, Established())
	if _, ok := c.list.Live(); ok {
		t.Error("a probe became the connection")
	}
	c.establish(1, time.Second)
}

// The connection ends during the way back: the attempt goes on.
func TestLossDuringTheWayBack(t *testing.T) {
	for _, o := range []Outcome{Established(), Failed(status.ConnectFailed)} {
		c := newClient(t, Config{Tries: 1, ProbeSuccesses: 1, ProbeTime: 1}, pools(t, 2)...)
		c.fail(0, 0, status.ConnectFailed)
		d := c.establish(1, 0)
		c.report(c.expect(Probe, 0, time.Minute), Established())
		back := c.expect(Connect, 0, 1)
		c.report(d, Failed(status.ConnectionLost))
		c.quiet()
		c.report(back, o)
		if live, ok := c.list.Live(); ok {
			if live != 0 {
				t.Error(live)
			}
			continue
		}
		c.establish(1, time.Second)
	}
}

// A pause that began during the way back is over once that succeeded.
func TestPauseDuringTheWayBack(t *testing.T) {
	c := newClient(t, Config{Tries: 1, ProbeSuccesses: 1, ProbeTime: 1, Backoff: Backoff{Stable: time.Hour}}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	d := c.establish(1, 0)
	c.report(c.expect(Probe, 0, time.Minute), Established())
	back := c.expect(Connect, 0, 1)
	c.report(d, Failed(status.ConnectionLost))
	if !c.list.AllFailed() {
		t.Fatal("no pause")
	}
	c.report(back, Established())
	c.report(back, Failed(status.ConnectionLost))
	c.establish(1, time.Second)
}

// After the way back the best endpoint has all its tries.
func TestTriesAfterTheWayBack(t *testing.T) {
	c := newClient(t, Config{Tries: 2, ProbeSuccesses: 1, ProbeTime: 1}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	c.fail(0, time.Second, status.ConnectFailed)
	c.establish(1, 0)
	c.report(c.expect(Probe, 0, time.Minute), Established())
	d := c.establish(0, 1)
	c.report(d, Failed(status.ConnectionLost))
	c.establish(0, 4*time.Second)
}

// Successes from before the connection was lost do not count for the next one.
func TestCountAfterALoss(t *testing.T) {
	c := newClient(t, Config{Tries: 1, ProbeSuccesses: 2, ProbeTime: 1}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	d := c.establish(1, 0)
	c.report(c.expect(Probe, 0, time.Minute), Established())
	c.report(d, Failed(status.ConnectionLost))
	c.establish(1, time.Second)
	c.report(c.expect(Probe, 0, time.Minute), Established())
	c.report(c.expect(Probe, 0, time.Minute), Established())
	c.establish(0, 0)
}
