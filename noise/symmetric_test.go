package noise

import (
	"bytes"
	"crypto/hkdf"
	stdhmac "crypto/hmac"
	"crypto/sha256"
	"math/rand/v2"
	"testing"
)

// NO-07: HMAC and HKDF against the standard library.
func TestKeyDerivation(t *testing.T) {
	random := rand.NewChaCha8([32]byte{7})
	for n := range 34 {
		var chain, first, second [32]byte
		input := make([]byte, n)
		random.Read(chain[:])
		random.Read(input)
		reference := stdhmac.New(sha256.New, chain[:])
		reference.Write(input)
		if got := hmac(&chain, input); !bytes.Equal(got[:], reference.Sum(nil)) {
			t.Errorf("hmac of %d bytes", n)
		}
		want, err := hkdf.Key(sha256.New, input, chain[:], "", 64)
		if err != nil {
			t.Fatal(err)
		}
		deriveKeys(&first, &second, &chain, input)
		if !bytes.Equal(append(first[:], second[:]...), want) {
			t.Errorf("hkdf of %d bytes", n)
		}
		// The first output may replace the chaining key.
		deriveKeys(&chain, &second, &chain, input)
		if chain != first || !bytes.Equal(second[:], want[32:]) {
			t.Errorf("hkdf in place of %d bytes", n)
		}
	}
}

// NO-11, NO-15: without a key nothing is sealed, and an empty piece is mixed in
// all the same.
func TestMixHashOfNothing(t *testing.T) {
	var s symmetricState
	s.initialize()
	before := s.h
	s.mixHash(nil)
	if s.h != sha256.Sum256(before[:]) {
		t.Error("hash of nothing")
	}
	if s.cipher.cipherKey != nil {
		t.Error("a key before the first MixKey")
	}
}

// NO-10: a piece that does not open is not counted and not mixed in.
func TestFailedOpenIsNotCounted(t *testing.T) {
	var s symmetricState
	s.initialize()
	if err := s.mixKey(new([32]byte)); err != nil {
		t.Fatal(err)
	}
	before := s.h
	if err := s.openAndHash(make([]byte, 4), make([]byte, 20)); err == nil {
		t.Fatal("opened")
	}
	if s.cipher.n != 0 || s.h != before {
		t.Error("counted or mixed in")
	}
}
