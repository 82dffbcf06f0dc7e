package noise

import (
	"io"
	"sync"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/internal/secretmem"
	"github.com/libsv2/libsv2/status"
)

// SecretKeySize is the size of a secret key: a scalar, most significant byte
// first, with 0 < d < n.
const SecretKeySize = 32

// redacted is what every type that holds secrets prints.
const redacted = "[redacted]"

// SecretKey is a long-lived key: of a server or of an authority. Its bytes are
// outside the Go heap; see the package secretmem for what that gives. It must
// be released. All methods may be called from any goroutine.
type SecretKey struct {
	mutex  sync.RWMutex
	region *secretmem.Region
	public PublicKey
}

// NewSecretKey takes the bytes of a key and leaves them to the caller, who
// should wipe them. KeyInvalid: 0, or not below the group order. NoMemory: the
// system gave none.
func NewSecretKey(secret *[SecretKeySize]byte) (*SecretKey, error) {
	return fillSecretKey(func(b *[SecretKeySize]byte) error {
		*b = *secret
		return nil
	})
}

// GenerateSecretKey draws a key: 32 bytes from random, again while they are out
// of range.
func GenerateSecretKey(random io.Reader) (*SecretKey, error) {
	return fillSecretKey(func(b *[SecretKeySize]byte) error {
		return curveKind(secp256k1.GenerateSecret(b, random))
	})
}

// ParseSecretKey reads the text form that the Rust reference implementation
// uses in its configuration: base58check of the bare 32 bytes. Kinds as for
// ParsePublicKey, without KeyVersion. Text and its buffer are the caller's to
// wipe.
func ParseSecretKey(text []byte) (*SecretKey, error) {
	return fillSecretKey(func(b *[SecretKeySize]byte) error {
		return decodeBase58Check(b[:], text)
	})
}

// fillSecretKey lets fill write the secret straight into its final place.
func fillSecretKey(fill func(*[SecretKeySize]byte) error) (*SecretKey, error) {
	region, err := secretmem.New(SecretKeySize)
	if err != nil {
		return nil, status.NoMemory
	}
	k := &SecretKey{region: region}
	secret := (*[SecretKeySize]byte)(region.Bytes())
	if err := fill(secret); err != nil {
		region.Release()
		return nil, err
	}
	if err := secp256k1.PublicKey((*[32]byte)(&k.public), secret); err != nil {
		region.Release()
		return nil, curveKind(err)
	}
	return k, nil
}

// Public returns the public key, after a release too.
func (k *SecretKey) Public() PublicKey {
	if k == nil {
		return PublicKey{}
	}
	return k.public
}

// Locked reports whether the key is in memory that cannot be swapped out.
func (k *SecretKey) Locked() bool {
	if k == nil {
		return false
	}
	k.mutex.RLock()
	defer k.mutex.RUnlock()
	return k.region.Locked()
}

// AppendText appends the text form of the secret to dst, which then is as
// secret as the key; with room for KeyTextSize characters it is not copied
// elsewhere. KeyReleased: there is no key any more.
func (k *SecretKey) AppendText(dst []byte) ([]byte, error) {
	err := k.use(func(secret *[SecretKeySize]byte) error {
		dst = appendBase58Check(dst, secret[:])
		return nil
	})
	return dst, err
}

// Release wipes the key, after waiting for calls that are using it. Releasing
// twice does nothing.
func (k *SecretKey) Release() {
	if k == nil {
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.region.Release()
}

// use lends the secret to f, which must not keep it.
func (k *SecretKey) use(f func(*[SecretKeySize]byte) error) error {
	if k == nil {
		return status.KeyReleased
	}
	k.mutex.RLock()
	defer k.mutex.RUnlock()
	b := k.region.Bytes()
	if b == nil {
		return status.KeyReleased
	}
	return f((*[SecretKeySize]byte)(b))
}

// String returns no part of the key.
func (*SecretKey) String() string { return redacted }

// GoString returns no part of the key.
func (*SecretKey) GoString() string { return redacted }
