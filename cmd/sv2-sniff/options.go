package main

import (
	"flag"
	"fmt"
	"io"
	"net"

	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/sv2/endpoint"
)

// options is the command line.
type options struct {
	listen           string
	key, certificate string
	plainDownstream  bool
	rules            []ruleText
	connections      int
	json, count      bool
	quiet            bool

	address  string // of the server
	upstream sniffer.Security
}

func parseOptions(arguments []string, diagnostics io.Writer) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("sv2-sniff", flag.ContinueOnError)
	flags.SetOutput(diagnostics)
	flags.Usage = func() { fmt.Fprint(diagnostics, usage) }
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "")
	flags.StringVar(&o.key, "key", "", "")
	flags.StringVar(&o.certificate, "certificate", "", "")
	flags.BoolVar(&o.plainDownstream, "plain-downstream", false, "")
	plainUpstream := flags.Bool("plain-upstream", false, "")
	flags.Func("drop", "", func(text string) error { return o.addRule(text, false) })
	flags.Func("replace", "", func(text string) error { return o.addRule(text, true) })
	flags.IntVar(&o.connections, "connections", 0, "")
	flags.BoolVar(&o.json, "json", false, "")
	flags.BoolVar(&o.count, "count", false, "")
	flags.BoolVar(&o.quiet, "quiet", false, "")
	if err := flags.Parse(arguments); err != nil {
		return nil, errUsage
	}
	wrong := func(format string, values ...any) (*options, error) {
		fmt.Fprintf(diagnostics, "sv2-sniff: "+format+"\n", values...)
		return nil, errUsage
	}
	switch {
	case flags.NArg() != 1:
		flags.Usage()
		return nil, errUsage
	case (o.key == "") != (o.certificate == ""):
		return wrong("-key and -certificate go together")
	case o.plainDownstream && o.key != "":
		return wrong("-plain-downstream needs no -key")
	case o.connections < 0:
		return wrong("-connections is below 0")
	}
	if err := o.setServer(flags.Arg(0), *plainUpstream); err != nil {
		return wrong("%s: %v", flags.Arg(0), err)
	}
	return o, nil
}

func (o *options) setServer(text string, plain bool) error {
	if plain {
		o.address, o.upstream = text, sniffer.Plain()
		_, _, err := net.SplitHostPort(text)
		return err
	}
	e, err := endpoint.Parse(text)
	if err != nil {
		return err
	}
	o.address, o.upstream = e.Address(), sniffer.Initiate(e.Policy())
	return nil
}
