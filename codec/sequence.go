package codec

import (
	"encoding/binary"
	"iter"

	"github.com/libsv2/libsv2/status"
)

// Largest element counts of the two kinds of sequence.
const (
	Seq0255Max = 255
	Seq064KMax = 65535
)

// SeqU256 is the body of a sequence of U256: 32 bytes per element, without the count.
type SeqU256 []byte

// Len returns the number of elements.
func (s SeqU256) Len() int { return len(s) / U256Size }

// At returns element i; it panics when i is out of range.
func (s SeqU256) At(i int) U256 { return U256(s[U256Size*i:]) }

// AppendU256 returns s with one more element.
func (s SeqU256) AppendU256(v U256) SeqU256 { return append(s, v[:]...) }

// SeqU32 is the body of a sequence of U32: 4 bytes per element, without the count.
type SeqU32 []byte

// Len returns the number of elements.
func (s SeqU32) Len() int { return len(s) / 4 }

// At returns element i; it panics when i is out of range.
func (s SeqU32) At(i int) uint32 { return binary.LittleEndian.Uint32(s[4*i:]) }

// AppendU32 returns s with one more element.
func (s SeqU32) AppendU32(v uint32) SeqU32 { return binary.LittleEndian.AppendUint32(s, v) }

// SeqU16 is the body of a sequence of U16: 2 bytes per element, without the count.
type SeqU16 []byte

// Len returns the number of elements.
func (s SeqU16) Len() int { return len(s) / 2 }

// At returns element i; it panics when i is out of range.
func (s SeqU16) At(i int) uint16 { return binary.LittleEndian.Uint16(s[2*i:]) }

// AppendU16 returns s with one more element.
func (s SeqU16) AppendU16(v uint16) SeqU16 { return binary.LittleEndian.AppendUint16(s, v) }

// SeqB016M is the body of a sequence of B0_16M, checked once when it is made. The zero value is an empty sequence.
type SeqB016M struct {
	raw   []byte
	count int
}

// NewSeqB016M checks that raw holds exactly count elements, each a U24 length and that many bytes, and borrows it. If it does
// not, that is [status.BadSequence]; more than 65,535 elements are [status.FieldTooLong].
func NewSeqB016M(raw []byte, count int) (SeqB016M, status.Kind) {
	switch {
	case count < 0:
		return SeqB016M{}, status.BadSequence
	case count > Seq064KMax:
		return SeqB016M{}, status.FieldTooLong
	}
	s, rest, kind := takeB016Ms(raw, count)
	if kind != 0 || len(rest) != 0 {
		return SeqB016M{}, status.BadSequence
	}
	return s, 0
}

// Len returns the number of elements.
func (s SeqB016M) Len() int { return s.count }

// Raw returns the elements as they are encoded, each with its U24 length, without the count.
func (s SeqB016M) Raw() []byte { return s.raw }

// Append returns s with one more element. It is [status.FieldTooLong] for an element above 16,777,215 bytes and
// [status.Limit] for more than 65,535 elements.
func (s SeqB016M) Append(v []byte) (SeqB016M, status.Kind) {
	if s.count >= Seq064KMax {
		return s, status.Limit
	}
	raw, kind := AppendB016M(s.raw, v)
	if kind != 0 {
		return s, kind
	}
	return SeqB016M{raw, s.count + 1}, 0
}

// All yields the elements in order; each borrows what the sequence borrows.
func (s SeqB016M) All() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for rest := s.raw; len(rest) > 0; {
			var v []byte
			v, rest, _ = TakeB016M(rest)
			if !yield(v) {
				return
			}
		}
	}
}

// TakeSeq0255 reads a SEQ0_255 of elements with a fixed size in bytes and returns its body.
func TakeSeq0255(b []byte, size int) (body, rest []byte, kind status.Kind) {
	if len(b) < 1 {
		return nil, nil, status.Truncated
	}
	return TakeBytes(b[1:], int(b[0])*size)
}

// TakeSeq064K reads a SEQ0_64K of elements with a fixed size in bytes and returns its body.
func TakeSeq064K(b []byte, size int) (body, rest []byte, kind status.Kind) {
	if len(b) < 2 {
		return nil, nil, status.Truncated
	}
	return TakeBytes(b[2:], int(binary.LittleEndian.Uint16(b))*size)
}

// TakeSeq064KB016M reads a SEQ0_64K[B0_16M].
func TakeSeq064KB016M(b []byte) (SeqB016M, []byte, status.Kind) {
	if len(b) < 2 {
		return SeqB016M{}, nil, status.Truncated
	}
	return takeB016Ms(b[2:], int(binary.LittleEndian.Uint16(b)))
}

func takeB016Ms(b []byte, count int) (SeqB016M, []byte, status.Kind) {
	rest := b
	for range count {
		var kind status.Kind
		if _, rest, kind = TakeB016M(rest); kind != 0 {
			return SeqB016M{}, nil, kind
		}
	}
	n := len(b) - len(rest)
	return SeqB016M{b[:n:n], count}, rest, 0
}

// AppendSeq0255 writes a SEQ0_255 from its body. A body that is no whole number of elements is [status.BadSequence], one of
// more than 255 elements is [status.FieldTooLong].
func AppendSeq0255(dst, body []byte, size int) ([]byte, status.Kind) {
	if kind := CheckSeq(body, size, Seq0255Max); kind != 0 {
		return dst, kind
	}
	return append(append(dst, byte(len(body)/size)), body...), 0
}

// AppendSeq064K writes a SEQ0_64K from its body, with the same refusals for 65,535 elements.
func AppendSeq064K(dst, body []byte, size int) ([]byte, status.Kind) {
	if kind := CheckSeq(body, size, Seq064KMax); kind != 0 {
		return dst, kind
	}
	return append(AppendU16(dst, uint16(len(body)/size)), body...), 0
}

// CheckSeq reports whether body is a sequence of at most max elements of a fixed size in bytes.
func CheckSeq(body []byte, size, max int) status.Kind {
	switch {
	case len(body)%size != 0:
		return status.BadSequence
	case len(body)/size > max:
		return status.FieldTooLong
	}
	return 0
}

// AppendSeq064KB016M writes a SEQ0_64K[B0_16M].
func AppendSeq064KB016M(dst []byte, s SeqB016M) []byte {
	return append(AppendU16(dst, uint16(s.count)), s.raw...)
}
