package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// RequestFunc does what a sibling asks for: any value that the two agree on. The requests of one Server or Client come one
// after the other, on a goroutine of their own, beside the calls of handlers. An error is logged.
type RequestFunc func(ctx context.Context, request any) error

// requestsMax is how many requests wait for a sibling.
const requestsMax = 32

// requests are those that wait.
type requests chan any

// serve is the goroutine that calls f.
func (r requests) serve(ctx context.Context, f RequestFunc, logger *slog.Logger) {
	for {
		select {
		case request := <-r:
			if err := f(ctx, request); err != nil {
				logger.Warn("request of a sibling failed", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// Siblings are a server and clients of one process that work for each other:
//
//	mining server   with a mining client                                      a proxy
//	mining server   with a template client                                    a pool
//	mining server   with a template client and one for job declaration,
//	                or these two and a mining client                          a job declarator client
//	job declaration server   with a template client                           a job declarator server
//
// A server of both mining and job declaration may have the clients of both.
type Siblings struct {
	server  *Server
	clients [sv2.ProtocolTemplateDistribution + 1]*Client // by protocol
	used    atomic.Bool
	ended   chan struct{} // closed when Run has ended
}

// NewSiblings makes them of their configurations, each of which has a Requests function. Kinds: those of NewServer and
// NewClient; Argument with [ErrSiblings] for no client, two of one protocol, a client that does not go with the server, one for
// job declaration without one for templates, and a missing Requests.
func NewSiblings(server *ServerConfig, clients ...*ClientConfig) (*Siblings, error) {
	s := &Siblings{ended: make(chan struct{})}
	var err error
	if s.server, err = NewServer(server); err != nil {
		return nil, err
	}
	s.server.siblings = s
	for _, config := range clients {
		client, err := NewClient(config)
		if err != nil {
			return nil, err
		}
		place := &s.clients[config.Session.Setup.Protocol]
		if *place != nil {
			return nil, fmt.Errorf("%w: %w: two clients of one protocol", status.Argument, ErrSiblings)
		}
		client.siblings, *place = s, client
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// check refuses what does not belong together.
func (s *Siblings) check() error {
	mining, declaration := s.server.profile.Speaks(sv2.ProtocolMining), s.server.profile.Speaks(sv2.ProtocolJobDeclaration)
	allowed := [...]bool{
		sv2.ProtocolMining: mining, sv2.ProtocolJobDeclaration: mining, sv2.ProtocolTemplateDistribution: mining || declaration,
	}
	there := 0
	for protocol, client := range s.clients {
		if client == nil {
			continue
		}
		there++
		if !allowed[protocol] || client.config.Requests == nil {
			return fmt.Errorf("%w: %w: the client of protocol %d", status.Argument, ErrSiblings, protocol)
		}
	}
	if there == 0 || s.server.config.Requests == nil || s.server.profile.Speaks(sv2.ProtocolTemplateDistribution) {
		return fmt.Errorf("%w: %w: the server", status.Argument, ErrSiblings)
	}
	if s.clients[sv2.ProtocolJobDeclaration] != nil && s.clients[sv2.ProtocolTemplateDistribution] == nil {
		return fmt.Errorf("%w: %w: job declaration without templates", status.Argument, ErrSiblings)
	}
	return nil
}

// Server returns the server.
func (s *Siblings) Server() *Server { return s.server }

// Client returns the client of a protocol, or nil.
func (s *Siblings) Client(protocol uint8) *Client {
	if int(protocol) >= len(s.clients) {
		return nil
	}
	return s.clients[protocol]
}

// Run runs the clients, and the server as soon as each of them has been established once: no miner is let in before there is
// work for it. The first that ends, ends all; Run returns when all have, with the error of the first. It is called once, and
// closes the listener.
func (s *Siblings) Run(ctx context.Context, listener net.Listener) error {
	if s.used.Swap(true) {
		return status.State
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var all sync.WaitGroup
	for _, client := range s.clients {
		if client != nil {
			all.Go(func() { end(client.Run(ctx)) })
			all.Go(func() { client.requests.serve(ctx, client.config.Requests, client.config.Logger) })
		}
	}
	all.Go(func() { s.server.requests.serve(ctx, s.server.config.Requests, s.server.config.Logger) })
	if s.awaitClients(ctx) {
		end(s.server.Serve(ctx, listener))
	} else {
		_ = listener.Close()
	}
	all.Wait()
	close(s.ended)
	err := context.Cause(ctx)
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return &Error{Kind: status.Closed, Err: err}
}

// awaitClients reports whether all clients were established before the end.
func (s *Siblings) awaitClients(ctx context.Context) bool {
	for _, client := range s.clients {
		if client == nil {
			continue
		}
		select {
		case <-client.Ready():
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// RequestClient asks the sibling that is a client of the protocol. It does not wait for the answer, which is a request in the
// other direction. Errors: [ErrNoSibling]; QueueFull when too many requests wait; Closed when the siblings have ended.
func (s *Server) RequestClient(protocol uint8, request any) error {
	if s.siblings == nil || s.siblings.Client(protocol) == nil {
		return ErrNoSibling
	}
	return s.siblings.post(s.siblings.Client(protocol).requests, request)
}

// RequestServer asks the sibling that is the server, as [Server.RequestClient] does.
func (c *Client) RequestServer(request any) error {
	if c.siblings == nil {
		return ErrNoSibling
	}
	return c.siblings.post(c.siblings.server.requests, request)
}

func (s *Siblings) post(to requests, request any) error {
	select {
	case <-s.ended:
		return status.Closed
	default:
	}
	select {
	case to <- request:
		return nil
	default:
		return status.QueueFull
	}
}
