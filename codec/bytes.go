package codec

import (
	"encoding/binary"

	"github.com/libsv2/libsv2/status"
)

// Largest lengths of the length-prefixed byte strings.
const (
	B032Max  = 32
	B0255Max = 255
	B064KMax = 65535
	B016MMax = U24Max
)

// TakeBytes reads BYTES: n bytes without a prefix. A negative n is [status.Truncated].
func TakeBytes(b []byte, n int) (v, rest []byte, kind status.Kind) {
	if n < 0 || len(b) < n {
		return nil, nil, status.Truncated
	}
	return b[:n:n], b[n:], 0
}

// TakeB032 reads a B0_32: a length byte of 0 to 32, then that many bytes. A longer one is [status.FieldTooLong].
func TakeB032(b []byte) (v, rest []byte, kind status.Kind) {
	if len(b) >= 1 && b[0] > B032Max {
		return nil, nil, status.FieldTooLong
	}
	return TakeB0255(b)
}

// TakeB0255 reads a B0_255 or STR0_255: a length byte, then that many bytes. Strings are bytes: no NUL ends them and their
// encoding is not checked.
func TakeB0255(b []byte) (v, rest []byte, kind status.Kind) {
	if len(b) < 1 || len(b)-1 < int(b[0]) {
		return nil, nil, status.Truncated
	}
	end := 1 + int(b[0])
	return b[1:end:end], b[end:], 0
}

// TakeB064K reads a B0_64K: a U16 length, then that many bytes.
func TakeB064K(b []byte) (v, rest []byte, kind status.Kind) {
	if len(b) < 2 || len(b)-2 < int(binary.LittleEndian.Uint16(b)) {
		return nil, nil, status.Truncated
	}
	end := 2 + int(binary.LittleEndian.Uint16(b))
	return b[2:end:end], b[end:], 0
}

// TakeB016M reads a B0_16M: a U24 length, then that many bytes.
func TakeB016M(b []byte) (v, rest []byte, kind status.Kind) {
	if len(b) < 3 || len(b)-3 < int(u24(b)) {
		return nil, nil, status.Truncated
	}
	end := 3 + int(u24(b))
	return b[3:end:end], b[end:], 0
}

// AppendB032 writes a B0_32; more than 32 bytes are [status.FieldTooLong].
func AppendB032(dst, v []byte) ([]byte, status.Kind) {
	if len(v) > B032Max {
		return dst, status.FieldTooLong
	}
	return append(append(dst, byte(len(v))), v...), 0
}

// AppendB0255 writes a B0_255 or STR0_255; more than 255 bytes are [status.FieldTooLong].
func AppendB0255(dst, v []byte) ([]byte, status.Kind) {
	if len(v) > B0255Max {
		return dst, status.FieldTooLong
	}
	return append(append(dst, byte(len(v))), v...), 0
}

// AppendB064K writes a B0_64K; more than 65,535 bytes are [status.FieldTooLong].
func AppendB064K(dst, v []byte) ([]byte, status.Kind) {
	if len(v) > B064KMax {
		return dst, status.FieldTooLong
	}
	return append(AppendU16(dst, uint16(len(v))), v...), 0
}

// AppendB016M writes a B0_16M; more than 16,777,215 bytes are [status.FieldTooLong].
func AppendB016M(dst, v []byte) ([]byte, status.Kind) {
	dst, kind := AppendU24(dst, uint32(min(len(v), U24Max+1)))
	if kind != 0 {
		return dst, kind
	}
	return append(dst, v...), 0
}
