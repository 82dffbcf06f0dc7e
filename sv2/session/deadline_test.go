package session

import (
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// silent tells e the time one millisecond before its deadline, then at it.
func silent(t testing.TB, e *end, deadline uint64) {
	t.Helper()
	have, ok := e.NextDeadline()
	if !ok || have != deadline {
		t.Fatalf("deadline %d %v, want %d", have, ok, deadline)
	}
	check(t, e.Tick(at(deadline-1)))
	check(t, e.Tick(at(0))) // a clock that goes back changes nothing
	e.Tick(at(deadline))
}

// TestSilentPeer: S0-02, S0-03, S3-05, I30, issue 4: a peer that says nothing more, at each step, of each role.
func TestSilentPeer(t *testing.T) {
	k := newKeys(t)
	timeouts := Timeouts{Handshake: 1000, Setup: 2000, Negotiation: 3000, Inactivity: 4000}
	configs := func() (ClientConfig, ServerConfig) {
		cc, sc := clientConfig(), serverConfig()
		cc.Timeouts, sc.Timeouts = timeouts, timeouts
		return cc, sc
	}
	t.Run("no act 2", func(t *testing.T) {
		cc, _ := configs()
		cc.Security = Initiate(policyOf(k))
		client := startClient(t, cc)
		client.receive(make([]byte, 233), 1500) // bytes that complete nothing buy no time
		silent(t, client, 2000)
		client.expectEnd(t, status.HandshakeTimeout, PhaseHandshake)
	})
	t.Run("no act 1", func(t *testing.T) {
		_, sc := configs()
		sc.Security = Respond(k.identity)
		server := startServer(t, sc)
		server.receive(make([]byte, 63), 1999)
		silent(t, server, 2000)
		server.expectEnd(t, status.HandshakeTimeout, PhaseHandshake)
	})
	t.Run("no SetupConnection", func(t *testing.T) {
		cc, sc := configs()
		cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
		client, server := startClient(t, cc), startServer(t, sc)
		server.receive(client.sent(t), 1500)
		silent(t, server, 3500)
		server.expectEnd(t, status.SetupTimeout, PhaseSetup)
	})
	t.Run("no answer to SetupConnection", func(t *testing.T) {
		cc, _ := configs()
		client := startClient(t, cc)
		silent(t, client, 3000)
		client.expectEnd(t, status.SetupTimeout, PhaseSetup)
	})
	t.Run("no decision", func(t *testing.T) {
		cc, sc := configs()
		sc.HoldSetup = true
		client, server := startClient(t, cc), startServer(t, sc)
		carry(t, client, server, 2000, 0)
		silent(t, server, 3000)
		server.expectEnd(t, status.SetupTimeout, PhaseDecision)
	})
	t.Run("no required request", func(t *testing.T) {
		cc, sc := configs()
		sc.Extensions.Required = []uint16{2}
		client, server := startClient(t, cc), startServer(t, sc)
		carry(t, client, server, 2000, 0)
		silent(t, server, 5000)
		server.expectEnd(t, status.NegotiationTimeout, PhaseNegotiation)
	})
	t.Run("no retry", func(t *testing.T) {
		_, sc := configs()
		sc.Extensions.Required = []uint16{2}
		server := startServer(t, sc)
		server.receive(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")}), 1000)
		server.receive(frame(t, request(1, 3)), 2500)
		silent(t, server, 5500)
		server.expectEnd(t, status.NegotiationTimeout, PhaseNegotiation)
	})
	t.Run("no message", func(t *testing.T) {
		cc, sc := configs()
		client, server := startClient(t, cc), startServer(t, sc)
		pump(t, client, server, 1000, 0)
		silent(t, server, 5001) // S3-05: silent for longer than the limit
		server.expectEnd(t, status.InactivityTimeout, PhaseNegotiation)
		silent(t, client, 5001)
		client.expectEnd(t, status.InactivityTimeout, PhaseEstablished)
	})
	t.Run("no message any more", func(t *testing.T) {
		cc, sc := configs()
		client, server := connect(t, cc, sc)
		client.receive(frame(t, job), 3000)
		client.receive(frame(t, job)[:30], 6000) // half a message is none
		check(t, client.Send(openFrame))         // and own messages prove nothing
		silent(t, client, 7001)
		client.expectEnd(t, status.InactivityTimeout, PhaseEstablished)
		_ = server
	})
}

// TestNegotiationTimeout: S0-02, S0-03, E1-11, E1-12: what a client does when its request is not answered.
func TestNegotiationTimeout(t *testing.T) {
	for _, c := range []struct {
		name string
		x    ClientExtensions
		want status.Kind
	}{
		{"continue", ClientExtensions{Request: []uint16{2}}, 0},
		{"reconnect", ClientExtensions{Request: []uint16{2}, OnTimeout: OnTimeoutReconnect}, status.NegotiationTimeout},
		{"fail", ClientExtensions{Request: []uint16{2}, OnTimeout: OnTimeoutFail}, status.ExtensionsIgnored},
		{"required fails closed", ClientExtensions{Required: []uint16{2}}, status.ExtensionsIgnored},
		{"required, reconnect", ClientExtensions{Required: []uint16{2}, OnTimeout: OnTimeoutReconnect}, status.NegotiationTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, _ := asking(t, c.x)
			client.receive(frame(t, job), 15_000) // other messages buy no time
			silent(t, client, 31_000)
			if c.want != 0 {
				client.expectEnd(t, c.want, PhaseNegotiation)
				return
			}
			client.take()
			events := client.expect(t, EventEstablished, EventMessage)
			if len(events[0].Extensions) != 0 {
				t.Error("extensions")
			}
			if _, ok := client.NextDeadline(); ok {
				t.Error("a deadline is left")
			}
			check(t, client.Send(openFrame))
		})
	}
	if status.NegotiationTimeout.Class() != status.ClassTransient || status.ExtensionsIgnored.Class() != status.ClassConfiguration {
		t.Error("classes")
	}
}

// TestRetryTimeout: S0-02: the second request has as long as the first.
func TestRetryTimeout(t *testing.T) {
	client, first := asking(t, ClientExtensions{Request: []uint16{2, 3}, OnTimeout: OnTimeoutReconnect})
	client.receive(frame(t, refusal(first.RequestID, []uint16{2}, nil)), 30_000)
	silent(t, client, 60_000)
	client.expectEnd(t, status.NegotiationTimeout, PhaseNegotiation)
}

// TestClockGoesBack: an earlier time shortens no deadline.
func TestClockGoesBack(t *testing.T) {
	cc := clientConfig()
	cc.Extensions.Request = []uint16{2}
	client := startClient(t, cc)
	check(t, client.Tick(at(5000)))
	client.receive(frame(t, setupOK), 10)
	silent(t, client, 35_000)
}

// TestDefaults: S0-02: 30 s; and nothing is watched when the program says never.
func TestDefaults(t *testing.T) {
	cc := clientConfig()
	p, err := NewClientProfile(&cc)
	check(t, err)
	if p.timeouts != (Timeouts{10_000, 10_000, 30_000, Never, 5_000}) || p.limits.EarlyMessages != 3 || p.limits.Payload != sv2.PayloadSizeDefault {
		t.Errorf("%+v %+v", p.timeouts, p.limits)
	}
	cc.Timeouts = Timeouts{Never, Never, Never, Never, Never}
	client := startClient(t, cc)
	if _, ok := client.NextDeadline(); ok {
		t.Error("a deadline")
	}
	check(t, client.Tick(at(^uint64(0))))
	cc.Timeouts = Timeouts{}
	p, err = NewClientProfile(&cc)
	check(t, err)
	s, err := p.Start(nil, at(^uint64(0)-5)) // near the end of the clock nothing wraps around
	check(t, err)
	if deadline, ok := s.NextDeadline(); !ok || deadline != ^uint64(0) {
		t.Errorf("deadline %d", deadline)
	}
}

// TestLateButFirst: bytes that come with a call behind the deadline count if they meet it, else the deadline does.
func TestLateButFirst(t *testing.T) {
	client := startClient(t, clientConfig())
	client.receive(frame(t, setupOK), 99_000)
	client.expect(t, EventSetup, EventEstablished)
	client = startClient(t, clientConfig())
	if _, err := client.Feed(frame(t, setupOK)[:5], at(99_000)); err == nil {
		t.Error("half an answer")
	}
	client.expectEnd(t, status.SetupTimeout, PhaseSetup)
}
