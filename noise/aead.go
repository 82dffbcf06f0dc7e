package noise

import (
	"crypto/cipher"
	"encoding/binary"
	"math"
	"unsafe"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/libsv2/libsv2/status"
)

const keySize = 32

// maxNonce is reserved by the Noise framework (5.1) and never used.
const maxNonce = math.MaxUint64

// cipherState is one key and the number of messages it has sealed or opened.
// It must not be copied.
type cipherState struct {
	*cipherKey
	// nonce is four zero bytes and the counter, little-endian. It lives here
	// because an array on the stack would be moved to the heap at every call.
	nonce [chacha20poly1305.NonceSize]byte
	n     uint64
}

// cipherKey is behind a pointer, and what it points to behind another: package
// fmt follows one when a verb does not fit, whatever methods a type has.
type cipherKey struct {
	aead cipher.AEAD
	// key is the copy of the key inside aead, for wiping.
	key *[keySize]byte
}

// initialize sets the key and starts counting at 0.
func (c *cipherState) initialize(key *[keySize]byte) error {
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		return status.CipherUnavailable
	}
	*c = cipherState{cipherKey: &cipherKey{aead: aead, key: keyInside(aead, key)}}
	return nil
}

// keyInside finds the key that aead has copied, so that it can be wiped: the
// package offers no way to. Its value is a pointer to a structure that is, or
// starts with, the key; if that ever changes the answer is nil, nothing is
// wiped, and a test fails.
func keyInside(aead cipher.AEAD, key *[keySize]byte) *[keySize]byte {
	type interfaceWords struct{ kind, value unsafe.Pointer }
	inside := (*[keySize]byte)((*interfaceWords)(unsafe.Pointer(&aead)).value)
	if inside == nil || *inside != *key {
		return nil
	}
	return inside
}

// wipe destroys the key. The state cannot be used afterwards.
func (c *cipherState) wipe() {
	if c.cipherKey == nil {
		return
	}
	if c.key != nil {
		wipe(c.key[:])
	}
	c.aead, c.key = nil, nil
}

// left returns how many messages the key may still serve.
func (c *cipherState) left() uint64 { return maxNonce - c.n }

// sealAt seals plaintext with the given counter into dst, which must be
// len(plaintext)+TagSize long and either start where plaintext does or not
// overlap it.
func (c *cipherState) sealAt(n uint64, dst, plaintext, associated []byte) {
	binary.LittleEndian.PutUint64(c.nonce[4:], n)
	c.aead.Seal(dst[:0], c.nonce[:], plaintext, associated)
}

// openAt is the inverse of sealAt. On failure dst is zero.
func (c *cipherState) openAt(n uint64, dst, sealed, associated []byte) error {
	binary.LittleEndian.PutUint64(c.nonce[4:], n)
	if _, err := c.aead.Open(dst[:0], c.nonce[:], sealed, associated); err != nil {
		return status.Decrypt
	}
	return nil
}

// seal seals one message and counts it.
func (c *cipherState) seal(dst, plaintext, associated []byte) error {
	if c.n == maxNonce {
		return status.NonceExhausted
	}
	c.sealAt(c.n, dst, plaintext, associated)
	c.n++
	return nil
}

// open opens one message and counts it; a message that does not open is not
// counted (4.4.1).
func (c *cipherState) open(dst, sealed, associated []byte) error {
	if c.n == maxNonce {
		return status.NonceExhausted
	}
	if err := c.openAt(c.n, dst, sealed, associated); err != nil {
		return err
	}
	c.n++
	return nil
}

// wipe is not inlined, so that the stores are not optimised away.
//
//go:noinline
func wipe(b []byte) { clear(b) }
