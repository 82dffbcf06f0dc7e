package main

/*
#include "exports.h"
*/
import "C"

import (
	"io"
	"unsafe"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// recorded is randomness that the caller passes; when it ends, reading fails.
type recorded struct{ rest []byte }

func (r *recorded) Read(p []byte) (int, error) {
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	if n < len(p) {
		return n, io.ErrUnexpectedEOF
	}
	return n, nil
}

// randomness is the caller's bytes, or the system's when there are none.
func randomness(p *C.sv2i_byte, n C.size_t) io.Reader {
	if n == 0 {
		return systemRandom{}
	}
	return &recorded{bytesAt(p, n)}
}

func policy(in *C.sv2i_policy) (noise.Policy, status.Kind) {
	var p noise.Policy
	switch in.authentication {
	case C.SV2_AUTHENTICATION_AUTHORITY:
		p = noise.RequireAuthority(publicKey((*C.sv2i_public_key)(&in.authority)))
	case C.SV2_AUTHENTICATION_INSECURE:
		p = noise.Insecure()
	default:
		return p, status.Argument
	}
	switch in.clock {
	case C.SV2_CLOCK_REQUIRED:
	case C.SV2_CLOCK_NONE:
		p = p.WithoutClock()
	default:
		return p, status.Argument
	}
	return p.WithLeeway(uint32(in.leeway)), 0
}

//export sv2i_certificate_verify
func sv2i_certificate_verify(in *C.sv2i_certificate, server *C.sv2i_public_key, rules *C.sv2i_policy, now C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	p, kind := policy(rules)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	c := certificate(in)
	return report(p.Verify(&c, publicKey(server), uint64(now)), nil)
}

// createTransport makes a handle of a link that a handshake has made.
func createTransport(t *transportObject, out *C.uint64_t) C.sv2_status {
	handle, err := create(kindTransport, t)
	if err != nil {
		t.link.Close()
	}
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_initiator_new
func sv2i_initiator_new(in *C.sv2i_policy, random *C.sv2i_byte, randomLen C.size_t, out *C.uint64_t, act1 *C.sv2_act1) (st C.sv2_status) {
	defer guard(&st)
	p, kind := policy(in)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	initiator := new(noise.Initiator)
	if err := initiator.Start(p, randomness(random, randomLen), (*[noise.Act1Size]byte)(unsafe.Pointer(act1))); err != nil {
		return report(err, nil)
	}
	handle, err := create(kindInitiator, initiator)
	if err != nil {
		initiator.Close()
		*act1 = C.sv2_act1{}
	}
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_initiator_finish
func sv2i_initiator_finish(handle C.uint64_t, act2 *C.sv2i_act2, now C.uint64_t, out *C.uint64_t) (st C.sv2_status) {
	o, initiator, kind := use[noise.Initiator](handle, kindInitiator)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	message := *(*[noise.Act2Size]byte)(unsafe.Pointer(act2))
	t := new(transportObject)
	if err := initiator.Finish(&message, uint64(now), &t.link); err != nil {
		return report(err, nil)
	}
	return createTransport(t, out)
}

//export sv2i_initiator_server
func sv2i_initiator_server(handle C.uint64_t, server *C.sv2_public_key, out *C.sv2_certificate) (st C.sv2_status) {
	o, initiator, kind := use[noise.Initiator](handle, kindInitiator)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	key, c, err := initiator.Server()
	if err != nil {
		return report(err, nil)
	}
	putPublicKey(server, key)
	putCertificate(out, c)
	return 0
}

//export sv2i_initiator_free
func sv2i_initiator_free(handle C.uint64_t) (st C.sv2_status) {
	o, initiator, kind := lock[noise.Initiator](handle, kindInitiator)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	initiator.Close()
	o.destroy(handle)
	return 0
}

//export sv2i_identity_new
func sv2i_identity_new(key C.uint64_t, in *C.sv2i_certificate, random *C.sv2i_byte, randomLen C.size_t, out *C.uint64_t) (st C.sv2_status) {
	o, secret, kind := use[noise.SecretKey](key, kindSecretKey)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	c := certificate(in)
	identity, err := noise.NewIdentity(secret, &c, randomness(random, randomLen))
	if err != nil {
		return report(err, nil)
	}
	handle, err := create(kindIdentity, identity)
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_identity_set_certificate
func sv2i_identity_set_certificate(handle C.uint64_t, in *C.sv2i_certificate) (st C.sv2_status) {
	o, identity, kind := use[noise.Identity](handle, kindIdentity)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	c := certificate(in)
	return report(identity.SetCertificate(&c), nil)
}

//export sv2i_identity_server
func sv2i_identity_server(handle C.uint64_t, server *C.sv2_public_key, out *C.sv2_certificate) (st C.sv2_status) {
	o, identity, kind := use[noise.Identity](handle, kindIdentity)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	putPublicKey(server, identity.Public())
	putCertificate(out, identity.Certificate())
	return 0
}

// sv2i_identity_respond lets go of the identity before it works: it is safe for concurrent use, and a handshake must not
// wait for another.
//
//export sv2i_identity_respond
func sv2i_identity_respond(handle C.uint64_t, random *C.sv2i_byte, randomLen C.size_t, act1 *C.sv2i_act1, act2 *C.sv2_act2, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	o, identity, kind := use[noise.Identity](handle, kindIdentity)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	o.mu.Unlock()
	message := *(*[noise.Act1Size]byte)(unsafe.Pointer(act1))
	t := new(transportObject)
	var responder noise.Responder
	if err := responder.Respond(identity, randomness(random, randomLen), &message, (*[noise.Act2Size]byte)(unsafe.Pointer(act2)), &t.link); err != nil {
		return report(err, nil)
	}
	st = createTransport(t, out)
	if st != 0 {
		*act2 = C.sv2_act2{}
	}
	return st
}

//export sv2i_identity_free
func sv2i_identity_free(handle C.uint64_t) (st C.sv2_status) {
	o, _, kind := lock[noise.Identity](handle, kindIdentity)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	o.destroy(handle)
	return 0
}

//export sv2i_admission_new
func sv2i_admission_new(rate, burst C.uint32_t, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	a, err := noise.NewAdmission(uint32(rate), uint32(burst))
	if err != nil {
		return report(err, nil)
	}
	handle, err := create(kindAdmission, &a)
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_admission_take
func sv2i_admission_take(handle, now C.uint64_t) (st C.sv2_status) {
	o, a, kind := use[noise.Admission](handle, kindAdmission)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	return report(a.Take(uint64(now)), nil)
}

//export sv2i_admission_free
func sv2i_admission_free(handle C.uint64_t) (st C.sv2_status) {
	o, _, kind := lock[noise.Admission](handle, kindAdmission)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	o.destroy(handle)
	return 0
}
