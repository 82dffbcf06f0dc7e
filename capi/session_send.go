package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

//export sv2i_session_send
func sv2i_session_send(handle C.uint64_t, id C.uint32_t, message *C.sv2i_byte, trailing *C.sv2i_byte, trailingLen C.size_t, e *C.sv2_error) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return report(kind, e)
	}
	defer o.done(&st)
	return report(sendMessage(s.session, id, unsafe.Pointer(message), bytesAt(trailing, trailingLen)), e)
}

// send queues a message that was read from a C struct, unless field of that had no value: kind says why.
func send(s *session.Session, m sv2.Message, tlvs []byte, id C.uint32_t, field int, kind status.Kind) error {
	switch {
	case kind != 0:
		return fieldError(id, field, kind)
	case len(tlvs) > 0:
		return s.SendWithTLVs(m, tlvs)
	}
	return s.Send(m)
}

//export sv2i_session_send_share
func sv2i_session_send_share(handle C.uint64_t, message *C.sv2i_submit_shares_extended, userIdentity *C.sv2i_byte, userIdentityLen C.size_t, e *C.sv2_error) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return report(kind, e)
	}
	defer o.done(&st)
	defer func() { s.share = sv2.SubmitSharesExtended{} }() // it borrows
	if field, kind := getSubmitSharesExtended(&s.share, (*C.sv2_submit_shares_extended)(message)); kind != 0 {
		return report(fieldError(C.SV2_ID_SUBMIT_SHARES_EXTENDED, field, kind), e)
	}
	return report(s.session.SendShare(&s.share, bytesAt(userIdentity, userIdentityLen)), e)
}

//export sv2i_session_send_frame
func sv2i_session_send_frame(handle C.uint64_t, frame *C.sv2i_frame, e *C.sv2_error) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return report(kind, e)
	}
	defer o.done(&st)
	defer func() { s.raw = sv2.Raw{} }() // it borrows
	f := getFrame(frame)
	s.raw = sv2.Raw{ExtensionType: f.ExtensionType, MsgType: f.MsgType, ChannelMsg: f.ChannelMsg, Payload: f.Payload}
	return report(s.session.Send(&s.raw), e)
}

//export sv2i_session_forward
func sv2i_session_forward(handle C.uint64_t, frame *C.sv2i_frame, e *C.sv2_error) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return report(kind, e)
	}
	defer o.done(&st)
	return report(s.session.Forward(getFrame(frame)), e)
}
