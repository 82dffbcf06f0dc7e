package codec

import (
	"encoding/binary"

	"github.com/libsv2/libsv2/status"
)

const (
	// HeaderSize is the size of a frame header in bytes.
	HeaderSize = 6
	// ChannelMsgBit marks, in the extension_type of a frame header, a message whose payload starts with a channel_id.
	ChannelMsgBit = 0x8000
)

// Header is a frame header (specification section 3.2).
type Header struct {
	ExtensionType uint16 // without the channel_msg bit
	ChannelMsg    bool   // the channel_msg bit
	MsgType       uint8
	MsgLength     uint32 // payload bytes that follow, at most 2^24-1
}

// TakeHeader reads a frame header, 6 bytes.
func TakeHeader(b []byte) (Header, []byte, status.Kind) {
	if len(b) < HeaderSize {
		return Header{}, nil, status.Truncated
	}
	extension := binary.LittleEndian.Uint16(b)
	return Header{
		ExtensionType: extension &^ ChannelMsgBit,
		ChannelMsg:    extension&ChannelMsgBit != 0,
		MsgType:       b[2],
		MsgLength:     u24(b[3:]),
	}, b[HeaderSize:], 0
}

// AppendHeader writes a frame header. An extension_type that has the channel_msg bit in it is [status.Argument]; a length
// above 2^24-1 is [status.FrameTooLarge].
func AppendHeader(dst []byte, h Header) ([]byte, status.Kind) {
	if h.ExtensionType&ChannelMsgBit != 0 {
		return dst, status.Argument
	}
	if h.MsgLength > U24Max {
		return dst, status.FrameTooLarge
	}
	extension := h.ExtensionType
	if h.ChannelMsg {
		extension |= ChannelMsgBit
	}
	return append(dst, byte(extension), byte(extension>>8), h.MsgType,
		byte(h.MsgLength), byte(h.MsgLength>>8), byte(h.MsgLength>>16)), 0
}
