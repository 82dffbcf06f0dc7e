// Package secretmem keeps long-lived secrets outside the Go heap: where the
// garbage collector cannot move or copy them, a core dump leaves them out, and,
// as far as the process may, they are not swapped out.
//
// On Linux a region is its own anonymous mapping, locked with mlock where the
// limit RLIMIT_MEMLOCK permits and marked MADV_DONTDUMP. On other systems it is
// ordinary memory of the Go heap, wiped on release and otherwise unprotected.
package secretmem

// Region is some bytes for one secret. The zero Region is a released one. It is
// not safe for use while another goroutine releases it.
type Region struct{ *mapping }

// mapping is behind a pointer, and its bytes behind another: package fmt
// follows one when a verb does not fit.
type mapping struct {
	bytes  []byte // a whole number of pages on Linux
	size   int
	locked bool
}

// New reserves size zero bytes, or fails with the error of the operating system.
func New(size int) (*Region, error) {
	r := &Region{&mapping{size: size}}
	if err := r.reserve(); err != nil {
		return nil, err
	}
	return r, nil
}

// Bytes returns the memory, or nil after Release.
func (r *Region) Bytes() []byte {
	if r == nil || r.mapping == nil || r.bytes == nil {
		return nil
	}
	return r.bytes[:r.size:r.size]
}

// Locked reports whether the memory cannot be swapped out.
func (r *Region) Locked() bool { return r.Bytes() != nil && r.locked }

// Release wipes the memory and gives it back. Releasing twice does nothing.
func (r *Region) Release() {
	if r.Bytes() == nil {
		return
	}
	wipe(r.bytes)
	r.free()
	r.bytes, r.locked = nil, false
}

//go:noinline
func wipe(b []byte) { clear(b) }
