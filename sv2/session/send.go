package session

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Send queues a message. A SubmitSharesExtended gets the user identity of the configuration behind it when extension 0x0002
// is negotiated, and nothing otherwise.
//
// A server may send Reconnect from PhaseNegotiation on, for clients that are idle after SetupConnection; everything else waits
// for EventEstablished.
//
// All or nothing is queued. Kinds that change nothing: State before the session is established and for the messages that it
// sends by itself; QueueFull while too much waits to be sent, and Limit for a message that would never fit; WrongDirection,
// WrongProtocol, WrongChannelBit, NotNegotiated, and Argument for a message that may not be sent here; Argument for an
// error_code or reason_code with a control character (section 3.5); Trailing for a Raw that holds more than its message, since
// TLVs go through SendWithTLVs; those of sv2.Message.AppendFrame and, for a Raw, of Decode; NoMemory. After the end it is the
// error of Err.
func (s *Session) Send(m sv2.Message) error { return s.send(m, s.profile.userIdentity, nil) }

// SendShare is Send for a share of the worker userIdentity, which is cut to 32 bytes; see EventUserIdentityCut.
func (s *Session) SendShare(m *sv2.SubmitSharesExtended, userIdentity []byte) error {
	if m == nil {
		return status.Argument
	}
	return s.send(m, userIdentity, nil)
}

// SendWithTLVs is Send with TLVs behind the message, of negotiated extensions and ascending by extension_type (section
// 3.4.3). That of the user identity is not among them: Send puts it in front. Kinds beside those of Send: BadTLV,
// TLVTooLong, NotNegotiated, Argument.
func (s *Session) SendWithTLVs(m sv2.Message, tlvs []byte) error {
	if s.phase != PhaseEstablished {
		return s.misuse()
	}
	last := uint16(0)
	for r := sv2.NewTLVReader(tlvs, sv2.TLVOptions{}); ; {
		t, ok, err := r.Next()
		switch {
		case err != nil:
			return err
		case !ok:
			return s.send(m, s.profile.userIdentity, tlvs)
		case t.ExtensionType < last, t.ExtensionType == sv2.ExtensionWorkerSpecificHashrateTracking:
			return status.Argument
		case !s.negotiation.on.has(t.ExtensionType):
			return status.NotNegotiated
		}
		last = t.ExtensionType
	}
}

// Forward queues a channel message of an extension that this end does not know, as a proxy has to (section 3.4.1). The
// caller has put the receiver's channel_id in the first four bytes. Argument for any other message; else as Send.
func (s *Session) Forward(f sv2.Frame) error {
	if s.phase != PhaseEstablished {
		return s.misuse()
	}
	if _, ok := f.ChannelID(); !ok || f.ExtensionType <= sv2.ExtensionExtensionsNegotiation {
		return status.Argument
	}
	raw := sv2.Raw{ExtensionType: f.ExtensionType, MsgType: f.MsgType, ChannelMsg: true, Payload: f.Payload}
	return s.queue(&raw, nil, nil, nil)
}

func (s *Session) send(m sv2.Message, userIdentity, tlvs []byte) error {
	if s.phase != PhaseEstablished && s.phase != PhaseNegotiation {
		return s.misuse()
	}
	info, err := s.sendable(m)
	// A server learns from the client's first message whether it negotiates, and some clients wait long before they send
	// it. Such a client can be sent away; nothing else can be sent to it, and what is wrong with that shows later.
	if s.phase != PhaseEstablished && (err != nil || info != reconnect) {
		return s.misuse()
	}
	if err != nil {
		return err
	}
	var identity []byte
	var cut bool
	if info == submitSharesExtended && s.negotiation.on.has(sv2.ExtensionWorkerSpecificHashrateTracking) {
		identity, cut = s.identityTLV(userIdentity)
	}
	if err := s.queue(m, info, identity, tlvs); err != nil {
		return err
	}
	if cut && !s.events.has(EventUserIdentityCut) {
		s.events.push(EventUserIdentityCut)
	}
	if info == channelEndpointChanged {
		s.endpointChangeSent()
	}
	return nil
}

// The messages that sending treats in ways of their own.
var (
	submitSharesExtended   = (*sv2.SubmitSharesExtended)(nil).Info()
	channelEndpointChanged = (*sv2.ChannelEndpointChanged)(nil).Info()
	reconnect              = (*sv2.Reconnect)(nil).Info()
)

// sendable checks that this end may send m now. info is nil for a message of an extension that sv2 does not know.
func (s *Session) sendable(m sv2.Message) (info *sv2.Info, err error) {
	if m == nil {
		return nil, status.Argument
	}
	raw, isRaw := m.(*sv2.Raw)
	if !isRaw {
		info = m.Info()
	} else if info = sv2.Lookup(raw.ExtensionType, raw.MsgType); info == nil {
		return nil, s.sendableExtension(raw.ExtensionType)
	}
	header := codec.Header{ExtensionType: info.ExtensionType, ChannelMsg: info.ChannelMsg, MsgType: info.MsgType}
	if isRaw {
		header.ChannelMsg = raw.ChannelMsg
	}
	if err := sv2.CheckFrame(sv2.Frame{Header: header}, s.family(), s.profile.role, true); err != nil {
		return nil, err
	}
	if info.BySession {
		return nil, status.State
	}
	if isRaw {
		_, trailing, err := info.Split(raw.Payload)
		if err != nil {
			return nil, err
		}
		if len(trailing) > 0 {
			return nil, status.Trailing
		}
	}
	return info, nil
}

// sendableCode checks the text for programs and people in a message: no control characters (section 3.5).
func sendableCode(info *sv2.Info, payload []byte) error {
	code, _, err := info.Split(payload)
	if err != nil {
		return err
	}
	for _, c := range code {
		if c < ' ' || c == 0x7f {
			return &sv2.Error{Kind: status.Argument, ExtensionType: info.ExtensionType, MsgType: info.MsgType, Field: info.Code, Size: len(code)}
		}
	}
	return nil
}

func (s *Session) sendableExtension(extension uint16) error {
	if extension == sv2.ExtensionCore || extension == sv2.ExtensionExtensionsNegotiation {
		return status.Argument
	}
	if !s.negotiation.on.has(extension) {
		return status.NotNegotiated
	}
	return nil
}

// misuse is the error of a call that the phase does not allow.
func (s *Session) misuse() error {
	if s.err != nil {
		return s.err
	}
	return status.State
}

// queueOwn queues a message of the session itself, for which there has to be room.
func (s *Session) queueOwn(m sv2.Message) {
	if err := s.queue(m, nil, nil, nil); err != nil {
		s.fail(kindOf(err), err)
	}
}

// queue writes the frame of m, with the two pieces behind it, where it will be sent from, and seals it there. info is nil for
// what needs no check.
func (s *Session) queue(m sv2.Message, info *sv2.Info, first, second []byte) error {
	payload := m.Size() + len(first) + len(second)
	if payload > codec.U24Max {
		return status.FrameTooLarge
	}
	size, front := codec.HeaderSize+payload, 0
	if s.profile.security.encrypted() {
		size, front = noise.SealedFrameSize(payload), noise.Headroom
	}
	if size > s.profile.limits.Output {
		return status.Limit
	}
	if size > s.output.Room() {
		return status.QueueFull
	}
	dst, kind := s.output.Writable(size)
	if kind != 0 {
		return kind
	}
	dst = dst[:size:size]
	frame, err := m.AppendFrame(dst[front:front], first)
	if err != nil {
		return err
	}
	if frame = append(frame, second...); len(frame) != codec.HeaderSize+payload {
		return status.Internal
	}
	if info != nil && info.Code > 0 {
		if err := sendableCode(info, frame[codec.HeaderSize:]); err != nil {
			return err
		}
	}
	frame[3], frame[4], frame[5] = byte(payload), byte(payload>>8), byte(payload>>16)
	if s.profile.security.encrypted() {
		if _, err := s.link.SealInPlace(dst, len(frame)); err != nil {
			s.fail(kindOf(err), err)
			return s.err
		}
	}
	s.output.Commit(size)
	return nil
}
