package session

import "github.com/libsv2/libsv2/status"

// Feed takes bytes that the peer sent and returns how many. It stops at the end of a frame that caused an event: take the
// events with NextEvent, then feed the rest. It takes nothing while events wait. Frames of events that were taken are no
// longer valid afterwards.
//
// A deadline that has passed and that these bytes did not meet ends the session, as in Tick. The error is that of Err.
func (s *Session) Feed(in []byte, now Time) (taken int, err error) {
	s.observe(now)
	s.forget()
	for taken < len(in) && s.hungry() {
		if s.phase == PhaseHandshake {
			taken += s.feedHandshake(in[taken:], now.Unix)
		} else {
			taken += s.feedFrames(in[taken:])
		}
	}
	s.expire()
	return taken, s.failure()
}

// PeerClosed tells that the peer has closed its side: nothing more will come. What has come before is still given as events,
// then the session ends with PeerClosed, and with Truncated as its cause when the last message is not whole, and drops what
// waits to be sent. A peer that closed only its side may still read: send what Output gives before calling this, and it gets
// its answers.
func (s *Session) PeerClosed() {
	s.forget()
	idle := s.hungry()
	s.peerClosed = true
	if idle {
		s.failPeerClosed()
	}
}

// failPeerClosed ends the session because nothing more will come, and tells when the last message is not whole.
func (s *Session) failPeerClosed() {
	var cut error
	if s.inside || s.handshake != nil && s.handshake.received > 0 {
		cut = status.Truncated
	}
	s.fail(status.PeerClosed, cut)
}

// hungry reports whether the next frame may be read: a frame is not taken while an event or an earlier frame waits.
func (s *Session) hungry() bool {
	return s.err == nil && !s.peerClosed && s.events.empty() && !s.replaying()
}

// feedFrames takes bytes up to the end of a frame and acts on the frame. A decoder thus never holds more than one.
func (s *Session) feedFrames(in []byte) (taken int) {
	if !s.profile.security.encrypted() {
		in = in[:min(len(in), s.missing)] // the decoder of sealed frames stops by itself
	}
	taken, err := s.frames.Feed(in)
	if err != nil {
		s.fail(kindOf(err), err)
		return taken
	}
	f, missing, err := s.frames.Next()
	switch err {
	case nil:
		s.missing, s.inside = frameStart, false
		s.heard = s.now
		s.dispatch(f)
	case status.WantInput:
		s.missing, s.inside = missing, true
	default:
		s.fail(kindOf(err), err)
	}
	return taken
}
