package noise

import (
	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

// PublicKeySize is the size of a public key: an x coordinate, most significant
// byte first (BIP340).
const PublicKeySize = 32

// PublicKey is the key of an authority or of a server. The zero value is no key
// of the curve.
type PublicKey [PublicKeySize]byte

// Check returns KeyInvalid unless the bytes are the x coordinate of a point.
func (k PublicKey) Check() error {
	if !secp256k1.IsPublicKeyVartime((*[32]byte)(&k)) {
		return status.KeyInvalid
	}
	return nil
}

// KeyTextSize is the most characters that the text of a key has, public or
// secret.
const KeyTextSize = maxBase58Text

// authorityVersion is the prefix of the text form: 1 as a little-endian U16.
var authorityVersion = [2]byte{1, 0}

// AppendText appends the text form of specification 4.7: base58check of the
// version 01 00 and the 32 bytes.
func (k PublicKey) AppendText(dst []byte) []byte {
	var raw [2 + PublicKeySize]byte
	copy(raw[:], authorityVersion[:])
	copy(raw[2:], k[:])
	return appendBase58Check(dst, raw[:])
}

// String returns the text form. The key is public.
func (k PublicKey) String() string { return string(k.AppendText(nil)) }

// ParsePublicKey reads the text form, surrounded by nothing. Kinds, in the
// order of the checks: KeyCharacter, KeyLength, KeyChecksum, KeyVersion,
// KeyInvalid.
func ParsePublicKey(text []byte) (PublicKey, error) {
	var raw [2 + PublicKeySize]byte
	var k PublicKey
	if err := decodeBase58Check(raw[:], text); err != nil {
		return k, err
	}
	if [2]byte(raw[:2]) != authorityVersion {
		return k, status.KeyVersion
	}
	copy(k[:], raw[2:])
	if err := k.Check(); err != nil {
		return PublicKey{}, err
	}
	return k, nil
}
