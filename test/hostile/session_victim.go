package main

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// sessionTimeouts are short, so that the corpus is over soon, but long for a busy machine.
var sessionTimeouts = session.Timeouts{Handshake: 2000, Setup: 2000, Negotiation: 2000, Inactivity: 2000, Drain: 2000}

// sessionVictim is sv2/session in this process, one end of it, with a small program around.
type sessionVictim struct {
	*inside
	profile *session.Profile
}

func newSessionVictim(role sv2.Party, encrypted bool) (*sessionVictim, error) {
	v := &sessionVictim{inside: newInside(miningDescription("sv2/session", role, encrypted))}
	var err error
	if role == sv2.Client {
		config := v.clientConfig()
		config.Security = session.Plain()
		if encrypted {
			config.Security = session.Initiate(noise.RequireAuthority(v.about.Credentials.authority.public))
		}
		v.profile, err = session.NewClientProfile(config)
		v.connect = func(address *net.TCPAddr) (Encounter, error) {
			conn, err := net.DialTCP("tcp", nil, address)
			if err != nil {
				return nil, err
			}
			v.running.Go(func() { v.serve(conn) })
			return insideEncounter{v.inside, addresses(conn)}, nil
		}
		return v, err
	}
	if v.profile, err = session.NewServerProfile(v.serverConfig()); err != nil {
		return nil, err
	}
	if err = v.listen(); err == nil {
		v.running.Go(v.accept)
	}
	return v, err
}

// miningDescription is that of a session of the Mining protocol that is configured as by serverConfig and clientConfig.
func miningDescription(name string, role sv2.Party, encrypted bool) *Description {
	return &Description{
		Name:       name + " " + partyName(role) + ", " + linkName(encrypted),
		Role:       role,
		Encrypted:  encrypted,
		Protocol:   sv2.ProtocolMining,
		MaxPayload: sv2.PayloadSizeDefault,
		Has: NeedsSetup | NeedsMining | NeedsNegotiation | NeedsRequirement | NeedsDeadline | NeedsInactivity | NeedsConcurrency |
			NeedsAnswers | NeedsAuthority | NamesKinds,
		Deadline:    2 * time.Second,
		Credentials: newCredentials(),
	}
}

func (v *inside) serverConfig() *session.ServerConfig {
	security := session.Plain()
	if v.about.Encrypted {
		var identity *noise.Identity
		identity, v.secret = v.about.Credentials.identity()
		security = session.Respond(identity)
	}
	return &session.ServerConfig{
		Security: security, Services: []session.Service{{Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresStandardJobs}},
		Extensions: session.ServerExtensions{Supported: []uint16{supported}},
		Timeouts:   sessionTimeouts, Memory: v.memory.memory(),
	}
}

func (v *inside) clientConfig() *session.ClientConfig {
	return &session.ClientConfig{
		Setup: sv2.SetupConnection{Protocol: sv2.ProtocolMining, EndpointHost: []byte("127.0.0.1"), EndpointPort: 3333,
			Vendor: []byte("victim")},
		Extensions:  session.ClientExtensions{Required: []uint16{supported}},
		RefuseFlags: refusedSuccessFlags,
		Timeouts:    sessionTimeouts, Memory: v.memory.memory(),
	}
}

func partyName(p sv2.Party) string {
	if p == sv2.Client {
		return "client"
	}
	return "server"
}

func linkName(encrypted bool) string {
	if encrypted {
		return "Noise"
	}
	return "plain"
}

func (v *sessionVictim) accept() {
	for {
		conn, err := v.listener.AcceptTCP()
		if err != nil {
			return
		}
		v.running.Go(func() { v.serve(conn) })
	}
}

// serve runs one session and notes its end. A panic is what the corpus is looking for.
func (v *sessionVictim) serve(conn *net.TCPConn) {
	ends := addresses(conn)
	var said Testimony
	defer func() {
		if caught := recover(); caught != nil {
			said.Fault = fmt.Sprintf("panic: %v", caught)
		}
		v.tell(ends, said)
	}()
	s, err := v.profile.Start(random, clock())
	if err != nil {
		said.Fault = "start: " + err.Error()
		conn.Close()
		return
	}
	said.Kind = drive(s, conn, react)
	said.Text = said.Kind.Error()
}

// sender is a session, or a connection with one.
type sender interface{ Send(sv2.Message) error }

// react answers each question.
func react(s sender, m sv2.Message) error {
	switch m := m.(type) {
	case *sv2.OpenStandardMiningChannel:
		return s.Send(&sv2.OpenMiningChannelError{RequestID: m.RequestID, ErrorCode: []byte(strings.Repeat("no", 127))})
	case *sv2.NewMiningJob:
		return s.Send(&sv2.SubmitSharesStandard{ChannelID: m.ChannelID, JobID: m.JobID})
	}
	return nil
}
