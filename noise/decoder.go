package noise

import "github.com/libsv2/libsv2/status"

// Memory is where a Decoder keeps frames: a C heap, a pool, an arena. Alloc
// returns at least size bytes, of any content, or nil; Free takes back what
// Alloc gave, wiped. With both nil it is the Go heap.
type Memory struct {
	Alloc func(size int) []byte
	Free  func([]byte)
}

const (
	// smallestBuffer is reserved for the first payload, whatever its size.
	smallestBuffer = 1024
	// largestKept is the largest buffer that is kept for the next frame.
	largestKept = 16 * 1024
)

// Decoder opens the frames of a link from bytes that arrive in any pieces. It
// must not be copied, and is for one goroutine at a time, which may be another
// one than the sealing one.
//
// It reserves nothing before a header has been authenticated and found to be
// within the limit, and then never more than twice the payload received so far
// (or 1 KiB), so that a peer has to send what it wants the decoder to hold.
// While growing, the old and the new buffer are there together.
type Decoder struct {
	link     *Transport
	memory   Memory
	maxFrame int

	header   [HeaderSize]byte
	sealed   [SealedHeaderSize]byte
	buffer   []byte // header, payload opened so far, block being received
	payload  int    // size of the payload of the current frame
	opened   int    // bytes of it already opened
	received int    // bytes of the current header or block
	phase    decoderPhase
}

type decoderPhase uint8

const (
	decodingHeader decoderPhase = iota
	decodingPayload
	decoded
)

// Initialize prepares a Decoder for a link. maxFrame is the largest plain frame
// accepted, header included, in HeaderSize..MaxFrame: else Argument. State when
// the link has opened a header and waits for its payload.
func (d *Decoder) Initialize(link *Transport, maxFrame int, memory Memory) error {
	if link == nil || maxFrame < HeaderSize || maxFrame > MaxFrame || (memory.Alloc == nil) != (memory.Free == nil) {
		return status.Argument
	}
	if link.hasPending {
		return status.State
	}
	if memory.Alloc == nil {
		memory = Memory{Alloc: func(size int) []byte { return make([]byte, size) }, Free: func([]byte) {}}
	}
	d.Release()
	*d = Decoder{link: link, memory: memory, maxFrame: maxFrame}
	return nil
}

// Feed takes some of the bytes received and returns how many. When they
// complete a frame, it returns that too: header and payload, plain, valid until
// the next call of Feed or Release, and the caller's to change. Otherwise frame
// is nil and all bytes were taken, unless there is an error.
//
// Kinds: FrameTooLarge, Decrypt and NonceExhausted close the link. NoMemory
// does not: consumed bytes are taken, and the rest may be fed again. State for a
// Decoder without a link, TransportClosed.
func (d *Decoder) Feed(in []byte) (consumed int, frame []byte, err error) {
	if d.link == nil {
		return 0, nil, status.State
	}
	if err := d.link.receivable(); err != nil {
		return 0, nil, err
	}
	if d.phase == decoded {
		d.next()
	}
	if d.phase == decodingHeader {
		n, err := d.feedHeader(in)
		consumed = n
		if err != nil {
			return consumed, nil, err
		}
	}
	if d.phase == decodingPayload {
		n, err := d.feedPayload(in[consumed:])
		consumed += n
		if err != nil {
			return consumed, nil, err
		}
	}
	if d.phase != decoded {
		return consumed, nil, nil
	}
	if d.payload == 0 {
		return consumed, d.header[:], nil
	}
	size := HeaderSize + d.payload
	return consumed, d.buffer[:size:size], nil
}

// Missing returns how many bytes the current header, or else the current
// payload, still needs: what to read next, at least 1.
func (d *Decoder) Missing() int {
	if d.phase == decodingPayload {
		return SealedPayloadSize(d.payload-d.opened) - d.received
	}
	if d.phase == decoded {
		return SealedHeaderSize
	}
	return SealedHeaderSize - d.received
}

// Buffered returns how many bytes of a frame that is not complete have been
// taken.
func (d *Decoder) Buffered() int {
	switch d.phase {
	case decodingHeader:
		return d.received
	case decodingPayload:
		return SealedHeaderSize + SealedPayloadSize(d.opened) + d.received
	}
	return 0
}

// Reserved returns the size of the buffer held.
func (d *Decoder) Reserved() int { return len(d.buffer) }

// Forget ends the validity of the frame that Feed has returned, and frees its
// buffer if it is a large one. Feed does the same; this is for a link on which
// nothing may come for long.
func (d *Decoder) Forget() {
	if d.phase == decoded {
		d.next()
	}
}

// Release wipes and frees the buffer. The Decoder has no link afterwards.
func (d *Decoder) Release() {
	d.drop()
	*d = Decoder{}
}

// next prepares for the frame after a decoded one.
func (d *Decoder) next() {
	if len(d.buffer) > largestKept {
		d.drop()
	}
	d.payload, d.opened, d.received = 0, 0, 0
	d.phase = decodingHeader
}

func (d *Decoder) drop() {
	if d.buffer != nil {
		wipe(d.buffer)
		d.memory.Free(d.buffer)
		d.buffer = nil
	}
}

func (d *Decoder) feedHeader(in []byte) (int, error) {
	n := copy(d.sealed[d.received:], in)
	d.received += n
	if d.received < SealedHeaderSize {
		return n, nil
	}
	size, err := d.link.OpenHeader(&d.sealed, &d.header)
	if err != nil {
		return n, d.close(err)
	}
	if HeaderSize+size > d.maxFrame {
		return n, d.close(status.FrameTooLarge)
	}
	d.payload, d.opened, d.received = size, 0, 0
	d.phase = decodingPayload
	if size == 0 {
		d.phase = decoded
	}
	return n, nil
}

// feedPayload opens a block straight from the input when all of it is there,
// and otherwise gathers it where its plaintext belongs and opens it there. So a
// block is copied at most once, and several blocks come out without gaps.
func (d *Decoder) feedPayload(in []byte) (consumed int, err error) {
	for d.opened < d.payload && consumed < len(in) {
		size := min(d.payload-d.opened, MaxChunk)
		at := HeaderSize + d.opened
		rest := in[consumed:]
		arrived := d.received + min(len(rest), d.Missing())
		if d.received == 0 && len(rest) >= size+TagSize {
			if err := d.reserve(at, at+arrived); err != nil {
				return consumed, err
			}
			if err := d.link.openBlock(d.buffer[at:at+size], rest[:size+TagSize]); err != nil {
				return consumed, d.close(err)
			}
			consumed += size + TagSize
			d.opened += size
			continue
		}
		if err := d.reserve(at+d.received, at+arrived); err != nil {
			return consumed, err
		}
		end := min(at+size+TagSize, len(d.buffer))
		n := copy(d.buffer[at+d.received:end], rest)
		consumed += n
		d.received += n
		if d.received < size+TagSize {
			continue
		}
		sealed := d.buffer[at : at+size+TagSize]
		if err := d.link.openBlock(sealed[:size], sealed); err != nil {
			return consumed, d.close(err)
		}
		d.opened += size
		d.received = 0
	}
	if d.opened == d.payload {
		copy(d.buffer, d.header[:])
		d.link.hasPending = false
		d.phase = decoded
	}
	return consumed, nil
}

// reserve makes the buffer hold need bytes, of which used are worth keeping.
// What does not fit in twice that is left for later.
func (d *Decoder) reserve(used, need int) error {
	most := HeaderSize + d.payload + TagSize
	need = min(need, most)
	if need <= len(d.buffer) {
		return nil
	}
	size := min(max(2*need, smallestBuffer), most)
	fresh := d.memory.Alloc(size)
	if len(fresh) < size {
		if fresh != nil {
			d.memory.Free(fresh)
		}
		return status.NoMemory
	}
	copy(fresh, d.buffer[:min(used, len(d.buffer))])
	d.drop()
	d.buffer = fresh
	return nil
}

// close ends the link and forgets what was received.
func (d *Decoder) close(err error) error {
	d.drop()
	d.payload, d.opened, d.received = 0, 0, 0
	d.phase = decodingHeader
	return d.link.failReceiving(err)
}

// String shows no plaintext.
func (*Decoder) String() string { return redacted }

// GoString shows no plaintext.
func (*Decoder) GoString() string { return redacted }
