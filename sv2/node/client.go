package node

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/session"
)

// ClientConfig describes a client that stays connected.
type ClientConfig struct {
	// Session is what each connection is like. Security is left zero, and endpoint_host and endpoint_port of Setup are set
	// for each connection.
	Session  session.ClientConfig
	Handlers ClientHandlers
	Options

	Endpoints []endpoint.Endpoint // in the order of preference
	Failover  endpoint.Config     // back-off, tries, probes; the zero value is ready for use

	// Security says how connections to an endpoint are protected; nil demands a certificate of its authority. After
	// Reconnect it gets the new host and port with the same authority.
	Security func(endpoint.Endpoint) session.Security
	// Dial makes connections to host:port; nil is TCP within DialTimeout.
	Dial func(ctx context.Context, address string) (net.Conn, error)

	// Requests gets what the sibling asks for; see [NewSiblings].
	Requests RequestFunc
}

// Client keeps one connection to the best endpoint of a list: it connects again with back-off, falls back to the next
// endpoint, probes the better ones and goes back, and follows Reconnect with the authority key that it had. The decisions are
// those of endpoint.Failover. Make it with [NewClient]. Its methods may be called from any goroutine, also from handlers.
type Client struct {
	config ClientConfig
	routes *routes
	begun  time.Time // its clock starts here
	tally  tally
	ready  chan struct{} // closed when it has been established once

	siblings *Siblings // or nil
	requests requests  // of siblings

	mu      sync.Mutex
	list    *endpoint.Failover
	running bool
	lastID  uint64
	conn    *Conn         // in use, or nil
	changed chan struct{} // wakes Run
}

// NewClient checks a configuration and copies it. Kinds: those of endpoint.NewFailover and session.NewClientProfile; Argument,
// with [ErrNullHandler] or [ErrUnusedHandler].
func NewClient(config *ClientConfig) (*Client, error) {
	c := &Client{
		config: *config, begun: time.Now(), ready: make(chan struct{}), changed: make(chan struct{}, 1),
		requests: make(requests, requestsMax),
	}
	var err error
	if c.list, err = endpoint.NewFailover(c.config.Failover, c.config.Endpoints...); err != nil {
		return nil, err
	}
	if c.config.Session.Security != (session.Security{}) {
		return nil, fmt.Errorf("%w: Session.Security is set, in place of Security", status.Argument)
	}
	profile, err := c.profile(c.config.Endpoints[0])
	if err != nil {
		return nil, err
	}
	c.routes = c.config.Handlers.routes()
	if err := c.routes.check(profile, sv2.Client); err != nil {
		return nil, err
	}
	if c.config.Dial == nil {
		c.config.Dial = dialTCP
	}
	if err := c.config.complete(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Client) profile(e endpoint.Endpoint) (*session.Profile, error) {
	config := c.config.Session
	if c.config.Security != nil {
		config.Security = c.config.Security(e)
	}
	return clientProfile(e, &config)
}

// Conn returns the connection in use, or nil. It is replaced, never used again.
func (c *Client) Conn() *Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

// Send sends on the connection in use; see [Conn.Send]. Kind beside its: ConnectionLost when there is none. Nothing is kept
// for the next connection, which would have other channels.
func (c *Client) Send(m sv2.Message) error {
	conn := c.Conn()
	if conn == nil {
		return status.ConnectionLost
	}
	return conn.Send(m)
}

// Ready is closed when a connection has been established for the first time.
func (c *Client) Ready() <-chan struct{} { return c.ready }

// Readmit makes an endpoint eligible again that was given up, because something has changed; see endpoint.Failover.Readmit.
func (c *Client) Readmit(index int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake()
	return c.list.Readmit(index)
}

// NetworkRestored makes it try again at once, because the network of this device has returned; see
// endpoint.Failover.NetworkRestored.
func (c *Client) NetworkRestored() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake()
	c.list.NetworkRestored()
}

// wake makes Run ask the list again. The lock is held.
func (c *Client) wake() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// AllFailed reports whether every endpoint has failed and none has been established since.
func (c *Client) AllFailed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list.AllFailed()
}

// Live returns which endpoint of the list is connected, and false if none is.
func (c *Client) Live() (index int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list.Live()
}

// LastFailure returns how the last try or connection of an endpoint failed, 0 if none has since the last success.
func (c *Client) LastFailure(index int) status.Kind {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list.LastFailure(index)
}

// Counters returns what happened on all connections so far, probes included.
func (c *Client) Counters() Counters { return c.tally.snapshot() }
