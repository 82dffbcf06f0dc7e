// Command hostile is a corpus of bad peers, and what drives it against implementations of Stratum V2.
//
//	hostile --list                                                   print the corpus
//	hostile [--victim NAME] [--build DIR]                            the victims of this repository
//	hostile --address HOST:PORT --role server --insecure|--key KEY   any server
//	hostile --address HOST:PORT --role client --insecure|--noise     any client, which connects to the address again and again
//
// Each case is one bad peer: it goes as far as its step honestly and then turns bad. What is judged is what the victim does
// with the connection, what it answers, the kind that it names for the end where it names one, and that it has an honest
// conversation afterwards. What a victim holds is looked at before the first case and after each step.
//
// The exit status is 1 when anything is not as expected, 2 for a wrong command line.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// command is the command line.
type command struct {
	list, json, quiet, insecure, noise bool
	victim, build, only                string
	address, role, key, protocol       string
	deadline                           time.Duration
	maxPayload, parallel               int
}

func main() {
	var c command
	flag.BoolVar(&c.list, "list", false, "print the corpus and end")
	flag.BoolVar(&c.json, "json", false, "print one JSON object instead of tables")
	flag.BoolVar(&c.quiet, "quiet", false, "no progress; only cases that are not as expected")
	flag.StringVar(&c.victim, "victim", "session", "victims of this repository whose names contain this; \"all\" for every one")
	flag.StringVar(&c.build, "build", "build", "where the programs of this repository were built")
	flag.StringVar(&c.only, "only", "", "cases whose step or name contains this")
	flag.StringVar(&c.address, "address", "", "a server to connect to or, with --role client, where to listen for a client")
	flag.StringVar(&c.role, "role", "server", "what is at the address: server or client")
	flag.BoolVar(&c.insecure, "insecure", false, "the victim at the address does not encrypt")
	flag.BoolVar(&c.noise, "noise", false, "the client at the address encrypts; its authority key is printed")
	flag.StringVar(&c.key, "key", "", "the authority key of the server at the address, which encrypts")
	flag.StringVar(&c.protocol, "protocol", "mining", "of the victim at the address: mining, job-declaration, template-distribution")
	flag.DurationVar(&c.deadline, "deadline", 12*time.Second, "the longest deadline of the victim at the address")
	flag.IntVar(&c.maxPayload, "max-payload", sv2.PayloadSizeMax-1, "the largest payload that it accepts")
	flag.IntVar(&c.parallel, "parallel", 16, "cases at a time")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "hostile: unknown argument %s; see --help\n", flag.Arg(0))
		os.Exit(2)
	}
	os.Exit(c.run())
}

func (c *command) run() int {
	cases := chosenCases(c.only)
	if c.list {
		printCorpus(os.Stdout, cases, c.json)
		return 0
	}
	var victims []maker
	if c.address != "" {
		v, err := c.remoteVictim()
		if err != nil {
			fmt.Fprintln(os.Stderr, "hostile:", err)
			return 2
		}
		victims = []maker{{v.Description().Name, func() (Victim, error) { return v, nil }}}
	} else {
		folder, err := os.MkdirTemp("", "hostile-")
		if err != nil {
			fmt.Fprintln(os.Stderr, "hostile:", err)
			return 1
		}
		defer os.RemoveAll(folder)
		victims = ownVictims(c.build, folder, c.victim)
	}
	if len(victims) == 0 || len(cases) == 0 {
		fmt.Fprintln(os.Stderr, "hostile: no such victim, or no such case")
		return 2
	}
	return c.runAll(victims, cases)
}

func (c *command) runAll(victims []maker, cases []Case) (status int) {
	options := Options{Parallel: c.parallel, Bounds: defaultBounds}
	var reports []*Report
	for _, one := range victims {
		if !c.quiet && isTerminal(os.Stderr) {
			options.Progress = printProgress
		}
		v, err := one.make()
		if err != nil {
			fmt.Fprintf(os.Stderr, "hostile: %s: %v\n", one.name, err)
			status = 1
			continue
		}
		began := time.Now()
		report := run(v, cases, options)
		report.Took = time.Since(began)
		reports = append(reports, report)
		if report.Problems() > 0 {
			status = 1
		}
		if !c.json {
			printReport(os.Stdout, report, c.quiet)
		}
	}
	if c.json {
		printJSON(os.Stdout, reports)
	}
	return status
}

// chosenCases are those whose step or name contains a text.
func chosenCases(text string) (cases []Case) {
	for _, one := range corpus() {
		if strings.Contains(one.Step.String(), text) || strings.Contains(one.Name, text) {
			cases = append(cases, one)
		}
	}
	return cases
}

var protocols = map[string]uint8{
	"mining": sv2.ProtocolMining, "job-declaration": sv2.ProtocolJobDeclaration,
	"template-distribution": sv2.ProtocolTemplateDistribution,
}

func (c *command) remoteVictim() (*remoteVictim, error) {
	protocol, known := protocols[c.protocol]
	switch {
	case !known:
		return nil, fmt.Errorf("no protocol %q", c.protocol)
	case c.role != "server" && c.role != "client":
		return nil, fmt.Errorf("no role %q", c.role)
	case c.insecure == (c.key != "" || c.noise) || c.key != "" && c.role == "client" || c.noise && c.role == "server":
		return nil, fmt.Errorf("say --insecure, or --key KEY of a server, or --noise for a client")
	}
	about := &Description{
		Name: c.role + " at " + c.address, Role: sv2.Server, Encrypted: !c.insecure, Protocol: protocol,
		Has: NeedsSetup | NeedsDeadline | NeedsConcurrency, MaxPayload: c.maxPayload, Deadline: c.deadline,
		Credentials: newCredentials(),
	}
	if c.role == "client" {
		about.Role, about.Has = sv2.Client, NeedsSetup|NeedsDeadline|NeedsAuthority
		return listenFor(about, c.address)
	}
	if c.key != "" {
		authority, err := noise.ParsePublicKey([]byte(c.key))
		if err != nil {
			return nil, fmt.Errorf("--key: %w", err)
		}
		policy := noise.RequireAuthority(authority)
		about.Policy = func(certificate *noise.Certificate, server noise.PublicKey) error {
			return policy.Verify(certificate, server, uint64(time.Now().Unix()))
		}
	}
	return &remoteVictim{about: about, address: c.address}, nil
}
