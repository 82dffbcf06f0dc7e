package session

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// frameStart is how many bytes have to come before anything is known of a frame.
const frameStart = codec.HeaderSize

// earlyQueue keeps the frames that came before the connection was established, to be acted on in order when it is. A correct
// peer sends none; some send one or two.
type earlyQueue struct {
	buffer sv2.Buffer
	count  int // frames held so far: the gate opens once
	shown  int // bytes of the frame that an event shows
}

// gated reports whether messages of the peer have to wait.
func (s *Session) gated() bool {
	return s.phase == PhaseDecision || s.phase == PhaseNegotiation && s.isClient()
}

// hold keeps a copy of a frame until the gate opens.
func (s *Session) hold(f sv2.Frame) {
	q := &s.early
	size := codec.HeaderSize + len(f.Payload)
	if q.count >= s.profile.limits.EarlyMessages || size > q.buffer.Room() {
		s.fail(status.EarlyMessages, nil)
		return
	}
	dst, kind := q.buffer.Writable(size)
	if kind != 0 {
		s.fail(kind, nil)
		return
	}
	header, _ := codec.AppendHeader(dst[:0], f.Header) // a header that was read can be written
	copy(dst[len(header):], f.Payload)
	q.buffer.Commit(size)
	q.count++
}

// replaying reports whether frames that were held are to be acted on before any other.
func (s *Session) replaying() bool {
	return s.early.buffer.Len() > 0 && s.err == nil && !s.gated()
}

// replay acts on the first frame held, as if it came now.
func (s *Session) replay() {
	q := &s.early
	f, rest, _, err := sv2.TakeFrame(q.buffer.Data(), sv2.PayloadSizeMax)
	if err != nil {
		s.fail(status.Internal, err)
		return
	}
	q.shown = q.buffer.Len() - len(rest)
	s.dispatch(f)
}

// forget drops the frame whose event has been taken.
func (s *Session) forget() {
	if !s.events.empty() {
		return
	}
	q := &s.early
	if q.shown > 0 {
		q.buffer.Consume(q.shown)
		q.shown = 0
		if q.buffer.Len() == 0 {
			q.buffer.Release()
		}
	}
	s.frame, s.identity = sv2.Frame{}, nil
	if s.phase == PhaseEnded {
		s.releaseInput() // the last event has been taken
	} else if s.frames != nil {
		s.frames.Forget()
	}
}
