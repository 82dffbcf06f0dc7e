package endpoint

import (
	"errors"
	"testing"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

func TestNewInsecure(t *testing.T) {
	e, err := NewInsecure("Pool.Example", 3333)
	if err != nil || e.Address() != "pool.example:3333" || !e.IsInsecure() || e.IsZero() || e.Policy() != noise.Insecure() {
		t.Error(e, err)
	}
	if e, err := NewInsecure("pool.example", 0); !errors.Is(err, status.EndpointPort) || !e.IsZero() {
		t.Error(e, err)
	}
	if e, err := NewInsecure("", 1); !errors.Is(err, status.EndpointHostEmpty) || !e.IsZero() {
		t.Error(e, err)
	}
	var zero Endpoint
	if zero.IsInsecure() || zero.Policy() == noise.Insecure() {
		t.Error("the zero Endpoint is insecure")
	}
	keyed := mustParse(t, "stratum2+tcp://pool.example:3333/"+keyText)
	if keyed.IsInsecure() || keyed == e || keyed.Policy() != noise.RequireAuthority(keyed.Authority()) {
		t.Error("an endpoint with a key is insecure")
	}
}

// CM-05: Reconnect makes no endpoint insecure, and none secure.
func TestRedirectKeepsTheInsecurity(t *testing.T) {
	insecure, _ := NewInsecure("pool.example", 3333)
	for _, e := range []Endpoint{insecure, mustParse(t, "stratum2+tcp://pool.example:3333/"+keyText)} {
		moved, err := e.Redirect([]byte("two.example"), 1)
		if err != nil || moved.IsInsecure() != e.IsInsecure() || moved.Policy() != e.Policy() {
			t.Error(moved, err)
		}
	}
}

// A list may hold both kinds, even of one address; each keeps its policy.
func TestInsecureInAList(t *testing.T) {
	insecure, _ := NewInsecure("poola.example", 3333)
	keyed := pools(t, 1)[0]
	c := newClient(t, Config{Tries: 1}, keyed, insecure)
	if d := c.expect(Connect, 0, 0); d.Endpoint != keyed {
		t.Error(d.Endpoint)
	} else {
		c.report(d, Failed(status.CertificateAuthority))
	}
	d := c.establish(1, 0)
	if d.Endpoint.Policy() != noise.Insecure() {
		t.Error(d.Endpoint)
	}
	c.report(d, Redirected([]byte("two.example"), 0))
	if d := c.address(c.expect(Connect, 1, time.Second), "two.example:3333"); !d.Endpoint.IsInsecure() {
		t.Error("Reconnect changed the policy")
	}
}
