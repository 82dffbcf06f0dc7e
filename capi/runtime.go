package main

/*
#include "exports.h"
*/
import "C"

import (
	"math"
	"runtime"
	"runtime/debug"
)

//export sv2i_configure
func sv2i_configure(maxThreads C.uint32_t, memoryLimit C.uint64_t, gcPercent C.uint32_t) {
	if maxThreads != 0 {
		runtime.GOMAXPROCS(int(maxThreads))
	}
	if memoryLimit != 0 {
		debug.SetMemoryLimit(int64(min(uint64(memoryLimit), math.MaxInt64)))
	}
	if gcPercent != 0 {
		debug.SetGCPercent(int(min(gcPercent, math.MaxInt32)))
	}
}
