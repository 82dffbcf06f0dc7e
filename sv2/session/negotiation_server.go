package session

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// awaitRequest begins the server's side of a negotiation. A client that has to ask gets a deadline; another one may start
// with any message.
func (s *Session) awaitRequest() {
	if s.profile.ignoreRequests {
		s.establish()
		return
	}
	s.negotiation.waiting = true
	s.enter(PhaseNegotiation, s.requestTimeout())
}

func (s *Session) requestTimeout() uint32 {
	if len(s.profile.required) == 0 {
		return Never
	}
	return s.profile.timeouts.Negotiation
}

// extensionsRequest answers RequestExtensions. The result depends on nothing but the two sets. A client gets one more try
// after an Error; what the second request leads to is final.
func (s *Session) extensionsRequest(f sv2.Frame) {
	var m sv2.RequestExtensions
	if _, err := m.Decode(f.Payload); err != nil {
		s.fail(kindOf(err), err)
		return
	}
	if m.RequestedExtensions.Len() > MaxExtensions {
		s.failFrame(status.TooManyExtensions, f)
		return
	}
	var room [MaxExtensions]uint16
	list := room[:0]
	for i := range m.RequestedExtensions.Len() {
		list = append(list, m.RequestedExtensions.At(i))
	}
	p, requested := s.profile, newExtensionSet(list)
	on := requested.and(nil, p.supported)
	missing := p.required.without(nil, requested)
	s.negotiation.attempts++
	if len(missing) == 0 && (len(on) > 0 || len(requested) == 0) {
		var wire [2 * MaxExtensions]byte
		s.queueOwn(&sv2.RequestExtensionsSuccess{RequestID: m.RequestID, SupportedExtensions: on.wire(wire[:0])})
		if s.err == nil {
			s.settle(on)
		}
		return
	}
	s.refuseExtensions(m.RequestID, requested, missing)
}

func (s *Session) refuseExtensions(requestID uint16, requested, missing extensionSet) {
	unsupported := requested.without(nil, s.profile.supported)
	s.queueOwn(&sv2.RequestExtensionsError{
		RequestID: requestID, UnsupportedExtensions: unsupported.wire(nil), RequiredExtensions: missing.wire(nil),
	})
	switch {
	case s.err != nil:
	case s.negotiation.attempts == 1:
		s.setDeadline(s.requestTimeout())
	case len(missing) > 0:
		s.end(&Error{Kind: status.ExtensionsRequired, Extensions: missing}, true)
	default:
		s.settle(nil)
	}
}

// endpointChangeSent lets the client negotiate again, with no extension on until it has.
func (s *Session) endpointChangeSent() {
	if s.profile.ignoreRequests {
		return
	}
	s.negotiation.done(nil)
	s.negotiation.waiting = true
	s.setDeadline(s.requestTimeout())
}
