package session

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// startSetup begins the phase in which SetupConnection is the only message. The client sends first.
func (s *Session) startSetup() {
	s.enter(PhaseSetup, s.profile.timeouts.Setup)
	if !s.isClient() {
		return
	}
	m := &s.profile.setup
	s.protocol, s.requestFlags = m.Protocol, m.Flags
	s.queueOwn(m)
}

// setupAnswer is the client's side of PhaseSetup. The server sends nothing before its answer; what belongs to an extension is
// discarded all the same (section 3.4.1).
func (s *Session) setupAnswer(f sv2.Frame) {
	switch {
	case f.Is((*sv2.SetupConnectionSuccess)(nil).Info()):
		s.setupSuccess(f)
	case f.Is((*sv2.SetupConnectionError)(nil).Info()):
		s.setupError(f)
	case f.Is((*sv2.Reconnect)(nil).Info()):
		s.reconnectInSetup(f)
	case f.Is((*sv2.RequestExtensionsSuccess)(nil).Info()), f.Is((*sv2.RequestExtensionsError)(nil).Info()):
		s.failFrame(status.UnsolicitedAnswer, f)
	case f.ExtensionType > sv2.ExtensionExtensionsNegotiation:
		s.unknown(f)
	default:
		s.failFrame(status.UnexpectedMessage, f)
	}
}

func (s *Session) setupSuccess(f sv2.Frame) {
	var m sv2.SetupConnectionSuccess
	if _, err := m.Decode(f.Payload); err != nil {
		s.fail(kindOf(err), err)
		return
	}
	if m.UsedVersion < s.profile.minVersion || m.UsedVersion > s.profile.maxVersion {
		s.failFrame(status.UsedVersion, f)
		return
	}
	refused := contradiction(s.protocol, s.requestFlags, m.Flags) | m.Flags&s.profile.refuseFlags
	if refused != 0 {
		s.end(&Error{Kind: status.SuccessFlags, Flags: refused}, false)
		return
	}
	s.usedVersion, s.successFlags, s.settled = m.UsedVersion, m.Flags, true
	s.events.push(EventSetup)
	s.startNegotiation()
}

func (s *Session) setupError(f sv2.Frame) {
	var m sv2.SetupConnectionError
	if _, err := m.Decode(f.Payload); err != nil {
		s.fail(kindOf(err), err)
		return
	}
	s.end(&Error{Kind: status.SetupRefused, Code: string(m.ErrorCode), Flags: m.Flags}, false)
}

// reconnectInSetup ends a connection that the server gives up before it is established. It is not a message that waits: the
// server is not going to answer.
func (s *Session) reconnectInSetup(f sv2.Frame) {
	s.frame = f
	s.failFrame(status.ReconnectInSetup, f)
}

// contradiction returns the bits of SetupConnection.Success.flags that a client with these bits in SetupConnection.flags
// cannot comply with (section 5.3.1). Only Mining has any; bits without a meaning contradict nothing.
func contradiction(protocol uint8, request, success uint32) (bits uint32) {
	if protocol != sv2.ProtocolMining {
		return 0
	}
	if request&sv2.SetupRequiresVersionRolling != 0 {
		bits |= success & sv2.SetupSuccessRequiresFixedVersion
	}
	if request&sv2.SetupRequiresStandardJobs != 0 {
		bits |= success & sv2.SetupSuccessRequiresExtendedChannels
	}
	return bits
}
