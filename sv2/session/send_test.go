package session

import (
	"bytes"
	"errors"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestSendRefused: EX-10, E1-06, FR-09: what this end may not send changes nothing.
func TestSendRefused(t *testing.T) {
	cc, sc := clientConfig(), serverConfig()
	cc.Extensions.Request, sc.Extensions.Supported = []uint16{0x4001}, []uint16{0x4001}
	client, server := connect(t, cc, sc)
	long := &sv2.OpenExtendedMiningChannel{UserIdentity: make([]byte, 256)}
	for _, c := range []struct {
		name string
		e    *end
		m    sv2.Message
		want status.Kind
	}{
		{"nil", client, nil, status.Argument},
		{"direction", client, job, status.WrongDirection},
		{"direction, server", server, openFrame, status.WrongDirection},
		{"protocol", server, &sv2.NewTemplate{}, status.WrongProtocol},
		{"setup", client, &sv2.SetupConnection{}, status.State},
		{"setup, raw", server, &sv2.Raw{MsgType: 1, Payload: make([]byte, 6)}, status.State},
		{"negotiation", client, &sv2.RequestExtensions{}, status.State},
		{"not negotiated", client, &sv2.Raw{ExtensionType: 0x4002}, status.NotNegotiated},
		{"unknown core", client, &sv2.Raw{MsgType: 0xee}, status.Argument},
		{"unknown negotiation", client, &sv2.Raw{ExtensionType: 1, MsgType: 9}, status.Argument},
		{"channel bit", server, &sv2.Raw{MsgType: 0x15, Payload: make([]byte, 45)}, status.WrongChannelBit},
		{"field", client, long, status.FieldTooLong},
		{"never fits", server, &sv2.Raw{ExtensionType: 0x4001, Payload: make([]byte, OutputDefault)}, status.Limit},
		{"too large", server, &sv2.Raw{ExtensionType: 0x4001, Payload: make([]byte, 1<<24)}, status.FrameTooLarge},
	} {
		if err := c.e.Send(c.m); !errors.Is(err, c.want) || len(c.e.Output()) != 0 || c.e.Err() != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := client.SendShare(nil, nil); err != status.Argument {
		t.Error(err)
	}
	check(t, client.Send(&sv2.Raw{ExtensionType: 0x4001, MsgType: 9}))
	pump(t, client, server, 1000, 0)
	server.expect(t, EventMessage)
}

// TestSendOwn: the messages that a session sends by itself are the six of setup and negotiation, and programs
// cannot send them from any end.
func TestSendOwn(t *testing.T) {
	client, server := connect(t, clientConfig(), serverConfig())
	own := 0
	for _, info := range sv2.Messages() {
		setup := info.Protocol == sv2.Common && info.MsgType <= 2
		if info.BySession != (setup || info.Protocol == sv2.ExtensionsNegotiation) {
			t.Errorf("%s: %t", info.Name, info.BySession)
		}
		if !info.BySession {
			continue
		}
		own++
		e := client
		if info.From == sv2.Server {
			e = server
		}
		m := &sv2.Raw{ExtensionType: info.ExtensionType, MsgType: info.MsgType, Payload: make([]byte, 64)}
		if err := e.Send(m); err != status.State || len(e.Output()) != 0 {
			t.Errorf("%s: %v", info.Name, err)
		}
	}
	if own != 6 {
		t.Error(own)
	}
}

// TestSendCode: ER-04, ER-05: an error_code, or the reason_code of CloseChannel, with a control character is not sent, by either
// end and in either form.
func TestSendCode(t *testing.T) {
	client, server := connect(t, clientConfig(), serverConfig())
	client.Send(openFrame)
	pump(t, client, server, 1000, 0)
	for code, want := range map[string]status.Kind{
		"": 0, "stale-share": 0, "with a space": 0, "schlie\u00dfen": 0, "~": 0,
		"line\n": status.Argument, "\x00": status.Argument, "tab\there": status.Argument, "\x1b[2J": status.Argument, "del\x7f": status.Argument,
	} {
		share := &sv2.SubmitSharesError{ChannelID: 1, ErrorCode: []byte(code)}
		raw := &sv2.Raw{MsgType: share.Info().MsgType, ChannelMsg: true}
		raw.Payload, _ = share.Append(nil)
		for _, c := range []struct {
			e *end
			m sv2.Message
		}{
			{server, share}, {server, raw}, {server, &sv2.OpenMiningChannelError{ErrorCode: []byte(code)}},
			{server, &sv2.CloseChannel{ReasonCode: []byte(code)}}, {client, &sv2.CloseChannel{ReasonCode: []byte(code)}},
		} {
			err := c.e.Send(c.m)
			if want == 0 && err != nil || want != 0 && (!errors.Is(err, want) || len(c.e.Output()) != 0) {
				t.Errorf("%q in %T: %v", code, c.m, err)
			}
			c.e.sent(t)
		}
	}
	check(t, server.Err())
}

// TestSendEncoded: EX-10, E2-03, E2-04, TL-04: a known message that comes encoded is held to what a decoded one is: nothing cut off, and
// no TLVs but through SendWithTLVs.
func TestSendEncoded(t *testing.T) {
	share := &sv2.SubmitSharesExtended{ChannelID: 2}
	for _, on := range []bool{false, true} {
		client, _ := workers(t, on)
		raw := &sv2.Raw{MsgType: 0x1b, ChannelMsg: true}
		whole, _ := share.Append(nil)
		raw.Payload = append(whole, 2, 0, 1, 1, 0, 'w')
		if err := client.Send(raw); err != status.Trailing {
			t.Errorf("with a TLV: %v", err)
		}
		raw.Payload = whole[:20]
		if err := client.Send(raw); kindOf(err) != status.Truncated {
			t.Errorf("cut: %v", err)
		}
		if len(client.Output()) != 0 || client.Err() != nil {
			t.Error("something was sent")
		}
		raw.Payload = whole
		check(t, client.SendWithTLVs(raw, []byte{1, 0x40, 9, 0, 0}))
	}
}

// TestForward: EX-04, EX-05: a proxy passes on channel messages of extensions that it does not know, and changes nothing.
func TestForward(t *testing.T) {
	client, server := connect(t, clientConfig(), serverConfig())
	raw := &sv2.Raw{ExtensionType: 0x4009, MsgType: 7, ChannelMsg: true, Payload: []byte{5, 0, 0, 0, 0xaa, 0xbb}}
	server.receive(frame(t, raw), 1000)
	v := server.expect(t, EventIgnored)[0]
	if id, ok := v.Frame.ChannelID(); !ok || id != 5 {
		t.Fatalf("channel %d", id)
	}
	check(t, client.Forward(v.Frame))
	if out := client.sent(t); !bytes.Equal(out, frame(t, raw)) {
		t.Errorf("%x", out)
	}
	v.Frame.ChannelMsg = false
	if err := client.Forward(v.Frame); err != status.Argument {
		t.Error(err)
	}
	for own := range uint16(2) {
		if err := client.Forward(sv2.Frame{Header: codec.Header{ExtensionType: own, ChannelMsg: true}, Payload: make([]byte, 4)}); err != status.Argument {
			t.Errorf("extension %d: %v", own, err)
		}
	}
}

// TestOutputLimit: issue 4: a full queue refuses a message whole; what was queued stays in order; room comes back with Sent.
func TestOutputLimit(t *testing.T) {
	k := newKeys(t)
	for _, encrypted := range []bool{false, true} {
		cc, sc := clientConfig(), serverConfig()
		cc.Limits.Output = OutputMin
		if encrypted {
			cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
		}
		client, server := connect(t, cc, sc)
		queued, got := uint32(0), uint32(0)
		fill := func() {
			t.Helper()
			for {
				before := bytes.Clone(client.Output())
				err := client.Send(&sv2.OpenExtendedMiningChannel{RequestID: queued, UserIdentity: make([]byte, queued%200)})
				if err == status.QueueFull {
					if !bytes.Equal(before, client.Output()) || status.QueueFull.Class() != status.ClassTransient {
						t.Fatal("half a message was queued")
					}
					return
				}
				check(t, err)
				queued++
			}
		}
		fill()
		if queued < 10 || len(client.Output()) > OutputMin {
			t.Fatalf("%d queued, %d bytes", queued, len(client.Output()))
		}
		for round := range 40 {
			part := client.Output()[:min(len(client.Output()), 100+round*37)]
			in := bytes.Clone(part)
			check(t, client.Sent(len(part)))
			server.receive(in, 1000)
			fill()
		}
		server.receive(client.sent(t), 1000)
		for _, v := range server.events {
			if v.Kind != EventMessage {
				continue
			}
			var m sv2.OpenExtendedMiningChannel
			if _, err := sv2.DecodeFrame(v.Frame, &m); err != nil || m.RequestID != got {
				t.Fatalf("message %d: %v, want %d", m.RequestID, err, got)
			}
			got++
		}
		if got != queued {
			t.Fatalf("%d of %d came", got, queued)
		}
		if err := client.Sent(1); err != status.Argument {
			t.Errorf("Sent more than there is: %v", err)
		}
	}
}

// TestLargeMessages: NO-26: payloads of several blocks, at the limit of the receiver.
func TestLargeMessages(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Setup.Protocol, sc.Services[0] = sv2.ProtocolJobDeclaration, Service{Protocol: sv2.ProtocolJobDeclaration}
	cc.Limits.Output, sc.Limits.Payload = 1<<22, 1<<21
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	client, server := connect(t, cc, sc)
	m := &sv2.DeclareMiningJob{WtxidList: make([]byte, 32*60_000), ExcessData: bytes.Repeat([]byte{7}, 1000)}
	check(t, client.Send(m))
	pump(t, client, server, 1000, 50_000)
	var got sv2.DeclareMiningJob
	if _, err := sv2.DecodeFrame(server.last(t).Frame, &got); err != nil || got.WtxidList.Len() != 60_000 || !bytes.Equal(got.ExcessData, m.ExcessData) {
		t.Error(err)
	}
}

// TestReconnectWhileIdle: CM-02: a server can send a client away that has not sent anything after SetupConnection.
func TestReconnectWhileIdle(t *testing.T) {
	client, server := connect(t, clientConfig(), serverConfig())
	if server.Phase() != PhaseNegotiation {
		t.Fatal(server.Phase())
	}
	if err := server.Send(job); err != status.State {
		t.Errorf("a job before the client has said anything: %v", err)
	}
	check(t, server.Send(&sv2.Reconnect{NewPort: 9}))
	pump(t, client, server, 1000, 0)
	client.expect(t, EventMessage)
}
