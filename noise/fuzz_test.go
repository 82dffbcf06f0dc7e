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

// FuzzCertificate: bytes of any length are a certificate that writes them again,
// or CertificateLength or KeyInvalid; only what the authority signed verifies.
func FuzzCertificate(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte, now uint64, leeway uint32, noClock bool) {
		c, err := ParseCertificate(b)
		if (err == nil) != (len(b) == CertificateSize) || err == nil && !bytes.Equal(c.Append(nil), b) {
			t.Fatalf("%x: %v", b, err)
		}
		full, err := ParseFullCertificate(b)
		if err != nil {
			if !errors.Is(err, status.CertificateLength) && !errors.Is(err, status.KeyInvalid) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(full.Append(nil), b) || full.Server.Check() != nil || full.Authority.Check() != nil {
			t.Fatalf("%x", b)
		}
		policy := RequireAuthority(full.Authority).WithLeeway(leeway)
		if noClock {
			policy = policy.WithoutClock()
		}
		err = policy.Verify(&full.Certificate, full.Server, now)
		var kind status.Kind
		switch {
		case err == nil:
			early, late := uint64(full.ValidFrom), uint64(full.NotValidAfter)+uint64(leeway)
			if full.Version != CertificateVersion || early > uint64(full.NotValidAfter) || !noClock && (now > late || now+uint64(leeway) < early && now < early) {
				t.Fatalf("%+v is valid at %d", full.Certificate, now)
			}
			full.Signature[leeway%SignatureSize] ^= 1
			if policy.Verify(&full.Certificate, full.Server, now) == nil {
				t.Fatal("changed, and valid")
			}
		case !errors.As(err, &kind) || kind.Class() != status.ClassAuth:
			t.Fatal(err)
		}
	})
}

// FuzzTransport seals and opens with both ends of a link in the ways that there
// are, in any order, with bytes changed on the way: what opens is what was
// sealed, and after a change nothing opens again.
func FuzzTransport(f *testing.F) {
	f.Fuzz(func(t *testing.T, operations []byte) {
		s := newServer(t)
		var ends [2]*Transport
		ends[0], ends[1] = s.connect(t)
		var dead [2]bool // of each end: it has failed to open
		for len(operations) >= 4 {
			what, size, change := operations[0], int(operations[1]), operations[2]
			if size >= 250 {
				size = MaxChunk*int(size-249) + size - 252
			}
			from, to := what&1, 1-what&1
			frame := frameOf(size)
			wire := make([]byte, SealedFrameSize(size)+Headroom)
			var n int
			var err error
			if what&2 == 0 {
				n, err = ends[from].Seal(wire, (*[HeaderSize]byte)(frame), frame[HeaderSize:])
			} else {
				copy(wire[Headroom:], frame)
				n, err = ends[from].SealInPlace(wire, len(frame))
			}
			if dead[from] {
				if !errors.Is(err, status.TransportClosed) {
					t.Fatal(err)
				}
				operations = operations[4:]
				continue
			}
			if err != nil || n != SealedFrameSize(size) {
				t.Fatal(n, err)
			}
			wire = wire[:n]
			wire[int(operations[3])*n/256] ^= change
			plain, err := openAs(ends[to], what>>2, wire, size)
			switch {
			case dead[to]:
				if !errors.Is(err, status.TransportClosed) {
					t.Fatal(err)
				}
			case change != 0:
				if err == nil || !ends[to].Closed() {
					t.Fatal("changed, and opened", err)
				}
				dead[to] = true
			case err != nil || !bytes.Equal(plain, frame):
				t.Fatalf("%v, %x, want %x", err, plain, frame)
			}
			operations = operations[4:]
		}
	})
}

// openAs opens a sealed frame whole, in two steps, or in place, at once or as
// its bytes arrive.
func openAs(link *Transport, way byte, wire []byte, payload int) ([]byte, error) {
	if way&1 == 0 {
		for have := range len(wire) {
			if way&2 == 0 || have%97 != 0 {
				continue // only with some of the bytes
			}
			if _, _, err := link.OpenInPlace(wire[:have], payload); !errors.Is(err, status.Truncated) {
				return nil, err
			}
		}
		size, consumed, err := link.OpenInPlace(wire, payload)
		if err != nil {
			return nil, err
		}
		if consumed != len(wire) {
			return nil, errors.New("consumed less than the frame")
		}
		return wire[Headroom : Headroom+size], nil
	}
	plain := make([]byte, HeaderSize+payload)
	n, err := link.OpenHeader((*[SealedHeaderSize]byte)(wire), (*[HeaderSize]byte)(plain))
	if err == nil && n > 0 {
		_, err = link.OpenPayload(plain[HeaderSize:], wire[SealedHeaderSize:])
	}
	return plain, err
}

// FuzzAdmission: in no history of times are more taken than the bound allows.
func FuzzAdmission(f *testing.F) {
	f.Fuzz(func(t *testing.T, rate, burst uint16, steps []byte) {
		a, err := NewAdmission(uint32(rate), uint32(burst))
		if (err == nil) != (rate > 0 && burst > 0) {
			t.Fatal(err)
		}
		var now, latest, taken uint64
		for i := 0; i+1 < len(steps); i += 2 {
			if steps[i]&1 == 0 {
				now += uint64(steps[i+1]) << (steps[i] >> 3)
			} else {
				now -= min(now, uint64(steps[i+1])<<(steps[i]>>3))
			}
			latest = max(latest, now)
			if err := a.Take(now); err == nil {
				taken++
			} else if !errors.Is(err, status.HandshakeRate) {
				t.Fatal(err)
			}
		}
		if most := uint64(burst) + latest/1000*uint64(rate) + latest%1000*uint64(rate)/1000 + 1; taken > most {
			t.Fatalf("%d of %d", taken, most)
		}
	})
}

func FuzzAct1FixedKeys(f *testing.F) {
	f.Fuzz(func(t *testing.T, message []byte) { fuzzAct1(t, newServer(t), message) })
}

func FuzzAct1RandomKeys(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64, message []byte) { fuzzAct1(t, drawn(t, seed), message) })
}

func FuzzAct2FixedKeys(f *testing.F) {
	f.Fuzz(func(t *testing.T, change []byte) { fuzzAct2(t, newServer(t), change) })
}

func FuzzAct2RandomKeys(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64, change []byte) { fuzzAct2(t, drawn(t, seed), change) })
}

func FuzzAct2Raw(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64, message []byte) { fuzzRawAct2(t, drawn(t, seed), message) })
}

// FuzzDecoder sends frames of the sizes that the input names, cut where it
// says, and perhaps with one byte changed: the decoder gives the frames up to
// there, each whole and right, then an error for good.
func FuzzDecoder(f *testing.F) {
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
