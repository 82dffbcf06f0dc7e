package main

/*
#include "exports.h"
*/
import "C"

import (
	"unsafe"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// profileObject is an sv2_session_profile.
type profileObject struct {
	profile   *session.Profile
	encrypted bool
	hooks     hooks
}

// hooks are the program's functions as numbers: only the shim calls them.
type hooks struct {
	level                       session.LogLevel
	context, log, clock, random uintptr
}

func getHooks(in *C.sv2i_const_hooks) hooks {
	return hooks{
		level:   session.LogLevel(in.log_level),
		context: uintptr(in.context), log: uintptr(in.log), clock: uintptr(in.clock), random: uintptr(in.random),
	}
}

func (h *hooks) put(out *C.sv2i_hooks) {
	*out = C.sv2i_hooks{
		log_level: C.uint32_t(h.level),
		context:   C.uintptr_t(h.context), log: C.uintptr_t(h.log), clock: C.uintptr_t(h.clock), random: C.uintptr_t(h.random),
	}
}

// objectBound is the most that an sv2_session takes beside its session: itself, randomness, and what its views point to.
const objectBound = 8192 + C.SV2_SESSION_RANDOM_MAX

//export sv2i_session_profile_new_client
func sv2i_session_profile_new_client(c *C.sv2i_client_config, rules *C.sv2i_policy, h *C.sv2i_const_hooks, out *C.uint64_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	security, kind := clientSecurity(c.security, rules)
	if kind != 0 {
		return report(kind, e)
	}
	config := session.ClientConfig{
		Security: security, RefuseFlags: uint32(c.refuse_flags), Memory: cMemory,
		Timeouts: getTimeouts(&c.timeouts), Limits: getLimits(&c.limits),
	}
	if c.on_timeout > C.SV2_ON_TIMEOUT_FAIL {
		return report(status.Argument, e)
	}
	config.Extensions.OnTimeout = session.TimeoutPolicy(c.on_timeout)
	config.Extensions.RequestID = uint16(c.request_id)
	if field, kind := getSetupConnection(&config.Setup, (*C.sv2_setup_connection)(unsafe.Pointer(&c.setup))); kind != 0 {
		return report(fieldError(C.SV2_ID_SETUP_CONNECTION, field, kind), e)
	}
	if kind := first(
		getExtensions(&config.Extensions.Request, &c.request),
		getExtensions(&config.Extensions.Required, &c.required),
		getExtensions(&config.Extensions.Supported, &c.supported),
		getFlag(&config.StrictChannelBit, c.strict_channel_bit),
	); kind != 0 {
		return report(kind, e)
	}
	if config.UserIdentity, kind = getBytes((*C.uint8_t)(c.user_identity.data), c.user_identity.len, 1); kind != 0 {
		return report(kind, e)
	}
	profile, err := session.NewClientProfile(&config)
	return createProfile(profile, err, c.security, h, out, e)
}

//export sv2i_session_profile_new_server
func sv2i_session_profile_new_server(c *C.sv2i_server_config, h *C.sv2i_const_hooks, out *C.uint64_t, e *C.sv2_error) (st C.sv2_status) {
	defer guard(&st)
	security, kind := serverSecurity(c.security, c.identity.sv2_priv_identity)
	if kind != 0 {
		return report(kind, e)
	}
	config := session.ServerConfig{
		Security: security, MinVersion: uint16(c.min_version), MaxVersion: uint16(c.max_version), Memory: cMemory,
		TLVs: tlvOptions(c.tlv_flags), Timeouts: getTimeouts(&c.timeouts), Limits: getLimits(&c.limits),
	}
	if kind := first(
		getServices(&config.Services, (*C.sv2_service)(c.services), c.service_count),
		getExtensions(&config.Extensions.Supported, &c.supported),
		getExtensions(&config.Extensions.Required, &c.required),
		getFlag(&config.Extensions.Ignore, c.ignore_extensions),
		getFlag(&config.HoldSetup, c.hold_setup),
		getFlag(&config.StrictChannelBit, c.strict_channel_bit),
	); kind != 0 {
		return report(kind, e)
	}
	profile, err := session.NewServerProfile(&config)
	return createProfile(profile, err, c.security, h, out, e)
}

func createProfile(profile *session.Profile, err error, security C.uint32_t, h *C.sv2i_const_hooks, out *C.uint64_t, e *C.sv2_error) C.sv2_status {
	if err != nil {
		return report(err, e)
	}
	o := &profileObject{profile: profile, encrypted: security == C.SV2_SECURITY_NOISE, hooks: getHooks(h)}
	handle, err := create(kindSessionProfile, o)
	*out = C.uint64_t(handle)
	return report(err, e)
}

func clientSecurity(security C.uint32_t, rules *C.sv2i_policy) (session.Security, status.Kind) {
	switch {
	case security == C.SV2_SECURITY_PLAIN && rules == nil:
		return session.Plain(), 0
	case security == C.SV2_SECURITY_NOISE && rules != nil:
		p, kind := policy(rules)
		return session.Initiate(p), kind
	}
	return session.Security{}, status.Argument
}

func serverSecurity(security C.uint32_t, identity C.uint64_t) (session.Security, status.Kind) {
	switch {
	case security == C.SV2_SECURITY_PLAIN && identity == 0:
		return session.Plain(), 0
	case security == C.SV2_SECURITY_NOISE:
		o, shown, kind := use[noise.Identity](identity, kindIdentity)
		if kind != 0 {
			return session.Security{}, kind
		}
		o.mu.Unlock() // it is safe for concurrent use
		return session.Respond(shown), 0
	}
	return session.Security{}, status.Argument
}

// first returns the first of kinds that is a failure.
func first(kinds ...status.Kind) status.Kind {
	for _, kind := range kinds {
		if kind != 0 {
			return kind
		}
	}
	return 0
}

func getFlag(out *bool, v C.uint8_t) (kind status.Kind) {
	*out, kind = getBool(v)
	return kind
}

// getExtensions views a list, which the profile copies.
func getExtensions(out *[]uint16, in *C.sv2_extension_list) status.Kind {
	switch {
	case in.count > session.MaxExtensions:
		return status.Limit
	case in.count == 0:
		return 0
	case in.types == nil:
		return status.Null
	}
	*out = unsafe.Slice((*uint16)(unsafe.Pointer(in.types)), int(in.count))
	return 0
}

func getServices(out *[]session.Service, in *C.sv2_service, count C.size_t) status.Kind {
	switch {
	case count > sv2.ProtocolTemplateDistribution+1: // one for each protocol
		return status.Argument
	case count > 0 && in == nil:
		return status.Null
	}
	for _, s := range unsafe.Slice(in, int(count)) {
		if s.protocol > sv2.ProtocolTemplateDistribution {
			return status.Argument
		}
		*out = append(*out, session.Service{
			Protocol: uint8(s.protocol), Flags: uint32(s.flags), RequiredFlags: uint32(s.required_flags), SuccessFlags: uint32(s.success_flags),
		})
	}
	return 0
}

func getTimeouts(in *C.sv2_timeouts) session.Timeouts {
	return session.Timeouts{
		Handshake: uint32(in.handshake), Setup: uint32(in.setup), Negotiation: uint32(in.negotiation),
		Inactivity: uint32(in.inactivity), Drain: uint32(in.drain),
	}
}

// getLimits saturates: a profile refuses what is too much.
func getLimits(in *C.sv2_limits) session.Limits {
	early := number(in.early_messages)
	if in.early_messages == C.SV2_EARLY_MESSAGES_NONE {
		early = -1
	}
	return session.Limits{
		Payload: number(in.payload), Output: number(in.output), EarlyMessages: early, EarlyBytes: number(in.early_bytes),
	}
}

func number(v C.uint32_t) int { return int(min(v, 1<<31-1)) }

//export sv2i_session_profile_hooks
func sv2i_session_profile_hooks(handle C.uint64_t, out *C.sv2i_hooks) (st C.sv2_status) {
	o, p, kind := use[profileObject](handle, kindSessionProfile)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	p.hooks.put(out)
	if p.encrypted {
		out.needs_random = 1
	}
	return 0
}

//export sv2i_session_profile_memory_bound
func sv2i_session_profile_memory_bound(handle C.uint64_t, out *C.size_t) (st C.sv2_status) {
	o, p, kind := use[profileObject](handle, kindSessionProfile)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	*out = C.size_t(p.profile.MemoryBound() + objectBound)
	return 0
}

//export sv2i_session_profile_free
func sv2i_session_profile_free(handle C.uint64_t) (st C.sv2_status) {
	o, _, kind := lock[profileObject](handle, kindSessionProfile)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	o.destroy(handle)
	return 0
}
