package main

/*
#include "exports.h"
*/
import "C"

import (
	"sync"
	"sync/atomic"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// A handle is kind in 8 bits, generation in 32 and slot in 24. Generations start at 1, so a live handle is never 0; a slot
// whose generation would wrap is retired, so a stale handle never names a new object.
const (
	slotBits       = 24
	generationBits = 32
	slotMask       = 1<<slotBits - 1
	chunkBits      = 10
	chunkSize      = 1 << chunkBits
)

// kindOf are the kinds of objects, SV2_HANDLE_* in C.
type kindOf uint8

const (
	kindBuf            kindOf = C.SV2_HANDLE_BUF
	kindDecoder        kindOf = C.SV2_HANDLE_DECODER
	kindSecretKey      kindOf = C.SV2_HANDLE_SECRET_KEY
	kindIdentity       kindOf = C.SV2_HANDLE_IDENTITY
	kindInitiator      kindOf = C.SV2_HANDLE_INITIATOR
	kindTransport      kindOf = C.SV2_HANDLE_TRANSPORT
	kindAdmission      kindOf = C.SV2_HANDLE_ADMISSION
	kindSessionProfile kindOf = C.SV2_HANDLE_SESSION_PROFILE
	kindSession        kindOf = C.SV2_HANDLE_SESSION
	kindFailover       kindOf = C.SV2_HANDLE_FAILOVER
	kindCount                 = C.SV2_HANDLE_FAILOVER + 1
)

// object is a slot of the table and what it holds. mu serialises the calls on its handle.
type object struct {
	mu         sync.Mutex
	generation uint32
	kind       kindOf // 0 while the slot is free
	poisoned   bool
	contents   any // a pointer to what the kind stands for, such as *bufObject
}

// table finds objects by slot. Chunks are never moved or freed, so a lookup takes no lock but the object's own.
var table struct {
	chunks [1 << (slotBits - chunkBits)]atomic.Pointer[[chunkSize]object]
	mu     sync.Mutex
	next   uint32   // slots used so far
	free   []uint32 // slots that can be used again
	live   [kindCount]atomic.Int64
}

// create takes a free slot for an object of a kind and returns its handle.
func create(kind kindOf, contents any) (uint64, error) {
	slot, o := claim()
	if o == nil {
		return 0, status.NoMemory
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.generation++
	o.kind, o.poisoned, o.contents = kind, false, contents
	table.live[kind].Add(1)
	return uint64(kind)<<(generationBits+slotBits) | uint64(o.generation)<<slotBits | uint64(slot), nil
}

func claim() (uint32, *object) {
	table.mu.Lock()
	defer table.mu.Unlock()
	if n := len(table.free); n > 0 {
		slot := table.free[n-1]
		table.free = table.free[:n-1]
		return slot, at(slot)
	}
	if table.next > slotMask {
		return 0, nil
	}
	slot := table.next
	chunk := &table.chunks[slot>>chunkBits]
	if chunk.Load() == nil {
		chunk.Store(new([chunkSize]object))
	}
	table.next++
	return slot, at(slot)
}

func recycle(slot uint32) {
	table.mu.Lock()
	defer table.mu.Unlock()
	table.free = append(table.free, slot)
}

// at returns the object in a slot, or nil for a slot that was never used.
func at(slot uint32) *object {
	chunk := table.chunks[slot>>chunkBits].Load()
	if chunk == nil {
		return nil
	}
	return &chunk[slot&(chunkSize-1)]
}

// lock finds the object of a handle and locks it, whether it is poisoned or not.
func lock[T any](handle C.uint64_t, kind kindOf) (*object, *T, status.Kind) {
	o, k := find(uint64(handle), kind)
	if k != 0 {
		return nil, nil, k
	}
	return o, o.contents.(*T), 0
}

// use is lock for calls that a poisoned object refuses.
func use[T any](handle C.uint64_t, kind kindOf) (*object, *T, status.Kind) {
	o, contents, k := lock[T](handle, kind)
	if k == 0 && o.poisoned {
		o.mu.Unlock()
		return nil, nil, status.Poisoned
	}
	return o, contents, k
}

func find(handle uint64, kind kindOf) (*object, status.Kind) {
	if kindOf(handle>>(generationBits+slotBits)) != kind {
		if k := kindOf(handle >> (generationBits + slotBits)); k == 0 || k >= kindCount {
			return nil, status.Handle
		}
		return nil, status.HandleKind
	}
	o := at(uint32(handle & slotMask))
	if o == nil {
		return nil, status.Handle
	}
	o.mu.Lock()
	if o.kind != kind || o.generation != uint32(handle>>slotBits) {
		o.mu.Unlock()
		return nil, status.Handle
	}
	return o, 0
}

// done is deferred by every export that has locked an object: it unlocks it, and poisons it if the call panicked.
func (o *object) done(st *C.sv2_status) {
	if recover() != nil {
		panics.Add(1)
		o.poisoned = true
		*st = C.sv2_status(status.Internal)
	}
	o.mu.Unlock()
}

// destroy frees the slot of a locked object, whose contents have been released.
func (o *object) destroy(handle C.uint64_t) {
	table.live[o.kind].Add(-1)
	o.kind, o.contents = 0, nil
	if o.generation < 1<<generationBits-1 {
		recycle(uint32(handle & slotMask))
	}
}

//export sv2i_live_handles
func sv2i_live_handles(kind C.uint32_t, count *C.size_t) C.sv2_status {
	if kind >= kindCount {
		return C.sv2_status(status.Argument)
	}
	n := int64(0)
	for k := range table.live {
		if kind == 0 || k == int(kind) {
			n += table.live[k].Load()
		}
	}
	*count = C.size_t(n)
	return 0
}

// cMemory gives buffers their bytes from the C heap, where valgrind and AddressSanitizer watch them.
var cMemory = sv2.Memory{Alloc: allocC, Free: freeC}
