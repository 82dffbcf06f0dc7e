package sv2

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// FrameDecoder finds frames in a stream of bytes that arrives in any pieces. Each frame's header is checked against the
// maximum payload size before memory is reserved for it, and memory grows only with bytes that have arrived. A header above
// the maximum ends the stream: the decoder keeps that error and takes no more input.
type FrameDecoder struct {
	maxPayload int
	buffer     Buffer
	shown      int // bytes of frames that Next has returned and whose views are still valid
	failure    error
}

// NewFrameDecoder returns a decoder for payloads of at most maxPayload bytes, 0 meaning [PayloadSizeDefault]. A maximum
// above [PayloadSizeMax] is [status.Limit].
func NewFrameDecoder(maxPayload int, memory Memory) (*FrameDecoder, error) {
	switch {
	case maxPayload == 0:
		maxPayload = PayloadSizeDefault
	case maxPayload < 0 || maxPayload > PayloadSizeMax:
		return nil, status.Limit
	}
	return &FrameDecoder{maxPayload: maxPayload, buffer: NewBuffer(codec.HeaderSize+maxPayload, memory)}, nil
}

// Feed takes bytes of the stream, as many as fit, and returns how many it took. When that is less than all of them, take
// frames with Next and feed the rest. Frames that Next returned before are no longer valid.
func (d *FrameDecoder) Feed(in []byte) (taken int, err error) {
	for taken < len(in) {
		d.forget()
		if err := d.check(); err != nil {
			return taken, err
		}
		n := min(d.step(), len(in)-taken)
		if n == 0 {
			break
		}
		if kind := d.buffer.Append(in[taken : taken+n]); kind != 0 {
			return taken, kind
		}
		taken += n
	}
	return taken, d.check()
}

// step is how many bytes to take next: only a header's worth until its length has been checked.
func (d *FrameDecoder) step() int {
	if have := d.buffer.Len(); have < codec.HeaderSize {
		return codec.HeaderSize - have
	}
	return d.buffer.Room()
}

// Writable returns memory to read at least one byte of the stream into, for Commit to take over; it is the way around the
// copy of Feed. It is [status.Limit] while complete frames fill the decoder: take them with Next first. Frames that Next
// returned before are no longer valid.
func (d *FrameDecoder) Writable() ([]byte, error) {
	d.forget()
	if err := d.check(); err != nil {
		return nil, err
	}
	n := min(max(d.missing(), 1), max(d.buffer.Len(), bufferSizeMin), d.buffer.Room())
	if n == 0 {
		return nil, status.Limit
	}
	dst, kind := d.buffer.Writable(n)
	if kind != 0 {
		return nil, kind
	}
	return dst, nil
}

// Commit adds the first n bytes of what Writable returned to the stream.
func (d *FrameDecoder) Commit(n int) error {
	if kind := d.buffer.Commit(n); kind != 0 {
		return kind
	}
	return d.check()
}

// Next returns the next complete frame, valid until the next Feed, Writable or Release. When none is complete it returns
// [status.WantInput] and how many bytes are missing at least.
func (d *FrameDecoder) Next() (f Frame, missing int, err error) {
	if d.failure != nil {
		return Frame{}, 0, d.failure
	}
	data := d.buffer.Data()[d.shown:]
	f, rest, missing, err := TakeFrame(data, d.maxPayload)
	if err != nil && err != status.WantInput {
		d.failure = err
	}
	d.shown += len(data) - len(rest)
	return f, missing, err
}

// Failure returns the error that ended the stream, or nil.
func (d *FrameDecoder) Failure() error { return d.failure }

// Buffered returns the number of bytes that have been fed and not yet returned in frames.
func (d *FrameDecoder) Buffered() int { return d.buffer.Len() - d.shown }

// Release zeroes and gives back all memory.
func (d *FrameDecoder) Release() { d.buffer.Release(); d.shown = 0 }

// largestKept is the largest memory that Forget keeps for the next frames.
const largestKept = 16 << 10

// Forget ends the validity of the frames that Next has returned, and gives back what a large one has taken. Feed and Writable
// do the former too; this is for a stream on which nothing may come for long.
func (d *FrameDecoder) Forget() {
	if d.forget(); d.buffer.Len() == 0 && d.buffer.Reserved() > largestKept {
		d.buffer.Release()
	}
}

// forget drops the frames that Next has returned.
func (d *FrameDecoder) forget() {
	d.buffer.Consume(d.shown)
	d.shown = 0
}

// check looks at the header of the next frame, if it is there, and remembers when it states too much.
func (d *FrameDecoder) check() error {
	if d.failure != nil {
		return d.failure
	}
	h, _, kind := codec.TakeHeader(d.buffer.Data()[d.shown:])
	if kind == 0 && int(h.MsgLength) > d.maxPayload {
		d.failure = tooLarge(h, d.maxPayload)
	}
	return d.failure
}

func (d *FrameDecoder) missing() int {
	_, _, missing, _ := TakeFrame(d.buffer.Data()[d.shown:], d.maxPayload)
	return missing
}
