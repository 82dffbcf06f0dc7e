// Command sv2-sniff stands between a client and a server of Stratum V2 and shows every message; it can drop and replace some.
//
//	sv2-sniff [options] stratum2+tcp://HOST:PORT/KEY
//	sv2-sniff [options] -plain-upstream HOST:PORT
//
// It ends the encryption on both sides: towards the server it is a client that demands a certificate of the URL's key, towards
// clients it is a server with an identity of its own. That is the one in the files of -key and -certificate, as sv2-key writes
// them, or one made for this run with a throw-away authority. It prints the URL that clients have to use instead of the pool's.
// Whoever runs it reads and can alter everything: it is for finding faults and for tests.
//
// Messages are printed on stdout, one a line, with time, number of the connection and direction; with -json as objects, whose
// form package sv2/inspect describes, with time, connection, event and direction beside. Everything else goes to stderr.
//
// A rule names a message as the specification spells it, or EXTENSION/TYPE in numbers, and optionally a direction, to-server,
// to-client or either, and how many messages it is for, 0 meaning all: SetTarget:to-client:1. The first rule that applies to a
// message acts. The file of -replace holds the frames that go in its place: JSON objects as -json prints them, where an edited
// field makes another message, or one frame in hexadecimal a line.
//
// A Reconnect that passes sends the client away from here, to a host that it will not trust unless that has the same authority:
// -drop Reconnect keeps it.
//
// The exit status is 0 when it was ended by SIGINT or SIGTERM, or by -connections; 1 when it failed; 2 for a wrong command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/libsv2/libsv2/internal/keyfile"
	"github.com/libsv2/libsv2/sniffer"
)

const usage = `usage:
  sv2-sniff [options] stratum2+tcp://HOST:PORT/KEY
  sv2-sniff [options] -plain-upstream HOST:PORT
options:
  -listen ADDRESS    where clients connect to: 127.0.0.1:0, a free port
  -key FILE          secret key of this server, and
  -certificate FILE  its certificate, as sv2-key writes them; without both, an
                     authority is made for this run and its URL printed
  -plain-downstream  clients connect without encryption
  -plain-upstream    the server is a HOST:PORT without encryption
  -drop MESSAGE[:DIRECTION[:N]]          do not pass on; may be repeated
  -replace MESSAGE[:DIRECTION[:N]]=FILE  pass on the frames in a file instead
                     MESSAGE is a name or EXTENSION/TYPE, DIRECTION to-server,
                     to-client or either, N how many, 0 for all
  -connections N     end when so many connections have ended
  -json              print JSON
  -count             print how many there were of each message, in the end
  -quiet             do not print each message
`

// errUsage is a wrong command line; its explanation is already printed.
var errUsage = errors.New("wrong usage")

// environment is what the command gets from outside.
type environment struct {
	out, diagnostics io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program even if its output is stuck
	os.Exit(run(ctx, os.Args[1:], environment{os.Stdout, os.Stderr}))
}

// run returns the exit status.
func run(ctx context.Context, arguments []string, env environment) int {
	errs := keyfile.Redactor{To: env.diagnostics}
	for _, argument := range arguments {
		if keyfile.IsSecretKey(argument) {
			fmt.Fprintln(errs, "sv2-sniff: this is a secret key; give the name of its file")
			return 2
		}
	}
	o, err := parseOptions(arguments, errs)
	if err == nil {
		err = sniff(ctx, o, env)
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintln(errs, "sv2-sniff:", err)
	return 1
}

// sniff runs the relay until the context ends, enough connections have, or nothing can be printed any more.
func sniff(ctx context.Context, o *options, env environment) error {
	rules, err := o.readRules()
	if err != nil {
		return err
	}
	errs := keyfile.Redactor{To: env.diagnostics}
	warn := func(text string) { fmt.Fprintln(errs, "sv2-sniff: warning:", text) }
	downstream, authority, release, err := o.identity(warn)
	if err != nil {
		return err
	}
	defer release()
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := newPrinter(env.out, o, cancel)
	relay, err := sniffer.Start(listener, sniffer.Config{
		Downstream: downstream,
		Upstream:   o.upstream,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", o.address)
		},
		Rules:   rules,
		Observe: p.observe,
		Limits:  sniffer.Limits{Entries: -1}, // printed, not kept
	})
	if err != nil {
		listener.Close()
		return err
	}
	announce(env.diagnostics, listener.Addr(), o, authority)
	<-ctx.Done()
	relay.Close()
	return p.finish()
}
