package secp256k1

// point is (X/Z, Y/Z) on y^2 = x^3 + 7, the identity being (0 : 1 : 0).
//
// Additions and doublings use the complete formulas of Renes, Costello and
// Batina ("Complete addition formulas for prime order elliptic curves", 2015,
// algorithms 7 to 9): one sequence of field operations that is right for all
// inputs, the identity and equal points included. So no special case has to be
// excluded by argument, and none can be seen in the time taken.
type point struct{ x, y, z element }

// affine is a point other than the identity with Z = 1.
type affine struct{ x, y element }

var generator = affine{
	x: element{0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac},
	y: element{0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465},
}

// threeB is 3*7 of the curve equation.
const threeB = 21

func (p *point) setIdentity() {
	*p = point{y: elementOne}
}

func (p *point) setAffine(a *affine) {
	*p = point{x: a.x, y: a.y, z: elementOne}
}

// isIdentity returns 1 for the identity, else 0.
func (p *point) isIdentity() uint64 { return p.z.isZero() }

func (p *point) assignIf(q *point, flag uint64) {
	p.x.assignIf(&q.x, flag)
	p.y.assignIf(&q.y, flag)
	p.z.assignIf(&q.z, flag)
}

// add sets p = q + r. (algorithm 7)
func (p *point) add(q, r *point) {
	var xx, yy, zz, xy, yz, xz, s element
	xx.mul(&q.x, &r.x)
	yy.mul(&q.y, &r.y)
	zz.mul(&q.z, &r.z)
	// The cross sums, as X1*Y2 + X2*Y1 = (X1+Y1)(X2+Y2) - xx - yy.
	s.add(&q.x, &q.y)
	xy.add(&r.x, &r.y)
	xy.mul(&xy, &s)
	s.add(&xx, &yy)
	xy.sub(&xy, &s)
	s.add(&q.y, &q.z)
	yz.add(&r.y, &r.z)
	yz.mul(&yz, &s)
	s.add(&yy, &zz)
	yz.sub(&yz, &s)
	s.add(&q.x, &q.z)
	xz.add(&r.x, &r.z)
	xz.mul(&xz, &s)
	s.add(&xx, &zz)
	xz.sub(&xz, &s)
	p.combine(&xx, &yy, &zz, &xy, &yz, &xz)
}

// addAffine sets p = q + a. (algorithm 8)
func (p *point) addAffine(q *point, a *affine) {
	var xx, yy, xy, yz, xz, s element
	xx.mul(&q.x, &a.x)
	yy.mul(&q.y, &a.y)
	s.add(&q.x, &q.y)
	xy.add(&a.x, &a.y)
	xy.mul(&xy, &s)
	s.add(&xx, &yy)
	xy.sub(&xy, &s)
	yz.mul(&a.y, &q.z)
	yz.add(&yz, &q.y)
	xz.mul(&a.x, &q.z)
	xz.add(&xz, &q.x)
	zz := q.z
	p.combine(&xx, &yy, &zz, &xy, &yz, &xz)
}

// combine finishes both additions from the three products and three cross sums
// of the coordinates. It spoils its arguments.
func (p *point) combine(xx, yy, zz, xy, yz, xz *element) {
	var t, minus, plus element
	xx.mulSmall(xx, 3)
	zz.mulSmall(zz, threeB)
	xz.mulSmall(xz, threeB)
	plus.add(yy, zz)
	minus.sub(yy, zz)
	p.x.mul(xy, &minus)
	t.mul(yz, xz)
	p.x.sub(&p.x, &t)
	p.y.mul(&minus, &plus)
	t.mul(xx, xz)
	p.y.add(&p.y, &t)
	p.z.mul(yz, &plus)
	t.mul(xx, xy)
	p.z.add(&p.z, &t)
}

// double sets p = 2q. (algorithm 9)
func (p *point) double(q *point) {
	var yy, eight, yz, zz, xy, s, t element
	yy.square(&q.y)
	zz.square(&q.z)
	yz.mul(&q.y, &q.z)
	xy.mul(&q.x, &q.y)
	eight.mulSmall(&yy, 8)
	zz.mulSmall(&zz, threeB)
	s.add(&yy, &zz)
	t.mulSmall(&zz, 3)
	t.sub(&yy, &t)
	p.z.mul(&yz, &eight)
	p.y.mul(&t, &s)
	s.mul(&zz, &eight)
	p.y.add(&p.y, &s)
	xy.add(&xy, &xy)
	p.x.mul(&t, &xy)
}

// affineX sets x to the affine x coordinate of a point that is not the identity.
func (p *point) affineX(x *element) {
	var inverse element
	inverse.invert(&p.z)
	x.mul(&p.x, &inverse)
}

// toAffine sets a to the affine form of a point that is not the identity.
func (p *point) toAffine(a *affine) {
	var inverse element
	inverse.invert(&p.z)
	a.x.mul(&p.x, &inverse)
	a.y.mul(&p.y, &inverse)
}
