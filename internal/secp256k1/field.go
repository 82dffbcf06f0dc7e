package secp256k1

import (
	"encoding/binary"
	"math/bits"
)

// element is an integer modulo p = 2^256 - foldP, in four 64-bit limbs, least
// significant first.
//
// Every value below 2^256 is allowed, so 0 and p are two spellings of zero:
// additions and multiplications never need the final comparison with p. Only
// canonical, isZero, equal, isOdd and bytes look at the value itself, and they
// reduce first. There are no magnitudes to track.
//
// All methods take the same time for all values unless the name says Vartime.
// Receivers may be the same object as any argument.
type element [4]uint64

// foldP is 2^256 mod p: a carry out of the top limb is worth this much.
const foldP = 0x1000003d1

var (
	elementOne   = element{1}
	elementSeven = element{7}
)

// setBytes reads 32 bytes, most significant first, and reduces nothing: values
// from p to 2^256-1 stand for themselves minus p. It reports whether the value
// was below p.
func (z *element) setBytes(b *[32]byte) bool {
	z[3] = binary.BigEndian.Uint64(b[0:])
	z[2] = binary.BigEndian.Uint64(b[8:])
	z[1] = binary.BigEndian.Uint64(b[16:])
	z[0] = binary.BigEndian.Uint64(b[24:])
	_, carry := addFold(z)
	return carry == 0
}

// bytes writes the value, reduced, as 32 bytes, most significant first.
func (z *element) bytes(b *[32]byte) {
	t := z.canonical()
	binary.BigEndian.PutUint64(b[0:], t[3])
	binary.BigEndian.PutUint64(b[8:], t[2])
	binary.BigEndian.PutUint64(b[16:], t[1])
	binary.BigEndian.PutUint64(b[24:], t[0])
}

// addFold returns z + foldP modulo 2^256 and the carry, which is 1 exactly when
// z >= p.
func addFold(z *element) (t element, carry uint64) {
	t[0], carry = bits.Add64(z[0], foldP, 0)
	t[1], carry = bits.Add64(z[1], 0, carry)
	t[2], carry = bits.Add64(z[2], 0, carry)
	t[3], carry = bits.Add64(z[3], 0, carry)
	return t, carry
}

// canonical returns the representative below p.
func (z *element) canonical() element {
	t, carry := addFold(z)
	mask := -carry
	for i := range t {
		t[i] = z[i] ^ mask&(z[i]^t[i])
	}
	return t
}

// isZero returns 1 when z is zero modulo p, else 0.
func (z *element) isZero() uint64 {
	t := z.canonical()
	return zeroFlag(t[0] | t[1] | t[2] | t[3])
}

// equal returns 1 when z and x are the same modulo p, else 0.
func (z *element) equal(x *element) uint64 {
	var d element
	d.sub(z, x)
	return d.isZero()
}

// isOdd returns the lowest bit of the reduced value.
func (z *element) isOdd() uint64 {
	t := z.canonical()
	return t[0] & 1
}

// zeroFlag returns 1 when v is 0, else 0, without a branch.
func zeroFlag(v uint64) uint64 {
	return 1 ^ (v|-v)>>63
}

// assignIf sets z to x when flag is 1 and leaves it when flag is 0.
func (z *element) assignIf(x *element, flag uint64) {
	mask := -flag
	z[0] ^= mask & (z[0] ^ x[0])
	z[1] ^= mask & (z[1] ^ x[1])
	z[2] ^= mask & (z[2] ^ x[2])
	z[3] ^= mask & (z[3] ^ x[3])
}

// add sets z = x + y.
func (z *element) add(x, y *element) {
	t0, c := bits.Add64(x[0], y[0], 0)
	t1, c := bits.Add64(x[1], y[1], c)
	t2, c := bits.Add64(x[2], y[2], c)
	t3, c := bits.Add64(x[3], y[3], c)
	t0, c = bits.Add64(t0, foldP&-c, 0)
	t1, c = bits.Add64(t1, 0, c)
	t2, c = bits.Add64(t2, 0, c)
	t3, c = bits.Add64(t3, 0, c)
	// A second carry leaves a value below foldP, so one limb absorbs it.
	z[0], z[1], z[2], z[3] = t0+foldP&-c, t1, t2, t3
}

// sub sets z = x - y.
func (z *element) sub(x, y *element) {
	t0, b := bits.Sub64(x[0], y[0], 0)
	t1, b := bits.Sub64(x[1], y[1], b)
	t2, b := bits.Sub64(x[2], y[2], b)
	t3, b := bits.Sub64(x[3], y[3], b)
	t0, b = bits.Sub64(t0, foldP&-b, 0)
	t1, b = bits.Sub64(t1, 0, b)
	t2, b = bits.Sub64(t2, 0, b)
	t3, b = bits.Sub64(t3, 0, b)
	// A second borrow leaves a value of at least 2^256 - foldP: the lowest limb
	// is large enough to take the rest.
	z[0], z[1], z[2], z[3] = t0-foldP&-b, t1, t2, t3
}

// negate sets z = -x.
func (z *element) negate(x *element) {
	var zero element
	z.sub(&zero, x)
}

// negateIf sets z = -z when flag is 1.
func (z *element) negateIf(flag uint64) {
	var n element
	n.negate(z)
	z.assignIf(&n, flag)
}

// mulSmall sets z = x * k for k below 2^30.
func (z *element) mulSmall(x *element, k uint64) {
	h0, t0 := bits.Mul64(x[0], k)
	h1, t1 := bits.Mul64(x[1], k)
	h2, t2 := bits.Mul64(x[2], k)
	h3, t3 := bits.Mul64(x[3], k)
	t1, c := bits.Add64(t1, h0, 0)
	t2, c = bits.Add64(t2, h1, c)
	t3, c = bits.Add64(t3, h2, c)
	h3 += c
	t0, c = bits.Add64(t0, h3*foldP, 0)
	t1, c = bits.Add64(t1, 0, c)
	t2, c = bits.Add64(t2, 0, c)
	t3, c = bits.Add64(t3, 0, c)
	// h3 * foldP is below 2^63, and so is what a carry leaves.
	z[0], z[1], z[2], z[3] = t0+foldP&-c, t1, t2, t3
}

// mul sets z = x * y. The reduction at its end stands in square once more: as a
// function of its own it would make every multiplication of a point a tenth
// slower.
func (z *element) mul(x, y *element) {
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
	var c, t0, t1, t2, t3, t4 uint64

	a := x[0]
	h0, r0 := bits.Mul64(a, y0)
	h1, l1 := bits.Mul64(a, y1)
	h2, l2 := bits.Mul64(a, y2)
	h3, l3 := bits.Mul64(a, y3)
	r1, c := bits.Add64(l1, h0, 0)
	r2, c := bits.Add64(l2, h1, c)
	r3, c := bits.Add64(l3, h2, c)
	r4 := h3 + c

	a = x[1]
	h0, t0 = bits.Mul64(a, y0)
	h1, t1 = bits.Mul64(a, y1)
	h2, t2 = bits.Mul64(a, y2)
	h3, t3 = bits.Mul64(a, y3)
	t1, c = bits.Add64(t1, h0, 0)
	t2, c = bits.Add64(t2, h1, c)
	t3, c = bits.Add64(t3, h2, c)
	t4 = h3 + c
	r1, c = bits.Add64(r1, t0, 0)
	r2, c = bits.Add64(r2, t1, c)
	r3, c = bits.Add64(r3, t2, c)
	r4, c = bits.Add64(r4, t3, c)
	r5 := t4 + c

	a = x[2]
	h0, t0 = bits.Mul64(a, y0)
	h1, t1 = bits.Mul64(a, y1)
	h2, t2 = bits.Mul64(a, y2)
	h3, t3 = bits.Mul64(a, y3)
	t1, c = bits.Add64(t1, h0, 0)
	t2, c = bits.Add64(t2, h1, c)
	t3, c = bits.Add64(t3, h2, c)
	t4 = h3 + c
	r2, c = bits.Add64(r2, t0, 0)
	r3, c = bits.Add64(r3, t1, c)
	r4, c = bits.Add64(r4, t2, c)
	r5, c = bits.Add64(r5, t3, c)
	r6 := t4 + c

	a = x[3]
	h0, t0 = bits.Mul64(a, y0)
	h1, t1 = bits.Mul64(a, y1)
	h2, t2 = bits.Mul64(a, y2)
	h3, t3 = bits.Mul64(a, y3)
	t1, c = bits.Add64(t1, h0, 0)
	t2, c = bits.Add64(t2, h1, c)
	t3, c = bits.Add64(t3, h2, c)
	t4 = h3 + c
	r3, c = bits.Add64(r3, t0, 0)
	r4, c = bits.Add64(r4, t1, c)
	r5, c = bits.Add64(r5, t2, c)
	r6, c = bits.Add64(r6, t3, c)
	r7 := t4 + c

	// The upper half is worth foldP each: at most 2^256 * 2^33 more.
	h0, l0 := bits.Mul64(r4, foldP)
	h1, l1 = bits.Mul64(r5, foldP)
	h2, l2 = bits.Mul64(r6, foldP)
	h3, l3 = bits.Mul64(r7, foldP)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3 += c
	r0, c = bits.Add64(r0, l0, 0)
	r1, c = bits.Add64(r1, l1, c)
	r2, c = bits.Add64(r2, l2, c)
	r3, c = bits.Add64(r3, l3, c)
	h3 += c // below 2^34
	h0, l0 = bits.Mul64(h3, foldP)
	r0, c = bits.Add64(r0, l0, 0)
	r1, c = bits.Add64(r1, h0, c)
	r2, c = bits.Add64(r2, 0, c)
	r3, c = bits.Add64(r3, 0, c)
	// A carry here leaves a value below 2^67, so two limbs absorb foldP.
	r0, c = bits.Add64(r0, foldP&-c, 0)
	z[0], z[1], z[2], z[3] = r0, r1+c, r2, r3
}

// square sets z = x * x.
func (z *element) square(x *element) {
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	var c uint64

	// Products of different limbs, each once, in r1..r6.
	h01, r1 := bits.Mul64(x0, x1)
	h02, l02 := bits.Mul64(x0, x2)
	h03, l03 := bits.Mul64(x0, x3)
	h12, l12 := bits.Mul64(x1, x2)
	h13, l13 := bits.Mul64(x1, x3)
	h23, l23 := bits.Mul64(x2, x3)
	r2, c := bits.Add64(l02, h01, 0)
	r3, c := bits.Add64(l03, h02, c)
	r4, c := bits.Add64(l13, h03, c)
	r5, c := bits.Add64(l23, h13, c)
	r6 := h23 + c
	r3, c = bits.Add64(r3, l12, 0)
	r4, c = bits.Add64(r4, h12, c)
	r5, c = bits.Add64(r5, 0, c)
	r6 += c

	// Twice that.
	r7 := r6 >> 63
	r6 = r6<<1 | r5>>63
	r5 = r5<<1 | r4>>63
	r4 = r4<<1 | r3>>63
	r3 = r3<<1 | r2>>63
	r2 = r2<<1 | r1>>63
	r1 <<= 1

	// Plus the squares of the limbs.
	h0, r0 := bits.Mul64(x0, x0)
	h1, l1 := bits.Mul64(x1, x1)
	h2, l2 := bits.Mul64(x2, x2)
	h3, l3 := bits.Mul64(x3, x3)
	r1, c = bits.Add64(r1, h0, 0)
	r2, c = bits.Add64(r2, l1, c)
	r3, c = bits.Add64(r3, h1, c)
	r4, c = bits.Add64(r4, l2, c)
	r5, c = bits.Add64(r5, h2, c)
	r6, c = bits.Add64(r6, l3, c)
	r7 += h3 + c

	// The upper half is worth foldP each: at most 2^256 * 2^33 more.
	h0, l0 := bits.Mul64(r4, foldP)
	h1, l1 = bits.Mul64(r5, foldP)
	h2, l2 = bits.Mul64(r6, foldP)
	h3, l3 = bits.Mul64(r7, foldP)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3 += c
	r0, c = bits.Add64(r0, l0, 0)
	r1, c = bits.Add64(r1, l1, c)
	r2, c = bits.Add64(r2, l2, c)
	r3, c = bits.Add64(r3, l3, c)
	h3 += c // below 2^34
	h0, l0 = bits.Mul64(h3, foldP)
	r0, c = bits.Add64(r0, l0, 0)
	r1, c = bits.Add64(r1, h0, c)
	r2, c = bits.Add64(r2, 0, c)
	r3, c = bits.Add64(r3, 0, c)
	// A carry here leaves a value below 2^67, so two limbs absorb foldP.
	r0, c = bits.Add64(r0, foldP&-c, 0)
	z[0], z[1], z[2], z[3] = r0, r1+c, r2, r3
}

// squareTimes sets z = x^(2^n), n at least 1.
func (z *element) squareTimes(x *element, n int) {
	z.square(x)
	for ; n > 1; n-- {
		z.square(z)
	}
}
