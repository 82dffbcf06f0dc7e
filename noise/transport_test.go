package noise

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/libsv2/libsv2/status"
)

// NO-25 to NO-27, I36: the sizes, an empty payload having no block.
func TestSealedSizes(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 17, 65518: 65534, 65519: 65535, 65520: 65552, 131038: 131070,
		131039: 131087, MaxPayload: 16781327} {
		if got := SealedPayloadSize(n); got != want {
			t.Errorf("%d: %d", n, got)
		}
		if got := SealedFrameSize(n); got != want+22 {
			t.Errorf("frame %d: %d", n, got)
		}
	}
}

// sizes are the payload sizes around every edge.
var sizes = []int{0, 1, 2, 15, 16, 17, 100, 1000, 65518, 65519, 65520, 65534, 65535, 65536,
	131037, 131038, 131039, 200000, MaxPayload - 1, MaxPayload}

// NO-23 to NO-27, I36: every form of sealing gives the same bytes, and every
// form of opening takes them back.
func TestTransportForms(t *testing.T) {
	s := newServer(t)
	first, second := s.connect(t)
	for _, n := range sizes {
		frame := frameOf(n)
		sealed := make([]byte, SealedFrameSize(n))
		size, err := first.Seal(sealed, (*[6]byte)(frame), frame[6:])
		if err != nil || size != len(sealed) {
			t.Fatal(n, size, err)
		}
		buf := append([]byte{}, sealed...)
		frameSize, consumed, err := second.OpenInPlace(buf, MaxPayload)
		if err != nil || consumed != size || !bytes.Equal(buf[Headroom:Headroom+frameSize], frame) {
			t.Fatalf("OpenInPlace of %d: %d %d %v", n, frameSize, consumed, err)
		}
		// Back again, from the same place in the same buffer.
		size, err = second.SealInPlace(buf, frameSize)
		if err != nil || size != len(sealed) {
			t.Fatal(n, size, err)
		}
		var header [HeaderSize]byte
		payload := make([]byte, n)
		if got, err := first.OpenHeader((*[SealedHeaderSize]byte)(buf), &header); err != nil || got != n {
			t.Fatal(n, got, err)
		}
		if n > 0 {
			if _, err := first.OpenPayload(payload, buf[SealedHeaderSize:size]); err != nil {
				t.Fatal(n, err)
			}
		}
		if !bytes.Equal(append(header[:], payload...), frame) {
			t.Fatalf("frame of %d differs", n)
		}
	}
}

// NO-10, NO-19, NO-28: after a failed decryption the link is closed for good,
// in both directions, with its keys wiped and its counter where it was.
func TestFailureClosesForGood(t *testing.T) {
	s := newServer(t)
	for at := range SealedFrameSize(10) {
		first, second := s.connect(t)
		frame := frameOf(10)
		sealed := make([]byte, SealedFrameSize(10))
		if _, err := first.Seal(sealed, (*[6]byte)(frame), frame[6:]); err != nil {
			t.Fatal(err)
		}
		key := second.receiver.key
		counted := uint64(0)
		if at >= SealedHeaderSize {
			counted = 1
		}
		sealed[at] ^= 0x10
		_, _, err := second.OpenInPlace(sealed, MaxPayload)
		wantKind(t, "flipped", err, status.Decrypt)
		if second.receiver.n != counted {
			t.Errorf("nonce %d after a failure at byte %d", second.receiver.n, at)
		}
		if *key != [32]byte{} || second.receiver.aead != nil {
			t.Error("receiving key not wiped")
		}
		if !second.Closed() {
			t.Error("not closed")
		}
		sealed[at] ^= 0x10
		_, _, err = second.OpenInPlace(sealed, MaxPayload)
		wantKind(t, "open again", err, status.TransportClosed)
		_, err = second.OpenHeader((*[22]byte)(sealed), new([6]byte))
		wantKind(t, "OpenHeader", err, status.TransportClosed)
		_, err = second.OpenPayload(make([]byte, 10), sealed[22:])
		wantKind(t, "OpenPayload", err, status.TransportClosed)
		key = second.sender.key
		_, err = second.Seal(sealed, (*[6]byte)(frame), frame[6:])
		wantKind(t, "seal afterwards", err, status.TransportClosed)
		if *key != [32]byte{} {
			t.Error("sending key not wiped")
		}
	}
}

// A payload block that fails leaves no plaintext behind, nor those before it.
func TestFailedPayloadIsWiped(t *testing.T) {
	s := newServer(t)
	n := 2*MaxChunk + 5
	for _, inPlace := range []bool{false, true} {
		first, second := s.connect(t)
		frame := frameOf(n)
		sealed := make([]byte, SealedFrameSize(n))
		if _, err := first.Seal(sealed, (*[6]byte)(frame), frame[6:]); err != nil {
			t.Fatal(err)
		}
		sealed[len(sealed)-1] ^= 1
		if _, err := second.OpenHeader((*[22]byte)(sealed), new([6]byte)); err != nil {
			t.Fatal(err)
		}
		out := sealed[22:]
		if !inPlace {
			out = make([]byte, n)
		}
		_, err := second.OpenPayload(out, sealed[22:])
		wantKind(t, "payload", err, status.Decrypt)
		if !bytes.Equal(out[:n], make([]byte, n)) {
			t.Errorf("plaintext left, in place %v", inPlace)
		}
	}
}

// I37: the counter 2^64-1 is never used, by either side, in any form, and a
// frame that would need it is refused before anything is written.
func TestNonceExhausted(t *testing.T) {
	s := newServer(t)
	frame := frameOf(3)
	header := (*[6]byte)(frame)
	first, second := s.connect(t)
	first.sender.n, second.receiver.n = maxNonce-2, maxNonce-2
	sealed := make([]byte, 100)
	if _, err := first.Seal(sealed, header, frame[6:]); err != nil {
		t.Fatal(err)
	}
	if _, _, err := second.OpenInPlace(sealed, MaxPayload); err != nil {
		t.Fatal(err)
	}
	if first.sender.n != maxNonce || second.receiver.n != maxNonce {
		t.Fatal(first.sender.n)
	}
	untouched := append([]byte{}, sealed...)
	_, err := first.Seal(sealed, header, frame[6:])
	wantKind(t, "seal", err, status.NonceExhausted)
	if !bytes.Equal(sealed, untouched) {
		t.Error("written")
	}
	_, err = first.Seal(sealed, header, frame[6:])
	wantKind(t, "seal again", err, status.TransportClosed)
	_, err = second.OpenHeader((*[22]byte)(sealed), new([6]byte))
	wantKind(t, "open", err, status.NonceExhausted)
	wantKind(t, "closed", second.receivable(), status.TransportClosed)

	// One message left is not enough for a header and a block; a frame of a
	// header alone still goes.
	first, second = s.connect(t)
	first.sender.n, second.receiver.n = maxNonce-1, maxNonce-1
	empty := frameOf(0)
	if _, err := first.Seal(sealed, (*[6]byte)(empty), nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := second.OpenInPlace(sealed, MaxPayload); err != nil {
		t.Fatal(err)
	}
	first, _ = s.connect(t)
	first.sender.n = maxNonce - 1
	copy(sealed[Headroom:], frame)
	untouched = append([]byte{}, sealed...)
	_, err = first.SealInPlace(sealed, len(frame))
	wantKind(t, "in place", err, status.NonceExhausted)
	if !bytes.Equal(sealed, untouched) {
		t.Error("written")
	}

	var c cipherState
	if err := c.initialize(new([32]byte)); err != nil {
		t.Fatal(err)
	}
	c.n = maxNonce
	wantKind(t, "cipher seal", c.seal(make([]byte, 16), nil, nil), status.NonceExhausted)
	wantKind(t, "cipher open", c.open(nil, make([]byte, 16), nil), status.NonceExhausted)
}

// NO-08, NO-09: the nonce is four zero bytes and a little-endian counter that
// starts at 0.
func TestNonceLayout(t *testing.T) {
	s := newServer(t)
	first, _ := s.connect(t)
	aead, err := chacha20poly1305.New(first.sender.key[:])
	if err != nil {
		t.Fatal(err)
	}
	frame := frameOf(0)
	sealed := make([]byte, 22)
	for n := range 300 {
		nonce := [12]byte{4: byte(n), 5: byte(n >> 8)}
		if _, err := first.Seal(sealed, (*[6]byte)(frame), nil); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(sealed, aead.Seal(nil, nonce[:], frame, nil)) {
			t.Fatal(n)
		}
	}
}

// Calls that are wrong say so and change nothing.
func TestTransportMisuse(t *testing.T) {
	s := newServer(t)
	first, second := s.connect(t)
	frame := frameOf(20)
	header := (*[6]byte)(frame)
	buf := make([]byte, 200)
	copy(buf[Headroom:], frame)
	_, err := first.Seal(buf, header, frame[7:])
	wantKind(t, "length in header", err, status.Argument)
	_, err = first.Seal(buf[:57], header, frame[6:])
	wantKind(t, "small", err, status.BufferTooSmall)
	_, err = first.Seal(buf, header, buf[Headroom+6:][:20])
	wantKind(t, "overlap", err, status.Argument)
	_, err = first.SealInPlace(buf, 25)
	wantKind(t, "length in header", err, status.Argument)
	_, err = first.SealInPlace(buf, 5)
	wantKind(t, "frame of 5", err, status.Argument)
	_, err = first.SealInPlace(buf[:21], 26)
	wantKind(t, "buffer of 21", err, status.Argument)
	_, err = first.SealInPlace(buf[:57], 26)
	wantKind(t, "small", err, status.BufferTooSmall)
	_, err = first.SealInPlace(buf, MaxFrame+1)
	wantKind(t, "too large", err, status.FrameTooLarge)
	if first.sender.n != 0 {
		t.Fatal("counted")
	}
	if _, err := first.SealInPlace(buf, 26); err != nil {
		t.Fatal(err)
	}
	_, err = second.OpenPayload(buf, buf)
	wantKind(t, "payload before header", err, status.State)
	if _, err := second.OpenHeader((*[22]byte)(buf), new([6]byte)); err != nil {
		t.Fatal(err)
	}
	_, err = second.OpenHeader((*[22]byte)(buf), new([6]byte))
	wantKind(t, "header twice", err, status.State)
	_, err = second.OpenPayload(make([]byte, 20), buf[22:57])
	wantKind(t, "sealed length", err, status.Argument)
	_, err = second.OpenPayload(make([]byte, 19), buf[22:58])
	wantKind(t, "small", err, status.BufferTooSmall)
	_, err = second.OpenPayload(buf[23:], buf[22:58])
	wantKind(t, "partial overlap", err, status.Argument)
	if _, err := second.OpenPayload(buf[22:], buf[22:58]); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buf[22:42], frame[6:]) {
		t.Error("payload differs")
	}

	var closed Transport
	_, err = closed.Seal(buf, header, frame[6:])
	wantKind(t, "zero Transport", err, status.TransportClosed)
	first.Close()
	first.Close()
	_, err = first.SealInPlace(buf, 26)
	wantKind(t, "closed", err, status.TransportClosed)
}

// NO-27: OpenInPlace with any prefix asks for the rest and remembers the header.
func TestOpenInPlacePrefixes(t *testing.T) {
	s := newServer(t)
	frame := frameOf(50)
	first, second := s.connect(t)
	sealed := make([]byte, SealedFrameSize(50))
	if _, err := first.Seal(sealed, (*[6]byte)(frame), frame[6:]); err != nil {
		t.Fatal(err)
	}
	for n := range sealed {
		_, _, err := second.OpenInPlace(sealed[:n:n], MaxPayload)
		wantKind(t, "prefix", err, status.Truncated)
		need := len(sealed) - n
		if n < SealedHeaderSize {
			need = SealedHeaderSize - n
		}
		if second.Missing(n) != need {
			t.Errorf("%d bytes: missing %d", n, second.Missing(n))
		}
	}
	if size, _, err := second.OpenInPlace(sealed, MaxPayload); err != nil || !bytes.Equal(sealed[Headroom:Headroom+size], frame) {
		t.Fatal(err)
	}
}

func TestTransportAllocations(t *testing.T) {
	if purego {
		t.Skip("the portable ChaCha20-Poly1305 allocates on amd64")
	}
	s := newServer(t)
	first, second := s.connect(t)
	for _, n := range []int{0, 100, MaxChunk + 1} {
		frame := frameOf(n)
		sealed := make([]byte, SealedFrameSize(n))
		payload := make([]byte, n)
		var header [6]byte
		check := func(name string, f func() error) {
			t.Helper()
			if got := testing.AllocsPerRun(50, func() {
				if err := f(); err != nil {
					t.Fatal(err)
				}
			}); got != 0 {
				t.Errorf("%s of %d: %v allocations", name, n, got)
			}
		}
		check("Seal, OpenHeader, OpenPayload", func() error {
			_, err := first.Seal(sealed, (*[6]byte)(frame), frame[6:])
			if err == nil {
				_, err = second.OpenHeader((*[22]byte)(sealed), &header)
			}
			if err == nil && n > 0 {
				_, err = second.OpenPayload(payload, sealed[22:])
			}
			return err
		})
		copy(sealed[Headroom:], frame)
		check("SealInPlace, OpenInPlace", func() error {
			_, err := first.SealInPlace(sealed, len(frame))
			if err == nil {
				_, _, err = second.OpenInPlace(sealed, MaxPayload)
			}
			return err
		})
	}
	var d Decoder
	if err := d.Initialize(second, MaxFrame, Memory{}); err != nil {
		t.Fatal(err)
	}
	frame := frameOf(500)
	sealed := make([]byte, SealedFrameSize(500))
	if got := testing.AllocsPerRun(50, func() {
		_, err := first.Seal(sealed, (*[6]byte)(frame), frame[6:])
		_, got, err2 := d.Feed(sealed[:40])
		if got == nil {
			_, got, err2 = d.Feed(sealed[40:])
		}
		if errors.Join(err, err2) != nil || len(got) != 506 {
			t.Fatal(err, err2)
		}
	}); got != 0 {
		t.Errorf("Decoder: %v allocations", got)
	}
}

// The key inside the AEAD is found and wiped. If this fails after an update of
// x/crypto, keyInside has to be looked at again.
func TestKeyInsideIsWiped(t *testing.T) {
	key := [32]byte{1, 2, 3, 31: 9}
	var c cipherState
	if err := c.initialize(&key); err != nil {
		t.Fatal(err)
	}
	if c.key == nil || *c.key != key {
		t.Fatal("the copy of the key is not found")
	}
	aead, inside := c.aead, c.key
	zero, _ := chacha20poly1305.New(make([]byte, 32))
	c.wipe()
	if *inside != [32]byte{} || c.aead != nil || c.key != nil {
		t.Fatal("not wiped")
	}
	nonce := make([]byte, 12)
	if !bytes.Equal(aead.Seal(nil, nonce, nonce, nil), zero.Seal(nil, nonce, nonce, nil)) {
		t.Fatal("the cipher still has a key")
	}
}

// One goroutine may seal while another opens, also when opening fails.
func TestSealWhileOpening(t *testing.T) {
	s := newServer(t)
	first, second := s.connect(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		frame := frameOf(10)
		buf := make([]byte, SealedFrameSize(10))
		for {
			if _, err := second.Seal(buf, (*[6]byte)(frame), frame[6:]); err != nil {
				return
			}
		}
	}()
	frame := frameOf(1000)
	buf := make([]byte, SealedFrameSize(1000))
	for range 500 {
		if _, err := first.Seal(buf, (*[6]byte)(frame), frame[6:]); err != nil {
			t.Fatal(err)
		}
		if _, _, err := second.OpenInPlace(buf, MaxPayload); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := second.OpenInPlace(buf, MaxPayload)
	wantKind(t, "replayed", err, status.Decrypt)
	<-done
}
