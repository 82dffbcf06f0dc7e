package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/libsv2/libsv2/noise"
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

// talk runs all conversations, plain and encrypted.
func talk(sri string, seed uint64) (*result, error) {
	r := &result{Side: "Go", Peer: "SRI", What: conversationName}
	authority, err := newAuthority(newRandom(seed))
	if err != nil {
		return r, err
	}
	for _, c := range conversations() {
		for _, sealed := range []bool{false, true} {
			if c.failsSealed && !sealed {
				continue
			}
			ours, theirs, err := c.run(sri, sealed, authority)
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
func (c *conversation) run(sri string, sealed bool, a *authority) (ours, theirs []string, err error) {
	if c.client != nil {
		return c.asClient(sri, sealed, a)
	}
	return c.asServer(sri, sealed, a)
}

// asClient connects a session to sri-peer's server.
func (c *conversation) asClient(sri string, sealed bool, a *authority) (ours, theirs []string, err error) {
	configuration := map[string]any{"listen": "127.0.0.1:0", "validity": 3600}
	client := *c.client
	client.Security = session.Plain()
	if sealed {
		configuration["authority"] = hex.EncodeToString(a.secret)
		client.Security = session.Initiate(noise.RequireAuthority(a.public))
		if c.failsSealed {
			client.Security = session.Initiate(noise.RequireAuthority(a.other))
		}
	}
	profile, err := session.NewClientProfile(&client)
	if err != nil {
		return nil, nil, err
	}
	peer, err := c.startPeer(sri, "server", configuration)
	if err != nil {
		return nil, nil, err
	}
	defer peer.kill()
	conn, err := net.Dial("tcp", peer.address())
	if err != nil {
		return nil, nil, err
	}
	ours, err = c.drive(conn, profile)
	if err != nil {
		return ours, nil, err
	}
	theirs, err = peer.rest()
	return ours, theirs, err
}

// asServer lets sri-peer's client connect to a session.
func (c *conversation) asServer(sri string, sealed bool, a *authority) (ours, theirs []string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	configuration := map[string]any{"connect": listener.Addr().String(), "noise": sealed}
	server := *c.server
	server.Security = session.Plain()
	if sealed {
		configuration["authority"] = hex.EncodeToString(a.public[:])
		if c.failsSealed {
			configuration["authority"] = hex.EncodeToString(a.other[:])
		}
		server.Security = session.Respond(a.identity)
	}
	profile, err := session.NewServerProfile(&server)
	if err != nil {
		return nil, nil, err
	}
	peer, err := c.startPeer(sri, "client", configuration)
	if err != nil {
		return nil, nil, err
	}
	defer peer.kill()
	if err := listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, nil, err
	}
	conn, err := listener.Accept()
	if err != nil {
		return nil, nil, err
	}
	ours, err = c.drive(conn, profile)
	if err != nil {
		return ours, nil, err
	}
	theirs, err = peer.rest()
	return ours, theirs, err
}

// drive gives the connection to a session until it has ended, and returns what it reported.
func (c *conversation) drive(conn net.Conn, profile *session.Profile) (reports []string, err error) {
	defer conn.Close()
	begin := time.Now()
	now := func() session.Time {
		return session.Time{Monotonic: uint64(time.Since(begin).Milliseconds()), Unix: uint64(time.Now().Unix())}
	}
	s, err := profile.Start(newRandom(uint64(begin.UnixNano())), now())
	if err != nil {
		return nil, err
	}
	defer s.Release()
	p := program{session: s, shares: c.shares}
	received := make([]byte, 4096)
	for {
		if out := s.Output(); len(out) > 0 {
			if _, err := conn.Write(out); err != nil {
				s.PeerClosed()
			} else if err := s.Sent(len(out)); err != nil {
				return p.reports, err
			}
		}
		if err := p.act(); err != nil {
			return p.reports, err
		}
		if len(s.Output()) > 0 {
			continue
		}
		if s.Finished() {
			return p.reports, nil
		}
		wait := patience
		if at, ok := s.NextDeadline(); ok {
			wait = min(wait, time.Until(begin.Add(time.Duration(at)*time.Millisecond)))
		}
		if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return p.reports, err
		}
		n, err := conn.Read(received)
		for in := received[:n]; len(in) > 0 && s.Err() == nil; {
			taken, _ := s.Feed(in, now()) // the error is that of the last event
			in = in[taken:]
			if err := p.act(); err != nil {
				return p.reports, err
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			if time.Since(begin) > patience {
				return p.reports, fmt.Errorf("silence after %s", strings.Join(p.reports, "; "))
			}
			_ = s.Tick(now()) // the error is that of the last event
		default:
			s.PeerClosed()
		}
	}
}
