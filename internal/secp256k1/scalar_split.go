package secp256k1

import "math/bits"

// The curve has a cheap endomorphism: (x, y) -> (beta*x, y) is multiplication
// by lambda, both cube roots of one. A scalar k is written as k1 + k2*lambda
// with halves below 2^128, which halves the doublings. The constants come from
// a short basis of the lattice {(a, b): a + b*lambda = 0 mod n}; c1 and c2 are
// k times a basis coefficient over n, rounded, with 2^384/n precomputed.
var (
	beta = element{0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710}

	lambda    = scalar{0xdf02967c1b23bd72, 0x122e22ea20816678, 0xa5261c028812645a, 0x5363ad4cc05c30e0}
	minusB1   = scalar{0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0, 0}
	minusB2   = scalar{0xd765cda83db1562c, 0x8a280ac50774346d, 0xfffffffffffffffe, 0xffffffffffffffff}
	basisOne  = scalar{0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd}
	basisTwo  = scalar{0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828}
	halfOrder = [4]uint64{0xdfe92f46681b20a0, 0x5d576e7357a4501d, 0xffffffffffffffff, 0x7fffffffffffffff}
)

// half is a signed 128-bit number: the magnitude and 1 for negative.
type half struct {
	magnitude [2]uint64
	negative  uint64
}

// split writes k = k1 + k2*lambda mod n.
func (k *scalar) split() (k1, k2 half) {
	var c1, c2, r1, r2 scalar
	c1.roundedProduct(k, &basisOne)
	c2.roundedProduct(k, &basisTwo)
	c1.mul(&c1, &minusB1)
	c2.mul(&c2, &minusB2)
	r2.add(&c1, &c2)
	r1.mul(&r2, &lambda)
	r1.negate(&r1)
	r1.add(&r1, k)
	return r1.signed(), r2.signed()
}

// roundedProduct sets z to x*y/2^384, rounded to nearest.
func (z *scalar) roundedProduct(x, y *scalar) {
	var product [8]uint64
	multiplyLimbs(product[:], x[:], y[:])
	var c uint64
	z[0], c = bits.Add64(product[6], product[5]>>63, 0)
	z[1], c = bits.Add64(product[7], 0, c)
	z[2], z[3] = c, 0
}

// signed gives the representative of smallest magnitude, which must be below
// 2^128.
func (z *scalar) signed() half {
	var b uint64
	for i := range z {
		_, b = bits.Sub64(halfOrder[i], z[i], b)
	}
	t := *z
	t.negateIf(b)
	return half{magnitude: [2]uint64{t[0], t[1]}, negative: b}
}

// windows of four bits, signed: one more than 128/4 for the carry out of the top.
const halfWindows = 33

// digit returns the i-th signed digit d of the magnitude, from the bits
// 4i-1..4i+3, as |d| in 0..8 and 1 for negative; the sum of d*16^i over all
// windows is the magnitude.
func (h *half) digit(i int) (magnitude, negative uint64) {
	return boothDigit(h.magnitude[:], i)
}

// boothDigit reads the bits 4i-1..4i+3 of a number of len(limbs) limbs; the
// position is public, the bits are not.
func boothDigit(limbs []uint64, i int) (magnitude, negative uint64) {
	var v uint64
	if i == 0 {
		v = limbs[0] << 1
	} else {
		bit := uint(4*i - 1)
		word := int(bit / 64)
		shift := bit % 64
		v = limbs[word] >> shift
		if shift > 59 && word+1 < len(limbs) {
			v |= limbs[word+1] << (64 - shift)
		}
	}
	v &= 31
	negative = v >> 4
	// (v+1)/2 for positive, 16 - (v+1)/2 for negative
	m := (v + 1) >> 1
	mask := -negative
	return m ^ mask&(m^(16-m)), negative
}
