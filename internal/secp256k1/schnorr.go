package secp256k1

import "crypto/sha256"

var (
	auxTag       = sha256.Sum256([]byte("BIP0340/aux"))
	nonceTag     = sha256.Sum256([]byte("BIP0340/nonce"))
	challengeTag = sha256.Sum256([]byte("BIP0340/challenge"))
)

// taggedHash is SHA256(tag, tag, parts...); tag is already hashed.
func taggedHash(tag *[32]byte, parts ...[]byte) [32]byte {
	var buffer [256]byte // room for a message of 96 bytes; longer ones allocate
	b := append(buffer[:0], tag[:]...)
	b = append(b, tag[:]...)
	for _, part := range parts {
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	wipeBytes(b)
	return sum
}

// Sign makes the BIP340 signature of message with the auxiliary randomness aux,
// in constant time but for the check at the end. It verifies what it made, so
// that a fault does not give a signature that betrays the key.
func Sign(signature *[SignatureSize]byte, secret *[SecretSize]byte, message []byte, aux *[32]byte) error {
	wipeStack()
	defer wipeStack()
	var d, k, e, s scalar
	var masked, nonce [32]byte
	defer func() {
		wipeScalars(&d, &k, &e, &s)
		wipeBytes(masked[:])
		wipeBytes(nonce[:])
	}()
	if d.setSecret(secret) == 0 {
		return ErrSecret
	}
	var p point
	var public affine
	p.multiplyBase(&d)
	p.toAffine(&public)
	d.negateIf(public.y.isOdd())
	var publicBytes [32]byte
	public.x.bytes(&publicBytes)

	d.bytes(&masked)
	mask := taggedHash(&auxTag, aux[:])
	for i := range masked {
		masked[i] ^= mask[i]
	}
	nonce = taggedHash(&nonceTag, masked[:], publicBytes[:], message)
	k.setBytes(&nonce)
	if k.isZero() == 1 {
		return ErrSecret // probability 2^-256
	}
	var commitment affine
	p.multiplyBase(&k)
	p.toAffine(&commitment)
	k.negateIf(commitment.y.isOdd())
	r := (*[32]byte)(signature[:32])
	commitment.x.bytes(r)

	challenge := taggedHash(&challengeTag, r[:], publicBytes[:], message)
	e.setBytes(&challenge)
	s.mul(&e, &d)
	s.add(&s, &k)
	s.bytes((*[32]byte)(signature[32:]))
	if VerifyVartime(signature, &publicBytes, message) != SignatureValid {
		wipeBytes(signature[:])
		return ErrSignature
	}
	return nil
}

// SignatureVerdict is the outcome of a verification.
type SignatureVerdict int

const (
	// SignatureMalformed: R is no x coordinate or s is not below n: nobody's
	// signature of anything. The zero value.
	SignatureMalformed SignatureVerdict = iota
	// SignatureForeign: well formed, but not by this key over this message, or
	// the key is no x coordinate.
	SignatureForeign
	// SignatureValid: the key signed the message.
	SignatureValid
)

// VerifyVartime checks a BIP340 signature. All its inputs are public.
func VerifyVartime(signature *[SignatureSize]byte, public *[PublicSize]byte, message []byte) SignatureVerdict {
	var r, x element
	var s, e scalar
	if !r.setBytes((*[32]byte)(signature[:32])) || s.setBytes((*[32]byte)(signature[32:])) == 0 {
		return SignatureMalformed
	}
	var p, sG, eP point
	if !x.setBytes(public) || !p.liftFractionVartime(&x, &elementOne) {
		return SignatureForeign
	}
	p.y.negateIf(p.y.isOdd())
	challenge := taggedHash(&challengeTag, signature[:32], public[:], message)
	e.setBytes(&challenge)
	e.negate(&e)
	eP.multiply(&e, &p)
	sG.multiplyBase(&s)
	p.add(&sG, &eP)
	if p.isIdentity() == 0 {
		var found affine
		p.toAffine(&found)
		if found.y.isOdd() == 0 && found.x.equal(&r) == 1 {
			return SignatureValid
		}
	}
	if !r.isCurveXVartime() {
		return SignatureMalformed
	}
	return SignatureForeign
}
