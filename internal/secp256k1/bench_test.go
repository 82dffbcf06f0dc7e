package secp256k1

import (
	"math/rand/v2"
	"testing"
)

// stream is a deterministic source of bytes for tests.
type stream struct{ *rand.ChaCha8 }

func newStream(seed byte) stream { return stream{rand.NewChaCha8([32]byte{seed})} }

func BenchmarkEncode(b *testing.B) {
	random := newStream(1)
	var secret [32]byte
	var encoding [64]byte
	if err := GenerateSecret(&secret, random); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := Encode(&encoding, &secret, random); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeVartime(b *testing.B) {
	random := newStream(2)
	var x [32]byte
	var encodings [64][64]byte
	for i := range encodings {
		random.Read(encodings[i][:])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		DecodeVartime(&x, &encodings[i%64])
		i++
	}
}

func BenchmarkECDH(b *testing.B) {
	random := newStream(3)
	var secret, shared [32]byte
	var ours [64]byte
	var encodings [64][64]byte
	for i := range encodings {
		random.Read(encodings[i][:])
	}
	if err := GenerateSecret(&secret, random); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := ECDH(&shared, &secret, &ours, &encodings[i%64], true); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkSign(b *testing.B) {
	random := newStream(4)
	var secret [32]byte
	var signature [64]byte
	if err := GenerateSecret(&secret, random); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := Sign(&signature, &secret, secret[:], &secret); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyVartime(b *testing.B) {
	random := newStream(5)
	var secret, public [32]byte
	var signature [64]byte
	if err := GenerateSecret(&secret, random); err != nil {
		b.Fatal(err)
	}
	_ = PublicKey(&public, &secret)
	message := make([]byte, 32)
	if err := Sign(&signature, &secret, message, &secret); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if VerifyVartime(&signature, &public, message) != SignatureValid {
			b.Fatal("invalid")
		}
	}
}
