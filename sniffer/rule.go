package sniffer

import (
	"fmt"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Rule says what becomes of the frames that it applies to.
type Rule struct {
	Direction Direction // 0 means Either
	Match     Matcher   // nil means Any
	Skip      int       // how many matching frames are left alone first
	Times     int       // how many are acted on then; 0 means all
	Do        Action

	seen int
}

// Action is what a Rule does; the zero Action is refused.
type Action struct {
	event    Event
	messages []sv2.Message
	frames   [][]byte
	closes   bool
}

// Drop does not pass the frame on.
func Drop() Action { return Action{event: Dropped} }

// Replace passes on these messages instead, in order. With the frame itself among them it adds to it.
func Replace(messages ...sv2.Message) Action { return Action{event: Replaced, messages: messages} }

// ReplaceFrames passes on these frames instead, headers included; see [SendFrames] for what they may be.
func ReplaceFrames(frames ...[]byte) Action { return Action{event: Replaced, frames: frames} }

// Hold keeps the frame until [Relay.Release]. Others overtake it, unless they are held too. What is held is bounded by the log:
// a frame to hold that the log's Limits have no room for ends its connection with [status.Limit].
func Hold() Action { return Action{event: Held} }

// Close drops the frame and closes the connection on both sides.
func Close() Action { return Action{event: Dropped, closes: true} }

// prepare checks the rule and encodes its messages. Nothing is shared with what the caller keeps.
func (r Rule) prepare() (*Rule, error) {
	if r.Do.event == 0 || r.Direction > Either || r.Skip < 0 || r.Times < 0 {
		return nil, status.Argument
	}
	if r.Direction == 0 {
		r.Direction = Either
	}
	if r.Match == nil {
		r.Match = Any
	}
	encoded, err := encode(r.Do.messages)
	if err != nil {
		return nil, err
	}
	for _, b := range r.Do.frames {
		encoded = append(encoded, append([]byte{}, b...))
	}
	r.Do.frames, r.Do.messages, r.seen = encoded, nil, 0
	return &r, nil
}

// applies reports whether the rule acts on the frame, and counts it.
func (r *Rule) applies(d Direction, f sv2.Frame) bool {
	if r.Direction&d == 0 || r.Times > 0 && r.seen-r.Skip >= r.Times || !r.Match(f) {
		return false
	}
	r.seen++
	return r.seen > r.Skip
}

func encode(messages []sv2.Message) ([][]byte, error) {
	var frames [][]byte
	for _, m := range messages {
		b, err := m.AppendFrame(nil, nil)
		if err != nil {
			return nil, fmt.Errorf("%T: %w", m, err)
		}
		frames = append(frames, b)
	}
	return frames, nil
}

// shown is a frame that is about to be sent, as the log shows it: as a frame if it is one, else with all of it as payload.
func shown(frame []byte) sv2.Frame {
	h, payload, kind := codec.TakeHeader(frame)
	if kind != 0 {
		return sv2.Frame{Payload: frame}
	}
	return sv2.Frame{Header: h, Payload: payload}
}
