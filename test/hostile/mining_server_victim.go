package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// newMiningServer is examples/cpp-server: one process for all connections, encrypted only. Its deadlines for the handshake and
// the setup, 10 s, are too long to wait for.
func newMiningServer(build, folder string) (Victim, error) {
	path := filepath.Join(build, "hostile", "mining_server")
	if err := built(path); err != nil {
		return nil, err
	}
	about := miningDescription("mining_server", sv2.Server, true)
	about.Has &^= NeedsDeadline
	about.MaxPayload = 4096
	about.Deadline = 10 * time.Second
	about.Unnamed = []status.Kind{status.QueueFull} // it says that the client does not read
	key, certificate, err := about.Credentials.write(folder)
	if err != nil {
		return nil, err
	}
	p, err := startProcess(path, "--listen", "127.0.0.1:0", "--key", key, "--certificate", certificate,
		"--handshakes", "1000000", "--job-interval", "1000000", "--inactivity", "2000", "--log", "3")
	if err != nil {
		return nil, err
	}
	v := &serverProcess{about: about, process: p, ends: exampleEnd, stop: func() error { return p.stop(syscall.SIGTERM) }}
	const scheme = "stratum2+tcp://"
	line, ok := p.find(0, 10*time.Second, func(line string) bool { return strings.HasPrefix(line, scheme) })
	if !ok {
		return nil, errors.Join(errors.New("the server does not listen"), v.stop())
	}
	v.address, _, _ = strings.Cut(strings.TrimPrefix(line, scheme), "/")
	return v, nil
}

// onward are the events that name a kind and do not end a session.
var onward = []string{session.EventIgnored.String(), session.EventUnexpected.String(), session.EventRejected.String()}

// exampleEnd finds the line of mining_server or pool_threads that says why the connection with a peer ended. Where the program
// ends it because of what a message holds, or because the peer does not read, that stands in a line before that of the session.
func exampleEnd(peer string) func(line string) bool {
	return func(line string) bool {
		_, said, ok := strings.Cut(line, " "+peer+": ")
		if what, _, isEvent := strings.Cut(said, ": "); isEvent && slices.Contains(onward, what) {
			return false
		}
		return ok && (strings.HasPrefix(said, session.EventEnd.String()+": ") ||
			said == "does not read what it is sent" || kindIn(said) != 0)
	}
}
