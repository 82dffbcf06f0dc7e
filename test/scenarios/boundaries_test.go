package scenarios

import (
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// outcome is all that the two programs of a conversation have seen.
type outcome struct {
	client, server string
	sent           [2]int // bytes, by client and server
}

// conversationProfiles are those of a client that negotiates and a server that grants a part of it.
type conversationProfiles struct{ client, server *session.Profile }

func profilesOf(t testing.TB, over sides) conversationProfiles {
	t.Helper()
	return conversationProfiles{
		clientProfile(t, over.client, func(cc *session.ClientConfig) {
			cc.Extensions.Request, cc.UserIdentity = []uint16{2, 4}, []byte("worker.1")
		}),
		serverProfile(t, over.server, func(sc *session.ServerConfig) {
			sc.Extensions = session.ServerExtensions{Supported: []uint16{2}}
		}),
	}
}

// converse runs a whole conversation: handshake, setup, negotiation, a channel, a job, a share with its TLV, Reconnect, the
// end.
func converse(t testing.TB, p conversationProfiles, client, server net.Conn, change func(client, server *end)) outcome {
	t.Helper()
	c := prepare(t, client, p.client, func(s *session.Session, e session.Event) {
		switch {
		case e.Kind == session.EventEstablished:
			_ = s.Send(open)
		case e.Kind == session.EventMessage && e.Frame.Is(job.Info()):
			_ = s.Send(&sv2.SubmitSharesExtended{ChannelID: 1, JobID: 5, Extranonce: []byte{1, 2}})
		case e.Kind == session.EventMessage && e.Frame.Is((*sv2.Reconnect)(nil).Info()):
			s.Close()
		}
	})
	s := prepare(t, server, p.server, func(s *session.Session, e session.Event) {
		switch {
		case e.Kind == session.EventMessage && e.Frame.Is(open.Info()):
			_ = s.Send(job)
		case e.Kind == session.EventMessage:
			_ = s.Send(&sv2.Reconnect{})
		}
	})
	change(c, s)
	go c.run()
	go s.run()
	c.ended(t, status.Closed, session.PhaseEstablished)
	s.ended(t, status.PeerClosed, session.PhaseEstablished)
	return outcome{c.story(), s.story(), [2]int{c.sent, s.sent}}
}

// story is the events with their content.
func (e *end) story() (text string) {
	for _, v := range e.events {
		text += fmt.Sprintf("%v %v %x %x %q %v\n", v.Kind, v.Frame.Header, v.Frame.Payload, v.Extensions, v.UserIdentity, v.Status)
	}
	return text
}

// TestEveryBoundary: a conversation of which one end's bytes arrive in two pieces, cut at every place, is the same as one that is
// not cut: for both ends, plain and encrypted. The pieces are partial writes of the one and partial reads of the other.
func TestEveryBoundary(t *testing.T) {
	leaktest.Check(t)
	w := newWorld(t)
	for _, encrypted := range []bool{false, true} {
		p := profilesOf(t, w.sides(encrypted))
		run := func(change func(client, server *end)) outcome {
			client, server := net.Pipe() // a read gets what one write has, and not more
			return converse(t, p, client, server, change)
		}
		whole := run(func(_, _ *end) {})
		places := 0
		for cut := 1; cut < whole.sent[0]; cut++ {
			if got := run(func(client, _ *end) { client.cut = cut }); got != whole {
				t.Fatalf("encrypted %t, client's bytes cut at %d:\n%+v\nwant\n%+v", encrypted, cut, got, whole)
			}
			places++
		}
		for cut := 1; cut < whole.sent[1]; cut++ {
			if got := run(func(_, server *end) { server.cut = cut }); got != whole {
				t.Fatalf("encrypted %t, server's bytes cut at %d:\n%+v\nwant\n%+v", encrypted, cut, got, whole)
			}
			places++
		}
		for _, piece := range []int{1, 2, 3, 7, 22} {
			if got := run(func(client, server *end) { client.piece, server.piece = piece, piece }); got != whole {
				t.Fatalf("encrypted %t, in pieces of %d:\n%+v\nwant\n%+v", encrypted, piece, got, whole)
			}
		}
		t.Logf("encrypted %t: %d and %d bytes, %d places\n%s", encrypted, whole.sent[0], whole.sent[1], places, whole.client)
	}
}

// TestTrickleThroughRelay: the same over TCP, in writes of one byte, with a relay in between that ends the encryption.
func TestTrickleThroughRelay(t *testing.T) {
	leaktest.Check(t)
	w := newWorld(t)
	over := w.sides(true)
	p := profilesOf(t, over)
	client, server := net.Pipe()
	whole := converse(t, p, client, server, func(_, _ *end) {})

	behind := listen(t)
	defer behind.Close()
	relay, err := sniffer.Start(listen(t), sniffer.Config{Downstream: over.mockServer, Upstream: over.mockClient, Dial: dialer(behind)})
	check(t, err)
	defer relay.Close()
	conn := dial(t, relay.Address())
	// The relay calls the server only once the client has shaken hands.
	got := converse(t, p, conn, &acceptedConn{listener: behind}, func(client, server *end) { client.piece, server.piece = 1, 1 })
	if got.client != whole.client || got.server != whole.server {
		t.Errorf("%+v\nwant\n%+v", got, whole)
	}
	isUnknown := func(f sv2.Frame) bool { return sv2.Lookup(f.ExtensionType, f.MsgType) == nil }
	relay.Log().AssertAbsent(w.context, t, sniffer.Either, isUnknown, nil)
}

// acceptedConn is the connection that a listener accepts next; the first call waits for it.
type acceptedConn struct {
	net.Conn
	listener net.Listener
	once     sync.Once
}

func (a *acceptedConn) conn() net.Conn {
	a.once.Do(func() {
		conn, err := a.listener.Accept()
		if err != nil {
			conn, _ = net.Pipe() // closed below like any other
			conn.Close()
		}
		a.Conn = conn
	})
	return a.Conn
}

func (a *acceptedConn) Read(b []byte) (int, error)  { return a.conn().Read(b) }
func (a *acceptedConn) Write(b []byte) (int, error) { return a.conn().Write(b) }
func (a *acceptedConn) Close() error                { return a.conn().Close() }
