package node

import (
	"log/slog"
	"math"
	"net"
	"sync"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// Conn is one connection, either end of it. Make it with [NewClientConn], [NewServerConn] or [Dial]; then call Handshake,
// then Run, or Close. All other methods may be called at any time, from any goroutine.
//
// It costs one goroutine while it runs, that of Run; a second one writes while there is something to write, and a buffer of
// 16 KiB is borrowed meanwhile, as while much is received. An idle encrypted connection takes some 9 KB, all in all.
type Conn struct {
	id      uint64
	net     net.Conn
	profile *session.Profile
	routes  *routes
	options *Options
	tally   *tally
	gate    *gate // of a server, or nil
	begun   time.Time

	writers sync.WaitGroup

	mu        sync.Mutex // guards what follows
	session   *session.Session
	stage     stage
	reason    error  // why the connection ends, if the session does not know
	over      bool   // the session has ended, and the reader is told
	drain     bool   // with last words to the peer
	abandoned bool   // nothing is sent any more
	writing   bool   // a goroutine writes
	broken    error  // of the last write; nothing can be sent any more
	armed     uint64 // the deadline for reading, in milliseconds after begun
	state     any

	// For the goroutine of Handshake and Run.
	passed bool   // the gate
	unread []byte // received and not fed, a part of buffer
	buffer []byte
	large  *transferBuffer // buffer is this one; or nil
	filled bool            // by the last read
	route  *route          // once it is established
}

// stage is how far a Conn has been used.
type stage uint8

const (
	stageNew stage = iota
	stageHandshake
	stageReady
	stageRunning
	stageClosing
	stageClosed
)

const notArmed = math.MaxUint64

// NewClientConn makes the client's end of a connection that has just been made, and owns it unless there is an error. The
// deadlines of conn have to work: they are what wakes those who read and write. The deadline of the handshake begins here.
// options may be nil. Kinds: Argument, with [ErrNullHandler] or [ErrUnusedHandler]; those of session.Profile.Start.
func NewClientConn(conn net.Conn, profile *session.Profile, handlers ClientHandlers, options *Options) (*Conn, error) {
	return newConn(conn, profile, sv2.Client, handlers.routes(), options)
}

// NewServerConn makes the server's end of a connection that has just been accepted, as NewClientConn does. A [Server] bounds
// handshakes as well; here that is left to the caller. Kinds beside those of NewClientConn: Argument with [ErrDecideSetup].
func NewServerConn(conn net.Conn, profile *session.Profile, handlers ServerHandlers, options *Options) (*Conn, error) {
	return newConn(conn, profile, sv2.Server, handlers.routes(), options)
}

func newConn(conn net.Conn, profile *session.Profile, role sv2.Party, routes *routes, options *Options) (*Conn, error) {
	if err := routes.check(profile, role); err != nil {
		return nil, err
	}
	var own Options
	if options != nil {
		own = *options
	}
	if err := own.complete(); err != nil {
		return nil, err
	}
	c := &Conn{net: conn, profile: profile, routes: routes, options: &own, tally: &tally{}}
	c.tally.accepted.Add(1)
	return c, c.start()
}

// start begins the session.
func (c *Conn) start() (err error) {
	c.begun, c.armed = time.Now(), notArmed
	c.session, err = c.profile.Start(c.options.Random, c.now())
	return err
}

// now is the clocks of the session.
func (c *Conn) now() session.Time {
	now := time.Now()
	return session.Time{Monotonic: uint64(now.Sub(c.begun).Milliseconds()), Unix: uint64(max(now.Unix(), 0))}
}

// at is when the monotonic clock of the session shows so many milliseconds.
func (c *Conn) at(monotonic uint64) time.Time {
	const farthest = uint64(math.MaxInt64 / time.Millisecond)
	return c.begun.Add(time.Duration(min(monotonic, farthest)) * time.Millisecond)
}

// advance goes from one stage to the next. Errors: that of the end, or State.
func (c *Conn) advance(from, to stage) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stage != from || c.session.Err() != nil {
		if err := c.failure(); err != nil {
			return err
		}
		return status.State
	}
	c.stage = to
	return nil
}

// Close ends the connection from this side: Run sends what waits, no longer than session.Timeouts.Drain, and returns. A
// Handshake fails at once, but waits for DecideSetup. Close does not wait for them. A [Client] connects anew, with back-off.
func (c *Conn) Close() { c.end(&Error{Kind: status.Closed}, false) }

// ID returns the number of the connection, unique within its Server or Client; 0 outside of one.
func (c *Conn) ID() uint64 { return c.id }

// Role returns which end this is.
func (c *Conn) Role() sv2.Party { return c.profile.Role() }

// RemoteAddr returns the address of the peer.
func (c *Conn) RemoteAddr() net.Addr { return c.net.RemoteAddr() }

// Setup returns the protocol, the version and the two sets of flags that SetupConnection settled; ok is false before.
func (c *Conn) Setup() (protocol uint8, usedVersion uint16, requestFlags, successFlags uint32, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.Setup()
}

// Extensions returns the extensions that are negotiated now, ascending. The slice is not to be changed.
func (c *Conn) Extensions() []uint16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.Extensions()
}

// ServerKey returns, on a client, the key and the certificate of the server once the Noise handshake is done; State
// otherwise. With noise.Insecure they are claims.
func (c *Conn) ServerKey() (noise.PublicKey, noise.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.Server()
}

// Err returns why the connection ended, or nil while it has not.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failure()
}

// Counters returns what happened on this connection; for one of a Server or a Client, on all of them.
func (c *Conn) Counters() Counters { return c.tally.snapshot() }

// SetState keeps what a handler wants to know of the connection, for State.
func (c *Conn) SetState(state any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = state
}

// State returns what SetState has kept.
func (c *Conn) State() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// logger names the connection.
func (c *Conn) logger() *slog.Logger {
	return c.options.Logger.With("role", roleName(c.Role()), "connection", c.id, "remote", c.net.RemoteAddr())
}

func roleName(role sv2.Party) string {
	if role == sv2.Client {
		return "client"
	}
	return "server"
}
