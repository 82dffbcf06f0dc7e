package main

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/libsv2/libsv2/sv2"
)

// cServer is a server of c/program.c: one process for all connections.
type cServer struct {
	about   *Description
	process *process
	address string
}

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
	v := &cServer{about: about, process: p}
	var ok bool
	if v.address, ok = listeningAddress(p); !ok {
		return nil, errors.Join(errors.New("the victim in C does not listen"), p.stop())
	}
	return v, nil
}

func (v *cServer) Description() *Description { return v.about }

func (v *cServer) Meet() (*net.TCPConn, Encounter, error) {
	from := v.process.printed()
	conn, err := net.Dial("tcp", v.address)
	if err != nil {
		return nil, nil, err
	}
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	return conn.(*net.TCPConn), &cEncounter{v.process, fmt.Sprintf("ended %s ", port), from}, nil
}

// cEncounter is one connection, known by how its last line begins.
type cEncounter struct {
	process *process
	mark    string
	from    int // lines that were printed before: a port comes again
}

func (e *cEncounter) Ended(within time.Duration) (said Testimony, ok bool) {
	line, ok := e.process.find(e.from, within, func(line string) bool { return strings.HasPrefix(line, e.mark) })
	said.Text = line
	said.Kind = kindIn(line)
	return said, ok
}

func (v *cServer) Usage() (Usage, bool) { return processUsage(v.process.command.Process.Pid) }

func (v *cServer) Close() error { return v.process.stopByInput() }
