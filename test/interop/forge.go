package main

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/bits"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// forgery is a responder that sends a certificate which no implementation would make.
type forgery struct {
	authority     [32]byte // secret key that signs
	version       uint16
	validFrom     uint32
	notValidAfter uint32
	signedFor     *[32]byte    // public key that is signed instead of the server's
	spoil         func([]byte) // changes the certificate after it was signed

	random            random
	ephemeral, static [32]byte // secret keys
	ck, h             [32]byte
	key               []byte
}

// act2 answers an act 1.
func (f *forgery) act2(act1 []byte) ([]byte, error) {
	f.ck = sha256.Sum256([]byte("Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256"))
	f.h = sha256.Sum256(f.ck[:])
	f.mixHash(act1)
	f.mixHash(nil)
	var ephemeral, static [secp256k1.EncodingSize]byte // encodings
	if err := errors.Join(f.newKey(&f.ephemeral, &ephemeral), f.newKey(&f.static, &static)); err != nil {
		return nil, err
	}
	f.mixHash(ephemeral[:])
	if err := f.mixKey(&f.ephemeral, &ephemeral, act1); err != nil {
		return nil, err
	}
	sealedKey, err := f.seal(static[:])
	if err != nil {
		return nil, err
	}
	if err := f.mixKey(&f.static, &static, act1); err != nil {
		return nil, err
	}
	certificate, err := f.certificate()
	if err != nil {
		return nil, err
	}
	sealedCertificate, err := f.seal(certificate)
	return join(ephemeral[:], sealedKey, sealedCertificate), err
}

func (f *forgery) newKey(secret *[32]byte, encoding *[64]byte) error {
	if err := secp256k1.GenerateSecret(secret, f.random); err != nil {
		return err
	}
	return secp256k1.Encode(encoding, secret, f.random)
}

func (f *forgery) mixHash(data []byte) { f.h = sha256.Sum256(join(f.h[:], data)) }

func (f *forgery) mixKey(secret *[32]byte, ours *[64]byte, act1 []byte) error {
	var shared [32]byte
	if err := secp256k1.ECDH(&shared, secret, ours, (*[64]byte)(act1), false); err != nil {
		return err
	}
	both, err := hkdf.Key(sha256.New, shared[:], f.ck[:], "", 64)
	if err == nil {
		f.ck, f.key = [32]byte(both), both[32:]
	}
	return err
}

// seal seals the only piece under a key of the handshake.
func (f *forgery) seal(plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(f.key)
	if err != nil {
		return nil, err
	}
	sealed := aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), plain, f.h[:])
	f.mixHash(sealed)
	return sealed, nil
}

func (f *forgery) certificate() ([]byte, error) {
	var server [32]byte
	if err := secp256k1.PublicKey(&server, &f.static); err != nil {
		return nil, err
	}
	if f.signedFor != nil {
		server = *f.signedFor
	}
	c := binary.LittleEndian.AppendUint16(nil, f.version)
	c = binary.LittleEndian.AppendUint32(c, f.validFrom)
	c = binary.LittleEndian.AppendUint32(c, f.notValidAfter)
	digest := sha256.Sum256(join(c, server[:]))
	var signature [noise.SignatureSize]byte
	if err := secp256k1.Sign(&signature, &f.authority, digest[:], new([32]byte)); err != nil {
		return nil, err
	}
	c = append(c, signature[:]...)
	if f.spoil != nil {
		f.spoil(c)
	}
	return c, nil
}

// forgeries shows the same kinds of certificates to the initiators of both sides: nobody accepts what is forged: NO-20, NO-22,
// I9.
func forgeries(r *run) error {
	const now = 1_700_000_000
	cases := []struct {
		name   string
		change func(f *forgery, demanded *noise.PublicKey)
		ours   status.Kind // of the refusal, 0 for none
		theirs bool
		listed string // the difference, where there is one
	}{
		{"in order", func(*forgery, *noise.PublicKey) {}, 0, true, ""},
		{"of another version", func(f *forgery, _ *noise.PublicKey) { f.version = 1 }, status.CertificateVersion, false, ""},
		{"of version 0x0100", func(f *forgery, _ *noise.PublicKey) { f.version = 0x0100 }, status.CertificateVersion, false, ""},
		{"for another server", func(f *forgery, _ *noise.PublicKey) {
			f.signedFor = new([32]byte)
		}, status.CertificateAuthority, false, ""},
		{"with a changed bit in its times", func(f *forgery, _ *noise.PublicKey) {
			f.spoil = func(c []byte) { c[2+r.random.IntN(8)] ^= 1 << r.random.IntN(8) }
		}, status.CertificateAuthority, false, ""},
		{"with a changed bit in its s", func(f *forgery, _ *noise.PublicKey) {
			f.spoil = func(c []byte) { c[42+r.random.IntN(32)] ^= 1 << r.random.IntN(8) }
		}, status.CertificateAuthority, false, ""},
		{"without a signature", func(f *forgery, _ *noise.PublicKey) {
			f.spoil = func(c []byte) { clear(c[10:]) }
		}, status.CertificateSignature, false, ""},
		{"with an s above the order", func(f *forgery, _ *noise.PublicKey) {
			f.spoil = func(c []byte) {
				for i := range c[42:] {
					c[42+i] = 0xff
				}
			}
		}, status.CertificateSignature, false, ""},
		{"with its times in the other byte order", func(f *forgery, _ *noise.PublicKey) {
			f.validFrom, f.notValidAfter = bits.ReverseBytes32(now), bits.ReverseBytes32(now+3600)
		}, status.CertificateExpired, false, ""},
		{"that ends long before it begins", func(f *forgery, _ *noise.PublicKey) {
			f.validFrom, f.notValidAfter = now+100, now-100
		}, status.CertificateWindow, false, ""},
		{"that ends before it begins, within the leeway", func(f *forgery, _ *noise.PublicKey) {
			f.validFrom, f.notValidAfter = now+5, now-5
		}, status.CertificateWindow, true, "reversed-window"},
		{"of another version, for an initiator that demands none", func(f *forgery, demanded *noise.PublicKey) {
			f.version, *demanded = 1, noise.PublicKey{}
		}, 0, false, "insecure-version"},
		{"without a signature, for an initiator that demands none", func(f *forgery, demanded *noise.PublicKey) {
			f.spoil, *demanded = func(c []byte) { clear(c[10:]) }, noise.PublicKey{}
		}, 0, true, ""},
	}
	for range max(1, r.count/50) {
		for _, c := range cases {
			f := &forgery{validFrom: now, notValidAfter: now + 3600, random: r.random}
			if err := secp256k1.GenerateSecret(&f.authority, r.random); err != nil {
				return err
			}
			var demanded noise.PublicKey
			if err := secp256k1.PublicKey((*[32]byte)(&demanded), &f.authority); err != nil {
				return err
			}
			c.change(f, &demanded)
			ours, err := r.showForgery(r.ours, f, demanded, now)
			if err != nil {
				return err
			}
			theirs, err := r.showForgery(r.theirs, f, demanded, now)
			if err != nil {
				return err
			}
			r.Cases++
			if ours.ok() != (c.ours == 0) || c.ours != 0 && !ours.refuses(c.ours) || theirs.ok() != c.theirs {
				r.unlisted("certificate %s: %s says %s, %s says %s", c.name, r.Side, ours, r.Peer, theirs)
			} else if c.listed != "" {
				r.listed(c.listed)
			} else if c.ours != 0 {
				r.Refused++
			}
		}
	}
	return nil
}

func (r *run) showForgery(initiator side, f *forgery, demanded noise.PublicKey, now uint32) (answer, error) {
	first, err := askOne(initiator, askStart, demanded[:], r.random.bytes(32))
	if err != nil || !first.ok() {
		return first, err
	}
	act2, err := f.act2(first.body[4:])
	if err != nil {
		return answer{}, err
	}
	finished, err := askOne(initiator, askFinish, first.body[:4], number(now), act2)
	if err != nil {
		return finished, err
	}
	return finished, forget(end{initiator, finished.body})
}
