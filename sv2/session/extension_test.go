package session

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestExtensionNumbers: EX-01, EX-03c: an extension that can be configured has a number that the registry can give or an
// experimental one, whether it defines messages or TLVs; the two ends are held to the same.
func TestExtensionNumbers(t *testing.T) {
	for number, ok := range map[uint16]bool{
		0: false, 1: false, 2: true, 3: true, 0x3fff: true, 0x4000: true, 0x7fff: true, 0x8000: false, 0x8002: false, 0xffff: false,
	} {
		cc := clientConfig()
		cc.Extensions.Supported = []uint16{number}
		if _, err := NewClientProfile(&cc); (err == nil) != ok || !ok && err != status.Argument {
			t.Errorf("client, %#x: %v", number, err)
		}
		sc := serverConfig()
		sc.Extensions.Supported = []uint16{number}
		if _, err := NewServerProfile(&sc); (err == nil) != ok || !ok && err != status.Argument {
			t.Errorf("server, %#x: %v", number, err)
		}
	}
}

// TestNoExtensionWithoutNegotiation: EX-09: without extension 0x0001 there is no other: a server that does not implement it
// cannot be given any, and at a client each one that is configured leads to a negotiation.
func TestNoExtensionWithoutNegotiation(t *testing.T) {
	sc := serverConfig()
	for _, x := range []ServerExtensions{{Ignore: true, Supported: []uint16{2}}, {Ignore: true, Required: []uint16{2}}} {
		sc.Extensions = x
		if _, err := NewServerProfile(&sc); err != status.Argument {
			t.Errorf("%+v: %v", x, err)
		}
	}
	asking(t, ClientExtensions{Request: []uint16{2}})
	asking(t, ClientExtensions{Required: []uint16{0x4001}})
	sc.Extensions = ServerExtensions{Ignore: true}
	cc := clientConfig()
	cc.Extensions.Request = []uint16{0x4001}
	client, server := startClient(t, cc), startServer(t, sc)
	pump(t, client, server, 1000, 0)
	if client.Phase() != PhaseNegotiation {
		t.Fatal(client.Phase())
	}
	check(t, client.Tick(at(31_000)))
	for _, e := range []*end{client, server} {
		if err := e.Send(&sv2.Raw{ExtensionType: 0x4001}); err != status.NotNegotiated {
			t.Errorf("%v", err)
		}
	}
}

// TestChannelEndpoint: EX-06, EX-07: the end of a channel gets the channel messages of extensions to process itself; nothing goes
// anywhere by itself.
func TestChannelEndpoint(t *testing.T) {
	cc, sc := clientConfig(), serverConfig()
	cc.Extensions.Request, sc.Extensions.Supported = []uint16{0x4001}, []uint16{0x4001}
	client, server := connect(t, cc, sc)
	for extension, want := range map[uint16]EventKind{0x4001: EventMessage, 0x4002: EventIgnored} {
		raw := &sv2.Raw{ExtensionType: extension, MsgType: 7, ChannelMsg: true, Payload: []byte{5, 0, 0, 0, 0xaa}}
		for _, e := range []*end{client, server} {
			e.take()
			e.events = nil
			e.receive(frame(t, raw), 1000)
			if v := e.expect(t, want)[0]; !bytes.Equal(v.Frame.Payload, raw.Payload) || !v.Frame.ChannelMsg {
				t.Errorf("%+v", v)
			}
			if len(e.Output()) != 0 {
				t.Errorf("%x went out", e.Output())
			}
		}
	}
}

// TestForwardRemapped: EX-04, EX-05: a proxy puts the other side's channel_id in front; every other byte arrives as it was sent.
func TestForwardRemapped(t *testing.T) {
	miner, downstream := connect(t, clientConfig(), serverConfig())
	upstream, pool := connect(t, clientConfig(), serverConfig())
	for size := range 40 {
		payload := bytes.Repeat([]byte{0xa5, 0x01}, size)
		sent := sv2.Frame{
			Header:  codec.Header{ExtensionType: 0x4009, MsgType: uint8(size), ChannelMsg: true},
			Payload: append([]byte{5, 0, 0, 0}, payload...),
		}
		check(t, miner.Forward(sent))
		pump(t, miner, downstream, 1000, 0)
		f := downstream.expect(t, EventIgnored)[0].Frame
		if id, ok := f.ChannelID(); !ok || id != 5 {
			t.Fatalf("channel %d", id)
		}
		binary.LittleEndian.PutUint32(f.Payload, 0x01020304)
		check(t, upstream.Forward(f))
		pump(t, upstream, pool, 1000, 0)
		got := pool.expect(t, EventIgnored)[0].Frame
		if id, _ := got.ChannelID(); id != 0x01020304 || !bytes.Equal(got.Payload[4:], payload) || got.ExtensionType != 0x4009 || got.MsgType != uint8(size) {
			t.Fatalf("%+v", got)
		}
	}
}

// TestExtensionFrames: FR-03, FR-04, FR-05: the frame of a message names the extension that defines it, whatever TLVs follow.
func TestExtensionFrames(t *testing.T) {
	client, _ := workers(t, true)
	for _, c := range []struct {
		m         sv2.Message
		tlvs      []byte
		extension uint16 // with the channel_msg bit
	}{
		{openFrame, nil, 0},
		{openFrame, []byte{1, 0x40, 9, 0, 0}, 0},
		{&sv2.SubmitSharesExtended{}, nil, 0x8000},
		{&sv2.SubmitSharesExtended{}, []byte{1, 0x40, 9, 0, 0}, 0x8000},
		{&sv2.Raw{ExtensionType: 0x4001, MsgType: 3}, nil, 0x4001},
		{&sv2.Raw{ExtensionType: 0x4001, MsgType: 3, ChannelMsg: true, Payload: make([]byte, 4)}, nil, 0xc001},
		{&sv2.Raw{ExtensionType: 0x4001, MsgType: 3}, []byte{1, 0x40, 9, 0, 0}, 0x4001},
	} {
		check(t, client.SendWithTLVs(c.m, c.tlvs))
		if out := client.sent(t); binary.LittleEndian.Uint16(out) != c.extension {
			t.Errorf("%T, TLVs %x: %x", c.m, c.tlvs, out)
		}
	}
	client, _ = asking(t, ClientExtensions{Request: []uint16{2}})
	client.receive(frame(t, refusal(1, nil, []uint16{2})), 1000)
	if out := client.sent(t); binary.LittleEndian.Uint16(out) != 1 {
		t.Errorf("%x", out)
	}
}
