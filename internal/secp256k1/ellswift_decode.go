package secp256k1

// The ElligatorSwift map of BIP324 takes any two field elements (u, t) to an x
// coordinate on the curve, so every 64-byte string is somebody's public key.
// Its input and output are public; the functions here branch on them.

// sqrtMinusThree is the square root of -3 that BIP324 fixes.
var sqrtMinusThree = func() (c element) {
	var three element
	three.negate(&element{3})
	c.sqrt(&three)
	return c
}()

// curveRight sets z = x^3 + 7.
func (z *element) curveRight(x *element) {
	var t element
	t.square(x)
	t.mul(&t, x)
	z.add(&t, &elementSeven)
}

// isCurveXVartime reports whether x is the coordinate of a point.
func (z *element) isCurveXVartime() bool {
	var t element
	t.curveRight(z)
	return t.sqrt(&t) == 1
}

// liftFractionVartime sets p to a point with x = n/d, d not 0, and reports
// whether there is one. Which of the two possible y it takes is unspecified.
//
// y^2 = n^3/d^3 + 7 gives (y*d^2)^2 = (n^3 + 7*d^3)*d =: w^2, so that the point
// is (n*d : w : d^2): one square root and no inversion.
func (p *point) liftFractionVartime(n, d *element) bool {
	var t, dd element
	dd.square(d)
	t.mul(&dd, d)
	t.mulSmall(&t, 7)
	p.x.square(n)
	p.x.mul(&p.x, n)
	t.add(&t, &p.x)
	t.mul(&t, d)
	p.x.mul(n, d)
	p.z = dd
	return p.y.sqrt(&t) == 1
}

// decodeVartime sets p to a point whose x is the one that the 64 bytes stand
// for. It works with fractions: with s = t^2 and g = u^3 + 7, the candidates
// of BIP324 are, in its order,
//
//	u - (g+s)^2 / (3*s*u^2)
//	-u * (c*(g-s) + (g+s)) / (2*(g+s))
//	 u * (c*(g-s) - (g+s)) / (2*(g+s))       where c^2 = -3
//
// and the first that is on the curve counts.
func (p *point) decodeVartime(encoding *[EncodingSize]byte) {
	var u, t element
	u.setBytes((*[32]byte)(encoding[:32]))
	t.setBytes((*[32]byte)(encoding[32:]))
	p.mapVartime(&u, &t)
}

func (p *point) mapVartime(u0, t0 *element) {
	u, t := *u0, *t0
	if u.isZero() == 1 {
		u = elementOne
	}
	if t.isZero() == 1 {
		t = elementOne
	}
	var s, g, sum, difference, n, d element
	s.square(&t)
	g.curveRight(&u)
	sum.add(&g, &s)
	if sum.isZero() == 1 {
		s.mulSmall(&s, 4) // t becomes 2t
		sum.add(&g, &s)
	}

	var uu element
	uu.square(&u)
	d.mul(&s, &uu)
	d.mulSmall(&d, 3)
	n.mul(&d, &u)
	t.square(&sum)
	n.sub(&n, &t)
	if p.liftFractionVartime(&n, &d) {
		return
	}

	difference.sub(&g, &s)
	difference.mul(&difference, &sqrtMinusThree)
	d.add(&sum, &sum)
	n.add(&difference, &sum)
	n.mul(&n, &u)
	n.negate(&n)
	if p.liftFractionVartime(&n, &d) {
		return
	}

	n.sub(&difference, &sum)
	n.mul(&n, &u)
	// One of the three always is on the curve: the product of their right-hand
	// sides is a square.
	p.liftFractionVartime(&n, &d)
}
