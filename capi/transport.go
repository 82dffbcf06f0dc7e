package main

/*
#include "exports.h"
*/
import "C"

import (
	"sync"
	"unsafe"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// transportObject is an sv2_transport. Its handle's lock guards the sending half; a decoder may use the receiving half at
// the same time. The handle's lock is taken before receiving.
type transportObject struct {
	link      noise.Transport
	receiving sync.Mutex
	read      bool // by a decoder
}

// sealedSize is the size of whole plain frames once they are sealed.
func sealedSize(frames []byte) (int, status.Kind) {
	size := 0
	for len(frames) > 0 {
		f, rest, _, err := sv2.TakeFrame(frames, sv2.PayloadSizeMax)
		if err != nil {
			return 0, status.Truncated
		}
		size += noise.SealedFrameSize(len(f.Payload))
		frames = rest
	}
	return size, 0
}

//export sv2i_transport_seal
func sv2i_transport_seal(handle C.uint64_t, frames *C.sv2i_byte, framesLen C.size_t, out *C.uint8_t, outCap C.size_t, length *C.size_t) (st C.sv2_status) {
	o, t, kind := use[transportObject](handle, kindTransport)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if t.link.Closed() {
		return C.sv2_status(status.TransportClosed)
	}
	plain, dst := bytesAt(frames, framesLen), outputAt(out, outCap)
	size, kind := sealedSize(plain)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	*length = C.size_t(size)
	if size > len(dst) {
		return C.sv2_status(status.BufferTooSmall)
	}
	if overlap(plain, dst[:size]) {
		*length = 0
		return C.sv2_status(status.Argument)
	}
	for len(plain) > 0 {
		f, rest, _, _ := sv2.TakeFrame(plain, sv2.PayloadSizeMax)
		n, err := t.link.Seal(dst, (*[noise.HeaderSize]byte)(plain), f.Payload)
		if err != nil {
			*length = 0
			return report(err, nil)
		}
		plain, dst = rest, dst[n:]
	}
	return 0
}

// overlap reports whether two slices of C memory share a byte.
func overlap(a, b []byte) bool {
	return len(a) > 0 && len(b) > 0 && address(a) < address(b)+uintptr(len(b)) && address(b) < address(a)+uintptr(len(a))
}

//export sv2i_transport_seal_in_place
func sv2i_transport_seal_in_place(handle C.uint64_t, buffer *C.uint8_t, bufferCap, frameLen C.size_t, length *C.size_t) (st C.sv2_status) {
	o, t, kind := use[transportObject](handle, kindTransport)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if t.link.Closed() {
		return C.sv2_status(status.TransportClosed)
	}
	buf := outputAt(buffer, bufferCap)
	if frameLen < codec.HeaderSize || frameLen > codec.HeaderSize+codec.U24Max {
		return C.sv2_status(status.Truncated)
	}
	size := noise.SealedFrameSize(int(frameLen) - codec.HeaderSize)
	*length = C.size_t(size)
	if size > len(buf) {
		return C.sv2_status(status.BufferTooSmall)
	}
	if _, err := t.link.SealInPlace(buf, int(frameLen)); err != nil {
		*length = 0
		return report(err, nil)
	}
	return 0
}

//export sv2i_transport_open_in_place
func sv2i_transport_open_in_place(handle C.uint64_t, buffer *C.uint8_t, bufferLen C.size_t, maxPayloadSize C.uint32_t, out *C.sv2_frame, consumed, missing *C.size_t) (st C.sv2_status) {
	o, t, kind := use[transportObject](handle, kindTransport)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if t.link.Closed() {
		return C.sv2_status(status.TransportClosed)
	}
	if t.read {
		return C.sv2_status(status.State)
	}
	t.receiving.Lock()
	defer t.receiving.Unlock()
	buf := outputAt(buffer, bufferLen)
	size, n, err := t.link.OpenInPlace(buf, payloadLimit(maxPayloadSize))
	if err == status.Truncated {
		if missing != nil {
			*missing = C.size_t(t.link.Missing(len(buf)))
		}
		return C.SV2_WANT_INPUT
	}
	if t.link.Closed() {
		t.link.Close() // both halves are held: wipe both keys
	}
	if err != nil {
		return report(err, nil)
	}
	f, _, _, err := sv2.TakeFrame(buf[noise.Headroom:noise.Headroom+size], sv2.PayloadSizeMax)
	if err != nil {
		return report(err, nil)
	}
	putFrame(out, f)
	*consumed = C.size_t(n)
	return 0
}

//export sv2i_transport_handshake_hash
func sv2i_transport_handshake_hash(handle C.uint64_t, out *C.sv2_u256) (st C.sv2_status) {
	o, t, kind := use[transportObject](handle, kindTransport)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	*(*[32]byte)(unsafe.Pointer(out)) = t.link.HandshakeHash()
	return 0
}

//export sv2i_transport_free
func sv2i_transport_free(handle C.uint64_t) (st C.sv2_status) {
	o, t, kind := lock[transportObject](handle, kindTransport)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	t.receiving.Lock()
	defer t.receiving.Unlock()
	t.link.Close()
	o.destroy(handle)
	return 0
}
