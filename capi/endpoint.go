package main

/*
#include "exports.h"
*/
import "C"

import (
	"bytes"
	"unsafe"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2/endpoint"
)

// Numbers of the header that sv2/endpoint states too. An index other than 0 does not compile.
var (
	_ = [1]struct{}{}[C.SV2_ENDPOINT_TEXT_SIZE-endpoint.MaxText-1]
	_ = [C.SV2_HOST_SIZE - endpoint.MaxHost - 1]struct{}{} // room for the NUL
	_ = C.sv2_endpoint{host: [C.SV2_HOST_SIZE]C.char{}}
)

// getEndpoint checks all of what a caller may have written by hand.
func getEndpoint(in *C.sv2i_endpoint) (endpoint.Endpoint, error) {
	host := (*[C.SV2_HOST_SIZE]byte)(unsafe.Pointer(&in.host))
	n := bytes.IndexByte(host[:], 0)
	key := publicKey((*C.sv2i_public_key)(&in.authority))
	switch {
	case in.reserved != 0:
		return endpoint.Endpoint{}, status.Argument
	case n < 0:
		return endpoint.Endpoint{}, status.EndpointTooLong
	case in.authentication == C.SV2_AUTHENTICATION_AUTHORITY:
		return endpoint.New(string(host[:n]), uint16(in.port), key)
	case in.authentication == C.SV2_AUTHENTICATION_INSECURE && key == noise.PublicKey{}:
		return endpoint.NewInsecure(string(host[:n]), uint16(in.port))
	}
	return endpoint.Endpoint{}, status.Argument
}

// putEndpoint writes into memory that is zero.
func putEndpoint(out *C.sv2_endpoint, e endpoint.Endpoint, err error) C.sv2_status {
	if err != nil {
		return report(err, nil)
	}
	copy((*[C.SV2_HOST_SIZE]byte)(unsafe.Pointer(&out.host))[:], e.Host())
	out.port, out.authentication = C.uint16_t(e.Port()), C.SV2_AUTHENTICATION_AUTHORITY
	if e.IsInsecure() {
		out.authentication = C.SV2_AUTHENTICATION_INSECURE
	}
	putPublicKey(&out.authority, e.Authority())
	return 0
}

//export sv2i_endpoint_parse
func sv2i_endpoint_parse(text *C.sv2i_char, textLen C.size_t, defaultPort C.uint16_t, insecure C.uint32_t, out *C.sv2_endpoint) (st C.sv2_status) {
	defer guard(&st)
	parse := endpoint.ParseWithPort
	if insecure != 0 {
		parse = endpoint.ParseInsecure
	}
	e, err := parse(endpointText(text, textLen), uint16(defaultPort))
	return putEndpoint(out, e, err)
}

//export sv2i_endpoint_make
func sv2i_endpoint_make(host *C.sv2i_char, hostLen C.size_t, port C.uint16_t, authority *C.sv2i_public_key, out *C.sv2_endpoint) (st C.sv2_status) {
	defer guard(&st)
	if authority == nil {
		e, err := endpoint.NewInsecure(endpointText(host, hostLen), uint16(port))
		return putEndpoint(out, e, err)
	}
	e, err := endpoint.New(endpointText(host, hostLen), uint16(port), publicKey(authority))
	return putEndpoint(out, e, err)
}

// endpointText is the caller's text, or so much of it that it is too long.
func endpointText(text *C.sv2i_char, n C.size_t) string {
	return string(textAt(text, min(n, C.size_t(endpoint.MaxText+1))))
}

//export sv2i_endpoint_check
func sv2i_endpoint_check(in *C.sv2i_endpoint) (st C.sv2_status) {
	defer guard(&st)
	_, err := getEndpoint(in)
	return report(err, nil)
}

//export sv2i_endpoint_text
func sv2i_endpoint_text(in *C.sv2i_endpoint, out *C.uint8_t, outCap C.size_t, length *C.size_t) (st C.sv2_status) {
	defer guard(&st)
	e, err := getEndpoint(in)
	if err != nil {
		return report(err, nil)
	}
	var text [endpoint.MaxText]byte
	return C.sv2_status(putText(e.AppendText(text[:0]), out, outCap, length))
}

//export sv2i_endpoint_redirect
func sv2i_endpoint_redirect(in *C.sv2i_endpoint, newHost *C.sv2i_byte, newHostLen C.size_t, newPort C.uint16_t, out *C.sv2_endpoint) (st C.sv2_status) {
	defer guard(&st)
	e, err := getEndpoint(in)
	if err == nil {
		e, err = e.Redirect(bytesAt(newHost, newHostLen), uint16(newPort))
	}
	return putEndpoint(out, e, err)
}

//export sv2i_status_verdict
func sv2i_status_verdict(failure C.sv2_status, established C.uint32_t, verdict *C.uint32_t) (st C.sv2_status) {
	defer guard(&st)
	judge := endpoint.Judge
	if established != 0 {
		judge = endpoint.JudgeEstablished
	}
	*verdict = C.uint32_t(judge(status.Kind(failure)))
	return 0
}
