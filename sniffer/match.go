package sniffer

import (
	"bytes"

	"github.com/libsv2/libsv2/sv2"
)

// Direction is which way a frame goes. Both values together mean either.
type Direction uint8

// The directions.
const (
	ToServer Direction = 1 << iota
	ToClient
	Either = ToServer | ToClient
)

// String returns "to-server", "to-client" or "either".
func (d Direction) String() string {
	switch d {
	case ToServer:
		return "to-server"
	case ToClient:
		return "to-client"
	}
	return "either"
}

// from returns the direction of what this end sends.
func from(role sv2.Party) Direction {
	if role == sv2.Client {
		return ToServer
	}
	return ToClient
}

// Matcher tells whether a frame is the one meant. It must not keep or change the frame; that of a [Rule] must not call the
// [Relay].
type Matcher func(f sv2.Frame) bool

// Any matches every frame.
func Any(sv2.Frame) bool { return true }

// Is matches frames with a message of the same kind as m, whatever their content; it may be malformed.
func Is(m sv2.Message) Matcher {
	if raw, ok := m.(*sv2.Raw); ok {
		return Pair(raw.ExtensionType, raw.MsgType)
	}
	return func(f sv2.Frame) bool { return f.Is(m.Info()) }
}

// Pair matches frames by extension_type, without the channel_msg bit, and msg_type.
func Pair(extensionType uint16, msgType uint8) Matcher {
	return func(f sv2.Frame) bool { return f.ExtensionType == extensionType && f.MsgType == msgType }
}

// Equal matches frames with exactly this message and nothing behind it.
func Equal(m sv2.Message) Matcher {
	is := Is(m)
	want, err := m.Append(nil)
	return func(f sv2.Frame) bool { return err == nil && is(f) && bytes.Equal(f.Payload, want) }
}

// Where matches frames with a well-formed message of type M of which test is true:
//
//	sniffer.Where(func(m *sv2.SetTarget) bool { return m.ChannelID == 2 })
func Where[M sv2.Message](test func(m M) bool) Matcher {
	return func(f sv2.Frame) bool {
		m, ok := As[M](f)
		return ok && test(m)
	}
}

// As decodes a frame as a message of type M, which borrows it; ok is false when it holds another one, or is malformed.
func As[M sv2.Message](f sv2.Frame) (m M, ok bool) {
	any, _, err := new(sv2.AnyMessage).Decode(f)
	if err != nil {
		return m, false
	}
	m, ok = any.(M)
	return m, ok
}
