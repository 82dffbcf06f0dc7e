package codec

import (
	"encoding/binary"

	"github.com/libsv2/libsv2/status"
)

// TLVHeaderSize is the number of bytes in front of a TLV's value.
const TLVHeaderSize = 5

// TLV is an optional field that an extension puts behind a message (specification section 3.4.3).
type TLV struct {
	ExtensionType uint16
	FieldType     uint8
	Value         []byte // at most 65,535 bytes
}

// TakeTLV reads a TLV: extension_type U16, field_type U8, length U16, value; all little-endian. One that is cut short is
// [status.BadTLV].
func TakeTLV(b []byte) (TLV, []byte, status.Kind) { return takeTLV(b, binary.LittleEndian) }

// TakeTLVBigEndian reads a TLV whose two integers are big-endian, as the example of specification section 3.4.3 has them,
// against section 3.1.
func TakeTLVBigEndian(b []byte) (TLV, []byte, status.Kind) { return takeTLV(b, binary.BigEndian) }

func takeTLV[O binary.ByteOrder](b []byte, order O) (TLV, []byte, status.Kind) {
	if len(b) < TLVHeaderSize {
		return TLV{}, nil, status.BadTLV
	}
	value, rest, kind := TakeBytes(b[TLVHeaderSize:], int(order.Uint16(b[3:])))
	if kind != 0 {
		return TLV{}, nil, status.BadTLV
	}
	return TLV{order.Uint16(b), b[2], value}, rest, 0
}

// AppendTLV writes a TLV; a value above 65,535 bytes is [status.FieldTooLong].
func AppendTLV(dst []byte, t TLV) ([]byte, status.Kind) {
	if len(t.Value) > B064KMax {
		return dst, status.FieldTooLong
	}
	dst = append(AppendU16(dst, t.ExtensionType), t.FieldType)
	return append(AppendU16(dst, uint16(len(t.Value))), t.Value...), 0
}
