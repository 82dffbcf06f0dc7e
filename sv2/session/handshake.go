package session

import (
	"io"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// handshake is what is needed until the Noise handshake is over.
type handshake struct {
	initiator noise.Initiator
	random    io.Reader
	act       [noise.Act2Size]byte // received so far
	received  int
}

// startHandshake queues act 1 on a client.
func (s *Session) startHandshake(random io.Reader) error {
	s.handshake = &handshake{random: random}
	s.enter(PhaseHandshake, s.profile.timeouts.Handshake)
	if !s.isClient() {
		return nil
	}
	var act1 [noise.Act1Size]byte
	if err := s.handshake.initiator.Start(s.profile.security.policy, random, &act1); err != nil {
		return err
	}
	if kind := s.output.Append(act1[:]); kind != 0 {
		return kind
	}
	return nil
}

// feedHandshake takes bytes up to the end of the peer's act.
func (s *Session) feedHandshake(in []byte, unix uint64) (taken int) {
	h := s.handshake
	size := noise.Act1Size
	if s.isClient() {
		size = noise.Act2Size
	}
	taken = copy(h.act[h.received:size], in)
	h.received += taken
	if h.received < size {
		return taken
	}
	if err := s.finishHandshake(unix); err != nil {
		s.fail(kindOf(err), err)
		return taken
	}
	s.closeHandshake()
	s.heard = s.now
	s.events.push(EventSecured)
	s.startSetup()
	return taken
}

func (s *Session) finishHandshake(unix uint64) error {
	h := s.handshake
	if s.profile.role == sv2.Server {
		var responder noise.Responder
		var act2 [noise.Act2Size]byte
		err := responder.Respond(s.profile.security.identity, h.random, (*[noise.Act1Size]byte)(h.act[:]), &act2, &s.link)
		if err != nil {
			return err
		}
		if kind := s.output.Append(act2[:]); kind != 0 {
			return kind
		}
		return s.decodeSealed()
	}
	err := h.initiator.Finish(&h.act, unix, &s.link)
	if server, signed, shown := h.initiator.Server(); shown == nil { // also what was refused
		s.server, s.signed, s.known = server, signed, true
	}
	if err != nil {
		return err
	}
	return s.decodeSealed()
}

func (s *Session) closeHandshake() {
	if s.handshake != nil {
		s.handshake.initiator.Close()
		s.handshake = nil
	}
}
