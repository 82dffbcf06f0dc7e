package sv2

import (
	"math"
	"math/rand/v2"

	"github.com/libsv2/libsv2/codec"
)

// random makes field values, weighted to the ends of what their wire types allow.
type random struct{ *rand.Rand }

func newRandom(seed uint64) *random { return &random{rand.New(rand.NewPCG(seed, 2))} }

// length is a length from 0 to most: often an end, otherwise anything.
func (r *random) length(most int) int {
	switch r.IntN(6) {
	case 0:
		return 0
	case 1:
		return most
	case 2:
		return r.IntN(most + 1)
	}
	return r.IntN(min(most, 40) + 1)
}

func (r *random) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func edge[T any](r *random, any T, ends ...T) T {
	if r.IntN(3) == 0 {
		return ends[r.IntN(len(ends))]
	}
	return any
}

func (r *random) U8() uint8   { return edge(r, uint8(r.Uint32()), 0, math.MaxUint8) }
func (r *random) U16() uint16 { return edge(r, uint16(r.Uint32()), 0, math.MaxUint16) }
func (r *random) U32() uint32 { return edge(r, r.Uint32(), 0, math.MaxUint32) }
func (r *random) U64() uint64 { return edge(r, r.Uint64(), 0, math.MaxUint64) }
func (r *random) Bool() bool  { return r.IntN(2) == 1 }

func (r *random) F32() float32 {
	return edge(r, math.Float32frombits(r.Uint32()), 0, float32(math.Inf(1)), float32(math.NaN()), -1)
}

func (r *random) U256() codec.U256 { return codec.U256(r.bytes(codec.U256Size)) }
func (r *random) Str0255() []byte  { return r.bytes(r.length(codec.B0255Max)) }
func (r *random) B032() []byte     { return r.bytes(r.length(codec.B032Max)) }
func (r *random) B0255() []byte    { return r.bytes(r.length(codec.B0255Max)) }
func (r *random) B064K() []byte    { return r.bytes(r.length(codec.B064KMax)) }

func (r *random) OptionU32() codec.OptionU32 {
	if r.Bool() {
		return codec.SomeU32(r.U32())
	}
	return codec.OptionU32{}
}

func (r *random) Seq0255U256() codec.SeqU256 { return r.bytes(32 * r.length(codec.Seq0255Max)) }
func (r *random) Seq064KU256() codec.SeqU256 { return r.bytes(32 * r.length(1000)) }
func (r *random) Seq064KU32() codec.SeqU32   { return r.bytes(4 * r.length(codec.Seq064KMax)) }
func (r *random) Seq064KU16() codec.SeqU16   { return r.bytes(2 * r.length(codec.Seq064KMax)) }

func (r *random) Seq064KB016M() codec.SeqB016M {
	var s codec.SeqB016M
	for range r.length(50) {
		s, _ = s.Append(r.bytes(r.length(3000)))
	}
	return s
}
