package main

/*
#include "exports.h"
*/
import "C"

import (
	"encoding/binary"
	"time"
	"unsafe"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2/endpoint"
)

// Numbers of the header that sv2/endpoint states too. An index other than 0 does not compile.
var (
	_ = [1]struct{}{}[C.SV2_FAILOVER_ENDPOINTS_MAX-endpoint.MaxEndpoints]
	_ = [1]struct{}{}[C.SV2_FAILOVER_OVERRIDES_MAX-endpoint.MaxOverrides]
	_ = C.SV2_FAILOVER_NOW_MAX * time.Millisecond // no overflow
)

// getTime takes a time of the caller's clock, which a time.Duration holds.
func getTime(now C.uint64_t) (time.Duration, status.Kind) {
	if now > C.SV2_FAILOVER_NOW_MAX {
		return 0, status.Argument
	}
	return time.Duration(now) * time.Millisecond, 0
}

func getDuration(ms C.uint32_t) time.Duration { return time.Duration(ms) * time.Millisecond }

// milliseconds rounds up: who waits so long has waited long enough.
func milliseconds(d time.Duration) uint64 {
	return (uint64(d) + uint64(time.Millisecond) - 1) / uint64(time.Millisecond)
}

// randomNumber is made of the caller's bytes, or of the system's when there are none.
func randomNumber(p *C.sv2i_byte, n C.size_t) (uint64, status.Kind) {
	var number [8]byte
	if n == 0 {
		if _, err := (systemRandom{}).Read(number[:]); err != nil {
			return 0, status.Random
		}
	} else if copy(number[:], bytesAt(p, n)) < len(number) {
		return 0, status.Random
	}
	return binary.LittleEndian.Uint64(number[:]), 0
}

func backoff(in *C.sv2i_backoff_config) endpoint.Backoff {
	return endpoint.Backoff{
		Initial: getDuration(in.initial), Maximum: getDuration(in.maximum), Stable: getDuration(in.stable),
		Jitter: int(in.jitter), // more than an int holds becomes negative, which is refused too
	}
}

//export sv2i_backoff_wait
func sv2i_backoff_wait(config *C.sv2i_backoff_config, failures C.uint32_t, random *C.sv2i_byte, randomLen C.size_t, wait *C.uint32_t) (st C.sv2_status) {
	defer guard(&st)
	number, kind := randomNumber(random, randomLen)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	d, err := backoff(config).Wait(uint32(failures), number)
	*wait = C.uint32_t(milliseconds(d))
	return report(err, nil)
}

// failoverConfig copies the settings; the shim has bounded the overrides.
func failoverConfig(in *C.sv2i_failover_config) endpoint.Config {
	const counted = 1 << 30 // no larger count makes a difference, and none becomes negative
	c := endpoint.Config{
		Backoff: backoff((*C.sv2i_backoff_config)(in.backoff)), Tries: int(min(in.tries, counted)), Pause: getDuration(in.pause),
		ProbeInterval: getDuration(in.probe_interval), ProbeSuccesses: int(min(in.probe_successes, counted)),
		ProbeTime: getDuration(in.probe_time), Redirects: int(min(in.redirects, counted)),
	}
	if in.probe_interval == C.SV2_NEVER {
		c.ProbeInterval = endpoint.Forever
	}
	for _, o := range unsafe.Slice(in.overrides, int(in.overrides_len)) {
		// A verdict that is none must not become one by losing its upper bytes.
		verdict := endpoint.Verdict(min(o.verdict, 0xff))
		c.Overrides = append(c.Overrides, endpoint.Override{Kind: status.Kind(o.status), Verdict: verdict})
	}
	return c
}

//export sv2i_failover_new
func sv2i_failover_new(config *C.sv2i_failover_config, endpoints *C.sv2i_endpoint, count C.size_t, out *C.uint64_t) (st C.sv2_status) {
	defer guard(&st)
	list := make([]endpoint.Endpoint, int(count))
	flat := unsafe.Slice(endpoints, len(list))
	for i := range list {
		e, err := getEndpoint(&flat[i])
		if err != nil {
			return report(err, nil)
		}
		list[i] = e
	}
	f, err := endpoint.NewFailover(failoverConfig(config), list...)
	if err != nil {
		return report(err, nil)
	}
	handle, err := create(kindFailover, f)
	*out = C.uint64_t(handle)
	return report(err, nil)
}

//export sv2i_failover_free
func sv2i_failover_free(handle C.uint64_t) (st C.sv2_status) {
	o, _, kind := lock[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	o.destroy(handle)
	return 0
}

//export sv2i_failover_next
func sv2i_failover_next(handle, now C.uint64_t, out *C.sv2_failover_decision) (st C.sv2_status) {
	o, f, kind := use[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	t, kind := getTime(now)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	d := f.Next(t)
	out.action, out.id, out.index = C.uint32_t(d.Action), C.uint64_t(d.ID), C.uint32_t(d.Index)
	out.until, out.reason = C.uint64_t(milliseconds(d.Until)), C.sv2_status(d.Reason)
	if d.Until == endpoint.Forever {
		out.until = C.SV2_FAILOVER_FOREVER
	}
	if !d.Endpoint.IsZero() {
		putEndpoint(&out.endpoint, d.Endpoint, nil)
	}
	return 0
}

//export sv2i_failover_report
func sv2i_failover_report(handle C.uint64_t, r *C.sv2i_report, random *C.sv2i_byte, randomLen C.size_t) (st C.sv2_status) {
	o, f, kind := use[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	t, kind := getTime(r.now)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	number, kind := randomNumber(random, randomLen)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	outcome := endpoint.Established()
	switch r.what {
	case C.SV2I_FAILED:
		outcome = endpoint.Failed(status.Kind(r.failure))
	case C.SV2I_REDIRECTED:
		outcome = endpoint.Redirected(bytesAt((*C.sv2i_byte)(r.new_host), r.new_host_len), uint16(r.new_port))
	}
	return report(f.Report(uint64(r.id), outcome, t, number), nil)
}

//export sv2i_failover_network_restored
func sv2i_failover_network_restored(handle C.uint64_t) (st C.sv2_status) {
	o, f, kind := use[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	f.NetworkRestored()
	return 0
}

//export sv2i_failover_readmit
func sv2i_failover_readmit(handle C.uint64_t, index C.uint32_t) (st C.sv2_status) {
	o, f, kind := use[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	return report(f.Readmit(int(min(index, endpoint.MaxEndpoints))), nil)
}

//export sv2i_failover_live
func sv2i_failover_live(handle C.uint64_t, index *C.uint32_t) (st C.sv2_status) {
	o, f, kind := use[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	live, ok := f.Live()
	if !ok {
		return C.sv2_status(status.NotFound)
	}
	*index = C.uint32_t(live)
	return 0
}

//export sv2i_failover_all_failed
func sv2i_failover_all_failed(handle C.uint64_t, out *C.uint32_t) (st C.sv2_status) {
	o, f, kind := use[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	*out = C.uint32_t(putBool(f.AllFailed()))
	return 0
}

// sv2i_failover_failures gives what is known of one endpoint; stopped and last may be NULL.
//
//export sv2i_failover_failures
func sv2i_failover_failures(handle C.uint64_t, index C.uint32_t, stopped, last *C.sv2_status) (st C.sv2_status) {
	o, f, kind := use[endpoint.Failover](handle, kindFailover)
	if kind != 0 {
		return C.sv2_status(kind)
	}
	defer o.done(&st)
	if uint64(index) >= uint64(f.Len()) {
		return C.sv2_status(status.Argument)
	}
	if stopped != nil {
		*stopped = C.sv2_status(f.Stopped(int(index)))
	}
	if last != nil {
		*last = C.sv2_status(f.LastFailure(int(index)))
	}
	return 0
}
