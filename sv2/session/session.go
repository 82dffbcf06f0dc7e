package session

import (
	"io"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/sealed"
)

// Session is one end of one connection. It must not be copied, and is for one goroutine at a time.
type Session struct {
	profile *Profile
	phase   Phase
	err     *Error // why it ended

	now      uint64 // the latest time that a call has given
	deadline uint64 // of the phase or, once ended, of the drain; 0 is none
	heard    uint64 // when the last complete message came

	handshake *handshake // nil when it is over
	link      noise.Transport
	server    noise.PublicKey
	signed    noise.Certificate
	known     bool // server and signed are set

	frames     frameDecoder
	missing    int  // bytes that the frame under way needs at least
	inside     bool // a frame is under way: some of it has come
	peerClosed bool // nothing more will come
	early      earlyQueue
	output     sv2.Buffer

	events      eventQueue
	frame       sv2.Frame // of the one event that has a frame
	frameStatus status.Kind
	identity    []byte // user identity behind frame, nil when there is none

	protocol     uint8
	usedVersion  uint16
	settled      bool // SetupConnection.Success was sent or received
	requestFlags uint32
	successFlags uint32
	negotiation  negotiation

	trailer [codec.TLVHeaderSize + sv2.UserIdentityMax]byte // the TLV of a user identity to send
}

// frameDecoder is what sv2.FrameDecoder and sealed.FrameDecoder have in common.
type frameDecoder interface {
	Feed(in []byte) (taken int, err error)
	Next() (f sv2.Frame, missing int, err error)
	Forget()
	Release()
}

// Start begins a session on a connection that has just been made. random is read during this call and, on a server, while
// act 1 is answered; it has to be a cryptographic source, and may be nil for plain connections. Kinds: Argument, NoMemory,
// and those of noise.Initiator.Start.
func (p *Profile) Start(random io.Reader, now Time) (*Session, error) {
	s := &Session{profile: p, now: now.Monotonic, heard: now.Monotonic}
	s.output = sv2.NewBuffer(p.limits.Output, p.memory)
	s.early.buffer = sv2.NewBuffer(p.limits.EarlyBytes, p.memory)
	if p.security.encrypted() {
		if random == nil {
			return nil, status.Argument
		}
		if err := s.startHandshake(random); err != nil {
			return nil, err
		}
		return s, nil
	}
	decoder, err := sv2.NewFrameDecoder(p.limits.Payload, p.memory)
	if err != nil {
		return nil, err
	}
	s.frames, s.missing = decoder, codec.HeaderSize
	if s.startSetup(); s.err != nil {
		return nil, s.err.Kind
	}
	return s, nil
}

// decodeSealed makes the decoder of an encrypted link that has just been set up.
func (s *Session) decodeSealed() error {
	decoder, err := sealed.NewFrameDecoder(&s.link, s.profile.limits.Payload, s.profile.memory)
	if err != nil {
		return err
	}
	s.frames = decoder
	return nil
}

// enter begins a phase that has timeout milliseconds.
func (s *Session) enter(p Phase, timeout uint32) {
	s.phase = p
	s.setDeadline(timeout)
}

func (s *Session) establish() {
	s.enter(PhaseEstablished, Never)
	s.events.push(EventEstablished)
}

// fail ends the session at once: nothing more is sent.
func (s *Session) fail(kind status.Kind, cause error) {
	s.end(&Error{Kind: kind, Err: cause}, false)
}

// end ends the session for good. What is queued is sent before the connection is closed when drain is set.
func (s *Session) end(e *Error, drain bool) {
	if s.err != nil {
		return
	}
	e.Phase = s.phase
	if e.Err == error(e.Kind) {
		e.Err = nil
	}
	s.err = e
	s.enter(PhaseEnded, Never)
	s.negotiation.waiting = false
	s.closeHandshake()
	s.link.Close()
	if !drain {
		s.output.Release()
	}
	if s.output.Len() > 0 {
		s.setDeadline(s.profile.timeouts.Drain)
	}
	s.events.push(EventEnd)
}

// Close ends the session from this side. What is queued may still be sent. A session that has ended stays as it is.
func (s *Session) Close() {
	s.end(&Error{Kind: status.Closed}, true)
}

// Release wipes and gives back all memory. The session has ended afterwards; events that were not taken are lost.
func (s *Session) Release() {
	s.Close()
	s.events = eventQueue{}
	s.forget()
	s.output.Release()
	s.deadline = 0
}

// releaseInput gives back what frames of the peer are kept in.
func (s *Session) releaseInput() {
	if s.frames != nil {
		s.frames.Release()
		s.frames = nil
	}
	s.early.buffer.Release()
	s.frame, s.identity = sv2.Frame{}, nil
}

// failure is Err without a typed nil.
func (s *Session) failure() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Err returns why the session ended, an [*Error], or nil.
func (s *Session) Err() error { return s.failure() }

// Phase returns how far the session has come.
func (s *Session) Phase() Phase { return s.phase }

// Role returns which end of the connection this is.
func (s *Session) Role() sv2.Party { return s.profile.role }

// Setup returns the protocol, the version and the two sets of flags that SetupConnection settled; ok is false before.
func (s *Session) Setup() (protocol uint8, usedVersion uint16, requestFlags, successFlags uint32, ok bool) {
	return s.protocol, s.usedVersion, s.requestFlags, s.successFlags, s.settled
}

// Extensions returns the negotiated extensions, ascending. The slice is not to be changed, and the session replaces it when
// it negotiates again.
func (s *Session) Extensions() []uint16 { return s.negotiation.on }

// Server returns, on a client, the key and the certificate of the server once it has shown them; State otherwise. With
// noise.Insecure they are claims, and after a refused certificate they are what was refused.
func (s *Session) Server() (noise.PublicKey, noise.Certificate, error) {
	if !s.known {
		return noise.PublicKey{}, noise.Certificate{}, status.State
	}
	return s.server, s.signed, nil
}

// peer is the other end.
func (s *Session) peer() sv2.Party { return s.profile.role ^ (sv2.Client | sv2.Server) }

func (s *Session) isClient() bool { return s.profile.role == sv2.Client }

// family is the group of messages of the protocol that was set up.
func (s *Session) family() sv2.Protocol {
	switch s.protocol {
	case sv2.ProtocolMining:
		return sv2.Mining
	case sv2.ProtocolJobDeclaration:
		return sv2.JobDeclaration
	}
	return sv2.TemplateDistribution
}
