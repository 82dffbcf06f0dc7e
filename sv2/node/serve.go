package node

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/libsv2/libsv2/status"
)

// Accept is tried again after an error, such as too many open files, with waits that double between these.
const (
	acceptWaitMin = 5 * time.Millisecond
	acceptWaitMax = time.Second
)

// Listen serves at a TCP address until the context ends; see Serve. Kind: ConnectFailed if the address cannot be had.
func (s *Server) Listen(ctx context.Context, address string) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return &Error{Kind: status.ConnectFailed, Err: err}
	}
	return s.Serve(ctx, listener)
}

// Serve accepts connections, shakes hands, and runs them, until the context ends or the listener is closed by somebody else.
// Then it closes the listener and all connections, after what is queued has been sent or session.Timeouts.Drain is over, and
// returns when everything that it started has ended, with a [*Error] of kind Closed. A failure to accept does not end it. To
// send clients to another host first, Broadcast a Reconnect.
//
// It may be called for several listeners at the same time; the limits are those of all together.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() { defer close(closed); _ = listener.Close() })
	var connections sync.WaitGroup
	err := s.accept(ctx, listener, &connections)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel()
	<-closed
	connections.Wait()
	return &Error{Kind: status.Closed, Err: err}
}

// accept returns when the listener is closed.
func (s *Server) accept(ctx context.Context, listener net.Listener, connections *sync.WaitGroup) error {
	wait := acceptWaitMin
	for {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			wait = acceptWaitMin
			s.admit(ctx, conn, connections)
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return err
		default:
			s.config.Logger.Warn("accept failed", "error", err, "wait", wait)
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
			wait = min(2*wait, acceptWaitMax)
		}
	}
}

// admit starts a connection, or closes it when there are too many. It never waits for a peer.
func (s *Server) admit(ctx context.Context, conn net.Conn, connections *sync.WaitGroup) {
	s.tally.accepted.Add(1)
	id, ok := s.reserve()
	if !ok {
		s.tally.refused.Add(1)
		s.config.Logger.Debug("connection refused", "remote", conn.RemoteAddr())
		_ = conn.Close()
		return
	}
	c := &Conn{
		id: id, net: conn, profile: s.profile, routes: s.routes, options: &s.config.Options, tally: &s.tally, gate: s.gate,
	}
	if err := c.start(); err != nil {
		s.config.Logger.Warn("connection not started", "error", err)
		s.tally.failed(kindOf(err, status.Internal))
		s.release(true)
		_ = conn.Close()
		return
	}
	s.gate.wait(c)
	connections.Go(func() { s.run(ctx, c) })
}

// run is the life of a connection.
func (s *Server) run(ctx context.Context, c *Conn) {
	err := c.Handshake(ctx)
	s.gate.forget(c)
	if err != nil {
		s.release(true)
		return
	}
	s.mu.Lock()
	s.pending--
	s.clients[c.id] = c
	s.mu.Unlock()
	_ = c.Run(ctx)
	s.mu.Lock()
	delete(s.clients, c.id)
	s.mu.Unlock()
	s.release(false)
}

// reserve makes room for one more connection.
func (s *Server) reserve() (id uint64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= s.config.MaxClients || s.pending >= s.config.MaxPending {
		slowest := s.gate.evict()
		if slowest == nil {
			return 0, false
		}
		s.tally.evicted.Add(1)
		slowest.end(&Error{Kind: status.HandshakeRate}, true) // its goroutine gives the place back
	}
	s.open++
	s.pending++
	s.lastID++
	return s.lastID, true
}

func (s *Server) release(pending bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if pending {
		s.pending--
	}
}
