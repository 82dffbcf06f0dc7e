package noise

import (
	"io"
	"sync"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

// Identity is what a server shows to every initiator: its static key, the
// encoding of it, and the certificate. One Identity serves all connections of a
// process, from any goroutine.
type Identity struct {
	secret   *SecretKey
	encoding [64]byte

	mutex       sync.RWMutex
	certificate [CertificateSize]byte
}

// NewIdentity puts a key and its certificate together. The key stays the
// caller's: it must outlive the Identity and be released afterwards. random
// chooses the encoding of the static key: 33 bytes an attempt, as in a
// handshake. Kinds: CertificateVersion, CertificateWindow, KeyReleased, Random,
// Argument.
//
// The certificate is not checked against an authority, whose key a server need
// not know; Policy.Verify does that.
func NewIdentity(secret *SecretKey, certificate *Certificate, random io.Reader) (*Identity, error) {
	if secret == nil || certificate == nil {
		return nil, status.Argument
	}
	s := &Identity{secret: secret}
	err := secret.use(func(b *[SecretKeySize]byte) error {
		return curveKind(secp256k1.Encode(&s.encoding, b, random))
	})
	if err != nil {
		return nil, err
	}
	if err := s.SetCertificate(certificate); err != nil {
		return nil, err
	}
	return s, nil
}

// SetCertificate replaces the certificate for the handshakes that begin from
// now on. Handshakes under way and links that stand are not touched.
func (s *Identity) SetCertificate(certificate *Certificate) error {
	if certificate == nil {
		return status.Argument
	}
	if certificate.Version != CertificateVersion {
		return status.CertificateVersion
	}
	if certificate.NotValidAfter < certificate.ValidFrom {
		return status.CertificateWindow
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	certificate.Append(s.certificate[:0])
	return nil
}

// Certificate returns the certificate in use.
func (s *Identity) Certificate() Certificate {
	b := s.certificateBytes()
	c, _ := ParseCertificate(b[:]) // the length is right
	return c
}

// Public returns the static public key.
func (s *Identity) Public() PublicKey { return s.secret.Public() }

func (s *Identity) certificateBytes() [CertificateSize]byte {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.certificate
}

// ecdh is the only use of a static key in a handshake: constant time in it.
func (s *Identity) ecdh(shared *[32]byte, theirs *[64]byte) error {
	return s.secret.use(func(b *[SecretKeySize]byte) error {
		return curveKind(secp256k1.ECDH(shared, b, &s.encoding, theirs, false))
	})
}
