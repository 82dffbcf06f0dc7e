package secp256k1

import "io"

// encodeAttempts bounds the search for an encoding. One attempt in four
// succeeds on average, so a source of random bytes that fails this often is
// not one.
const encodeAttempts = 256

// encodeVartime finds (u, t) that stand for x, by drawing a uniform u and one
// of the eight branches of the inverse map until the branch exists (BIP324,
// XElligatorSwift). Every attempt reads 33 bytes from random: u, most
// significant byte first, and one byte of which the lowest three bits are the
// branch. A u that is 0 or not below p is passed over.
//
// x is about to be public, as is u; the branches taken tell no more than the
// result does.
func encodeVartime(encoding *[EncodingSize]byte, x *element, random io.Reader) error {
	var draw [33]byte
	var u, t element
	for range encodeAttempts {
		if err := readFull(random, draw[:]); err != nil {
			return err
		}
		if !u.setBytes((*[32]byte)(draw[:32])) || u.isZero() == 1 {
			continue
		}
		if t.inverseMapVartime(x, &u, int(draw[32]&7)) {
			u.bytes((*[32]byte)(encoding[:32]))
			t.bytes((*[32]byte)(encoding[32:]))
			return nil
		}
	}
	return ErrRandom
}

// inverseMapVartime sets z to the t of the given branch (0 to 7) for which
// (u, t) stands for x, and reports whether there is one.
//
// BIP324 computes a square s and a v, both with divisions, then
// t = +-sqrt(s) * (u*(1 -+ c)/2 + v). Root and division come from one power each.
func (z *element) inverseMapVartime(x, u *element, branch int) bool {
	var g, v, w, tmp element
	g.curveRight(u)
	if branch&2 == 0 {
		// s = -(u^3+7) / (u^2 + u*x + x^2), v = x
		var other, sn, sd element
		other.add(x, u)
		sd.square(&other)
		tmp.mul(u, x)
		sd.sub(&sd, &tmp)
		sn.negate(&g)
		if w.sqrtRatio(&sn, &sd) == 0 {
			return false
		}
		other.negate(&other)
		if other.isCurveXVartime() {
			return false
		}
		v = *x
	} else {
		// s = x - u, r = sqrt(-s*(4*(u^3+7) + 3*s*u^2)), v = (-u + r/s)/2
		var s, r, inverse element
		s.sub(x, u)
		if s.isZero() == 1 || s.sqrtInvert(&w, &inverse) == 0 {
			return false
		}
		tmp.square(u)
		tmp.mul(&tmp, &s)
		tmp.mulSmall(&tmp, 3)
		g.mulSmall(&g, 4)
		tmp.add(&tmp, &g)
		tmp.mul(&tmp, &s)
		tmp.negate(&tmp)
		if r.sqrt(&tmp) == 0 || branch&1 == 1 && r.isZero() == 1 {
			return false
		}
		v.mul(&r, &inverse)
		v.sub(&v, u)
		v.mul(&v, &oneHalf)
	}
	c := sqrtMinusThree
	if branch&1 == 0 {
		c.negate(&c)
	}
	tmp.add(&elementOne, &c)
	tmp.mul(&tmp, u)
	tmp.mul(&tmp, &oneHalf)
	tmp.add(&tmp, &v)
	z.mul(&tmp, &w)
	if branch&5 == 0 || branch&5 == 5 {
		z.negate(z)
	}
	return true
}

var oneHalf = func() (h element) {
	h.invert(&element{2})
	return h
}()
