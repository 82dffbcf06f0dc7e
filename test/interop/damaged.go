package main

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// damaged makes frames that are nearly right. Both sides accept the same ones and see the same in them: TY-17, FR-14.
func damaged(r *run) error {
	for _, info := range sv2.Messages() {
		for n := 0; n < r.count; {
			var requests []request
			for size := 0; n < r.count && size < batchSize; n++ {
				frame := r.random.damage(info)
				requests = append(requests, request{what: askDecode, body: frame})
				size += len(frame)
			}
			ours, theirs, err := r.askBoth(requests)
			if err != nil {
				return err
			}
			for i := range requests {
				r.Cases++
				r.compareDecisions(info, requests[i].body, ours[i], theirs[i])
			}
		}
	}
	r.bothDecisions()
	return nil
}

func (r *run) compareDecisions(info *sv2.Info, frame []byte, ours, theirs answer) {
	switch {
	case ours.outcome == panicked:
		r.unlisted("%s: %s panics at %x", info.Name, r.Side, frame)
	case ours.ok() && theirs.ok():
		if !bytes.Equal(ours.body, theirs.body) {
			r.unlisted("%s: %s: %s", info.Name, short(fmt.Sprintf("%x", frame)), fieldDifferences(ours.body, theirs.body))
		}
	case ours.ok() && unknownProtocol(info, ours.body):
		r.listed("unknown-protocol")
	case ours.ok() != theirs.ok():
		r.unlisted("%s: %s: %s %s, %s %s", info.Name, short(fmt.Sprintf("%x", frame)), r.Side, ours, r.Peer, theirs)
	default:
		r.Refused++
	}
}

// bothDecisions sees to it that a pair about what is accepted and what is not has seen either.
func (r *run) bothDecisions() {
	if r.Refused == 0 || r.Refused == r.Cases {
		r.unlisted("%d of %d cases were refused, so nothing was decided", r.Refused, r.Cases)
	}
}

// damage returns a frame of a message that somebody has cut, altered or lengthened; its length in the header is right.
func (r random) damage(info *sv2.Info) []byte {
	payload, err := r.message(info).Append(nil)
	if err != nil {
		panic(info.Name + ": " + err.Error())
	}
	at := func() int { return r.IntN(len(payload) + 1) }
	switch r.IntN(5) {
	case 0:
		payload = payload[:at()]
	case 1:
		payload = append(payload, r.bytes(r.IntN(40))...)
	case 2:
		cut := at()
		payload = slices.Concat(payload[:cut], r.bytes(1+r.IntN(4)), payload[cut:])
	case 3:
		payload = r.bytes(r.IntN(300))
	default:
		for range 1 + r.IntN(3) {
			if i := at(); i < len(payload) {
				payload[i] = byte(r.bits(8))
			}
		}
	}
	return frameOf(info, r.IntN(2) == 0, payload)
}

// frameOf returns a frame that says it holds a message.
func frameOf(info *sv2.Info, channelMsg bool, payload []byte) []byte {
	header := codec.Header{
		ExtensionType: info.ExtensionType, ChannelMsg: channelMsg, MsgType: info.MsgType, MsgLength: uint32(len(payload)),
	}
	frame, kind := codec.AppendHeader(nil, header)
	if kind != 0 {
		panic(kind)
	}
	return append(frame, payload...)
}

// fieldBytes puts every value into the byte in which each field shows first: the lowest of a number, the length of a string,
// the only one of a BOOL or an OPTION that is absent: TY-02, TY-03, TY-14, I13, I15.
func fieldBytes(r *run) error {
	for _, info := range sv2.Messages() {
		var requests []request
		for i := range info.Fields {
			payload, at := r.random.fieldByte(info, i)
			payload = append(payload, make([]byte, 400)...) // what a length may ask for
			for b := range 256 {
				payload[at] = byte(b)
				requests = append(requests, request{what: askDecode, body: frameOf(info, info.ChannelMsg, payload)})
			}
		}
		ours, theirs, err := r.askBoth(requests)
		if err != nil {
			return err
		}
		for i := range requests {
			r.Cases++
			r.compareDecisions(info, requests[i].body, ours[i], theirs[i])
		}
	}
	r.bothDecisions()
	return nil
}

// fieldByte returns the payload of a message that is blank but for one field, and the first byte that this field changed.
func (r random) fieldByte(info *sv2.Info, field int) (payload []byte, at int) {
	nothing, err := blank(info).Append(nil)
	for err == nil {
		m := blank(info)
		value := reflect.ValueOf(m).Elem().Field(field)
		value.Set(reflect.ValueOf(r.field(info.Fields[field].Type)))
		if payload, err = m.Append(nil); err == nil && !bytes.Equal(payload, nothing) {
			for at = 0; at < len(nothing) && payload[at] == nothing[at]; at++ {
			}
			return payload, at
		}
	}
	panic(info.Name + ": " + err.Error())
}
