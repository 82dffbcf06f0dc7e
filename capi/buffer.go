package main

/*
#include "exports.h"
*/
import "C"

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// bufObject is an sv2_buf.
type bufObject struct {
	buffer sv2.Buffer
	epoch  uint64 // counts changes, for views
	leases int
	open   bool // writable has been called and commit has not
}

// change is what every call does that ends the views of the buffer, once nothing can refuse it but a lease. It needs room
// for more bytes.
func (b *bufObject) change(room C.size_t) status.Kind {
	if b.leases > 0 {
		return status.Busy
	}
	if int(room) > b.buffer.Room() {
		return status.Limit
	}
	b.open = false
	b.epoch++
	return 0
}

//export sv2i_buf_new
func sv2i_buf_new(maxSize C.size_t, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	handle, err := create(kindBuf, &bufObject{buffer: sv2.NewBuffer(int(maxSize), cMemory)})
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_buf_free
func sv2i_buf_free(handle C.uint64_t) (st C.sv2_status) {
	o, b, kind := lock[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if b.leases > 0 {
		return C.sv2_status(status.Busy)
	}
	b.buffer.Release()
	o.destroy(handle)
	return 0
}

//export sv2i_buf_writable
func sv2i_buf_writable(handle C.uint64_t, size C.size_t, out *C.uintptr_t, capacity *C.size_t) (st C.sv2_status) {
	o, b, kind := use[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if kind := b.change(size); kind != 0 {
		return C.sv2_status(kind)
	}
	dst, kind := b.buffer.Writable(int(size))
	if kind != 0 {
		return C.sv2_status(kind)
	}
	b.open = true
	*out, *capacity = C.uintptr_t(address(dst)), C.size_t(len(dst))
	return 0
}

//export sv2i_buf_commit
func sv2i_buf_commit(handle C.uint64_t, size C.size_t) (st C.sv2_status) {
	o, b, kind := use[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if b.leases > 0 {
		return C.sv2_status(status.Busy)
	}
	if !b.open {
		return C.sv2_status(status.State)
	}
	if kind := b.buffer.Commit(int(size)); kind != 0 {
		return C.sv2_status(kind)
	}
	return C.sv2_status(b.change(0))
}

//export sv2i_buf_append
func sv2i_buf_append(handle C.uint64_t, prefix *C.sv2i_byte, prefixLen C.size_t, data *C.sv2i_byte, dataLen C.size_t) (st C.sv2_status) {
	o, b, kind := use[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if kind := b.change(prefixLen + dataLen); kind != 0 {
		return C.sv2_status(kind)
	}
	dst, kind := b.buffer.Writable(int(prefixLen + dataLen))
	if kind != 0 {
		return C.sv2_status(kind)
	}
	n := copy(dst, bytesAt(prefix, prefixLen))
	n += copy(dst[n:], bytesAt(data, dataLen))
	return C.sv2_status(b.buffer.Commit(n))
}

//export sv2i_buf_consume
func sv2i_buf_consume(handle C.uint64_t, size C.size_t) (st C.sv2_status) {
	o, b, kind := use[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if int(size) > b.buffer.Len() {
		return C.sv2_status(status.Argument)
	}
	if kind := b.change(0); kind != 0 {
		return C.sv2_status(kind)
	}
	return C.sv2_status(b.buffer.Consume(int(size)))
}

//export sv2i_buf_view
func sv2i_buf_view(handle C.uint64_t, lease C.uint32_t, data *C.uintptr_t, length *C.size_t, epoch *C.uint64_t) (st C.sv2_status) {
	o, b, kind := use[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	b.leases += int(lease)
	held := b.buffer.Data()
	*data, *length, *epoch = C.uintptr_t(address(held)), C.size_t(len(held)), C.uint64_t(b.epoch)
	return 0
}

// sv2i_buf_unlock works on a poisoned buffer too: otherwise a lease would keep it from being freed.
//
//export sv2i_buf_unlock
func sv2i_buf_unlock(handle C.uint64_t) (st C.sv2_status) {
	o, b, kind := lock[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if b.leases == 0 {
		return C.sv2_status(status.State)
	}
	b.leases--
	return 0
}

//export sv2i_view_check
func sv2i_view_check(handle, epoch C.uint64_t) (st C.sv2_status) {
	o, b, kind := use[bufObject](handle, kindBuf)
	if kind != 0 {
		return C.sv2_status(status.StaleView)
	}
	defer o.done(&st)
	if b.epoch != uint64(epoch) {
		return C.sv2_status(status.StaleView)
	}
	return 0
}
