package noise

import (
	"unsafe"

	"github.com/libsv2/libsv2/status"
)

// Headroom is the space that SealInPlace and OpenInPlace want in front of the
// plain frame.
const Headroom = TagSize

// Seal seals a frame from one buffer into another: header and payload are read,
// SealedFrameSize(len(payload)) bytes of dst are written, in one pass. It
// returns that size. dst must not overlap payload. Nothing is allocated.
//
// Kinds: Argument when the length in the header is not len(payload) or the
// buffers overlap, BufferTooSmall, FrameTooLarge, NonceExhausted,
// TransportClosed.
func (t *Transport) Seal(dst []byte, header *[HeaderSize]byte, payload []byte) (int, error) {
	size, err := t.prepareSeal(dst, header, len(payload))
	if err != nil {
		return 0, err
	}
	dst = dst[:size]
	if overlap(dst, payload) {
		return 0, status.Argument
	}
	t.sealHeader(dst, header)
	for at := SealedHeaderSize; len(payload) > 0; {
		n := min(len(payload), MaxChunk)
		t.sender.sealAt(t.sender.n, dst[at:at+n+TagSize], payload[:n], nil)
		t.sender.n++
		payload = payload[n:]
		at += n + TagSize
	}
	return size, nil
}

// SealInPlace seals a plain frame of frameSize bytes that starts at
// buf[Headroom]. The sealed frame starts at buf[0] and takes
// SealedFrameSize(frameSize-HeaderSize) bytes, which buf must have; the size is
// returned. A payload of one block is sealed where it is; of a longer one, every
// block but the first is moved behind the tags of those before it. Nothing is
// allocated. Kinds as for Seal.
func (t *Transport) SealInPlace(buf []byte, frameSize int) (int, error) {
	if frameSize < HeaderSize || len(buf) < Headroom+HeaderSize {
		return 0, status.Argument
	}
	header := (*[HeaderSize]byte)(buf[Headroom:])
	payload := frameSize - HeaderSize
	size, err := t.prepareSeal(buf, header, payload)
	if err != nil {
		return 0, err
	}
	// Blocks move towards the end, so the last goes first. Nonces are numbered
	// from the front all the same.
	first := t.sender.n + 1
	for i := chunkCount(payload) - 1; i >= 0; i-- {
		n := min(payload-i*MaxChunk, MaxChunk)
		from := SealedHeaderSize + i*MaxChunk
		to := SealedHeaderSize + i*MaxSealedChunk
		copy(buf[to:to+n], buf[from:from+n])
		t.sender.sealAt(first+uint64(i), buf[to:to+n+TagSize], buf[to:to+n], nil)
	}
	t.sealHeader(buf, header)
	t.sender.n += uint64(chunkCount(payload))
	return size, nil
}

// prepareSeal checks everything that can be wrong, before anything is written
// or counted.
func (t *Transport) prepareSeal(dst []byte, header *[HeaderSize]byte, payload int) (int, error) {
	if err := t.sendable(); err != nil {
		return 0, err
	}
	if payload > MaxPayload {
		return 0, status.FrameTooLarge
	}
	if payloadSize(header) != payload {
		return 0, status.Argument
	}
	size := SealedFrameSize(payload)
	if len(dst) < size {
		return 0, status.BufferTooSmall
	}
	if t.sender.left() < uint64(1+chunkCount(payload)) {
		return 0, t.failSending(status.NonceExhausted)
	}
	return size, nil
}

func (t *Transport) sealHeader(dst []byte, header *[HeaderSize]byte) {
	t.sendScratch = *header
	t.sender.sealAt(t.sender.n, dst[:SealedHeaderSize], t.sendScratch[:], nil)
	t.sender.n++
}

// overlap reports whether two slices share memory.
func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	firstA, firstB := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return firstA < firstB+uintptr(len(b)) && firstB < firstA+uintptr(len(a))
}
