package sv2

import (
	"bytes"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// TestBuffer runs random operations against a plain slice.
func TestBuffer(t *testing.T) {
	r := newRandom(7)
	for range 200 {
		most := 1 + r.IntN(5000)
		b := NewBuffer(most, Memory{})
		var model []byte
		for range 200 {
			switch v := r.bytes(r.IntN(most/3 + 2)); r.IntN(3) {
			case 0:
				kind := b.Append(v)
				if want := len(model)+len(v) <= most; want != (kind == 0) {
					t.Fatalf("append %d to %d of %d: %v", len(v), len(model), most, kind)
				}
				if kind == 0 {
					model = append(model, v...)
				}
			case 1:
				dst, kind := b.Writable(len(v))
				if kind != 0 {
					break
				}
				if len(dst) < len(v) || len(dst) > most-len(model) {
					t.Fatalf("writable gave %d bytes for %d, room is %d", len(dst), len(v), most-len(model))
				}
				if kind := b.Commit(copy(dst, v)); kind != 0 {
					t.Fatal(kind)
				}
				model = append(model, v...)
			case 2:
				n := r.IntN(len(model) + 2)
				if kind := b.Consume(n); (kind == 0) != (n <= len(model)) {
					t.Fatalf("consume %d of %d: %v", n, len(model), kind)
				} else if kind == 0 {
					model = model[n:]
				}
			}
			if !bytes.Equal(b.Data(), model) || b.Len()+b.Room() != most {
				t.Fatalf("holds %d bytes, want %d", b.Len(), len(model))
			}
		}
	}
}

// TestBufferZeroes shows that memory is zeroed before it is given up.
func TestBufferZeroes(t *testing.T) {
	var freed [][]byte
	b := NewBuffer(1<<20, Memory{
		Alloc: func(n int) []byte { return make([]byte, n) },
		Free:  func(b []byte) { freed = append(freed, b) },
	})
	for range 10 {
		if kind := b.Append(bytes.Repeat([]byte{0xaa}, 1000)); kind != 0 {
			t.Fatal(kind)
		}
	}
	b.Release()
	for _, f := range freed {
		if !bytes.Equal(f, make([]byte, len(f))) {
			t.Error("freed memory is not zero")
		}
	}
	if len(freed) < 2 {
		t.Errorf("%d blocks were freed", len(freed))
	}
}

// TestBufferNoMemory shows that a buffer whose memory runs out keeps what it holds.
func TestBufferNoMemory(t *testing.T) {
	left := 1
	b := NewBuffer(1<<20, Memory{
		Alloc: func(n int) []byte {
			if left--; left < 0 {
				return nil
			}
			return make([]byte, n)
		},
		Free: func([]byte) {},
	})
	if kind := b.Append([]byte("held")); kind != 0 {
		t.Fatal(kind)
	}
	if kind := b.Append(make([]byte, 10_000)); kind != status.NoMemory || string(b.Data()) != "held" {
		t.Errorf("%v, holds %q", kind, b.Data())
	}
}
