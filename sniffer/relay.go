package sniffer

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Config describes a Relay.
type Config struct {
	Downstream Security                                // towards the clients: Plain or Respond
	Upstream   Security                                // towards the server: Plain or Initiate
	Dial       func(context.Context) (net.Conn, error) // makes a connection to the server
	Rules      []Rule                                  // the first that applies to a frame acts on it
	Observe    func(Entry)                             // called for each entry, in order, one at a time; must not call the Relay or its Log

	MaxPayload  int           // largest payload passed on, in bytes; 0 means sv2.PayloadSizeMax
	Connections int           // most at a time; 0 means 1,024. More clients wait.
	Handshake   time.Duration // for both handshakes together; 0 means 30 s
	Drain       time.Duration // for the other way once one has ended; 0 means 10 s
	Limits      Limits        // of the log
}

func (c Config) check() (Config, error) {
	if !c.Downstream.plain && !c.Downstream.responds() || !c.Upstream.plain && !c.Upstream.initiates() || c.Dial == nil {
		return c, status.Argument
	}
	if c.MaxPayload < 0 || c.MaxPayload > sv2.PayloadSizeMax || c.Connections < 0 || c.Handshake < 0 || c.Drain < 0 {
		return c, status.Limit
	}
	setDefault(&c.MaxPayload, sv2.PayloadSizeMax)
	setDefault(&c.Connections, 1024)
	setDefault(&c.Handshake, 30*time.Second)
	setDefault(&c.Drain, 10*time.Second)
	return c, nil
}

func setDefault[T comparable](setting *T, value T) {
	var zero T
	if *setting == zero {
		*setting = value
	}
}

// Relay stands between clients and one server.
type Relay struct {
	config   Config
	listener net.Listener
	journal  *journal
	running  sync.WaitGroup
	slots    chan struct{}
	context  context.Context
	cancel   context.CancelFunc

	mutex       sync.Mutex // taken before that of the journal
	rules       []*Rule
	connections map[int]*connection // open ones
	newest      int
}

// Start relays the clients that listener accepts until Close, which closes the listener too. Kinds: [status.Argument] for a
// Security that does not suit its side, no Dial, or a rule that cannot be; [status.Limit].
func Start(listener net.Listener, c Config) (*Relay, error) {
	c, err := c.check()
	if err != nil {
		return nil, err
	}
	r := &Relay{
		config: c, listener: listener, journal: newJournal(c.Limits, c.Observe), slots: make(chan struct{}, c.Connections),
		connections: make(map[int]*connection),
	}
	for _, rule := range c.Rules {
		if err := r.Add(rule); err != nil {
			return nil, err
		}
	}
	r.context, r.cancel = context.WithCancel(context.Background())
	r.running.Go(r.accept)
	return r, nil
}

// Address returns where the relay listens.
func (r *Relay) Address() net.Addr { return r.listener.Addr() }

// Log returns the log. It can be read after Close, too.
func (r *Relay) Log() Log { return Log{journal: r.journal} }

// Add adds a rule behind those that there are; it applies from the next frame on.
func (r *Relay) Add(rule Rule) error {
	prepared, err := rule.prepare()
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.rules = append(r.rules, prepared)
	return nil
}

// ClearRules removes all rules. What is held stays so.
func (r *Relay) ClearRules() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.rules = nil
}

// Release passes on what is held this way on all connections, in order, and returns how many frames. Errors are those of
// sending.
func (r *Relay) Release(d Direction) (n int, err error) {
	for _, c := range r.all() {
		released, failure := c.release(d)
		n, err = n+released, errors.Join(err, failure)
	}
	return n, err
}

// Inject sends messages one way, on the connection with this number, or the newest one for 0. Kinds: [status.NotFound] when
// it is not open, [status.Argument] for both directions; else errors of encoding and of sending.
func (r *Relay) Inject(connection int, d Direction, messages ...sv2.Message) error {
	frames, err := encode(messages)
	if err != nil {
		return err
	}
	return r.InjectFrames(connection, d, frames...)
}

// InjectFrames is Inject for frames, headers included; see [SendFrames] for what they may be.
func (r *Relay) InjectFrames(connection int, d Direction, frames ...[]byte) error {
	if d != ToServer && d != ToClient {
		return status.Argument
	}
	r.mutex.Lock()
	if connection == 0 {
		connection = r.newest
	}
	c := r.connections[connection]
	r.mutex.Unlock()
	if c == nil {
		return status.NotFound
	}
	return c.inject(d, frames)
}

// Close ends everything and waits for it. The error is that of closing the listener.
func (r *Relay) Close() error {
	r.cancel()
	err := r.listener.Close()
	r.running.Wait()
	r.journal.finish()
	return err
}

func (r *Relay) all() []*connection {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var all []*connection
	for number := 1; number <= r.newest; number++ {
		if c := r.connections[number]; c != nil {
			all = append(all, c)
		}
	}
	return all
}

func (r *Relay) accept() {
	for number := 1; ; number++ {
		select {
		case r.slots <- struct{}{}:
		case <-r.context.Done():
			return
		}
		client, err := acceptOne(r.context, r.listener)
		if err != nil {
			return
		}
		r.journal.add(Entry{Connection: number, Event: Opened})
		r.running.Go(func() {
			err := r.serve(number, client)
			r.journal.add(Entry{Connection: number, Event: Closed, Err: err})
			<-r.slots
		})
	}
}

// acceptOne waits for a connection until the listener is closed. It gets over a system that has no file descriptor for it now.
func acceptOne(ctx context.Context, listener net.Listener) (net.Conn, error) {
	for {
		conn, err := listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) || ctx.Err() != nil {
			return conn, err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, err
		}
	}
}
