package main

/*
#include <stdlib.h>
#include "exports.h"
*/
import "C"

import "unsafe"

func allocC(n int) []byte {
	p := C.calloc(1, C.size_t(n))
	if p == nil {
		return nil
	}
	return unsafe.Slice((*byte)(p), n)
}

func freeC(b []byte) { retire(unsafe.Pointer(unsafe.SliceData(b)), len(b)) }
