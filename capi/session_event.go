package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2/session"
)

// cBlock is memory of the C heap that views of the caller point into.
type cBlock []byte

// reserve replaces what the block holds by n zeroed bytes.
func (b *cBlock) reserve(n int) status.Kind {
	b.release()
	if n == 0 {
		return 0
	}
	if *b = allocC(n); *b == nil {
		return status.NoMemory
	}
	return 0
}

func (b *cBlock) release() {
	if *b != nil {
		clear(*b)
		freeC(*b)
		*b = nil
	}
}

func putExtensions(out *C.uint16_t, extensions []uint16) {
	copy(unsafe.Slice((*uint16)(unsafe.Pointer(out)), len(extensions)), extensions)
}

// storeExtensions copies extensions to the front of a block and views them.
func (b cBlock) storeExtensions(out *C.sv2_extension_list, extensions []uint16) {
	if len(extensions) > 0 {
		putExtensions((*C.uint16_t)(unsafe.Pointer(unsafe.SliceData(b))), extensions)
		storeAddress(unsafe.Pointer(&out.types), b)
		out.count = C.size_t(len(extensions))
	}
}

// An event is given to the caller in one piece. When there is no memory for what it points to, it is kept: such events
// have no frame, so that no other call ends what they hold.
//
//export sv2i_session_next_event
func sv2i_session_next_event(handle C.uint64_t, out *C.sv2_session_event, hook *C.sv2i_hooks, text *C.uint8_t, textLen *C.size_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	s.extensions.release()
	e := s.event
	if !s.pending {
		var ok bool
		if e, ok = s.session.NextEvent(); !ok {
			return C.SV2_WANT_INPUT
		}
	}
	if kind := s.show(&e, out); kind != 0 {
		s.event, s.pending = e, true
		return C.sv2_status(kind)
	}
	if s.pending {
		s.event, s.pending = session.Event{}, false
	}
	if level := e.Level(); s.hooks.log != 0 && level <= s.hooks.level {
		s.hooks.put(hook)
		hook.log_level = C.uint32_t(level)
		*textLen = C.size_t(putLine(&e, unsafe.Slice((*byte)(unsafe.Pointer(text)), C.SV2_LOG_TEXT_SIZE)))
	}
	return 0
}

// putLine writes the event's line and a NUL into dst, cut in front of a character that does not fit.
func putLine(e *session.Event, dst []byte) int {
	line := e.AppendText(dst[: 0 : len(dst)-1])
	n := copy(dst[:len(dst)-1], line)
	if n < len(line) {
		for n > 0 && line[n]&0xc0 == 0x80 {
			n--
		}
	}
	dst[n] = 0
	return n
}

func (s *sessionObject) show(e *session.Event, out *C.sv2_session_event) status.Kind {
	switch {
	case e.Kind == session.EventEnd:
		if kind := s.storeEnd(e.Error, &out.error_code, &out.extensions); kind != 0 {
			return kind
		}
	case len(e.Extensions) > 0:
		if kind := s.extensions.reserve(2 * len(e.Extensions)); kind != 0 {
			return kind
		}
		s.extensions.storeExtensions(&out.extensions, e.Extensions)
	}
	out.kind, out.phase = C.uint32_t(e.Kind), C.uint32_t(e.Phase)
	out.status, out.status_class = C.sv2_status(e.Status), C.int32_t(e.Class)
	out.flags = C.uint32_t(e.Flags)
	putFrame(&out.frame, e.Frame)
	putBytes(&out.user_identity, e.UserIdentity)
	out.has_user_identity = putBool(e.HasUserIdentity)
	out.protocol, out.used_version = C.uint8_t(e.Protocol), C.uint16_t(e.UsedVersion)
	out.drain = putBool(e.Drain)
	return 0
}

// storeEnd copies what is known of the end, once, and views it.
func (s *sessionObject) storeEnd(e *session.Error, code *C.sv2_bytes, extensions *C.sv2_extension_list) status.Kind {
	size := 2 * len(e.Extensions)
	if s.ending == nil {
		if kind := s.ending.reserve(size + len(e.Code)); kind != 0 {
			return kind
		}
		copy(s.ending[size:], e.Code)
	}
	s.ending.storeExtensions(extensions, e.Extensions)
	putBytes(code, s.ending[size:])
	return 0
}

//export sv2i_session_error_get
func sv2i_session_error_get(handle C.uint64_t, out *C.sv2_session_error) (st C.sv2_status) {
	o, s, kind := lock[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	e, _ := s.session.Err().(*session.Error)
	if o.poisoned && e == nil {
		e = &session.Error{Kind: status.Internal, Phase: s.session.Phase()}
	}
	if e == nil {
		return 0
	}
	if kind := s.storeText(e); kind != 0 {
		return C.sv2_status(kind)
	}
	if kind := s.storeEnd(e, &out.error_code, &out.extensions); kind != 0 {
		return C.sv2_status(kind)
	}
	putBytes(&out.text, s.text[:len(s.text)-1])
	out.status, out.status_class = C.sv2_status(e.Kind), C.int32_t(e.Kind.Class())
	out.phase, out.flags = C.uint32_t(e.Phase), C.uint32_t(e.Flags)
	report(e.Err, &out.message)
	return 0
}

func (s *sessionObject) storeText(e *session.Error) status.Kind {
	if s.text == nil {
		text := e.Error()
		if kind := s.text.reserve(len(text) + 1); kind != 0 {
			return kind
		}
		copy(s.text, text)
	}
	return 0
}
