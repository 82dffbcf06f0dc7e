package scenarios

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// end is a session on a connection, with a goroutine that runs it.
type end struct {
	session *session.Session
	conn    net.Conn
	react   func(*session.Session, session.Event)
	began   time.Time
	done    chan struct{}

	piece int // most bytes of a write; 0: all
	cut   int // place in the stream where a write ends; 0: none
	sent  int

	events []session.Event // complete once done
	broken bool            // nothing can be sent any more
}

// start runs a session until it has finished, then closes the connection. react is called for each event.
func start(t testing.TB, conn net.Conn, p *session.Profile, react func(*session.Session, session.Event)) *end {
	t.Helper()
	e := prepare(t, conn, p, react)
	go e.run()
	return e
}

func prepare(t testing.TB, conn net.Conn, p *session.Profile, react func(*session.Session, session.Event)) *end {
	t.Helper()
	e := &end{conn: conn, react: react, began: time.Now(), done: make(chan struct{})}
	var err error
	e.session, err = p.Start(rand.Reader, e.now())
	check(t, err)
	return e
}

func (e *end) now() session.Time {
	return session.Time{Monotonic: 1000 + uint64(time.Since(e.began).Milliseconds()), Unix: uint64(time.Now().Unix())}
}

func (e *end) run() {
	defer close(e.done)
	received := make(chan []byte, 1<<12) // more pieces than any conversation here has: reading never waits for writing
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		defer close(received)
		for {
			room := make([]byte, 1000)
			n, err := e.conn.Read(room)
			if n > 0 {
				received <- room[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	for {
		e.write()
		if e.session.Finished() {
			break
		}
		e.step(&received)
	}
	e.conn.Close()
	<-reading
	e.session.Release()
}

// step waits for bytes, the end, or a deadline.
func (e *end) step(received *chan []byte) {
	var expired <-chan time.Time
	if at, ok := e.session.NextDeadline(); ok {
		timer := time.NewTimer(time.Duration(at-min(at, e.now().Monotonic)) * time.Millisecond)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case in, ok := <-*received:
		if !ok {
			*received = nil
			e.session.PeerClosed()
		}
		for len(in) > 0 && e.session.Err() == nil {
			n, _ := e.session.Feed(in, e.now())
			in = in[n:]
			e.take()
		}
	case <-expired:
		_ = e.session.Tick(e.now())
	}
	e.take()
}

func (e *end) take() {
	for v, ok := e.session.NextEvent(); ok; v, ok = e.session.NextEvent() {
		v.Frame.Payload = bytes.Clone(v.Frame.Payload)
		v.Extensions = slices.Clone(v.Extensions)
		e.events = append(e.events, v)
		if e.react != nil {
			e.react(e.session, v)
		}
	}
}

func (e *end) write() {
	for out := e.session.Output(); len(out) > 0; out = e.session.Output() {
		n := len(out)
		if e.piece > 0 {
			n = min(n, e.piece)
		}
		if e.sent < e.cut {
			n = min(n, e.cut-e.sent)
		}
		if !e.broken {
			_, err := e.conn.Write(out[:n])
			e.broken = err != nil
		}
		_ = e.session.Sent(n)
		e.sent += n
	}
}

// ended waits for the end and fails the test unless it is of this kind, in this phase.
func (e *end) ended(t testing.TB, kind status.Kind, phase session.Phase) *session.Error {
	t.Helper()
	<-e.done
	var why *session.Error
	if !errors.As(e.session.Err(), &why) || why.Kind != kind || why.Phase != phase {
		t.Fatalf("ended with %v, want %v in %v", e.session.Err(), kind, phase)
	}
	return why
}

// established returns the extensions of EventEstablished; ok is false when there was none. The session must have ended.
func (e *end) established() (extensions []uint16, ok bool) {
	for _, v := range e.events {
		if v.Kind == session.EventEstablished {
			return v.Extensions, true
		}
	}
	return nil, false
}

// world is what the scenarios share: keys, and a context that ends a test that hangs.
type world struct {
	context context.Context
	keys    *sniffer.Keys
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	keys, err := sniffer.NewKeys()
	check(t, err)
	t.Cleanup(keys.Release)
	return &world{ctx, keys}
}

func (w *world) policy() noise.Policy { return noise.RequireAuthority(w.keys.Authority) }

// sides are the two ends' protection, for sessions and for mocks.
type sides struct {
	client, server         session.Security
	mockClient, mockServer sniffer.Security
}

func (w *world) sides(encrypted bool) sides {
	if !encrypted {
		return sides{session.Plain(), session.Plain(), sniffer.Plain(), sniffer.Plain()}
	}
	return sides{session.Initiate(w.policy()), session.Respond(w.keys.Identity),
		sniffer.Initiate(w.policy()), sniffer.Respond(w.keys.Identity)}
}

func clientProfile(t testing.TB, security session.Security, change func(*session.ClientConfig)) *session.Profile {
	t.Helper()
	c := session.ClientConfig{Security: security, Setup: sv2.SetupConnection{
		Protocol: sv2.ProtocolMining, EndpointHost: []byte("pool.example"), EndpointPort: 3333, Vendor: []byte("libsv2 test"),
	}}
	if change != nil {
		change(&c)
	}
	p, err := session.NewClientProfile(&c)
	check(t, err)
	return p
}

func serverProfile(t testing.TB, security session.Security, change func(*session.ServerConfig)) *session.Profile {
	t.Helper()
	c := session.ServerConfig{Security: security, Services: []session.Service{{
		Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresStandardJobs | sv2.SetupRequiresWorkSelection,
	}}}
	if change != nil {
		change(&c)
	}
	p, err := session.NewServerProfile(&c)
	check(t, err)
	return p
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	return l
}

func portOf(t testing.TB, l net.Listener) uint16 {
	t.Helper()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

func dial(t testing.TB, address net.Addr) net.Conn {
	t.Helper()
	conn, err := net.Dial(address.Network(), address.String())
	check(t, err)
	return conn
}

// dialer makes connections to a listener, for a relay.
func dialer(to net.Listener) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", to.Addr().String())
	}
}

// connect returns both ends of a connection over TCP.
func connect(t testing.TB) (client, server net.Conn) {
	t.Helper()
	l := listen(t)
	defer l.Close()
	client = dial(t, l.Addr())
	server, err := l.Accept()
	check(t, err)
	return client, server
}

var (
	setup   = &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("mock")}
	success = &sv2.SetupConnectionSuccess{UsedVersion: 2}
	open    = &sv2.OpenExtendedMiningChannel{RequestID: 1, UserIdentity: []byte("worker")}
	job     = &sv2.NewExtendedMiningJob{ChannelID: 1, JobID: 5}

	isSetup   = sniffer.Is(setup)
	isOpen    = sniffer.Is(open)
	isRequest = sniffer.Is(&sv2.RequestExtensions{})
	isAnswer  = sniffer.Is(&sv2.RequestExtensionsSuccess{})
)

func list(extensions ...uint16) (wire []byte) {
	for _, x := range extensions {
		wire = append(wire, byte(x), byte(x>>8))
	}
	return wire
}

func request(id uint16, extensions ...uint16) sv2.Message {
	return &sv2.RequestExtensions{RequestID: id, RequestedExtensions: list(extensions...)}
}

func granted(id uint16, extensions ...uint16) sv2.Message {
	return &sv2.RequestExtensionsSuccess{RequestID: id, SupportedExtensions: list(extensions...)}
}

func refused(id uint16, unsupported, required []uint16) sv2.Message {
	return &sv2.RequestExtensionsError{RequestID: id, UnsupportedExtensions: list(unsupported...), RequiredExtensions: list(required...)}
}
