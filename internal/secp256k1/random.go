package secp256k1

import "io"

// Error is the kind of failure of this package.
type Error int

const (
	// ErrRandom: the source of random bytes failed, or does not give random bytes.
	ErrRandom Error = iota + 1
	// ErrSecret: a secret key is 0 or not below the group order.
	ErrSecret
	// ErrSignature: a signature just made does not verify: a hardware fault.
	ErrSignature
)

func (e Error) Error() string {
	switch e {
	case ErrRandom:
		return "the source of random bytes failed"
	case ErrSecret:
		return "the secret key is out of range"
	case ErrSignature:
		return "a signature just made does not verify"
	}
	return "unknown curve error"
}

// readFull fills b or fails. It stands for io.ReadFull, which would hand on
// errors of the caller's reader; here they are all ErrRandom.
func readFull(random io.Reader, b []byte) error {
	if random == nil {
		return ErrRandom
	}
	if _, err := io.ReadFull(random, b); err != nil {
		return ErrRandom
	}
	return nil
}

// secretAttempts bounds the draws of a secret key. A draw fails with
// probability 2^-128.
const secretAttempts = 8

// GenerateSecret draws a uniform secret key 0 < d < n, 32 bytes a draw.
func GenerateSecret(secret *[SecretSize]byte, random io.Reader) error {
	for range secretAttempts {
		if err := readFull(random, secret[:]); err != nil {
			wipeBytes(secret[:])
			return err
		}
		if CheckSecret(secret) {
			return nil
		}
	}
	wipeBytes(secret[:])
	return ErrRandom
}
