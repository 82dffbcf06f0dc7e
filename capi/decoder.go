package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/sealed"
)

// frameSource is what an sv2_decoder reads frames from: *sv2.FrameDecoder or *sealed.FrameDecoder.
type frameSource interface {
	Feed(in []byte) (int, error)
	Writable() ([]byte, error)
	Commit(n int) error
	Next() (sv2.Frame, int, error)
	Buffered() int
	Failure() error
	Release()
}

// decoderObject is an sv2_decoder.
type decoderObject struct {
	frames   frameSource
	link     *transportObject // of a sealed decoder
	open     bool             // writable has been called and commit has not
	reported bool             // the error that ended the stream has been returned once
}

// hold keeps the link's receiving half until letGo.
func (d *decoderObject) hold() {
	if d.link != nil {
		d.link.receiving.Lock()
	}
}

func (d *decoderObject) letGo() {
	if d.link != nil {
		d.link.receiving.Unlock()
	}
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
	frames, err := sv2.NewFrameDecoder(int(maxPayloadSize), cMemory)
	if err != nil {
		return report(err, nil)
	}
	handle, err := create(kindDecoder, &decoderObject{frames: frames})
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_decoder_new_sealed
func sv2i_decoder_new_sealed(maxPayloadSize C.uint32_t, transport C.uint64_t, out *C.uint64_t) (st C.sv2_status) {
	o, t, kind := use[transportObject](transport, kindTransport)
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
	frames, err := sealed.NewFrameDecoder(&t.link, int(maxPayloadSize), cMemory)
	if err != nil {
		return report(err, nil)
	}
	handle, err := create(kindDecoder, &decoderObject{frames: frames, link: t})
	*out = C.uint64_t(handle)
	t.read = err == nil
	return report(err, nil)
}

//export sv2i_decoder_free
func sv2i_decoder_free(handle C.uint64_t) (st C.sv2_status) {
	o, d, kind := lock[decoderObject](handle, kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	d.hold()
	defer d.letGo()
	d.frames.Release()
	o.destroy(handle)
	return 0
}

//export sv2i_decoder_feed
func sv2i_decoder_feed(handle C.uint64_t, in *C.sv2i_byte, inLen C.size_t, consumed *C.size_t) (st C.sv2_status) {
	o, d, kind := use[decoderObject](handle, kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	d.hold()
	defer d.letGo()
	d.open = false
	n, err := d.frames.Feed(bytesAt(in, inLen))
	*consumed = C.size_t(n)
	return report(d.ended(err), nil)
}

//export sv2i_decoder_writable
func sv2i_decoder_writable(handle C.uint64_t, out *C.uintptr_t, capacity *C.size_t) (st C.sv2_status) {
	o, d, kind := use[decoderObject](handle, kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	d.hold()
	defer d.letGo()
	dst, err := d.frames.Writable()
	d.open = err == nil
	*out, *capacity = C.uintptr_t(address(dst)), C.size_t(len(dst))
	return report(d.ended(err), nil)
}

//export sv2i_decoder_commit
func sv2i_decoder_commit(handle C.uint64_t, size C.size_t) (st C.sv2_status) {
	o, d, kind := use[decoderObject](handle, kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	d.hold()
	defer d.letGo()
	if !d.open {
		if err := d.frames.Failure(); err != nil {
			return report(d.ended(err), nil)
		}
		return C.sv2_status(status.State)
	}
	err := d.frames.Commit(int(size))
	d.open = err == status.Argument
	return report(d.ended(err), nil)
}

//export sv2i_decoder_next_batch
func sv2i_decoder_next_batch(handle C.uint64_t, out *C.sv2_frame, outCap C.size_t, count, missing *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	o, d, kind := use[decoderObject](handle, kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	d.hold()
	defer d.letGo()
	if d.link != nil {
		outCap = 1 // the next frame would overwrite it
	}
	frames := unsafe.Slice(out, int(outCap))
	for i := range frames {
		f, miss, err := d.frames.Next()
		if err == status.WantInput {
			if missing != nil {
				*missing = C.size_t(miss)
			}
			return 0
		}
		if err != nil {
			return report(d.ended(err), e)
		}
		putFrame(&frames[i], f)
		*count = C.size_t(i + 1)
	}
	return 0
}

//export sv2i_decoder_buffered
func sv2i_decoder_buffered(handle C.uint64_t, out *C.size_t) (st C.sv2_status) {
	o, d, kind := use[decoderObject](handle, kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	d.hold()
	defer d.letGo()
	*out = C.size_t(d.frames.Buffered())
	return 0
}

//export sv2i_decoder_error
func sv2i_decoder_error(handle C.uint64_t, out *C.sv2_error) (st C.sv2_status) {
	o, d, kind := lock[decoderObject](handle, kindDecoder)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	err := d.frames.Failure()
	if err == nil && o.poisoned {
		err = status.Internal
	}
	report(err, out)
	return 0
}
