package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// knownID marks the SV2_ID_* of a known message; extension_type and msg_type are below it.
const knownID = 1 << 24

// fits reports whether a frame of this size is to be written into dst; one that no frame may have is left to fail there.
func fits(size int, dst []byte) bool {
	return size <= len(dst) || size > codec.HeaderSize+codec.U24Max
}

// tooSmall is what an encoder returns instead of writing, once it knows that the message is valid.
func tooSmall(size int, invalid error) (int, error) {
	if invalid != nil {
		return 0, invalid
	}
	return size, status.BufferTooSmall
}

//export sv2i_message_decode
func sv2i_message_decode(id C.uint32_t, frame *C.sv2i_frame, out unsafe.Pointer, trailing *C.sv2_bytes, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	if uint32(id) != knownID|uint32(frame.extension_type)<<8|uint32(frame.msg_type) {
		return report(&sv2.Error{
			Kind: status.UnexpectedMessage, ExtensionType: uint16(frame.extension_type), MsgType: uint8(frame.msg_type),
			Field: sv2.NoField, Size: int(frame.payload_len),
		}, e)
	}
	payload := bytesAt((*C.sv2i_byte)(frame.payload), frame.payload_len)
	rest, err := decodeMessage(id, payload, out, trailing != nil)
	if err != nil {
		return report(err, e)
	}
	if trailing != nil {
		putBytes(trailing, rest)
	}
	return 0
}

// unexpectedTrailing is the error for bytes behind a message whose caller has no use for them.
func unexpectedTrailing(id C.uint32_t, payload, rest []byte) error {
	return &sv2.Error{
		Kind: status.Trailing, ExtensionType: uint16(id >> 8), MsgType: uint8(id), Field: sv2.NoField,
		Offset: len(payload) - len(rest), Size: len(payload),
	}
}

//export sv2i_message_encode
func sv2i_message_encode(id C.uint32_t, message *C.sv2i_byte, trailing *C.sv2i_byte, trailingLen C.size_t, out *C.uint8_t, outCap C.size_t, length *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	size, err := encodeMessage(id, unsafe.Pointer(message), bytesAt(trailing, trailingLen), outputAt(out, outCap))
	if err == nil || err == status.BufferTooSmall {
		*length = C.size_t(size)
	}
	return report(err, e)
}

//export sv2i_message_decode_any
func sv2i_message_decode_any(frame *C.sv2i_frame, out *C.sv2_message, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	return report(decodeAny(getFrame(frame), out), e)
}

// decodeAny writes every member of out but those of as that belong to other messages.
func decodeAny(f sv2.Frame, out *C.sv2_message) error {
	out.reserved = 0
	body := unsafe.Pointer(&out.as)
	if sv2.Lookup(f.ExtensionType, f.MsgType) == nil {
		raw := sv2.Raw{ExtensionType: f.ExtensionType, MsgType: f.MsgType, ChannelMsg: f.ChannelMsg, Payload: f.Payload}
		if err := raw.Validate(); err != nil {
			return err
		}
		out.id = C.SV2_ID_UNKNOWN
		putBytes(&out.trailing, nil)
		putFrame((*C.sv2_frame)(body), f)
		return nil
	}
	id := C.uint32_t(knownID | uint32(f.ExtensionType)<<8 | uint32(f.MsgType))
	rest, err := decodeMessage(id, f.Payload, body, true)
	if err != nil {
		return err
	}
	out.id = id
	putBytes(&out.trailing, rest)
	return nil
}

//export sv2i_message_decode_batch
func sv2i_message_decode_batch(in *C.sv2i_byte, inLen C.size_t, maxPayloadSize C.uint32_t, out *C.sv2_message, outCap C.size_t, count, consumed, missing *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	messages := unsafe.Slice(out, int(outCap))
	return report(takeEach(bytesAt(in, inLen), payloadLimit(maxPayloadSize), outCap, count, consumed, missing, func(i int, f sv2.Frame) error {
		return decodeAny(f, &messages[i])
	}), e)
}
