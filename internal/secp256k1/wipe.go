package secp256k1

// The wiping functions are not inlined: the compiler has to assume that the
// memory is read afterwards, so the stores stay. They cannot reach registers,
// spilled copies, or the old stack after the runtime has moved it; see
// docs/security.md.

//go:noinline
func wipeScalars(list ...*scalar) {
	for _, s := range list {
		*s = scalar{}
	}
}

//go:noinline
func wipeHalves(a, b *half) {
	*a, *b = half{}, half{}
}

//go:noinline
func wipePoints(list []point) {
	clear(list)
}

//go:noinline
func wipeBytes(b []byte) {
	clear(b)
}
