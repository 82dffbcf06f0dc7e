package noise

import "github.com/libsv2/libsv2/status"

// OpenHeader opens a sealed header of 22 bytes, writes the plain one, and
// returns the size of the payload. Unless that is 0, the next call must be
// OpenPayload. sealed and header may overlap.
//
// Kinds: State when a payload is due, Decrypt, NonceExhausted, TransportClosed.
func (t *Transport) OpenHeader(sealed *[SealedHeaderSize]byte, header *[HeaderSize]byte) (int, error) {
	if err := t.receivable(); err != nil {
		return 0, err
	}
	if t.hasPending {
		return 0, status.State
	}
	if err := t.receiver.open(t.receiveScratch[:], sealed[:], nil); err != nil {
		return 0, t.failReceiving(err)
	}
	*header = t.receiveScratch
	t.pending = t.receiveScratch
	n := payloadSize(header)
	t.hasPending = n > 0
	return n, nil
}

// OpenPayload opens the payload that the last OpenHeader announced, n bytes of
// it, from the SealedPayloadSize(n) bytes of sealed, and returns n. dst must
// have n bytes. It may start exactly where sealed does, or must not overlap it:
// then it is one pass from one buffer to the other. Nothing is allocated. On
// failure the n bytes of dst are zero.
//
// Kinds: State when no payload is due, Argument for a sealed of another length
// or a partial overlap, BufferTooSmall, Decrypt, NonceExhausted,
// TransportClosed.
func (t *Transport) OpenPayload(dst, sealed []byte) (int, error) {
	if err := t.receivable(); err != nil {
		return 0, err
	}
	if !t.hasPending {
		return 0, status.State
	}
	n := payloadSize(&t.pending)
	if len(sealed) != SealedPayloadSize(n) {
		return 0, status.Argument
	}
	if len(dst) < n {
		return 0, status.BufferTooSmall
	}
	inPlace := &dst[0] == &sealed[0]
	if !inPlace && overlap(dst[:n], sealed) {
		return 0, status.Argument
	}
	for done := 0; done < n; {
		size := min(n-done, MaxChunk)
		block := sealed[:size+TagSize]
		out := dst[done : done+size]
		if inPlace {
			out = block[:size] // opened where it is, then moved to the front
		}
		if err := t.openBlock(out, block); err != nil {
			wipe(dst[:n])
			return 0, err
		}
		if inPlace {
			copy(dst[done:], out)
		}
		sealed = sealed[size+TagSize:]
		done += size
	}
	t.hasPending = false
	return n, nil
}

// OpenInPlace opens a sealed frame that starts at buf[0]. The plain frame then
// starts at buf[Headroom] and has frameSize bytes; consumed bytes of buf were
// the sealed frame. A payload of one block is opened where it is.
//
// Truncated means that buf ends before the frame does and is no failure: the
// header, once opened, is remembered; call again with the same bytes and more
// behind them. Missing says how many. Other kinds as for OpenPayload.
//
// A header that states more than maxPayload bytes is FrameTooLarge and closes
// the link.
func (t *Transport) OpenInPlace(buf []byte, maxPayload int) (frameSize, consumed int, err error) {
	if err := t.receivable(); err != nil {
		return 0, 0, err
	}
	if !t.hasPending {
		if len(buf) < SealedHeaderSize {
			return 0, 0, status.Truncated
		}
		var header [HeaderSize]byte
		if _, err := t.OpenHeader((*[SealedHeaderSize]byte)(buf), &header); err != nil {
			return 0, 0, err
		}
	}
	n := payloadSize(&t.pending)
	if n > maxPayload {
		return 0, 0, t.failReceiving(status.FrameTooLarge)
	}
	consumed = SealedFrameSize(n)
	if len(buf) < consumed {
		return 0, 0, status.Truncated
	}
	if n > 0 {
		payload := buf[SealedHeaderSize:consumed]
		if _, err := t.OpenPayload(payload, payload); err != nil {
			return 0, 0, err
		}
	}
	copy(buf[Headroom:], t.pending[:])
	return HeaderSize + n, consumed, nil
}

// Missing returns how many bytes behind a sealed frame's first have bytes are
// needed before OpenInPlace can go on: up to the end of the header, or, once
// that is opened, of the frame.
func (t *Transport) Missing(have int) int {
	need := SealedHeaderSize
	if t.hasPending {
		need = SealedFrameSize(payloadSize(&t.pending))
	}
	return max(need-have, 0)
}

// openBlock opens one block of a payload. A failure closes the link.
func (t *Transport) openBlock(dst, sealed []byte) error {
	if err := t.receiver.open(dst, sealed, nil); err != nil {
		return t.failReceiving(err)
	}
	return nil
}
