package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

// nodePending is how many connections the server lets be in their handshake: less than a crowd.
const nodePending = 64

// nodeServer is a node.Server in this process.
type nodeServer struct {
	*inside
	server *node.Server
	stop   context.CancelFunc
	ends   endLog
}

func newNodeVictim(role sv2.Party, encrypted bool) (Victim, error) {
	about := miningDescription("sv2/node", role, encrypted)
	about.Broken = status.ConnectionLost
	if role == sv2.Client {
		return newNodeClient(about), nil
	}
	v := &nodeServer{inside: newInside(about)}
	v.ends.tell = v.noteEnd
	server, err := node.NewServer(&node.ServerConfig{
		Session: *v.serverConfig(), Handlers: node.ServerHandlers{Mining: answering{}}, MaxPending: nodePending,
		Options: node.Options{Logger: slog.New(endHandler{log: &v.ends})},
	})
	if err != nil {
		return nil, err
	}
	if err := v.listen(); err != nil {
		return nil, err
	}
	v.server = server
	ctx, stop := context.WithCancel(context.Background())
	v.stop = stop
	v.running.Go(func() { server.Serve(ctx, v.listener) })
	return v, nil
}

func (v *nodeServer) noteEnd(peer net.Addr, err error) {
	v.tell(v.listener.Addr().String()+" "+peer.String(), testimonyOf(err))
}

func (v *nodeServer) Close() error {
	v.stop()
	err := v.inside.Close()
	if open, pending := v.server.Open(); open != 0 || pending != 0 {
		err = errors.Join(err, fmt.Errorf("%d connections left, %d of them in their handshake", open, pending))
	}
	return errors.Join(err, v.ends.compare(v.server.Counters()))
}

// newNodeClient is a node.Client in this process, one for each connection: by itself it would connect again.
func newNodeClient(about *Description) *inside {
	v := newInside(about)
	v.connect = func(address *net.TCPAddr) (Encounter, error) {
		here, err := endpoint.NewInsecure(address.IP.String(), uint16(address.Port))
		if about.Encrypted {
			here, err = endpoint.New(address.IP.String(), uint16(address.Port), about.Credentials.authority.public)
		}
		if err != nil {
			return nil, err
		}
		ctx, stop := context.WithCancel(context.Background())
		c := &clientOnce{ends: endLog{tell: func(net.Addr, error) { stop() }, stop: stop}}
		client, err := node.NewClient(&node.ClientConfig{
			Session: *v.clientConfig(), Handlers: node.ClientHandlers{Mining: answering{}}, Endpoints: []endpoint.Endpoint{here},
			Options: node.Options{Logger: slog.New(endHandler{log: &c.ends})}, Security: securityOf, Dial: c.dial,
		})
		if err != nil {
			stop()
			return nil, err
		}
		end := make(told, 1)
		v.running.Go(func() {
			defer stop()
			err := client.Run(ctx)
			end <- c.testimony(client, err)
		})
		return end, nil
	}
	return v
}

func securityOf(e endpoint.Endpoint) session.Security {
	if e.IsInsecure() {
		return session.Plain()
	}
	return session.Initiate(e.Policy())
}

// clientOnce is one run of a client, which is stopped when its first connection has ended.
type clientOnce struct {
	ends   endLog
	dialed bool
}

var errOnce = errors.New("one connection is enough")

func (c *clientOnce) dial(ctx context.Context, address string) (net.Conn, error) {
	if c.dialed {
		return nil, errOnce
	}
	c.dialed = true
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

// testimony is what the client knows when Run has returned.
func (c *clientOnce) testimony(client *node.Client, run error) Testimony {
	said := testimonyOf(c.ends.last)
	switch {
	case said.Kind == status.ConnectFailed && errors.Is(c.ends.last, syscall.ECONNRESET):
		said.Kind = status.ConnectionLost // the peer was faster than connecting
	case !errors.Is(run, status.Closed) && !errors.Is(run, said.Kind):
		said.Fault = fmt.Sprintf("Run: %v", run)
	case client.Conn() != nil:
		said.Fault = "a connection is left"
	default:
		if err := c.ends.compare(client.Counters()); err != nil {
			said.Fault = err.Error()
		}
	}
	return said
}

// answering is a handler that answers each question, of either end.
type answering struct{}

func (answering) Established(*node.Conn) error { return nil }

func (answering) Ended(*node.Conn, error) {}

func (answering) ServeMining(c *node.Conn, m node.Message) error { return answer(c, m) }

func (answering) ReceiveMining(c *node.Conn, m node.Message) error { return answer(c, m) }

// answer ends the connection when a message cannot be read.
func answer(c *node.Conn, m node.Message) error {
	decoded, _, err := new(sv2.AnyMessage).Decode(m.Frame)
	if err == nil {
		err = react(c, decoded)
	}
	if err != nil {
		return node.End(err)
	}
	return nil
}

// endLog notes how connections ended, by what a node logs, and holds it against what the node has counted.
type endLog struct {
	tell    func(peer net.Addr, err error)
	stop    func() // of a client that cannot even connect, or nil
	mutex   sync.Mutex
	last    error
	refused uint64
	kinds   map[status.Kind]uint64
}

func testimonyOf(err error) (said Testimony) {
	if err != nil {
		said.Kind, said.Text = kindOf(err), err.Error()
	}
	return said
}

func (l *endLog) note(peer net.Addr, err error) {
	l.mutex.Lock()
	if l.kinds == nil {
		l.kinds = make(map[status.Kind]uint64)
	}
	if l.last = err; err == nil {
		l.refused++
	} else {
		l.kinds[kindOf(err)]++
	}
	l.mutex.Unlock()
	l.tell(peer, err)
}

// tried ends a client whose try has failed: if it was in the handshake, that has been noted before.
func (l *endLog) tried(err error) {
	if err == nil || l.stop == nil {
		return
	}
	l.mutex.Lock()
	if l.last == nil {
		l.last = err
	}
	l.mutex.Unlock()
	l.stop()
}

// compare finds ends that were counted otherwise than they were logged.
func (l *endLog) compare(c node.Counters) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	all := c.Refused
	for _, kind := range status.All() {
		counted := c.HandshakeFailures[kind] + c.Ends[kind]
		if all += counted; counted != l.kinds[kind] {
			return fmt.Errorf("%d ends of kind %s were counted, and %d logged", counted, kind.Name(), l.kinds[kind])
		}
	}
	if c.Accepted != all || c.Refused != l.refused {
		return fmt.Errorf("of %d connections %d have ended; %d refused, %d logged", c.Accepted, all, c.Refused, l.refused)
	}
	return nil
}

// endHandler takes the lines of a node's log that tell the end of a connection.
type endHandler struct {
	log  *endLog
	peer net.Addr
}

func (h endHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h endHandler) WithGroup(string) slog.Handler { return h }

func (h endHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	for _, one := range attributes {
		h = h.with(one)
	}
	return h
}

func (h endHandler) with(a slog.Attr) endHandler {
	if peer, ok := a.Value.Any().(net.Addr); ok && a.Key == "remote" {
		h.peer = peer
	}
	return h
}

func (h endHandler) Handle(_ context.Context, r slog.Record) error {
	var why error
	r.Attrs(func(a slog.Attr) bool {
		h = h.with(a)
		if err, ok := a.Value.Any().(error); ok && a.Key == "error" {
			why = err
		}
		return true
	})
	switch r.Message {
	case "handshake failed", "connection ended", "connection refused":
		h.log.note(h.peer, why)
	case "endpoint tried":
		h.log.tried(why)
	}
	return nil
}
