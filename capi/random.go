package main

import (
	"io"

	"golang.org/x/sys/unix"
)

// systemRandom reads getrandom(2). crypto/rand would do the same, and link math/big and fmt for it.
type systemRandom struct{}

func (systemRandom) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		got, err := unix.Getrandom(p[n:], 0)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return n, err
		case got == 0:
			return n, io.ErrNoProgress
		}
		n += max(got, 0)
	}
	return len(p), nil
}
