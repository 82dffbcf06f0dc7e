package endpoint

import (
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
)

func (c *client) address(d Decision, want string) Decision {
	c.Helper()
	if d.Endpoint.Address() != want {
		c.Fatalf("%s, want %s", d.Endpoint.Address(), want)
	}
	if want, got := c.list.candidates[d.Index].configured.Authority(), d.Endpoint.Authority(); got != want {
		c.Fatalf("the key is %s, want %s", got, want)
	}
	return d
}

// CM-01, CM-02, CM-04, CM-05, S1-10: Reconnect ends the connection; the next one is a whole Connect, to the address that it
// names, for the same authority, after the back-off.
func TestReconnect(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 2)...)
	d := c.establish(0, 0)
	c.now += time.Hour
	host := []byte("two.example")
	c.report(d, Redirected(host, 0))
	copy(host, "xxx") // borrowed for the call only
	d = c.address(c.expect(Connect, 0, time.Second), "two.example:3333")
	c.report(d, Established())
	c.now += time.Hour
	c.report(d, Redirected(nil, 4444))
	d = c.address(c.expect(Connect, 0, time.Second), "two.example:4444")
	c.report(d, Established())
	c.now += time.Hour
	c.report(d, Failed(status.ConnectionLost)) // the address is used as long as it works
	d = c.address(c.expect(Connect, 0, time.Second), "two.example:4444")
	c.report(d, Failed(status.ConnectFailed))
	c.address(c.expect(Connect, 0, 2*time.Second), "poola.example:3333")
}

// S1-06: Reconnect in place of an answer to SetupConnection.
func TestReconnectDuringSetup(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	c.report(c.expect(Connect, 0, 0), Redirected([]byte("two.example"), 1))
	c.report(c.address(c.expect(Connect, 0, time.Second), "two.example:1"), Established())
}

// CM-05: another authority at the new address is not accepted, and does not cost the endpoint itself.
func TestReconnectToAForeignKey(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	d := c.establish(0, 0)
	c.report(d, Redirected([]byte("evil.example"), 0))
	d = c.address(c.expect(Connect, 0, time.Second), "evil.example:3333")
	c.report(d, Failed(status.CertificateAuthority))
	d = c.address(c.expect(Connect, 0, 2*time.Second), "poola.example:3333")
	c.report(d, Failed(status.CertificateAuthority))
	c.expect(Stop, 0, 0)
}

// Servers that send a client round in circles: a failure of the endpoint, and in the end the turn of the next one.
func TestReconnectInCircles(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 2)...)
	connects := 0
	for {
		d := c.list.Next(c.now)
		if d.Action == Wait {
			c.now = d.Until
			continue
		}
		if d.Index == 1 {
			break
		}
		connects++
		c.report(d, Established())
		c.report(d, Redirected([]byte("two.example"), uint16(connects)))
	}
	// Three tries, each of three Reconnects that are followed and one that is not.
	if connects != 12 || c.list.LastFailure(0) != status.ReconnectRefused {
		t.Errorf("%d connections, %v", connects, c.list.LastFailure(0))
	}
}

func TestReconnectToNoHost(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	d := c.establish(0, 0)
	c.report(d, Redirected([]byte("two.example:1/"+otherText), 0))
	if c.list.LastFailure(0) != status.ReconnectRefused {
		t.Error(c.list.LastFailure(0))
	}
	c.address(c.expect(Connect, 0, time.Second), "poola.example:3333")
}

// With stable connections in between, any number of Reconnects is followed.
func TestReconnectAgainAndAgain(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	d := c.establish(0, 0)
	for port := uint16(1); port < 20; port++ {
		c.now += time.Hour
		c.report(d, Redirected([]byte("two.example"), port))
		d = c.expect(Connect, 0, time.Second)
		if d.Endpoint.Port() != port {
			t.Fatalf("%s instead of port %d", d.Endpoint, port)
		}
		c.report(d, Established())
	}
}

// What ends the stay at an address that Reconnect named: a Reconnect to no host, and a failure that trying again does not
// help. Neither stops the endpoint.
func TestLeavingARedirect(t *testing.T) {
	for _, o := range []Outcome{Redirected([]byte("@"), 0), Failed(status.CipherUnavailable)} {
		c := newClient(t, Config{}, pools(t, 1)...)
		d := c.establish(0, 0)
		c.now += time.Hour
		c.report(d, Redirected([]byte("two.example"), 0))
		d = c.address(c.expect(Connect, 0, time.Second), "two.example:3333")
		c.report(d, Established())
		c.now += time.Hour
		c.report(d, o)
		c.address(c.expect(Connect, 0, time.Second), "poola.example:3333")
	}
}

// A probe that is sent elsewhere counts once it succeeds there.
func TestReconnectOfAProbe(t *testing.T) {
	c := newClient(t, Config{Tries: 1, ProbeSuccesses: 1, ProbeTime: 1}, pools(t, 2)...)
	c.fail(0, 0, status.ConnectFailed)
	c.establish(1, 0)
	c.report(c.expect(Probe, 0, time.Minute), Redirected([]byte("two.example"), 0))
	d := c.address(c.expect(Probe, 0, time.Minute), "two.example:3333")
	c.report(d, Established())
	c.address(c.expect(Connect, 0, 1), "two.example:3333")
}
