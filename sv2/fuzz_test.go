package sv2

import (
	"bytes"
	"errors"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// fuzzMessage feeds a message's decoder with anything. What decodes must encode, and encode to a fixpoint; what does not
// must be explained by a field of the message and an offset inside the payload.
func fuzzMessage(f *testing.F, message int) {
	r := newRandom(uint64(message))
	for range 8 {
		m := blank()[message]
		randomise(r, m)
		payload, err := m.Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		if len(payload) < 4096 {
			f.Add(payload)
			f.Add(payload[:len(payload)/2])
		}
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, again := blank()[message], blank()[message]
		trailing, err := m.Decode(payload)
		if err != nil {
			checkExplained(t, m, payload, err)
			return
		}
		if m.Size()+len(trailing) != len(payload) {
			t.Fatalf("size %d and %d trailing of %d", m.Size(), len(trailing), len(payload))
		}
		first, err := m.Append(nil)
		if err != nil {
			t.Fatalf("decodes but does not encode: %v", err)
		}
		if rest, err := again.Decode(first); err != nil || len(rest) != 0 {
			t.Fatalf("encoding does not decode: %v, %d left", err, len(rest))
		}
		if second, err := again.Append(nil); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("no fixpoint: %v\n%x\n%x", err, first, second)
		}
	})
}

func checkExplained(t *testing.T, m Message, payload []byte, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	switch e.Kind {
	case status.Truncated, status.FieldTooLong, status.BadOption:
	default:
		t.Fatalf("kind %v", e.Kind)
	}
	if e.Field < 0 || e.Field >= len(m.Info().Fields) || e.Offset > len(payload) {
		t.Fatalf("%+v", e)
	}
}

// FuzzFrameDecoder feeds a stream in arbitrary cuts: the frames must be those of the whole, memory bounded, errors final.
func FuzzFrameDecoder(f *testing.F) {
	frame, _ := (&Reconnect{NewHost: []byte("host"), NewPort: 1}).AppendFrame(nil, nil)
	f.Add(bytes.Repeat(frame, 3), []byte{1, 5, 200}, uint16(100))
	f.Add([]byte{0, 0, 1, 0xff, 0xff, 0xff}, []byte{2}, uint16(9))
	f.Fuzz(func(t *testing.T, wire, cuts []byte, most uint16) {
		maxPayload := int(most) + 1
		held := 0
		d, err := NewFrameDecoder(maxPayload, Memory{
			Alloc: func(n int) []byte { held += n; return make([]byte, n) },
			Free:  func(b []byte) { held -= len(b) },
		})
		if err != nil {
			t.Fatal(err)
		}
		whole := wire
		for i := 0; ; i++ {
			piece := wire
			if len(cuts) > 0 && len(wire) > 0 {
				piece = wire[:min(len(wire), 1+int(cuts[i%len(cuts)]))]
			}
			n, feedErr := d.Feed(piece)
			wire = wire[n:]
			if held > 2*(codec.HeaderSize+maxPayload) {
				t.Fatalf("holds %d bytes", held)
			}
			for {
				got, _, err := d.Next()
				if err == status.WantInput {
					break
				}
				want, rest, _, wantErr := TakeFrame(whole, maxPayload)
				if err != nil {
					if wantErr == nil || kindOf(err) != kindOf(wantErr) {
						t.Fatalf("%v, want %v", err, wantErr)
					}
					return
				}
				if wantErr != nil || got.Header != want.Header || !bytes.Equal(got.Payload, want.Payload) {
					t.Fatalf("got %+v, want %+v, %v", got, want, wantErr)
				}
				whole = rest
			}
			if feedErr != nil {
				t.Fatalf("Feed failed with %v and Next did not", feedErr)
			}
			if len(wire) == 0 {
				return
			}
		}
	})
}

// FuzzTLV reads anything as TLVs: it ends, inside the bytes, and what was read can be written again.
func FuzzTLV(f *testing.F) {
	tlv, _ := AppendTLV(nil, codec.TLV{ExtensionType: 2, FieldType: 1, Value: worker})
	f.Add(tlv, false)
	f.Add(append([]byte{0, 2, 1, 0, 10}, worker...), true)
	f.Fuzz(func(t *testing.T, trailing []byte, bigEndian bool) {
		r := NewTLVReader(trailing, TLVOptions{AcceptBigEndian: bigEndian})
		size := 0
		for {
			tlv, ok, err := r.Next()
			if err != nil || !ok {
				if err == nil && size != len(trailing) {
					t.Fatalf("read %d of %d", size, len(trailing))
				}
				return
			}
			size += codec.TLVHeaderSize + len(tlv.Value)
			if size > len(trailing) || r.Offset() != size {
				t.Fatalf("read %d of %d, offset %d", size, len(trailing), r.Offset())
			}
			if _, err := AppendTLV(nil, tlv); err != nil {
				t.Fatal(err)
			}
		}
	})
}
