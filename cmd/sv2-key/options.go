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

// given returns the names of the flags that were on the command line.
func (o *options) given() map[string]bool {
	names := make(map[string]bool)
	o.Visit(func(f *flag.Flag) { names[f.Name] = true })
	return names
}
