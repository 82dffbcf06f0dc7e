package secp256k1

import (
	"bytes"
	"errors"
	"math/big"
	"testing"
)

// NO-06: 0 and everything from n upwards is no secret key, for any function.
func TestSecretRange(t *testing.T) {
	random := newStream(20)
	aux := new([32]byte)
	for _, c := range []struct {
		value *big.Int
		ok    bool
	}{
		{big.NewInt(0), false},
		{big.NewInt(1), true},
		{new(big.Int).Sub(bigN, big.NewInt(1)), true},
		{bigN, false},
		{new(big.Int).Add(bigN, big.NewInt(1)), false},
		{new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)), false},
	} {
		var secret, out [32]byte
		var long [64]byte
		c.value.FillBytes(secret[:])
		check := func(name string, err error) {
			t.Helper()
			if c.ok != (err == nil) || !c.ok && !errors.Is(err, ErrSecret) {
				t.Errorf("%s of %x: %v", name, secret, err)
			}
		}
		if CheckSecret(&secret) != c.ok {
			t.Errorf("CheckSecret %x", secret)
		}
		check("PublicKey", PublicKey(&out, &secret))
		check("Encode", Encode(&long, &secret, random))
		check("ECDH", ECDH(&out, &secret, &long, &long, true))
		check("Sign", Sign(&long, &secret, nil, aux))
	}
}

// A secret that is out of range is drawn again; a source that gives nothing
// else, or ends, or is missing, is an error and leaves no half of a key.
func TestGenerateSecret(t *testing.T) {
	good := bytes.Repeat([]byte{7}, 32)
	var secret [32]byte
	draw := append(make([]byte, 32), bytes.Repeat([]byte{0xff}, 32)...)
	if err := GenerateSecret(&secret, bytes.NewReader(append(draw, good...))); err != nil || !bytes.Equal(secret[:], good) {
		t.Fatalf("%x %v", secret, err)
	}
	if err := GenerateSecret(&secret, bytes.NewReader(make([]byte, 4096))); !errors.Is(err, ErrRandom) {
		t.Fatal(err)
	}
	if err := GenerateSecret(&secret, bytes.NewReader(good[:31])); !errors.Is(err, ErrRandom) || secret != [32]byte{} {
		t.Fatalf("%x %v", secret, err)
	}
	if err := GenerateSecret(&secret, nil); !errors.Is(err, ErrRandom) {
		t.Fatal(err)
	}
	var encoding [64]byte
	copy(secret[:], good)
	if err := Encode(&encoding, &secret, bytes.NewReader(make([]byte, 33*encodeAttempts))); !errors.Is(err, ErrRandom) {
		t.Fatal(err)
	}
}

// I7: any 64 bytes decode, the edges of the map included.
func TestEveryEncodingDecodes(t *testing.T) {
	random := newStream(21)
	var encoding [64]byte
	var x [32]byte
	p := make([]byte, 32)
	bigP.FillBytes(p)
	special := [][]byte{make([]byte, 32), p, bytes.Repeat([]byte{0xff}, 32), append(make([]byte, 31), 1)}
	for _, u := range special {
		for _, v := range special {
			copy(encoding[:], u)
			copy(encoding[32:], v)
			DecodeVartime(&x, &encoding)
			if !IsPublicKeyVartime(&x) {
				t.Errorf("%x", encoding)
			}
		}
	}
	for range 1000 {
		random.Read(encoding[:])
		DecodeVartime(&x, &encoding)
		if !IsPublicKeyVartime(&x) {
			t.Errorf("%x", encoding)
		}
	}
}

// The map's exceptional case u^3 + t^2 + 7 = 0.
func TestDecodeExceptionalSum(t *testing.T) {
	found := false
	for i := uint64(1); i < 50; i++ {
		u := element{i}
		var g, root element
		g.curveRight(&u)
		g.negate(&g)
		if root.sqrt(&g) == 0 {
			continue
		}
		found = true
		var p, q point
		p.mapVartime(&u, &root)
		root.add(&root, &root)
		q.mapVartime(&u, &root)
		var a, b element
		p.affineX(&a)
		q.affineX(&b)
		if a.equal(&b) != 1 {
			t.Errorf("u = %d", i)
		}
	}
	if !found {
		t.Fatal("no case")
	}
}

// The signatures that nobody can have made are told from those of others.
func TestSignatureVerdicts(t *testing.T) {
	var secret, public, aux [32]byte
	secret[31] = 5
	_ = PublicKey(&public, &secret)
	message := []byte("message")
	var good [64]byte
	if err := Sign(&good, &secret, message, &aux); err != nil {
		t.Fatal(err)
	}
	check := func(name string, want SignatureVerdict, s [64]byte, key [32]byte, m []byte) {
		t.Helper()
		if got := VerifyVartime(&s, &key, m); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	check("good", SignatureValid, good, public, message)
	check("other message", SignatureForeign, good, public, []byte("massage"))
	check("no key", SignatureForeign, good, [32]byte{}, message)
	s := good
	bigN.FillBytes(s[32:])
	check("s = n", SignatureMalformed, s, public, message)
	new(big.Int).Add(bigN, big.NewInt(1)).FillBytes(s[32:])
	check("s = n+1", SignatureMalformed, s, public, message)
	s = good
	bigP.FillBytes(s[:32])
	check("r = p", SignatureMalformed, s, public, message)
	s = good
	copy(s[:32], make([]byte, 32))
	check("r = 0", SignatureMalformed, s, public, message)
}

func TestAllocations(t *testing.T) {
	var secret, shared, public, aux [32]byte
	var encoding, signature [64]byte
	secret[0] = 9
	if err := PublicKey(&public, &secret); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 32)
	for name, f := range map[string]func(){
		"ECDH":          func() { _ = ECDH(&shared, &secret, &encoding, &encoding, true) },
		"DecodeVartime": func() { DecodeVartime(&public, &encoding) },
		"PublicKey":     func() { _ = PublicKey(&public, &secret) },
		"Sign":          func() { _ = Sign(&signature, &secret, message, &aux) },
		"VerifyVartime": func() { VerifyVartime(&signature, &public, message) },
	} {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
