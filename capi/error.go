package main

/*
#include "exports.h"
*/
import "C"

import (
	"sync/atomic"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// report turns an error into a status and, if out is not nil, describes it there.
func report(err error, out *C.sv2_error) C.sv2_status {
	kind := status.Internal
	switch e := err.(type) {
	case nil:
		return 0
	case status.Kind:
		kind = e
	case *session.Error:
		kind = e.Kind
	case *sv2.Error:
		putError(out, e)
		return C.sv2_status(e.Kind)
	}
	if out != nil {
		*out = C.sv2_error{status: C.sv2_status(kind), field: C.SV2_FIELD_NONE}
	}
	return C.sv2_status(kind)
}

func putError(out *C.sv2_error, e *sv2.Error) {
	if out == nil {
		return
	}
	field := C.uint8_t(e.Field)
	switch e.Field {
	case sv2.NoField:
		field = C.SV2_FIELD_NONE
	case sv2.TLVField:
		field = C.SV2_FIELD_TLV
	}
	*out = C.sv2_error{
		status: C.sv2_status(e.Kind), extension_type: C.uint16_t(e.ExtensionType), msg_type: C.uint8_t(e.MsgType),
		field: field, offset: C.uint32_t(e.Offset), size: C.uint32_t(e.Size), limit: C.uint32_t(e.Limit),
	}
}

// fieldError is the error for a field of a C struct that does not describe a value.
func fieldError(id C.uint32_t, field int, kind status.Kind) error {
	return &sv2.Error{Kind: kind, ExtensionType: uint16(id >> 8), MsgType: uint8(id), Field: field}
}

//export sv2i_error_text
func sv2i_error_text(e *C.sv2i_error, out *C.uint8_t, outCap C.size_t, length *C.size_t) (st C.sv2_status) {
	defer guard(&st)
	kind := status.Kind(e.status)
	text := kind.Error()
	if kind != 0 && (e.msg_type != 0 || e.extension_type != 0 || e.size != 0 || e.field != C.SV2_FIELD_NONE) {
		field := int(e.field)
		switch e.field {
		case C.SV2_FIELD_NONE:
			field = sv2.NoField
		case C.SV2_FIELD_TLV:
			field = sv2.TLVField
		}
		text = (&sv2.Error{
			Kind: kind, ExtensionType: uint16(e.extension_type), MsgType: uint8(e.msg_type), Field: field,
			Offset: int(e.offset), Size: int(e.size), Limit: int(e.limit),
		}).Error()
	}
	*length = C.size_t(len(text) + 1)
	if *length > outCap {
		return C.sv2_status(status.BufferTooSmall)
	}
	dst := outputAt(out, outCap)
	dst[copy(dst, text)] = 0
	return 0
}

// panics counts the faults caught at the boundary.
var panics atomic.Uint64

// guard is deferred by every export that works without an object: it turns a panic into status.Internal.
func guard(st *C.sv2_status) {
	if recover() != nil {
		panics.Add(1)
		*st = C.sv2_status(status.Internal)
	}
}
