package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

// TestRun: S1-07, S2-09, S3-01: messages arrive whole and in order, in both directions, whatever pieces they come in.
func TestRun(t *testing.T) {
	for name, link := range links {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			k := newKeys(t)
			a, b := link(t)
			sc := serverConfig(k.respond())
			sc.Limits.Payload = 1 << 20
			cc := clientConfig(k.initiate())
			cc.Limits.Output = 4 << 20
			p := newPair(t, a, b, cc, sc, Options{})
			p.run(t)
			var sent [][]byte
			total := 0
			for i := range 40 {
				m := &sv2.SetCustomMiningJob{RequestID: uint32(i), MiningJobToken: []byte{1}, CoinbaseTxOutputs: bytes.Repeat([]byte{byte(i)}, i*i*40%60_000)}
				sent = append(sent, m.CoinbaseTxOutputs)
				total += len(m.CoinbaseTxOutputs)
				check(t, p.client.Send(m))
			}
			p.serverSide.waitMessages(t, len(sent))
			for i, m := range p.serverSide.messages {
				var got sv2.SetCustomMiningJob
				if _, err := m.Decode(&got); err != nil || got.RequestID != uint32(i) || !bytes.Equal(got.CoinbaseTxOutputs, sent[i]) {
					t.Fatal(i, err)
				}
			}
			p.serverSide.wait(t, "established", func() bool { return len(p.serverSide.established) == 1 })
			check(t, p.server.Send(job))
			p.clientSide.waitMessages(t, 1)
			in, out := p.server.Counters(), p.client.Counters()
			if in.MessagesIn != 40 || out.MessagesOut != 40 || in.Established != 1 || in.BytesIn < uint64(total) {
				t.Errorf("%+v %+v", in, out)
			}
		})
	}
}

// TestSendFromManyGoroutines: what each sends arrives in its order, and nothing is lost.
func TestSendFromManyGoroutines(t *testing.T) {
	noLeaks(t)
	const senders, messages = 8, 200
	k := newKeys(t)
	a, b := tcpPair(t)
	p := newPair(t, a, b, clientConfig(k.initiate()), serverConfig(k.respond()), Options{WhenFull: DropWhenFull})
	p.run(t)
	var all sync.WaitGroup
	for channel := range uint32(senders) {
		all.Go(func() {
			for i := range uint32(messages) {
				if err := p.client.Send(&sv2.SubmitSharesStandard{ChannelID: channel, SequenceNumber: i}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	p.serverSide.waitMessages(t, senders*messages)
	next := map[uint32]uint32{}
	for _, m := range p.serverSide.messages {
		var got sv2.SubmitSharesStandard
		if _, err := m.Decode(&got); err != nil || got.SequenceNumber != next[got.ChannelID] {
			t.Fatal(got, err)
		}
		next[got.ChannelID]++
	}
}

// TestEarlyMessagesReplay: S2-07, S2-09, S1-05: what came before the answer, and in the same bytes as it, reaches the handler
// in order, and not before Established.
func TestEarlyMessagesReplay(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	cc := clientConfig(session.Plain())
	cc.Extensions.Request = []uint16{2}
	profile, err := session.NewClientProfile(&cc)
	check(t, err)
	r := newRecorder()
	client, err := NewClientConn(a, profile, ClientHandlers{Mining: r}, nil)
	check(t, err)
	go func() {
		s := script{t, b}
		s.expect(&sv2.SetupConnection{})
		s.write(setupOK)
		var m sv2.RequestExtensions
		s.expect(&m)
		s.write(&sv2.NewMiningJob{JobID: 0}, &sv2.NewMiningJob{JobID: 1}, &sv2.NewMiningJob{JobID: 2},
			&sv2.RequestExtensionsSuccess{RequestID: m.RequestID}, &sv2.NewMiningJob{JobID: 3}, &sv2.NewMiningJob{JobID: 4})
		b.Close()
	}()
	check(t, client.Handshake(t.Context()))
	if len(r.messages) != 0 {
		t.Error("delivered before Run")
	}
	expectKind(t, client.Run(t.Context()), status.PeerClosed)
	if len(r.messages) != 5 || r.order[0] != "established" {
		t.Fatal(len(r.messages), r.order)
	}
	for i, m := range r.messages {
		var got sv2.NewMiningJob
		if _, err := m.Decode(&got); err != nil || got.JobID != uint32(i) {
			t.Error(i, got.JobID, err)
		}
	}
}

// TestMessagesBehindSetup: what a client sends without waiting for the answer is received by Run.
func TestMessagesBehindSetup(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	sc := serverConfig(session.Plain())
	profile, err := session.NewServerProfile(&sc)
	check(t, err)
	r := newRecorder()
	server, err := NewServerConn(b, profile, ServerHandlers{Mining: r}, nil)
	check(t, err)
	script{t, a}.write(setup, openFrame, openFrame)
	check(t, server.Handshake(t.Context()))
	if len(r.order) != 0 {
		t.Error("delivered before Run")
	}
	script{t, a}.expect(setupOK)
	a.Close()
	expectKind(t, server.Run(t.Context()), status.PeerClosed)
	if len(r.messages) != 2 {
		t.Error(r.types())
	}
}

// TestSendingWithExtensions: S0-13, EX-08: user identities, TLVs, and messages that a proxy passes on, through the same queue.
func TestSendingWithExtensions(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	cc, sc := clientConfig(session.Plain()), serverConfig(session.Plain())
	cc.Extensions.Request = []uint16{2, 0x4001}
	sc.Extensions.Supported = []uint16{2, 0x4001}
	var log strings.Builder
	p := newPair(t, a, b, cc, sc, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	served := make(chan error, 1)
	go func() {
		if err := p.server.Handshake(t.Context()); err != nil {
			served <- err
			return
		}
		served <- p.server.Run(t.Context())
	}()
	check(t, p.client.Handshake(t.Context()))
	go func() { p.clientEnded <- p.client.Run(t.Context()) }()
	check(t, p.client.SendShare(&sv2.SubmitSharesExtended{SequenceNumber: 1}, []byte("worker")))
	check(t, p.client.SendShare(&sv2.SubmitSharesExtended{SequenceNumber: 2}, bytes.Repeat([]byte("w"), 40)))
	check(t, p.client.SendWithTLVs(openFrame, []byte{1, 0x40, 9, 1, 0, 7}))
	expectKind(t, p.client.SendWithTLVs(openFrame, []byte{1}), status.BadTLV)
	forwarded := sv2.Frame{Payload: []byte{1, 0, 0, 0, 5}}
	forwarded.ExtensionType, forwarded.ChannelMsg, forwarded.MsgType = 0x4002, true, 3
	expectKind(t, p.client.Forward(sv2.Frame{}), status.Argument)
	check(t, p.client.Forward(forwarded))
	p.serverSide.waitMessages(t, 4)
	p.close()
	<-served
	<-p.clientEnded
	got := p.serverSide.messages
	if string(got[0].UserIdentity) != "worker" || len(got[1].UserIdentity) != sv2.UserIdentityMax || !got[1].HasUserIdentity {
		t.Errorf("%q %q", got[0].UserIdentity, got[1].UserIdentity)
	}
	if got[3].Kind != session.EventIgnored || got[3].MsgType != 3 || !bytes.Equal(got[3].Payload, forwarded.Payload) {
		t.Errorf("%+v", got[3])
	}
	if !strings.Contains(log.String(), "cut to 32 bytes") {
		t.Error("no warning:", log.String())
	}
	if strings.Contains(log.String(), "www") || strings.Contains(log.String(), "worker") {
		t.Error("an identity is in the log:", log.String())
	}
}

// TestHandlersByProtocol: S3-03, S3-09, S3-10: each subprotocol and end has its handler, and no other one hears of it.
func TestHandlersByProtocol(t *testing.T) {
	noLeaks(t)
	asks := []sv2.Message{openFrame, &sv2.AllocateMiningJobToken{RequestID: 1}, &sv2.CoinbaseOutputConstraints{}}
	answers := []sv2.Message{job, &sv2.AllocateMiningJobTokenSuccess{RequestID: 1}, &sv2.NewTemplate{}}
	for protocol := range uint8(3) {
		servers := []*recorder{newRecorder(), newRecorder(), newRecorder()}
		clients := []*recorder{newRecorder(), newRecorder(), newRecorder()}
		cc, sc := clientConfig(session.Plain()), serverConfig(session.Plain())
		cc.Setup.Protocol = protocol
		sc.Services = append(sc.Services, session.Service{Protocol: 1}, session.Service{Protocol: 2})
		var handlers ClientHandlers
		switch protocol {
		case sv2.ProtocolMining:
			handlers.Mining = clients[protocol]
		case sv2.ProtocolJobDeclaration:
			handlers.JobDeclaration = clients[protocol]
		default:
			handlers.TemplateDistribution = clients[protocol]
		}
		servers[protocol].onMessage = func(c *Conn, _ Message) error { return c.Send(answers[protocol]) }
		clients[protocol].onEstablished = func(c *Conn) error { return c.Send(asks[protocol]) }
		clients[protocol].onMessage = func(*Conn, Message) error { return End(nil) }
		a, b := net.Pipe()
		clientProfile, err := session.NewClientProfile(&cc)
		check(t, err)
		serverProfile, err := session.NewServerProfile(&sc)
		check(t, err)
		client, err := NewClientConn(a, clientProfile, handlers, nil)
		check(t, err)
		server, err := NewServerConn(b, serverProfile, ServerHandlers{
			Mining: servers[0], JobDeclaration: servers[1], TemplateDistribution: servers[2],
		}, nil)
		check(t, err)
		p := pair{client: client, server: server}
		c, s := p.handshake(t.Context())
		check(t, c)
		check(t, s)
		served := make(chan error, 1)
		go func() { served <- server.Run(t.Context()) }()
		expectKind(t, client.Run(t.Context()), status.Closed)
		expectKind(t, <-served, status.PeerClosed)
		for i := range servers {
			want := 0
			if i == int(protocol) {
				want = 1
			}
			if len(servers[i].messages) != want || len(clients[i].messages) != want || len(servers[i].order) != 2*want {
				t.Error(protocol, i, servers[i].types(), clients[i].types(), servers[i].order)
			}
		}
	}
}

// TestLateSetup: S2-08, S3-13: a second answer to SetupConnection ends the connection.
func TestLateSetup(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	cc := clientConfig(session.Plain())
	profile, err := session.NewClientProfile(&cc)
	check(t, err)
	r := newRecorder()
	client, err := NewClientConn(a, profile, ClientHandlers{Mining: r}, nil)
	check(t, err)
	go func() {
		s := script{t, b}
		s.expect(&sv2.SetupConnection{})
		s.write(setupOK, setupOK)
	}()
	check(t, client.Handshake(t.Context()))
	expectKind(t, client.Run(t.Context()), status.UnsolicitedAnswer)
}

// TestHandlerError: S3-12: it costs the message and not the connection, unless the handler says so.
func TestHandlerError(t *testing.T) {
	noLeaks(t)
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	a, b := net.Pipe()
	p := newPair(t, a, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{Logger: logger})
	reason := errors.New("enough")
	p.serverSide.onMessage = func(_ *Conn, m Message) error {
		switch m.MsgType {
		case (*sv2.CloseChannel)(nil).Info().MsgType:
			return fmt.Errorf("while closing: %w", End(reason))
		}
		return errors.New("no such channel")
	}
	p.run(t)
	check(t, p.client.Send(openFrame))
	check(t, p.client.Send(openFrame))
	p.serverSide.waitMessages(t, 2)
	check(t, p.server.Send(job))
	p.clientSide.waitMessages(t, 1)
	check(t, p.client.Send(&sv2.CloseChannel{ChannelID: 1, ReasonCode: []byte("secret reason")}))
	if err := <-p.serverEnded; !errors.Is(err, reason) {
		t.Error(err)
	}
	expectKind(t, <-p.clientEnded, status.PeerClosed)
	if n := p.server.Counters().Errors; n != 2 {
		t.Error("errors counted:", n)
	}
	if text := log.String(); strings.Count(text, "no such channel") != 2 || strings.Contains(text, "secret") {
		t.Error(text)
	}
}

// TestEstablishedFails: a handler that does not want the connection ends it, and hears that it has ended.
func TestEstablishedFails(t *testing.T) {
	noLeaks(t)
	a, b := net.Pipe()
	p := newPair(t, a, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
	reason := errors.New("not now")
	p.clientSide.onEstablished = func(*Conn) error { return reason }
	p.run(t)
	if err := <-p.clientEnded; !errors.Is(err, reason) {
		t.Error(err)
	}
	if len(p.clientSide.ended) != 1 {
		t.Error(p.clientSide.order)
	}
}

// TestHandlerCalls: a handler may send, ask and close, from within its calls.
func TestHandlerCalls(t *testing.T) {
	noLeaks(t)
	a, b := net.Pipe()
	p := newPair(t, a, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
	p.serverSide.onEstablished = func(c *Conn) error { c.SetState("state"); return nil }
	p.serverSide.onMessage = func(c *Conn, m Message) error {
		before := bytes.Clone(m.Payload)
		for range 50 {
			check(t, c.Send(job))
		}
		if !bytes.Equal(before, m.Payload) || c.State() != "state" || len(c.Extensions()) != 0 || c.Err() != nil {
			t.Error("views or state")
		}
		c.Close()
		return nil
	}
	p.run(t)
	check(t, p.client.Send(openFrame))
	expectKind(t, <-p.serverEnded, status.Closed)
	p.clientSide.waitMessages(t, 50) // what was queued is sent after Close
	expectKind(t, <-p.clientEnded, status.PeerClosed)
}

// TestCommonHandler: EX-08, CM-06: what belongs to no subprotocol, with the reason.
func TestCommonHandler(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	cc := clientConfig(session.Plain())
	profile, err := session.NewClientProfile(&cc)
	check(t, err)
	mining, common := newRecorder(), newRecorder()
	client, err := NewClientConn(a, profile, ClientHandlers{Mining: mining, Common: common}, nil)
	check(t, err)
	s := script{t, b}
	go func() {
		s.expect(&sv2.SetupConnection{})
		s.write(setupOK, &sv2.ChannelEndpointChanged{ChannelID: 3}, job, &sv2.Raw{ExtensionType: 0x4001, MsgType: 1},
			&sv2.Raw{MsgType: 0x7f}, job)
		b.Close()
	}()
	check(t, client.Handshake(t.Context()))
	expectKind(t, client.Run(t.Context()), status.PeerClosed)
	var kinds []session.EventKind
	for _, m := range common.messages {
		kinds = append(kinds, m.Kind)
	}
	if !slices.Equal(kinds, []session.EventKind{session.EventMessage, session.EventIgnored, session.EventUnexpected}) {
		t.Error(kinds)
	}
	if len(mining.messages) != 2 {
		t.Error(mining.types())
	}
}

// TestNoCommonHandler: without one they are counted and cost nothing.
func TestNoCommonHandler(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	cc := clientConfig(session.Plain())
	profile, err := session.NewClientProfile(&cc)
	check(t, err)
	client, err := NewClientConn(a, profile, ClientHandlers{Mining: newRecorder(), Common: Null{}}, nil)
	check(t, err)
	go func() {
		s := script{t, b}
		s.expect(&sv2.SetupConnection{})
		s.write(setupOK, &sv2.Raw{ExtensionType: 0x4001, MsgType: 1}, &sv2.Raw{MsgType: 0x7f})
		b.Close()
	}()
	check(t, client.Handshake(t.Context()))
	expectKind(t, client.Run(t.Context()), status.PeerClosed)
	if n := client.Counters().Dropped; n != 2 {
		t.Error(n)
	}
}

// TestReconnectEnds: CM-02, CM-03, S1-10: Reconnect ends the whole connection, and no handler gets it.
func TestReconnectEnds(t *testing.T) {
	noLeaks(t)
	for _, text := range []string{"", "other.example"} {
		a, b := tcpPair(t)
		p := newPair(t, a, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
		p.run(t)
		check(t, p.client.Send(openFrame))
		p.serverSide.waitMessages(t, 1)
		check(t, p.server.Send(&sv2.Reconnect{NewHost: []byte(text), NewPort: 1}))
		err := <-p.clientEnded
		if e, ok := errors.AsType[*ReconnectError](err); !ok || string(e.NewHost) != text || e.NewPort != 1 {
			t.Error(err)
		}
		if strings.Contains(err.Error(), "other") {
			t.Error("text of the peer in an error:", err)
		}
		if len(p.clientSide.messages) != 0 {
			t.Error("a handler got Reconnect")
		}
		expectKind(t, <-p.serverEnded, status.PeerClosed)
	}
}

// TestRunCancelled: S2-10, S3-15: the context ends Run, after what is queued has been sent.
func TestRunCancelled(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	p := newPair(t, a, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
	client, server := p.handshake(t.Context())
	check(t, client)
	check(t, server)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("the program ends")
	go func() { p.clientEnded <- p.client.Run(ctx) }()
	go func() { p.serverEnded <- p.server.Run(t.Context()) }()
	for range 100 {
		check(t, p.client.Send(openFrame))
	}
	cancel(cause)
	err := <-p.clientEnded
	expectKind(t, err, status.Closed)
	if !errors.Is(err, cause) {
		t.Error(err)
	}
	expectKind(t, <-p.serverEnded, status.PeerClosed)
	if n := len(p.serverSide.messages); n != 100 {
		t.Error("arrived:", n)
	}
}

// stalled is a pair whose client reads nothing after its handshake.
func stalled(t *testing.T, output int, options Options) (server *Conn, side *recorder, client net.Conn, ended chan error) {
	t.Helper()
	a, b := net.Pipe()
	sc := serverConfig(session.Plain())
	sc.Limits.Output = output
	profile, err := session.NewServerProfile(&sc)
	check(t, err)
	side = newRecorder()
	server, err = NewServerConn(b, profile, ServerHandlers{Mining: side}, &options)
	check(t, err)
	go func() {
		s := script{t, a}
		s.write(setup)
		s.expect(setupOK)
		s.write(openFrame)
	}()
	check(t, server.Handshake(t.Context()))
	ended = make(chan error, 1)
	go func() { ended <- server.Run(t.Context()) }()
	side.waitMessages(t, 1)
	return server, side, a, ended
}

// TestQueueFull: S3-14: the queue of a client is bounded. By default the client is sent away, at once; else the message is
// not queued.
func TestQueueFull(t *testing.T) {
	for _, policy := range []QueuePolicy{EndWhenFull, DropWhenFull} {
		synctest.Test(t, func(t *testing.T) {
			server, _, client, ended := stalled(t, session.OutputMin, Options{WhenFull: policy})
			size := len(frame(t, job))
			begun := time.Now()
			var err error
			n := 0
			for ; err == nil; n++ {
				err = server.Send(job)
			}
			expectKind(t, err, status.QueueFull)
			if n-1 != session.OutputMin/size {
				t.Errorf("%d messages of %d bytes were queued", n-1, size)
			}
			if server.Counters().QueueFull != 1 {
				t.Error("not counted")
			}
			if policy == EndWhenFull {
				expectKind(t, <-ended, status.QueueFull)
				expectKind(t, server.Send(job), status.QueueFull)
				if passed := time.Since(begun); passed != 0 {
					t.Error(passed)
				}
				return
			}
			s := script{t, client}
			for range n - 1 { // nothing is lost of what was queued, and there is room again
				s.expect(&sv2.NewMiningJob{})
			}
			check(t, server.Send(&sv2.CloseChannel{}))
			s.expect(&sv2.CloseChannel{})
			server.Close()
			expectKind(t, <-ended, status.Closed)
		})
	}
}

// TestWriteTimeout: a peer that takes no bytes is left, although its queue has room.
func TestWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _, _, ended := stalled(t, 0, Options{WriteTimeout: 7 * time.Second})
		begun := time.Now()
		check(t, server.Send(job))
		expectKind(t, <-ended, status.ConnectionLost)
		if passed := time.Since(begun); passed != 7*time.Second {
			t.Error(passed)
		}
	})
}

// TestCloseIsBounded: Close sends what waits for no longer than the time to drain.
func TestCloseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, side, _, ended := stalled(t, 0, Options{})
		begun := time.Now()
		check(t, server.Send(job))
		synctest.Wait()
		server.Close()
		expectKind(t, <-ended, status.Closed)
		if passed := time.Since(begun); passed != 5*time.Second {
			t.Error(passed)
		}
		if len(side.ended) != 1 {
			t.Error("Ended was not called")
		}
	})
}

// TestInactivity: S3-05: strictly more than the limit since the last message of the peer; what is sent to it does not count.
func TestInactivity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		sc := serverConfig(session.Plain())
		sc.Timeouts.Inactivity = 10_000
		p := newPair(t, a, b, clientConfig(session.Plain()), sc, Options{})
		p.run(t)
		check(t, p.client.Send(openFrame))
		for range 5 {
			time.Sleep(9 * time.Second)
			check(t, p.client.Send(openFrame))
		}
		last := time.Now()
		time.Sleep(9 * time.Second)
		check(t, p.server.Send(job))
		expectKind(t, <-p.serverEnded, status.InactivityTimeout)
		if passed := time.Since(last); passed != 10*time.Second+time.Millisecond {
			t.Error(passed)
		}
		expectKind(t, <-p.clientEnded, status.PeerClosed)
	})
}

// TestLastWordsSurviveWriteErrors: CM-02: a server says why it closes, and the client that writes at that moment still hears
// it.
func TestLastWordsSurviveWriteErrors(t *testing.T) {
	noLeaks(t)
	a, b := net.Pipe()
	late := &lateReader{Conn: a, writeFailed: make(chan struct{})}
	cc := clientConfig(session.Plain())
	profile, err := session.NewClientProfile(&cc)
	check(t, err)
	r := newRecorder()
	client, err := NewClientConn(late, profile, ClientHandlers{Mining: r}, nil)
	check(t, err)
	s := script{t, b}
	go func() { s.expect(&sv2.SetupConnection{}); s.write(setupOK) }()
	check(t, client.Handshake(t.Context()))
	late.fail = true
	ended := make(chan error, 1)
	go func() { ended <- client.Run(t.Context()) }()
	check(t, client.Send(openFrame))
	<-late.writeFailed
	s.write(&sv2.Reconnect{})
	if _, ok := errors.AsType[*ReconnectError](<-ended); !ok {
		t.Error(client.Err())
	}
}

// TestWriteErrorsEnd: when writing fails and nothing more comes, the connection ends all the same.
func TestWriteErrorsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		late := &lateReader{Conn: a, writeFailed: make(chan struct{})}
		p := newPair(t, late, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
		p.run(t)
		synctest.Wait()
		late.fail = true
		begun := time.Now()
		check(t, p.client.Send(openFrame))
		expectKind(t, <-p.clientEnded, status.ConnectionLost)
		if passed := time.Since(begun); passed != linger {
			t.Error(passed)
		}
		expectKind(t, <-p.serverEnded, status.PeerClosed)
	})
}

// TestCloseLingers: after Close, the peer gets the end behind what was sent, and a moment to take it.
func TestCloseLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		half := &halfCloser{Conn: a, closed: make(chan struct{})}
		p := newPair(t, half, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
		p.run(t)
		synctest.Wait()
		begun := time.Now()
		p.client.Close()
		<-half.closed
		expectKind(t, <-p.clientEnded, status.Closed)
		if passed := time.Since(begun); passed != linger {
			t.Error(passed)
		}
		expectKind(t, <-p.serverEnded, status.PeerClosed)
	})
}

// halfCloser is a pipe that can be closed in one direction, which its peer does not see.
type halfCloser struct {
	net.Conn
	closed chan struct{}
}

func (h *halfCloser) CloseWrite() error {
	close(h.closed)
	return nil
}

// lateReader is a connection whose writes fail while there is still something to read.
type lateReader struct {
	net.Conn
	fail        bool
	writeFailed chan struct{}
}

func (l *lateReader) Write(b []byte) (int, error) {
	if !l.fail {
		return l.Conn.Write(b)
	}
	defer close(l.writeFailed)
	return 0, errors.New("broken pipe")
}
