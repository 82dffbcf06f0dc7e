package main

import (
	"errors"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/libsv2/libsv2/sv2"
)

// newLibraryVictim is one end of c/library_victim.c: the C interface without sessions.
func newLibraryVictim(build, folder string, role sv2.Party, encrypted bool) (Victim, error) {
	return newCVictim(build, folder, "library_victim", &Description{
		Name: "libsv2.a " + partyName(role) + ", " + linkName(encrypted), Role: role, Encrypted: encrypted,
		MaxPayload: sv2.PayloadSizeDefault, Has: NeedsDeadline | NeedsConcurrency | NeedsDecoding | NeedsAuthority | NamesKinds,
		Deadline: time.Second, Credentials: newCredentials(),
	})
}

// newCSessionVictim is one end of c/session_victim.c: sessions of the C interface, configured as those of sessionVictim.
func newCSessionVictim(build, folder string, role sv2.Party, encrypted bool) (Victim, error) {
	return newCVictim(build, folder, "session_victim", miningDescription("sv2_session", role, encrypted))
}

func newCVictim(build, folder, program string, about *Description) (Victim, error) {
	path := filepath.Join(build, "hostile", program)
	if err := built(path); err != nil {
		return nil, err
	}
	if about.Role == sv2.Client {
		about.Fresh = true
		v := &eachVictim{about: about, path: path, faults: map[int]bool{1: true, 2: true}}
		v.arguments = func(address string) []string {
			_, port, _ := net.SplitHostPort(address)
			arguments := []string{"client", "--connect", port}
			if about.Encrypted {
				arguments = append(arguments, "--authority", about.Credentials.authority.text())
			}
			return arguments
		}
		return v, nil
	}
	arguments := []string{"server"}
	if about.Encrypted {
		key, certificate, err := about.Credentials.write(folder)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, "--key", key, "--certificate", certificate)
	}
	p, err := startProcess(path, arguments...)
	if err != nil {
		return nil, err
	}
	v := &serverProcess{about: about, process: p, ends: cEnd, stop: p.stopByInput}
	var ok bool
	if v.address, ok = listeningAddress(p); !ok {
		return nil, errors.Join(errors.New("the server does not listen"), v.stop())
	}
	return v, nil
}

// cEnd finds the last line of the connection with a peer.
func cEnd(peer string) func(line string) bool {
	_, port, _ := net.SplitHostPort(peer)
	return func(line string) bool { return strings.HasPrefix(line, "ended "+port+" ") }
}
