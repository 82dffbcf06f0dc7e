package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// payloadLimit is a caller's largest payload, 0 meaning the default. The shim has checked it.
func payloadLimit(n C.uint32_t) int {
	if n == 0 {
		return sv2.PayloadSizeDefault
	}
	return int(n)
}

// takeEach passes every complete frame of in to each and tells the caller how far it came.
func takeEach(in []byte, maxPayload int, limit C.size_t, count, consumed, missing *C.size_t, each func(i int, f sv2.Frame) error) error {
	n, rest, miss, err := sv2.EachFrame(in, maxPayload, int(limit), each)
	*count, *consumed = C.size_t(n), C.size_t(len(in)-len(rest))
	if missing != nil {
		*missing = C.size_t(miss)
	}
	return err
}

//export sv2i_frame_decode_batch
func sv2i_frame_decode_batch(in *C.sv2i_byte, inLen C.size_t, maxPayloadSize C.uint32_t, out *C.sv2_frame, outCap C.size_t, count, consumed, missing *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	frames := unsafe.Slice(out, int(outCap))
	return report(takeEach(bytesAt(in, inLen), payloadLimit(maxPayloadSize), outCap, count, consumed, missing, func(i int, f sv2.Frame) error {
		putFrame(&frames[i], f)
		return nil
	}), e)
}

//export sv2i_frame_encode
func sv2i_frame_encode(frame *C.sv2i_frame, out *C.uint8_t, outCap C.size_t, length *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	f := getFrame(frame)
	raw := sv2.Raw{ExtensionType: f.ExtensionType, MsgType: f.MsgType, ChannelMsg: f.ChannelMsg, Payload: f.Payload}
	dst := outputAt(out, outCap)
	size := sv2.FrameSize(&raw, nil)
	if !fits(size, dst) {
		n, err := tooSmall(size, raw.Validate())
		*length = C.size_t(n)
		return report(err, e)
	}
	if _, err := raw.AppendFrame(dst[:0], nil); err != nil {
		return report(err, e)
	}
	*length = C.size_t(size)
	return 0
}

//export sv2i_frame_check
func sv2i_frame_check(frame *C.sv2i_frame, protocol, from, strict C.uint32_t) (st C.sv2_status) {
	defer guard(&st)
	var p sv2.Protocol
	switch protocol {
	case sv2.ProtocolMining:
		p = sv2.Mining
	case sv2.ProtocolJobDeclaration:
		p = sv2.JobDeclaration
	case sv2.ProtocolTemplateDistribution:
		p = sv2.TemplateDistribution
	default:
		return C.sv2_status(status.Argument)
	}
	return report(sv2.CheckFrame(getFrame(frame), p, sv2.Party(from), strict != 0), nil)
}
