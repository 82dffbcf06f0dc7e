// Package keyfile reads the files of keys and certificates that sv2-key writes,
// for all commands, and keeps keys out of what these print.
package keyfile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/libsv2/libsv2/noise"
)

// largest is more than any file of ours has.
const largest = 4096

// Read reads a small file, which may hold a secret: the caller clears what it
// gets, and there is no other copy.
func Read(name string) ([]byte, os.FileMode, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	b := make([]byte, largest+1)
	n, err := io.ReadFull(f, b)
	switch {
	case err == nil:
		err = fmt.Errorf("%s: too large for a key or certificate", name)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return b[:n], info.Mode(), nil
	}
	clear(b)
	return nil, 0, err
}

// ReadSecretKey reads a key file. The key has to be released.
func ReadSecretKey(name string, warn Warn) (*noise.SecretKey, error) {
	b, mode, err := Read(name)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	return SecretKeyOf(name, b, mode, warn)
}

// Warn shows a warning to the user.
type Warn func(text string)

// SecretKeyOf parses what a key file holds and warns when others may read it too.
func SecretKeyOf(name string, b []byte, mode os.FileMode, warn Warn) (*noise.SecretKey, error) {
	if mode.IsRegular() && mode.Perm()&0o077 != 0 {
		warn(fmt.Sprintf("%s is open to other users (mode %04o)", name, mode.Perm()))
	}
	key, err := ParseSecretKey(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

// ParseSecretKey reads a line of base58check, or sv2-tp's 33 bytes, which are a
// one and the key.
func ParseSecretKey(b []byte) (*noise.SecretKey, error) {
	if len(b) == 1+noise.SecretKeySize && b[0] == 1 {
		return noise.NewSecretKey((*[noise.SecretKeySize]byte)(b[1:]))
	}
	return noise.ParseSecretKey(bytes.TrimSpace(b))
}

// ParseCertificate reads the content of a certificate file, which may turn out to
// be one of a key.
func ParseCertificate(b []byte) (noise.FullCertificate, error) {
	line := bytes.TrimSpace(b)
	raw := make([]byte, hex.DecodedLen(len(line)))
	defer clear(raw)
	n, err := hex.Decode(raw, line)
	if err != nil {
		return noise.FullCertificate{}, errors.New("not a certificate: not hexadecimal")
	}
	return noise.ParseFullCertificate(raw[:n])
}

// ReadCertificate reads a certificate file.
func ReadCertificate(name string) (noise.FullCertificate, error) {
	b, _, err := Read(name)
	if err != nil {
		return noise.FullCertificate{}, err
	}
	defer clear(b)
	c, err := ParseCertificate(b)
	if err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}
