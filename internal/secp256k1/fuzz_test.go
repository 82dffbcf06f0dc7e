package secp256k1

import (
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ellswift"
)

// FuzzECDH compares with btcec on any key and any peer.
func FuzzECDH(f *testing.F) {
	f.Add(append(make([]byte, 31), 1), make([]byte, 64), true)
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

// FuzzVerify: no signature and no key makes it panic, and what verifies is
// well formed.
func FuzzVerify(f *testing.F) {
	f.Add(make([]byte, 64), make([]byte, 32), []byte("message"))
	f.Fuzz(func(t *testing.T, signature, public, message []byte) {
		if len(signature) != SignatureSize || len(public) != PublicSize {
			return
		}
		key := (*[32]byte)(public)
		if VerifyVartime((*[64]byte)(signature), key, message) == SignatureValid && !IsPublicKeyVartime(key) {
			t.Fatal("valid for no key")
		}
	})
}
