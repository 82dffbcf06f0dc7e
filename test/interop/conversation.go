package main

import (
	"encoding/hex"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/libsv2/libsv2/sv2/session"
)

// patience is how long an end of a conversation may be silent.
const patience = 20 * time.Second

// conversation is a connection over TCP between libsv2 and SRI: who is what, and what each of them reports.
type conversation struct {
	name   string
	client *session.ClientConfig // libsv2's, or
	server *session.ServerConfig
	sri    map[string]any // configuration of sri-peer, in the other role
	shares [][]byte       // user identities of the shares that our client sends; nil for none
	ours   []string       // what libsv2 reports, see report
	theirs []string       // what sri-peer reports, without the lines about the connection
	// failsSealed is set when the encrypted form has to fail; ours and theirs are what is reported then.
	failsSealed bool
	differs     string // the difference that this shows
}

// driver gives a connection to one of libsv2's sides until its session has ended, and returns what that reported.
type driver func(c *conversation, conn *net.TCPConn, sealed bool, a *authority) ([]string, error)

// talk runs all conversations of a side, plain and encrypted.
func talk(sri string, seed uint64, side string, drive driver) (*result, error) {
	r := &result{Side: side, Peer: "SRI", What: conversationName}
	authority, err := newAuthority(newRandom(seed))
	if err != nil {
		return r, err
	}
	for _, c := range conversations() {
		for _, sealed := range []bool{false, true} {
			if c.failsSealed && !sealed {
				continue
			}
			ours, theirs, err := c.run(sri, sealed, authority, drive)
			if err != nil {
				return r, fmt.Errorf("%s: %w", c.name, err)
			}
			r.Cases++
			if !slices.Equal(ours, c.ours) || !slices.Equal(theirs, c.theirs) {
				r.unlisted("%s, encrypted %t:\n  libsv2 %s\n  wanted %s\n  SRI    %s\n  wanted %s", c.name, sealed,
					strings.Join(ours, "; "), strings.Join(c.ours, "; "), strings.Join(theirs, "; "), strings.Join(c.theirs, "; "))
			} else if c.differs != "" {
				r.listed(c.differs)
			}
		}
	}
	return r, nil
}

// run lets the two talk until both have ended.
func (c *conversation) run(sri string, sealed bool, a *authority, drive driver) (ours, theirs []string, err error) {
	var conn *net.TCPConn
	var p *peer
	if c.client != nil {
		conn, p, err = c.connect(sri, sealed, a)
	} else {
		conn, p, err = c.accept(sri, sealed, a)
	}
	if p != nil {
		defer p.kill()
	}
	if err != nil {
		return nil, nil, err
	}
	if ours, err = drive(c, conn, sealed, a); err != nil {
		return ours, nil, fmt.Errorf("%w after %s", err, strings.Join(ours, "; "))
	}
	theirs, err = p.rest()
	return ours, theirs, err
}

// connect starts sri-peer's server and connects to it.
func (c *conversation) connect(sri string, sealed bool, a *authority) (*net.TCPConn, *peer, error) {
	configuration := map[string]any{"listen": "127.0.0.1:0", "validity": 3600}
	if sealed {
		configuration["authority"] = hex.EncodeToString(a.secret)
	}
	p, err := c.startPeer(sri, "server", configuration)
	if err != nil {
		return nil, p, err
	}
	conn, err := net.Dial("tcp", p.address())
	if err != nil {
		return nil, p, err
	}
	return conn.(*net.TCPConn), p, nil
}

// accept lets sri-peer's client connect.
func (c *conversation) accept(sri string, sealed bool, a *authority) (*net.TCPConn, *peer, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	configuration := map[string]any{"connect": listener.Addr().String(), "noise": sealed}
	if demanded := a.demanded(c); sealed {
		configuration["authority"] = hex.EncodeToString(demanded[:])
	}
	p, err := c.startPeer(sri, "client", configuration)
	if err != nil {
		return nil, p, err
	}
	if err := listener.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, p, err
	}
	conn, err := listener.AcceptTCP()
	return conn, p, err
}
