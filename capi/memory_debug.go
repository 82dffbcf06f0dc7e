//go:build sv2debug

package main

/*
#include <stdlib.h>
#include <string.h>
*/
import "C"

import (
	"sync"
	"unsafe"
)

// quarantine keeps the last freed blocks, filled with 0xDD, so that a stale view shows itself.
var quarantine struct {
	sync.Mutex
	blocks [64]unsafe.Pointer
	next   int
}

func retire(p unsafe.Pointer, n int) {
	C.memset(p, 0xdd, C.size_t(n))
	quarantine.Lock()
	defer quarantine.Unlock()
	C.free(quarantine.blocks[quarantine.next])
	quarantine.blocks[quarantine.next] = p
	quarantine.next = (quarantine.next + 1) % len(quarantine.blocks)
}
