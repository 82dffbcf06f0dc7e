package codec

import "github.com/libsv2/libsv2/status"

// OptionU32 is an OPTION[U32]: a value that may be absent. The zero value is absent.
type OptionU32 struct {
	Value   uint32
	Present bool
}

// SomeU32 returns a present option.
func SomeU32(v uint32) OptionU32 { return OptionU32{Value: v, Present: true} }

// Size returns the encoded size: 1 byte when absent, 5 when present.
func (o OptionU32) Size() int {
	if o.Present {
		return 5
	}
	return 1
}

// TakeOptionU32 reads an OPTION[U32]: a count of 0 or 1, then that many U32. A larger count is [status.BadOption].
func TakeOptionU32(b []byte) (OptionU32, []byte, status.Kind) {
	n, rest, kind := TakeU8(b)
	switch {
	case kind != 0 || n == 0:
		return OptionU32{}, rest, kind
	case n > 1:
		return OptionU32{}, nil, status.BadOption
	}
	v, rest, kind := TakeU32(rest)
	return OptionU32{v, kind == 0}, rest, kind
}

// AppendOptionU32 writes an OPTION[U32].
func AppendOptionU32(dst []byte, o OptionU32) []byte {
	if !o.Present {
		return append(dst, 0)
	}
	return AppendU32(append(dst, 1), o.Value)
}
