package sv2

import (
	"bytes"
	"errors"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

const roundsPerMessage = 200

// TestRoundTrip covers TY-01 to TY-16, FR-02, FR-14: every message with random values encodes to Size bytes, decodes to the
// same values, encodes to the same bytes again, and leaves what follows it.
func TestRoundTrip(t *testing.T) {
	r := newRandom(1)
	for i, m := range blank() {
		for range roundsPerMessage {
			randomise(r, m)
			payload, err := m.Append(nil)
			if err != nil {
				t.Fatalf("%s: Append: %v", m.Info().Name, err)
			}
			if len(payload) != m.Size() {
				t.Fatalf("%s: Size is %d, payload has %d bytes", m.Info().Name, m.Size(), len(payload))
			}
			tail := r.bytes(r.IntN(20))
			decoded := blank()[i]
			trailing, err := decoded.Decode(append(payload[:len(payload):len(payload)], tail...))
			if err != nil {
				t.Fatalf("%s: Decode: %v", m.Info().Name, err)
			}
			if !bytes.Equal(trailing, tail) {
				t.Fatalf("%s: trailing bytes %x came back as %x", m.Info().Name, tail, trailing)
			}
			again, err := decoded.Append(nil)
			if err != nil || !bytes.Equal(again, payload) {
				t.Fatalf("%s: second encoding differs: %v\n%x\n%x", m.Info().Name, err, payload, again)
			}
		}
	}
}

// TestEveryPrefix covers TY-17: a message cut anywhere is an error of the short-input kind that names a field of the
// message and an offset inside the cut.
func TestEveryPrefix(t *testing.T) {
	r := newRandom(2)
	for _, m := range blank() {
		randomise(r, m)
		payload, err := m.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(payload)/3000)
		for n := 0; n < len(payload); n += step {
			_, err := m.Decode(payload[:n:n])
			var e *Error
			if !errors.As(err, &e) || e.Kind != status.Truncated {
				t.Fatalf("%s cut to %d of %d bytes: %v", m.Info().Name, n, len(payload), err)
			}
			if e.Field < 0 || e.Field >= len(m.Info().Fields) || e.Offset > n || e.Size != n {
				t.Fatalf("%s cut to %d bytes: error %+v", m.Info().Name, n, e)
			}
		}
	}
}

// TestFramesOfEveryMessage covers FR-06, FR-10, FR-11 (I12): the frame of a message carries its pair and channel_msg bit, the
// pair finds the message again with the bit set or not, and AnyMessage decodes it.
func TestFramesOfEveryMessage(t *testing.T) {
	r := newRandom(3)
	var any AnyMessage
	for _, m := range blank() {
		randomise(r, m)
		info := m.Info()
		frame, err := m.AppendFrame(nil, []byte{1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(frame) != FrameSize(m, []byte{1, 2, 3}) {
			t.Errorf("%s: FrameSize is %d, frame has %d bytes", info.Name, FrameSize(m, []byte{1, 2, 3}), len(frame))
		}
		for _, channelBit := range []uint16{0, codec.ChannelMsgBit} {
			if Lookup(info.ExtensionType|channelBit, info.MsgType) != info {
				t.Errorf("%s is not found by its pair", info.Name)
			}
		}
		f, rest, _, err := TakeFrame(frame, PayloadSizeMax)
		if err != nil || len(rest) != 0 {
			t.Fatalf("%s: TakeFrame: %v, %d bytes left", info.Name, err, len(rest))
		}
		if !f.Is(info) || f.ChannelMsg != info.ChannelMsg {
			t.Errorf("%s: header %+v", info.Name, f.Header)
		}
		decoded, trailing, err := any.Decode(f)
		if err != nil || decoded.Info() != info || !bytes.Equal(trailing, []byte{1, 2, 3}) {
			t.Fatalf("%s: AnyMessage: %v %x", info.Name, err, trailing)
		}
		again, err := decoded.AppendFrame(nil, trailing)
		if err != nil || !bytes.Equal(again, frame) {
			t.Errorf("%s: AnyMessage does not give the same frame", info.Name)
		}
	}
}

// TestLimits covers TY-07 to TY-10, TY-15: a value that its wire type cannot hold is refused by field, and dst is untouched.
func TestLimits(t *testing.T) {
	long := make([]byte, 1<<16)
	cases := []struct {
		m     Message
		field int
		kind  status.Kind
	}{
		{&SetupConnection{Vendor: long[:256]}, 6, status.FieldTooLong},
		{&SetExtranoncePrefix{ExtranoncePrefix: long[:33]}, 1, status.FieldTooLong},
		{&AllocateMiningJobTokenSuccess{MiningJobToken: long[:256]}, 1, status.FieldTooLong},
		{&SubmitSolution{CoinbaseTx: long}, 4, status.FieldTooLong},
		{&NewExtendedMiningJob{MerklePath: make([]byte, 32*256)}, 5, status.FieldTooLong},
		{&NewExtendedMiningJob{MerklePath: long[:33]}, 5, status.BadSequence},
		{&SetGroupChannel{ChannelIDs: make([]byte, 4*65536)}, 1, status.FieldTooLong},
		{&SetGroupChannel{ChannelIDs: long[:3]}, 1, status.BadSequence},
		{&RequestExtensions{RequestedExtensions: long[:1]}, 1, status.BadSequence},
		{&DeclareMiningJob{WtxidList: make([]byte, 32*65536)}, 5, status.FieldTooLong},
	}
	for _, c := range cases {
		for _, encode := range []func([]byte) ([]byte, error){
			c.m.Append, func(dst []byte) ([]byte, error) { return c.m.AppendFrame(dst, nil) },
		} {
			out, err := encode([]byte("kept"))
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, c.kind) || e.Field != c.field || string(out) != "kept" {
				t.Errorf("%s field %d: %v, dst %q", c.m.Info().Name, c.field, err, out)
			}
		}
	}
}

// TestBadValues covers TY-08, TY-14 (I15): over-long B0_32 and OPTION above one are errors at their field and offset.
func TestBadValues(t *testing.T) {
	prefix := append([]byte{1, 0, 0, 0, 33}, make([]byte, 40)...)
	_, err := new(SetExtranoncePrefix).Decode(prefix)
	if e := new(Error); !errors.As(err, &e) || e.Kind != status.FieldTooLong || e.Field != 1 || e.Offset != 4 {
		t.Errorf("B0_32 of 33 bytes: %v", err)
	}
	job := append(make([]byte, 8), 2)
	_, err = new(NewMiningJob).Decode(append(job, make([]byte, 60)...))
	if e := new(Error); !errors.As(err, &e) || e.Kind != status.BadOption || e.Field != 2 || e.Offset != 8 {
		t.Errorf("OPTION of 2: %v", err)
	}
}

// TestBoolBits covers TY-02, TY-03 (I13): only bit 0 counts.
func TestBoolBits(t *testing.T) {
	payload, err := new(NewTemplate).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	for b, want := range map[byte]bool{0x00: false, 0x01: true, 0x02: false, 0x03: true, 0xfe: false, 0xff: true} {
		payload[8] = b
		var m NewTemplate
		if _, err := m.Decode(payload); err != nil || m.FutureTemplate != want {
			t.Errorf("BOOL %#02x is %v, %v", b, m.FutureTemplate, err)
		}
	}
}

// TestRawMessages covers EX-08, FR-06, FR-07: what is not known comes out raw, with its channel_id if it has one.
func TestRawMessages(t *testing.T) {
	var any AnyMessage
	for _, c := range []struct {
		header  codec.Header
		payload []byte
		id      uint32
		hasID   bool
		kind    status.Kind
	}{
		{codec.Header{ExtensionType: 0x4001, MsgType: 7}, []byte{1, 2, 3}, 0, false, 0},
		{codec.Header{ExtensionType: 0x4001, MsgType: 7, ChannelMsg: true}, []byte{1, 2, 0, 0, 9}, 513, true, 0},
		{codec.Header{ExtensionType: 0x4001, MsgType: 7, ChannelMsg: true}, []byte{1, 2, 0}, 0, false, status.Truncated},
		{codec.Header{MsgType: 0x1e, ChannelMsg: true}, []byte{1, 0, 0, 0}, 1, true, 0},
		{codec.Header{MsgType: 0xff}, nil, 0, false, 0},
	} {
		f := Frame{c.header, c.payload}
		m, trailing, err := any.Decode(f)
		if c.kind != 0 {
			if !errors.Is(err, c.kind) {
				t.Errorf("%+v: %v, want %v", c.header, err, c.kind)
			}
			continue
		}
		raw, ok := m.(*Raw)
		if !ok || err != nil || trailing != nil || !bytes.Equal(raw.Payload, c.payload) {
			t.Fatalf("%+v: %v %v", c.header, m, err)
		}
		if id, has := raw.ChannelID(); id != c.id || has != c.hasID {
			t.Errorf("%+v: channel_id %d %v", c.header, id, has)
		}
		frame, err := raw.AppendFrame(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, _, _, err := TakeFrame(frame, PayloadSizeMax)
		if err != nil || again.ExtensionType != f.ExtensionType || again.ChannelMsg != f.ChannelMsg || !bytes.Equal(again.Payload, f.Payload) {
			t.Errorf("%+v: encoded frame gives %+v, %v", c.header, again, err)
		}
	}
}

// TestDispatchOnThePair covers S0-08, I28: extension 0x0001 and the core use the same msg_type for different messages.
func TestDispatchOnThePair(t *testing.T) {
	if a, b := Lookup(0, 0x01), Lookup(1, 0x01); a == b || a.Name != "SetupConnection.Success" || b.Name != "RequestExtensions.Success" {
		t.Errorf("%v, %v", a, b)
	}
}

// TestDecodeFrameOfAnother shows that a frame with another message in it is refused.
func TestDecodeFrameOfAnother(t *testing.T) {
	frame, err := (&SetupConnectionSuccess{UsedVersion: 2}).AppendFrame(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, _, _, _ := TakeFrame(frame, PayloadSizeMax)
	if _, err := DecodeFrame(f, new(SetupConnection)); !errors.Is(err, status.UnexpectedMessage) {
		t.Errorf("%v", err)
	}
	var m SetupConnectionSuccess
	if _, err := DecodeFrame(f, &m); err != nil || m.UsedVersion != 2 {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestFrameTooLarge covers FR-12: a frame that cannot state its length is refused.
func TestFrameTooLarge(t *testing.T) {
	m := &Raw{ExtensionType: 0x4001, Payload: make([]byte, PayloadSizeMax)}
	if frame, err := m.AppendFrame(nil, nil); err != nil || len(frame) != PayloadSizeMax+codec.HeaderSize {
		t.Fatalf("largest frame: %d bytes, %v", len(frame), err)
	}
	if out, err := m.AppendFrame(nil, []byte{0}); !errors.Is(err, status.FrameTooLarge) || out != nil {
		t.Errorf("frame above the maximum: %v", err)
	}
	m.ExtensionType = 0xc001
	if _, err := m.AppendFrame(nil, nil); !errors.Is(err, status.Argument) {
		t.Errorf("extension_type with bit 15: %v", err)
	}
}

// TestRegistry covers FR-09 to FR-11: 44 messages, their channel_msg bits, and none twice.
func TestRegistry(t *testing.T) {
	seen := map[string]bool{}
	for _, info := range Messages() {
		if seen[info.Name+info.Spec] {
			t.Errorf("%s is registered twice", info.Name)
		}
		seen[info.Name+info.Spec] = true
		if info.ChannelMsg != (info.Fields[0].Name == "channel_id") {
			t.Errorf("%s: channel_msg %v, first field %s", info.Name, info.ChannelMsg, info.Fields[0].Name)
		}
		if (info.Protocol == TemplateDistribution || info.Protocol == JobDeclaration) && info.ChannelMsg {
			t.Errorf("%s has the channel_msg bit", info.Name)
		}
	}
	if len(seen) != 44 {
		t.Errorf("%d messages, want 44", len(seen))
	}
}

// TestRegisteredExtensions covers EX-02, EX-03c, EX-03d: nothing that is built in has an experimental number, and each TLV says how
// long it may be.
func TestRegisteredExtensions(t *testing.T) {
	for _, info := range Messages() {
		if info.ExtensionType >= 0x4000 {
			t.Errorf("%s: extension %#x", info.Name, info.ExtensionType)
		}
	}
	if len(tlvs) == 0 {
		t.Error("no TLV")
	}
	for _, info := range tlvs {
		if info.ExtensionType == 0 || info.ExtensionType >= 0x4000 || info.Max <= 0 || info.Max > codec.B064KMax {
			t.Errorf("%+v", info)
		}
	}
}

// TestSplit covers ER-04, ER-05: the text that they are about is found in each message that has one, without decoding it.
func TestSplit(t *testing.T) {
	r := newRandom(6)
	codes := 0
	for _, m := range blank() {
		info := m.Info()
		randomise(r, m)
		payload, err := m.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		code, trailing, err := info.Split(append(payload, 1, 2, 3))
		if err != nil || !bytes.Equal(trailing, []byte{1, 2, 3}) {
			t.Errorf("%s: %x, %v", info.Name, trailing, err)
		}
		if info.Code == 0 {
			if code != nil {
				t.Errorf("%s: code %q", info.Name, code)
			}
			continue
		}
		codes++
		if name := info.Fields[info.Code].Name; name != "error_code" && name != "reason_code" || info.Fields[info.Code].Type != FieldStr0255 {
			t.Errorf("%s: %s", info.Name, name)
		}
		if _, _, err := info.Split(payload[:len(payload)-1]); !errors.Is(err, status.Truncated) {
			t.Errorf("%s: cut short: %v", info.Name, err)
		}
	}
	payload, _ := (&SubmitSharesError{ErrorCode: []byte("stale-share")}).Append(nil)
	if code, _, _ := (*SubmitSharesError)(nil).Info().Split(payload); string(code) != "stale-share" {
		t.Errorf("%q", code)
	}
	if codes != 8 {
		t.Errorf("%d messages with a code", codes)
	}
}

// TestFixedSizes compares with the sizes that follow from the specification's tables.
func TestFixedSizes(t *testing.T) {
	for _, c := range []struct {
		m    Message
		size int
	}{
		{&SetupConnectionSuccess{}, 6},
		{&UpdateChannel{}, 40},
		{&SetTarget{}, 36},
		{&MiningSetNewPrevHash{}, 48},
		{&SubmitSharesStandard{}, 24},
		{&SubmitSharesSuccess{}, 20},
		{&NewMiningJob{}, 45},
		{&NewMiningJob{MinNtime: codec.SomeU32(1)}, 49},
		{&CoinbaseOutputConstraints{}, 6},
		{&TemplateSetNewPrevHash{}, 80},
	} {
		if c.m.Size() != c.size {
			t.Errorf("%s: %d bytes, want %d", c.m.Info().Name, c.m.Size(), c.size)
		}
	}
}

// TestCheckFrame covers FR-10 (I10) and the directions and protocols of all messages.
func TestCheckFrame(t *testing.T) {
	protocols := []Protocol{Mining, JobDeclaration, TemplateDistribution}
	for _, info := range Messages() {
		f := Frame{Header: codec.Header{ExtensionType: info.ExtensionType, MsgType: info.MsgType, ChannelMsg: !info.ChannelMsg}}
		for _, p := range protocols {
			for _, from := range []Party{Client, Server} {
				want := status.Kind(0)
				switch {
				case info.Protocol != p && info.Protocol != Common && info.Protocol != ExtensionsNegotiation:
					want = status.WrongProtocol
				case info.From&from == 0:
					want = status.WrongDirection
				}
				if err := CheckFrame(f, p, from, false); kindOf(err) != want {
					t.Errorf("%s from %d on %d: %v, want %v", info.Name, from, p, err, want)
				}
				if want != 0 {
					continue
				}
				if err := CheckFrame(f, p, from, true); kindOf(err) != status.WrongChannelBit {
					t.Errorf("%s with the wrong channel_msg bit: %v", info.Name, err)
				}
			}
		}
	}
	if err := CheckFrame(Frame{Header: codec.Header{MsgType: 0x1e}}, Mining, Client, false); !errors.Is(err, status.UnknownMessage) {
		t.Errorf("reserved msg_type: %v", err)
	}
}

func kindOf(err error) status.Kind {
	var kind status.Kind
	errors.As(err, &kind)
	return kind
}

// TestErrorText shows that an error names message, field, offset and sizes.
func TestErrorText(t *testing.T) {
	_, err := new(NewTemplate).Decode(make([]byte, 15))
	if got, want := err.Error(), "NewTemplate.coinbase_tx_version at offset 13: the input ends before the field does (15 bytes)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	err = (&SetupConnection{Vendor: make([]byte, 300)}).Validate()
	if got, want := err.Error(), "SetupConnection.vendor: the field is longer than its type allows (300 bytes, at most 255)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	_, _, _, err = TakeFrame([]byte{0, 0x40, 9, 0xff, 0xff, 0xff}, 1000)
	if got, want := err.Error(), "message 0x9 of extension 0x4000: the frame header states a payload above the configured maximum (16777215 bytes, at most 1000)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
