package secp256k1

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

var bigN, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)

func randomScalar(r *rand.Rand) scalar {
	z := scalar(randomElement(r))
	z.reduceOnce(0)
	return z
}

func bigScalar(z *scalar) *big.Int { return bigOf((*[4]uint64)(z)) }

func scalarOf(v *big.Int) (z scalar) {
	var b [32]byte
	new(big.Int).Mod(v, bigN).FillBytes(b[:])
	z.setBytes(&b)
	return z
}

func TestScalarAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20000 {
		x, y := randomScalar(r), randomScalar(r)
		bx, by := bigScalar(&x), bigScalar(&y)
		check := func(name string, got *scalar, want *big.Int) {
			t.Helper()
			if bigScalar(got).Cmp(new(big.Int).Mod(want, bigN)) != 0 {
				t.Fatalf("%s %x %x: got %x", name, bx, by, bigScalar(got))
			}
		}
		var z scalar
		z.add(&x, &y)
		check("add", &z, new(big.Int).Add(bx, by))
		z.mul(&x, &y)
		check("mul", &z, new(big.Int).Mul(bx, by))
		z.negate(&x)
		check("negate", &z, new(big.Int).Neg(bx))
		z.mul(&x, &x)
		check("mul aliased", &z, new(big.Int).Mul(bx, bx))
	}
	var all [8]uint64
	for i := range all {
		all[i] = ^uint64(0)
	}
	var z scalar
	z.reduceWide(&all)
	want := new(big.Int).Lsh(big.NewInt(1), 512)
	want.Sub(want, big.NewInt(1)).Mod(want, bigN)
	if bigScalar(&z).Cmp(want) != 0 {
		t.Fatal("reduceWide of all ones")
	}
}

func TestScalarSetBytes(t *testing.T) {
	for _, d := range []int64{-2, -1, 0, 1, 2} {
		v := new(big.Int).Add(bigN, big.NewInt(d))
		var b [32]byte
		v.FillBytes(b[:])
		var z scalar
		below := z.setBytes(&b)
		if (below == 1) != (d < 0) || bigScalar(&z).Cmp(new(big.Int).Mod(v, bigN)) != 0 {
			t.Fatalf("n%+d: %d", d, below)
		}
	}
}

// edgeScalars are where the endomorphism split and the signed windows turn.
func edgeScalars() []scalar {
	list := []*big.Int{big.NewInt(1), big.NewInt(2), big.NewInt(7), big.NewInt(8), big.NewInt(9), big.NewInt(15), big.NewInt(16)}
	l := bigScalar(&lambda)
	list = append(list, l, new(big.Int).Sub(bigN, l), new(big.Int).Add(l, big.NewInt(1)), new(big.Int).Sub(l, big.NewInt(1)),
		new(big.Int).Sub(bigN, big.NewInt(1)), new(big.Int).Sub(bigN, big.NewInt(2)), new(big.Int).Rsh(bigN, 1),
		new(big.Int).Add(new(big.Int).Rsh(bigN, 1), big.NewInt(1)))
	for _, bit := range []uint{3, 4, 63, 64, 65, 127, 128, 129, 130, 192, 255} {
		one := new(big.Int).Lsh(big.NewInt(1), bit)
		list = append(list, one, new(big.Int).Sub(one, big.NewInt(1)), new(big.Int).Add(one, big.NewInt(1)))
	}
	var out []scalar
	for _, v := range list {
		out = append(out, scalarOf(v))
	}
	return out
}

func TestSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	list := edgeScalars()
	for range 20000 {
		list = append(list, randomScalar(r))
	}
	for _, k := range list {
		k1, k2 := k.split()
		value := func(h *half) *big.Int {
			v := new(big.Int).SetUint64(h.magnitude[1])
			v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(h.magnitude[0]))
			if h.negative == 1 {
				v.Neg(v)
			}
			// The digits must add up to the magnitude.
			sum := new(big.Int)
			for i := halfWindows - 1; i >= 0; i-- {
				m, n := h.digit(i)
				if m > windowSize {
					t.Fatal("digit too large")
				}
				d := new(big.Int).SetUint64(m)
				if n == 1 {
					d.Neg(d)
				}
				sum.Lsh(sum, 4).Add(sum, d)
			}
			if sum.Cmp(new(big.Int).Abs(v)) != 0 {
				t.Fatalf("digits of %x give %x", v, sum)
			}
			return v
		}
		v := new(big.Int).Mul(value(&k2), bigScalar(&lambda))
		v.Add(v, value(&k1)).Mod(v, bigN)
		if v.Cmp(bigScalar(&k)) != 0 {
			t.Fatalf("split %x gives %x", bigScalar(&k), v)
		}
	}
}

// slowMultiply is double-and-add with the complete formulas.
func slowMultiply(k *scalar, q *point) (sum point) {
	sum.setIdentity()
	v := bigScalar(k)
	for i := 255; i >= 0; i-- {
		sum.double(&sum)
		if v.Bit(i) == 1 {
			sum.add(&sum, q)
		}
	}
	return sum
}

func samePoint(p, q *point) bool {
	var a, b, c, d element
	a.mul(&p.x, &q.z)
	b.mul(&q.x, &p.z)
	c.mul(&p.y, &q.z)
	d.mul(&q.y, &p.z)
	return a.equal(&b) == 1 && c.equal(&d) == 1 && p.isIdentity() == q.isIdentity()
}

func TestMultiplyEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var g point
	g.setAffine(&generator)
	list := edgeScalars()
	for range 100 {
		list = append(list, randomScalar(r))
	}
	list = append(list, scalar{})
	for _, k := range list {
		want := slowMultiply(&k, &g)
		var p point
		p.multiply(&k, &g)
		if !samePoint(&p, &want) {
			t.Fatalf("multiply %x", bigScalar(&k))
		}
		p.multiplyBase(&k)
		if !samePoint(&p, &want) {
			t.Fatalf("multiplyBase %x", bigScalar(&k))
		}
	}
}

func TestAdditionIsComplete(t *testing.T) {
	var g, identity, p, q, two point
	g.setAffine(&generator)
	identity.setIdentity()
	two.double(&g)
	p.add(&g, &g)
	if !samePoint(&p, &two) {
		t.Fatal("g + g")
	}
	p.addAffine(&g, &generator)
	if !samePoint(&p, &two) {
		t.Fatal("g + g affine")
	}
	minus := g
	minus.y.negate(&minus.y)
	p.add(&g, &minus)
	if p.isIdentity() != 1 {
		t.Fatal("g - g")
	}
	p.add(&identity, &g)
	q.add(&g, &identity)
	if !samePoint(&p, &g) || !samePoint(&q, &g) {
		t.Fatal("identity + g")
	}
	p.addAffine(&identity, &generator)
	if !samePoint(&p, &g) {
		t.Fatal("identity + g affine")
	}
	p.add(&identity, &identity)
	q.double(&identity)
	if p.isIdentity() != 1 || q.isIdentity() != 1 {
		t.Fatal("identity + identity")
	}
}

func BenchmarkMultiply(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 12))
	k := randomScalar(r)
	var g point
	g.setAffine(&generator)
	for b.Loop() {
		g.multiply(&k, &g)
	}
}

func BenchmarkMultiplyBase(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 12))
	k := randomScalar(r)
	var g point
	for b.Loop() {
		g.multiplyBase(&k)
	}
}
