package session

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// negotiation is the state of extension 0x0001 on this connection.
type negotiation struct {
	on        extensionSet // negotiated
	asked     extensionSet // client: what the request under way asks for
	waiting   bool         // client: for an answer; server: a request may come
	attempts  uint8        // requests sent, or received, in this negotiation
	requestID uint16       // client: of the request under way
}

// done ends the negotiation with the set on, which it keeps.
func (n *negotiation) done(on extensionSet) {
	*n = negotiation{on: on, requestID: n.requestID}
}

// negotiate acts on a message of extension 0x0001 that the peer may send.
func (s *Session) negotiate(f sv2.Frame) {
	switch {
	case s.isClient() && !s.negotiation.waiting:
		s.failFrame(status.UnsolicitedAnswer, f)
	case s.isClient():
		s.extensionsAnswer(f)
	case s.phase == PhaseDecision:
		s.hold(f)
	case !s.negotiation.waiting:
		s.failFrame(status.DuplicateNegotiation, f)
	default:
		s.extensionsRequest(f)
	}
}

// settle fixes the negotiated set. The program learns it before it gets the next message.
func (s *Session) settle(on extensionSet) {
	s.negotiation.done(on)
	if s.phase == PhaseNegotiation {
		s.establish()
		return
	}
	s.setDeadline(Never)
	s.events.push(EventExtensions)
}

// negotiationExpired acts on the deadline of a negotiation.
func (s *Session) negotiationExpired() {
	switch {
	case !s.isClient():
		s.fail(status.NegotiationTimeout, nil)
	case s.profile.onTimeout == OnTimeoutContinue:
		s.settle(nil)
	case s.profile.onTimeout == OnTimeoutReconnect:
		s.fail(status.NegotiationTimeout, nil)
	default:
		s.end(&Error{Kind: status.ExtensionsIgnored, Extensions: s.profile.required}, false)
	}
}
