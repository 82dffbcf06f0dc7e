package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/session"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expectKind(t testing.TB, err error, want status.Kind) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%v (%v), want %v", err, kindOf(err, 0), want)
	}
}

// noLeaks fails the test if a goroutine of this package is left when it has ended. What has been told to end gets a moment.
func noLeaks(t testing.TB) {
	t.Helper()
	t.Cleanup(func() {
		var left []string
		for range 200 {
			if left = goroutines(); len(left) == 0 {
				return
			}
			runtime.Gosched()
			time.Sleep(time.Millisecond)
		}
		t.Errorf("%d goroutines are left, such as\n%s", len(left), left[0])
	})
}

// goroutines returns the stacks, but the caller's, in which something of this package runs.
func goroutines() (stacks []string) {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	for i, stack := range strings.Split(string(all), "\n\n") {
		if i > 0 && strings.Contains(stack, "sv2/node.") && !strings.Contains(stack, "testing.tRunner") &&
			!strings.Contains(stack, "testing.(*T).Run") {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// keys is the identity of a test server with the authority that vouches for it, valid around the present time of the test,
// which in a bubble of synctest is another one.
type keys struct {
	identity  *noise.Identity
	authority noise.PublicKey
}

func newKeys(t testing.TB) keys {
	t.Helper()
	authority, err := noise.GenerateSecretKey(rand.Reader)
	check(t, err)
	t.Cleanup(authority.Release)
	secret, err := noise.GenerateSecretKey(rand.Reader)
	check(t, err)
	t.Cleanup(secret.Release)
	from, until := noise.Window(uint64(time.Now().Unix()), 3600, 3600)
	certificate, err := noise.SignCertificate(authority, secret.Public(), from, until, rand.Reader)
	check(t, err)
	identity, err := noise.NewIdentity(secret, &certificate, rand.Reader)
	check(t, err)
	return keys{identity, authority.Public()}
}

func (k *keys) initiate() session.Security {
	return session.Initiate(noise.RequireAuthority(k.authority))
}

func (k *keys) respond() session.Security { return session.Respond(k.identity) }

func (k *keys) endpoint(t testing.TB, address net.Addr) endpoint.Endpoint {
	t.Helper()
	a := address.(*net.TCPAddr)
	e, err := endpoint.New(a.IP.String(), uint16(a.Port), k.authority)
	check(t, err)
	return e
}

func clientConfig(security session.Security) session.ClientConfig {
	return session.ClientConfig{
		Security: security, Setup: sv2.SetupConnection{Protocol: sv2.ProtocolMining, Vendor: []byte("libsv2 test")},
	}
}

func serverConfig(security session.Security) session.ServerConfig {
	return session.ServerConfig{Security: security, Services: []session.Service{{
		Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresStandardJobs | sv2.SetupRequiresWorkSelection,
	}}}
}

// recorder is a handler of every kind that keeps what it gets.
type recorder struct {
	mu          sync.Mutex
	messages    []Message // with bytes of their own
	established []*Conn
	ended       []error
	order       []string
	changed     chan struct{}

	onEstablished func(*Conn) error
	onMessage     func(*Conn, Message) error
}

func newRecorder() *recorder { return &recorder{changed: make(chan struct{}, 1)} }

func (r *recorder) note(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *recorder) Established(c *Conn) error {
	r.note(func() { r.established, r.order = append(r.established, c), append(r.order, "established") })
	if r.onEstablished != nil {
		return r.onEstablished(c)
	}
	return nil
}

func (r *recorder) Ended(_ *Conn, err error) {
	r.note(func() { r.ended, r.order = append(r.ended, err), append(r.order, "ended") })
}

func (r *recorder) get(c *Conn, m Message) error {
	kept := m
	kept.Payload = bytes.Clone(m.Payload)
	kept.UserIdentity = bytes.Clone(m.UserIdentity)
	r.note(func() { r.messages = append(r.messages, kept) })
	if r.onMessage != nil {
		return r.onMessage(c, m)
	}
	return nil
}

func (r *recorder) ServeMining(c *Conn, m Message) error                 { return r.get(c, m) }
func (r *recorder) ServeJobDeclaration(c *Conn, m Message) error         { return r.get(c, m) }
func (r *recorder) ServeTemplateDistribution(c *Conn, m Message) error   { return r.get(c, m) }
func (r *recorder) ReceiveMining(c *Conn, m Message) error               { return r.get(c, m) }
func (r *recorder) ReceiveJobDeclaration(c *Conn, m Message) error       { return r.get(c, m) }
func (r *recorder) ReceiveTemplateDistribution(c *Conn, m Message) error { return r.get(c, m) }
func (r *recorder) HandleCommon(c *Conn, m Message) error                { return r.get(c, m) }

// wait waits until the condition, which may look at everything, holds.
func (r *recorder) wait(t testing.TB, what string, condition func() bool) {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		r.mu.Lock()
		ok := condition()
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-r.changed:
		case <-timeout:
			t.Fatal("never happened: ", what)
		}
	}
}

func (r *recorder) waitMessages(t testing.TB, n int) {
	t.Helper()
	r.wait(t, "messages", func() bool { return len(r.messages) >= n })
}

func (r *recorder) types() (types []uint8) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.messages {
		types = append(types, m.MsgType)
	}
	return types
}

// pair is both ends of a connection, each with a recorder.
type pair struct {
	client, server           *Conn
	clientSide, serverSide   *recorder
	clientEnded, serverEnded chan error
}

func newPair(t testing.TB, a, b net.Conn, cc session.ClientConfig, sc session.ServerConfig, options Options) *pair {
	t.Helper()
	p := &pair{
		clientSide: newRecorder(), serverSide: newRecorder(), clientEnded: make(chan error, 1), serverEnded: make(chan error, 1),
	}
	clientProfile, err := session.NewClientProfile(&cc)
	check(t, err)
	serverProfile, err := session.NewServerProfile(&sc)
	check(t, err)
	p.client, err = NewClientConn(a, clientProfile, ClientHandlers{Mining: p.clientSide, Common: p.clientSide}, &options)
	check(t, err)
	p.server, err = NewServerConn(b, serverProfile, ServerHandlers{Mining: p.serverSide, Common: p.serverSide}, &options)
	check(t, err)
	return p
}

// handshake shakes hands at both ends.
func (p *pair) handshake(ctx context.Context) (client, server error) {
	done := make(chan error, 1)
	go func() { done <- p.server.Handshake(ctx) }()
	client = p.client.Handshake(ctx)
	return client, <-done
}

// run runs both ends after their handshakes.
func (p *pair) run(t testing.TB) {
	t.Helper()
	client, server := p.handshake(t.Context())
	check(t, client)
	check(t, server)
	go func() { p.clientEnded <- p.client.Run(t.Context()) }()
	go func() { p.serverEnded <- p.server.Run(t.Context()) }()
	t.Cleanup(p.close)
}

func (p *pair) close() {
	p.client.Close()
	p.server.Close()
}

// tcpPair is a connection over the loopback.
func tcpPair(t testing.TB) (client, server net.Conn) {
	t.Helper()
	l := listen(t)
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	check(t, err)
	server, err = l.Accept()
	check(t, err)
	return client, server
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	return l
}

// links are the kinds of connections that tests go over.
var links = map[string]func(t testing.TB) (client, server net.Conn){
	"pipe": func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() },
	"tcp":  tcpPair,
}

func frame(t testing.TB, messages ...sv2.Message) (out []byte) {
	t.Helper()
	for _, m := range messages {
		var err error
		out, err = m.AppendFrame(out, nil)
		check(t, err)
	}
	return out
}

// script is a peer that does what the test says, over a plain connection.
type script struct {
	testing.TB
	net.Conn
}

func (s script) write(messages ...sv2.Message) {
	s.Helper()
	_, err := s.Conn.Write(frame(s.TB, messages...))
	check(s.TB, err)
}

// expect reads a frame, which has to be of this message, and decodes it.
func (s script) expect(m sv2.Message) {
	s.Helper()
	head := make([]byte, sv2.FrameHeaderSize)
	_, err := io.ReadFull(s.Conn, head)
	check(s.TB, err)
	rest := make([]byte, int(head[3])|int(head[4])<<8|int(head[5])<<16)
	_, err = io.ReadFull(s.Conn, rest)
	check(s.TB, err)
	f, _, _, err := sv2.TakeFrame(slices.Concat(head, rest), sv2.PayloadSizeMax)
	check(s.TB, err)
	_, err = sv2.DecodeFrame(f, m)
	check(s.TB, err)
}

// expectClosed reads the end, and nothing in front of it.
func (s script) expectClosed() {
	s.Helper()
	if n, err := s.Conn.Read(make([]byte, 1)); n != 0 || err == nil {
		s.Fatal("not closed", n, err)
	}
}

var (
	setup     = &sv2.SetupConnection{Protocol: sv2.ProtocolMining, MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")}
	setupOK   = &sv2.SetupConnectionSuccess{UsedVersion: 2}
	openFrame = &sv2.OpenStandardMiningChannel{RequestID: 7, UserIdentity: []byte("u"), NominalHashRate: 1}
	job       = &sv2.NewMiningJob{ChannelID: 1, JobID: 1}
)
