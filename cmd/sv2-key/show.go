package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/libsv2/libsv2/internal/keyfile"
	"github.com/libsv2/libsv2/noise"
)

func show(arguments []string, env environment) error {
	o := newOptions("show", env)
	name, err := o.one(arguments)
	if err != nil {
		return err
	}
	r, err := inspect(name, env)
	if err != nil {
		return err
	}
	return r.print(env.out, o.json)
}

// inspect takes a public key as text, or a file with a certificate or a secret
// key in it.
func inspect(name string, env environment) (*report, error) {
	public, keyError := noise.ParsePublicKey([]byte(name))
	if keyError == nil {
		return keyReport("", public), nil
	}
	b, mode, err := keyfile.Read(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is neither a file nor a key: %w", name, keyError)
	}
	if err != nil {
		return nil, err
	}
	defer clear(b)
	if certificate, err := keyfile.ParseCertificate(b); err == nil {
		return certificateReport(name, &certificate, uint64(max(env.now().Unix(), 0))), nil
	}
	secret, err := keyfile.SecretKeyOf(name, b, mode, env.warn)
	if err != nil {
		return nil, fmt.Errorf("neither a certificate nor a key: %w", err)
	}
	defer secret.Release()
	return keyReport(name, secret.Public()), nil
}
