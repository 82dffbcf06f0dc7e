package secp256k1

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

var bigP, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 16)

func bigOf(limbs *[4]uint64) *big.Int {
	v := new(big.Int)
	for i := 3; i >= 0; i-- {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(limbs[i]))
	}
	return v
}

func bigElement(z *element) *big.Int { return bigOf((*[4]uint64)(z)) }

// edgeLimbs are the words where carries, borrows and the final reduction turn.
var edgeLimbs = []uint64{0, 1, 2, foldP - 1, foldP, foldP + 1, 1 << 32, 1 << 63, 1<<63 - 1,
	^uint64(0), ^uint64(0) - 1, ^uint64(foldP), ^uint64(foldP) + 1, ^uint64(foldP) + 2, 0xfffffffefffffc2f}

func randomElement(r *rand.Rand) element {
	var z element
	for i := range z {
		switch r.IntN(3) {
		case 0:
			z[i] = edgeLimbs[r.IntN(len(edgeLimbs))]
		default:
			z[i] = r.Uint64()
		}
	}
	if r.IntN(4) == 0 { // close to p and to 2^256
		z[1], z[2], z[3] = ^uint64(0), ^uint64(0), ^uint64(0)
	}
	return z
}

func TestFieldAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(name string, got *element, want *big.Int) {
		t.Helper()
		c := got.canonical()
		if bigElement(&c).Cmp(new(big.Int).Mod(want, bigP)) != 0 {
			t.Fatalf("%s: got %x want %x", name, bigElement(&c), new(big.Int).Mod(want, bigP))
		}
	}
	for range 60000 {
		x, y := randomElement(r), randomElement(r)
		bx, by := bigElement(&x), bigElement(&y)
		var z element
		z.add(&x, &y)
		check("add", &z, new(big.Int).Add(bx, by))
		z.sub(&x, &y)
		check("sub", &z, new(big.Int).Sub(bx, by))
		z.mul(&x, &y)
		check("mul", &z, new(big.Int).Mul(bx, by))
		z.square(&x)
		check("square", &z, new(big.Int).Mul(bx, bx))
		k := r.Uint64N(1 << 30)
		z.mulSmall(&x, k)
		check("mulSmall", &z, new(big.Int).Mul(bx, new(big.Int).SetUint64(k)))
		z.negate(&x)
		check("negate", &z, new(big.Int).Neg(bx))
		// aliasing
		z = x
		z.mul(&z, &z)
		check("mul aliased", &z, new(big.Int).Mul(bx, bx))
		z = x
		z.sub(&y, &z)
		check("sub aliased", &z, new(big.Int).Sub(by, bx))
	}
}

func TestFieldPowers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 300 {
		x := randomElement(r)
		if i == 0 {
			x = element{0xfffffffefffffc2f, ^uint64(0), ^uint64(0), ^uint64(0)} // p: a spelling of zero
		}
		bx := new(big.Int).Mod(bigElement(&x), bigP)
		var z element
		z.invert(&x)
		want := new(big.Int)
		if bx.Sign() != 0 {
			want.ModInverse(bx, bigP)
		}
		c := z.canonical()
		if bigElement(&c).Cmp(want) != 0 {
			t.Fatalf("invert %x", bx)
		}
		is := z.sqrt(&x)
		if (is == 1) != (big.Jacobi(bx, bigP) >= 0) {
			t.Fatalf("sqrt %x: %d", bx, is)
		}
		z.square(&z)
		if is == 1 && z.equal(&x) != 1 {
			t.Fatalf("sqrt value %x", bx)
		}
	}
}

func TestFieldBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		x := randomElement(r)
		var b [32]byte
		bigElement(&x).FillBytes(b[:])
		var z element
		if below := z.setBytes(&b); below != (bigElement(&x).Cmp(bigP) < 0) {
			t.Fatalf("setBytes %x: %v", b, below)
		}
		if z != x {
			t.Fatal("setBytes changed the value")
		}
		z.bytes(&b)
		if new(big.Int).SetBytes(b[:]).Cmp(new(big.Int).Mod(bigElement(&x), bigP)) != 0 {
			t.Fatal("bytes not reduced")
		}
	}
}

func BenchmarkFieldMul(b *testing.B) {
	x, y := element{1, 2, 3, 4}, element{5, 6, 7, 1 << 60}
	for b.Loop() {
		x.mul(&x, &y)
	}
}

func BenchmarkFieldSquare(b *testing.B) {
	x := element{1, 2, 3, 1 << 60}
	for b.Loop() {
		x.square(&x)
	}
}

func BenchmarkFieldAdd(b *testing.B) {
	x, y := element{1, 2, 3, 4}, element{5, 6, 7, 1 << 60}
	for b.Loop() {
		x.add(&x, &y)
	}
}

func BenchmarkFieldInvert(b *testing.B) {
	x := element{1, 2, 3, 1 << 60}
	for b.Loop() {
		x.invert(&x)
	}
}
