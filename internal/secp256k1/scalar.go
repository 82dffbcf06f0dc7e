package secp256k1

import (
	"encoding/binary"
	"math/bits"
)

// scalar is an integer modulo the group order n, always below n, in four 64-bit
// limbs, least significant first. Every operation takes the same time for all
// values.
type scalar [4]uint64

var (
	orderN = [4]uint64{0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff}
	// foldN is 2^256 - n.
	foldN = [3]uint64{0x402da1732fc9bebf, 0x4551231950b75fc4, 1}
)

// setBytes reads 32 bytes, most significant first, reduces modulo n, and
// returns 1 when the number was below n already, else 0.
func (z *scalar) setBytes(b *[32]byte) (below uint64) {
	z[3] = binary.BigEndian.Uint64(b[0:])
	z[2] = binary.BigEndian.Uint64(b[8:])
	z[1] = binary.BigEndian.Uint64(b[16:])
	z[0] = binary.BigEndian.Uint64(b[24:])
	return z.reduceOnce(0)
}

// bytes writes 32 bytes, most significant first.
func (z *scalar) bytes(b *[32]byte) {
	binary.BigEndian.PutUint64(b[0:], z[3])
	binary.BigEndian.PutUint64(b[8:], z[2])
	binary.BigEndian.PutUint64(b[16:], z[1])
	binary.BigEndian.PutUint64(b[24:], z[0])
}

// reduceOnce subtracts n when z + carry*2^256 is at least n, and returns 1 when
// it was below. The value must be below 2n.
func (z *scalar) reduceOnce(carry uint64) (below uint64) {
	var t scalar
	var b uint64
	for i := range t {
		t[i], b = bits.Sub64(z[i], orderN[i], b)
	}
	below = b &^ carry
	z.assignIf(&t, below^1)
	return below
}

func (z *scalar) assignIf(x *scalar, flag uint64) {
	mask := -flag
	for i := range z {
		z[i] ^= mask & (z[i] ^ x[i])
	}
}

// isZero returns 1 for zero, else 0.
func (z *scalar) isZero() uint64 {
	return zeroFlag(z[0] | z[1] | z[2] | z[3])
}

// add sets z = x + y.
func (z *scalar) add(x, y *scalar) {
	var c uint64
	for i := range z {
		z[i], c = bits.Add64(x[i], y[i], c)
	}
	z.reduceOnce(c)
}

// negate sets z = -x.
func (z *scalar) negate(x *scalar) {
	keep := x.isZero() - 1 // all ones unless x is zero
	var b uint64
	for i := range z {
		z[i], b = bits.Sub64(orderN[i]&keep, x[i], b)
	}
}

// negateIf sets z = -z when flag is 1.
func (z *scalar) negateIf(flag uint64) {
	var t scalar
	t.negate(z)
	z.assignIf(&t, flag)
}

// mul sets z = x * y.
func (z *scalar) mul(x, y *scalar) {
	var product [8]uint64
	multiplyLimbs(product[:], x[:], y[:])
	z.reduceWide(&product)
}

// reduceWide sets z to a 512-bit number modulo n, replacing the part above
// 2^256 by its worth in foldN until nothing is left there.
func (z *scalar) reduceWide(v *[8]uint64) {
	var first [8]uint64 // 256 + 129 bits: 386 with the sum
	multiplyLimbs(first[:7], v[4:8], foldN[:])
	addLimbs(first[:7], v[:4])
	var second [8]uint64 // 130 + 129 bits: 260 with the sum
	multiplyLimbs(second[:6], first[4:7], foldN[:])
	addLimbs(second[:6], first[:4])
	var third [5]uint64 // 4 + 129 bits: 257 with the sum
	multiplyLimbs(third[:4], second[4:5], foldN[:])
	addLimbs(third[:], second[:4])
	copy(z[:], third[:4])
	z.reduceOnce(third[4])
}

// multiplyLimbs sets z = x * y; z must be len(x)+len(y) long.
func multiplyLimbs(z, x, y []uint64) {
	clear(z)
	for i, a := range x {
		var carry uint64
		for j, b := range y {
			h, l := bits.Mul64(a, b)
			l, c := bits.Add64(l, z[i+j], 0)
			h += c
			l, c = bits.Add64(l, carry, 0)
			carry = h + c
			z[i+j] = l
		}
		z[i+len(y)] = carry
	}
}

// addLimbs sets z = z + x for a z with room for the carry.
func addLimbs(z, x []uint64) {
	var c uint64
	for i := range x {
		z[i], c = bits.Add64(z[i], x[i], c)
	}
	for i := len(x); i < len(z); i++ {
		z[i], c = bits.Add64(z[i], 0, c)
	}
}
