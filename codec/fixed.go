package codec

import "github.com/libsv2/libsv2/status"

// Sizes of the fixed-length byte types in bytes.
const (
	U256Size      = 32
	MACSize       = 16
	PubKeySize    = 32
	SignatureSize = 64
)

// U256 is an unsigned 256-bit integer, little-endian: byte 0 is the least significant. A hash is the raw output of
// SHA-256 in its own order.
type U256 [U256Size]byte

// MAC is a message authentication code.
type MAC [MACSize]byte

// PubKey is the x coordinate of a secp256k1 public key, big-endian as BIP340 has it.
type PubKey [PubKeySize]byte

// Signature is a BIP340 Schnorr signature.
type Signature [SignatureSize]byte

// TakeU256 reads a U256, 32 bytes.
func TakeU256(b []byte) (U256, []byte, status.Kind) {
	if len(b) < U256Size {
		return U256{}, nil, status.Truncated
	}
	return U256(b), b[U256Size:], 0
}

// TakeMAC reads a MAC, 16 bytes.
func TakeMAC(b []byte) (MAC, []byte, status.Kind) {
	if len(b) < MACSize {
		return MAC{}, nil, status.Truncated
	}
	return MAC(b), b[MACSize:], 0
}

// TakePubKey reads a PUBKEY, 32 bytes. It does not check that the key is on the curve.
func TakePubKey(b []byte) (PubKey, []byte, status.Kind) {
	if len(b) < PubKeySize {
		return PubKey{}, nil, status.Truncated
	}
	return PubKey(b), b[PubKeySize:], 0
}

// TakeSignature reads a SIGNATURE, 64 bytes.
func TakeSignature(b []byte) (Signature, []byte, status.Kind) {
	if len(b) < SignatureSize {
		return Signature{}, nil, status.Truncated
	}
	return Signature(b), b[SignatureSize:], 0
}

// AppendU256 writes a U256. MAC, PUBKEY, SIGNATURE and BYTES are appended with the built-in append.
func AppendU256(dst []byte, v U256) []byte { return append(dst, v[:]...) }
