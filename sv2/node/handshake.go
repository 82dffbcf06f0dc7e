package node

import (
	"context"
	"errors"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// Handshake makes the connection ready for Run: Noise, SetupConnection and, on a client, the negotiation of extensions. It
// blocks, and reads and writes on the calling goroutine; nothing else reads from the connection until Run does.
//
// When it returns nil, Setup, Extensions and ServerKey are settled: on a client, all of them, and messages can be sent. On a
// server SetupConnection.Success has been sent; whether the client asks for extensions shows in its first message, which
// Run receives. What a client has received beyond that waits for Run, as do the early messages of the session.
//
// On failure there is one error, the connection is closed, and nothing is left running. A server has sent SetupConnection.Error
// by then, if that is what happened. Errors: [*session.Error], [*Error], [*ReconnectError]. State when it was called before.
func (c *Conn) Handshake(ctx context.Context) error {
	if err := c.advance(stageNew, stageHandshake); err != nil {
		if c.Err() != nil { // it had to make room before this began
			c.logger().Debug("handshake failed", "error", err)
		}
		return err
	}
	release := c.watch(ctx, true)
	ready := c.shakeHands(ctx)
	if !ready {
		c.finish()
	}
	release()
	if ready {
		if c.advance(stageHandshake, stageReady) == nil {
			return nil
		}
		c.finish() // it was closed after the last step
	}
	err := c.Err()
	c.tally.failed(kindOf(err, status.Internal))
	c.logger().Debug("handshake failed", "error", err)
	return err
}

// watch ends the connection when the context ends, until release is called.
func (c *Conn) watch(ctx context.Context, abandon bool) (release func()) {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		c.end(&Error{Kind: status.Closed, Err: context.Cause(ctx)}, abandon)
	})
	return func() {
		if !stop() {
			<-ended
		}
	}
}

// shakeHands reports whether the connection is ready.
func (c *Conn) shakeHands(ctx context.Context) bool {
	for {
		ready, over := c.setUp(ctx)
		if over {
			return false
		}
		if c.flush(); ready && c.canWrite() {
			return true
		}
		c.receiveFirst(ctx)
	}
}

// setUp acts on the events of the handshake.
func (c *Conn) setUp(ctx context.Context) (ready, over bool) {
	for {
		e, ok := c.next()
		if !ok {
			return false, false
		}
		switch e.Kind {
		case session.EventEnd:
			c.noteEnd(&e)
			return false, true
		case session.EventSetupRequest:
			c.decideSetup(ctx, e.Frame)
		case session.EventSetup:
			if c.Role() == sv2.Server {
				return true, false
			}
		case session.EventEstablished:
			c.routeMessages()
			return true, false
		case session.EventIgnored, session.EventUnexpected:
			c.tally.dropped.Add(1)
		}
	}
}

// next takes an event of the session.
func (c *Conn) next() (session.Event, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.session.NextEvent()
	c.after()
	return e, ok
}

// noteEnd keeps what only the last event knows.
func (c *Conn) noteEnd(e *session.Event) {
	if e.Status != status.ReconnectInSetup {
		return
	}
	err := reconnectError(e.Frame, e.Status)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reason = err
}

// receiveFirst reads once. A server's gate opens when there is enough to work on.
func (c *Conn) receiveFirst(ctx context.Context) {
	if c.gate == nil || c.passed {
		if len(c.unread) == 0 {
			c.read()
		}
		c.feed()
		return
	}
	if len(c.unread) < c.gate.size {
		c.read()
		if len(c.unread) < c.gate.size {
			return
		}
	}
	c.passed = true
	if err := c.gate.enter(ctx, c); err != nil {
		c.end(err, true)
		return
	}
	c.feed()
	c.gate.leave()
	c.gate.wait(c)
}

// decideSetup lets the program answer SetupConnection.
func (c *Conn) decideSetup(ctx context.Context, f sv2.Frame) {
	if c.gate != nil {
		c.gate.forget(c) // it waits for the program now
	}
	c.mu.Lock()
	at, limited := c.session.NextDeadline()
	c.mu.Unlock()
	if limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, c.at(at))
		defer cancel()
	}
	var m sv2.SetupConnection
	var flags uint32
	_, err := sv2.DecodeFrame(f, &m)
	if err == nil {
		flags, err = c.routes.decide(ctx, c, &m)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.after()
	if c.session.Tick(c.now()) != nil { // too late
		return
	}
	if err == nil {
		err = c.session.AcceptSetup(flags)
	}
	if err != nil {
		c.refuseSetup(err)
	}
}

// refuseSetup tells the client that the program, or a wrong decision of it, refused. The lock is held.
func (c *Conn) refuseSetup(err error) {
	if c.session.Err() != nil {
		return
	}
	refusal := &RefuseSetup{Code: sv2.ErrorCodeInternalError}
	if wanted, ok := errors.AsType[*RefuseSetup](err); ok {
		refusal = wanted
	}
	if wrong := c.session.RefuseSetup(refusal.Flags, refusal.Code); wrong != nil {
		_ = c.session.RefuseSetup(0, sv2.ErrorCodeInternalError)
	}
	c.reason = &Error{Kind: status.SetupDeclined, Err: err}
}
