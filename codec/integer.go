package codec

import (
	"encoding/binary"
	"math"

	"github.com/libsv2/libsv2/status"
)

// U24Max is the largest value of a U24.
const U24Max = 1<<24 - 1

// TakeBool reads a BOOL, 1 byte. Bit 0 carries the value; the other bits are ignored.
func TakeBool(b []byte) (bool, []byte, status.Kind) {
	if len(b) < 1 {
		return false, nil, status.Truncated
	}
	return b[0]&1 != 0, b[1:], 0
}

// TakeU8 reads a U8, 1 byte.
func TakeU8(b []byte) (uint8, []byte, status.Kind) {
	if len(b) < 1 {
		return 0, nil, status.Truncated
	}
	return b[0], b[1:], 0
}

// TakeU16 reads a U16, 2 bytes.
func TakeU16(b []byte) (uint16, []byte, status.Kind) {
	if len(b) < 2 {
		return 0, nil, status.Truncated
	}
	return binary.LittleEndian.Uint16(b), b[2:], 0
}

// TakeU24 reads a U24, 3 bytes.
func TakeU24(b []byte) (uint32, []byte, status.Kind) {
	if len(b) < 3 {
		return 0, nil, status.Truncated
	}
	return u24(b), b[3:], 0
}

// TakeU32 reads a U32, 4 bytes.
func TakeU32(b []byte) (uint32, []byte, status.Kind) {
	if len(b) < 4 {
		return 0, nil, status.Truncated
	}
	return binary.LittleEndian.Uint32(b), b[4:], 0
}

// TakeU64 reads a U64, 8 bytes.
func TakeU64(b []byte) (uint64, []byte, status.Kind) {
	if len(b) < 8 {
		return 0, nil, status.Truncated
	}
	return binary.LittleEndian.Uint64(b), b[8:], 0
}

// TakeF32 reads an F32, 4 bytes, IEEE 754. Values that are not numbers, infinite or negative are returned as they are.
func TakeF32(b []byte) (float32, []byte, status.Kind) {
	if len(b) < 4 {
		return 0, nil, status.Truncated
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b)), b[4:], 0
}

// AppendBool writes a BOOL as 0 or 1.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// AppendU8 writes a U8.
func AppendU8(dst []byte, v uint8) []byte { return append(dst, v) }

// AppendU16 writes a U16.
func AppendU16(dst []byte, v uint16) []byte { return binary.LittleEndian.AppendUint16(dst, v) }

// AppendU24 writes a U24; v above [U24Max] is [status.FieldTooLong].
func AppendU24(dst []byte, v uint32) ([]byte, status.Kind) {
	if v > U24Max {
		return dst, status.FieldTooLong
	}
	return append(dst, byte(v), byte(v>>8), byte(v>>16)), 0
}

// AppendU32 writes a U32.
func AppendU32(dst []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(dst, v) }

// AppendU64 writes a U64.
func AppendU64(dst []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(dst, v) }

// AppendF32 writes an F32, bit for bit.
func AppendF32(dst []byte, v float32) []byte { return AppendU32(dst, math.Float32bits(v)) }

func u24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
