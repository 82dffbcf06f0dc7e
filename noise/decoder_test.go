package noise

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// heap counts what a decoder holds and checks that it comes back wiped.
type heap struct {
	t             *testing.T
	held, highest int
	calls         int
	refuse        bool
}

func (h *heap) memory() Memory {
	return Memory{
		Alloc: func(size int) []byte {
			if h.refuse {
				return nil
			}
			h.calls++
			h.held += size
			h.highest = max(h.highest, size)
			return bytes.Repeat([]byte{0xa5}, size)
		},
		Free: func(b []byte) {
			h.held -= len(b)
			if !bytes.Equal(b, make([]byte, len(b))) {
				h.t.Error("freed without wiping")
			}
		},
	}
}

// stream seals frames of the given payload sizes.
func (s *server) stream(t testing.TB, link *Transport, sizes ...int) (plain [][]byte, wire []byte) {
	t.Helper()
	for _, n := range sizes {
		frame := frameOf(n)
		sealed := make([]byte, SealedFrameSize(n))
		if _, err := link.Seal(sealed, (*[6]byte)(frame), frame[6:]); err != nil {
			t.Fatal(err)
		}
		plain = append(plain, frame)
		wire = append(wire, sealed...)
	}
	return plain, wire
}

// NO-25 to NO-27: a stream cut anywhere gives the same frames; the decoder asks
// for exactly what is missing.
func TestDecoderEveryCut(t *testing.T) {
	s := newServer(t)
	for cut := 0; cut < 330; cut++ {
		first, second := s.connect(t)
		plain, wire := s.stream(t, first, 0, 1, 50, 0, 100)
		var d Decoder
		if err := d.Initialize(second, MaxFrame, Memory{}); err != nil {
			t.Fatal(err)
		}
		got := collect(t, &d, wire[:min(cut, len(wire))], wire[min(cut, len(wire)):])
		compareFrames(t, got, plain)
		d.Release()
		if cut > len(wire) {
			break
		}
		cut += 2
	}
}

// One byte at a time, asking what is missing before each.
func TestDecoderMissing(t *testing.T) {
	s := newServer(t)
	first, second := s.connect(t)
	plain, wire := s.stream(t, first, 0, 1, 20, MaxChunk+7)
	var d Decoder
	if err := d.Initialize(second, MaxFrame, Memory{}); err != nil {
		t.Fatal(err)
	}
	defer d.Release()
	want := SealedHeaderSize
	position, frames := 0, 0
	for i := range wire {
		if d.Missing() != want {
			t.Fatalf("byte %d: missing %d, want %d", i, d.Missing(), want)
		}
		n, frame, err := d.Feed(wire[i : i+1])
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		want--
		position++
		size := len(plain[frames]) - HeaderSize
		if position == SealedHeaderSize {
			want = SealedPayloadSize(size)
		}
		if (frame != nil) != (position == SealedFrameSize(size)) {
			t.Fatalf("byte %d: frame %v", i, frame != nil)
		}
		if frame != nil {
			if !bytes.Equal(frame, plain[frames]) {
				t.Fatalf("frame %d differs", frames)
			}
			frames++
			position, want = 0, SealedHeaderSize
		}
	}
	if frames != len(plain) {
		t.Fatal(frames)
	}
}

// Random pieces of large frames, with a counted heap.
func TestDecoderRandomCuts(t *testing.T) {
	s := newServer(t)
	random := rand.New(rand.NewPCG(1, 1))
	for range 30 {
		first, second := s.connect(t)
		plain, wire := s.stream(t, first, random.IntN(300000), random.IntN(3), MaxChunk*random.IntN(4), random.IntN(70000))
		h := &heap{t: t}
		var d Decoder
		if err := d.Initialize(second, MaxFrame, h.memory()); err != nil {
			t.Fatal(err)
		}
		var pieces [][]byte
		for len(wire) > 0 {
			n := min(len(wire), 1+random.IntN(40000))
			pieces = append(pieces, wire[:n])
			wire = wire[n:]
		}
		compareFrames(t, collect(t, &d, pieces...), plain)
		d.Release()
		if h.held != 0 {
			t.Errorf("%d bytes not freed", h.held)
		}
	}
}

func collect(t *testing.T, d *Decoder, pieces ...[]byte) (frames [][]byte) {
	t.Helper()
	for _, piece := range pieces {
		for {
			n, frame, err := d.Feed(piece)
			if err != nil {
				t.Fatal(err)
			}
			piece = piece[n:]
			if frame == nil {
				if len(piece) > 0 {
					t.Fatal("bytes left without a frame")
				}
				break
			}
			frames = append(frames, append([]byte{}, frame...))
		}
	}
	return frames
}

func compareFrames(t *testing.T, got, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("frame %d differs", i)
		}
	}
}

// The limit counts the plain frame, header included; it is applied as soon as
// the header is authentic, before anything is reserved.
func TestDecoderLimit(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct {
		payload, limit int
		want           status.Kind
	}{{10, 16, 0}, {11, 16, status.FrameTooLarge}, {0, 6, 0}, {1, 6, status.FrameTooLarge}, {MaxPayload, 1 << 20, status.FrameTooLarge}} {
		first, second := s.connect(t)
		_, wire := s.stream(t, first, c.payload)
		h := &heap{t: t}
		var d Decoder
		if err := d.Initialize(second, c.limit, h.memory()); err != nil {
			t.Fatal(err)
		}
		consumed, frame, err := d.Feed(wire)
		if c.want == 0 {
			if err != nil || frame == nil {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		wantKind(t, "limit", err, c.want)
		if h.calls != 0 || consumed != SealedHeaderSize || !second.Closed() {
			t.Errorf("%+v: reserved %d times, consumed %d", c, h.calls, consumed)
		}
		_, _, err = d.Feed(wire[consumed:])
		wantKind(t, "afterwards", err, status.TransportClosed)
	}
	// A header that is not authentic is refused before its length is looked at.
	first, second := s.connect(t)
	_, wire := s.stream(t, first, 1000)
	wire[3] ^= 0xff
	var d Decoder
	if err := d.Initialize(second, 16, Memory{}); err != nil {
		t.Fatal(err)
	}
	_, _, err := d.Feed(wire)
	wantKind(t, "altered header", err, status.Decrypt)
}

// The buffer is never more than twice what came in, or 1 KiB.
func TestDecoderGrowth(t *testing.T) {
	s := newServer(t)
	first, second := s.connect(t)
	_, wire := s.stream(t, first, 1_000_000)
	h := &heap{t: t}
	var d Decoder
	if err := d.Initialize(second, MaxFrame, h.memory()); err != nil {
		t.Fatal(err)
	}
	sent := 0
	for sent < len(wire) {
		n := min(1460, len(wire)-sent)
		if _, _, err := d.Feed(wire[sent : sent+n]); err != nil {
			t.Fatal(err)
		}
		sent += n
		if d.Reserved() > max(2*sent, smallestBuffer) {
			t.Fatalf("%d reserved for %d", d.Reserved(), sent)
		}
	}
	if d.Reserved() > 1_000_000+HeaderSize+TagSize || h.calls > 12 {
		t.Errorf("%d reserved, %d calls", d.Reserved(), h.calls)
	}
	// A large buffer is not kept for a small frame.
	_, wire = s.stream(t, first, 10)
	if _, frame, err := d.Feed(wire); err != nil || frame == nil || d.Reserved() > smallestBuffer {
		t.Errorf("%d kept, %v", d.Reserved(), err)
	}
	d.Release()
	if h.held != 0 {
		t.Errorf("%d bytes not freed", h.held)
	}
	// All at once needs one reservation of the right size.
	_, wire = s.stream(t, first, 1_000_000)
	h = &heap{t: t}
	if err := d.Initialize(second, MaxFrame, h.memory()); err != nil {
		t.Fatal(err)
	}
	if _, frame, err := d.Feed(wire); err != nil || len(frame) != 1_000_006 || h.calls != 1 {
		t.Errorf("%d calls, %v", h.calls, err)
	}
	d.Release()
}

// Without memory the bytes stay with the caller, and the link lives on.
func TestDecoderNoMemory(t *testing.T) {
	s := newServer(t)
	first, second := s.connect(t)
	plain, wire := s.stream(t, first, 5000, 3)
	h := &heap{t: t}
	var d Decoder
	if err := d.Initialize(second, MaxFrame, h.memory()); err != nil {
		t.Fatal(err)
	}
	var got [][]byte
	for fed := 0; fed < len(wire); {
		h.refuse = !h.refuse
		n, frame, err := d.Feed(wire[fed:min(fed+700, len(wire))])
		fed += n
		if err != nil {
			wantKind(t, "Feed", err, status.NoMemory)
		}
		if frame != nil {
			got = append(got, append([]byte{}, frame...))
		}
	}
	compareFrames(t, got, plain)
	d.Release()
}

func TestDecoderMisuse(t *testing.T) {
	s := newServer(t)
	_, link := s.connect(t)
	var d Decoder
	_, _, err := d.Feed([]byte{1})
	wantKind(t, "zero Decoder", err, status.State)
	wantKind(t, "no link", d.Initialize(nil, 100, Memory{}), status.Argument)
	wantKind(t, "limit 5", d.Initialize(link, 5, Memory{}), status.Argument)
	wantKind(t, "limit above U24", d.Initialize(link, MaxFrame+1, Memory{}), status.Argument)
	wantKind(t, "half an allocator", d.Initialize(link, 100, Memory{Free: func([]byte) {}}), status.Argument)
	if err := d.Initialize(link, 100, Memory{}); err != nil {
		t.Fatal(err)
	}
	link.Close()
	_, _, err = d.Feed([]byte{1})
	wantKind(t, "closed", err, status.TransportClosed)
}

// NO-28: every flipped byte of a stream stops it.
func TestDecoderFlips(t *testing.T) {
	s := newServer(t)
	for at := range SealedFrameSize(30) {
		first, second := s.connect(t)
		_, wire := s.stream(t, first, 30)
		wire[at] ^= 1
		var d Decoder
		if err := d.Initialize(second, MaxFrame, Memory{}); err != nil {
			t.Fatal(err)
		}
		_, frame, err := d.Feed(wire)
		wantKind(t, "flipped", err, status.Decrypt)
		if frame != nil {
			t.Error("a frame all the same")
		}
	}
}
