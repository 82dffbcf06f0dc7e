package main

/*
#cgo CFLAGS: -I${SRCDIR}/../include -std=c99
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// inputSizeMax bounds lengths before they reach any arithmetic.
const inputSizeMax = C.SV2_INPUT_SIZE_MAX

// bytesAt views C memory as Go bytes. The shim has checked p and n.
func bytesAt(p *C.sv2i_byte, n C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n))
}

// outputAt views the caller's output memory; a cap beyond what one call may write is cut.
func outputAt(p *C.uint8_t, n C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), int(min(n, inputSizeMax)))
}

// address is where b starts, as a number that may be stored into C memory; 0 for no bytes.
func address(b []byte) uintptr {
	if len(b) == 0 {
		return 0
	}
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))
}

// storeAddress writes an address into a C pointer variable as an integer, past the write barrier.
func storeAddress(pointer unsafe.Pointer, b []byte) { *(*uintptr)(pointer) = address(b) }

func putBytes(out *C.sv2_bytes, b []byte) {
	storeAddress(unsafe.Pointer(&out.data), b)
	out.len = C.size_t(len(b))
}

func putU256(out *C.sv2_u256, v *codec.U256) { *(*codec.U256)(unsafe.Pointer(out)) = *v }

func putBool(v bool) C.uint8_t {
	if v {
		return 1
	}
	return 0
}

func putOptionU32(out *C.sv2_option_u32, o codec.OptionU32) {
	out.value, out.present = C.uint32_t(o.Value), C.uint32_t(putBool(o.Present))
}

func putSeqU256(out *C.sv2_seq_u256, s codec.SeqU256) {
	storeAddress(unsafe.Pointer(&out.data), s)
	out.count = C.size_t(s.Len())
}

func putSeqU32(out *C.sv2_seq_u32, s codec.SeqU32) {
	storeAddress(unsafe.Pointer(&out.data), s)
	out.count = C.size_t(s.Len())
}

func putSeqU16(out *C.sv2_seq_u16, s codec.SeqU16) {
	storeAddress(unsafe.Pointer(&out.data), s)
	out.count = C.size_t(s.Len())
}

func putSeqB016M(out *C.sv2_seq_b0_16m, s codec.SeqB016M) {
	storeAddress(unsafe.Pointer(&out.data), s.Raw())
	out.len, out.count = C.size_t(len(s.Raw())), C.size_t(s.Len())
}

func putFrame(out *C.sv2_frame, f sv2.Frame) {
	out.extension_type = C.uint16_t(f.ExtensionType)
	out.msg_type = C.uint8_t(f.MsgType)
	out.channel_msg = putBool(f.ChannelMsg)
	channelID, _ := f.ChannelID()
	out.channel_id = C.uint32_t(channelID)
	storeAddress(unsafe.Pointer(&out.payload), f.Payload)
	out.payload_len = C.size_t(len(f.Payload))
}

// getFrame views a C frame, whose payload the shim has checked.
func getFrame(in *C.sv2i_frame) sv2.Frame {
	return sv2.Frame{
		Header: codec.Header{
			ExtensionType: uint16(in.extension_type), ChannelMsg: in.channel_msg != 0, MsgType: uint8(in.msg_type),
			MsgLength: uint32(in.payload_len),
		},
		Payload: bytesAt((*C.sv2i_byte)(in.payload), in.payload_len),
	}
}

// getBytes views bytes of n units, each unit bytes long, that a caller describes by pointer and count.
func getBytes(data *C.uint8_t, n C.size_t, unit C.size_t) ([]byte, status.Kind) {
	switch {
	case n > inputSizeMax/unit:
		return nil, status.Limit
	case n == 0:
		return nil, 0
	case data == nil:
		return nil, status.Null
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(data)), int(n*unit)), 0
}

func getBool(v C.uint8_t) (bool, status.Kind) {
	if v > 1 {
		return false, status.Argument
	}
	return v == 1, 0
}

func getOptionU32(in *C.sv2_option_u32) (codec.OptionU32, status.Kind) {
	if in.present > 1 {
		return codec.OptionU32{}, status.Argument
	}
	return codec.OptionU32{Value: uint32(in.value), Present: in.present == 1}, 0
}

func getSeqB016M(in *C.sv2_seq_b0_16m) (codec.SeqB016M, status.Kind) {
	raw, kind := getBytes((*C.uint8_t)(in.data), in.len, 1)
	if kind != 0 {
		return codec.SeqB016M{}, kind
	}
	if in.count > codec.Seq064KMax {
		return codec.SeqB016M{}, status.FieldTooLong
	}
	return codec.NewSeqB016M(raw, int(in.count))
}
