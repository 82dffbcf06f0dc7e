package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2/session"
)

// profile is the configuration of libsv2's end for one connection.
func (c *conversation) profile(sealed bool, a *authority) (*session.Profile, error) {
	if c.client != nil {
		client := *c.client
		if client.Security = session.Plain(); sealed {
			client.Security = session.Initiate(noise.RequireAuthority(a.demanded(c)))
		}
		return session.NewClientProfile(&client)
	}
	server := *c.server
	if server.Security = session.Plain(); sealed {
		server.Security = session.Respond(a.identity)
	}
	return session.NewServerProfile(&server)
}

// driveGo is the driver of a session of the Go package.
func driveGo(c *conversation, conn *net.TCPConn, sealed bool, a *authority) ([]string, error) {
	defer conn.Close()
	profile, err := c.profile(sealed, a)
	if err != nil {
		return nil, err
	}
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
				return p.reports, errors.New("silence")
			}
			_ = s.Tick(now()) // the error is that of the last event
		default:
			s.PeerClosed()
		}
	}
}

// driveC returns the driver of a session of the C ABI: the program of c/session.c, with the socket as its standard input and
// output.
func driveC(path string) driver {
	return func(c *conversation, conn *net.TCPConn, sealed bool, a *authority) ([]string, error) {
		socket, err := conn.File()
		conn.Close()
		if err != nil {
			return nil, err
		}
		defer socket.Close()
		configuration, err := json.Marshal(c.configuration(sealed, a))
		if err != nil {
			return nil, err
		}
		var reports bytes.Buffer
		cmd := exec.Command(path, "session", string(configuration))
		cmd.Stdin, cmd.Stdout, cmd.Stderr = socket, socket, &reports
		err = cmd.Run()
		return strings.Split(strings.TrimSpace(reports.String()), "\n"), err
	}
}

// configuration is libsv2's end for c/session.c.
func (c *conversation) configuration(sealed bool, a *authority) map[string]any {
	shares := []string{}
	for _, identity := range c.shares {
		shares = append(shares, hex.EncodeToString(identity))
	}
	if c.client == nil {
		service := c.server.Services[0]
		m := map[string]any{
			"role": "server", "protocol": service.Protocol, "flags": service.Flags, "required_flags": service.RequiredFlags,
			"success_flags": service.SuccessFlags, "required": list(c.server.Extensions.Required),
			"supported": list(c.server.Extensions.Supported),
		}
		if sealed {
			m["key"] = hex.EncodeToString(a.secret)
		}
		return m
	}
	setup, extensions := c.client.Setup, c.client.Extensions
	m := map[string]any{
		"role": "client", "protocol": setup.Protocol, "min_version": setup.MinVersion, "max_version": setup.MaxVersion,
		"flags": setup.Flags, "endpoint_host": hex.EncodeToString(setup.EndpointHost), "endpoint_port": setup.EndpointPort,
		"vendor": hex.EncodeToString(setup.Vendor), "hardware_version": hex.EncodeToString(setup.HardwareVersion),
		"firmware": hex.EncodeToString(setup.Firmware), "device_id": hex.EncodeToString(setup.DeviceID),
		"request": list(extensions.Request), "required": list(extensions.Required),
		"supported": list(extensions.Supported), "negotiation_timeout": c.client.Timeouts.Negotiation, "shares": shares,
	}
	if demanded := a.demanded(c); sealed {
		m["key"] = hex.EncodeToString(demanded[:])
	}
	return m
}

// list is never null in JSON.
func list(extensions []uint16) []uint16 { return append([]uint16{}, extensions...) }
