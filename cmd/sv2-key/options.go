package main

import (
	"flag"
	"fmt"
)

// options are the flags that commands share.
type options struct {
	*flag.FlagSet
	force, json bool
}

func newOptions(name string, env environment) *options {
	o := &options{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	o.SetOutput(env.diagnostics)
	o.Usage = func() { fmt.Fprint(env.diagnostics, usage) }
	o.BoolVar(&o.json, "json", false, "print JSON")
	return o
}

func (o *options) allowForce() {
	o.BoolVar(&o.force, "force", false, "replace an existing file")
}

// one parses the flags and returns the one argument behind them.
func (o *options) one(arguments []string) (string, error) {
	if err := o.Parse(arguments); err != nil {
		return "", errUsage
	}
	if o.NArg() != 1 {
		o.Usage()
		return "", errUsage
	}
	return o.Arg(0), nil
}
