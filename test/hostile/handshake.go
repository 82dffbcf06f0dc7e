package main

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/noise"
)

// Package noise refuses to make what is wrong, so the hostile ends of a handshake are written here, from the specification
// and without any check. Only the curve is shared with the library.

// symmetric is the state that both ends of a handshake carry along (section 4.4.2).
type symmetric struct {
	h, ck [32]byte
	aead  cipher.AEAD
}

func newSymmetric() *symmetric {
	ck := sha256.Sum256([]byte("Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256"))
	return &symmetric{h: sha256.Sum256(ck[:]), ck: ck} // with the empty prologue
}

func (s *symmetric) mixHash(data []byte) { s.h = sha256.Sum256(append(s.h[:], data...)) }

// derive is HKDF with two outputs (NO-07).
func (s *symmetric) derive(input []byte) (first, second []byte) {
	extracted, err := hkdf.Extract(sha256.New, input, s.ck[:])
	must(err)
	both, err := hkdf.Expand(sha256.New, extracted, "", 64)
	must(err)
	return both[:32], both[32:]
}

func (s *symmetric) mixKey(input []byte) {
	chain, key := s.derive(input)
	copy(s.ck[:], chain)
	s.aead = newAEAD(key)
}

// seal is EncryptAndHash. Each key of a handshake seals once, so the nonce is 0.
func (s *symmetric) seal(plain []byte) []byte {
	sealed := s.aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), plain, s.h[:])
	s.mixHash(sealed)
	return sealed
}

func (s *symmetric) open(sealed []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), sealed, s.h[:])
	s.mixHash(sealed)
	return plain, err
}

// split makes the link of one end.
func (s *symmetric) split(initiator bool) *link {
	toResponder, toInitiator := s.derive(nil)
	if initiator {
		return &link{sender: newAEAD(toResponder), receiver: newAEAD(toInitiator)}
	}
	return &link{sender: newAEAD(toInitiator), receiver: newAEAD(toResponder)}
}

// keyPair is a key of the curve and one encoding of it.
type keyPair struct {
	secret   [secp256k1.SecretSize]byte
	encoding [secp256k1.EncodingSize]byte
	public   noise.PublicKey
}

func newKeyPair() *keyPair {
	k := new(keyPair)
	must(secp256k1.GenerateSecret(&k.secret, rand.Reader))
	must(secp256k1.Encode(&k.encoding, &k.secret, rand.Reader))
	must(secp256k1.PublicKey((*[secp256k1.PublicSize]byte)(&k.public), &k.secret))
	return k
}

func (k *keyPair) exchange(theirs []byte, initiator bool) []byte {
	var shared [secp256k1.SharedSize]byte
	must(secp256k1.ECDH(&shared, &k.secret, &k.encoding, (*[secp256k1.EncodingSize]byte)(theirs), initiator))
	return shared[:]
}

// initiator is the client's end of a handshake.
type initiator struct {
	*symmetric
	ephemeral *keyPair
}

func newInitiator() *initiator {
	i := &initiator{newSymmetric(), newKeyPair()}
	i.mixHash(i.ephemeral.encoding[:])
	i.mixHash(nil)
	return i
}

// finish takes act 2 and returns the link, with the server's key and certificate, which are not checked.
func (i *initiator) finish(act2 []byte) (*link, noise.PublicKey, noise.Certificate, error) {
	var server noise.PublicKey
	i.mixHash(act2[:64])
	i.mixKey(i.ephemeral.exchange(act2[:64], true))
	static, err := i.open(act2[64:144])
	if err != nil {
		return nil, server, noise.Certificate{}, errors.New("act 2: the static key cannot be opened")
	}
	i.mixKey(i.ephemeral.exchange(static, true))
	message, err := i.open(act2[144:])
	if err != nil {
		return nil, server, noise.Certificate{}, errors.New("act 2: the certificate cannot be opened")
	}
	certificate, err := noise.ParseCertificate(message)
	secp256k1.DecodeVartime((*[secp256k1.PublicSize]byte)(&server), (*[secp256k1.EncodingSize]byte)(static))
	return i.split(true), server, certificate, err
}

// respond is the server's end of a handshake, with any certificate.
func respond(act1 []byte, static *keyPair, certificate []byte) (act2 []byte, l *link) {
	s, ephemeral := newSymmetric(), newKeyPair()
	s.mixHash(act1)
	s.mixHash(nil)
	act2 = append(act2, ephemeral.encoding[:]...)
	s.mixHash(ephemeral.encoding[:])
	s.mixKey(ephemeral.exchange(act1, false))
	act2 = append(act2, s.seal(static.encoding[:])...)
	s.mixKey(static.exchange(act1, false))
	act2 = append(act2, s.seal(certificate)...)
	return act2, s.split(false)
}

func newAEAD(key []byte) cipher.AEAD {
	aead, err := chacha20poly1305.New(key)
	must(err)
	return aead
}

// must is for what cannot fail with the values of this program.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
