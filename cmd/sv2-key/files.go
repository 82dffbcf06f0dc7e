package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/libsv2/libsv2/noise"
)

// largestFile is more than any file of ours has.
const largestFile = 4096

// createFile writes a new file with mode 0600; it fails when the name is taken.
func createFile(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := finish(f, content); err != nil {
		os.Remove(name)
		return err
	}
	return nil
}

// replaceFile writes a file with mode 0600; the old one stays until the new one
// is complete.
func replaceFile(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".sv2-key-") // mode 0600, O_EXCL
	if err != nil {
		return err
	}
	if err := finish(f, content); err != nil {
		os.Remove(f.Name())
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		os.Remove(f.Name())
		return err
	}
	return nil
}

// replaceCertificate writes a certificate; with force also over another one, but
// over nothing else.
func replaceCertificate(name string, content []byte, force bool) error {
	old, err := oldFile(name, force)
	if err != nil {
		return err
	}
	if old == nil {
		return createFile(name, content)
	}
	defer clear(old)
	if _, err := parseCertificate(old); err != nil {
		return fmt.Errorf("%s is not replaced: it holds no certificate", name)
	}
	return replaceFile(name, content)
}

// replaceKey writes a key; with force also over a file that is no certificate,
// which is kept as NAME.old: a lost authority key cannot be made again.
func replaceKey(name string, content []byte, force bool) error {
	old, err := oldFile(name, force)
	if err != nil {
		return err
	}
	if old == nil {
		return createFile(name, content)
	}
	defer clear(old)
	if _, err := parseCertificate(old); err == nil {
		return fmt.Errorf("%s is not replaced: it holds a certificate", name)
	}
	kept := name + ".old"
	if err := createFile(kept, old); err != nil {
		return fmt.Errorf("%s is not replaced: it cannot be kept: %w", name, err)
	}
	if err := replaceFile(name, content); err != nil {
		os.Remove(kept)
		return err
	}
	return nil
}

// oldFile reads the file that is to be replaced; nil if there is none, or if it
// must not be replaced anyway.
func oldFile(name string, force bool) ([]byte, error) {
	if !force {
		return nil, nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not replaced: not a regular file", name)
	}
	content, _, err := readFile(name)
	return content, err
}

func finish(f *os.File, content []byte) error {
	_, err := f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// readFile reads a small file, which may hold a secret: the caller clears what it
// gets, and there is no other copy.
func readFile(name string) ([]byte, os.FileMode, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	b := make([]byte, largestFile+1)
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

// readSecretKey reads a key file.
func readSecretKey(name string, env environment) (*noise.SecretKey, error) {
	b, mode, err := readFile(name)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	return secretKeyOf(name, b, mode, env)
}

// secretKeyOf parses what a key file holds and warns when others may read it too.
func secretKeyOf(name string, b []byte, mode os.FileMode, env environment) (*noise.SecretKey, error) {
	if mode.IsRegular() && mode.Perm()&0o077 != 0 {
		fmt.Fprintf(env.diagnostics, "sv2-key: warning: %s is open to other users (mode %04o)\n", name, mode.Perm())
	}
	key, err := parseSecretKey(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

// parseSecretKey reads a line of base58check, or sv2-tp's 33 bytes, which are a
// one and the key.
func parseSecretKey(b []byte) (*noise.SecretKey, error) {
	if len(b) == 1+noise.SecretKeySize && b[0] == 1 {
		return noise.NewSecretKey((*[noise.SecretKeySize]byte)(b[1:]))
	}
	return noise.ParseSecretKey(bytes.TrimSpace(b))
}

// parseCertificate reads the content of a certificate file, which may turn out to
// be one of a key.
func parseCertificate(b []byte) (noise.FullCertificate, error) {
	line := bytes.TrimSpace(b)
	raw := make([]byte, hex.DecodedLen(len(line)))
	defer clear(raw)
	n, err := hex.Decode(raw, line)
	if err != nil {
		return noise.FullCertificate{}, errors.New("not a certificate: not hexadecimal")
	}
	return noise.ParseFullCertificate(raw[:n])
}
