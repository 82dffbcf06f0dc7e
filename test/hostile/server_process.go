package main

import (
	"net"
	"time"
)

// serverProcess is a server that is one process for all connections.
type serverProcess struct {
	about   *Description
	process *process
	address string
	ends    func(peer string) func(line string) bool // finds the line about the end of a connection, by the peer's address
	stop    func() error
}

func (v *serverProcess) Description() *Description { return v.about }

func (v *serverProcess) Meet() (*net.TCPConn, Encounter, error) {
	from := v.process.printed()
	conn, err := net.Dial("tcp", v.address)
	if err != nil {
		return nil, nil, err
	}
	return conn.(*net.TCPConn), &lineEncounter{v.process, v.ends(conn.LocalAddr().String()), from}, nil
}

// lineEncounter is one connection of a server, whose end is a line.
type lineEncounter struct {
	process *process
	isEnd   func(line string) bool
	from    int // lines that were printed before: an address comes again
}

func (e *lineEncounter) Ended(within time.Duration) (said Testimony, ok bool) {
	said.Text, ok = e.process.find(e.from, within, e.isEnd)
	said.Kind = kindIn(said.Text)
	return said, ok
}

func (v *serverProcess) Usage() (Usage, bool) { return processUsage(v.process.command.Process.Pid) }

func (v *serverProcess) Close() error { return v.stop() }
