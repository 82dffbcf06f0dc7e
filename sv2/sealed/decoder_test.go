package sealed

import (
	"bytes"
	"crypto/rand"
	mathrand "math/rand/v2"
	"sync"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/internal/corpus"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// links returns both ends of an encrypted link.
func links(t testing.TB) (client, server *noise.Transport) {
	t.Helper()
	key, err := noise.GenerateSecretKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Release()
	identity, err := noise.NewIdentity(key, &noise.Certificate{NotValidAfter: 1}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var i noise.Initiator
	var r noise.Responder
	var act1 [noise.Act1Size]byte
	var act2 [noise.Act2Size]byte
	client, server = new(noise.Transport), new(noise.Transport)
	if err := i.Start(noise.Insecure(), rand.Reader, &act1); err != nil {
		t.Fatal(err)
	}
	if err := r.Respond(identity, rand.Reader, &act1, &act2, server); err != nil {
		t.Fatal(err)
	}
	if err := i.Finish(&act2, 0, client); err != nil {
		t.Fatal(err)
	}
	return client, server
}

func plainFrame(n int, seed byte) []byte {
	b := []byte{1, 0x40, seed, byte(n), byte(n >> 8), byte(n >> 16)}
	for i := range n {
		b = append(b, byte(i*7+i/251)+seed)
	}
	return b
}

// seal returns the frames of the given payload sizes, plain and sealed.
func seal(t testing.TB, link *noise.Transport, sizes ...int) (plain [][]byte, wire []byte) {
	t.Helper()
	for i, n := range sizes {
		frame := plainFrame(n, byte(i))
		sealed := make([]byte, noise.SealedFrameSize(n))
		if _, err := link.Seal(sealed, (*[noise.HeaderSize]byte)(frame), frame[noise.HeaderSize:]); err != nil {
			t.Fatal(err)
		}
		plain, wire = append(plain, frame), append(wire, sealed...)
	}
	return plain, wire
}

func newDecoder(t testing.TB, link *noise.Transport, maxPayload int, memory sv2.Memory) *FrameDecoder {
	t.Helper()
	d, err := NewFrameDecoder(link, maxPayload, memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Release)
	return d
}

func sameFrame(f sv2.Frame, plain []byte) bool {
	return f.ExtensionType == 0x4001 && f.MsgType == plain[2] && bytes.Equal(f.Payload, plain[codec.HeaderSize:])
}

// give passes bytes to the decoder by Feed, or by Writable and Commit, and returns how many it took.
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

// decode gives all of wire in pieces and checks the frames, what is missing and what is held on the way. It returns the
// number of whole frames that came out, and the error that ended it.
func decode(t testing.TB, d *FrameDecoder, plain [][]byte, wire []byte, piece func() int, byCommit bool) (int, error) {
	t.Helper()
	count, given, taken := 0, 0, 0
	for given < len(wire) {
		n, err := give(d, wire[given:min(len(wire), given+piece())], byCommit)
		if err != nil {
			return count, err
		}
		if n == 0 {
			t.Fatal("no progress")
		}
		given += n
		if d.Buffered() != given-taken {
			t.Fatalf("buffered %d, want %d", d.Buffered(), given-taken)
		}
		for {
			f, missing, err := d.Next()
			if err == status.WantInput {
				if missing <= 0 {
					t.Fatalf("missing %d", missing)
				}
				break
			}
			if err != nil {
				return count, err
			}
			if count >= len(plain) || !sameFrame(f, plain[count]) {
				t.Fatalf("frame %d differs", count)
			}
			taken += noise.SealedFrameSize(len(f.Payload))
			count++
		}
	}
	return count, nil
}

// NO-25 to NO-27, I36: a stream cut into pieces of every size, and in two at every byte.
func TestEveryCut(t *testing.T) {
	client, server := links(t)
	d := newDecoder(t, server, 0, sv2.Memory{})
	for _, byCommit := range []bool{false, true} {
		for cut := 1; cut < 300; cut++ {
			plain, wire := seal(t, client, 0, 1, 17, 0, 40)
			if n, err := decode(t, d, plain, wire, func() int { return cut }, byCommit); n != len(plain) || err != nil {
				t.Fatal(cut, n, err)
			}
			plain, wire = seal(t, client, 0, 1, 17, 0, 40)
			first := true
			piece := func() int {
				if first {
					first = false
					return cut
				}
				return len(wire)
			}
			if n, err := decode(t, d, plain, wire, piece, byCommit); n != len(plain) || err != nil {
				t.Fatal(cut, n, err)
			}
		}
	}
}

// Large frames in random pieces, with memory that is counted and must come back wiped.
func TestRandomCuts(t *testing.T) {
	random := mathrand.New(mathrand.NewPCG(1, 1))
	held, highest := 0, 0
	memory := sv2.Memory{
		Alloc: func(n int) []byte {
			held += n
			highest = max(highest, held)
			return make([]byte, n)
		},
		Free: func(b []byte) {
			held -= len(b)
			if !bytes.Equal(b, make([]byte, len(b))) {
				t.Error("freed without wiping")
			}
		},
	}
	client, server := links(t)
	d, err := NewFrameDecoder(server, sv2.PayloadSizeMax, memory)
	if err != nil {
		t.Fatal(err)
	}
	for _, byCommit := range []bool{false, true} {
		for _, n := range []int{0, 65518, 65519, 65520, 131038, 131039, 400_000} {
			plain, wire := seal(t, client, n, 0, n/2)
			highest = held
			if got, err := decode(t, d, plain, wire, func() int { return 1 + random.IntN(9000) }, byCommit); got != 3 || err != nil {
				t.Fatal(n, got, err)
			}
			// While it grows, the old buffer is there too; neither is larger than the frame.
			if most := 2*(n+noise.HeaderSize+noise.TagSize) + stagingSize; n > 0 && highest > most {
				t.Errorf("payload %d: held %d, at most %d allowed", n, highest, most)
			}
		}
	}
	d.Release()
	if held != 0 {
		t.Errorf("%d bytes not given back", held)
	}
}

// A header that announces much reserves nothing for it.
func TestAnnouncedOnly(t *testing.T) {
	client, server := links(t)
	most := 0
	memory := sv2.Memory{Alloc: func(n int) []byte { most = max(most, n); return make([]byte, n) }, Free: func([]byte) {}}
	d := newDecoder(t, server, sv2.PayloadSizeMax, memory)
	_, wire := seal(t, client, sv2.PayloadSizeMax)
	if n, err := d.Feed(wire[:noise.SealedHeaderSize]); n != noise.SealedHeaderSize || err != nil {
		t.Fatal(n, err)
	}
	if most != 0 {
		t.Errorf("%d bytes reserved for a header", most)
	}
	if _, missing, err := d.Next(); err != status.WantInput || missing != len(wire)-noise.SealedHeaderSize {
		t.Error(missing, err)
	}
}

func TestLimit(t *testing.T) {
	for _, n := range []int{100, 101} {
		client, server := links(t)
		d := newDecoder(t, server, 100, sv2.Memory{})
		_, wire := seal(t, client, n)
		_, err := d.Feed(wire)
		if n == 100 && err != nil || n == 101 && (err != status.FrameTooLarge || !server.Closed()) {
			t.Error(n, err)
		}
	}
	_, server := links(t)
	for _, maxPayload := range []int{-1, sv2.PayloadSizeMax + 1} {
		if _, err := NewFrameDecoder(server, maxPayload, sv2.Memory{}); err != status.Limit {
			t.Error(maxPayload, err)
		}
	}
}

// NO-19, NO-28: an altered byte ends the stream for good, behind the frames before it.
func TestAltered(t *testing.T) {
	for at := 0; at < 2*noise.SealedFrameSize(20); at++ {
		client, server := links(t)
		d := newDecoder(t, server, 0, sv2.Memory{})
		plain, wire := seal(t, client, 20, 20)
		wire[at] ^= 1 << (at % 8)
		n, err := decode(t, d, plain, wire, func() int { return 50 }, at%2 == 0)
		if n != at/noise.SealedFrameSize(20) || err != status.Decrypt {
			t.Fatal(at, n, err)
		}
		if d.Failure() != status.Decrypt || !server.Closed() {
			t.Error(d.Failure())
		}
		if _, err := d.Feed(wire); err != status.Decrypt {
			t.Error(err)
		}
	}
}

func TestStates(t *testing.T) {
	client, server := links(t)
	_, wire := seal(t, client, 20)
	if _, _, err := server.OpenInPlace(wire[:noise.SealedHeaderSize], 100); err != status.Truncated {
		t.Fatal(err)
	}
	if _, err := NewFrameDecoder(server, 0, sv2.Memory{}); err != status.State {
		t.Error("in the middle of a frame:", err)
	}
	if _, _, err := server.OpenInPlace(wire, 100); err != nil {
		t.Fatal(err)
	}
	d := newDecoder(t, server, 0, sv2.Memory{})
	plain, wire := seal(t, client, 20, 30)
	n, err := d.Feed(wire)
	if err != nil || n != noise.SealedFrameSize(20) {
		t.Fatal(n, err)
	}
	if n, err := d.Feed(wire[n:]); n != 0 || err != nil {
		t.Error("fed behind a frame:", n, err)
	}
	if _, err := d.Writable(); err != status.Limit {
		t.Error("writable behind a frame:", err)
	}
	server.Close()
	if f, _, err := d.Next(); err != nil || !sameFrame(f, plain[0]) {
		t.Error("frame opened before the link was closed:", err)
	}
	if _, _, err := d.Next(); err != status.TransportClosed {
		t.Error("next of a closed link:", err)
	}
	if _, err := d.Writable(); err != status.TransportClosed {
		t.Error("writable of a closed link:", err)
	}
	if _, err := NewFrameDecoder(server, 0, sv2.Memory{}); err != status.TransportClosed {
		t.Error("new on a closed link:", err)
	}
}

// The system without memory is no failure: the same bytes are good later.
func TestNoMemory(t *testing.T) {
	client, server := links(t)
	refuse := true
	memory := sv2.Memory{Alloc: func(n int) []byte {
		if refuse {
			return nil
		}
		return make([]byte, n)
	}, Free: func([]byte) {}}
	d := newDecoder(t, server, 0, memory)
	plain, wire := seal(t, client, 5000)
	if _, err := d.Writable(); err != status.NoMemory {
		t.Error(err)
	}
	n, err := d.Feed(wire)
	if err != status.NoMemory {
		t.Fatal(err)
	}
	refuse = false
	if _, err := d.Feed(wire[n:]); err != nil {
		t.Fatal(err)
	}
	if f, _, err := d.Next(); err != nil || !sameFrame(f, plain[0]) {
		t.Error(err)
	}
}

// One goroutine seals while another opens, on both ends.
func TestFullDuplex(t *testing.T) {
	client, server := links(t)
	var wait sync.WaitGroup
	for _, ends := range [][2]*noise.Transport{{client, server}, {server, client}} {
		pieces := make(chan []byte, 4)
		wait.Go(func() {
			defer close(pieces)
			for i := range 200 {
				frame := plainFrame(i*7, byte(i))
				sealed := make([]byte, noise.SealedFrameSize(i*7))
				if _, err := ends[0].Seal(sealed, (*[noise.HeaderSize]byte)(frame), frame[noise.HeaderSize:]); err != nil {
					t.Error(err)
					return
				}
				pieces <- sealed
			}
		})
		wait.Go(func() {
			d, err := NewFrameDecoder(ends[1], 0, sv2.Memory{})
			if err != nil {
				t.Error(err)
				return
			}
			defer d.Release()
			i := 0
			for piece := range pieces {
				if _, err := d.Feed(piece); err != nil {
					t.Error(err)
				}
				if f, _, err := d.Next(); err != nil || !sameFrame(f, plainFrame(i*7, byte(i))) {
					t.Error(i, err)
				}
				i++
			}
		})
	}
	wait.Wait()
}

func TestAllocations(t *testing.T) {
	for _, byCommit := range []bool{false, true} {
		client, server := links(t)
		d := newDecoder(t, server, 0, sv2.Memory{})
		frame := plainFrame(1000, 1)
		sealed := make([]byte, noise.SealedFrameSize(1000))
		allocations := testing.AllocsPerRun(200, func() {
			if _, err := client.Seal(sealed, (*[noise.HeaderSize]byte)(frame), frame[noise.HeaderSize:]); err != nil {
				t.Fatal(err)
			}
			if _, err := give(d, sealed, byCommit); err != nil {
				t.Fatal(err)
			}
			if _, _, err := d.Next(); err != nil {
				t.Fatal(err)
			}
		})
		if allocations != 0 {
			t.Errorf("by commit %v: %v allocations", byCommit, allocations)
		}
	}
}

// TestCorpus: the seeds are what this makes.
func TestCorpus(t *testing.T) {
	seed := func(name string, values ...any) corpus.Seed { return corpus.Seed{Name: name, Values: values} }
	corpus.Go(t, "FuzzDecoder",
		seed("pieces", []byte{0, 1, 50}, []byte{1, 2, 3}, uint32(0), byte(0), false),
		seed("blocks-changed", []byte{255, 254}, []byte{22, 0, 16}, uint32(30), byte(1), true),
		seed("header-changed", []byte{7}, []byte{}, uint32(5), byte(0x80), true))
}

// FuzzDecoder gives frames of any sizes in any pieces, with perhaps one byte changed: what comes out is what went in, up
// to that byte.
func FuzzDecoder(f *testing.F) {
	f.Fuzz(func(t *testing.T, shape, cuts []byte, at uint32, flip byte, byCommit bool) {
		var sizes []int
		for _, n := range shape[:min(len(shape), 20)] {
			size := int(n)
			if n >= 250 {
				size = noise.MaxChunk*int(n-249) + int(n) - 252 // around the ends of blocks
			}
			sizes = append(sizes, size)
		}
		client, server := links(t)
		plain, wire := seal(t, client, sizes...)
		intact, want := len(plain), error(nil)
		if flip != 0 && len(wire) > 0 {
			position := int(uint64(at) % uint64(len(wire)))
			wire[position] ^= flip
			want = status.Decrypt
			for intact = 0; position >= noise.SealedFrameSize(sizes[intact]); intact++ {
				position -= noise.SealedFrameSize(sizes[intact])
			}
		}
		d, err := NewFrameDecoder(server, sv2.PayloadSizeMax, sv2.Memory{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Release()
		turn := 0
		piece := func() int {
			turn++
			if len(cuts) == 0 {
				return len(wire)
			}
			return 1 + int(cuts[turn%len(cuts)])*(1+turn%300)
		}
		if n, err := decode(t, d, plain, wire, piece, byCommit); n != intact || err != want {
			t.Fatalf("%d frames and %v, want %d and %v", n, err, intact, want)
		}
	})
}
