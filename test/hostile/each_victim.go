package main

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/libsv2/libsv2/sv2"
)

// eachVictim is a program that has one connection and then ends: every connection is a process of its own.
type eachVictim struct {
	about     *Description
	path      string
	arguments func(address string) []string // of a client: where to connect
	faults    map[int]bool                  // exit statuses that say that the program, not the peer, is at fault
	mutex     sync.Mutex
	peak      int64 // most memory that any process had
}

// each is one process.
type each struct {
	victim *eachVictim
	*process
}

func (v *eachVictim) Description() *Description { return v.about }

func (v *eachVictim) Meet() (*net.TCPConn, Encounter, error) {
	if err := built(v.path); err != nil {
		return nil, nil, err
	}
	if v.about.Role == sv2.Server {
		return v.meetServer()
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	p, err := startProcess(v.path, v.arguments(listener.Addr().String())...)
	if err != nil {
		return nil, nil, err
	}
	go p.sample()
	listener.SetDeadline(time.Now().Add(10 * time.Second))
	conn, err := listener.AcceptTCP()
	if err != nil {
		p.wait(0)
		return nil, nil, fmt.Errorf("the client does not connect: %w: %q", err, p.output())
	}
	return conn, &each{v, p}, nil
}

func (v *eachVictim) meetServer() (*net.TCPConn, Encounter, error) {
	p, err := startProcess(v.path, v.arguments("127.0.0.1:0")...)
	if err != nil {
		return nil, nil, err
	}
	go p.sample()
	address, ok := listeningAddress(p)
	if !ok {
		p.wait(0)
		return nil, nil, fmt.Errorf("the server does not listen: %q", p.output())
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		p.wait(0)
		return nil, nil, err
	}
	return conn.(*net.TCPConn), &each{v, p}, nil
}

// listeningAddress is what a server prints when it listens.
func listeningAddress(p *process) (string, bool) {
	const mark = "listening on "
	line, ok := p.find(0, 10*time.Second, func(line string) bool { return strings.Contains(line, mark) })
	if !ok {
		return "", false
	}
	address := line[strings.Index(line, mark)+len(mark):]
	return strings.TrimRight(strings.SplitN(address, `"`, 2)[0], " \r\n"), true
}

func (e *each) Ended(within time.Duration) (said Testimony, ok bool) {
	status, fault := e.wait(within)
	said.Fault = fault
	if e.victim.faults[status] {
		said.Fault = fmt.Sprintf("the program ended with %d: %q", status, e.output())
	}
	for _, line := range e.output() {
		if kind := kindIn(line); kind != 0 {
			said.Kind, said.Text = kind, line
		}
	}
	e.victim.mutex.Lock()
	defer e.victim.mutex.Unlock()
	e.victim.peak = max(e.victim.peak, e.peak.Load())
	return said, true
}

// Usage is the most memory that any process had so far.
func (v *eachVictim) Usage() (u Usage, ok bool) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return Usage{Bytes: v.peak, Peak: v.peak}, v.peak > 0
}

func (v *eachVictim) Close() error { return nil }
