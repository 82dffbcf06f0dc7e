package session

import "github.com/libsv2/libsv2/status"

// NextEvent returns what has happened next; ok is false when nothing has. Call it until then after each other call.
func (s *Session) NextEvent() (e Event, ok bool) {
	s.forget()
	for s.events.empty() && s.replaying() {
		s.replay()
		s.forget()
	}
	if s.events.empty() && s.peerClosed {
		s.failPeerClosed()
	}
	kind, ok := s.events.pop()
	if !ok {
		return Event{}, false
	}
	e = Event{Kind: kind, Phase: s.phase}
	s.describe(&e)
	return e, true
}

func (s *Session) describe(e *Event) {
	switch e.Kind {
	case EventMessage, EventIgnored, EventUnexpected, EventRejected:
		e.Frame, e.UserIdentity, e.HasUserIdentity = s.frame, s.identity, s.identity != nil
		e.Status = s.frameStatus
	case EventSetupRequest:
		e.Frame = s.frame
		e.Protocol, e.UsedVersion, e.Flags = s.protocol, s.usedVersion, s.requestFlags
	case EventSetup:
		e.Protocol, e.UsedVersion, e.Flags = s.protocol, s.usedVersion, s.successFlags
	case EventEstablished, EventExtensions:
		e.Extensions = s.negotiation.on
	case EventEnd:
		e.Status, e.ErrorCode, e.Flags, e.Extensions = s.err.Kind, s.err.Code, s.err.Flags, s.err.Extensions
		e.Error, e.Drain = s.err, s.output.Len() > 0
		if s.err.Kind == status.ReconnectInSetup {
			e.Frame = s.frame
		}
	}
	if e.Status != 0 {
		e.Class = e.Status.Class()
	}
}
