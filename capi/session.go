package main

/*
#include "exports.h"
*/
import "C"

import (
	"io"
	"math"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// sessionObject is an sv2_session.
type sessionObject struct {
	session *session.Session
	hooks   *hooks
	random  source // until the handshake has drawn from it

	event   session.Event // taken from the session, but not given to the caller yet
	pending bool

	extensions cBlock // of the last event
	ending     cBlock // error_code and extensions of the end
	text       cBlock // of the end

	share sv2.SubmitSharesExtended // to send
	raw   sv2.Raw
}

func clock(now *C.sv2i_time) session.Time {
	return session.Time{Monotonic: uint64(now.monotonic), Unix: uint64(now.unix_time)}
}

//export sv2i_session_start
func sv2i_session_start(profile C.uint64_t, random *C.sv2i_byte, randomLen C.size_t, seed C.uint32_t, now *C.sv2i_time, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	o, p, kind := use[profileObject](profile, kindSessionProfile)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	o.mu.Unlock() // it never changes, and a session must not wait for another
	s := &sessionObject{hooks: &p.hooks}
	var reader io.Reader = systemRandom{}
	if randomLen > 0 && p.encrypted {
		s.random = newSource(bytesAt(random, randomLen), seed != 0)
		reader = s.random
	}
	var err error
	if s.session, err = p.profile.Start(reader, clock(now)); err != nil {
		s.wipeRandom()
		return report(err, nil)
	}
	s.forgetRandom()
	handle, err := create(kindSession, s)
	if err != nil {
		s.release()
	}
	*out = C.uint64_t(handle)
	return report(err, nil)
}

// forgetRandom wipes the randomness once the handshake has drawn from it.
func (s *sessionObject) forgetRandom() {
	if s.random != nil && (s.session.Role() == sv2.Client || s.session.Phase() != session.PhaseHandshake) {
		s.wipeRandom()
	}
}

func (s *sessionObject) wipeRandom() {
	if s.random != nil {
		s.random.wipe()
		s.random = nil
	}
}

func (s *sessionObject) release() {
	s.session.Release()
	s.wipeRandom()
	s.extensions.release()
	s.ending.release()
	s.text.release()
}

//export sv2i_session_free
func sv2i_session_free(handle C.uint64_t) (st C.sv2_status) {
	o, s, kind := lock[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	s.release()
	o.destroy(handle)
	return 0
}

//export sv2i_session_hooks
func sv2i_session_hooks(handle C.uint64_t, out *C.sv2i_hooks) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	s.hooks.put(out)
	return 0
}

//export sv2i_session_feed
func sv2i_session_feed(handle C.uint64_t, in *C.sv2i_byte, inLen C.size_t, now *C.sv2i_time, taken *C.size_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	bytes := bytesAt(in, inLen)
	if s.pending {
		bytes = nil // as while any event waits
	}
	n, err := s.session.Feed(bytes, clock(now))
	s.forgetRandom()
	*taken = C.size_t(n)
	return report(err, nil)
}

//export sv2i_session_peer_closed
func sv2i_session_peer_closed(handle C.uint64_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	s.session.PeerClosed()
	s.forgetRandom()
	return 0
}

//export sv2i_session_output
func sv2i_session_output(handle C.uint64_t, out *C.uint8_t, outCap C.size_t, length *C.size_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	*length = C.size_t(copy(outputAt(out, outCap), s.session.Output()))
	return 0
}

//export sv2i_session_sent
func sv2i_session_sent(handle C.uint64_t, size C.size_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	return report(s.session.Sent(int(size)), nil)
}

//export sv2i_session_tick
func sv2i_session_tick(handle C.uint64_t, now *C.sv2i_time) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	err := s.session.Tick(clock(now))
	s.forgetRandom()
	return report(err, nil)
}

//export sv2i_session_info_get
func sv2i_session_info_get(handle C.uint64_t, out *C.sv2_session_info) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	protocol, usedVersion, requestFlags, successFlags, settled := s.session.Setup()
	deadline, ok := s.session.NextDeadline()
	if !ok {
		deadline = math.MaxUint64
	}
	out.phase, out.role = C.uint32_t(s.session.Phase()), C.uint32_t(s.session.Role())
	out.finished = C.uint32_t(putBool(s.session.Finished()))
	out.deadline, out.waiting = C.uint64_t(deadline), C.size_t(len(s.session.Output()))
	if settled {
		out.request_flags, out.success_flags = C.uint32_t(requestFlags), C.uint32_t(successFlags)
		out.used_version, out.protocol, out.settled = C.uint16_t(usedVersion), C.uint8_t(protocol), 1
	}
	return 0
}

//export sv2i_session_extensions
func sv2i_session_extensions(handle C.uint64_t, out *C.uint16_t, outCap C.size_t, count *C.size_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	extensions := s.session.Extensions()
	*count = C.size_t(len(extensions))
	if *count > outCap {
		return C.sv2_status(status.BufferTooSmall)
	}
	putExtensions(out, extensions)
	return 0
}

//export sv2i_session_server
func sv2i_session_server(handle C.uint64_t, server *C.sv2_public_key, out *C.sv2_certificate) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	key, c, err := s.session.Server()
	if err != nil {
		return report(err, nil)
	}
	putPublicKey(server, key)
	putCertificate(out, c)
	return 0
}

//export sv2i_session_accept_setup
func sv2i_session_accept_setup(handle C.uint64_t, flags C.uint32_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	return report(s.session.AcceptSetup(uint32(flags)), nil)
}

//export sv2i_session_refuse_setup
func sv2i_session_refuse_setup(handle C.uint64_t, flags C.uint32_t, code *C.sv2i_char, codeLen C.size_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	codeLen = min(codeLen, codec.B0255Max+1) // too long all the same, and it is copied
	return report(s.session.RefuseSetup(uint32(flags), string(textAt(code, codeLen))), nil)
}

//export sv2i_session_close
func sv2i_session_close(handle C.uint64_t) (st C.sv2_status) {
	o, s, kind := use[sessionObject](handle, kindSession)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	s.session.Close()
	s.forgetRandom()
	return 0
}
