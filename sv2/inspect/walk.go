package inspect

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// field is one field of a payload with its value, which borrows the payload.
type field struct {
	name  string
	unit  string
	value any
}

// walk takes the payload of a known message apart. It ends in front of the first field that is not there in full, with its
// kind; rest is what follows the last field returned.
func walk(info *sv2.Info, payload []byte) (fields []field, rest []byte, kind status.Kind) {
	unit := units[uint32(info.ExtensionType)<<8|uint32(info.MsgType)]
	rest = payload
	for i, f := range info.Fields {
		value, behind, kind := sv2.TakeField(f.Type, rest)
		if kind != 0 {
			return fields, rest, kind
		}
		rest = behind
		fields = append(fields, field{name: f.Name, value: value})
		if unit != nil {
			fields[i].unit = unit[i]
		}
	}
	return fields, rest, 0
}

// Encode returns the bytes of a frame, header included. The length in the header plays no part. Kinds:
// [status.FrameTooLarge] for a payload above [sv2.PayloadSizeMax], [status.Argument] for an extension_type above 0x7fff.
func Encode(f sv2.Frame) ([]byte, error) {
	if len(f.Payload) > sv2.PayloadSizeMax {
		return nil, status.FrameTooLarge
	}
	f.MsgLength = uint32(len(f.Payload))
	b, kind := codec.AppendHeader(make([]byte, 0, codec.HeaderSize+len(f.Payload)), f.Header)
	if kind != 0 {
		return nil, kind
	}
	return append(b, f.Payload...), nil
}
