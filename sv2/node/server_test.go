package node

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// served is a server that runs.
type served struct {
	*Server
	side    *recorder
	keys    keys
	address net.Addr
	ended   chan error
	stop    context.CancelFunc
}

func serve(t testing.TB, change func(*ServerConfig)) *served {
	t.Helper()
	l := listen(t)
	s := &served{side: newRecorder(), keys: newKeys(t), address: l.Addr(), ended: make(chan error, 1)}
	config := ServerConfig{Session: serverConfig(s.keys.respond()), Handlers: ServerHandlers{Mining: s.side}}
	if change != nil {
		change(&config)
	}
	var err error
	s.Server, err = NewServer(&config)
	check(t, err)
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	go func() { s.ended <- s.Serve(ctx, l) }()
	t.Cleanup(s.stop)
	return s
}

func (s *served) dial(t testing.TB) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.address.String())
	check(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// connect makes a client and shakes hands.
func (s *served) connect(t testing.TB, change func(*session.ClientConfig)) (*Conn, *recorder, error) {
	t.Helper()
	cc := clientConfig(session.Security{})
	if change != nil {
		change(&cc)
	}
	r := newRecorder()
	c, err := Dial(t.Context(), s.keys.endpoint(t, s.address), &cc, ClientHandlers{Mining: r}, nil)
	check(t, err)
	return c, r, c.Handshake(t.Context())
}

// run is connect and then Run, until the test ends or Close.
func (s *served) run(t testing.TB) (*Conn, *recorder, chan error) {
	t.Helper()
	c, r, err := s.connect(t, nil)
	check(t, err)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context()) }()
	t.Cleanup(c.Close)
	return c, r, ended
}

// waitOpen waits until there are so many connections, so many of them in their handshake.
func (s *served) waitOpen(t testing.TB, connections, pending int) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		n, p := s.Open()
		if n == connections && p == pending {
			return
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%d connections, %d pending; want %d, %d", n, p, connections, pending)
		}
	}
}

// TestServerOK, and many clients: S3-02, S3-15 (sv2_server_ok, multiple_clients): messages come with their client, and answers
// go to it.
func TestServerManyClients(t *testing.T) {
	noLeaks(t)
	s := serve(t, nil)
	s.side.onMessage = func(c *Conn, m Message) error {
		var open sv2.OpenStandardMiningChannel
		if _, err := m.Decode(&open); err != nil {
			return err
		}
		return c.Send(&sv2.OpenStandardMiningChannelSuccess{RequestID: open.RequestID, ChannelID: uint32(c.ID())})
	}
	const n = 20
	var all sync.WaitGroup
	for i := range uint32(n) {
		all.Go(func() {
			c, r, _ := s.run(t)
			check(t, c.Send(&sv2.OpenStandardMiningChannel{RequestID: i}))
			r.waitMessages(t, 1)
			var answer sv2.OpenStandardMiningChannelSuccess
			if _, err := r.messages[0].Decode(&answer); err != nil || answer.RequestID != i {
				t.Error(err, answer.RequestID, i)
			}
		})
	}
	all.Wait()
	if clients := s.Clients(); len(clients) != n || s.Client(clients[3].ID()) != clients[3] || s.Client(9999) != nil {
		t.Error(len(clients))
	}
	counters := s.Counters()
	if counters.Accepted != n || counters.Established != n || counters.MessagesIn != n || counters.MessagesOut != n {
		t.Errorf("%+v", counters)
	}
}

// TestServerRefuses: S3-06, S3-15 (bad_protocol, version_mismatch, unsupported_flags), S3-16: the client learns why and is
// sent away; the server never has it as a client.
func TestServerRefuses(t *testing.T) {
	noLeaks(t)
	s := serve(t, nil)
	for name, c := range map[string]struct {
		change func(*session.ClientConfig)
		code   string
		flags  uint32
		kind   status.Kind
	}{
		"version": {func(c *session.ClientConfig) { c.Setup.MinVersion, c.Setup.MaxVersion = 3, 3 }, sv2.ErrorCodeProtocolVersionMismatch, 0, status.UnsupportedVersion},
		"flags":   {func(c *session.ClientConfig) { c.Setup.Flags = sv2.SetupRequiresVersionRolling | 1 }, sv2.ErrorCodeUnsupportedFeatureFlags, sv2.SetupRequiresVersionRolling, status.UnsupportedFlags},
	} {
		_, r, err := s.connect(t, c.change)
		expectKind(t, err, status.SetupRefused)
		if e, ok := errors.AsType[*session.Error](err); !ok || e.Code != c.code || e.Flags != c.flags {
			t.Errorf("%s: %v", name, err)
		}
		if len(r.order) != 0 || len(s.Clients()) != 0 {
			t.Error(name, r.order)
		}
		s.waitOpen(t, 0, 0)
		if n := s.Counters().HandshakeFailures[c.kind]; n != 1 {
			t.Error(name, "counted", n)
		}
	}
	cc := clientConfig(session.Security{})
	cc.Setup.Protocol = sv2.ProtocolTemplateDistribution
	c, err := Dial(t.Context(), s.keys.endpoint(t, s.address), &cc, ClientHandlers{TemplateDistribution: newRecorder()}, nil)
	check(t, err)
	expectKind(t, c.Handshake(t.Context()), status.SetupRefused)
	s.waitOpen(t, 0, 0)
	if n := s.Counters().HandshakeFailures[status.UnsupportedProtocol]; n != 1 {
		t.Error("protocol counted", n)
	}
	if len(s.side.order) != 0 {
		t.Error("a refused client reached the handler:", s.side.order)
	}
}

// TestServerShutdown: S3-15, S2-10: with and without clients, in every stage; Serve joins everything.
func TestServerShutdown(t *testing.T) {
	for _, clients := range []int{0, 3} {
		noLeaks(t)
		s := serve(t, nil)
		var ended []chan error
		for range clients {
			_, r, e := s.run(t)
			ended = append(ended, e)
			r.wait(t, "established", func() bool { return len(r.established) == 1 })
		}
		if clients > 0 { // in the handshake
			s.dial(t)
			half := s.dial(t)
			check(t, second(half.Write(make([]byte, 10))))
			s.waitOpen(t, clients+2, 2)
		}
		s.stop()
		err := <-s.ended
		expectKind(t, err, status.Closed)
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if n, p := s.Open(); n != 0 || p != 0 {
			t.Error(n, p)
		}
		for _, e := range ended {
			expectKind(t, <-e, status.PeerClosed)
		}
		if _, err := net.Dial("tcp", s.address.String()); err == nil {
			t.Error("still listens")
		}
	}
}

// TestListenerClosed: Serve ends when somebody else closes the listener.
func TestListenerClosed(t *testing.T) {
	noLeaks(t)
	s, err := NewServer(&ServerConfig{Session: serverConfig(session.Plain()), Handlers: ServerHandlers{Mining: newRecorder()}})
	check(t, err)
	l := listen(t)
	l.Close()
	if err := s.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if err := s.Listen(t.Context(), "127.0.0.1:99999"); !errors.Is(err, status.ConnectFailed) {
		t.Error(err)
	}
}

// TestGarbage: one client sends garbage, in each stage, and nobody else notices.
func TestGarbage(t *testing.T) {
	noLeaks(t)
	s := serve(t, nil)
	good, r, _ := s.run(t)
	check(t, good.Send(openFrame))
	s.side.waitMessages(t, 1)
	random := make([]byte, 4096)
	for i := range random {
		random[i] = byte(i*7 + i>>8)
	}
	for range 3 { // act 1 is any 64 bytes, and then nothing opens
		conn := s.dial(t)
		conn.Write(random)
		if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Error(err)
		}
	}
	bad, _, badEnded := s.run(t) // on an established link
	bad.mu.Lock()
	raw := bad.net
	bad.mu.Unlock()
	raw.Write(random)
	<-badEnded
	s.waitOpen(t, 1, 0)
	check(t, good.Send(openFrame))
	s.side.waitMessages(t, 2)
	for _, c := range s.Clients() {
		check(t, c.Send(job))
	}
	r.waitMessages(t, 1)
	counters := s.Counters()
	if counters.HandshakeFailures[status.Decrypt] != 3 || counters.Ends[status.Decrypt] != 1 {
		t.Errorf("%+v", counters)
	}
}

// TestSilentClients: clients that connect and say nothing, or half of act 1, neither block others nor cost a handshake.
func TestSilentClients(t *testing.T) {
	noLeaks(t)
	s := serve(t, func(c *ServerConfig) { c.MaxHandshakes = 1 })
	for i := range 30 {
		conn := s.dial(t)
		if i%2 == 0 {
			check(t, second(conn.Write(make([]byte, noise.Act1Size-1))))
		}
	}
	s.waitOpen(t, 30, 30)
	for range 5 {
		c, _, ended := s.run(t)
		c.Close()
		<-ended
	}
	if n := s.Counters().HandshakeFailures; len(n) != 0 {
		t.Error(n)
	}
}

// TestSilentClientsTimeOut: flows T1: they are left at the deadline of the handshake.
func TestSilentClientsTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKeys(t)
		s, err := NewServer(&ServerConfig{Session: serverConfig(k.respond()), Handlers: ServerHandlers{Mining: newRecorder()}})
		check(t, err)
		l := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, l) }()
		begun := time.Now()
		conn := l.dial()
		_, err = conn.Read(make([]byte, 1))
		if passed := time.Since(begun); err != io.EOF || passed != 10*time.Second {
			t.Error(err, passed)
		}
		synctest.Wait()
		if n := s.Counters().HandshakeFailures[status.HandshakeTimeout]; n != 1 {
			t.Error(n)
		}
		stop()
		<-ended
	})
}

// TestMaxPending: for one more, the one that keeps the server waiting longest goes, whether it has sent nothing or act 1.
func TestMaxPending(t *testing.T) {
	noLeaks(t)
	s := serve(t, func(c *ServerConfig) { c.MaxPending = 2 })
	expectEvicted := func(conn net.Conn, n uint64) {
		t.Helper()
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("not closed")
		}
		s.waitOpen(t, 2, 2)
		if c := s.Counters(); c.Evicted != n || c.Refused != 0 {
			t.Errorf("%+v", c)
		}
	}
	first, second := s.dial(t), s.dial(t)
	s.waitOpen(t, 2, 2)
	check(t, act1(first))
	third := s.dial(t)
	expectEvicted(second, 1)
	fourth := s.dial(t)
	expectEvicted(first, 2)
	client, _, ended := s.run(t) // takes the place of third
	if _, err := third.Read(make([]byte, 1)); err == nil {
		t.Error("third is still there")
	}
	s.waitOpen(t, 2, 1)
	client.Close()
	<-ended
	fourth.Close()
	s.waitOpen(t, 0, 0)
}

// act1 sends any act 1 and receives act 2.
func act1(conn net.Conn) error {
	if _, err := conn.Write(make([]byte, noise.Act1Size)); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, noise.Act2Size))
	return err
}

// TestMaxPendingWaits: those that wait for the server are not closed for others; and neither are those that wait for the
// program's decision.
func TestMaxPendingWaits(t *testing.T) {
	noLeaks(t)
	deciding, decided := make(chan struct{}), make(chan struct{})
	s := serve(t, func(c *ServerConfig) {
		c.MaxPending, c.MaxHandshakes = 2, 1
		c.Session.HoldSetup = true
		c.Handlers.DecideSetup = func(context.Context, *Conn, *sv2.SetupConnection) (uint32, error) {
			deciding <- struct{}{}
			<-decided
			return 0, nil
		}
	})
	done := make(chan error, 1)
	go func() {
		_, _, err := s.connect(t, nil)
		done <- err
	}()
	<-deciding
	s.gate.places <- struct{}{} // somebody computes for very long
	waits := s.dial(t)
	check(t, second(waits.Write(make([]byte, noise.Act1Size))))
	s.waitOpen(t, 2, 2)
	for begun := time.Now(); ; time.Sleep(time.Millisecond) { // until act 1 has come
		s.gate.mu.Lock()
		n := len(s.gate.waiting.elements)
		s.gate.mu.Unlock()
		if n == 0 {
			break
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatal("act 1 has not come")
		}
	}
	if _, err := s.dial(t).Read(make([]byte, 1)); err == nil {
		t.Error("one more than MaxPending")
	}
	if c := s.Counters(); c.Evicted != 0 || c.Refused != 1 {
		t.Errorf("%+v", c)
	}
	s.gate.leave()
	check(t, second(io.ReadFull(waits, make([]byte, noise.Act2Size))))
	close(decided)
	check(t, <-done)
}

// TestMaxClients: one more is closed at once, and there is room again when one has gone.
func TestMaxClients(t *testing.T) {
	noLeaks(t)
	s := serve(t, func(c *ServerConfig) { c.MaxClients = 1 })
	c, _, ended := s.run(t)
	if _, err := s.dial(t).Read(make([]byte, 1)); err == nil {
		t.Error("one more than MaxClients")
	}
	c.Close()
	<-ended
	s.waitOpen(t, 0, 0)
	s.run(t)
	if n := s.Counters().Refused; n != 1 {
		t.Error(n)
	}
}

// TestMaxClientsSilent: strangers who say nothing do not use up the places of clients.
func TestMaxClientsSilent(t *testing.T) {
	noLeaks(t)
	s := serve(t, func(c *ServerConfig) { c.MaxClients = 3 })
	s.run(t)
	silent := []net.Conn{s.dial(t), s.dial(t)}
	s.waitOpen(t, 3, 2)
	for _, conn := range silent {
		s.run(t)
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("not closed")
		}
	}
	s.waitOpen(t, 3, 0)
	if _, err := s.dial(t).Read(make([]byte, 1)); err == nil {
		t.Error("one more than MaxClients")
	}
	if c := s.Counters(); c.Evicted != 2 || c.Refused != 1 {
		t.Errorf("%+v", c)
	}
}

// TestHandshakeRate: a stranger who connects quickly gets no more handshakes than the rate allows.
func TestHandshakeRate(t *testing.T) {
	noLeaks(t)
	s := serve(t, func(c *ServerConfig) { c.HandshakeRate, c.HandshakeBurst = 1, 2 })
	s.gate.mu.Lock()
	s.gate.begun = time.Now().Add(time.Hour) // no time passes for the bucket
	s.gate.mu.Unlock()
	answered := 0
	for range 5 {
		conn := s.dial(t)
		if act1(conn) == nil {
			answered++
		}
		conn.Close()
	}
	s.waitOpen(t, 0, 0)
	if n := s.Counters().HandshakeFailures[status.HandshakeRate]; answered != 2 || n != 3 {
		t.Errorf("%d answered, %d refused", answered, n)
	}
}

// TestMaxHandshakes: handshakes that wait for their turn take no place, and give up at their deadline.
func TestMaxHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKeys(t)
		s, err := NewServer(&ServerConfig{
			Session: serverConfig(k.respond()), Handlers: ServerHandlers{Mining: newRecorder()}, MaxHandshakes: 1,
		})
		check(t, err)
		s.gate.places <- struct{}{} // somebody computes for very long
		l := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, l) }()
		late := l.dial()
		check(t, second(late.Write(make([]byte, noise.Act1Size))))
		begun := time.Now()
		_, err = late.Read(make([]byte, 1))
		if passed := time.Since(begun); err != io.EOF || passed != 10*time.Second {
			t.Error(err, passed)
		}
		next := l.dial()
		check(t, second(next.Write(make([]byte, noise.Act1Size))))
		synctest.Wait()
		s.gate.leave()
		_, err = io.ReadFull(next, make([]byte, noise.Act2Size))
		check(t, err)
		next.Close()
		stop()
		<-ended
	})
}

// TestAcceptFails: too many open files, and whatever else comes from Accept, is waited out.
func TestAcceptFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := NewServer(&ServerConfig{Session: serverConfig(session.Plain()), Handlers: ServerHandlers{Mining: newRecorder()}})
		check(t, err)
		l := newPipeListener()
		for range 12 {
			l.failures = append(l.failures, &net.OpError{Op: "accept", Err: syscall.EMFILE})
		}
		ended := make(chan error, 1)
		ctx, stop := context.WithCancel(t.Context())
		go func() { ended <- s.Serve(ctx, l) }()
		begun := time.Now()
		conn := l.dial()
		// 5, 10, ... 640 ms, and then 1 s four times
		if passed := time.Since(begun); passed != 1275*time.Millisecond+4*time.Second {
			t.Error(passed)
		}
		script{t, conn}.write(setup)
		script{t, conn}.expect(setupOK)
		stop()
		<-ended
	})
}

// TestBroadcast: S3-10, S3-14: to those who may get it; one who does not read costs the others nothing.
func TestBroadcast(t *testing.T) {
	noLeaks(t)
	template := newRecorder()
	s := serve(t, func(c *ServerConfig) {
		c.Session.Services = append(c.Session.Services, session.Service{Protocol: sv2.ProtocolTemplateDistribution})
		c.Handlers.TemplateDistribution = template
		c.Session.Limits.Output = 16384 // more than three of the messages below
	})
	cc := clientConfig(session.Security{})
	cc.Setup.Protocol = sv2.ProtocolTemplateDistribution
	r := newRecorder()
	tc, err := Dial(t.Context(), s.keys.endpoint(t, s.address), &cc, ClientHandlers{TemplateDistribution: r}, nil)
	check(t, err)
	check(t, tc.Handshake(t.Context()))
	go tc.Run(t.Context())
	t.Cleanup(tc.Close)
	check(t, tc.Send(&sv2.CoinbaseOutputConstraints{}))
	template.waitMessages(t, 1)
	var readers []*recorder
	for i := range 3 {
		c, r, _ := s.run(t)
		check(t, c.Send(openFrame))
		s.side.waitMessages(t, i+1)
		readers = append(readers, r)
	}
	stuck, _, err := s.connect(t, nil) // never runs
	check(t, err)
	check(t, stuck.Send(openFrame))
	stuck.flush()
	s.side.waitMessages(t, 4)
	if n := s.Broadcast(job); n != 4 {
		t.Error("queued:", n)
	}
	for i := 0; s.Counters().QueueFull == 0; i++ {
		s.Broadcast(&sv2.NewExtendedMiningJob{CoinbaseTxPrefix: make([]byte, 4000)})
		for _, r := range readers {
			r.waitMessages(t, i+2)
		}
	}
	s.waitOpen(t, 4, 0)
	if s.Counters().Ends[status.QueueFull] != 1 || len(r.messages) != 0 {
		t.Error(s.Counters().Ends, r.types())
	}
	if n := s.Broadcast(&sv2.NewTemplate{}); n != 1 {
		t.Error("templates queued:", n)
	}
	r.waitMessages(t, 1)
	if n := s.Broadcast(&sv2.Reconnect{}); n != 4 {
		t.Error("Reconnect queued:", n)
	}
	s.waitOpen(t, 0, 0)
	stuck.Close()
}

// TestReconnectWhileIdle: CM-02: a client that has said nothing after SetupConnection can be sent away.
func TestReconnectWhileIdle(t *testing.T) {
	noLeaks(t)
	s := serve(t, nil)
	_, _, ended := s.run(t)
	s.waitOpen(t, 1, 0)
	if n := s.Broadcast(job); n != 0 {
		t.Error("a job to a client that may still negotiate")
	}
	if n := s.Broadcast(&sv2.Reconnect{NewPort: 5}); n != 1 {
		t.Error(n)
	}
	if e, ok := errors.AsType[*ReconnectError](<-ended); !ok || e.NewPort != 5 {
		t.Error(e)
	}
	if len(s.side.order) != 0 {
		t.Error("Ended without Established:", s.side.order)
	}
}

// TestRemoved: S3-05: state goes with the connection.
func TestRemoved(t *testing.T) {
	noLeaks(t)
	s := serve(t, nil)
	c, _, ended := s.run(t)
	check(t, c.Send(openFrame))
	s.side.waitMessages(t, 1)
	id := s.Clients()[0].ID()
	c.Close()
	<-ended
	s.waitOpen(t, 0, 0)
	if s.Client(id) != nil || len(s.Clients()) != 0 || len(s.gate.waiting.elements) != 0 || s.gate.waiting.order.Len() != 0 {
		t.Error("state is left")
	}
	if len(s.side.ended) != 1 {
		t.Error(s.side.order)
	}
}

// TestTwoServers: any number in one process, on any number of listeners.
func TestTwoServers(t *testing.T) {
	noLeaks(t)
	one, two := serve(t, nil), serve(t, nil)
	one.run(t)
	two.run(t)
	two.run(t)
	l := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- one.Serve(ctx, l) }()
	other := *one
	other.address = l.Addr()
	_, _, otherEnded := other.run(t)
	one.waitOpen(t, 2, 0)
	two.waitOpen(t, 2, 0)
	stop()
	<-ended
	<-otherEnded
	one.waitOpen(t, 1, 0)
}

// pipeListener is a listener whose connections are pipes, for bubbles of synctest.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
	failures    []error
}

func newPipeListener() *pipeListener {
	return &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial() net.Conn {
	a, b := net.Pipe()
	l.connections <- b
	return a
}

func (l *pipeListener) accept(conn net.Conn) { l.connections <- conn }

func (l *pipeListener) Accept() (net.Conn, error) {
	if len(l.failures) > 0 {
		err := l.failures[0]
		l.failures = l.failures[1:]
		return nil, err
	}
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
