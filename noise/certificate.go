package noise

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

const (
	// CertificateSize is the size of SIGNATURE_NOISE_MESSAGE (4.5.2).
	CertificateSize = 2 + 4 + 4 + SignatureSize
	// SignatureSize is the size of a BIP340 signature.
	SignatureSize = 64
	// CertificateVersion is the only version there is.
	CertificateVersion = 0
)

// Certificate is SIGNATURE_NOISE_MESSAGE: an authority's statement that a
// server's static key is good from one time to another, both included, in
// seconds since 1970. The server's key is not part of it: the handshake carries
// it beside.
type Certificate struct {
	Version       uint16
	ValidFrom     uint32
	NotValidAfter uint32
	Signature     [SignatureSize]byte
}

// ParseCertificate reads the 74 bytes of a certificate: version U16, valid_from
// U32, not_valid_after U32, all little-endian, and the signature. It checks
// nothing but the length.
func ParseCertificate(b []byte) (c Certificate, err error) {
	if len(b) != CertificateSize {
		return c, status.CertificateLength
	}
	c.Version = binary.LittleEndian.Uint16(b)
	c.ValidFrom = binary.LittleEndian.Uint32(b[2:])
	c.NotValidAfter = binary.LittleEndian.Uint32(b[6:])
	copy(c.Signature[:], b[10:])
	return c, nil
}

// Append appends the 74 bytes of the certificate.
func (c *Certificate) Append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, c.Version)
	dst = binary.LittleEndian.AppendUint32(dst, c.ValidFrom)
	dst = binary.LittleEndian.AppendUint32(dst, c.NotValidAfter)
	return append(dst, c.Signature[:]...)
}

// Digest returns what the authority signs (4.5.3.1): SHA-256 of version, the
// two times, and the server's key.
func (c *Certificate) Digest(server PublicKey) [32]byte {
	var message [10 + PublicKeySize]byte
	binary.LittleEndian.PutUint16(message[0:], c.Version)
	binary.LittleEndian.PutUint32(message[2:], c.ValidFrom)
	binary.LittleEndian.PutUint32(message[6:], c.NotValidAfter)
	copy(message[10:], server[:])
	return sha256.Sum256(message[:])
}

// SignCertificate makes a certificate for a server's key. It needs the server's
// public key only, so the authority's secret can stay on another machine.
// random gives the 32 bytes of auxiliary randomness of BIP340. Kinds:
// CertificateWindow when the end is before the beginning, KeyInvalid for a
// server key that is none, KeyReleased, Random.
func SignCertificate(authority *SecretKey, server PublicKey, validFrom, notValidAfter uint32, random io.Reader) (Certificate, error) {
	c := Certificate{Version: CertificateVersion, ValidFrom: validFrom, NotValidAfter: notValidAfter}
	if notValidAfter < validFrom {
		return Certificate{}, status.CertificateWindow
	}
	if err := server.Check(); err != nil {
		return Certificate{}, err
	}
	if random == nil {
		return Certificate{}, status.Random
	}
	var auxiliary [32]byte
	if _, err := io.ReadFull(random, auxiliary[:]); err != nil {
		return Certificate{}, status.Random
	}
	digest := c.Digest(server)
	err := authority.use(func(secret *[SecretKeySize]byte) error {
		return curveKind(secp256k1.Sign(&c.Signature, secret, digest[:], &auxiliary))
	})
	if err != nil {
		return Certificate{}, err
	}
	return c, nil
}

// Window returns the times of a certificate that begins backdate seconds before
// now and lasts for lifetime seconds after it, cut to what 32 bits can say: now
// is in seconds since 1970. Backdating helps peers whose clocks are behind.
func Window(now, backdate, lifetime uint64) (validFrom, notValidAfter uint32) {
	from := now - min(backdate, now)
	to := now + min(lifetime, math.MaxUint64-now)
	return uint32(min(from, math.MaxUint32)), uint32(min(to, math.MaxUint32))
}
