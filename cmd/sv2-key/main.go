// Command sv2-key makes and shows the keys and certificates of Stratum V2.
//
//	sv2-key generate [-force] [-json] FILE
//	sv2-key sign -authority FILE -server KEY [-days N | -until UNIX] [-backdate SECONDS | -from UNIX] [-force] [-json] FILE
//	sv2-key show [-json] FILE-OR-KEY
//
// generate makes a secret key, for an authority or for a server: they are of
// one kind. sign makes a certificate for a server's public key (or key file);
// it is meant to run where the authority's secret is, which need not be the
// server. show tells what a key or a certificate holds, never a secret.
//
// A secret key file holds one line: base58check of the 32 bytes, the form that
// the Rust reference implementation reads. The 33-byte files of sv2-tp can be
// read too. A certificate file holds one line: CERTIFICATE of the
// specification (4.5.3), 138 bytes, in hexadecimal. All files are written with
// mode 0600 and never over another file without -force. With it, sign replaces
// only a certificate, and generate keeps what it replaces as FILE.old.
package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/libsv2/libsv2/internal/keyfile"
)

const usage = `usage:
  sv2-key generate [-force] [-json] FILE
      make a secret key, for an authority or a server; -force keeps an old
      file as FILE.old
  sv2-key sign -authority FILE -server KEY-OR-FILE [options] FILE
      make a certificate that begins -backdate SECONDS (3600) before now or
      at -from UNIX, and ends -days N (30) after now or after -from, or at
      -until UNIX; -force replaces a certificate; -json
  sv2-key show [-json] FILE-OR-KEY
      tell what a key or certificate holds
`

// errUsage is a wrong command line; its explanation is already printed.
var errUsage = errors.New("wrong usage")

// environment is what a command gets from outside.
type environment struct {
	out, diagnostics io.Writer
	random           io.Reader
	now              func() time.Time
}

func (e environment) warn(text string) { fmt.Fprintln(e.diagnostics, "sv2-key: warning:", text) }

func main() {
	os.Exit(run(os.Args[1:], environment{os.Stdout, os.Stderr, rand.Reader, time.Now}))
}

// run returns the exit status: 1 for a failure, 2 for a wrong command line.
func run(arguments []string, env environment) int {
	commands := map[string]func([]string, environment) error{
		"generate": generate,
		"sign":     sign,
		"show":     show,
	}
	env.diagnostics = keyfile.Redactor{To: env.diagnostics}
	for _, argument := range arguments {
		if keyfile.IsSecretKey(argument) {
			fmt.Fprintln(env.diagnostics, "sv2-key: this is a secret key; give the name of its file")
			return 2
		}
	}
	var command func([]string, environment) error
	if len(arguments) > 0 {
		command = commands[arguments[0]]
	}
	if command == nil {
		fmt.Fprint(env.diagnostics, usage)
		return 2
	}
	switch err := command(arguments[1:], env); {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		fmt.Fprintln(env.diagnostics, "sv2-key:", err)
		return 1
	}
}
