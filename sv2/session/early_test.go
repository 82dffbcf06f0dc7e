package session

import (
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

func early(t testing.TB, limits Limits) *end {
	t.Helper()
	cc := clientConfig()
	cc.Extensions.Request, cc.Limits = []uint16{2, 0x4001}, limits
	client := startClient(t, cc)
	client.sent(t)
	client.receive(frame(t, setupOK), 1000)
	client.expect(t, EventSetup)
	client.sent(t)
	return client
}

func jobNumber(t testing.TB, v Event) uint32 {
	t.Helper()
	var m sv2.NewMiningJob
	if _, err := sv2.DecodeFrame(v.Frame, &m); err != nil {
		t.Fatal(err)
	}
	return m.JobID
}

// TestEarlyMessages: S2-07, S2-09, S1-05, issue 4: up to three messages in front of the answer wait, and come in order, after
// the set is known, in front of what follows.
func TestEarlyMessages(t *testing.T) {
	for _, piece := range []int{0, 1, 7} {
		client := early(t, Limits{})
		var stream []byte
		for i := range uint32(3) {
			stream = append(stream, frame(t, &sv2.NewMiningJob{JobID: i})...)
		}
		stream = append(stream, frame(t, success(1, 2))...)
		stream = append(stream, frame(t, &sv2.NewMiningJob{JobID: 3})...)
		if piece == 0 {
			piece = len(stream)
		}
		for len(stream) > 0 {
			n := min(piece, len(stream))
			client.receive(stream[:n], 1000)
			stream = stream[n:]
		}
		events := client.expect(t, EventEstablished, EventMessage, EventMessage, EventMessage, EventMessage)
		for i, v := range events[1:] {
			if jobNumber(t, v) != uint32(i) {
				t.Errorf("message %d is number %d", i, jobNumber(t, v))
			}
		}
	}
}

// TestEarlyViews: the frame of a held message stays as it is until the next event is asked for.
func TestEarlyViews(t *testing.T) {
	client := early(t, Limits{})
	for i := range uint32(2) {
		client.Feed(frame(t, &sv2.NewMiningJob{JobID: i}), at(1000))
	}
	in := append(frame(t, success(1)), frame(t, &sv2.NewMiningJob{JobID: 2})...)
	n, err := client.Feed(in, at(1000))
	check(t, err)
	if n != len(in)-len(frame(t, job)) {
		t.Fatalf("took %d: not up to the event", n)
	}
	if v, _ := client.NextEvent(); v.Kind != EventEstablished {
		t.Fatal(v.Kind)
	}
	for i := range uint32(2) {
		v, _ := client.NextEvent()
		check(t, client.Send(openFrame)) // sending leaves views alone
		if jobNumber(t, v) != i {
			t.Errorf("message %d is number %d", i, jobNumber(t, v))
		}
		if i == 0 {
			if n, _ := client.Feed(in[n:], at(1000)); n != 0 {
				t.Fatal("a later message overtakes")
			}
		}
	}
	if _, ok := client.NextEvent(); ok {
		t.Fatal("an event too many")
	}
	client.receive(in[n:], 1000)
	client.expect(t, EventMessage)
}

// TestEarlyLimits: S2-07: more messages, or more bytes, are an error; what may never come is one at once.
func TestEarlyLimits(t *testing.T) {
	large := &sv2.NewExtendedMiningJob{CoinbaseTxPrefix: make([]byte, 1000)}
	for _, c := range []struct {
		name   string
		limits Limits
		send   []sv2.Message
		want   status.Kind
	}{
		{"four", Limits{}, []sv2.Message{job, job, job, job}, status.EarlyMessages},
		{"none allowed", Limits{EarlyMessages: -1}, []sv2.Message{job}, status.EarlyMessages},
		{"two of two", Limits{EarlyMessages: 2}, []sv2.Message{job, job}, 0},
		{"bytes", Limits{EarlyBytes: 1500}, []sv2.Message{large, large}, status.EarlyMessages},
		{"as many bytes as there may be", Limits{EarlyBytes: len(frame(t, job))}, []sv2.Message{job}, 0},
		{"one more", Limits{EarlyBytes: len(frame(t, job)) - 1}, []sv2.Message{job}, status.EarlyMessages},
		{"bytes enough", Limits{EarlyBytes: 1500}, []sv2.Message{large, job}, 0},
		{"negotiable extension", Limits{EarlyMessages: 1}, []sv2.Message{&sv2.Raw{ExtensionType: 0x4001}, &sv2.Raw{ExtensionType: 0x4001}}, status.EarlyMessages},
		{"other protocol", Limits{}, []sv2.Message{&sv2.NewTemplate{}}, status.WrongProtocol},
		{"wrong direction", Limits{}, []sv2.Message{openFrame}, status.WrongDirection},
		{"Reconnect", Limits{}, []sv2.Message{job, &sv2.Reconnect{}}, status.ReconnectInSetup},
		{"second Success", Limits{}, []sv2.Message{setupOK}, status.UnsolicitedAnswer},
	} {
		client := early(t, c.limits)
		for _, m := range c.send {
			client.receive(frame(t, m), 1000)
		}
		if c.want != 0 {
			client.expectEnd(t, c.want, PhaseNegotiation)
		} else if client.Err() != nil {
			t.Errorf("%s: %v", c.name, client.Err())
		}
	}
}

// TestEarlyExtensionMessages: EX-08: of an extension that nobody asked for are ignored at once; of one that is being
// negotiated they wait for the answer, which decides what they are.
func TestEarlyExtensionMessages(t *testing.T) {
	for _, on := range []bool{true, false} {
		client := early(t, Limits{})
		client.receive(frame(t, &sv2.Raw{ExtensionType: 0x4002, MsgType: 9}), 1000)
		client.expect(t, EventIgnored)
		client.receive(frame(t, &sv2.Raw{ExtensionType: 0x4001, MsgType: 9}), 1000)
		client.expect(t)
		answer, want := success(1), EventIgnored
		if on {
			answer, want = success(1, 0x4001), EventMessage
		}
		client.receive(frame(t, answer), 1000)
		client.expect(t, EventEstablished, want)
	}
}

// TestEarlyAtAServer: S2-07: the same bounds hold while the program decides about a setup; the request counts as a message.
func TestEarlyAtAServer(t *testing.T) {
	for extra, want := range []status.Kind{0, status.EarlyMessages} {
		sc := serverConfig()
		sc.HoldSetup, sc.Extensions.Supported = true, []uint16{2}
		server := startServer(t, sc)
		server.receive(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")}), 1000)
		server.receive(frame(t, request(1, 2)), 1000)
		for range 2 + extra {
			server.receive(frame(t, openFrame), 1000)
		}
		if want != 0 {
			server.expectEnd(t, want, PhaseDecision)
			continue
		}
		server.expect(t, EventSetupRequest)
		check(t, server.AcceptSetup(0))
		server.take()
		server.expect(t, EventSetup, EventEstablished, EventMessage, EventMessage)
	}
}

// TestEarlyEndpointChange: CM-07: a ChannelEndpointChanged that waited for the answer resets what the answer has just settled,
// and the messages behind it still come in order.
func TestEarlyEndpointChange(t *testing.T) {
	client := early(t, Limits{})
	client.receive(frame(t, &sv2.ChannelEndpointChanged{ChannelID: 1}), 1000)
	client.receive(frame(t, job), 1000)
	client.expect(t)
	client.receive(frame(t, success(1, 2)), 1000)
	client.expect(t, EventEstablished, EventMessage, EventExtensionsReset, EventMessage)
	if again := one[*sv2.RequestExtensions](t, client); again.RequestID != 2 || len(client.Extensions()) != 0 {
		t.Fatalf("%+v", again)
	}
	client.receive(frame(t, success(2, 2)), 1000)
	client.expect(t, EventExtensions)
}

// TestReplayEnds: a held message that ends the session does so after those in front of it.
func TestReplayEnds(t *testing.T) {
	client := early(t, Limits{})
	client.receive(frame(t, job), 1000)
	client.receive(frame(t, &sv2.Raw{MsgType: 3}), 1000) // ChannelEndpointChanged without its field
	client.receive(frame(t, job), 1000)
	client.receive(frame(t, success(1)), 1000)
	client.expectEnd(t, status.Truncated, PhaseEstablished)
	client.expect(t, EventEstablished, EventMessage, EventEnd)
}
