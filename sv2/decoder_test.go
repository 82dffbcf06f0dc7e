package sv2

import (
	"bytes"
	"errors"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// stream is a few frames of different sizes, among them an empty payload and an unknown message.
func stream(t *testing.T) (wire []byte, frames [][]byte) {
	t.Helper()
	for _, m := range []Message{
		&SetupConnectionSuccess{UsedVersion: 2},
		&Raw{ExtensionType: 0x4000, MsgType: 1},
		&SubmitSolution{CoinbaseTx: bytes.Repeat([]byte{7}, 3000)},
		&CloseChannel{ChannelID: 1, ReasonCode: []byte("done")},
	} {
		frame, err := m.AppendFrame(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, frame)
		wire = append(wire, frame...)
	}
	return wire, frames
}

// drain takes every complete frame and checks the payloads against want, which it shortens.
func drain(t *testing.T, d *FrameDecoder, want *[][]byte) {
	t.Helper()
	for {
		f, missing, err := d.Next()
		if err == status.WantInput {
			if missing <= 0 {
				t.Fatalf("missing is %d", missing)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Payload, (*want)[0][codec.HeaderSize:]) {
			t.Fatalf("payload differs: %x", f.Payload)
		}
		*want = (*want)[1:]
	}
}

// TestDecoderCuts feeds a stream in two pieces cut at every byte, and byte by byte, by Feed and by Writable.
func TestDecoderCuts(t *testing.T) {
	wire, frames := stream(t)
	feed := func(d *FrameDecoder, b []byte) {
		if n, err := d.Feed(b); err != nil || n != len(b) {
			t.Fatalf("Feed took %d of %d: %v", n, len(b), err)
		}
	}
	read := func(d *FrameDecoder, b []byte) {
		for len(b) > 0 {
			dst, err := d.Writable()
			if err != nil {
				t.Fatal(err)
			}
			n := copy(dst, b)
			b = b[n:]
			if err := d.Commit(n); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, put := range []func(*FrameDecoder, []byte){feed, read} {
		for cut := range len(wire) {
			d, err := NewFrameDecoder(0, Memory{})
			if err != nil {
				t.Fatal(err)
			}
			want := frames
			put(d, wire[:cut])
			drain(t, d, &want)
			put(d, wire[cut:])
			drain(t, d, &want)
			if len(want) != 0 || d.Buffered() != 0 {
				t.Fatalf("cut at %d: %d frames and %d bytes are left", cut, len(want), d.Buffered())
			}
		}
		d, _ := NewFrameDecoder(0, Memory{})
		want := frames
		for i := range wire {
			put(d, wire[i:i+1])
			drain(t, d, &want)
		}
		if len(want) != 0 {
			t.Errorf("byte by byte: %d frames are missing", len(want))
		}
	}
}

// TestDecoderMissing checks how many bytes Next says are missing.
func TestDecoderMissing(t *testing.T) {
	d, _ := NewFrameDecoder(0, Memory{})
	wire, _ := stream(t)
	for i, want := range []int{6, 5, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1} {
		if _, missing, err := d.Next(); err != status.WantInput || missing != want {
			t.Fatalf("after %d bytes %d are missing (%v), want %d", i, missing, err, want)
		}
		if _, err := d.Feed(wire[i : i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if _, missing, err := d.Next(); err != nil || missing != 0 {
		t.Errorf("complete frame: %d missing, %v", missing, err)
	}
}

// TestDecoderLimit covers FR-12: a header above the maximum ends the stream before memory is reserved for its payload, and
// frames in front of it still come out.
func TestDecoderLimit(t *testing.T) {
	var held, most int
	memory := Memory{
		Alloc: func(n int) []byte { held += n; most = max(most, held); return make([]byte, n) },
		Free:  func(b []byte) { held -= len(b) },
	}
	d, err := NewFrameDecoder(100, memory)
	if err != nil {
		t.Fatal(err)
	}
	good, _ := (&Reconnect{NewHost: []byte("host")}).AppendFrame(nil, nil)
	if _, err := d.Feed(good); err != nil {
		t.Fatal(err)
	}
	n, err := d.Feed([]byte{0, 0, 9, 101, 0, 0, 1, 2, 3})
	if err != nil {
		t.Fatalf("Feed behind a good frame took %d: %v", n, err)
	}
	if f, _, err := d.Next(); err != nil || f.MsgType != 4 {
		t.Fatalf("frame in front: %+v, %v", f, err)
	}
	var e *Error
	if _, _, err := d.Next(); !errors.As(err, &e) || e.Kind != status.FrameTooLarge || e.Size != 101 || e.Limit != 100 {
		t.Fatalf("oversized frame: %v", err)
	}
	if n, err := d.Feed([]byte{1}); n != 0 || !errors.Is(err, status.FrameTooLarge) {
		t.Errorf("Feed after the end took %d: %v", n, err)
	}
	if _, err := d.Writable(); !errors.Is(err, status.FrameTooLarge) {
		t.Errorf("Writable after the end: %v", err)
	}
	if most > 2*bufferSizeMin {
		t.Errorf("%d bytes were reserved", most)
	}
	d.Release()
	if held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
	for max, kind := range map[int]status.Kind{-1: status.Limit, PayloadSizeMax + 1: status.Limit, PayloadSizeMax: 0} {
		if _, err := NewFrameDecoder(max, Memory{}); kindOf(err) != kind {
			t.Errorf("maximum %d: %v", max, err)
		}
	}
}

// TestDecoderMemory shows that memory follows the bytes that arrived, not the length that a header states.
func TestDecoderMemory(t *testing.T) {
	var held, most int
	memory := Memory{
		Alloc: func(n int) []byte { held += n; most = max(most, held); return make([]byte, n) },
		Free:  func(b []byte) { held -= len(b) },
	}
	d, _ := NewFrameDecoder(PayloadSizeMax, memory)
	wire := append([]byte{0, 0, 0x76, 0xff, 0xff, 0xff}, make([]byte, 100_000)...)
	fed := 0
	for len(wire) > 0 {
		n, err := d.Feed(wire[:min(len(wire), 997)])
		if err != nil {
			t.Fatal(err)
		}
		wire, fed = wire[n:], fed+n
		if held > max(2*fed, bufferSizeMin) {
			t.Fatalf("%d bytes are held after %d were fed", held, fed)
		}
	}
	for range 100 {
		dst, err := d.Writable()
		if err != nil {
			t.Fatal(err)
		}
		if held > max(4*fed, bufferSizeMin) || len(dst) == 0 {
			t.Fatalf("%d bytes are held after %d", held, fed)
		}
		if err := d.Commit(1); err != nil {
			t.Fatal(err)
		}
		fed++
	}
	d.Release()
	if held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
}

// TestDecoderFull shows that a decoder full of frames takes no more until they are taken, and loses nothing.
func TestDecoderFull(t *testing.T) {
	d, _ := NewFrameDecoder(18, Memory{}) // two frames fill it
	frame, _ := (&SetupConnectionSuccess{UsedVersion: 2}).AppendFrame(nil, nil)
	wire := bytes.Repeat(frame, 50)
	got := 0
	for len(wire) > 0 {
		n, err := d.Feed(wire)
		if err != nil {
			t.Fatal(err)
		}
		if want := min(len(wire), 2*len(frame)); n != want {
			t.Fatalf("an empty decoder took %d bytes, want %d", n, want)
		}
		wire = wire[n:]
		if n, err := d.Feed(frame); n != 0 || err != nil {
			t.Fatalf("a full decoder took %d bytes: %v", n, err)
		}
		if _, err := d.Writable(); !errors.Is(err, status.Limit) {
			t.Fatalf("Writable on a full decoder: %v", err)
		}
		for {
			f, _, err := d.Next()
			if err == status.WantInput {
				break
			}
			if err != nil || !bytes.Equal(f.Payload, frame[6:]) {
				t.Fatalf("payload differs: %x, %v", f.Payload, err)
			}
			got++
		}
	}
	if got != 50 {
		t.Errorf("%d frames of 50", got)
	}
}

// TestTakeFrames covers batches: views of all complete frames, and what is missing of the next.
func TestTakeFrames(t *testing.T) {
	wire, frames := stream(t)
	for cut := range len(wire) + 1 {
		var out [8]Frame
		n, rest, missing, err := TakeFrames(wire[:cut], PayloadSizeMax, out[:])
		if err != nil {
			t.Fatal(err)
		}
		taken := 0
		for i := range n {
			if !bytes.Equal(out[i].Payload, frames[i][6:]) {
				t.Fatalf("frame %d differs", i)
			}
			taken += len(frames[i])
		}
		if taken+len(rest) != cut || missing <= 0 {
			t.Fatalf("cut at %d: %d frames, %d left, %d missing", cut, n, len(rest), missing)
		}
	}
	var out [2]Frame
	if n, rest, missing, err := TakeFrames(wire, PayloadSizeMax, out[:]); n != 2 || missing != 0 || err != nil || len(rest) == 0 {
		t.Errorf("%d frames, %d left, %d missing, %v", n, len(rest), missing, err)
	}
	if n, _, _, err := TakeFrames(wire, 100, make([]Frame, 8)); n != 2 || !errors.Is(err, status.FrameTooLarge) {
		t.Errorf("%d frames in front of an oversized one, %v", n, err)
	}
}

// TestBorrowedCapacity shows that appending to a view cannot write into what follows it.
func TestBorrowedCapacity(t *testing.T) {
	frame, _ := (&SetupConnection{Vendor: []byte("abc"), Firmware: []byte("def")}).AppendFrame(nil, nil)
	before := bytes.Clone(frame)
	f, _, _, _ := TakeFrame(frame, PayloadSizeMax)
	var m SetupConnection
	if _, err := m.Decode(f.Payload); err != nil {
		t.Fatal(err)
	}
	_ = append(m.Vendor, "XXXXXXXX"...)
	_ = append(m.DeviceID, "XXXXXXXX"...)
	_ = append(f.Payload, "XXXXXXXX"...)
	if !bytes.Equal(frame, before) {
		t.Error("the frame changed")
	}
}
