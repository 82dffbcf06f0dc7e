package secp256k1

import (
	"bytes"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ellswift"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
)

// The tests here compare with btcec, which shares no code with this package.

func TestFieldAgainstBtcec(t *testing.T) {
	random := newStream(10)
	for range 5000 {
		var a, b, got [32]byte
		random.Read(a[:])
		random.Read(b[:])
		var x, y, z element
		x.setBytes(&a)
		y.setBytes(&b)
		var bx, by, bz btcec.FieldVal
		bx.SetBytes(&a)
		by.SetBytes(&b)
		check := func(name string) {
			t.Helper()
			z.bytes(&got)
			if want := bz.Normalize().Bytes(); got != *want {
				t.Fatalf("%s: %x, btcec %x", name, got, *want)
			}
		}
		z.mul(&x, &y)
		bz.Mul2(&bx, &by)
		check("mul")
		z.square(&x)
		bz.SquareVal(&bx)
		check("square")
		z.add(&x, &y)
		bz.Add2(&bx, &by)
		check("add")
	}
}

func TestKeysAgainstBtcec(t *testing.T) {
	random := newStream(11)
	for range 200 {
		var secret, public [32]byte
		if err := GenerateSecret(&secret, random); err != nil {
			t.Fatal(err)
		}
		if err := PublicKey(&public, &secret); err != nil {
			t.Fatal(err)
		}
		key, reference := btcec.PrivKeyFromBytes(secret[:])
		if !bytes.Equal(schnorr.SerializePubKey(reference), public[:]) {
			t.Fatalf("public key of %x", secret)
		}

		var ours, theirs [64]byte
		var shared, x [32]byte
		if err := Encode(&ours, &secret, random); err != nil {
			t.Fatal(err)
		}
		DecodeVartime(&x, &ours)
		if x != public {
			t.Fatalf("encoding of %x does not decode", secret)
		}
		random.Read(theirs[:])
		for _, initiator := range []bool{true, false} {
			want, err := ellswift.V2Ecdh(key, theirs, ours, initiator)
			if err != nil {
				t.Fatal(err)
			}
			if err := ECDH(&shared, &secret, &ours, &theirs, initiator); err != nil || shared != *want {
				t.Fatalf("shared secret of %x and %x", secret, theirs)
			}
		}
		var u, v btcec.FieldVal
		u.SetByteSlice(theirs[:32])
		v.SetByteSlice(theirs[32:])
		u.Normalize()
		v.Normalize()
		wantX, err := ellswift.XSwiftEC(&u, &v)
		if err != nil {
			t.Fatal(err)
		}
		DecodeVartime(&x, &theirs)
		if *wantX.Normalize().Bytes() != x {
			t.Fatalf("decoding of %x", theirs)
		}
	}
}

func TestSchnorrAgainstBtcec(t *testing.T) {
	random := newStream(12)
	for range 100 {
		var secret, public, message, aux [32]byte
		var signature [64]byte
		if err := GenerateSecret(&secret, random); err != nil {
			t.Fatal(err)
		}
		random.Read(message[:])
		random.Read(aux[:])
		if err := Sign(&signature, &secret, message[:], &aux); err != nil {
			t.Fatal(err)
		}
		_ = PublicKey(&public, &secret)
		key, reference := btcec.PrivKeyFromBytes(secret[:])
		parsed, err := schnorr.ParseSignature(signature[:])
		if err != nil || !parsed.Verify(message[:], reference) {
			t.Fatalf("btcec refuses %x", signature)
		}
		theirs, err := schnorr.Sign(key, message[:], schnorr.CustomNonce(aux))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(theirs.Serialize(), signature[:]) {
			t.Fatalf("btcec signs %x, here %x", theirs.Serialize(), signature)
		}
		signature[random.Uint64()%64] ^= 1 << (random.Uint64() % 8)
		if VerifyVartime(&signature, &public, message[:]) == SignatureValid {
			t.Fatal("altered signature verifies")
		}
	}
}
