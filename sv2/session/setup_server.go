package session

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// setupRequest is the server's side of PhaseSetup: the first message has to be SetupConnection. Its protocol is checked
// first, then the version, then the flags, and the first fault is what the client is told.
func (s *Session) setupRequest(f sv2.Frame) {
	var m sv2.SetupConnection
	if !f.Is(m.Info()) {
		s.failFrame(status.UnexpectedMessage, f)
		return
	}
	if _, err := m.Decode(f.Payload); err != nil {
		s.fail(kindOf(err), err)
		return
	}
	p := s.profile
	service := p.service(m.Protocol)
	if service == nil {
		s.refuse(status.UnsupportedProtocol, 0, sv2.ErrorCodeUnsupportedProtocol)
		return
	}
	if m.MinVersion > m.MaxVersion || m.MaxVersion < p.minVersion || m.MinVersion > p.maxVersion {
		s.refuse(status.UnsupportedVersion, 0, sv2.ErrorCodeProtocolVersionMismatch)
		return
	}
	if unsupported := m.Flags &^ service.Flags; unsupported != 0 {
		s.refuse(status.UnsupportedFlags, unsupported, sv2.ErrorCodeUnsupportedFeatureFlags)
		return
	}
	if missing := service.RequiredFlags &^ m.Flags; missing != 0 {
		s.refuse(status.MissingFlags, missing, missingFlagsCode(m.Protocol, missing))
		return
	}
	s.protocol, s.usedVersion, s.requestFlags = m.Protocol, min(m.MaxVersion, p.maxVersion), m.Flags
	if p.holdSetup {
		s.phase = PhaseDecision // within the deadline of the setup
		s.show(EventSetupRequest, f, 0)
		return
	}
	s.accept(service.SuccessFlags)
}

func missingFlagsCode(protocol uint8, missing uint32) string {
	if protocol == sv2.ProtocolJobDeclaration && missing&sv2.SetupDeclareTxData != 0 {
		return sv2.ErrorCodeMissingDeclareTxDataFlag
	}
	return sv2.ErrorCodeUnsupportedFeatureFlags
}

// AcceptSetup answers an EventSetupRequest with SetupConnection.Success. Kinds: State when there is none, Argument for flags
// that contradict the client's; the request can be answered again then.
func (s *Session) AcceptSetup(flags uint32) error {
	if s.phase != PhaseDecision {
		return s.misuse()
	}
	if contradiction(s.protocol, s.requestFlags, flags) != 0 {
		return status.Argument
	}
	s.accept(flags)
	return s.failure()
}

// RefuseSetup answers an EventSetupRequest with SetupConnection.Error and ends the session; flags are 0, or the requested
// ones that are the reason. Kinds: State when there is no request, Argument for an error code that is not 1 to 255 printable
// ASCII characters or flags that were not requested.
func (s *Session) RefuseSetup(flags uint32, errorCode string) error {
	if s.phase != PhaseDecision {
		return s.misuse()
	}
	if len(errorCode) == 0 || len(errorCode) > 255 || !ascii([]byte(errorCode)) || flags&^s.requestFlags != 0 {
		return status.Argument
	}
	s.refuse(status.SetupDeclined, flags, errorCode)
	return nil
}

func (s *Session) accept(flags uint32) {
	s.successFlags = flags
	if s.queueOwn(&sv2.SetupConnectionSuccess{UsedVersion: s.usedVersion, Flags: flags}); s.err != nil {
		return
	}
	s.settled = true
	s.events.push(EventSetup)
	s.awaitRequest()
}

// refuse tells the client why, and ends the session when that has been sent.
func (s *Session) refuse(kind status.Kind, flags uint32, code string) {
	if s.queueOwn(&sv2.SetupConnectionError{Flags: flags, ErrorCode: []byte(code)}); s.err != nil {
		return
	}
	s.end(&Error{Kind: kind, Flags: flags, Code: code}, true)
}
