package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/libsv2/libsv2/noise"
)

const secondsPerDay = 24 * 60 * 60

func sign(arguments []string, env environment) error {
	o := newOptions("sign", env)
	o.allowForce()
	authorityFile := o.String("authority", "", "file of the authority's secret key")
	serverName := o.String("server", "", "public key or key file of the server")
	days := o.Uint64("days", 365, "how long the certificate is valid")
	backdate := o.Uint64("backdate", 3600, "seconds that it begins before now")
	from := o.Int64("from", -1, "begin, in seconds since 1970")
	until := o.Int64("until", -1, "end, in seconds since 1970")
	file, err := o.one(arguments)
	if err != nil {
		return err
	}
	if *authorityFile == "" || *serverName == "" {
		o.Usage()
		return errUsage
	}
	now := uint64(max(env.now().Unix(), 0))
	validFrom, notValidAfter := noise.Window(now, *backdate, min(*days, math.MaxUint32)*secondsPerDay)
	if err := override(&validFrom, *from); err != nil {
		return err
	}
	if err := override(&notValidAfter, *until); err != nil {
		return err
	}

	server, err := publicKeyOf(*serverName, env)
	if err != nil {
		return err
	}
	authority, err := readSecretKey(*authorityFile, env)
	if err != nil {
		return err
	}
	defer authority.Release()
	certificate, err := noise.SignCertificate(authority, server, validFrom, notValidAfter, env.random)
	if err != nil {
		return err
	}
	full := noise.FullCertificate{Certificate: certificate, Server: server, Authority: authority.Public()}
	line := append(hex.AppendEncode(nil, full.Append(nil)), '\n')
	if err := writeFile(file, line, o.force); err != nil {
		return err
	}
	return certificateReport(file, &full, now).print(env.out, o.json)
}

// override replaces a time by one from the command line; -1 is "not given".
func override(time *uint32, given int64) error {
	if given == -1 {
		return nil
	}
	if given < 0 || given > math.MaxUint32 {
		return fmt.Errorf("%d is not a time that a certificate can hold", given)
	}
	*time = uint32(given)
	return nil
}

// publicKeyOf takes the text of a public key, or the file of a secret one.
func publicKeyOf(name string, env environment) (noise.PublicKey, error) {
	public, err := noise.ParsePublicKey([]byte(name))
	if err == nil {
		return public, nil
	}
	secret, fileError := readSecretKey(name, env)
	if errors.Is(fileError, os.ErrNotExist) {
		return public, fmt.Errorf("%s is neither a file nor a key: %w", name, err)
	}
	if fileError != nil {
		return public, fileError
	}
	defer secret.Release()
	return secret.Public(), nil
}
