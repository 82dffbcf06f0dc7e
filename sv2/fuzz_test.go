package sv2

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// fuzzMessage feeds a message's decoder with anything. What decodes must encode, and encode to a fixpoint; what does not
// must be explained by a field of the message and an offset inside the payload.
func fuzzMessage(f *testing.F, message int) {
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, again := blank()[message], blank()[message]
		trailing, err := m.Decode(payload)
		if err != nil {
			checkExplained(t, m.Info(), payload, err)
			return
		}
		if m.Size()+len(trailing) != len(payload) || walk(t, m.Info(), payload) != m.Size() {
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
		if !sameButBools(m.Info(), first, payload[:m.Size()]) {
			t.Fatalf("%x encodes to %x", payload, first)
		}
		framed, err := m.AppendFrame(nil, trailing)
		if err != nil || len(framed) != codec.HeaderSize+len(payload) || !bytes.HasPrefix(framed[codec.HeaderSize:], first) {
			t.Fatalf("%v, frame %x of %x", err, framed, payload)
		}
	})
}

// walk returns how many bytes the fields take by the field table, which shares nothing with the decoders.
func walk(t *testing.T, info *Info, payload []byte) int {
	t.Helper()
	rest := payload
	for _, f := range info.Fields {
		next, kind := takeField(f.Type, rest)
		if kind != 0 {
			t.Fatalf("decodes, but %s is %v", f.Name, kind)
		}
		rest = next
	}
	return len(payload) - len(rest)
}

// sameButBools reports whether two payloads of a message are the same, save the upper bits of BOOLs, which a receiver ignores.
func sameButBools(info *Info, a, b []byte) bool {
	for _, f := range info.Fields {
		restA, _ := takeField(f.Type, a)
		restB, _ := takeField(f.Type, b)
		fieldA, fieldB := a[:len(a)-len(restA)], b[:len(b)-len(restB)]
		if !bytes.Equal(fieldA, fieldB) && (f.Type != FieldBool || fieldA[0] != fieldB[0]&1) {
			return false
		}
		a, b = restA, restB
	}
	return len(a) == 0 && len(b) == 0
}

func checkExplained(t *testing.T, info *Info, payload []byte, err error) {
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
	if e.Field < 0 || e.Field >= len(info.Fields) || e.Offset > len(payload) {
		t.Fatalf("%+v", e)
	}
}

// FuzzFrameDecoder gives a stream in arbitrary cuts, by copy or in place: the frames must be those of the whole, memory bounded,
// errors final.
func FuzzFrameDecoder(f *testing.F) {
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
			n, feedErr := give(d, piece, len(cuts) > 0 && cuts[i%len(cuts)]&1 == 1)
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
			if feedErr != nil && feedErr != status.Limit {
				t.Fatalf("giving bytes failed with %v and Next did not", feedErr)
			}
			if d.Buffered() != len(whole)-len(wire) {
				t.Fatalf("%d bytes buffered, want %d", d.Buffered(), len(whole)-len(wire))
			}
			if len(wire) == 0 {
				return
			}
		}
	})
}

// give passes bytes to a decoder by Feed, or by Writable and Commit, and returns how many it took.
func give(d *FrameDecoder, in []byte, byCommit bool) (int, error) {
	if !byCommit {
		return d.Feed(in)
	}
	dst, err := d.Writable()
	if err != nil {
		return 0, err
	}
	n := copy(dst, in)
	return n, d.Commit(n)
}

// FuzzEncode gives a message any values, too long ones among them: it encodes, to what decodes to the same, or one of its
// fields is named as the reason and nothing is written.
func FuzzEncode(f *testing.F) {
	f.Fuzz(func(t *testing.T, which byte, in []byte) {
		message := int(which) % len(blank())
		m, again := blank()[message], blank()[message]
		trailing := assign(m, in)
		prefix := []byte("prefix")
		frame, err := m.AppendFrame(prefix, trailing)
		if refused := m.Validate(); refused != nil || err != nil {
			var e *Error
			if !errors.As(err, &e) || !bytes.Equal(frame, prefix) {
				t.Fatalf("%v, and %d bytes written", err, len(frame)-len(prefix))
			}
			if refused == nil {
				if e.Kind != status.FrameTooLarge {
					t.Fatal(err)
				}
			} else if refused.Error() != err.Error() || e.Field < 0 || e.Field >= len(m.Info().Fields) || e.Kind.Class() == status.ClassInternal {
				t.Fatalf("%v, %v", refused, err)
			}
			if payload, err := m.Append(prefix); (err != nil) != (refused != nil) || err != nil && !bytes.Equal(payload, prefix) {
				t.Fatal(err)
			}
			return
		}
		got, rest, _, err := TakeFrame(frame[len(prefix):], PayloadSizeMax)
		if err != nil || len(rest) != 0 {
			t.Fatal(err, len(rest))
		}
		if behind, err := DecodeFrame(got, again); err != nil || !bytes.Equal(behind, trailing) {
			t.Fatalf("%v, %d bytes behind it", err, len(behind))
		}
		for i := range m.Info().Fields {
			a, b := reflect.ValueOf(m).Elem().Field(i).Interface(), reflect.ValueOf(again).Elem().Field(i).Interface()
			if x, y := fmt.Sprintf("%x", a), fmt.Sprintf("%x", b); x != y {
				t.Fatalf("%s: %s became %s", m.Info().Fields[i].Name, x, y)
			}
		}
	})
}

// assign gives the fields of a message values from the input, and returns what is left of it.
func assign(m Message, in []byte) (rest []byte) {
	take := func(n int) []byte {
		b := make([]byte, n)
		in = in[copy(b, in):]
		return b
	}
	for i := range m.Info().Fields {
		field := reflect.ValueOf(m).Elem().Field(i)
		switch field.Kind() {
		case reflect.Bool:
			field.SetBool(take(1)[0]&1 == 1)
		case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			field.SetUint(binary.LittleEndian.Uint64(append(take(field.Type().Bits()/8), make([]byte, 8)...)))
		case reflect.Float32:
			field.SetFloat(float64(math.Float32frombits(binary.LittleEndian.Uint32(take(4)) &^ 0x7f800000)))
		case reflect.Array:
			reflect.Copy(field, reflect.ValueOf(take(field.Len())))
		case reflect.Slice:
			n := int(take(1)[0])
			switch {
			case n >= 250: // around what types can hold, in elements of 1, 2, 4 and 32 bytes
				field.SetBytes(make([]byte, []int{256, 65535, 65536, 4 * 65536, 32 * 256, 32 * 65536}[n-250]))
			default:
				field.SetBytes(take(n))
			}
		default:
			switch v := field.Addr().Interface().(type) {
			case *codec.OptionU32:
				*v = codec.OptionU32{Value: uint32(take(1)[0])}
				if v.Present = v.Value > 9; !v.Present {
					v.Value = 0
				}
			case *codec.SeqB016M:
				for range take(1)[0] % 8 {
					*v, _ = v.Append(take(int(take(1)[0])))
				}
			}
		}
	}
	return in
}

// FuzzAnyMessage takes frames from the front of anything: what decodes by its type encodes to a frame with the same pair, bit and
// size; what is not known stays as it is; and the check of where a message may go takes any frame.
func FuzzAnyMessage(f *testing.F) {
	f.Fuzz(func(t *testing.T, wire []byte, most uint16) {
		var any AnyMessage
		for len(wire) > 0 {
			got, rest, missing, err := TakeFrame(wire, int(most))
			if err != nil {
				if kind := kindOf(err); kind != status.WantInput && kind != status.FrameTooLarge || (kind == status.WantInput) != (missing > 0) {
					t.Fatalf("%v, %d missing", err, missing)
				}
				return
			}
			m, trailing, err := any.Decode(got)
			if err == nil {
				again, err := m.AppendFrame(nil, trailing)
				if err != nil || len(again) != len(wire)-len(rest) {
					t.Fatalf("%v: %x encodes to %x", err, wire[:len(wire)-len(rest)], again)
				}
				if back, _, _, _ := TakeFrame(again, PayloadSizeMax); back.ExtensionType != got.ExtensionType || back.MsgType != got.MsgType {
					t.Fatalf("%+v became %+v", got, back)
				}
				if m.Info() == nil && !bytes.Equal(again, wire[:len(again)]) {
					t.Fatalf("not kept: %x, %x", wire, again)
				}
			} else if info := Lookup(got.ExtensionType, got.MsgType); info != nil {
				checkExplained(t, info, got.Payload, err)
			}
			wire = rest
		}
	})
}

// FuzzBuffer does anything to a buffer and to a slice beside it.
func FuzzBuffer(f *testing.F) {
	f.Fuzz(func(t *testing.T, operations []byte, most uint16) {
		held := 0
		b := NewBuffer(int(most), Memory{
			Alloc: func(n int) []byte { held += n; return make([]byte, n) },
			Free: func(all []byte) {
				if len(bytes.Trim(all, "\x00")) > 0 {
					t.Fatal("given back with data in it")
				}
				held -= len(all)
			},
		})
		var want []byte
		for i := 0; i+1 < len(operations); i += 2 {
			n := int(operations[i+1])
			switch operations[i] % 4 {
			case 0:
				kind := b.Append(bytes.Repeat([]byte{byte(i) | 1}, n))
				if (kind == 0) != (len(want)+n <= int(most)) {
					t.Fatalf("append %d to %d of %d: %v", n, len(want), most, kind)
				}
				if kind == 0 {
					want = append(want, bytes.Repeat([]byte{byte(i) | 1}, n)...)
				}
			case 1:
				dst, kind := b.Writable(n)
				if (kind == 0) != (len(want)+n <= int(most)) || kind == 0 && (len(dst) < n || len(want)+len(dst) > int(most)) {
					t.Fatalf("%d writable of %d: %v", len(dst), most, kind)
				}
				if kind == 0 {
					clear(dst)
					if kind := b.Commit(n); kind != 0 {
						t.Fatal(kind)
					}
					want = append(want, make([]byte, n)...)
				}
			case 2:
				kind := b.Consume(n)
				if (kind == 0) != (n <= len(want)) {
					t.Fatalf("consume %d of %d: %v", n, len(want), kind)
				}
				if kind == 0 {
					want = want[n:]
				}
			case 3:
				if n == 0 {
					b.Release()
					want = nil
				}
			}
			if !bytes.Equal(b.Data(), want) || b.Room() != int(most)-len(want) || held > int(most) {
				t.Fatalf("%d held, %x, want %x", held, b.Data(), want)
			}
		}
		b.Release()
		if held != 0 {
			t.Fatalf("%d bytes kept", held)
		}
	})
}

// FuzzTLV reads anything as TLVs: it ends, inside the bytes, and what was read can be written again.
func FuzzTLV(f *testing.F) {
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
			found, err := FindTLV(trailing, tlv.ExtensionType, tlv.FieldType, TLVOptions{AcceptBigEndian: bigEndian})
			if err != nil || len(found) > len(trailing) || cap(found) != len(found) {
				t.Fatalf("%v: %x", err, found)
			}
		}
	})
}
