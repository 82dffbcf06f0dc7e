// Package sealed finds frames in an encrypted stream, with the methods of sv2.FrameDecoder: it is noise.Decoder with frames
// on one side and received bytes in any pieces on the other.
package sealed

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// stagingSize is the memory that Writable gives: what is received at once, sealed.
const stagingSize = 4096

// FrameDecoder opens the frames of a link. Unlike sv2.FrameDecoder it has one frame at a time: a frame is valid until the
// next call of Next, Feed, Writable or Release. It is for one goroutine at a time.
type FrameDecoder struct {
	source  *noise.Transport
	link    noise.Decoder
	staged  sv2.Buffer // received by Writable, not opened yet
	opened  []byte     // plain frame that Next has not returned
	failure error
}

// NewFrameDecoder returns a decoder that opens what arrives on link, with payloads of at most maxPayload bytes, 0 meaning
// [sv2.PayloadSizeDefault]. A maximum above [sv2.PayloadSizeMax] is [status.Limit], a link of which only the header of a
// frame was opened [status.State].
func NewFrameDecoder(link *noise.Transport, maxPayload int, memory sv2.Memory) (*FrameDecoder, error) {
	switch {
	case maxPayload == 0:
		maxPayload = sv2.PayloadSizeDefault
	case maxPayload < 0 || maxPayload > sv2.PayloadSizeMax:
		return nil, status.Limit
	}
	if link == nil {
		return nil, status.Argument
	}
	if link.Closed() {
		return nil, status.TransportClosed
	}
	d := &FrameDecoder{source: link, staged: sv2.NewBuffer(stagingSize, memory)}
	if err := d.link.Initialize(link, codec.HeaderSize+maxPayload, noise.Memory(memory)); err != nil {
		return nil, err
	}
	return d, nil
}

// Feed takes bytes of the stream up to the end of a frame and returns how many it took. When that is less than all of
// them, take the frame with Next and feed the rest.
func (d *FrameDecoder) Feed(in []byte) (taken int, err error) {
	if err := d.openStaged(); err != nil || d.opened != nil {
		return 0, err
	}
	return d.open(in)
}

// Writable returns memory to read at least one byte of the stream into, for Commit to take over. It is [status.Limit]
// while bytes that were received earlier wait for Next.
func (d *FrameDecoder) Writable() ([]byte, error) {
	if err := d.openStaged(); err != nil {
		return nil, err
	}
	if d.opened != nil || d.staged.Len() > 0 {
		return nil, status.Limit
	}
	dst, kind := d.staged.Writable(stagingSize)
	if kind != 0 {
		return nil, kind
	}
	return dst, nil
}

// Commit adds the first n bytes of what Writable returned to the stream.
func (d *FrameDecoder) Commit(n int) error {
	if kind := d.staged.Commit(n); kind != 0 {
		return kind
	}
	return d.openStaged()
}

// Next returns the next complete frame. When none is complete it returns [status.WantInput] and how many bytes are missing
// at least.
func (d *FrameDecoder) Next() (f sv2.Frame, missing int, err error) {
	if err := d.openStaged(); err != nil {
		return sv2.Frame{}, 0, err
	}
	if d.opened == nil {
		return sv2.Frame{}, d.link.Missing(), status.WantInput
	}
	f, _, _, err = sv2.TakeFrame(d.opened, sv2.PayloadSizeMax)
	d.opened = nil
	return f, 0, err
}

// Buffered returns the number of bytes, sealed ones, that have been fed and not yet returned in frames.
func (d *FrameDecoder) Buffered() int {
	n := d.staged.Len() + d.link.Buffered()
	if d.opened != nil {
		n += noise.SealedFrameSize(len(d.opened) - codec.HeaderSize)
	}
	return n
}

// Failure returns the error that ended the stream, or nil.
func (d *FrameDecoder) Failure() error { return d.failure }

// Forget ends the validity of the frame that Next has returned, and gives back what a large one has taken. Feed and Writable
// do the same; this is for a stream on which nothing may come for long.
func (d *FrameDecoder) Forget() {
	if d.opened == nil {
		d.link.Forget()
	}
}

// Release wipes and gives back all memory.
func (d *FrameDecoder) Release() {
	d.link.Release()
	d.staged.Release()
	d.opened = nil
}

// openStaged opens staged bytes up to the end of a frame. A frame that was opened is still given when the link has been
// closed since.
func (d *FrameDecoder) openStaged() error {
	if d.failure != nil || d.opened != nil {
		return d.failure
	}
	if d.source.Closed() {
		d.failure = status.TransportClosed
		return d.failure
	}
	if d.staged.Len() == 0 {
		return nil
	}
	n, err := d.open(d.staged.Data())
	d.staged.Consume(n)
	return err
}

func (d *FrameDecoder) open(in []byte) (taken int, err error) {
	taken, frame, err := d.link.Feed(in)
	if err != nil && err != status.NoMemory {
		d.failure = err
	}
	d.opened = frame
	return taken, err
}
