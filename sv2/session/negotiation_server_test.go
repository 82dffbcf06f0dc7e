package session

import (
	"bytes"
	"slices"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// asked returns a server that has accepted SetupConnection.
func asked(t testing.TB, x ServerExtensions) *end {
	t.Helper()
	sc := serverConfig()
	sc.Extensions = x
	server := startServer(t, sc)
	server.receive(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")}), 1000)
	one[*sv2.SetupConnectionSuccess](t, server)
	return server
}

func request(id uint16, extensions ...uint16) *sv2.RequestExtensions {
	return &sv2.RequestExtensions{RequestID: id, RequestedExtensions: list(extensions...)}
}

// TestServerAnswer: E1-04, E1-08, E1-09, E1-10, issue 4: a deterministic intersection, whatever the order and repetitions.
func TestServerAnswer(t *testing.T) {
	for _, c := range []struct {
		name                string
		supported, required []uint16
		request             []uint16
		on                  []uint16
		refused             bool
		unsupported         []uint16
		missing             []uint16
	}{
		{name: "all", supported: []uint16{3, 2}, request: []uint16{2, 3}, on: []uint16{2, 3}},
		{name: "any order, repeated", supported: []uint16{2, 3}, request: []uint16{3, 2, 3, 9, 2}, on: []uint16{2, 3}},
		{name: "some", supported: []uint16{2}, request: []uint16{2, 3}, on: []uint16{2}},
		{name: "E1-08: none", supported: []uint16{2}, request: []uint16{4, 3}, refused: true, unsupported: []uint16{3, 4}},
		{name: "supports nothing", request: []uint16{2}, refused: true, unsupported: []uint16{2}},
		{name: "asks for nothing", supported: []uint16{2}},
		{name: "E1-09: required", supported: []uint16{2}, required: []uint16{6, 5}, request: []uint16{2, 3}, refused: true, unsupported: []uint16{3}, missing: []uint16{5, 6}},
		{name: "required, nothing asked", required: []uint16{5}, refused: true, missing: []uint16{5}},
		{name: "required there", supported: []uint16{2}, required: []uint16{5}, request: []uint16{5, 8}, on: []uint16{5}},
		{name: "odd ids", supported: []uint16{2}, request: []uint16{0, 1, 0x8002, 2}, on: []uint16{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := asked(t, ServerExtensions{Supported: c.supported, Required: c.required})
			server.expect(t, EventSetup)
			server.receive(frame(t, request(77, c.request...)), 1000)
			if !c.refused {
				m := one[*sv2.RequestExtensionsSuccess](t, server)
				if v := server.expect(t, EventEstablished)[0]; m.RequestID != 77 || !slices.Equal(v.Extensions, c.on) || string(m.SupportedExtensions) != string(list(c.on...)) {
					t.Fatalf("%+v, extensions %x", m, v.Extensions)
				}
				return
			}
			server.expect(t)
			m := one[*sv2.RequestExtensionsError](t, server)
			if m.RequestID != 77 || string(m.UnsupportedExtensions) != string(list(c.unsupported...)) || string(m.RequiredExtensions) != string(list(c.missing...)) {
				t.Fatalf("%+v", m)
			}
		})
	}
}

// TestServerRetry: E1-14, issue 4: one retry, then the end for a client that does not do what it has to.
func TestServerRetry(t *testing.T) {
	x := ServerExtensions{Supported: []uint16{2}, Required: []uint16{5}}
	server := asked(t, x)
	server.receive(frame(t, request(1, 2)), 1000)
	one[*sv2.RequestExtensionsError](t, server)
	server.receive(frame(t, request(2, 2, 5)), 1000)
	one[*sv2.RequestExtensionsSuccess](t, server)
	server.expect(t, EventSetup, EventEstablished)

	server = asked(t, x)
	server.receive(frame(t, request(1, 2)), 1000)
	one[*sv2.RequestExtensionsError](t, server)
	server.receive(frame(t, request(2, 2)), 1000)
	if why := server.expectEnd(t, status.ExtensionsRequired, PhaseNegotiation); !slices.Equal(why.Extensions, []uint16{5}) || !server.last(t).Drain {
		t.Errorf("%+v", why)
	}
	one[*sv2.RequestExtensionsError](t, server)

	server = asked(t, x) // goes on without a retry
	server.receive(frame(t, request(1, 2)), 1000)
	server.receive(frame(t, openFrame), 1000)
	server.expectEnd(t, status.ExtensionsRequired, PhaseNegotiation)

	server = asked(t, x) // does not ask at all
	server.receive(frame(t, openFrame), 1000)
	server.expectEnd(t, status.ExtensionsRequired, PhaseNegotiation)

	server = asked(t, ServerExtensions{Supported: []uint16{2}}) // refused without need, goes on
	server.receive(frame(t, request(1, 3)), 1000)
	server.receive(frame(t, openFrame), 1000)
	server.expect(t, EventSetup, EventEstablished, EventMessage)

	server = asked(t, ServerExtensions{Supported: []uint16{2}}) // refused twice, goes on
	server.receive(frame(t, request(1, 3)), 1000)
	server.receive(frame(t, request(2, 4)), 1000)
	if v := server.expect(t, EventSetup, EventEstablished)[1]; len(v.Extensions) != 0 {
		t.Errorf("%x", v.Extensions)
	}
}

// TestDuplicateNegotiation: issue 4, contradiction 10: one negotiation; no later request changes what was agreed.
func TestDuplicateNegotiation(t *testing.T) {
	x := ServerExtensions{Supported: []uint16{2}}
	server := asked(t, x)
	server.receive(frame(t, request(1, 2)), 1000)
	server.receive(frame(t, request(2, 2)), 1000)
	server.expectEnd(t, status.DuplicateNegotiation, PhaseEstablished)

	server = asked(t, x)
	server.receive(frame(t, openFrame), 1000)
	server.receive(frame(t, request(1, 2)), 1000)
	server.expectEnd(t, status.DuplicateNegotiation, PhaseEstablished) // E1-01: too late

	server = asked(t, x)
	for id := range uint16(3) {
		server.receive(frame(t, request(id, 3)), 1000)
	}
	server.expectEnd(t, status.DuplicateNegotiation, PhaseEstablished)
}

// TestServerIgnores: E1-11: a server without extension 0x0001 answers nothing and goes on.
func TestServerIgnores(t *testing.T) {
	server := asked(t, ServerExtensions{Ignore: true})
	server.expect(t, EventSetup, EventEstablished)
	server.receive(frame(t, request(1, 2)), 1000)
	if v := server.expect(t, EventIgnored)[0]; v.Class != status.ClassIgnore || v.Frame.ExtensionType != 1 {
		t.Errorf("%+v", v)
	}
	// What it does not know it cannot find fault with (EX-08).
	for _, m := range []sv2.Message{
		success(1, 2), refusal(1, nil, nil), &sv2.Raw{ExtensionType: 1, MsgType: 9}, &sv2.Raw{ExtensionType: 1},
		&sv2.Raw{ExtensionType: 1, ChannelMsg: true, Payload: make([]byte, 4)},
	} {
		server.receive(frame(t, m), 1000)
		if v := server.expect(t, EventIgnored)[0]; v.Status != status.UnknownMessage {
			t.Errorf("%+v", v)
		}
	}
	server.receive(frame(t, openFrame), 1000)
	server.expect(t, EventMessage)
	if len(server.Output()) != 0 {
		t.Error("answered")
	}
}

// TestRequestLimits: a request that is malformed, or longer than anybody needs, costs the client its connection.
func TestRequestLimits(t *testing.T) {
	many := make([]uint16, MaxExtensions+1)
	server := asked(t, ServerExtensions{})
	server.receive(frame(t, request(1, many...)), 1000)
	server.expectEnd(t, status.TooManyExtensions, PhaseNegotiation)
	for i := range many {
		many[i] = uint16(i + 100)
	}
	// The longest answers, twice, sealed and behind act 2, still fit into the smallest output.
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	sc.Extensions.Required, sc.Limits.Output = many[:MaxExtensions], OutputMin
	for i := range many {
		cc.Extensions.Request = append(cc.Extensions.Request, uint16(i+10_000))
	}
	cc.Extensions.Request = cc.Extensions.Request[:MaxExtensions]
	client, server := startClient(t, cc), startServer(t, sc)
	server.receive(client.sent(t), 1000)
	client.receive(bytes.Clone(server.Output()), 1000)
	server.receive(client.sent(t), 1000)
	for id := range uint16(2) {
		server.extensionsRequest(requestFrame(t, request(id, cc.Extensions.Request...)))
	}
	server.expectEnd(t, status.ExtensionsRequired, PhaseNegotiation)
	server = asked(t, ServerExtensions{})
	server.receive(frame(t, &sv2.Raw{ExtensionType: 1, Payload: []byte{1, 0, 9}}), 1000)
	server.expectEnd(t, status.Truncated, PhaseNegotiation)
}

func requestFrame(t *testing.T, m sv2.Message) sv2.Frame {
	t.Helper()
	f, _, _, err := sv2.TakeFrame(frame(t, m), sv2.PayloadSizeMax)
	check(t, err)
	return f
}
