package session

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// dispatch acts on a frame of the peer, one that has just come or one that was held. Messages are told apart by the pair of
// extension_type and msg_type: RequestExtensions.Success has the msg_type of SetupConnection.Success.
func (s *Session) dispatch(f sv2.Frame) {
	if s.phase == PhaseSetup {
		s.dispatchSetup(f)
		return
	}
	if s.profile.ignoreRequests && f.ExtensionType == sv2.ExtensionExtensionsNegotiation {
		s.show(EventIgnored, f, status.UnknownMessage) // an extension like any other that is not known
		return
	}
	err := sv2.CheckFrame(f, s.family(), s.peer(), s.profile.strict)
	if err != nil {
		if kind := kindOf(err); kind != status.UnknownMessage {
			s.fail(kind, err)
			return
		}
		s.unknown(f)
		return
	}
	switch {
	case f.ExtensionType == sv2.ExtensionExtensionsNegotiation:
		s.negotiate(f)
	case f.Is((*sv2.SetupConnection)(nil).Info()):
		s.failFrame(status.DuplicateSetup, f)
	case f.Is((*sv2.SetupConnectionSuccess)(nil).Info()), f.Is((*sv2.SetupConnectionError)(nil).Info()):
		s.failFrame(status.UnsolicitedAnswer, f)
	default:
		s.message(f)
	}
}

// dispatchSetup acts on a frame before the protocol of the connection is known.
func (s *Session) dispatchSetup(f sv2.Frame) {
	info := sv2.Lookup(f.ExtensionType, f.MsgType)
	switch {
	case info != nil && info.From&s.peer() == 0:
		s.failFrame(status.WrongDirection, f)
	case info != nil && s.profile.strict && info.ChannelMsg != f.ChannelMsg:
		s.failFrame(status.WrongChannelBit, f)
	case s.isClient():
		s.setupAnswer(f)
	default:
		s.setupRequest(f)
	}
}

// message acts on a message that the program is to get.
func (s *Session) message(f sv2.Frame) {
	switch {
	case s.gated() && f.Is((*sv2.Reconnect)(nil).Info()):
		s.reconnectInSetup(f)
		return
	case s.gated():
		s.hold(f)
		return
	case s.phase == PhaseNegotiation && len(s.profile.required) > 0:
		// The client has not asked, or not again, for what it has to ask for (extension 0x0001, section 4.6).
		s.end(&Error{Kind: status.ExtensionsRequired, Extensions: s.profile.required, Err: fault(status.UnexpectedMessage, f)}, true)
		return
	case s.phase == PhaseNegotiation:
		s.negotiation.done(nil) // a client that does not ask wants none
		s.establish()
	}
	switch {
	case f.Is((*sv2.ChannelEndpointChanged)(nil).Info()):
		s.endpointChanged(f)
	case f.Is((*sv2.SubmitSharesExtended)(nil).Info()) && s.negotiation.on.has(sv2.ExtensionWorkerSpecificHashrateTracking):
		s.shareOfWorker(f)
	default:
		s.show(EventMessage, f, 0)
	}
}

// unknown acts on a message that sv2 has no description of.
func (s *Session) unknown(f sv2.Frame) {
	extension := f.ExtensionType
	switch {
	case extension == sv2.ExtensionCore, extension == sv2.ExtensionExtensionsNegotiation:
		s.show(EventUnexpected, f, status.UnknownMessage)
	case s.negotiation.on.has(extension):
		s.show(EventMessage, f, 0)
	case s.gated() && s.negotiation.asked.has(extension):
		s.hold(f) // the answer that allows it may be on its way
	default:
		s.show(EventIgnored, f, status.UnknownMessage)
	}
}

// show makes the event whose frame this is.
func (s *Session) show(kind EventKind, f sv2.Frame, why status.Kind) {
	s.frame, s.frameStatus = f, why
	s.events.push(kind)
}

// failFrame ends the session because of a message.
func (s *Session) failFrame(kind status.Kind, f sv2.Frame) {
	s.fail(kind, fault(kind, f))
}

func fault(kind status.Kind, f sv2.Frame) *sv2.Error {
	return &sv2.Error{Kind: kind, ExtensionType: f.ExtensionType, MsgType: f.MsgType, Field: sv2.NoField, Size: int(f.MsgLength)}
}
