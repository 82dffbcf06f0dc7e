package secp256k1

import "sync"

// windowSize is the number of multiples kept for one window of four signed
// bits: 1 to 8 times the point, the sign being applied afterwards.
const windowSize = 8

// multiply sets p = k*q in constant time: the same doublings, additions and
// full table scans for every k.
func (p *point) multiply(k *scalar, q *point) {
	k1, k2 := k.split()
	var table [windowSize]point
	table[0] = *q
	for i := 1; i < windowSize; i++ {
		if i%2 == 1 {
			table[i].double(&table[i/2])
		} else {
			table[i].add(&table[i-1], q)
		}
	}
	var work [2]point
	sum, term := &work[0], &work[1]
	sum.setIdentity()
	for i := halfWindows - 1; i >= 0; i-- {
		if i != halfWindows-1 {
			sum.double(sum)
			sum.double(sum)
			sum.double(sum)
			sum.double(sum)
		}
		magnitude, negative := k1.digit(i)
		term.selectMultiple(&table, magnitude)
		term.y.negateIf(negative ^ k1.negative)
		sum.add(sum, term)

		magnitude, negative = k2.digit(i)
		term.selectMultiple(&table, magnitude)
		term.y.negateIf(negative ^ k2.negative)
		term.x.mul(&term.x, &beta)
		sum.add(sum, term)
	}
	*p = *sum
	wipePoints(work[:])
	wipePoints(table[:])
	wipeHalves(&k1, &k2)
}

// selectMultiple sets p to table[magnitude-1], or to the identity for 0, having
// read every entry.
func (p *point) selectMultiple(table *[windowSize]point, magnitude uint64) {
	p.setIdentity()
	for i := range table {
		p.assignIf(&table[i], zeroFlag(magnitude^uint64(i+1)))
	}
}

// baseWindows covers 256 bits by fours, and the carry out of the top.
const baseWindows = 65

// baseTable holds 1 to 8 times 16^i times the generator: 33 kB, computed on
// first use, so that it costs nothing in the binary and nothing to a program
// that never shakes hands.
var baseTable struct {
	once    sync.Once
	entries *[baseWindows][windowSize]affine
}

func computeBaseTable() {
	entries := new([baseWindows][windowSize]affine)
	var base point
	base.setAffine(&generator)
	for w := range entries {
		var multiples [windowSize]point
		multiples[0] = base
		for i := 1; i < windowSize; i++ {
			multiples[i].add(&multiples[i-1], &base)
		}
		batchAffine(&entries[w], &multiples)
		base.double(&multiples[windowSize-1])
	}
	baseTable.entries = entries
}

// batchAffine converts with one inversion: running products forwards, then the
// inverse of each factor peeled off backwards.
func batchAffine(out *[windowSize]affine, in *[windowSize]point) {
	var products [windowSize]element
	products[0] = in[0].z
	for i := 1; i < windowSize; i++ {
		products[i].mul(&products[i-1], &in[i].z)
	}
	var inverse, single element
	inverse.invert(&products[windowSize-1])
	for i := windowSize - 1; i >= 0; i-- {
		single = inverse
		if i > 0 {
			single.mul(&inverse, &products[i-1])
			inverse.mul(&inverse, &in[i].z)
		}
		out[i].x.mul(&in[i].x, &single)
		out[i].y.mul(&in[i].y, &single)
	}
}

// multiplyBase sets p = k*G in constant time.
func (p *point) multiplyBase(k *scalar) {
	baseTable.once.Do(computeBaseTable)
	digits := *k
	var work [2]point
	sum, next := &work[0], &work[1]
	var term affine
	sum.setIdentity()
	for w := range baseTable.entries {
		magnitude, negative := boothDigit(digits[:], w)
		term = affine{}
		for i := range baseTable.entries[w] {
			entry := &baseTable.entries[w][i]
			flag := zeroFlag(magnitude ^ uint64(i+1))
			term.x.assignIf(&entry.x, flag)
			term.y.assignIf(&entry.y, flag)
		}
		term.y.negateIf(negative)
		// For the digit 0 the sum is of a point that is not there: dropped.
		next.addAffine(sum, &term)
		sum.assignIf(next, 1^zeroFlag(magnitude))
	}
	*p = *sum
	wipePoints(work[:])
	wipeScalars(&digits)
}
