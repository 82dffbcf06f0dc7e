package secp256k1

import (
	"crypto/sha256"
	"io"
)

// Sizes in bytes.
const (
	SecretSize    = 32 // a scalar, most significant byte first
	PublicSize    = 32 // an x coordinate, most significant byte first (BIP340)
	EncodingSize  = 64 // u and t of ElligatorSwift (BIP324), each most significant byte first
	SharedSize    = 32
	SignatureSize = 64 // R.x and s (BIP340)
)

// setSecret reads a secret key and returns 1 when 0 < d < n.
func (z *scalar) setSecret(secret *[SecretSize]byte) uint64 {
	below := z.setBytes(secret)
	return below & (1 ^ z.isZero())
}

// CheckSecret reports whether 0 < d < n, in constant time.
func CheckSecret(secret *[SecretSize]byte) bool {
	var d scalar
	ok := d.setSecret(secret)
	wipeScalars(&d)
	return ok == 1
}

// PublicKey writes the x coordinate of d*G, in constant time.
func PublicKey(public *[PublicSize]byte, secret *[SecretSize]byte) error {
	wipeStack()
	defer wipeStack()
	x, err := publicX(secret)
	if err != nil {
		return err
	}
	x.bytes(public)
	return nil
}

func publicX(secret *[SecretSize]byte) (x element, err error) {
	var d scalar
	defer wipeScalars(&d)
	if d.setSecret(secret) == 0 {
		return x, ErrSecret
	}
	var p point
	p.multiplyBase(&d)
	p.affineX(&x)
	return x, nil
}

// Encode writes an ElligatorSwift encoding of the public key of secret, chosen
// among all of them by random: 33 bytes an attempt, see encodeVartime. The
// multiplication is constant time; the search for the encoding sees only the
// public key.
func Encode(encoding *[EncodingSize]byte, secret *[SecretSize]byte, random io.Reader) error {
	wipeStack()
	defer wipeStack()
	x, err := publicX(secret)
	if err != nil {
		return err
	}
	return encodeVartime(encoding, &x, random)
}

// DecodeVartime writes the x coordinate that an encoding stands for. All 64-byte
// strings stand for one.
func DecodeVartime(public *[PublicSize]byte, encoding *[EncodingSize]byte) {
	var p point
	p.decodeVartime(encoding)
	var x element
	p.affineX(&x)
	x.bytes(public)
}

// IsPublicKeyVartime reports whether the 32 bytes are below p and the x
// coordinate of a point.
func IsPublicKeyVartime(public *[PublicSize]byte) bool {
	var x element
	return x.setBytes(public) && x.isCurveXVartime()
}

// sharedTag is SHA256("bip324_ellswift_xonly_ecdh"), which a tagged hash starts
// with, twice.
var sharedTag = sha256.Sum256([]byte("bip324_ellswift_xonly_ecdh"))

// ECDH writes the shared secret of BIP324: a tagged hash of the initiator's
// encoding, the responder's encoding, and the x coordinate of d times the
// peer's point. ours is the encoding that belongs to secret and was sent to the
// peer; initiator says whose comes first. Constant time in secret; the peer's
// encoding is decoded in variable time.
func ECDH(shared *[SharedSize]byte, secret *[SecretSize]byte, ours, theirs *[EncodingSize]byte, initiator bool) error {
	wipeStack()
	defer wipeStack()
	var message [2*32 + 2*EncodingSize + 32]byte
	copy(message[:], sharedTag[:])
	copy(message[32:], sharedTag[:])
	first, second := theirs, ours
	if initiator {
		first, second = ours, theirs
	}
	copy(message[64:], first[:])
	copy(message[128:], second[:])
	if err := sharedX((*[32]byte)(message[192:]), secret, theirs); err != nil {
		return err
	}
	*shared = sha256.Sum256(message[:])
	wipeBytes(message[192:])
	return nil
}

// sharedX writes the x coordinate of d times the point that theirs stands for.
func sharedX(out *[32]byte, secret *[SecretSize]byte, theirs *[EncodingSize]byte) error {
	var d scalar
	defer wipeScalars(&d)
	if d.setSecret(secret) == 0 {
		return ErrSecret
	}
	var work [1]point
	p := &work[0]
	p.decodeVartime(theirs)
	p.multiply(&d, p)
	// The group order is prime and 0 < d < n: this is not the identity.
	p.affineX(&p.x)
	p.x.bytes(out)
	wipePoints(work[:])
	return nil
}
