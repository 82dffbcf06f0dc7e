package node

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// gate is what connections to a server pass once, when enough has come to begin with: act 1, or a frame header on a plain
// connection. Those in front of it cost nothing but a socket and a goroutine. Behind it they compute, a few at a time.
//
// It also knows which connections in their handshake wait for their peers, and not for the server.
type gate struct {
	size   int           // bytes that have to be there
	begun  time.Time     // the admission's clock starts here
	places chan struct{} // one for each handshake that computes

	mu        sync.Mutex
	admission noise.Admission
	reserve   uint32 // of its burst, for sources from which few come
	recent    recent
	waiting   waiting
}

// newGate lets rate handshakes a second through in the long run and burst at once. Kind: Argument when one of them is 0.
func newGate(size, places int, rate, burst uint32) (*gate, error) {
	admission, err := noise.NewAdmission(rate, burst)
	return &gate{
		size: size, begun: time.Now(), places: make(chan struct{}, places), admission: admission, reserve: burst / 4,
		recent: recent{few: max(rate/10, 1)}, waiting: newWaiting(),
	}, err
}

// wait notes a connection that waits for its peer.
func (g *gate) wait(c *Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting.add(c)
}

// forget ends that.
func (g *gate) forget(c *Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting.remove(c)
}

// evict takes the connection that has to make room for another one, or nil.
func (g *gate) evict() *Conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.waiting.first()
	g.waiting.remove(c)
	return c
}

// enter lets a connection through when there is a place and the rate allows it. When it has computed, it gives the place back
// and waits for its peer again.
func (g *gate) enter(ctx context.Context, c *Conn) error {
	g.forget(c)
	program := ctx
	c.mu.Lock()
	at, limited := c.session.NextDeadline()
	c.mu.Unlock()
	if limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, c.at(at))
		defer cancel()
	}
	select {
	case g.places <- struct{}{}:
	case <-program.Done():
		return &Error{Kind: status.Closed, Err: context.Cause(program)}
	case <-ctx.Done():
		return &Error{Kind: status.HandshakeRate, Err: context.Cause(ctx)}
	}
	if err := g.admit(sourceOf(c.net.RemoteAddr())); err != nil {
		g.leave()
		return &Error{Kind: status.HandshakeRate}
	}
	return nil
}

// admit takes one from the rate. Whoever asks for as many as there are, from one source, cannot have the last quarter of the
// burst: it is for the others.
func (g *gate) admit(source netip.Prefix) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := uint64(time.Since(g.begun).Milliseconds())
	if g.recent.many(source, now) && g.admission.Available(now) < g.reserve {
		return status.HandshakeRate
	}
	if err := g.admission.Take(now); err != nil {
		return err
	}
	g.recent.add(source)
	return nil
}

func (g *gate) leave() { <-g.places }
