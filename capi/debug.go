//go:build sv2debug

package main

/*
#cgo CFLAGS: -DSV2_DEBUG
#include "exports.h"
*/
import "C"

import (
	"runtime"

	"github.com/libsv2/libsv2/status"
)

// sv2i_debug_panic raises a panic inside a call: on the object of a handle, or without one when handle is 0.
//
//export sv2i_debug_panic
func sv2i_debug_panic(handle C.uint64_t, kind C.uint32_t) (st C.sv2_status) {
	if handle == 0 {
		defer guard(&st)
		panic("asked for")
	}
	o, k := find(uint64(handle), kindOf(kind))
	if k != 0 {
		return C.sv2_status(k)
	}
	defer o.done(&st)
	if o.poisoned {
		return C.sv2_status(status.Poisoned)
	}
	panic(status.Internal)
}

//export sv2i_debug_panic_count
func sv2i_debug_panic_count() C.uint64_t { return C.uint64_t(panics.Load()) }

// sv2i_debug_allocations counts what the Go heap has given out so far.
//
//export sv2i_debug_allocations
func sv2i_debug_allocations() C.uint64_t {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return C.uint64_t(m.Mallocs)
}
