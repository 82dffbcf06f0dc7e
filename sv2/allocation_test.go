package sv2

import (
	"testing"

	"github.com/libsv2/libsv2/status"
)

// TestAllocations: decoding, appending and finding frames of every message allocates nothing.
func TestAllocations(t *testing.T) {
	r := newRandom(4)
	var any AnyMessage
	out := make([]byte, 0, 4<<20)
	for _, m := range blank() {
		randomise(r, m)
		frame, err := m.AppendFrame(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		expectNoAllocation(t, m.Info().Name+" decode", func() {
			f, _, _, err := TakeFrame(frame, PayloadSizeMax)
			if err == nil {
				_, _, err = any.Decode(f)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
		expectNoAllocation(t, m.Info().Name+" append", func() {
			if _, err := m.AppendFrame(out, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
	tlvs := []byte{1, 0x40, 1, 0, 0, 2, 0, 1, 1, 0, 'w'}
	expectNoAllocation(t, "FindTLV", func() {
		if v, err := FindTLV(tlvs, 2, 1, TLVOptions{}); err != nil || len(v) != 1 {
			t.Fatal(err)
		}
	})
	frame, _ := (&SubmitSharesExtended{Extranonce: make([]byte, 8)}).AppendFrame(nil, nil)
	d, _ := NewFrameDecoder(0, Memory{})
	expectNoAllocation(t, "FrameDecoder", func() {
		if _, err := d.Feed(frame); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Next(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Next(); err != status.WantInput {
			t.Fatal(err)
		}
	})
}

func expectNoAllocation(t *testing.T, what string, f func()) {
	t.Helper()
	if n := testing.AllocsPerRun(20, f); n != 0 {
		t.Errorf("%s: %v allocations", what, n)
	}
}
