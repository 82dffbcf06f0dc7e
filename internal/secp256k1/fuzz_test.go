package secp256k1

import (
	"bytes"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ellswift"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"

	"github.com/libsv2/libsv2/internal/corpus"
)

// TestCorpus: the seeds are what this makes: secrets and encodings at the ends of their ranges, and a signature that verifies.
func TestCorpus(t *testing.T) {
	one := append(make([]byte, 31), 1)
	order := unhex(t, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	largest := append(bytes.Clone(order[:31]), 0x40)
	ones := bytes.Repeat([]byte{0xff}, 64)
	corpus.Go(t, "FuzzECDH",
		corpus.Seed{Name: "one", Values: []any{one, make([]byte, 64), true}},
		corpus.Seed{Name: "largest", Values: []any{largest, ones, false}},
		corpus.Seed{Name: "order", Values: []any{order, ones, true}},
		corpus.Seed{Name: "zero", Values: []any{make([]byte, 32), ones, true}},
		corpus.Seed{Name: "short", Values: []any{one[1:], ones, true}})
	var signature [64]byte
	var public [32]byte
	secret := (*[32]byte)(one)
	if err := PublicKey(&public, secret); err != nil {
		t.Fatal(err)
	}
	message := bytes.Repeat([]byte{7}, 32)
	if err := Sign(&signature, secret, message, new([32]byte)); err != nil {
		t.Fatal(err)
	}
	corpus.Go(t, "FuzzVerify",
		corpus.Seed{Name: "valid", Values: []any{signature[:], public[:], message}},
		corpus.Seed{Name: "other-message", Values: []any{signature[:], public[:], message[1:]}},
		corpus.Seed{Name: "zero", Values: []any{make([]byte, 64), make([]byte, 32), message}},
		corpus.Seed{Name: "ones", Values: []any{ones, public[:], message}})
}

// FuzzECDH compares with btcec on any key and any peer.
func FuzzECDH(f *testing.F) {
	f.Fuzz(func(t *testing.T, secretBytes, peer []byte, initiator bool) {
		if len(secretBytes) != SecretSize || len(peer) != EncodingSize {
			return
		}
		secret, theirs := (*[32]byte)(secretBytes), (*[64]byte)(peer)
		var ours [64]byte
		var shared [32]byte
		err := ECDH(&shared, secret, &ours, theirs, initiator)
		if CheckSecret(secret) != (err == nil) {
			t.Fatal(err)
		}
		if err != nil {
			return
		}
		key, _ := btcec.PrivKeyFromBytes(secretBytes)
		want, err := ellswift.V2Ecdh(key, *theirs, ours, initiator)
		if err != nil || *want != shared {
			t.Fatalf("%x %x: %x, btcec %x %v", secretBytes, peer, shared, want, err)
		}
	})
}

// FuzzVerify: no signature and no key makes it panic, what verifies is well
// formed, and btcec, which verifies messages of 32 bytes only, says the same.
func FuzzVerify(f *testing.F) {
	f.Fuzz(func(t *testing.T, signature, public, message []byte) {
		if len(signature) != SignatureSize || len(public) != PublicSize {
			return
		}
		key := (*[32]byte)(public)
		valid := VerifyVartime((*[64]byte)(signature), key, message) == SignatureValid
		if valid && !IsPublicKeyVartime(key) {
			t.Fatal("valid for no key")
		}
		if len(message) != 32 {
			return
		}
		theirKey, err := schnorr.ParsePubKey(public)
		if (err == nil) != IsPublicKeyVartime(key) {
			t.Fatalf("%x is a key: %v, btcec %v", public, err != nil, err)
		}
		theirs, signatureErr := schnorr.ParseSignature(signature)
		if want := err == nil && signatureErr == nil && theirs.Verify(message, theirKey); valid != want {
			t.Fatalf("%x %x %x: %v, btcec %v", signature, public, message, valid, want)
		}
	})
}
