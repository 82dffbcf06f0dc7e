package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/session"
)

// network is where test clients dial: host:port to a server that is there, or not.
type network struct {
	mu      sync.Mutex
	servers map[string]func(net.Conn) // what becomes of the server's end
	dialled []string
}

func newNetwork() *network { return &network{servers: map[string]func(net.Conn){}} }

func (n *network) dial(_ context.Context, address string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dialled = append(n.dialled, address)
	serve := n.servers[address]
	if serve == nil {
		return nil, errors.New("nobody is there")
	}
	a, b := net.Pipe()
	go serve(b)
	return a, nil
}

func (n *network) set(address string, serve func(net.Conn)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.servers[address] = serve
}

func (n *network) addresses() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.dialled)
}

// accept runs a connection of a server by hand.
func accept(t testing.TB, security session.Security, handler *recorder) func(net.Conn) {
	return func(conn net.Conn) {
		sc := serverConfig(security)
		profile, err := session.NewServerProfile(&sc)
		check(t, err)
		c, err := NewServerConn(conn, profile, ServerHandlers{Mining: handler}, nil)
		check(t, err)
		if c.Handshake(context.Background()) == nil {
			c.SetState(conn)
			_ = c.Run(context.Background())
		}
	}
}

// running is a client that runs.
type running struct {
	*Client
	side    *recorder
	network *network
	ended   chan error
	stop    context.CancelFunc
}

func testKey(t testing.TB) noise.PublicKey {
	t.Helper()
	e, err := endpoint.Parse("stratum2+tcp://pool.example:3333/9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72")
	check(t, err)
	return e.Authority()
}

func newEndpoint(t testing.TB, host string, port uint16, key noise.PublicKey) endpoint.Endpoint {
	t.Helper()
	e, err := endpoint.New(host, port, key)
	check(t, err)
	return e
}

// runClient runs a client of plain endpoints a.example:1, b.example:1 and so on.
func runClient(t testing.TB, network *network, hosts string, change func(*ClientConfig)) *running {
	t.Helper()
	r := &running{side: newRecorder(), network: network, ended: make(chan error, 1)}
	config := ClientConfig{
		Session: clientConfig(session.Security{}), Handlers: ClientHandlers{Mining: r.side}, Dial: network.dial,
		Security: func(endpoint.Endpoint) session.Security { return session.Plain() },
		Failover: endpoint.Config{Backoff: endpoint.Backoff{Jitter: 100}},
	}
	for _, host := range hosts {
		config.Endpoints = append(config.Endpoints, newEndpoint(t, string(host)+".example", 1, testKey(t)))
	}
	if change != nil {
		change(&config)
	}
	var err error
	r.Client, err = NewClient(&config)
	check(t, err)
	var ctx context.Context
	ctx, r.stop = context.WithCancel(t.Context())
	go func() { r.ended <- r.Run(ctx) }()
	return r
}

// end stops it and looks at why it has ended.
func (r *running) end(t testing.TB) {
	t.Helper()
	r.stop()
	err := <-r.ended
	expectKind(t, err, status.Closed)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if r.Conn() != nil {
		t.Error("a connection is left")
	}
	expectKind(t, r.Send(openFrame), status.ConnectionLost)
	if n := len(r.side.order); n%2 != 0 || n > 0 && r.side.order[n-1] != "ended" {
		t.Error("Run has returned before the handler heard the end:", r.side.order)
	}
}

// TestClientReconnects: S1-09, S1-10, S1-11: a lost connection is announced to the handler before there is another one, which
// comes after the back-off.
func TestClientReconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, server := newNetwork(), newRecorder()
		n.set("a.example:1", accept(t, session.Plain(), server))
		begun := time.Now()
		r := runClient(t, n, "a", nil)
		<-r.Ready()
		var lost []time.Duration
		for range 3 {
			synctest.Wait()
			check(t, r.Send(openFrame))
			synctest.Wait()
			lost = append(lost, time.Since(begun))
			server.established[len(server.established)-1].Close()
			time.Sleep(5 * time.Second)
			synctest.Wait()
		}
		synctest.Wait()
		if want := []string{"established", "ended", "established", "ended", "established", "ended", "established"}; !slices.Equal(r.side.order, want) {
			t.Error(r.side.order)
		}
		for _, err := range r.side.ended {
			expectKind(t, err, status.PeerClosed)
		}
		if lost[0] != 0 || len(n.addresses()) != 4 {
			t.Error(lost, n.addresses())
		}
		if c := r.Counters(); c.Accepted != 4 || c.Established != 4 || c.Ends[status.PeerClosed] != 3 {
			t.Errorf("%+v", c)
		}
		r.end(t)
	})
}

// TestClientBackoff: S1-09: 1 s, 2 s, 4 s ... between tries of a server that is not there.
func TestClientBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		r := runClient(t, n, "a", nil)
		for i, at := range []time.Duration{0, 1, 3, 7, 15} {
			time.Sleep(at*time.Second - time.Since(r.begun))
			synctest.Wait()
			if tries := len(n.addresses()); tries != i+1 {
				t.Errorf("%d tries after %d s", tries, at)
			}
		}
		if kind := r.LastFailure(0); kind != status.ConnectFailed {
			t.Error(kind)
		}
		r.end(t)
	})
}

// TestClientStops: S1-08, S1-10: when trying again changes nothing, Run ends with the reason.
func TestClientStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		n.set("a.example:1", func(conn net.Conn) {
			s := script{t, conn}
			s.expect(&sv2.SetupConnection{})
			s.write(&sv2.SetupConnectionError{ErrorCode: []byte(sv2.ErrorCodeUnsupportedProtocol)})
		})
		r := runClient(t, n, "a", nil)
		expectKind(t, <-r.ended, status.SetupRefused)
		if len(n.addresses()) != 1 || len(r.side.order) != 0 {
			t.Error(n.addresses(), r.side.order)
		}
		// Something has changed.
		n.set("a.example:1", accept(t, session.Plain(), newRecorder()))
		check(t, r.Readmit(0))
		ctx, stop := context.WithCancel(t.Context())
		go func() { r.ended <- r.Run(ctx) }()
		<-r.Ready()
		expectKind(t, r.Run(ctx), status.State)
		stop()
		<-r.ended
	})
}

// TestClientHandlerGivesUp: a handler's End with a kind that nothing can be done about stops the client.
func TestClientHandlerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		n.set("a.example:1", accept(t, session.Plain(), newRecorder()))
		side := newRecorder()
		side.onEstablished = func(*Conn) error { return End(fmt.Errorf("channel refused: %w", status.SetupRefused)) }
		r := runClient(t, n, "a", func(c *ClientConfig) { c.Handlers.Mining = side })
		expectKind(t, <-r.ended, status.SetupRefused)
	})
}

// TestClientHandlerEnds: an end for a reason that has no kind, or one that is no failure, is a lost connection.
func TestClientHandlerEnds(t *testing.T) {
	for _, reason := range []error{errors.New("no kind"), status.NotFound, nil} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork()
			n.set("a.example:1", accept(t, session.Plain(), newRecorder()))
			side := newRecorder()
			side.onEstablished = func(*Conn) error { return End(reason) }
			r := runClient(t, n, "a", func(c *ClientConfig) { c.Handlers.Mining = side })
			time.Sleep(time.Minute)
			if tries := len(n.addresses()); tries < 4 {
				t.Error(reason, tries)
			}
			r.end(t)
		})
	}
}

// TestClientNetworkRestored: when the device's link is back, the client does not sleep through the rest of its back-off.
func TestClientNetworkRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		r := runClient(t, n, "a", nil)
		time.Sleep(20 * time.Second)
		if !r.AllFailed() {
			t.Error("AllFailed")
		}
		n.set("a.example:1", accept(t, session.Plain(), newRecorder()))
		r.NetworkRestored()
		synctest.Wait()
		if _, ok := r.Live(); !ok || r.AllFailed() {
			t.Error("not connected at once")
		}
		r.end(t)
	})
}

// TestClientClosesConnection: a connection that the program closes is replaced.
func TestClientClosesConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		n.set("a.example:1", accept(t, session.Plain(), newRecorder()))
		r := runClient(t, n, "a", nil)
		<-r.Ready()
		r.Conn().Close()
		time.Sleep(2 * time.Second)
		if len(n.addresses()) != 2 || r.Conn() == nil {
			t.Error(n.addresses())
		}
		r.end(t)
	})
}

// TestClientFailsOver: the second endpoint is used while the first is away, which is probed and, once it has proved itself,
// used again; the handler sees one connection at a time.
func TestClientFailsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, b := newNetwork(), newRecorder(), newRecorder()
		n.set("b.example:1", accept(t, session.Plain(), b))
		r := runClient(t, n, "ab", nil)
		time.Sleep(10 * time.Second)
		if index, ok := r.Live(); !ok || index != 1 {
			t.Fatal(index, ok)
		}
		n.set("a.example:1", accept(t, session.Plain(), a))
		time.Sleep(time.Hour)
		synctest.Wait()
		if index, ok := r.Live(); !ok || index != 0 {
			t.Fatal(index, ok)
		}
		if want := []string{"established", "ended", "established"}; !slices.Equal(r.side.order, want) {
			t.Error(r.side.order)
		}
		expectKind(t, r.side.ended[0], status.Closed)
		if c := r.Counters(); c.Established < 5 { // b, three probes and a
			t.Errorf("%+v", c)
		}
		r.end(t)
	})
}

// TestClientFollowsReconnect: CM-01, CM-02, CM-04, CM-05, S1-10: to another port of the same host, by a whole handshake that
// proves the same authority; a server at the new place that has another one is not accepted.
func TestClientFollowsReconnect(t *testing.T) {
	for _, same := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			k, foreign := newKeys(t), newKeys(t)
			n, first, second := newNetwork(), newRecorder(), newRecorder()
			there := k
			if !same {
				there = foreign
			}
			n.set("a.example:1", accept(t, k.respond(), first))
			n.set("a.example:7", accept(t, there.respond(), second))
			r := runClient(t, n, "", func(c *ClientConfig) {
				c.Security = nil
				c.Endpoints = []endpoint.Endpoint{newEndpoint(t, "a.example", 1, k.authority)}
			})
			<-r.Ready()
			synctest.Wait()
			check(t, r.Send(openFrame))
			synctest.Wait()
			check(t, first.established[0].Send(&sv2.Reconnect{NewPort: 7}))
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if _, ok := errors.AsType[*ReconnectError](r.side.ended[0]); !ok {
				t.Error(r.side.ended)
			}
			if at := n.addresses(); at[1] != "a.example:7" {
				t.Error(at)
			}
			if same {
				check(t, r.Send(openFrame))
				synctest.Wait()
				if len(second.established) != 1 {
					t.Error("not followed")
				}
				if key, _, err := r.Conn().ServerKey(); err != nil || key != k.identity.Public() {
					t.Error(err)
				}
			} else {
				time.Sleep(time.Minute)
				synctest.Wait()
				if at := n.addresses(); len(second.established) != 0 || at[len(at)-1] != "a.example:1" || r.Conn() == nil {
					t.Error("a foreign authority was accepted, or the way back was not found:", at)
				}
			}
			r.end(t)
		})
	}
}

// TestClientShutdown: S3-15, S1-10 (clean_shutdown_before_connect): at every moment, and nothing is left.
func TestClientShutdown(t *testing.T) {
	for name, serve := range map[string]func(t testing.TB) func(net.Conn){
		"nobody there": func(testing.TB) func(net.Conn) { return nil },
		"silent":       func(testing.TB) func(net.Conn) { return func(net.Conn) {} },
		"connected":    func(t testing.TB) func(net.Conn) { return accept(t, session.Plain(), newRecorder()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork()
				n.set("a.example:1", serve(t))
				runClient(t, n, "a", nil).end(t)
				r := runClient(t, n, "a", nil)
				synctest.Wait()
				r.end(t)
				r = runClient(t, n, "a", nil)
				time.Sleep(3 * time.Second)
				r.end(t)
			})
		})
	}
}

// TestClientTells: SE-03: SetupConnection names the endpoint that was dialled.
func TestClientTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		got := make(chan sv2.SetupConnection, 1)
		n.set("a.example:1", func(conn net.Conn) {
			var m sv2.SetupConnection
			script{t, conn}.expect(&m)
			got <- m
			conn.Close()
		})
		r := runClient(t, n, "a", nil)
		if m := <-got; string(m.EndpointHost) != "a.example" || m.EndpointPort != 1 {
			t.Errorf("%s %d", m.EndpointHost, m.EndpointPort)
		}
		r.end(t)
	})
}

// TestClientConfig: S3-15 (bad_config).
func TestClientConfig(t *testing.T) {
	good := ClientConfig{
		Session: clientConfig(session.Security{}), Handlers: ClientHandlers{Mining: newRecorder()},
		Endpoints: []endpoint.Endpoint{newEndpoint(t, "a.example", 1, testKey(t))},
	}
	if _, err := NewClient(&good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*ClientConfig){
		"no endpoint":    func(c *ClientConfig) { c.Endpoints = nil },
		"no handler":     func(c *ClientConfig) { c.Handlers = ClientHandlers{} },
		"security twice": func(c *ClientConfig) { c.Session.Security = session.Plain() },
		"no vendor":      func(c *ClientConfig) { c.Session.Setup.Vendor = nil },
		"policy":         func(c *ClientConfig) { c.WhenFull = 7 },
		"server's security": func(c *ClientConfig) {
			c.Security = func(endpoint.Endpoint) session.Security { return session.Respond(nil) }
		},
	} {
		bad := good
		change(&bad)
		if c, err := NewClient(&bad); c != nil || !errors.Is(err, status.Argument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDialFails: S1-08, S3-15 (initiate_connection): a name that does not resolve and a port that is closed are told apart.
func TestDialFails(t *testing.T) {
	noLeaks(t)
	cc := clientConfig(session.Security{})
	handlers := ClientHandlers{Mining: newRecorder()}
	l := listen(t)
	closed := l.Addr().(*net.TCPAddr).Port
	l.Close()
	_, err := Dial(t.Context(), newEndpoint(t, "127.0.0.1", uint16(closed), testKey(t)), &cc, handlers, nil)
	expectKind(t, err, status.ConnectFailed)
	expectKind(t, dialError(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), status.ResolveFailed)
	if _, err := Dial(t.Context(), endpoint.Endpoint{}, &cc, handlers, nil); err == nil {
		t.Error("the zero endpoint")
	}
	if _, err := Dial(t.Context(), newEndpoint(t, "127.0.0.1", 1, testKey(t)), &cc, ClientHandlers{}, nil); !errors.Is(err, ErrNullHandler) {
		t.Error(err)
	}
}
