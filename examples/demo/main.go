// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// blocksToFind is how many blocks of the miner must be in the node's chain at the end.
const blocksToFind = 3

type options struct {
	nodeBinary string
	provider   string
	miner      string
	keyTool    string
	insecure   bool
	timeout    time.Duration
	json       bool
}

func parseOptions(arguments []string) (options, error) {
	var chosen options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	build := flags.String("build", "build", "`folder` in which the programs were built")
	flags.StringVar(&chosen.nodeBinary, "node-binary", "", "btcd (default BUILD/bin/btcd)")
	flags.StringVar(&chosen.provider, "provider", "", "the template provider (default BUILD/template_provider)")
	flags.StringVar(&chosen.miner, "miner", "", "the miner (default BUILD/miner)")
	flags.StringVar(&chosen.keyTool, "key-tool", "", "sv2-key (default BUILD/sv2-key)")
	flags.BoolVar(&chosen.insecure, "insecure", false, "plain TCP between miner and provider, instead of an encrypted link")
	flags.DurationVar(&chosen.timeout, "timeout", 120*time.Second, "give up after this long")
	flags.BoolVar(&chosen.json, "json", false, "write the result as JSON to standard output, the rest to standard error")
	if err := flags.Parse(arguments); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if chosen.timeout <= 0 {
		return options{}, fmt.Errorf("--timeout must be positive, not %v", chosen.timeout)
	}
	for _, program := range []struct {
		path  *string
		built string
	}{
		{&chosen.nodeBinary, filepath.Join("bin", "btcd")},
		{&chosen.provider, "template_provider"},
		{&chosen.miner, "miner"},
		{&chosen.keyTool, "sv2-key"},
	} {
		if *program.path == "" {
			*program.path = filepath.Join(*build, program.built)
		}
		// The programs run in the temporary folder, where a relative path would name something else.
		absolute, err := filepath.Abs(*program.path)
		if err != nil {
			return options{}, err
		}
		if _, err := os.Stat(absolute); err != nil {
			return options{}, fmt.Errorf("%s is missing (%w): `make demo` builds it", *program.path, err)
		}
		*program.path = absolute
	}
	return chosen, nil
}

func main() {
	chosen, err := parseOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(2)
	}

	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	limited, cancel := context.WithTimeoutCause(interrupted, chosen.timeout,
		fmt.Errorf("not finished after %v", chosen.timeout))
	defer cancel()
	ctx, orphaned := context.WithCancelCause(limited)
	defer orphaned(nil)
	go watchParent(ctx, orphaned)

	output := os.Stdout
	if chosen.json {
		output = os.Stderr
	}
	console := newConsole(output)
	found, err := run(ctx, chosen, console)
	if err != nil {
		console.say("FAILED: %v", err)
		os.Exit(1)
	}
	found.print(console)
	if chosen.json {
		if err := found.writeJSON(os.Stdout); err != nil {
			console.say("FAILED: writing the result: %v", err)
			os.Exit(1)
		}
	}
}

// watchParent ends the demo when the process that started it is gone: `go run` dies of SIGTERM without telling the
// program that it runs, and node, provider and miner must not stay behind.
func watchParent(ctx context.Context, orphaned context.CancelCauseFunc) {
	parent := os.Getppid()
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if os.Getppid() != parent {
				orphaned(errors.New("the process that started the demo is gone"))
				return
			}
		}
	}
}
