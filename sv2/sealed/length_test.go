package sealed

import (
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// FR-13: the header of a sealed frame states the length of the plaintext, and the decoder gives it as it was sent.
func TestPlaintextLength(t *testing.T) {
	for _, size := range []int{0, 1, 65_519, 65_520, 200_000} {
		client, server := links(t)
		_, wire := seal(t, client, size)
		d := newDecoder(t, server, size, sv2.Memory{})
		for taken := 0; taken < len(wire); {
			n, err := d.Feed(wire[taken:])
			if err != nil {
				t.Fatal(err)
			}
			taken += n
		}
		f, _, err := d.Next()
		if err != nil || int(f.MsgLength) != size || len(f.Payload) != size {
			t.Errorf("payload of %d bytes: msg_length %d, %v", size, f.MsgLength, err)
		}
		if want := noise.SealedFrameSize(size); len(wire) != want || want <= codec.HeaderSize+size {
			t.Errorf("payload of %d bytes: %d on the wire", size, len(wire))
		}
	}
}
