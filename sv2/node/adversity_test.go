package node

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// TestSlowReader: a peer that takes a few bytes now and then is slow, and not gone.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _, client, ended := stalled(t, 0, Options{WriteTimeout: 7 * time.Second})
		size := len(frame(t, job))
		for range 20 {
			check(t, server.Send(job))
		}
		for range 20 {
			time.Sleep(5 * time.Second)
			check(t, second(io.ReadFull(client, make([]byte, size))))
		}
		synctest.Wait()
		if err := server.Err(); err != nil {
			t.Fatal(err)
		}
		check(t, server.Send(job))
		expectKind(t, <-ended, status.ConnectionLost)
	})
}

// TestClientFlappingPool: S1-09: a pool that takes the client and drops it at once, or sends it away again and again, is not
// asked more often than one that is not there.
func TestClientFlappingPool(t *testing.T) {
	for name, end := range map[string]func(script){
		"closes":     func(s script) {},
		"garbage":    func(s script) { s.Conn.Write(make([]byte, 100)) },
		"reconnects": func(s script) { s.write(&sv2.Reconnect{}) },
		"elsewhere":  func(s script) { s.write(&sv2.Reconnect{NewHost: []byte("b.example"), NewPort: 1}) },
		"refuses":    nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork()
				flap := func(conn net.Conn) {
					defer conn.Close()
					s := script{t, conn}
					s.expect(&sv2.SetupConnection{})
					if end == nil {
						s.write(&sv2.SetupConnectionError{ErrorCode: []byte("busy")})
						return
					}
					s.write(setupOK)
					end(s)
				}
				n.set("a.example:1", flap)
				n.set("b.example:1", flap)
				r := runClient(t, n, "a", func(c *ClientConfig) {
					if end == nil {
						c.Endpoints = append(c.Endpoints, newEndpoint(t, "c.example", 1, testKey(t))) // keeps it going
					}
				})
				time.Sleep(time.Hour)
				synctest.Wait()
				dials := len(n.addresses())
				if dials < 10 || dials > 2*70 {
					t.Errorf("%d tries in an hour", dials)
				}
				established := 0
				for i, what := range r.side.order {
					if what != [2]string{"established", "ended"}[i%2] {
						t.Fatal(r.side.order)
					}
					established += (i + 1) % 2
				}
				if c := r.Counters(); uint64(established) != c.Established || finished(c) != c.Accepted {
					t.Errorf("established %d times: %+v", established, c)
				}
				r.end(t)
			})
		})
	}
}

// TestBroadcastFromHandlers: S3-14: handlers that send to everybody, while one client takes nothing: it goes when its queue is
// full, and the others do not notice.
func TestBroadcastFromHandlers(t *testing.T) {
	noLeaks(t)
	const clients, messages = 12, 100
	s := serve(t, func(c *ServerConfig) { c.Session.Limits.Output = 8 * session.OutputMin })
	s.side.onMessage = func(*Conn, Message) error {
		s.Broadcast(job)
		return nil
	}
	pipes := newPipeListener()
	go s.Serve(t.Context(), pipes)
	cc := clientConfig(s.keys.initiate())
	profile, err := session.NewClientProfile(&cc)
	check(t, err)
	side := newRecorder()
	block := make(chan struct{})
	side.onMessage = func(*Conn, Message) error { <-block; return nil }
	stuck, err := NewClientConn(pipes.dial(), profile, ClientHandlers{Mining: side}, nil)
	check(t, err)
	check(t, stuck.Handshake(t.Context()))
	stuckEnded := make(chan error, 1)
	go func() { stuckEnded <- stuck.Run(t.Context()) }()
	check(t, stuck.Send(openFrame))
	side.waitMessages(t, 1)

	var connected []*Conn
	var sides []*recorder
	say := func() {
		for _, c := range connected {
			check(t, c.Send(openFrame))
		}
	}
	for range clients {
		c, r, _ := s.run(t)
		connected, sides = append(connected, c), append(sides, r)
	}
	say()
	s.side.waitMessages(t, 1+clients) // all are established
	for i := range messages {
		say()
		for _, r := range sides { // never much on its way to those that read
			r.waitMessages(t, (i+1)*clients)
		}
	}
	s.side.waitMessages(t, 1+clients+clients*messages)
	if c := s.Counters(); len(c.Ends) != 1 || c.Ends[status.QueueFull] != 1 {
		t.Errorf("%+v", c)
	}
	close(block)
	<-stuckEnded
	s.stop()
	<-s.ended
}

// TestCloseAnywhere: both ends are closed, or their contexts end, at any moment from the first byte on: everything ends, and
// each connection is counted once.
func TestCloseAnywhere(t *testing.T) {
	noLeaks(t)
	k := newKeys(t)
	for i := range 200 {
		a, b := tcpPair(t)
		if i%3 == 0 {
			a, b = net.Pipe()
		}
		p := newPair(t, a, b, clientConfig(k.initiate()), serverConfig(k.respond()), Options{})
		p.serverSide.onMessage = func(c *Conn, _ Message) error { return c.Send(job) }
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, c := range []*Conn{p.client, p.server} {
			all.Go(func() {
				if c.Handshake(ctx) == nil {
					_ = c.Send(openFrame)
					_ = c.Run(ctx)
				}
			})
		}
		time.Sleep(time.Duration(i%50) * 20 * time.Microsecond)
		switch i % 4 {
		case 0:
			cancel()
		case 1:
			p.client.Close()
		case 2:
			p.server.Close()
		case 3:
			p.close()
			p.close()
		}
		all.Wait()
		cancel()
		for _, c := range []*Conn{p.client, p.server} {
			if counters := c.Counters(); finished(counters) != 1 || c.Err() == nil {
				t.Errorf("round %d: %v, %+v", i, c.Err(), counters)
			}
		}
		for _, side := range []*recorder{p.clientSide, p.serverSide} {
			if order := side.order; slices.Contains(order, "established") != slices.Contains(order, "ended") || len(order) > 2 {
				t.Errorf("round %d: %v", i, order)
			}
		}
	}
}

// TestLogTellsNoSecrets: with the most talkative logger, nothing of what peers and miners say of themselves is logged.
func TestLogTellsNoSecrets(t *testing.T) {
	noLeaks(t)
	var log strings.Builder
	options := Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	k := newKeys(t)
	for _, refuse := range []bool{false, true} {
		a, b := tcpPair(t)
		cc, sc := clientConfig(k.initiate()), serverConfig(k.respond())
		cc.Setup.Vendor, cc.Setup.DeviceID = []byte("secret-vendor"), []byte("secret-device")
		if refuse {
			cc.Setup.Flags = sv2.SetupRequiresVersionRolling
		}
		p := newPair(t, a, b, cc, sc, options)
		p.serverSide.onMessage = func(*Conn, Message) error { return errors.New("no") }
		if refuse {
			client, server := p.handshake(t.Context())
			expectKind(t, client, status.SetupRefused)
			expectKind(t, server, status.UnsupportedFlags)
			continue
		}
		p.run(t)
		check(t, p.client.Send(&sv2.OpenStandardMiningChannel{UserIdentity: []byte("secret-user")}))
		check(t, p.client.Send(&sv2.SubmitSharesExtended{Extranonce: []byte("secret-nonce")}))
		p.serverSide.waitMessages(t, 2)
		p.close()
		<-p.clientEnded
		<-p.serverEnded
	}
	if text := log.String(); strings.Contains(text, "secret") || !strings.Contains(text, "connection ended") {
		t.Error(text)
	}
}
