package scenarios

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

// serve runs a server of Mining until the returned function is called.
func (w *world) serve(t testing.TB, h node.MiningServerHandler) (s *node.Server, address net.Addr, stop func()) {
	t.Helper()
	s, err := node.NewServer(&node.ServerConfig{
		Session: session.ServerConfig{Security: session.Respond(w.keys.Identity), Services: []session.Service{{}},
			Timeouts: session.Timeouts{Handshake: 600_000}},
		Handlers: node.ServerHandlers{Mining: h},
	})
	check(t, err)
	l := listen(t)
	ctx, cancel := context.WithCancel(w.context)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	return s, l.Addr(), sync.OnceFunc(func() { cancel(); <-ended })
}

// TestSilentStrangers: S3-02, S3-15: connections that say nothing, or break off within act 1, cost those nothing that come
// after them.
func TestSilentStrangers(t *testing.T) {
	leaktest.Check(t)
	const strangers, members = 300, 20
	w, h := newWorld(t), newHost(members, 1000)
	server, address, stop := w.serve(t, h)
	defer stop()
	for i := range strangers {
		conn := dial(t, address)
		defer conn.Close()
		_, err := conn.Write(make([]byte, i%noise.Act1Size))
		check(t, err)
	}
	for range members {
		peer, err := sniffer.DialDownstream(w.context, "tcp", address.String(), sniffer.Initiate(w.policy()))
		check(t, err)
		defer peer.Close()
		question := &sv2.OpenStandardMiningChannel{RequestID: ask}
		check(t, peer.Run(w.context, sniffer.Handshake(), sniffer.Send(setup), sniffer.Expect(sniffer.Is(success)),
			sniffer.Send(question), sniffer.Expect(sniffer.Equal(&sv2.NewMiningJob{JobID: answer}))))
	}
	c := server.Counters()
	if open, pending := server.Open(); open != strangers+members || pending != strangers || len(c.HandshakeFailures) != 0 {
		t.Errorf("%d connections, %d of them silent; %+v", open, pending, c)
	}
}

// TestGarbageAmongThousand: S3-02: of a thousand clients that connect at once nobody notices that a stranger sends garbage, at
// each stage of a connection, again and again.
func TestGarbageAmongThousand(t *testing.T) {
	leaktest.Check(t)
	n := 1000
	if raceDetector || !filesFor(2*n) {
		n = 100
	}
	w, h := newWorld(t), newHost(n, 1_000_000)
	server, address, stop := w.serve(t, h)
	defer stop()
	members := make(chan error, 1)
	go func() {
		members <- crowd(w.context, n, n, w.policy(), func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address.String())
		})
	}()
	sent := uint64(0)
	for arrived := false; !arrived; {
		select {
		case <-h.allArrived:
			arrived = true
		case err := <-members:
			t.Fatal("the clients have ended: ", err)
		default:
		}
		sent += w.sendGarbage(t, address)
	}
	if queued := server.Broadcast(&sv2.NewMiningJob{JobID: begin}); queued != n {
		t.Errorf("only %d of %d can be sent to", queued, n)
	}
	sent += w.sendGarbage(t, address)
	select {
	case <-h.allThanked:
	case err := <-members:
		t.Fatal("the clients have ended: ", err)
	}
	stop()
	<-members
	c := server.Counters()
	refused := c.HandshakeFailures[status.Decrypt] + c.Ends[status.Decrypt]
	if len(c.HandshakeFailures) != 1 || len(c.Ends) != 2 || refused != sent || c.Ends[status.Closed] != uint64(n) {
		t.Errorf("%d times garbage: %+v", sent, c)
	}
	if ended := h.ended.Load(); ended != int64(n)+int64(sent/garbageStages) { // one of the stages is behind the first message
		t.Errorf("the handler has heard of the end of %d connections", ended)
	}
}

// garbageStages is how many connections sendGarbage makes.
const garbageStages = 4

// sendGarbage connects and sends garbage in place of act 1, SetupConnection, the first message and the one behind that, and
// waits until each of these connections is closed. Act 1 can be any 64 bytes: what follows shows that it was none.
func (w *world) sendGarbage(t testing.TB, address net.Addr) uint64 {
	t.Helper()
	garbage := make([]byte, 4096)
	rand.Read(garbage)
	steps := []sniffer.Step{sniffer.Handshake(), sniffer.Send(setup), sniffer.Expect(sniffer.Is(success)),
		sniffer.Send(&sv2.OpenStandardMiningChannel{RequestID: ask}), sniffer.Expect(sniffer.Equal(&sv2.NewMiningJob{JobID: answer}))}
	for _, before := range [garbageStages]int{0, 1, 3, 5} {
		peer, err := sniffer.DialDownstream(w.context, "tcp", address.String(), sniffer.Initiate(w.policy()))
		check(t, err)
		err = peer.Run(w.context, append(steps[:before:before], sniffer.SendBytes(garbage), sniffer.ExpectEnd())...)
		if before > 0 && err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("behind %d steps: %v", before, err)
		}
		peer.Close()
	}
	return garbageStages
}
