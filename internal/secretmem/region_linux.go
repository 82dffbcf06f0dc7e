package secretmem

import "golang.org/x/sys/unix"

func (r *Region) reserve() error {
	page := unix.Getpagesize()
	size := (r.size + page - 1) / page * page
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	// Both are best effort: containers often allow no locked memory at all, and
	// a key that works there is worth more than none.
	_ = unix.Madvise(b, unix.MADV_DONTDUMP)
	r.locked = unix.Mlock(b) == nil
	r.bytes = b
	return nil
}

// free unmaps, which also unlocks.
func (r *Region) free() { _ = unix.Munmap(r.bytes) }
