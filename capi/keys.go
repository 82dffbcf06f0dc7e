package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// textAt views the caller's characters as Go bytes. The shim has checked p and n.
func textAt(p *C.sv2i_char, n C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n))
}

// putText writes text and a NUL into the caller's memory.
func putText(text []byte, out *C.uint8_t, outCap C.size_t, length *C.size_t) status.Kind {
	*length = C.size_t(len(text) + 1)
	if *length > outCap {
		return status.BufferTooSmall
	}
	dst := outputAt(out, outCap)
	dst[copy(dst, text)] = 0
	return 0
}

func publicKey(in *C.sv2i_public_key) noise.PublicKey {
	return *(*noise.PublicKey)(unsafe.Pointer(in))
}

func putPublicKey(out *C.sv2_public_key, key noise.PublicKey) {
	*(*noise.PublicKey)(unsafe.Pointer(out)) = key
}

func certificate(in *C.sv2i_certificate) noise.Certificate {
	return noise.Certificate{
		Version: uint16(in.version), ValidFrom: uint32(in.valid_from), NotValidAfter: uint32(in.not_valid_after),
		Signature: *(*[noise.SignatureSize]byte)(unsafe.Pointer(&in.signature)),
	}
}

func putCertificate(out *C.sv2_certificate, c noise.Certificate) {
	out.version, out.reserved = C.uint16_t(c.Version), 0
	out.valid_from, out.not_valid_after = C.uint32_t(c.ValidFrom), C.uint32_t(c.NotValidAfter)
	*(*[noise.SignatureSize]byte)(unsafe.Pointer(&out.signature)) = c.Signature
}

//export sv2i_public_key_parse
func sv2i_public_key_parse(text *C.sv2i_char, textLen C.size_t, out *C.sv2_public_key) (st C.sv2_status) {
	defer guard(&st)
	key, err := noise.ParsePublicKey(textAt(text, textLen))
	if err != nil {
		return report(err, nil)
	}
	putPublicKey(out, key)
	return 0
}

//export sv2i_public_key_text
func sv2i_public_key_text(key *C.sv2i_public_key, out *C.uint8_t, outCap C.size_t, length *C.size_t) (st C.sv2_status) {
	defer guard(&st)
	var text [C.SV2_KEY_TEXT_SIZE]byte
	return C.sv2_status(putText(publicKey(key).AppendText(text[:0]), out, outCap, length))
}

// createSecretKey makes a handle of a key, or releases it.
func createSecretKey(key *noise.SecretKey, err error, out *C.uint64_t) C.sv2_status {
	if err != nil {
		return report(err, nil)
	}
	handle, err := create(kindSecretKey, key)
	if err != nil {
		key.Release()
	}
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_secret_key_generate
func sv2i_secret_key_generate(out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	key, err := noise.GenerateSecretKey(systemRandom{})
	return createSecretKey(key, err, out)
}

//export sv2i_secret_key_load
func sv2i_secret_key_load(bytes *C.sv2i_byte, bytesLen C.size_t, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	if bytesLen != noise.SecretKeySize {
		return C.sv2_status(status.KeyLength)
	}
	key, err := noise.NewSecretKey((*[noise.SecretKeySize]byte)(bytesAt(bytes, bytesLen)))
	return createSecretKey(key, err, out)
}

//export sv2i_secret_key_parse
func sv2i_secret_key_parse(text *C.sv2i_char, textLen C.size_t, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	key, err := noise.ParseSecretKey(textAt(text, textLen))
	return createSecretKey(key, err, out)
}

//export sv2i_secret_key_text
func sv2i_secret_key_text(handle C.uint64_t, out *C.uint8_t, outCap C.size_t, length *C.size_t) (st C.sv2_status) {
	o, key, kind := use[noise.SecretKey](handle, kindSecretKey)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	var memory [C.SV2_KEY_TEXT_SIZE]byte
	defer clear(memory[:])
	text, err := key.AppendText(memory[:0])
	if err != nil {
		return report(err, nil)
	}
	return C.sv2_status(putText(text, out, outCap, length))
}

//export sv2i_secret_key_public
func sv2i_secret_key_public(handle C.uint64_t, out *C.sv2_public_key) (st C.sv2_status) {
	o, key, kind := use[noise.SecretKey](handle, kindSecretKey)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	putPublicKey(out, key.Public())
	return 0
}

//export sv2i_secret_key_free
func sv2i_secret_key_free(handle C.uint64_t) (st C.sv2_status) {
	o, key, kind := lock[noise.SecretKey](handle, kindSecretKey)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	key.Release()
	o.destroy(handle)
	return 0
}

//export sv2i_certificate_sign
func sv2i_certificate_sign(authority C.uint64_t, server *C.sv2i_public_key, validFrom, notValidAfter C.uint32_t, out *C.sv2_certificate) (st C.sv2_status) {
	o, key, kind := use[noise.SecretKey](authority, kindSecretKey)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	c, err := noise.SignCertificate(key, publicKey(server), uint32(validFrom), uint32(notValidAfter), systemRandom{})
	if err != nil {
		return report(err, nil)
	}
	putCertificate(out, c)
	return 0
}

//export sv2i_certificate_encode
func sv2i_certificate_encode(in *C.sv2i_certificate, out *C.uint8_t, outCap C.size_t, length *C.size_t) (st C.sv2_status) {
	defer guard(&st)
	*length = noise.CertificateSize
	if outCap < noise.CertificateSize {
		return C.sv2_status(status.BufferTooSmall)
	}
	c := certificate(in)
	c.Append(outputAt(out, outCap)[:0])
	return 0
}

//export sv2i_certificate_decode
func sv2i_certificate_decode(in *C.sv2i_byte, inLen C.size_t, out *C.sv2_certificate, server, authority *C.sv2_public_key) (st C.sv2_status) {
	defer guard(&st)
	if inLen != noise.FullCertificateSize {
		c, err := noise.ParseCertificate(bytesAt(in, inLen))
		if err != nil {
			return report(err, nil)
		}
		putCertificate(out, c)
		return 0
	}
	c, err := noise.ParseFullCertificate(bytesAt(in, inLen))
	if err != nil {
		return report(err, nil)
	}
	putCertificate(out, c.Certificate)
	if server != nil {
		putPublicKey(server, c.Server)
	}
	if authority != nil {
		putPublicKey(authority, c.Authority)
	}
	return 0
}
