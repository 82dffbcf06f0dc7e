package session

import (
	"errors"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestPeerCloses: the peer closes at each step of a whole conversation, of each role: after any number of bytes the session
// has ended, and says in which phase.
func TestPeerCloses(t *testing.T) {
	everyStop(t, func(to *end) {
		phase := to.Phase()
		to.PeerClosed()
		to.expectEnd(t, status.PeerClosed, phase)
		if len(to.Output()) != 0 {
			t.Fatal("bytes for a peer that is gone")
		}
		to.PeerClosed()
		to.Close()
		to.expectEnd(t, status.PeerClosed, phase)
	})
}

// TestPeerFallsSilent: S0-02, S0-03, S3-05, I30: as TestPeerCloses, but the peer just sends no more: after any number of bytes there
// is one deadline, nothing happens before it, and what it ends with is that of the phase.
func TestPeerFallsSilent(t *testing.T) {
	deadlines := map[Phase]struct {
		at   uint64
		kind status.Kind
	}{
		PhaseHandshake:   {2000, status.HandshakeTimeout},
		PhaseSetup:       {3000, status.SetupTimeout},
		PhaseNegotiation: {4000, status.NegotiationTimeout},
		PhaseEstablished: {5001, status.InactivityTimeout},
	}
	everyStop(t, func(to *end) {
		phase := to.Phase()
		silent(t, to, deadlines[phase].at)
		to.expectEnd(t, deadlines[phase].kind, phase)
		if _, ok := to.NextDeadline(); ok || len(to.Output()) != 0 {
			t.Fatal("something is left to do")
		}
	})
}

// everyStop runs the opening of a connection again and again, until each number of bytes has gone each way and then no more.
func everyStop(t *testing.T, stopped func(to *end)) {
	t.Helper()
	k := newKeys(t)
	for _, encrypted := range []bool{false, true} {
		var size [2]int
		conversation(t, k, encrypted, func(c, s *end) {
			for counted(t, c, s, &size[0], -1) || counted(t, s, c, &size[1], -1) {
			}
		})
		seen := [2]map[Phase]bool{{}, {}}
		for direction := range 2 {
			for stop := range size[direction] {
				to := openUntil(t, k, encrypted, direction, stop)
				seen[direction][to.Phase()] = true
				stopped(to)
			}
		}
		for direction, phases := range seen {
			if phases[PhaseHandshake] != encrypted || !phases[PhaseSetup] || !phases[PhaseNegotiation] || !phases[PhaseEstablished] {
				t.Errorf("direction %d: phases %v", direction, phases)
			}
		}
	}
}

// openUntil runs the opening of a connection until stop bytes have gone one way, and returns the end that they went to.
func openUntil(t *testing.T, k keys, encrypted bool, direction, stop int) *end {
	t.Helper()
	cc, sc := clientConfig(), serverConfig()
	cc.Timeouts = Timeouts{Handshake: 1000, Setup: 2000, Negotiation: 3000, Inactivity: 4000}
	sc.Timeouts = cc.Timeouts
	cc.Extensions = ClientExtensions{Request: []uint16{2}, Supported: []uint16{3}, OnTimeout: OnTimeoutReconnect}
	sc.Extensions = ServerExtensions{Supported: []uint16{2}, Required: []uint16{3}}
	if encrypted {
		cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	}
	client, server := startClient(t, cc), startServer(t, sc)
	ends := [2]*end{client, server}
	from, to := ends[direction], ends[1-direction]
	for moved, jobs := 0, 0; moved < stop; {
		carry(t, to, from, 1000, 0)
		from.take()
		out := from.Output()
		if len(out) == 0 {
			if jobs++; jobs > 100 {
				t.Fatal("the conversation does not go on")
			}
			m := sv2.Message(job)
			if from.isClient() {
				m = openFrame
			}
			check(t, from.Send(m))
			continue
		}
		n := min(len(out), stop-moved)
		in := append([]byte(nil), out[:n]...)
		check(t, from.Sent(n))
		to.receive(in, 1000)
		moved += n
	}
	return to
}

// TestPeerClosesBehindMessages: what came before the end is given before the end.
func TestPeerClosesBehindMessages(t *testing.T) {
	client, _ := connect(t, clientConfig(), serverConfig())
	client.Feed(frame(t, job), at(1000))
	client.PeerClosed()
	check(t, client.Err())
	client.take()
	client.expect(t, EventMessage, EventEnd)

	client = early(t, Limits{})
	client.receive(frame(t, job), 1000)
	client.Feed(frame(t, success(1)), at(1000))
	client.PeerClosed()
	client.expectEnd(t, status.PeerClosed, PhaseEstablished)
	client.expect(t, EventEstablished, EventMessage, EventEnd)
}

// TestPeerClosesInsideMessage: a message that is not whole is told from an end between messages, after any number of bytes.
// As many can be missing as another header has.
func TestPeerClosesInsideMessage(t *testing.T) {
	k := newKeys(t)
	stopped := func(to *end, cut bool) {
		t.Helper()
		phase := to.Phase()
		to.PeerClosed()
		if why := to.expectEnd(t, status.PeerClosed, phase); errors.Is(why, status.Truncated) != cut {
			t.Errorf("%v, inside a message: %v", why, cut)
		}
	}
	for _, encrypted := range []bool{false, true} {
		cc, sc := clientConfig(), serverConfig()
		if encrypted {
			cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
		}
		open := func() (server *end, messages []byte) {
			client, server := connect(t, cc, sc)
			check(t, client.Send(openFrame))
			size := len(client.Output())
			check(t, client.Send(openFrame))
			if messages = client.sent(t); len(messages) != 2*size {
				t.Fatal("two messages of different sizes")
			}
			return server, messages
		}
		_, messages := open()
		for stop := range len(messages) + 1 {
			server, messages := open()
			server.receive(messages[:stop], 1000)
			stopped(server, stop%(len(messages)/2) != 0)
		}
	}
	sc := serverConfig()
	sc.Security = Respond(k.identity)
	for _, stop := range []int{0, 1, 63} {
		server := startServer(t, sc)
		server.receive(make([]byte, stop), 1000)
		stopped(server, stop != 0)
	}
}

// TestClose: what is queued goes out, in the time there is for it.
func TestClose(t *testing.T) {
	client, _ := connect(t, clientConfig(), serverConfig())
	check(t, client.Send(&sv2.CloseChannel{ChannelID: 1}))
	client.Close()
	client.expectEnd(t, status.Closed, PhaseEstablished)
	if !client.last(t).Drain || client.Finished() {
		t.Fatal("nothing to drain")
	}
	one[*sv2.CloseChannel](t, client)
	if _, ok := client.NextDeadline(); ok || !client.Finished() {
		t.Fatal("not finished")
	}
	client, _ = connect(t, clientConfig(), serverConfig())
	check(t, client.Send(&sv2.CloseChannel{ChannelID: 1}))
	client.Close()
	if deadline, ok := client.NextDeadline(); !ok || deadline != 6000 {
		t.Fatalf("drain until %d", deadline)
	}
	client.Tick(at(6000))
	if len(client.Output()) != 0 || !client.Finished() {
		t.Fatal("still draining")
	}
	client, _ = connect(t, clientConfig(), serverConfig())
	client.Close()
	client.take()
	if client.last(t).Drain || !client.Finished() {
		t.Fatal("something to drain")
	}
}

// TestFailureDropsOutput: after a fault of the peer nothing more is sent, and the views of the last message stay valid until
// the end is taken.
func TestFailureDropsOutput(t *testing.T) {
	client, _ := connect(t, clientConfig(), serverConfig())
	check(t, client.Send(openFrame))
	client.Feed(frame(t, &sv2.NewMiningJob{JobID: 77}), at(1000))
	client.Tick(at(1000))
	v, _ := client.NextEvent()
	client.fail(status.Decrypt, nil)
	if len(client.Output()) != 0 || jobNumber(t, v) != 77 {
		t.Error("output, or the view is gone")
	}
	client.expectEnd(t, status.Decrypt, PhaseEstablished)
}

// TestRelease: a session can be dropped in any phase; calls after it are answered.
func TestRelease(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	sessions := []*end{startClient(t, cc), startServer(t, sc)}
	client, server := connect(t, cc, sc)
	for _, e := range append(sessions, client, server) {
		e.Release()
		e.Release()
		if _, ok := e.NextEvent(); ok || !e.Finished() || e.Phase() != PhaseEnded {
			t.Error("not released")
		}
		if _, err := e.Feed([]byte{1}, at(1)); kindName(err) != "SV2_ERR_CLOSED" {
			t.Error(err)
		}
	}
}
