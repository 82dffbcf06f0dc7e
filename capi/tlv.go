package main

/*
#include "exports.h"
*/
import "C"

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

func tlvOptions(flags C.uint32_t) sv2.TLVOptions {
	return sv2.TLVOptions{AcceptBigEndian: flags&C.SV2_TLV_ACCEPT_BIG_ENDIAN != 0}
}

//export sv2i_tlv_decode
func sv2i_tlv_decode(in *C.sv2i_byte, inLen C.size_t, flags C.uint32_t, out *C.sv2_tlv, consumed *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	r := sv2.NewTLVReader(bytesAt(in, inLen), tlvOptions(flags))
	t, ok, err := r.Next()
	if err != nil {
		return report(err, e)
	}
	if !ok {
		return report(&sv2.Error{Kind: status.BadTLV, Field: sv2.TLVField}, e)
	}
	out.extension_type, out.field_type = C.uint16_t(t.ExtensionType), C.uint8_t(t.FieldType)
	putBytes(&out.value, t.Value)
	*consumed = C.size_t(r.Offset())
	return 0
}

//export sv2i_tlv_find
func sv2i_tlv_find(in *C.sv2i_byte, inLen C.size_t, flags C.uint32_t, extensionType C.uint16_t, fieldType C.uint8_t, value *C.sv2_bytes, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	v, err := sv2.FindTLV(bytesAt(in, inLen), uint16(extensionType), uint8(fieldType), tlvOptions(flags))
	if err != nil {
		return report(err, e)
	}
	putBytes(value, v)
	return 0
}

//export sv2i_tlv_encode
func sv2i_tlv_encode(tlv *C.sv2i_tlv, out *C.uint8_t, outCap C.size_t, length *C.size_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	value, kind := getBytes((*C.uint8_t)(tlv.value.data), tlv.value.len, 1)
	if kind != 0 {
		return report(kind, e)
	}
	t := codec.TLV{ExtensionType: uint16(tlv.extension_type), FieldType: uint8(tlv.field_type), Value: value}
	if err := sv2.CheckTLV(t); err != nil {
		return report(err, e)
	}
	size, dst := codec.TLVHeaderSize+len(value), outputAt(out, outCap)
	*length = C.size_t(size)
	if size > len(dst) {
		return report(status.BufferTooSmall, e)
	}
	_, err := sv2.AppendTLV(dst[:0], t)
	return report(err, e)
}
