package node

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// ServerConfig describes a server. A limit of 0 means the default that stands behind it.
type ServerConfig struct {
	// Session is what each connection is like. Its Timeouts.Inactivity sends silent clients away, its Limits.Output is the
	// send queue of each client.
	Session  session.ServerConfig
	Handlers ServerHandlers
	Options

	// MaxClients is how many connections there may be, set up or not, and MaxPending how many of them in their handshake;
	// 10,000 and 1,024. For one more, one in its handshake whose peer keeps the server waiting is closed, so that strangers
	// who connect and go no further do not keep others out: of those from the address that most come from, the one that has
	// waited longest. An address is that of a net.TCPAddr, of IPv6 its first 64 bits. If there is none such, the new one is
	// closed. What is being closed may still be counted in Open for a moment.
	MaxClients, MaxPending int
	// MaxHandshakes is how many handshakes may compute at a time; runtime.GOMAXPROCS(0). The others wait, within their
	// deadline, and cost nothing.
	MaxHandshakes int
	// HandshakeRate and HandshakeBurst bound handshakes per second in the long run, and at once when all clients come back:
	// 1,000, which is a sixth of a core, and MaxClients or a second's worth if that is more. One too many is closed. The last
	// quarter of the burst is for addresses from which few come, in ten seconds a tenth of HandshakeRate; all others can have
	// what these do not use. See noise.Admission.
	HandshakeRate, HandshakeBurst uint32

	// Requests gets what siblings ask for; see [NewSiblings].
	Requests RequestFunc
}

// Server is the server's end of many connections. Make it with [NewServer]. Its methods may be called from any goroutine, also
// from handlers, and there may be any number of servers in a process.
type Server struct {
	config  ServerConfig
	profile *session.Profile
	routes  *routes
	gate    *gate
	tally   tally

	siblings *Siblings // or nil
	requests requests  // of siblings

	mu      sync.Mutex
	lastID  uint64
	open    int              // connections
	pending int              // of these, in their handshake
	clients map[uint64]*Conn // those that have been set up
}

// NewServer checks a configuration and copies it. Kinds: those of session.NewServerProfile; Argument, with [ErrNullHandler],
// [ErrUnusedHandler], [ErrDecideSetup] or for a limit below 0.
func NewServer(config *ServerConfig) (*Server, error) {
	s := &Server{config: *config, clients: make(map[uint64]*Conn), requests: make(requests, requestsMax)}
	var err error
	if s.profile, err = session.NewServerProfile(&s.config.Session); err != nil {
		return nil, err
	}
	s.routes = s.config.Handlers.routes()
	if err := s.routes.check(s.profile, sv2.Server); err != nil {
		return nil, err
	}
	if err := s.config.complete(); err != nil {
		return nil, err
	}
	size := sv2.FrameHeaderSize
	if s.profile.Encrypted() {
		size = noise.Act1Size
	}
	if s.gate, err = newGate(size, s.config.MaxHandshakes, s.config.HandshakeRate, s.config.HandshakeBurst); err != nil {
		return nil, err
	}
	return s, nil
}

// complete fills in the defaults.
func (c *ServerConfig) complete() error {
	if c.MaxClients < 0 || c.MaxPending < 0 || c.MaxHandshakes < 0 {
		return fmt.Errorf("%w: a limit of the server is below 0", status.Argument)
	}
	setDefault(&c.MaxClients, 10_000)
	setDefault(&c.MaxPending, 1024)
	setDefault(&c.MaxHandshakes, runtime.GOMAXPROCS(0))
	setDefault(&c.HandshakeRate, 1000)
	setDefault(&c.HandshakeBurst, max(uint32(min(c.MaxClients, 1<<30)), c.HandshakeRate))
	return c.Options.complete()
}

func setDefault[T int | uint32](setting *T, normal T) {
	if *setting == 0 {
		*setting = normal
	}
}

// Client returns the connection with this ID, or nil if it is not set up or no longer there.
func (s *Server) Client(id uint64) *Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clients[id]
}

// Clients returns the connections that are set up, in the order of their IDs. A client whose SetupConnection was refused is
// never one of them.
func (s *Server) Clients() []*Conn {
	s.mu.Lock()
	clients := make([]*Conn, 0, len(s.clients))
	for _, c := range s.clients {
		clients = append(clients, c)
	}
	s.mu.Unlock()
	slices.SortFunc(clients, func(a, b *Conn) int { return cmp.Compare(a.id, b.id) })
	return clients
}

// Broadcast sends a message to all clients that may get it, and returns how many queues took it. Clients of other
// subprotocols and those that are not established yet are passed over; what full queues mean says Options.WhenFull.
func (s *Server) Broadcast(m sv2.Message) (queued int) {
	for _, c := range s.Clients() {
		if c.Send(m) == nil {
			queued++
		}
	}
	return queued
}

// Counters returns what happened on all connections so far.
func (s *Server) Counters() Counters { return s.tally.snapshot() }

// Open returns how many connections there are, and how many of them are in their handshake.
func (s *Server) Open() (connections, pending int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.pending
}
