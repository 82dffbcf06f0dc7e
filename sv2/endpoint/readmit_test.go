package endpoint

import (
	"errors"
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
)

func TestReadmit(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 2)...)
	c.fail(0, 0, status.CertificateNotYetValid)
	c.establish(1, 0)
	c.quiet() // an endpoint that was given up is not probed
	c.now += time.Hour
	if err := c.list.Readmit(0); err != nil || c.list.Stopped(0) != 0 {
		t.Error(err)
	}
	c.expect(Probe, 0, 0)
	if c.list.Readmit(1) != nil || !errors.Is(c.list.Readmit(2), status.Argument) || !errors.Is(c.list.Readmit(-1), status.Argument) {
		t.Error("Readmit of others")
	}
}

// Readmit during the pause ends it; in the middle of a round the endpoint has its turn in that round.
func TestReadmitIsAtOnce(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 3)...)
	c.fail(0, 0, status.CertificateExpired)
	c.fail(1, 0, status.ConnectFailed)
	last := c.expect(Connect, 2, 0)
	if err := c.list.Readmit(0); err != nil {
		t.Fatal(err)
	}
	c.report(last, Failed(status.ConnectFailed))
	c.fail(0, 0, status.CertificateExpired)
	if !c.list.AllFailed() {
		t.Fatal("no pause")
	}
	if err := c.list.Readmit(0); err != nil {
		t.Fatal(err)
	}
	c.establish(0, 0)
}

// An endpoint that was not given up keeps its back-off.
func TestReadmitOfAnother(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	c.fail(0, 0, status.ConnectFailed)
	if err := c.list.Readmit(0); err != nil {
		t.Fatal(err)
	}
	c.fail(0, time.Second, status.ConnectFailed)
	c.expect(Connect, 0, 2*time.Second)
}
