package sv2

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// Message is implemented by a pointer to each message struct and by [*Raw].
type Message interface {
	// Info describes the message; it is nil for a Raw.
	Info() *Info
	// Size returns the payload size in bytes.
	Size() int
	// Decode reads the message from the front of payload, borrowing it, and returns the bytes behind it.
	Decode(payload []byte) (trailing []byte, err error)
	// Validate reports the first field whose value its wire type cannot hold. Append and AppendFrame call it.
	Validate() error
	// Append writes the payload behind dst. On error it returns dst as it was.
	Append(dst []byte) ([]byte, error)
	// AppendFrame writes a whole frame behind dst in one pass: header, payload, then trailing, which holds TLVs or nothing.
	// On error it returns dst as it was.
	AppendFrame(dst, trailing []byte) ([]byte, error)
}

// Party is an end of a connection, or both.
type Party uint8

// The two ends of a connection.
const (
	Client Party = 1 << iota
	Server
)

// Protocol is the group that a message belongs to.
type Protocol uint8

// Info describes a message.
type Info struct {
	Name          string // as the specification spells it
	ExtensionType uint16
	MsgType       uint8
	ChannelMsg    bool     // the channel_msg bit that the specification gives it
	Protocol      Protocol // Common and ExtensionsNegotiation belong to every connection
	From          Party    // the end, or ends, that may send it
	BySession     bool     // package session sends it by itself: SetupConnection, RequestExtensions and their answers
	Spec          string   // section of the specification
	Fields        []FieldInfo
	Code          int // index of the field error_code or reason_code (section 3.5); 0 when the message has neither
}

// FieldInfo describes one field of a message.
type FieldInfo struct {
	Name string // as the specification spells it
	Type FieldType
}

// FieldType is a data type of specification section 3.1.
type FieldType uint8

// String returns the specification's spelling of the type.
func (t FieldType) String() string {
	if int(t) < len(fieldTypeNames) {
		return fieldTypeNames[t]
	}
	return "unknown"
}

// Messages returns the description of every known message, in the order of the specification.
func Messages() []*Info {
	all := make([]*Info, len(infos))
	for i := range infos {
		all[i] = &infos[i]
	}
	return all
}

// Raw is a message that is not known: of an extension that this library does not implement, or with a msg_type that the
// specification does not have. Payload is kept as it is.
type Raw struct {
	ExtensionType uint16
	MsgType       uint8
	ChannelMsg    bool
	Payload       []byte
}

// Info returns nil.
func (*Raw) Info() *Info { return nil }

// Size returns the payload size in bytes.
func (m *Raw) Size() int { return len(m.Payload) }

// Decode takes the whole payload, borrowing it. Nothing is left behind it.
func (m *Raw) Decode(payload []byte) (trailing []byte, err error) {
	m.Payload = payload
	return nil, nil
}

// Append writes the payload behind dst.
func (m *Raw) Append(dst []byte) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return dst, err
	}
	return append(dst, m.Payload...), nil
}

// AppendFrame writes a whole frame behind dst.
func (m *Raw) AppendFrame(dst, trailing []byte) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return dst, err
	}
	header := codec.Header{ExtensionType: m.ExtensionType, ChannelMsg: m.ChannelMsg, MsgType: m.MsgType}
	dst, err := appendHeader(dst, header, len(m.Payload)+len(trailing))
	if err != nil {
		return dst, err
	}
	return append(append(dst, m.Payload...), trailing...), nil
}

// Validate reports an extension_type with the channel_msg bit in it, and a payload without the channel_id that ChannelMsg
// promises.
func (m *Raw) Validate() error {
	if m.ExtensionType&codec.ChannelMsgBit != 0 {
		return status.Argument
	}
	if _, ok := m.ChannelID(); m.ChannelMsg && !ok {
		return &Error{Kind: status.Truncated, ExtensionType: m.ExtensionType, MsgType: m.MsgType, Field: NoField, Size: len(m.Payload)}
	}
	return nil
}

// ChannelID returns the channel_id in the first four bytes of the payload, if the channel_msg bit announces one.
func (m *Raw) ChannelID() (id uint32, ok bool) { return channelID(m.ChannelMsg, m.Payload) }
