package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/libsv2/libsv2/internal/keyfile"
	"github.com/libsv2/libsv2/noise"
)

const secondsPerDay = 24 * 60 * 60

func sign(arguments []string, env environment) error {
	o := newOptions("sign", env)
	o.allowForce()
	authorityFile := o.String("authority", "", "file of the authority's secret key")
	serverName := o.String("server", "", "public key or key file of the server")
	var times times
	o.Uint64Var(&times.days, "days", 30, "how long the certificate is valid, from now or from -from")
	o.Uint64Var(&times.backdate, "backdate", 3600, "seconds that it begins before now")
	o.Int64Var(&times.from, "from", 0, "begin, in seconds since 1970")
	o.Int64Var(&times.until, "until", 0, "end, in seconds since 1970")
	file, err := o.one(arguments)
	if err != nil {
		return err
	}
	if *authorityFile == "" || *serverName == "" {
		o.Usage()
		return errUsage
	}
	now := uint64(max(env.now().Unix(), 0))
	validFrom, notValidAfter, err := times.window(now, o.given())
	if err != nil {
		return err
	}
	for _, input := range []string{*authorityFile, *serverName} {
		if isSameFile(file, input) {
			return fmt.Errorf("%s is a file that the certificate is made from", file)
		}
	}

	server, err := publicKeyOf(*serverName, env)
	if err != nil {
		return err
	}
	authority, err := keyfile.ReadSecretKey(*authorityFile, env.warn)
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
	if err := replaceCertificate(file, line, o.force); err != nil {
		return err
	}
	return certificateReport(file, &full, now).print(env.out, o.json)
}

// times are the flags that say when a certificate is valid.
type times struct {
	days, backdate uint64
	from, until    int64
}

// window returns the first and the last second. given tells which flags were on
// the command line.
func (t *times) window(now uint64, given map[string]bool) (validFrom, notValidAfter uint32, err error) {
	if given["from"] && given["backdate"] || given["until"] && given["days"] {
		return 0, 0, errors.New("-from and -backdate exclude each other, and so do -until and -days")
	}
	if given["from"] {
		if err := checkMoment(t.from); err != nil {
			return 0, 0, err
		}
		now, t.backdate = uint64(t.from), 0
	}
	validFrom, notValidAfter = noise.Window(now, t.backdate, min(t.days, math.MaxUint32)*secondsPerDay)
	if given["until"] {
		if err := checkMoment(t.until); err != nil {
			return 0, 0, err
		}
		notValidAfter = uint32(t.until)
	}
	return validFrom, notValidAfter, nil
}

func checkMoment(seconds int64) error {
	if seconds < 0 || seconds > math.MaxUint32 {
		return fmt.Errorf("%d is not a time that a certificate can hold", seconds)
	}
	return nil
}

// isSameFile tells whether two names, links or not, lead to one file.
func isSameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// publicKeyOf takes the text of a public key, or the file of a secret one.
func publicKeyOf(name string, env environment) (noise.PublicKey, error) {
	public, err := noise.ParsePublicKey([]byte(name))
	if err == nil {
		return public, nil
	}
	secret, fileError := keyfile.ReadSecretKey(name, env.warn)
	if errors.Is(fileError, os.ErrNotExist) {
		return public, fmt.Errorf("%s is neither a file nor a key: %w", name, err)
	}
	if fileError != nil {
		return public, fileError
	}
	defer secret.Release()
	return secret.Public(), nil
}
