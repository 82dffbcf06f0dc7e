package sniffer

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/inspect"
)

// connection is one client and its connection to the server, with both handshakes done.
type connection struct {
	relay      *Relay
	number     int
	downstream *link
	upstream   *link
	held       map[Direction][][]byte // guarded by the relay's mutex
}

// serve runs one connection to its end. The error is why a handshake failed.
func (r *Relay) serve(number int, client net.Conn) error {
	defer client.Close()
	stop := context.AfterFunc(r.context, func() { client.Close() })
	defer stop()
	deadline := time.Now().Add(r.config.Handshake)
	_ = client.SetDeadline(deadline)
	downstream, err := secure(client, r.config.Downstream, r.config.MaxPayload)
	if err != nil {
		return err
	}
	defer downstream.release()
	// Only now: strangers who do not shake hands cost the server nothing.
	server, err := r.dial(deadline)
	if err != nil {
		return err
	}
	defer server.Close()
	stopServer := context.AfterFunc(r.context, func() { server.Close() })
	defer stopServer()
	_ = server.SetDeadline(deadline)
	upstream, err := secure(server, r.config.Upstream, r.config.MaxPayload)
	if err != nil {
		return err
	}
	defer upstream.release()
	_ = client.SetDeadline(time.Time{})
	_ = server.SetDeadline(time.Time{})
	c := &connection{relay: r, number: number, downstream: downstream, upstream: upstream, held: make(map[Direction][][]byte)}
	c.run()
	return nil
}

func (r *Relay) dial(deadline time.Time) (net.Conn, error) {
	ctx, cancel := context.WithDeadline(r.context, deadline)
	defer cancel()
	return r.config.Dial(ctx)
}

func (c *connection) run() {
	r := c.relay
	r.mutex.Lock()
	r.connections[c.number] = c
	r.newest = max(r.newest, c.number)
	r.mutex.Unlock()
	var running sync.WaitGroup
	for _, d := range []Direction{ToServer, ToClient} {
		running.Go(func() { c.forward(d) })
	}
	running.Wait()
	r.mutex.Lock()
	delete(r.connections, c.number)
	r.mutex.Unlock()
}

// ends returns where frames of this direction come from and go to.
func (c *connection) ends(d Direction) (from, to *link) {
	if d == ToServer {
		return c.downstream, c.upstream
	}
	return c.upstream, c.downstream
}

// forward passes frames on until their sender ends, then lets the other way have a little time.
func (c *connection) forward(d Direction) {
	from, to := c.ends(d)
	err := c.copy(d, from, to)
	entry := Entry{Connection: c.number, Event: Ended, Direction: d, Err: err}
	if err == status.PeerClosed {
		entry.Err = nil
	}
	c.relay.journal.add(entry)
	drained := time.Now().Add(c.relay.config.Drain)
	_ = to.conn.SetReadDeadline(drained)
	_ = from.conn.SetWriteDeadline(drained)
	var unsent *sendError
	switch {
	case err == status.PeerClosed:
		closeWrite(to.conn)
	case errors.As(err, &unsent) && !errors.Is(err, os.ErrDeadlineExceeded):
		// The receiver is gone, but what it said last may still be on its way back: a close with bytes unread could destroy it.
		_ = from.conn.SetReadDeadline(drained)
		_, _ = io.Copy(io.Discard, from.conn)
	default:
		from.conn.Close()
		to.conn.Close()
	}
}

// sendError is an error of the receiver's connection.
type sendError struct{ err error }

func (e *sendError) Error() string { return "sending: " + e.err.Error() }
func (e *sendError) Unwrap() error { return e.err }

func (c *connection) copy(d Direction, from, to *link) error {
	for {
		f, err := from.receive()
		if err != nil {
			return err
		}
		frames, err := c.decide(d, f)
		if err != nil {
			return err
		}
		for _, b := range frames {
			if err := to.send(b); err != nil {
				return sendFailure(err)
			}
		}
	}
}

// sendFailure tells an error of the receiver's connection from a frame that cannot be sealed, which is a fault of a rule.
func sendFailure(err error) error {
	var kind status.Kind
	if errors.As(err, &kind) {
		return err
	}
	return &sendError{err}
}

// decide asks the rules about a frame, logs it, and returns what to send in its place.
func (c *connection) decide(d Direction, f sv2.Frame) ([][]byte, error) {
	whole, err := inspect.Encode(f)
	if err != nil {
		return nil, err
	}
	r := c.relay
	r.mutex.Lock()
	defer r.mutex.Unlock()
	action := Action{event: Passed}
	for _, rule := range r.rules {
		if rule.applies(d, f) {
			action = rule.Do
			break
		}
	}
	kept := r.journal.add(Entry{Connection: c.number, Event: action.event, Direction: d, Frame: f})
	switch {
	case action.closes:
		return nil, status.Closed
	case action.event == Held && !kept:
		return nil, status.Limit // what is held is bounded by what is kept
	case action.event == Held:
		c.held[d] = append(c.held[d], whole)
	case action.event == Passed:
		return [][]byte{whole}, nil
	}
	for _, b := range action.frames {
		r.journal.add(Entry{Connection: c.number, Event: Injected, Direction: d, Frame: shown(b)})
	}
	return action.frames, nil
}

func (c *connection) release(d Direction) (n int, err error) {
	for _, one := range []Direction{ToServer, ToClient} {
		if one&d == 0 {
			continue
		}
		c.relay.mutex.Lock()
		frames := c.held[one]
		delete(c.held, one)
		c.relay.mutex.Unlock()
		if err := c.send(one, Released, frames); err != nil {
			return n, err
		}
		n += len(frames)
	}
	return n, nil
}

func (c *connection) inject(d Direction, frames [][]byte) error { return c.send(d, Injected, frames) }

func (c *connection) send(d Direction, event Event, frames [][]byte) error {
	_, to := c.ends(d)
	for _, b := range frames {
		c.relay.journal.add(Entry{Connection: c.number, Event: event, Direction: d, Frame: shown(b)})
		if err := to.send(b); err != nil {
			return err
		}
	}
	return nil
}
