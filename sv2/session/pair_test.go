package session

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// testUnix is inside the window of the test server's certificate.
const testUnix = 1_700_000_000

func at(monotonic uint64) Time { return Time{Monotonic: monotonic, Unix: testUnix} }

// keys is a server identity with the authority that vouches for it.
type keys struct {
	identity  *noise.Identity
	authority noise.PublicKey
}

func newKeys(t testing.TB) keys {
	t.Helper()
	random := rand.NewChaCha8([32]byte{7})
	authority, err := noise.GenerateSecretKey(random)
	check(t, err)
	t.Cleanup(authority.Release)
	secret, err := noise.GenerateSecretKey(random)
	check(t, err)
	t.Cleanup(secret.Release)
	certificate, err := noise.SignCertificate(authority, secret.Public(), testUnix-100, testUnix+100, random)
	check(t, err)
	identity, err := noise.NewIdentity(secret, &certificate, random)
	check(t, err)
	return keys{identity, authority.Public()}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func clientConfig() ClientConfig {
	return ClientConfig{Security: Plain(), Setup: sv2.SetupConnection{
		Protocol: sv2.ProtocolMining, EndpointHost: []byte("pool.example"), EndpointPort: 3333, Vendor: []byte("libsv2 test"),
	}}
}

func serverConfig() ServerConfig {
	return ServerConfig{Security: Plain(), Services: []Service{{
		Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresStandardJobs | sv2.SetupRequiresWorkSelection,
	}}}
}

// end is one end of a conversation, with the events it has had.
type end struct {
	*Session
	events []Event
}

func startClient(t testing.TB, c ClientConfig) *end {
	t.Helper()
	p, err := NewClientProfile(&c)
	check(t, err)
	return start(t, p)
}

func startServer(t testing.TB, c ServerConfig) *end {
	t.Helper()
	p, err := NewServerProfile(&c)
	check(t, err)
	return start(t, p)
}

func start(t testing.TB, p *Profile) *end {
	t.Helper()
	s, err := p.Start(rand.NewChaCha8([32]byte{byte(p.role)}), at(1000))
	check(t, err)
	return &end{Session: s}
}

// take notes the events that there are. Their views are copied.
func (e *end) take() {
	for v, ok := e.NextEvent(); ok; v, ok = e.NextEvent() {
		v.Frame.Payload = bytes.Clone(v.Frame.Payload)
		v.UserIdentity = bytes.Clone(v.UserIdentity)
		v.Extensions = slices.Clone(v.Extensions)
		e.events = append(e.events, v)
	}
}

// receive feeds everything and notes the events.
func (e *end) receive(in []byte, now uint64) {
	e.take()
	for len(in) > 0 && e.Err() == nil {
		n, _ := e.Feed(in, at(now))
		in = in[n:]
		e.take()
	}
}

// sent takes all output.
func (e *end) sent(t testing.TB) []byte {
	t.Helper()
	out := bytes.Clone(e.Output())
	check(t, e.Sent(len(out)))
	return out
}

func (e *end) kinds() []EventKind {
	var kinds []EventKind
	for _, v := range e.events {
		kinds = append(kinds, v.Kind)
	}
	return kinds
}

func (e *end) last(t testing.TB) Event {
	t.Helper()
	if len(e.events) == 0 {
		t.Fatal("no event")
	}
	return e.events[len(e.events)-1]
}

// expect fails the test unless the events so far are of these kinds, and forgets them.
func (e *end) expect(t testing.TB, kinds ...EventKind) []Event {
	t.Helper()
	if !slices.Equal(e.kinds(), kinds) {
		t.Fatalf("events %v, want %v (%v)", e.kinds(), kinds, e.Err())
	}
	events := e.events
	e.events = nil
	return events
}

// expectEnd fails the test unless the session has ended with this kind, in this phase, and says so in each way.
func (e *end) expectEnd(t testing.TB, kind status.Kind, phase Phase) *Error {
	t.Helper()
	e.take()
	var why *Error
	if !errors.As(e.Err(), &why) || why.Kind != kind || !errors.Is(e.Err(), kind) || why.Phase != phase {
		t.Fatalf("ended with %v (%v), want %v in %v", e.Err(), kindName(e.Err()), kind.Name(), phase)
	}
	v := e.last(t)
	if v.Kind != EventEnd || v.Status != kind || v.Class != kind.Class() || v.Error != why || e.Phase() != PhaseEnded {
		t.Fatalf("last event %+v", v)
	}
	if _, err := e.Feed([]byte{0}, at(0)); err != e.Err() {
		t.Fatalf("Feed after the end: %v", err)
	}
	if err := e.Send(&sv2.Reconnect{}); err != e.Err() {
		t.Fatalf("Send after the end: %v", err)
	}
	if err := e.Tick(at(0)); err != e.Err() {
		t.Fatalf("Tick after the end: %v", err)
	}
	return why
}

func kindName(err error) string {
	var why *Error
	if errors.As(err, &why) {
		return why.Kind.Name()
	}
	return "-"
}

// pump carries bytes both ways until nothing moves, in pieces of at most piece bytes, 0 meaning all.
func pump(t testing.TB, client, server *end, now uint64, piece int) {
	t.Helper()
	for moved := true; moved; {
		moved = carry(t, client, server, now, piece)
		moved = carry(t, server, client, now, piece) || moved
	}
}

func carry(t testing.TB, from, to *end, now uint64, piece int) bool {
	t.Helper()
	from.take()
	out := from.Output()
	if len(out) == 0 {
		return false
	}
	if piece > 0 {
		out = out[:min(len(out), piece)]
	}
	in := bytes.Clone(out)
	check(t, from.Sent(len(out)))
	to.receive(in, now)
	return true
}

// connect makes a connection and forgets the events of doing so.
func connect(t testing.TB, c ClientConfig, s ServerConfig) (client, server *end) {
	t.Helper()
	client, server = startClient(t, c), startServer(t, s)
	pump(t, client, server, 1000, 0)
	if client.Phase() != PhaseEstablished {
		t.Fatalf("client %v: %v; server %v: %v", client.Phase(), client.Err(), server.Phase(), server.Err())
	}
	client.events, server.events = nil, nil
	return client, server
}

func frame(t testing.TB, m sv2.Message, trailing ...byte) []byte {
	t.Helper()
	b, err := m.AppendFrame(nil, trailing)
	check(t, err)
	return b
}

// messagesOf decodes plain frames.
func messagesOf(t testing.TB, b []byte) []sv2.Message {
	t.Helper()
	var messages []sv2.Message
	for len(b) > 0 {
		f, rest, _, err := sv2.TakeFrame(b, sv2.PayloadSizeMax)
		check(t, err)
		m, _, err := new(sv2.AnyMessage).Decode(f)
		check(t, err)
		messages, b = append(messages, m), rest
	}
	return messages
}

// one returns the only message that a plain end has queued.
func one[M sv2.Message](t testing.TB, e *end) M {
	t.Helper()
	messages := messagesOf(t, e.sent(t))
	if len(messages) != 1 {
		t.Fatalf("%d messages", len(messages))
	}
	m, ok := messages[0].(M)
	if !ok {
		t.Fatalf("message %T", messages[0])
	}
	return m
}

func list(extensions ...uint16) []byte { return extensionSet(extensions).wire(nil) }
func success(id uint16, extensions ...uint16) sv2.Message {
	return &sv2.RequestExtensionsSuccess{RequestID: id, SupportedExtensions: list(extensions...)}
}
func refusal(id uint16, unsupported, required []uint16) sv2.Message {
	return &sv2.RequestExtensionsError{RequestID: id, UnsupportedExtensions: list(unsupported...), RequiredExtensions: list(required...)}
}

var (
	setupOK   = &sv2.SetupConnectionSuccess{UsedVersion: 2}
	job       = &sv2.NewMiningJob{ChannelID: 1, JobID: 5}
	openFrame = &sv2.OpenExtendedMiningChannel{RequestID: 1}
)
