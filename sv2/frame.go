package sv2

import (
	"encoding/binary"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// Frame is one frame: its header, and its payload as a view into the bytes that it was found in.
type Frame struct {
	codec.Header
	Payload []byte
}

// ChannelID returns the channel_id in the first four bytes of the payload, if the channel_msg bit announces one.
func (f Frame) ChannelID() (id uint32, ok bool) { return channelID(f.ChannelMsg, f.Payload) }

// Is reports whether the frame holds the message that info describes. The channel_msg bit plays no part.
func (f Frame) Is(info *Info) bool {
	return f.ExtensionType == info.ExtensionType && f.MsgType == info.MsgType
}

func (f Frame) fault(kind status.Kind) *Error {
	return &Error{Kind: kind, ExtensionType: f.ExtensionType, MsgType: f.MsgType, Field: NoField, Size: int(f.MsgLength)}
}

func channelID(channelMsg bool, payload []byte) (uint32, bool) {
	if !channelMsg || len(payload) < 4 {
		return 0, false
	}
	return binary.LittleEndian.Uint32(payload), true
}

// TakeFrame reads one frame from the front of b, borrowing it, and returns the bytes behind it. A frame that has not fully
// arrived is [status.WantInput], with at least missing bytes to come. A header that states more than maxPayload bytes is an
// [*Error] of kind [status.FrameTooLarge]; the stream cannot go on after it.
func TakeFrame(b []byte, maxPayload int) (f Frame, rest []byte, missing int, err error) {
	h, rest, kind := codec.TakeHeader(b)
	if kind != 0 {
		return Frame{}, b, codec.HeaderSize - len(b), status.WantInput
	}
	if int(h.MsgLength) > maxPayload {
		return Frame{}, b, 0, tooLarge(h, maxPayload)
	}
	n := int(h.MsgLength)
	if len(rest) < n {
		return Frame{}, b, n - len(rest), status.WantInput
	}
	return Frame{h, rest[:n:n]}, rest[n:], 0, nil
}

// EachFrame calls each with every complete frame from the front of b, and its number, but at most limit times. It returns
// how many calls succeeded, the bytes behind the last frame that was passed and, when fewer than limit were there, how many
// bytes the next frame still misses. What each fails with ends it. An error of EachFrame itself concerns the frame that
// rest starts with.
func EachFrame(b []byte, maxPayload, limit int, each func(i int, f Frame) error) (n int, rest []byte, missing int, err error) {
	for rest = b; n < limit; n++ {
		f, behind, missing, err := TakeFrame(rest, maxPayload)
		if err == status.WantInput {
			return n, rest, missing, nil
		}
		if err != nil {
			return n, rest, 0, err
		}
		rest = behind
		if err := each(n, f); err != nil {
			return n, rest, 0, err
		}
	}
	return n, rest, 0, nil
}

// TakeFrames is EachFrame into a slice.
func TakeFrames(b []byte, maxPayload int, frames []Frame) (n int, rest []byte, missing int, err error) {
	return EachFrame(b, maxPayload, len(frames), func(i int, f Frame) error {
		frames[i] = f
		return nil
	})
}

func tooLarge(h codec.Header, maxPayload int) error {
	return &Error{
		Kind: status.FrameTooLarge, ExtensionType: h.ExtensionType, MsgType: h.MsgType, Field: NoField,
		Size: int(h.MsgLength), Limit: maxPayload,
	}
}

// DecodeFrame decodes the frame as m. A frame with another message in it is [status.UnexpectedMessage].
func DecodeFrame(f Frame, m Message) (trailing []byte, err error) {
	if raw, ok := m.(*Raw); ok {
		*raw = Raw{f.ExtensionType, f.MsgType, f.ChannelMsg, f.Payload}
		return nil, raw.Validate()
	}
	if !f.Is(m.Info()) {
		return nil, f.fault(status.UnexpectedMessage)
	}
	return m.Decode(f.Payload)
}

// Decode decodes the frame, whatever it holds. The message is part of a and borrows the frame; it is valid until the next
// call. A message that is not known comes as a [*Raw]; it is an error only when the channel_msg bit is set and there is no
// channel_id.
func (a *AnyMessage) Decode(f Frame) (m Message, trailing []byte, err error) {
	if m = a.pick(f.ExtensionType, f.MsgType); m == nil {
		a.raw = Raw{f.ExtensionType, f.MsgType, f.ChannelMsg, f.Payload}
		return &a.raw, nil, a.raw.Validate()
	}
	trailing, err = m.Decode(f.Payload)
	return m, trailing, err
}

// FrameSize returns the size in bytes of the frame that holds m and the trailing bytes.
func FrameSize(m Message, trailing []byte) int { return codec.HeaderSize + m.Size() + len(trailing) }

// appendFrameHeader writes the header of a known message behind dst.
func appendFrameHeader(dst []byte, message, size int) ([]byte, error) {
	info := &infos[message]
	return appendHeader(dst, codec.Header{
		ExtensionType: info.ExtensionType, ChannelMsg: info.ChannelMsg, MsgType: info.MsgType,
	}, size)
}

func appendHeader(dst []byte, h codec.Header, size int) ([]byte, error) {
	if size > codec.U24Max {
		e := Frame{Header: h}.fault(status.FrameTooLarge)
		e.Size, e.Limit = size, codec.U24Max
		return dst, e
	}
	h.MsgLength = uint32(size)
	dst, kind := codec.AppendHeader(dst, h)
	if kind != 0 {
		return dst, Frame{Header: h}.fault(kind)
	}
	return dst, nil
}
