package main

import (
	"io"

	"golang.org/x/crypto/chacha20"
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

// source is randomness that a session keeps until its handshake has drawn from it.
type source interface {
	io.Reader
	wipe()
}

// newSource copies bytes that are read as they are, or a seed that is stretched.
func newSource(bytes []byte, seed bool) source {
	if !seed {
		own := append([]byte(nil), bytes...)
		return &copied{recorded{own}, own}
	}
	var nonce [chacha20.NonceSize]byte
	stream, err := chacha20.NewUnauthenticatedCipher(bytes, nonce[:])
	if err != nil {
		return &copied{} // gives nothing
	}
	return (*stretched)(stream)
}

// copied is recorded with bytes of its own.
type copied struct {
	recorded
	own []byte
}

func (c *copied) wipe() { clear(c.own) }

// stretched is the ChaCha20 stream of a seed.
type stretched chacha20.Cipher

func (s *stretched) Read(p []byte) (int, error) {
	clear(p)
	(*chacha20.Cipher)(s).XORKeyStream(p, p)
	return len(p), nil
}

func (s *stretched) wipe() { *s = stretched{} }
