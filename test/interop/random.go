package main

import (
	"math"
	"math/rand/v2"
	"reflect"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// random makes messages and what else a pair needs, the same for the same seed.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 0))} }

func (r random) bytes(n int) []byte {
	b := make([]byte, (n+7)/8*8)
	for i := 0; i < len(b); i += 8 {
		codec.AppendU64(b[:i], r.Uint64())
	}
	return b[:n]
}

// Read fills b, so that a random is an io.Reader. It never fails.
func (r random) Read(b []byte) (int, error) { return copy(b, r.bytes(len(b))), nil }

// blank returns an empty message of the kind that info describes.
func blank(info *sv2.Info) sv2.Message {
	// Zeros are a value of every field, and more of them than the longest message needs do no harm.
	frame := sv2.Frame{Header: codec.Header{ExtensionType: info.ExtensionType, MsgType: info.MsgType}, Payload: make([]byte, 512)}
	var any sv2.AnyMessage
	m, _, err := any.Decode(frame)
	if err != nil {
		panic(info.Name + ": " + err.Error())
	}
	return reflect.New(reflect.TypeOf(m).Elem()).Interface().(sv2.Message)
}

// message returns a message with random values of every length that its fields allow, mostly short ones.
func (r random) message(info *sv2.Info) sv2.Message {
	m := blank(info)
	fields := reflect.ValueOf(m).Elem()
	for i, field := range info.Fields {
		fields.Field(i).Set(reflect.ValueOf(r.field(field.Type)))
	}
	return m
}

// length is a length from 0 to most: nothing, a few, now and then many, seldom the most.
func (r random) length(most int) int {
	switch n := r.IntN(128); {
	case n == 0:
		return most
	case n < 4:
		return r.IntN(min(most, 4096) + 1)
	case n < 24:
		return 0
	}
	return r.IntN(min(most, 40) + 1)
}

// bits is a number of so many bits: often none, all or one of them.
func (r random) bits(size int) uint64 {
	all := uint64(math.MaxUint64) >> (64 - size)
	switch r.IntN(8) {
	case 0:
		return 0
	case 1:
		return all
	case 2:
		return 1 << r.IntN(size)
	}
	return r.Uint64() & all
}

func (r random) field(t sv2.FieldType) any {
	switch t {
	case sv2.FieldU8:
		return uint8(r.bits(8))
	case sv2.FieldU16:
		return uint16(r.bits(16))
	case sv2.FieldU32:
		return uint32(r.bits(32))
	case sv2.FieldU64:
		return r.bits(64)
	case sv2.FieldF32:
		return math.Float32frombits(uint32(r.bits(32)))
	case sv2.FieldBool:
		return r.IntN(2) == 1
	case sv2.FieldU256:
		return codec.U256(r.bytes(codec.U256Size))
	case sv2.FieldStr0255, sv2.FieldB0255:
		return r.bytes(r.length(codec.B0255Max))
	case sv2.FieldB032:
		return r.bytes(r.length(codec.B032Max))
	case sv2.FieldB064K:
		return r.bytes(r.length(codec.B064KMax))
	case sv2.FieldOptionU32:
		if r.IntN(2) == 0 {
			return codec.OptionU32{}
		}
		return codec.SomeU32(uint32(r.bits(32)))
	case sv2.FieldSeq0255U256:
		return codec.SeqU256(r.bytes(codec.U256Size * r.length(codec.Seq0255Max)))
	case sv2.FieldSeq064KU256:
		return codec.SeqU256(r.bytes(codec.U256Size * r.length(codec.Seq064KMax/8)))
	case sv2.FieldSeq064KU32:
		return codec.SeqU32(r.bytes(4 * r.length(codec.Seq064KMax)))
	case sv2.FieldSeq064KU16:
		return codec.SeqU16(r.bytes(2 * r.length(codec.Seq064KMax)))
	case sv2.FieldSeq064KB016M:
		var s codec.SeqB016M
		for range r.length(60) {
			s, _ = s.Append(r.bytes(r.length(80_000)))
		}
		return s
	}
	panic("a field of type " + t.String())
}

// pieces cuts a stream where a network might.
func (r random) pieces(stream []byte) [][]byte {
	var pieces [][]byte
	for len(stream) > 0 {
		most := 1 + r.IntN(80)
		if len(stream) > 1<<16 {
			most = 1 << 18
		}
		n := min(1+r.IntN(most), len(stream))
		pieces = append(pieces, stream[:n])
		stream = stream[n:]
	}
	return pieces
}
