package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// restlessVictim is a client that connects again by itself, a process for each connection: it is told to end when its first
// connection has ended.
type restlessVictim struct {
	*eachVictim
	ends     func(peer string) func(line string) bool // finds the line about the end, by the peer's address
	kind     func(line string) status.Kind            // that the line names; nil for kindIn
	leftover string                                   // what it prints when it ends and has not given everything back, if it does
}

func (v *restlessVictim) Meet() (*net.TCPConn, Encounter, error) {
	conn, encounter, err := v.eachVictim.Meet()
	if err != nil {
		return nil, nil, err
	}
	return conn, restless{encounter.(*each), v, v.ends(conn.LocalAddr().String())}, nil
}

type restless struct {
	*each
	victim *restlessVictim
	isEnd  func(line string) bool
}

func (e restless) Ended(within time.Duration) (Testimony, bool) {
	line, ok := e.process.find(0, within, e.isEnd)
	e.process.command.Process.Signal(os.Interrupt)
	said, _ := e.each.Ended(within)
	said.Text, said.Kind = line, kindIn(line)
	if e.victim.kind != nil {
		said.Kind = e.victim.kind(line)
	}
	for _, one := range e.output() {
		if e.victim.leftover != "" && strings.Contains(one, e.victim.leftover) {
			said.Fault = one
		}
	}
	if !ok && said.Fault == "" {
		said.Fault = fmt.Sprintf("the client does not tell how the connection ended: %q", e.process.output())
	}
	return said, ok
}

// newPoolThreads is examples/pool-threads, encrypted only. Its deadlines for the handshake, the setup and the negotiation, 10 s,
// are too long to wait for. It opens a channel, and answers nothing that is asked without one.
func newPoolThreads(build string) Victim {
	about := miningDescription("pool_threads", sv2.Client, true)
	about.Has &^= NeedsDeadline | NeedsAnswers | NeedsRequirement
	about.Deadline = 10 * time.Second
	about.Fresh = true
	v := &restlessVictim{
		eachVictim: &eachVictim{
			about: about, path: filepath.Join(build, "hostile", "pool_threads"), faults: map[int]bool{2: true, 3: true},
		},
		ends:     exampleEnd,
		leftover: "objects of the library are left",
	}
	v.arguments = func(address string) []string {
		return []string{"--pool", "stratum2+tcp://" + address + "/" + about.Credentials.authority.text(),
			"--silence", "2000", "--retry", "1000000"}
	}
	return v
}
