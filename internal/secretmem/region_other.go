//go:build !linux

package secretmem

func (r *Region) reserve() error {
	r.bytes = make([]byte, r.size)
	return nil
}

func (r *Region) free() {}
