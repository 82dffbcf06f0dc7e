package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
)

// goDescription is that of the programs of examples/go. Their deadlines are too long to wait for.
func goDescription(role sv2.Party) *Description {
	return &Description{
		Name: "examples/go " + partyName(role) + ", " + linkName(true), Role: role, Encrypted: true,
		Protocol: sv2.ProtocolTemplateDistribution, MaxPayload: sv2.PayloadSizeDefault,
		Has:      NeedsSetup | NeedsConcurrency | NeedsAuthority | NamesKinds,
		Deadline: 5 * time.Second, Credentials: newCredentials(), Broken: status.ConnectionLost,
	}
}

// newGoServer is examples/go/server, which has keys of its own. It answers each CoinbaseOutputConstraints with a template.
func newGoServer(build string) (Victim, error) {
	about := goDescription(sv2.Server)
	about.Has |= NeedsAnswers
	about.Question = message(&sv2.CoinbaseOutputConstraints{CoinbaseOutputMaxAdditionalSize: 100})
	path := filepath.Join(build, "hostile", "go-server")
	if err := built(path); err != nil {
		return nil, err
	}
	p, err := startProcess(path, "-listen", "127.0.0.1:0", "-interval", "1h", "-verbose")
	if err != nil {
		return nil, err
	}
	here, err := printedEndpoint(p)
	if err != nil {
		return nil, errors.Join(err, p.stop(os.Interrupt))
	}
	about.Policy = func(certificate *noise.Certificate, server noise.PublicKey) error {
		policy := here.Policy()
		return policy.Verify(certificate, server, uint64(time.Now().Unix()))
	}
	return &serverProcess{about: about, process: p, address: here.Address(), ends: goEnd,
		stop: func() error { return p.stop(os.Interrupt) }}, nil
}

// printedEndpoint is the URL that the server prints when it listens.
func printedEndpoint(p *process) (endpoint.Endpoint, error) {
	const mark = "url="
	line, ok := p.find(0, 10*time.Second, func(line string) bool { return strings.Contains(line, mark) })
	if !ok {
		return endpoint.Endpoint{}, errors.New("the server does not listen")
	}
	return endpoint.Parse(line[strings.Index(line, mark)+len(mark):])
}

// goEnd finds the line of a node's log about the end of the connection with a peer.
func goEnd(peer string) func(line string) bool {
	return func(line string) bool {
		return strings.Contains(line, " remote="+peer+" ") &&
			(strings.Contains(line, " handshake failed ") || strings.Contains(line, " connection ended "))
	}
}

// newGoClient is examples/go/client.
func newGoClient(build string) Victim {
	v := &restlessVictim{ends: goEnd, eachVictim: &eachVictim{
		about: goDescription(sv2.Client), path: filepath.Join(build, "hostile", "go-client"), faults: map[int]bool{2: true},
	}}
	v.about.Fresh = true
	v.arguments = func(address string) []string {
		return []string{"-verbose", "stratum2+tcp://" + address + "/" + v.about.Credentials.authority.text()}
	}
	v.kind = func(line string) status.Kind {
		if reconnect := (&node.ReconnectError{}); strings.Contains(line, reconnect.Error()) {
			return status.ReconnectInSetup // in a handshake, the only place where the corpus has one
		}
		return kindIn(line)
	}
	return v
}
