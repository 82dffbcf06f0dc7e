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

// libraryServer is c/library_victim.c as a server: the C interface without sessions, in one process for all connections.
type libraryServer struct {
	about   *Description
	process *process
	address string
}

// newLibraryVictim is one end of c/library_victim.c.
func newLibraryVictim(build, folder string, role sv2.Party, encrypted bool) (Victim, error) {
	about := &Description{
		Name: "libsv2.a " + partyName(role) + ", " + linkName(encrypted), Role: role, Encrypted: encrypted,
		MaxPayload: sv2.PayloadSizeDefault, Has: NeedsDeadline | NeedsDecoding | NeedsAuthority | NamesKinds,
		Deadline: time.Second, Credentials: newCredentials(),
	}
	path := filepath.Join(build, "hostile", "library_victim")
	if err := built(path); err != nil {
		return nil, err
	}
	if role == sv2.Client {
		about.Fresh = true
		v := &eachVictim{about: about, path: path, faults: map[int]bool{1: true, 2: true}}
		v.arguments = func(address string) []string {
			_, port, _ := net.SplitHostPort(address)
			arguments := []string{"client", "--connect", port}
			if encrypted {
				arguments = append(arguments, "--authority", about.Credentials.authority.text())
			}
			return arguments
		}
		return v, nil
	}
	about.Has |= NeedsConcurrency
	arguments := []string{"server"}
	if encrypted {
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
	v := &libraryServer{about: about, process: p}
	var ok bool
	if v.address, ok = listeningAddress(p); !ok {
		return nil, errors.Join(errors.New("the library's victim does not listen"), p.stop())
	}
	return v, nil
}

func (v *libraryServer) Description() *Description { return v.about }

func (v *libraryServer) Meet() (*net.TCPConn, Encounter, error) {
	from := v.process.printed()
	conn, err := net.Dial("tcp", v.address)
	if err != nil {
		return nil, nil, err
	}
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	return conn.(*net.TCPConn), &libraryEncounter{v.process, fmt.Sprintf("ended %s ", port), from}, nil
}

// libraryEncounter is one connection, known by how its last line begins.
type libraryEncounter struct {
	process *process
	mark    string
	from    int // lines that were printed before: a port comes again
}

func (e *libraryEncounter) Ended(within time.Duration) (said Testimony, ok bool) {
	line, ok := e.process.find(e.from, within, func(line string) bool { return strings.HasPrefix(line, e.mark) })
	said.Text = line
	said.Kind = kindIn(line)
	return said, ok
}

func (v *libraryServer) Usage() (Usage, bool) { return processUsage(v.process.command.Process.Pid) }

func (v *libraryServer) Close() error { return v.process.stopByInput() }
