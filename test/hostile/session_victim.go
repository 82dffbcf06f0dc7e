package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// sessionTimeouts are short, so that the corpus is over soon, but long for a busy machine.
var sessionTimeouts = session.Timeouts{Handshake: 1000, Setup: 1000, Negotiation: 1000, Inactivity: 1000, Drain: 1000}

// sessionVictim is sv2/session in this process, one end of it, with a small program around.
type sessionVictim struct {
	about    *Description
	profile  *session.Profile
	listener *net.TCPListener // of a server
	memory   account
	secret   *noise.SecretKey
	running  sync.WaitGroup
	mutex    sync.Mutex
	awaited  map[string]chan Testimony // by the addresses of the connection
}

// account counts the bytes of buffers that are held.
type account struct {
	mutex sync.Mutex
	held  int64
	dirty bool // something was given back that had not been wiped
}

func (a *account) memory() sv2.Memory {
	return sv2.Memory{
		Alloc: func(n int) []byte {
			a.mutex.Lock()
			defer a.mutex.Unlock()
			a.held += int64(n)
			return make([]byte, n)
		},
		Free: func(b []byte) {
			a.mutex.Lock()
			defer a.mutex.Unlock()
			a.held -= int64(len(b))
			for _, one := range b {
				a.dirty = a.dirty || one != 0
			}
		},
	}
}

func newSessionVictim(role sv2.Party, encrypted bool) (*sessionVictim, error) {
	v := &sessionVictim{awaited: make(map[string]chan Testimony)}
	credentials := newCredentials()
	v.about = &Description{
		Name:       "sv2/session " + partyName(role) + ", " + linkName(encrypted),
		Role:       role,
		Encrypted:  encrypted,
		Protocol:   sv2.ProtocolMining,
		MaxPayload: sv2.PayloadSizeDefault,
		Has: NeedsSetup | NeedsMining | NeedsNegotiation | NeedsDeadline | NeedsInactivity | NeedsConcurrency | NeedsAnswers |
			NeedsAuthority | NamesKinds,
		Deadline:    time.Second,
		Credentials: credentials,
	}
	security := session.Plain()
	var err error
	if role == sv2.Server {
		if encrypted {
			var identity *noise.Identity
			identity, v.secret = credentials.identity()
			security = session.Respond(identity)
		}
		if v.profile, err = session.NewServerProfile(v.serverConfig(security)); err != nil {
			return nil, err
		}
		if v.listener, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return nil, err
		}
		v.running.Go(v.accept)
		return v, nil
	}
	if encrypted {
		security = session.Initiate(noise.RequireAuthority(credentials.authority.public))
	}
	v.profile, err = session.NewClientProfile(v.clientConfig(security))
	return v, err
}

func (v *sessionVictim) serverConfig(security session.Security) *session.ServerConfig {
	return &session.ServerConfig{
		Security: security, Services: []session.Service{{Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresStandardJobs}},
		Extensions: session.ServerExtensions{Supported: []uint16{supported}},
		Timeouts:   sessionTimeouts, Memory: v.memory.memory(),
	}
}

func (v *sessionVictim) clientConfig(security session.Security) *session.ClientConfig {
	return &session.ClientConfig{
		Security: security,
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

func (v *sessionVictim) Description() *Description { return v.about }

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
		v.encounter(ends) <- said
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

// react answers each question.
func react(s *session.Session, m sv2.Message) error {
	switch m := m.(type) {
	case *sv2.OpenStandardMiningChannel:
		return s.Send(&sv2.OpenMiningChannelError{RequestID: m.RequestID, ErrorCode: []byte(strings.Repeat("no", 127))})
	case *sv2.NewMiningJob:
		return s.Send(&sv2.SubmitSharesStandard{ChannelID: m.ChannelID, JobID: m.JobID})
	}
	return nil
}

// addresses are the two ends of a connection, as the victim sees them.
func addresses(conn *net.TCPConn) string {
	return conn.LocalAddr().String() + " " + conn.RemoteAddr().String()
}

// sessionEncounter is one session.
type sessionEncounter struct {
	victim *sessionVictim
	ends   string
}

// encounter is where the end of a session is told. Who is first makes the place.
func (v *sessionVictim) encounter(ends string) chan Testimony {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.awaited[ends] == nil {
		v.awaited[ends] = make(chan Testimony, 1)
	}
	return v.awaited[ends]
}

func (e sessionEncounter) Ended(within time.Duration) (Testimony, bool) {
	defer func() {
		e.victim.mutex.Lock()
		defer e.victim.mutex.Unlock()
		delete(e.victim.awaited, e.ends) // the same addresses may come again
	}()
	select {
	case said := <-e.victim.encounter(e.ends):
		return said, true
	case <-time.After(within):
		return Testimony{}, false
	}
}

func (v *sessionVictim) Meet() (*net.TCPConn, Encounter, error) {
	listener := v.listener
	if v.about.Role == sv2.Client {
		var err error
		if listener, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return nil, nil, err
		}
		defer listener.Close()
	}
	conn, err := net.DialTCP("tcp", nil, listener.Addr().(*net.TCPAddr))
	if err != nil {
		return nil, nil, err
	}
	if v.about.Role == sv2.Server {
		return conn, sessionEncounter{v, conn.RemoteAddr().String() + " " + conn.LocalAddr().String()}, nil
	}
	accepted, err := listener.AcceptTCP()
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	v.running.Go(func() { v.serve(conn) })
	return accepted, sessionEncounter{v, addresses(conn)}, nil
}

// Usage is that of this process, in which nothing else may run meanwhile.
func (v *sessionVictim) Usage() (u Usage, ok bool) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u = Usage{Bytes: int64(m.HeapAlloc), Threads: runtime.NumGoroutine()}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		u.Descriptors = len(files)
	}
	v.memory.mutex.Lock()
	defer v.memory.mutex.Unlock()
	u.Live = v.memory.held
	return u, true
}

func (v *sessionVictim) Close() error {
	if v.listener != nil {
		v.listener.Close()
	}
	v.running.Wait()
	if v.secret != nil {
		v.secret.Release()
	}
	if v.memory.dirty {
		return fmt.Errorf("memory was given back that had not been wiped")
	}
	return nil
}
