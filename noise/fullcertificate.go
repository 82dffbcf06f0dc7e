package noise

import (
	"encoding/binary"

	"github.com/libsv2/libsv2/status"
)

// FullCertificateSize is the size of a FullCertificate in bytes.
const FullCertificateSize = CertificateSize + 2*PublicKeySize

// FullCertificate is CERTIFICATE of 4.5.3: a certificate with the keys that it
// is about. It is never sent; it is what an authority hands to the operator of a
// server, and what a file holds.
type FullCertificate struct {
	Certificate
	Server    PublicKey
	Authority PublicKey
}

// ParseFullCertificate reads the fields in the order of the specification:
// version U16, valid_from U32, not_valid_after U32, all little-endian, server
// key, authority key, signature. Kinds: CertificateLength, KeyInvalid.
func ParseFullCertificate(b []byte) (c FullCertificate, err error) {
	if len(b) != FullCertificateSize {
		return c, status.CertificateLength
	}
	c.Version = binary.LittleEndian.Uint16(b)
	c.ValidFrom = binary.LittleEndian.Uint32(b[2:])
	c.NotValidAfter = binary.LittleEndian.Uint32(b[6:])
	copy(c.Server[:], b[10:])
	copy(c.Authority[:], b[42:])
	copy(c.Signature[:], b[74:])
	if err := c.Server.Check(); err != nil {
		return FullCertificate{}, err
	}
	if err := c.Authority.Check(); err != nil {
		return FullCertificate{}, err
	}
	return c, nil
}

// Append appends the 138 bytes.
func (c *FullCertificate) Append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, c.Version)
	dst = binary.LittleEndian.AppendUint32(dst, c.ValidFrom)
	dst = binary.LittleEndian.AppendUint32(dst, c.NotValidAfter)
	dst = append(dst, c.Server[:]...)
	dst = append(dst, c.Authority[:]...)
	return append(dst, c.Signature[:]...)
}
