package sv2

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/internal/corpus"
)

// TestCorpus: the seeds of the fuzz targets here, and of those of the C ABI that take messages, are what this makes.
func TestCorpus(t *testing.T) {
	var raw, encode, compared []corpus.Seed
	for i, m := range blank() {
		seeds := messageSeeds(t, i)
		name := reflect.TypeOf(m).Elem().Name()
		corpus.Go(t, "Fuzz"+name, seeds...)
		for _, s := range seeds {
			payload := s.Values[0].([]byte)
			compared = append(compared, corpus.Seed{Name: s.Name + "-" + name, Values: []any{byte(i), payload}})
			if s.Name == "typical" || s.Name == "zero" {
				raw = append(raw, corpus.Seed{Name: s.Name + "-" + name, Values: []any{append([]byte{byte(i)}, payload...)}})
			}
		}
		raw = append(raw, corpus.Seed{Name: "encode-" + name, Values: []any{append([]byte{0x80 | byte(i)}, bytes.Repeat([]byte{2, 0, 7}, 40)...)}})
	}
	for i, m := range blank() {
		name := reflect.TypeOf(m).Elem().Name()
		encode = append(encode, corpus.Seed{Name: name, Values: []any{byte(i), bytes.Repeat([]byte{2, 0, 7}, 20)}})
	}
	corpus.Go(t, "FuzzEncode", encode...)
	corpus.Go(t, "FuzzOracle", compared...)
	stream := streamSeed(t)
	raw = append(raw, corpus.Seed{Name: "batch", Values: []any{append([]byte{0x7f, 0, 1}, stream...)}})
	corpus.Raw(t, "..", "message", raw...)

	tooLarge := append(bytes.Clone(stream), 0, 0, 1, 0xff, 0xff, 0xff)
	cuts := []byte{1, 5, 200}
	corpus.Go(t, "FuzzFrameDecoder",
		corpus.Seed{Name: "one-by-one", Values: []any{stream, []byte{0}, uint16(100)}},
		corpus.Seed{Name: "pieces", Values: []any{stream, cuts, uint16(100)}},
		corpus.Seed{Name: "whole", Values: []any{stream, []byte{}, uint16(100)}},
		corpus.Seed{Name: "at-the-limit", Values: []any{rawFrame(t, 9), cuts, uint16(8)}},
		corpus.Seed{Name: "above-the-limit", Values: []any{rawFrame(t, 10), cuts, uint16(8)}},
		corpus.Seed{Name: "largest-length", Values: []any{tooLarge, []byte{2}, uint16(100)}})
	corpus.Raw(t, "..", "decoder",
		corpus.Seed{Name: "one-by-one", Values: []any{append([]byte{100, 0, 2, 0, 1}, stream...)}},
		corpus.Seed{Name: "pieces", Values: []any{append([]byte{100, 0, 3, 6, 21, 34}, stream...)}},
		corpus.Seed{Name: "at-the-limit", Values: []any{append([]byte{8, 0, 0}, rawFrame(t, 9)...)}},
		corpus.Seed{Name: "above-the-limit", Values: []any{append([]byte{8, 0, 0}, rawFrame(t, 10)...)}},
		corpus.Seed{Name: "largest-length", Values: []any{append([]byte{100, 0, 1, 0xfe}, tooLarge...)}})

	corpus.Go(t, "FuzzAnyMessage",
		corpus.Seed{Name: "stream", Values: []any{stream, uint16(200)}},
		corpus.Seed{Name: "unknown", Values: []any{append(rawFrame(t, 5), stream...), uint16(200)}},
		corpus.Seed{Name: "channel-bit-without-channel", Values: []any{[]byte{0, 0x80, 0xee, 3, 0, 0, 1, 2, 3}, uint16(200)}},
		corpus.Seed{Name: "too-large", Values: []any{tooLarge, uint16(200)}})

	tlv, err := AppendTLV(nil, codec.TLV{ExtensionType: 2, FieldType: 1, Value: worker})
	if err != nil {
		t.Fatal(err)
	}
	big := append([]byte{0, 2, 1, 0, byte(len(worker))}, worker...)
	other := []byte{9, 0, 7, 2, 0, 0xaa, 0xbb}
	tooLong := append([]byte{2, 0, 1, 33, 0}, make([]byte, 33)...)
	var tlvSeeds, rawTLVs []corpus.Seed
	for name, trailing := range map[string][]byte{
		"none": {}, "worker": tlv, "worker-big-endian": big, "other-then-worker": append(bytes.Clone(other), tlv...),
		"cut": tlv[:len(tlv)-1], "header-cut": tlv[:4], "empty-value": {2, 0, 1, 0, 0}, "too-long": tooLong, "longest": append([]byte{2, 0, 1, 32, 0}, make([]byte, 32)...),
	} {
		for _, bigEndian := range []bool{false, true} {
			seed := fmt.Sprintf("%s-%v", name, bigEndian)
			tlvSeeds = append(tlvSeeds, corpus.Seed{Name: seed, Values: []any{trailing, bigEndian}})
			flags := byte(0)
			if bigEndian {
				flags = 1
			}
			rawTLVs = append(rawTLVs, corpus.Seed{Name: seed, Values: []any{append([]byte{flags, 2, 0, 1}, trailing...)}})
		}
	}
	corpus.Go(t, "FuzzTLV", tlvSeeds...)
	corpus.Raw(t, "..", "tlv", rawTLVs...)
	corpus.Go(t, "FuzzBuffer",
		corpus.Seed{Name: "append-consume", Values: []any{[]byte{0, 9, 1, 2, 3, 2, 5, 0, 200, 2, 100, 3, 0, 1}, uint16(300)}},
		corpus.Seed{Name: "full", Values: []any{[]byte{0, 255, 0, 255, 2, 1, 1, 50, 50}, uint16(400)}})
}

// messageSeeds are payloads of a message: of zeros, of some random values, with bytes behind it, cut, and for each field with
// a length the ends of what that length may be.
func messageSeeds(t *testing.T, message int) []corpus.Seed {
	t.Helper()
	seed := func(name string, payload []byte) corpus.Seed { return corpus.Seed{Name: name, Values: []any{payload}} }
	zero, err := blank()[message].Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	typical := typicalPayload(t, message)
	seeds := []corpus.Seed{
		seed("zero", zero), seed("typical", typical), seed("empty", []byte{}),
		seed("trailing", append(bytes.Clone(typical), 2, 0, 1, 1, 0, 'w')),
	}
	if len(typical) > 0 {
		seeds = append(seeds, seed("cut", typical[:len(typical)-1]))
	}
	at := 0
	for _, f := range blank()[message].Info().Fields {
		rest, kind := takeField(f.Type, zero[at:])
		if kind != 0 {
			t.Fatal(f.Name, kind)
		}
		// In front of this field and behind it stand zeros; the field has this length and so many bytes.
		with := func(name string, length []byte, n int) {
			payload := append(append(bytes.Clone(zero[:at]), length...), bytes.Repeat([]byte{0x61}, n)...)
			seeds = append(seeds, seed(name+"-"+f.Name, append(payload, rest...)))
		}
		switch f.Type {
		case FieldOptionU32:
			with("most", []byte{1}, 4)
			with("above", []byte{2}, 8)
		case FieldB032:
			with("most", []byte{32}, 32)
			with("above", []byte{33}, 33)
		case FieldStr0255, FieldB0255:
			with("most", []byte{255}, 255)
		case FieldSeq0255U256:
			with("one", []byte{1}, 32)
			with("missing", []byte{255}, 32)
		case FieldB064K:
			with("long", []byte{0, 1}, 256)
			with("missing", []byte{255, 255}, 9)
		case FieldSeq064KU256:
			with("one", []byte{1, 0}, 32)
			with("missing", []byte{255, 255}, 32)
		case FieldSeq064KU32:
			with("two", []byte{2, 0}, 8)
			with("missing", []byte{255, 255}, 7)
		case FieldSeq064KU16:
			with("two", []byte{2, 0}, 4)
			with("missing", []byte{255, 255}, 3)
		case FieldSeq064KB016M:
			with("two", []byte{2, 0, 0, 0, 0, 3, 0, 0}, 3)
			with("missing", []byte{255, 255, 0, 0, 0}, 0)
			with("element-missing", []byte{1, 0, 255, 255, 255}, 9)
		}
		at = len(zero) - len(rest)
	}
	return seeds
}

// typicalPayload draws values until they are of the size of what is sent.
func typicalPayload(t *testing.T, message int) []byte {
	t.Helper()
	r := newRandom(uint64(message))
	var best []byte
	for range 200 {
		m := blank()[message]
		randomise(r, m)
		payload, err := m.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if best == nil || (len(payload) < len(best) && len(best) > 250) {
			best = payload
		}
	}
	return best
}

// streamSeed is a few frames, one behind the other.
func streamSeed(t *testing.T) []byte {
	t.Helper()
	var stream []byte
	for _, m := range []Message{&Reconnect{NewHost: []byte("host"), NewPort: 1}, &ChannelEndpointChanged{ChannelID: 7}, &CoinbaseOutputConstraints{}, &NewMiningJob{}} {
		var err error
		if stream, err = m.AppendFrame(stream, nil); err != nil {
			t.Fatal(err)
		}
	}
	return stream
}

func rawFrame(t *testing.T, payload int) []byte {
	t.Helper()
	b, err := (&Raw{ExtensionType: 0x4001, MsgType: 9, Payload: make([]byte, payload)}).AppendFrame(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
