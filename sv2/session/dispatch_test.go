package session

import (
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestEveryMessage: FR-03, FR-10, FR-11, I28: each known message, at each end, of each protocol, is either given to the program
// or an error of its kind.
func TestEveryMessage(t *testing.T) {
	protocols := []uint8{sv2.ProtocolMining, sv2.ProtocolJobDeclaration, sv2.ProtocolTemplateDistribution}
	families := []sv2.Protocol{sv2.Mining, sv2.JobDeclaration, sv2.TemplateDistribution}
	for i, protocol := range protocols {
		for _, info := range sv2.Messages() {
			if info.Protocol == sv2.ExtensionsNegotiation || info.Protocol == sv2.Common && info.MsgType <= 2 {
				continue // the session's own: tested by state
			}
			for _, role := range []sv2.Party{sv2.Client, sv2.Server} {
				cc, sc := clientConfig(), serverConfig()
				cc.Setup.Protocol, sc.Services[0] = protocol, Service{Protocol: protocol}
				client, server := startClient(t, cc), startServer(t, sc)
				pump(t, client, server, 1000, 0)
				receiver := client
				if role == sv2.Server {
					receiver = server
				}
				receiver.take()
				receiver.events = nil
				want := status.Kind(0)
				switch {
				case info.Protocol != families[i] && info.Protocol != sv2.Common:
					want = status.WrongProtocol
				case info.From&receiver.peer() == 0:
					want = status.WrongDirection
				}
				phase := receiver.Phase()
				raw := &sv2.Raw{ExtensionType: info.ExtensionType, MsgType: info.MsgType, ChannelMsg: info.ChannelMsg, Payload: make([]byte, 600)}
				receiver.receive(frame(t, raw), 1000)
				if want != 0 {
					receiver.expectEnd(t, want, phase)
				} else if v := receiver.last(t); v.Kind != EventMessage || v.Frame.MsgType != info.MsgType {
					t.Errorf("%s: %+v", info.Name, v)
				}
			}
		}
	}
}

// TestUnknownMessages: EX-04, EX-07, EX-08, FR-06, FR-11: what nobody knows is ignored or reported, and the connection goes on.
func TestUnknownMessages(t *testing.T) {
	for _, c := range []struct {
		name string
		raw  sv2.Raw
		want EventKind
	}{
		{"extension", sv2.Raw{ExtensionType: 0x4002, MsgType: 0}, EventIgnored},
		{"extension, channel message", sv2.Raw{ExtensionType: 0x4002, ChannelMsg: true, Payload: []byte{9, 0, 0, 0, 1}}, EventIgnored},
		{"extension, msg_type of SetupConnection.Success", sv2.Raw{ExtensionType: 0x0003, MsgType: 1, Payload: []byte{2, 0, 0, 0, 0, 0}}, EventIgnored},
		{"core", sv2.Raw{MsgType: 0xee}, EventUnexpected},
		{"core, reserved", sv2.Raw{MsgType: 0x1e, ChannelMsg: true, Payload: make([]byte, 4)}, EventUnexpected},
		{"negotiation", sv2.Raw{ExtensionType: 1, MsgType: 3}, EventUnexpected},
		{"negotiated", sv2.Raw{ExtensionType: 0x4001, MsgType: 3}, EventMessage},
	} {
		cc, sc := clientConfig(), serverConfig()
		cc.Extensions.Request, sc.Extensions.Supported = []uint16{0x4001}, []uint16{0x4001}
		client, server := connect(t, cc, sc)
		for _, e := range []*end{client, server} {
			e.take()
			e.events = nil
			e.receive(frame(t, &c.raw), 1000)
			v := e.expect(t, c.want)[0]
			if string(v.Frame.Payload) != string(c.raw.Payload) || v.Frame.ExtensionType != c.raw.ExtensionType {
				t.Errorf("%s: %+v", c.name, v)
			}
			if c.want != EventMessage && (v.Status != status.UnknownMessage || v.Class != status.ClassIgnore) {
				t.Errorf("%s: status %v", c.name, v.Status)
			}
		}
		client.receive(frame(t, job), 1000)
		client.expect(t, EventMessage)
	}
}

// TestUnknownExtensionBeforeTheAnswer: EX-08: a client discards what it does not know even before its SetupConnection has been
// answered, and goes on; its deadline stays.
func TestUnknownExtensionBeforeTheAnswer(t *testing.T) {
	client := startClient(t, clientConfig())
	before, _ := client.NextDeadline()
	for _, raw := range []sv2.Raw{{ExtensionType: 0x4002, MsgType: 1}, {ExtensionType: 3, ChannelMsg: true, Payload: make([]byte, 4)}} {
		client.receive(frame(t, &raw), 2000)
		if v := client.expect(t, EventIgnored)[0]; v.Frame.ExtensionType != raw.ExtensionType || v.Class != status.ClassIgnore {
			t.Errorf("%+v", v)
		}
	}
	if after, _ := client.NextDeadline(); after != before || client.Phase() != PhaseSetup {
		t.Errorf("deadline %d, then %d, in %v", before, after, client.Phase())
	}
	client.receive(frame(t, setupOK), 2000)
	client.expect(t, EventSetup, EventEstablished)
}

// TestChannelMessageWithoutChannel: EX-04: a channel message of an unknown extension that is too short for a channel_id goes
// nowhere, and harms nobody.
func TestChannelMessageWithoutChannel(t *testing.T) {
	client, _ := connect(t, clientConfig(), serverConfig())
	header, kind := codec.AppendHeader(nil, codec.Header{ExtensionType: 0x4002, ChannelMsg: true, MsgLength: 2})
	if kind != 0 {
		t.Fatal(kind)
	}
	client.receive(append(header, 1, 2), 1000)
	v := client.expect(t, EventIgnored)[0]
	if err := client.Forward(v.Frame); err != status.Argument {
		t.Errorf("forwarded: %v", err)
	}
}

// TestChannelBit: FR-06, FR-10, I10: ignored for known messages, unless the program wants it right.
func TestChannelBit(t *testing.T) {
	wrong := &sv2.Raw{MsgType: 0x15, Payload: make([]byte, 45)} // NewMiningJob without the bit
	client, _ := connect(t, clientConfig(), serverConfig())
	client.receive(frame(t, wrong), 1000)
	client.expect(t, EventMessage)
	cc := clientConfig()
	cc.StrictChannelBit = true
	client, _ = connect(t, cc, serverConfig())
	client.receive(frame(t, wrong), 1000)
	client.expectEnd(t, status.WrongChannelBit, PhaseEstablished)
}

// TestChannelBitOfSetup: FR-08, FR-10: the messages of the setup are for the immediate peer.
func TestChannelBitOfSetup(t *testing.T) {
	setup := frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")})
	answer := frame(t, setupOK)
	setup[1], answer[1] = 0x80, 0x80
	for _, strict := range []bool{false, true} {
		cc, sc := clientConfig(), serverConfig()
		cc.StrictChannelBit, sc.StrictChannelBit = strict, strict
		client, server := startClient(t, cc), startServer(t, sc)
		server.receive(setup, 1000)
		client.receive(answer, 1000)
		for _, e := range []*end{client, server} {
			if strict {
				e.expectEnd(t, status.WrongChannelBit, PhaseSetup)
			} else if e.Err() != nil {
				t.Errorf("%v", e.Err())
			}
		}
	}
}

// TestTooLarge: FR-12, limits: a frame above the limit ends the session at its header.
func TestTooLarge(t *testing.T) {
	k := newKeys(t)
	for _, encrypted := range []bool{false, true} {
		cc, sc := clientConfig(), serverConfig()
		cc.Limits.Payload = 1000
		if encrypted {
			cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
		}
		client, server := connect(t, cc, sc)
		check(t, client.Send(openFrame))
		pump(t, client, server, 1000, 0)
		check(t, server.Send(&sv2.NewExtendedMiningJob{CoinbaseTxPrefix: make([]byte, 1000)}))
		client.receive(server.sent(t)[:22], 1000)
		client.expectEnd(t, status.FrameTooLarge, PhaseEstablished)
	}
}
