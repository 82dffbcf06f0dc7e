package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/libsv2/libsv2/sv2"
)

// maker starts a victim when its turn comes.
type maker struct {
	name string
	make func() (Victim, error)
}

// ownVictims are those of this repository whose names contain a text. To add a victim, add it here.
func ownVictims(build, folder, text string) (makers []maker) {
	for _, encrypted := range []bool{false, true} {
		for _, role := range []sv2.Party{sv2.Server, sv2.Client} {
			name := partyName(role) + ", " + linkName(encrypted)
			makers = append(makers,
				maker{"sv2/session " + name, func() (Victim, error) { return newSessionVictim(role, encrypted) }},
				maker{"sv2/node " + name, func() (Victim, error) { return newNodeVictim(role, encrypted) }},
				maker{"libsv2.a " + name, func() (Victim, error) { return newLibraryVictim(build, folder, role, encrypted) }},
				maker{"sv2_session " + name, func() (Victim, error) { return newCSessionVictim(build, folder, role, encrypted) }},
				maker{"ping-pong " + name, func() (Victim, error) { return newPingPongVictim(build, folder, role, encrypted) }},
			)
		}
		link := linkName(encrypted)
		makers = append(makers,
			maker{"template_provider, " + link, func() (Victim, error) { return newProviderVictim(build, encrypted) }},
			maker{"miner, " + link, func() (Victim, error) { return newMinerVictim(build, encrypted), nil }},
		)
	}
	makers = append(makers,
		maker{"mining_server server, Noise", func() (Victim, error) { return newMiningServer(build, folder) }},
		maker{"pool_threads client, Noise", func() (Victim, error) { return newPoolThreads(build), nil }},
		maker{"examples/go server, Noise", func() (Victim, error) { return newGoServer(build) }},
		maker{"examples/go client, Noise", func() (Victim, error) { return newGoClient(build), nil }},
	)
	if text == "all" {
		return makers
	}
	var chosen []maker
	for _, one := range makers {
		if strings.Contains(one.name, text) {
			chosen = append(chosen, one)
		}
	}
	return chosen
}

// built returns an error that says how to get a program that is not there.
func built(path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%s is not built: run test/hostile.sh, or make demo-programs", path)
	}
	return nil
}
