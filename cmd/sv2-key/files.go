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

// writeFile writes a file with mode 0600. Without force, it fails when the name
// is taken; with it, the old file stays until the new one is complete.
func writeFile(name string, content []byte, force bool) error {
	if !force {
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

func finish(f *os.File, content []byte) error {
	_, err := f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// readFile reads a small file and warns when others may read it too.
func readFile(name string, warnings io.Writer) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if warnings != nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(warnings, "sv2-key: warning: %s is open to other users (mode %04o)\n", name, info.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err == nil && len(b) > largestFile {
		err = fmt.Errorf("%s: too large for a key or certificate", name)
	}
	return b, err
}

// readSecretKey reads a key file: a line of base58check, or sv2-tp's 33 bytes,
// which are a one and the key.
func readSecretKey(name string, env environment) (*noise.SecretKey, error) {
	b, err := readFile(name, env.diagnostics)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	key, err := parseSecretKey(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

func parseSecretKey(b []byte) (*noise.SecretKey, error) {
	if len(b) == 1+noise.SecretKeySize && b[0] == 1 {
		return noise.NewSecretKey((*[noise.SecretKeySize]byte)(b[1:]))
	}
	return noise.ParseSecretKey(bytes.TrimSpace(b))
}

// parseCertificate reads the content of a certificate file.
func parseCertificate(b []byte) (noise.FullCertificate, error) {
	raw, err := hex.DecodeString(string(bytes.TrimSpace(b)))
	if err != nil {
		return noise.FullCertificate{}, errors.New("not a certificate: not hexadecimal")
	}
	return noise.ParseFullCertificate(raw)
}
