package session

import (
	"slices"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// asking returns a client that has sent its first RequestExtensions.
func asking(t testing.TB, x ClientExtensions) (client *end, first *sv2.RequestExtensions) {
	t.Helper()
	cc := clientConfig()
	cc.Extensions = x
	client = startClient(t, cc)
	client.sent(t)
	client.receive(frame(t, setupOK), 1000)
	client.expect(t, EventSetup)
	first = one[*sv2.RequestExtensions](t, client)
	for _, m := range []sv2.Message{openFrame, &sv2.Raw{ExtensionType: 2}, &sv2.RequestExtensions{}} {
		if err := client.Send(m); err != status.State {
			t.Fatalf("S0-01: Send of %T during the negotiation: %v", m, err)
		}
	}
	for _, err := range []error{
		client.SendShare(&sv2.SubmitSharesExtended{}, nil), client.SendWithTLVs(openFrame, nil),
		client.Forward(sv2.Frame{Header: codec.Header{ExtensionType: 9, ChannelMsg: true}, Payload: make([]byte, 4)}),
	} {
		if err != status.State {
			t.Fatalf("sent during the negotiation: %v", err)
		}
	}
	if err := client.Send(&sv2.Raw{ExtensionType: 0x4001}); err != status.State { // it may yet be negotiated
		t.Fatalf("Send of an extension during the negotiation: %v", err)
	}
	return client, first
}

func idsOf(m *sv2.RequestExtensions) []uint16 {
	var ids []uint16
	for i := range m.RequestedExtensions.Len() {
		ids = append(ids, m.RequestedExtensions.At(i))
	}
	return ids
}

// TestRequestExtensions: E1-01, E1-02, E1-03, E1-06, E1-07, S0-01, S0-05, S0-15, E2-06: right after Success, from the
// configuration, sorted, each once, and nothing else before the answer; a client that wants none does not ask.
func TestRequestExtensions(t *testing.T) {
	_, m := asking(t, ClientExtensions{Request: []uint16{7, 2, 7}, Required: []uint16{5, 2}})
	if got := idsOf(m); !slices.Equal(got, []uint16{2, 5, 7}) {
		t.Errorf("requested %x", got)
	}
	if m.Info().ExtensionType != 1 || m.Info().ChannelMsg {
		t.Error("E1-02")
	}
	client := startClient(t, clientConfig())
	client.sent(t)
	client.receive(frame(t, setupOK), 1000)
	client.expect(t, EventSetup, EventEstablished)
	if len(client.Output()) != 0 || len(client.Extensions()) != 0 {
		t.Error("asked")
	}
}

// TestExtensionsSuccess: E1-04, E1-05, E1-10, S0-06, S0-08: the answer fits the request, or the session ends.
func TestExtensionsSuccess(t *testing.T) {
	for _, c := range []struct {
		name     string
		required []uint16
		answer   func(id uint16) sv2.Message
		on       []uint16
		want     status.Kind
	}{
		{"all", nil, func(id uint16) sv2.Message { return success(id, 2, 3) }, []uint16{2, 3}, 0},
		{"any order", nil, func(id uint16) sv2.Message { return success(id, 3, 2) }, []uint16{2, 3}, 0},
		{"subset", nil, func(id uint16) sv2.Message { return success(id, 3) }, []uint16{3}, 0},
		{"empty", nil, func(id uint16) sv2.Message { return success(id) }, nil, 0},
		{"not a subset", nil, func(id uint16) sv2.Message { return success(id, 2, 4) }, nil, status.ExtensionsAnswer},
		{"duplicate", nil, func(id uint16) sv2.Message { return success(id, 2, 2) }, nil, status.ExtensionsAnswer},
		{"request_id", nil, func(id uint16) sv2.Message { return success(id+1, 2) }, nil, status.ExtensionsAnswer},
		{"required there", []uint16{3}, func(id uint16) sv2.Message { return success(id, 3) }, []uint16{3}, 0},
		{"required missing", []uint16{3}, func(id uint16) sv2.Message { return success(id, 2) }, nil, status.ExtensionsRequired},
		{"cut short", nil, func(uint16) sv2.Message {
			return &sv2.Raw{ExtensionType: 1, MsgType: 1, Payload: []byte{1, 0, 5, 0, 1}}
		}, nil, status.Truncated},
		{"wrong direction", nil, func(id uint16) sv2.Message { return &sv2.RequestExtensions{RequestID: id} }, nil, status.WrongDirection},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, first := asking(t, ClientExtensions{Request: []uint16{2, 3}, Required: c.required})
			client.receive(frame(t, c.answer(first.RequestID)), 1000)
			if c.want != 0 {
				why := client.expectEnd(t, c.want, PhaseNegotiation)
				if c.want == status.ExtensionsRequired && !slices.Equal(why.Extensions, c.required) {
					t.Errorf("missing %x", why.Extensions)
				}
				return
			}
			if v := client.expect(t, EventEstablished)[0]; !slices.Equal(v.Extensions, c.on) || !slices.Equal(client.Extensions(), c.on) {
				t.Errorf("extensions %x", v.Extensions)
			}
		})
	}
}

// TestExtensionsError: E1-13, E1-14, S0-09, S0-10: one retry with (requested - unsupported) + required, sorted, each once;
// closed when something required is missing.
func TestExtensionsError(t *testing.T) {
	many := make([]uint16, 3000)
	for i := range many {
		many[i] = uint16(20000 + i)
	}
	for _, c := range []struct {
		name                  string
		request, required     []uint16
		supported             []uint16
		unsupported, demanded []uint16
		retry                 []uint16 // nil: none
		want                  status.Kind
		about                 []uint16
	}{
		{name: "E1-13: nothing left", request: []uint16{2}, unsupported: []uint16{2}},
		{name: "union", request: []uint16{2, 3}, supported: []uint16{5}, unsupported: []uint16{3}, demanded: []uint16{5}, retry: []uint16{2, 5}},
		{name: "sorted", request: []uint16{9}, supported: []uint16{5, 7}, demanded: []uint16{7, 5, 7}, retry: []uint16{5, 7, 9}},
		{name: "only demanded", request: []uint16{9}, supported: []uint16{5}, unsupported: []uint16{9}, demanded: []uint16{5}, retry: []uint16{5}},
		{name: "demanded and requested", request: []uint16{2, 3}, unsupported: []uint16{3}, demanded: []uint16{2}, retry: []uint16{2}},
		{name: "nothing demanded", request: []uint16{2, 3}, unsupported: []uint16{3}, retry: []uint16{2}},
		{name: "own required", request: []uint16{2}, required: []uint16{3}, unsupported: []uint16{3}, want: status.ExtensionsRequired, about: []uint16{3}},
		{name: "demands the unknown", request: []uint16{2}, demanded: []uint16{0x4001}, want: status.ExtensionsDemanded, about: []uint16{0x4001}},
		{name: "demands many", request: []uint16{2}, demanded: many, want: status.ExtensionsDemanded, about: many[:MaxExtensions]},
		{name: "unsupported, not requested", request: []uint16{2}, unsupported: []uint16{3}, want: status.ExtensionsAnswer},
		{name: "demands what it lacks", request: []uint16{2, 3}, unsupported: []uint16{3}, demanded: []uint16{3}, want: status.ExtensionsAnswer},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, first := asking(t, ClientExtensions{Request: c.request, Required: c.required, Supported: c.supported})
			client.receive(frame(t, refusal(first.RequestID, c.unsupported, c.demanded)), 1000)
			if c.want != 0 {
				if why := client.expectEnd(t, c.want, PhaseNegotiation); !slices.Equal(why.Extensions, c.about) {
					t.Errorf("about %x", why.Extensions)
				}
				return
			}
			if c.retry == nil {
				client.expect(t, EventEstablished)
				return
			}
			client.expect(t)
			second := one[*sv2.RequestExtensions](t, client)
			if second.RequestID == first.RequestID || !slices.Equal(idsOf(second), c.retry) {
				t.Fatalf("second request %d %x", second.RequestID, idsOf(second))
			}
			client.receive(frame(t, success(second.RequestID, c.retry...)), 1000)
			if v := client.expect(t, EventEstablished)[0]; !slices.Equal(v.Extensions, c.retry) {
				t.Errorf("extensions %x", v.Extensions)
			}
		})
	}
}

// TestExtensionsErrorTwice: after the one retry there is no other.
func TestExtensionsErrorTwice(t *testing.T) {
	for _, c := range []struct {
		name        string
		x           ClientExtensions
		first       sv2.Message
		unsupported []uint16
		demanded    []uint16
		want        status.Kind
	}{
		{"on without", ClientExtensions{Request: []uint16{2, 3}}, refusal(1, []uint16{3}, nil), []uint16{2}, nil, 0},
		{"still demanded", ClientExtensions{Request: []uint16{2}, Supported: []uint16{5, 6}}, refusal(1, nil, []uint16{5}), nil, []uint16{6}, status.ExtensionsDemanded},
		{"own required", ClientExtensions{Request: []uint16{3}, Required: []uint16{2}}, refusal(1, []uint16{3}, nil), nil, nil, status.ExtensionsRequired},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, _ := asking(t, c.x)
			client.receive(frame(t, c.first), 1000)
			second := one[*sv2.RequestExtensions](t, client)
			client.receive(frame(t, refusal(second.RequestID, c.unsupported, c.demanded)), 1000)
			if c.want != 0 {
				client.expectEnd(t, c.want, PhaseNegotiation)
				return
			}
			client.expect(t, EventEstablished)
			if len(client.Output()) != 0 {
				t.Error("a third request")
			}
		})
	}
}

// TestStaleAnswer: the answer to the first request does not answer the second; request_id wraps.
func TestStaleAnswer(t *testing.T) {
	x := ClientExtensions{Request: []uint16{2, 3}, RequestID: 0xffff}
	client, first := asking(t, x)
	client.receive(frame(t, refusal(first.RequestID, []uint16{3}, nil)), 1000)
	if second := one[*sv2.RequestExtensions](t, client); first.RequestID != 0xffff || second.RequestID != 0 {
		t.Fatalf("request_id %d, then %d", first.RequestID, second.RequestID)
	}
	client.receive(frame(t, success(first.RequestID, 2)), 1000)
	client.expectEnd(t, status.ExtensionsAnswer, PhaseNegotiation)
	client, first = asking(t, x)
	client.receive(frame(t, refusal(first.RequestID+1, []uint16{3}, nil)), 1000)
	client.expectEnd(t, status.ExtensionsAnswer, PhaseNegotiation)
}

// TestUnsolicitedAnswer: S0-08, issue 4: an answer that nobody waits for, at any time, ends the session.
func TestUnsolicitedAnswer(t *testing.T) {
	answers := []sv2.Message{success(1), success(1, 2), refusal(1, nil, nil)}
	for _, answer := range answers {
		client := startClient(t, clientConfig())
		client.receive(frame(t, setupOK), 1000)
		client.receive(frame(t, answer), 1000)
		client.expectEnd(t, status.UnsolicitedAnswer, PhaseEstablished) // never asked

		client, first := asking(t, ClientExtensions{Request: []uint16{2}})
		client.receive(frame(t, success(first.RequestID, 2)), 1000)
		client.receive(frame(t, answer), 1000)
		client.expectEnd(t, status.UnsolicitedAnswer, PhaseEstablished) // a second answer

		client, _ = asking(t, ClientExtensions{Request: []uint16{2}})
		check(t, client.Tick(at(31_000)))
		client.receive(frame(t, answer), 31_001)
		client.expectEnd(t, status.UnsolicitedAnswer, PhaseEstablished) // too late

		server := startServer(t, serverConfig())
		server.receive(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")}), 1000)
		server.receive(frame(t, answer), 1000)
		server.expectEnd(t, status.WrongDirection, PhaseNegotiation)
	}
}

// TestChannelEndpointChanged: CM-06, CM-07, S0-07: extensions are off until they have been negotiated again; messages flow.
func TestChannelEndpointChanged(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	cc.Extensions.Request, sc.Extensions.Supported = []uint16{2}, []uint16{2}
	client, server := connect(t, cc, sc)
	share := &sv2.SubmitSharesExtended{ChannelID: 1}
	sendShare := func(want bool) {
		t.Helper()
		check(t, client.SendShare(share, []byte("w")))
		carry(t, client, server, 1000, 0)
		if v := server.last(t); v.Kind != EventMessage || v.HasUserIdentity != want {
			t.Fatalf("%+v", v)
		}
		server.events = nil
	}
	sendShare(true)
	for range 3 {
		check(t, server.Send(&sv2.ChannelEndpointChanged{ChannelID: 1}))
		if len(server.Extensions()) != 0 {
			t.Fatal("still on")
		}
		sendShare(false) // on its way: its TLV means nothing any more
		carry(t, server, client, 1000, 0)
		client.expect(t, EventMessage, EventExtensionsReset)
		check(t, client.SendShare(share, []byte("w")))
		check(t, server.Send(job))
		pump(t, client, server, 1000, 0)
		server.expect(t, EventExtensions, EventMessage)
		client.expect(t, EventMessage, EventExtensions)
		sendShare(true)
	}
	if _, ok := client.NextDeadline(); ok {
		t.Fatal("the deadline of an answer that has come")
	}
	// Two changes in a row are one negotiation.
	check(t, server.Send(&sv2.ChannelEndpointChanged{ChannelID: 1}))
	check(t, server.Send(&sv2.ChannelEndpointChanged{ChannelID: 2}))
	pump(t, client, server, 1000, 0)
	client.expect(t, EventMessage, EventExtensionsReset, EventMessage, EventExtensions)
	server.expect(t, EventExtensions)
	// A client that cannot do without is as strict as at the start.
	cc.Extensions.Required = []uint16{2}
	client, server = connect(t, cc, sc)
	check(t, server.Send(&sv2.ChannelEndpointChanged{ChannelID: 1}))
	carry(t, server, client, 2000, 0)
	if at, ok := client.NextDeadline(); !ok || at != 32_000 {
		t.Fatalf("deadline %d", at)
	}
	client.Tick(at(32_000))
	client.expectEnd(t, status.ExtensionsIgnored, PhaseEstablished)
}

// TestChannelEndpointChangedWithout: a client without extensions has nothing to reset.
func TestChannelEndpointChangedWithout(t *testing.T) {
	client, server := connect(t, clientConfig(), serverConfig())
	_ = server
	client.receive(frame(t, &sv2.ChannelEndpointChanged{ChannelID: 1}), 1000)
	client.expect(t, EventMessage)
	client.receive(frame(t, &sv2.Raw{MsgType: 3, ChannelMsg: false}), 1000)
	client.expectEnd(t, status.Truncated, PhaseEstablished)
}
