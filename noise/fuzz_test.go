package noise

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// Each act is fuzzed with keys drawn for each input and with fixed ones: the
// first finds states, the second lets the fuzzer learn from what it sees.

// drawn makes a server whose keys come from seed.
func drawn(t *testing.T, seed uint64) *server {
	t.Helper()
	s := newServer(t)
	s.random = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	return s
}

// fuzzAct1 answers any 64 bytes, and refuses other lengths.
func fuzzAct1(t *testing.T, s *server, message []byte) {
	t.Helper()
	act1, err := Act1Bytes(message)
	if err != nil {
		if len(message) == Act1Size || !errors.Is(err, status.HandshakeLength) {
			t.Fatal(len(message), err)
		}
		return
	}
	var r Responder
	var act2 [Act2Size]byte
	var link Transport
	if err := r.Respond(s.identity, s.random, act1, &act2, &link); err != nil || link.Closed() {
		t.Fatalf("%x: %v", message, err)
	}
	if !errors.Is(r.Respond(s.identity, s.random, act1, &act2, &link), status.HandshakeOrder) {
		t.Fatal("second Respond")
	}
}

// fuzzAct2 feeds an initiator: with the responder's answer changed by the input,
// which it must refuse unless nothing is changed.
func fuzzAct2(t *testing.T, s *server, change []byte) {
	t.Helper()
	var i Initiator
	var r Responder
	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	var link, back Transport
	if err := i.Start(s.policy(), s.random, &act1); err != nil {
		t.Fatal(err)
	}
	if err := r.Respond(s.identity, s.random, &act1, &act2, &back); err != nil {
		t.Fatal(err)
	}
	genuine := act2
	for n := range change {
		act2[n%Act2Size] ^= change[n]
	}
	err := i.Finish(&act2, testNow, &link)
	if (err == nil) != (act2 == genuine) || (err == nil) == link.Closed() {
		t.Fatalf("%x: %v", change, err)
	}
	if err != nil && !errors.Is(err, status.Decrypt) {
		t.Fatal(err)
	}
}

// fuzzRawAct2 feeds an initiator with nothing but the input.
func fuzzRawAct2(t *testing.T, s *server, message []byte) {
	t.Helper()
	act2, err := Act2Bytes(message)
	if err != nil {
		return
	}
	var i Initiator
	var act1 [Act1Size]byte
	var link Transport
	if err := i.Start(Insecure(), s.random, &act1); err != nil {
		t.Fatal(err)
	}
	if err := i.Finish(act2, testNow, &link); !errors.Is(err, status.Decrypt) || !link.Closed() {
		t.Fatal(err)
	}
}

func FuzzAct1FixedKeys(f *testing.F) {
	f.Add(make([]byte, Act1Size))
	f.Add(bytes.Repeat([]byte{0xff}, Act1Size))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) { fuzzAct1(t, newServer(t), message) })
}

func FuzzAct1RandomKeys(f *testing.F) {
	f.Add(uint64(1), make([]byte, Act1Size))
	f.Fuzz(func(t *testing.T, seed uint64, message []byte) { fuzzAct1(t, drawn(t, seed), message) })
}

func FuzzAct2FixedKeys(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add(append(make([]byte, 233), 1))
	f.Fuzz(func(t *testing.T, change []byte) { fuzzAct2(t, newServer(t), change) })
}

func FuzzAct2RandomKeys(f *testing.F) {
	f.Add(uint64(1), []byte{1})
	f.Fuzz(func(t *testing.T, seed uint64, change []byte) { fuzzAct2(t, drawn(t, seed), change) })
}

func FuzzAct2Raw(f *testing.F) {
	f.Add(uint64(1), make([]byte, Act2Size))
	f.Fuzz(func(t *testing.T, seed uint64, message []byte) { fuzzRawAct2(t, drawn(t, seed), message) })
}

// FuzzDecoder sends frames of the sizes that the input names, cut where it
// says, and perhaps with one byte changed: the decoder gives the frames up to
// there, each whole and right, then an error for good.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte{0, 1, 50}, []byte{1, 2, 3}, uint32(0), byte(0))
	f.Add([]byte{255, 254}, []byte{22, 0, 16}, uint32(30), byte(1))
	f.Add([]byte{7}, []byte{}, uint32(5), byte(0x80))
	f.Fuzz(func(t *testing.T, shape, cuts []byte, at uint32, flip byte) {
		if len(shape) > 20 {
			shape = shape[:20]
		}
		s := newServer(t)
		first, second := s.connect(t)
		var payloads []int
		for _, n := range shape {
			size := int(n)
			switch {
			case n >= 250:
				size = MaxChunk*int(n-249) + int(n-252) // around the ends of blocks
			case n >= 200:
				size = int(n) * 11
			}
			payloads = append(payloads, size)
		}
		plain, wire := s.stream(t, first, payloads...)
		intact := len(plain)
		if flip != 0 && len(wire) > 0 {
			position := int(uint64(at) % uint64(len(wire)))
			wire[position] ^= flip
			intact = 0
			for end := 0; ; intact++ {
				end += SealedFrameSize(payloads[intact])
				if position < end {
					break
				}
			}
		}
		var d Decoder
		if err := d.Initialize(second, MaxFrame, Memory{}); err != nil {
			t.Fatal(err)
		}
		got := 0
		for turn := 0; len(wire) > 0; turn++ {
			n := len(wire)
			if len(cuts) > 0 {
				n = min(n, 1+int(cuts[turn%len(cuts)])*(1+turn%300))
			}
			consumed, frame, err := d.Feed(wire[:n])
			if err != nil {
				if got != intact || intact == len(plain) || !errors.Is(err, status.Decrypt) {
					t.Fatalf("frame %d: %v", got, err)
				}
				if _, _, err := d.Feed(wire); !errors.Is(err, status.TransportClosed) {
					t.Fatal(err)
				}
				return
			}
			if frame != nil {
				if got >= intact || !bytes.Equal(frame, plain[got]) {
					t.Fatalf("frame %d differs", got)
				}
				got++
			} else if consumed != n {
				t.Fatal("bytes left without a frame")
			}
			if d.Missing() < 1 {
				t.Fatal("nothing missing")
			}
			wire = wire[consumed:]
		}
		if got != intact {
			t.Fatalf("%d frames of %d", got, intact)
		}
	})
}

// FuzzKeyText: what parses prints the same; nothing panics.
func FuzzKeyText(f *testing.F) {
	f.Add([]byte("9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"))
	f.Add([]byte("mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n"))
	f.Add([]byte("11111111111111111111111111111111111111"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if k, err := ParsePublicKey(text); err == nil && k.String() != string(text) {
			t.Fatalf("%q prints as %s", text, k)
		}
		k, err := ParseSecretKey(text)
		if err != nil {
			return
		}
		defer k.Release()
		if back, err := k.AppendText(nil); err != nil || !bytes.Equal(back, text) {
			t.Fatalf("%q prints as %q", text, back)
		}
	})
}
