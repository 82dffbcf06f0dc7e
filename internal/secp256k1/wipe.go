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

// stackUsed is more than the functions that handle secrets use of the stack.
const stackUsed = 12 * 1024

// wipeStack overwrites the part of the stack below the caller. Called before secrets
// are handled it makes the stack grow in time, so that no copy of them is left
// behind by growing; called after, it wipes what they left.
//
//go:noinline
func wipeStack() {
	var below [stackUsed]byte
	wipeBytes(below[:])
}

//go:noinline
func wipeBytes(b []byte) {
	clear(b)
}
