package main

import (
	"path/filepath"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// newMinerVictim is examples/c, a client of Template Distribution.
func newMinerVictim(build string, encrypted bool) *eachVictim {
	v := &eachVictim{
		about: &Description{
			Name: "miner, " + linkName(encrypted), Role: sv2.Client, Encrypted: encrypted, Fresh: true,
			Protocol: sv2.ProtocolTemplateDistribution, MaxPayload: 8 + 2 + 65535 + 2 + 3*65535 + 4000000,
			Has:      NeedsSetup | NeedsDeadline | NeedsConcurrency | NeedsAuthority | NamesKinds,
			Deadline: 10 * time.Second, Credentials: newCredentials(),
			Unnamed: []status.Kind{status.ReconnectInSetup}, // it tells where it is sent
		},
		path:   filepath.Join(build, "miner"),
		faults: map[int]bool{1: true, 2: true},
	}
	protection := []string{"--insecure"}
	if encrypted {
		protection = []string{"--authority", v.about.Credentials.authority.text()}
	}
	v.arguments = func(address string) []string {
		return append([]string{"--connect", address, "--no-reconnect", "--json"}, protection...)
	}
	return v
}

// newPingPongVictim is examples/ping-pong, which has frames and no SetupConnection. It waits for 30 s, too long for cases
// that rest on that.
func newPingPongVictim(build, folder string, role sv2.Party, encrypted bool) (*eachVictim, error) {
	v := &eachVictim{
		about: &Description{
			Name: "ping-pong " + partyName(role) + ", " + linkName(encrypted), Role: role, Encrypted: encrypted, Fresh: true,
			MaxPayload: sv2.PayloadSizeDefault, Has: NeedsAuthority, Deadline: 5 * time.Second, Credentials: newCredentials(),
		},
		faults: map[int]bool{2: true},
	}
	program := "plain"
	var protection []string
	if encrypted {
		program = "encrypted"
		protection = []string{"--authority", v.about.Credentials.authority.text()}
		if role == sv2.Server {
			key, certificate, err := v.about.Credentials.write(folder)
			if err != nil {
				return nil, err
			}
			protection = []string{"--key", key, "--certificate", certificate}
		}
	}
	v.path = filepath.Join(build, "hostile", program)
	v.arguments = func(address string) []string {
		if role == sv2.Server {
			return append([]string{"server", "--listen", address}, protection...)
		}
		return append([]string{"client", "--connect", address, "--count", "1"}, protection...)
	}
	return v, nil
}
