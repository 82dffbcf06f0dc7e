package session

import (
	"testing"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

func policyOf(k keys) noise.Policy { return noise.RequireAuthority(k.authority) }

// TestSecurityIsChosen: NO-02, NO-31: there is no default, and what belongs to the other end is refused.
func TestSecurityIsChosen(t *testing.T) {
	k := newKeys(t)
	for name, security := range map[string]Security{"none": {}, "server's": Respond(k.identity)} {
		c := clientConfig()
		c.Security = security
		if _, err := NewClientProfile(&c); err != status.Argument {
			t.Errorf("client, %s: %v", name, err)
		}
	}
	for name, security := range map[string]Security{"none": {}, "client's": Initiate(policyOf(k)), "nil": Respond(nil)} {
		c := serverConfig()
		c.Security = security
		if _, err := NewServerProfile(&c); err != status.Argument {
			t.Errorf("server, %s: %v", name, err)
		}
	}
	c := clientConfig()
	c.Security = Initiate(noise.Policy{})
	p, err := NewClientProfile(&c)
	check(t, err)
	if _, err := p.Start(new(endless), at(0)); err != status.Argument {
		t.Errorf("zero policy: %v", err)
	}
	c.Security = Initiate(policyOf(k))
	p, err = NewClientProfile(&c)
	check(t, err)
	if _, err := p.Start(nil, at(0)); err != status.Argument {
		t.Errorf("no randomness: %v", err)
	}
}

// endless gives the same byte for ever.
type endless struct{}

func (*endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 0x5a
	}
	return len(b), nil
}

// TestNoDowngrade: NO-01: one end plain and the other encrypted never become a connection, and the plain text of a client is not
// answered in plain.
func TestNoDowngrade(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	sc.Security = Respond(k.identity)
	client, server := startClient(t, cc), startServer(t, sc)
	pump(t, client, server, 1000, 0)
	if client.Phase() == PhaseEstablished || server.Phase() == PhaseEstablished {
		t.Error("a plain client talks to an encrypted server")
	}
	cc.Security, sc.Security = Initiate(policyOf(k)), Plain()
	client, server = startClient(t, cc), startServer(t, sc)
	pump(t, client, server, 1000, 0)
	if server.Err() == nil || client.Phase() != PhaseHandshake {
		t.Errorf("a plain server answers act 1: %v, client %v", server.Err(), client.Phase())
	}
}

// TestCertificateRefused: NO-19, NO-21, NO-22: a server that cannot show the right certificate learns nothing from the client but
// act 1.
func TestCertificateRefused(t *testing.T) {
	k := newKeys(t)
	wrong := noise.RequireAuthority(k.identity.Public())
	for _, c := range []struct {
		name   string
		policy noise.Policy
		unix   uint64
		flip   int
		want   status.Kind
	}{
		{"authority", wrong, testUnix, -1, status.CertificateAuthority},
		{"expired", policyOf(k), testUnix + 111, -1, status.CertificateExpired},
		{"not yet", policyOf(k), testUnix - 111, -1, status.CertificateNotYetValid},
		{"altered", policyOf(k), testUnix, 100, status.Decrypt},
	} {
		cc, sc := clientConfig(), serverConfig()
		cc.Security, sc.Security = Initiate(c.policy), Respond(k.identity)
		client, server := startClient(t, cc), startServer(t, sc)
		server.receive(client.sent(t), 1000)
		act2 := server.sent(t)
		if c.flip >= 0 {
			act2[c.flip] ^= 1
		}
		client.Feed(act2, Time{1000, c.unix})
		if why := client.expectEnd(t, c.want, PhaseHandshake); why.Kind.Class() != status.ClassAuth {
			t.Errorf("%s: class %v", c.name, why.Kind.Class())
		}
		if len(client.Output()) != 0 {
			t.Errorf("%s: %d bytes sent", c.name, len(client.Output()))
		}
		key, certificate, err := client.Server() // what was refused, for the user to see; nothing that could not be opened
		if shown := c.want != status.Decrypt; shown != (err == nil) ||
			shown && (key != k.identity.Public() || certificate != k.identity.Certificate()) {
			t.Errorf("%s: the server showed %v, %v, %v", c.name, key, certificate, err)
		}
	}
}

// TestReorderedFrames: FR-01: the session relies on the order of the transport: in another one the frames of an encrypted link do
// not open, and none of them is given to the program.
func TestReorderedFrames(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	client, server := connect(t, cc, sc)
	check(t, client.Send(openFrame))
	first := client.sent(t)
	check(t, client.Send(openFrame))
	server.receive(append(client.sent(t), first...), 1000)
	server.expectEnd(t, status.Decrypt, PhaseNegotiation)
	server.expect(t, EventEnd)
}

// TestAlteredFrame: NO-28: after the handshake one altered byte ends the session.
func TestAlteredFrame(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	client, server := connect(t, cc, sc)
	check(t, client.Send(openFrame))
	check(t, client.Send(openFrame))
	pump(t, client, server, 1000, 0)
	server.events = nil
	check(t, server.Send(job))
	check(t, server.Send(job))
	out := server.sent(t)
	out[len(out)-1] ^= 0x80
	client.receive(out, 1000)
	if client.events[0].Kind != EventMessage {
		t.Fatal("the message before is lost")
	}
	client.expectEnd(t, status.Decrypt, PhaseEstablished)
	if _, _, err := (&sv2.AnyMessage{}).Decode(client.events[0].Frame); err != nil {
		t.Error(err)
	}
}
