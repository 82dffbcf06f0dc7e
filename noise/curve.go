package noise

import (
	"io"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

// curveKind translates the errors of the curve package.
func curveKind(err error) error {
	switch err {
	case nil:
		return nil
	case secp256k1.ErrRandom:
		return status.Random
	case secp256k1.ErrSecret:
		return status.KeyInvalid
	}
	return status.Internal
}

// keyPair is an ephemeral key and the encoding of it that was sent.
type keyPair struct {
	secret   [32]byte
	encoding [64]byte
}

// generate is the one place where a handshake draws randomness: 32 bytes for
// the secret key (again while it is 0 or not below the group order), then 33
// for each attempt at an encoding, three in four of which fail: u, most
// significant byte first, and one byte whose lowest three bits choose the
// branch of the inverse map (BIP324). A reader that gives the secret key, u and
// the branch of a recorded handshake therefore reproduces it exactly.
func (k *keyPair) generate(random io.Reader) error {
	if err := secp256k1.GenerateSecret(&k.secret, random); err != nil {
		return curveKind(err)
	}
	if err := secp256k1.Encode(&k.encoding, &k.secret, random); err != nil {
		k.wipe()
		return curveKind(err)
	}
	return nil
}

func (k *keyPair) wipe() { wipe(k.secret[:]) }
