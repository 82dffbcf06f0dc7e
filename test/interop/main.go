package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.sri, "sri", "", "sri-peer, the reference implementation")
	flag.StringVar(&o.c, "c", "", "interop_peer, libsv2 through its C ABI; empty leaves these pairs out")
	flag.IntVar(&o.count, "count", 1000, "values per message; other pairs run in proportion")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of all random values")
	asJSON := flag.Bool("json", false, "print one JSON object instead of the table")
	flag.BoolVar(&o.verbose, "v", false, "say what is running and how long it took")
	limit := flag.Duration("timeout", 10*time.Minute, "give up after this long")
	docs := flag.Bool("docs", false, "write the table of differences into docs/interop.md and run nothing")
	flag.Parse()
	if *docs {
		exit(writeDocs("docs/interop.md"))
	}
	if o.sri == "" {
		fmt.Fprintln(os.Stderr, "interop: say where sri-peer is with -sri, or use make interop")
		os.Exit(2)
	}
	time.AfterFunc(*limit, func() {
		exit(fmt.Errorf("still running after %v; a side does not answer: %v", *limit, o.running.Load()))
	})
	results, err := o.run()
	if *asJSON {
		err = cmp.Or(err, printJSON(os.Stdout, results))
	} else {
		printTable(os.Stdout, results)
	}
	if err == nil && failed(results) {
		err = fmt.Errorf("implementations differ where they should not")
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type options struct {
	sri, c  string
	count   int
	seed    uint64
	verbose bool
	running atomic.Value // the side and the pair that are at work, as a string
}

// run runs every pair with each of our sides.
func (o *options) run() ([]result, error) {
	var results []result
	sides := []func() (side, error){func() (side, error) { return newLibrary(), nil }}
	if o.c != "" {
		sides = append(sides, func() (side, error) { return startProcess("C", o.c) })
	}
	for _, start := range sides {
		ours, err := start()
		if err != nil {
			return results, err
		}
		theirs, err := startProcess("SRI", o.sri, "oracle")
		if err != nil {
			return results, err
		}
		for _, p := range pairs {
			r := run{ours: ours, theirs: theirs, random: newRandom(o.seed), count: o.count}
			r.result = &result{Side: ours.name(), Peer: theirs.name(), What: p.what}
			o.running.Store(ours.name() + ", " + p.what)
			begin := time.Now()
			err := p.do(&r)
			results = append(results, *r.result)
			if o.verbose {
				fmt.Fprintf(os.Stderr, "%-8s %-60s %6.1f s\n", ours.name(), p.what, time.Since(begin).Seconds())
			}
			if err != nil {
				return results, fmt.Errorf("%s - %s, %s: %w", ours.name(), theirs.name(), p.what, err)
			}
		}
		o.running.Store(ours.name() + ", " + conversationName)
		conversations, err := o.talk(ours.name())
		results = append(results, conversations...)
		if err != nil {
			return results, err
		}
		results = append(results, *everyDifference(results, ours.name(), theirs.name()))
		for _, s := range []side{ours, theirs} {
			if p, ok := s.(*process); ok {
				if err := p.stop(); err != nil {
					return results, fmt.Errorf("%s: %w", p.title, err)
				}
			}
		}
	}
	return results, nil
}

// talk runs what goes over TCP and pipes with one of our sides.
func (o *options) talk(side string) ([]result, error) {
	if side == "C" {
		r, err := talk(o.sri, o.seed, side, driveC(o.c))
		return []result{*r}, err
	}
	r, err := talk(o.sri, o.seed, side, driveGo)
	if err != nil {
		return []result{*r}, err
	}
	echoed, err := echoes(o.sri, o.seed)
	return []result{*r, *echoed}, err
}
