package secp256k1

// power sets z = x^((p-3)/4), from which inverse, square root and the root of
// a fraction follow with a few products each. The exponent is, in binary, 223
// ones, a zero, 22 ones, and 00001011; runs of ones are put together from
// shorter ones. It is fixed, so the time does not depend on x.
func (z *element) power(x *element) {
	var x2, x3, x6, x9, x11, x22, x44, x88, x176, x220, x223, t element
	base := *x
	t.square(&base)
	x2.mul(&t, &base)
	t.square(&x2)
	x3.mul(&t, &base)
	t.squareTimes(&x3, 3)
	x6.mul(&t, &x3)
	t.squareTimes(&x6, 3)
	x9.mul(&t, &x3)
	t.squareTimes(&x9, 2)
	x11.mul(&t, &x2)
	t.squareTimes(&x11, 11)
	x22.mul(&t, &x11)
	t.squareTimes(&x22, 22)
	x44.mul(&t, &x22)
	t.squareTimes(&x44, 44)
	x88.mul(&t, &x44)
	t.squareTimes(&x88, 88)
	x176.mul(&t, &x88)
	t.squareTimes(&x176, 44)
	x220.mul(&t, &x44)
	t.squareTimes(&x220, 3)
	x223.mul(&t, &x3)

	t.squareTimes(&x223, 23)
	t.mul(&t, &x22)
	t.squareTimes(&t, 5)
	t.mul(&t, &base)
	t.squareTimes(&t, 3)
	z.mul(&t, &x2)
}

// invert sets z = 1/x = x^(p-2), and z = 0 when x is 0.
func (z *element) invert(x *element) {
	var t element
	t.power(x)
	t.squareTimes(&t, 2)
	z.mul(&t, x)
}

// sqrt sets z = x^((p+1)/4) and returns 1 if that is a square root of x: the
// one of the two that is a square itself. If x has no root, the answer is 0.
func (z *element) sqrt(x *element) uint64 {
	var t, check element
	t.power(x)
	t.mul(&t, x)
	check.square(&t)
	is := check.equal(x)
	*z = t
	return is
}

// sqrtInvert sets root as sqrt does, and inverse = 1/x, for the price of one.
func (x *element) sqrtInvert(root, inverse *element) uint64 {
	var t, check element
	t.power(x)
	root.mul(&t, x)
	inverse.squareTimes(&t, 2)
	inverse.mul(inverse, x)
	check.square(root)
	return check.equal(x)
}

// sqrtRatio sets z to the square root of n/d that is a square itself, and
// returns 1 if there is one; d must not be 0. It is n*d*(n*d^3)^((p-3)/4):
// no inversion.
func (z *element) sqrtRatio(n, d *element) uint64 {
	var nd, t, check element
	nd.mul(n, d)
	t.square(d)
	t.mul(&t, &nd)
	t.power(&t)
	t.mul(&t, &nd)
	check.square(&t)
	check.mul(&check, d)
	is := check.equal(n)
	*z = t
	return is
}
