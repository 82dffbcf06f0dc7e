package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// decoderObject is an sv2_decoder.
type decoderObject struct {
	frames   *sv2.FrameDecoder
	open     bool // writable has been called and commit has not
	reported bool // the error that ended the stream has been returned once
}

// ended turns a second report of the error that ended the stream into status.Poisoned.
func (d *decoderObject) ended(err error) error {
	if err == nil || err != d.frames.Failure() {
		return err
	}
	if d.reported {
		return status.Poisoned
	}
	d.reported = true
	return err
}

//export sv2i_decoder_new
func sv2i_decoder_new(maxPayloadSize C.uint32_t, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	handle, err := create(kindDecoder, func(o *object) error {
		frames, err := sv2.NewFrameDecoder(int(maxPayloadSize), cMemory)
		o.decoder = &decoderObject{frames: frames}
		return err
	})
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_decoder_free
func sv2i_decoder_free(handle C.uint64_t) (st C.sv2_status) {
	o, kind := lock(uint64(handle), kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	o.decoder.frames.Release()
	o.destroy(slotOf(uint64(handle)))
	return 0
}

//export sv2i_decoder_feed
func sv2i_decoder_feed(handle C.uint64_t, in *C.sv2i_byte, inLen C.size_t, consumed *C.size_t) (st C.sv2_status) {
	o, kind := use(uint64(handle), kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	o.decoder.open = false
	n, err := o.decoder.frames.Feed(bytesAt(in, inLen))
	*consumed = C.size_t(n)
	return report(o.decoder.ended(err), nil)
}

//export sv2i_decoder_writable
func sv2i_decoder_writable(handle C.uint64_t, out *C.uintptr_t, capacity *C.size_t) (st C.sv2_status) {
	o, kind := use(uint64(handle), kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	dst, err := o.decoder.frames.Writable()
	o.decoder.open = err == nil
	*out, *capacity = C.uintptr_t(address(dst)), C.size_t(len(dst))
	return report(o.decoder.ended(err), nil)
}

//export sv2i_decoder_commit
func sv2i_decoder_commit(handle C.uint64_t, size C.size_t) (st C.sv2_status) {
	o, kind := use(uint64(handle), kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if !o.decoder.open {
		return C.sv2_status(status.State)
	}
	err := o.decoder.frames.Commit(int(size))
	o.decoder.open = err == status.Argument
	return report(o.decoder.ended(err), nil)
}

//export sv2i_decoder_next_batch
func sv2i_decoder_next_batch(handle C.uint64_t, out *C.sv2_frame, outCap C.size_t, count, missing *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	o, kind := use(uint64(handle), kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	frames := unsafe.Slice(out, int(outCap))
	for i := range frames {
		f, miss, err := o.decoder.frames.Next()
		if err == status.WantInput {
			if missing != nil {
				*missing = C.size_t(miss)
			}
			return 0
		}
		if err != nil {
			return report(o.decoder.ended(err), e)
		}
		putFrame(&frames[i], f)
		*count = C.size_t(i + 1)
	}
	return 0
}

//export sv2i_decoder_buffered
func sv2i_decoder_buffered(handle C.uint64_t, out *C.size_t) (st C.sv2_status) {
	o, kind := use(uint64(handle), kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	*out = C.size_t(o.decoder.frames.Buffered())
	return 0
}

//export sv2i_decoder_error
func sv2i_decoder_error(handle C.uint64_t, out *C.sv2_error) (st C.sv2_status) {
	o, kind := lock(uint64(handle), kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	report(o.decoder.frames.Failure(), out)
	return 0
}
