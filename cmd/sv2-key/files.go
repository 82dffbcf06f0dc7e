package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/libsv2/libsv2/internal/keyfile"
)

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
	if _, err := keyfile.ParseCertificate(old); err != nil {
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
	if _, err := keyfile.ParseCertificate(old); err == nil {
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
	content, _, err := keyfile.Read(name)
	return content, err
}

func finish(f *os.File, content []byte) error {
	_, err := f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
