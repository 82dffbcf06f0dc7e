package main

import (
	"crypto/cipher"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
)

// link is an encrypted connection that seals whatever it is told to, one block at a time.
type link struct {
	sender, receiver cipher.AEAD
	sent, received   uint64
}

func nonce(n uint64) []byte {
	return binary.LittleEndian.AppendUint64(make([]byte, 4, chacha20poly1305.NonceSize), n)
}

// block seals any bytes as the next block.
func (l *link) block(plain []byte) []byte {
	sealed := l.sender.Seal(nil, nonce(l.sent), plain, nil)
	l.sent++
	return sealed
}

// frame seals a plain frame as section 4.6 wants it.
func (l *link) frame(plain []byte) []byte {
	sealed := l.block(plain[:codec.HeaderSize])
	for rest := plain[codec.HeaderSize:]; len(rest) > 0; {
		n := min(len(rest), noise.MaxChunk)
		sealed = append(sealed, l.block(rest[:n])...)
		rest = rest[n:]
	}
	return sealed
}

// open opens the next block.
func (l *link) open(sealed []byte) ([]byte, error) {
	plain, err := l.receiver.Open(nil, nonce(l.received), sealed, nil)
	l.received++
	return plain, err
}
