package session

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// startNegotiation asks for extensions right behind SetupConnection.Success, or goes on without when none are wanted.
func (s *Session) startNegotiation() {
	s.negotiation.requestID = s.profile.requestID - 1
	if len(s.profile.request) == 0 {
		s.establish()
		return
	}
	s.enter(PhaseNegotiation, s.profile.timeouts.Negotiation)
	s.request(s.profile.request)
}

// request sends RequestExtensions. The set is kept until the answer.
func (s *Session) request(asked extensionSet) {
	n := &s.negotiation
	n.asked, n.waiting = asked, true
	n.requestID++ // wraps
	n.attempts++
	s.setDeadline(s.profile.timeouts.Negotiation)
	var room [2 * MaxExtensions]byte
	s.queueOwn(&sv2.RequestExtensions{RequestID: n.requestID, RequestedExtensions: asked.wire(room[:0])})
}

// extensionsAnswer acts on the answer to the request under way.
func (s *Session) extensionsAnswer(f sv2.Frame) {
	if f.MsgType == (*sv2.RequestExtensionsSuccess)(nil).Info().MsgType {
		s.extensionsSuccess(f)
	} else {
		s.extensionsError(f)
	}
}

func (s *Session) extensionsSuccess(f sv2.Frame) {
	var m sv2.RequestExtensionsSuccess
	if _, err := m.Decode(f.Payload); err != nil {
		s.fail(kindOf(err), err)
		return
	}
	n := &s.negotiation
	on, ok := subset(m.SupportedExtensions, n.asked)
	if m.RequestID != n.requestID || !ok || len(on) != m.SupportedExtensions.Len() {
		s.failFrame(status.ExtensionsAnswer, f)
		return
	}
	if missing := s.profile.required.without(nil, on); len(missing) > 0 {
		s.end(&Error{Kind: status.ExtensionsRequired, Extensions: missing}, false)
		return
	}
	s.settle(on)
}

// extensionsError asks once more, for what the server does not refuse and what it requires. When that is nothing, and after
// a second Error, the connection goes on without extensions if both ends can.
func (s *Session) extensionsError(f sv2.Frame) {
	var m sv2.RequestExtensionsError
	if _, err := m.Decode(f.Payload); err != nil {
		s.fail(kindOf(err), err)
		return
	}
	n := &s.negotiation
	unsupported, ok := subset(m.UnsupportedExtensions, n.asked)
	if m.RequestID != n.requestID || !ok {
		s.failFrame(status.ExtensionsAnswer, f)
		return
	}
	if missing := s.profile.required.and(nil, unsupported); len(missing) > 0 {
		s.end(&Error{Kind: status.ExtensionsRequired, Extensions: missing}, false)
		return
	}
	demanded, ok := subset(m.RequiredExtensions, s.profile.supported)
	if !ok {
		s.end(&Error{Kind: status.ExtensionsDemanded, Extensions: foreign(m.RequiredExtensions, s.profile.supported)}, false)
		return
	}
	if len(demanded.and(nil, unsupported)) > 0 {
		s.failFrame(status.ExtensionsAnswer, f) // it requires what it does not support
		return
	}
	again := newExtensionSet(n.asked.without(nil, unsupported), demanded)
	switch {
	case len(again) > 0 && n.attempts == 1:
		s.request(again)
	case len(demanded) > 0:
		s.end(&Error{Kind: status.ExtensionsDemanded, Extensions: demanded}, false)
	case len(s.profile.required) > 0:
		s.end(&Error{Kind: status.ExtensionsRequired, Extensions: s.profile.required}, false)
	default:
		s.settle(nil)
	}
}

// endpointChanged gives the message to the program, then starts anew what a server and a client have negotiated (section
// 3.6.4). Negotiation is per connection, so the change of one channel ends the extensions of all; messages do not wait for
// the answer, because jobs and shares are on their way.
func (s *Session) endpointChanged(f sv2.Frame) {
	var m sv2.ChannelEndpointChanged
	if _, err := m.Decode(f.Payload); err != nil {
		s.fail(kindOf(err), err)
		return
	}
	s.show(EventMessage, f, 0)
	if len(s.profile.request) == 0 || s.negotiation.waiting {
		return
	}
	s.negotiation.done(nil)
	s.events.push(EventExtensionsReset)
	s.request(s.profile.request)
}

// subset returns the distinct elements of a list, which a peer made as long as it liked; ok is false when it has others
// than those of the set.
func subset(list codec.SeqU16, of extensionSet) (found extensionSet, ok bool) {
	var seen [MaxExtensions]bool
	for i := range list.Len() {
		at, has := of.find(list.At(i))
		if !has {
			return nil, false
		}
		seen[at] = true
	}
	for at, extension := range of {
		if seen[at] {
			found = append(found, extension)
		}
	}
	return found, true
}

// foreign returns some of the elements of a list that are not in a set.
func foreign(list codec.SeqU16, set extensionSet) []uint16 {
	var others []uint16
	for i := 0; i < list.Len() && len(others) < MaxExtensions; i++ {
		if extension := list.At(i); !set.has(extension) {
			others = append(others, extension)
		}
	}
	return newExtensionSet(others)
}
