package sv2

import "github.com/libsv2/libsv2/status"

// Memory is where a [Buffer] gets its bytes from. The zero value is the Go heap.
type Memory struct {
	Alloc func(n int) []byte // n zeroed bytes, or nil when there are none
	Free  func(b []byte)     // gets back what Alloc returned, already zeroed
}

// bufferSizeMin is the first allocation of a buffer: enough for most messages, small enough for ten thousand connections.
const bufferSizeMin = 512

// Buffer is a queue of bytes that grows to a hard maximum: writable, commit, data, consume. Memory that it gives up is
// zeroed first. It never holds more than twice what was written to it, or its minimum.
type Buffer struct {
	memory     Memory
	max        int
	all        []byte // whole allocation
	start, end int    // the data within it
}

// NewBuffer returns an empty buffer that will hold at most max bytes.
func NewBuffer(max int, memory Memory) Buffer { return Buffer{memory: memory, max: max} }

// Len returns the number of bytes held.
func (b *Buffer) Len() int { return b.end - b.start }

// Room returns how many more bytes the buffer may hold.
func (b *Buffer) Room() int { return b.max - b.Len() }

// Reserved returns how much memory the buffer has, for the data and beyond.
func (b *Buffer) Reserved() int { return len(b.all) }

// Data returns the bytes held, valid until the next call that writes or consumes.
func (b *Buffer) Data() []byte { return b.all[b.start:b.end:b.end] }

// Writable returns memory for at least n more bytes, for [Buffer.Commit] to take over. More than [Buffer.Room] is
// [status.Limit]; the memory moves, so earlier views are no longer valid.
func (b *Buffer) Writable(n int) ([]byte, status.Kind) {
	if n < 0 || n > b.Room() {
		return nil, status.Limit
	}
	if kind := b.reserve(n); kind != 0 {
		return nil, kind
	}
	return b.all[b.end:min(len(b.all), b.start+b.max)], 0
}

// Commit adds to the data the first n bytes of what Writable returned. More than that is [status.Argument].
func (b *Buffer) Commit(n int) status.Kind {
	if n < 0 || n > len(b.all)-b.end || n > b.Room() {
		return status.Argument
	}
	b.end += n
	return 0
}

// Append copies v behind the data.
func (b *Buffer) Append(v []byte) status.Kind {
	dst, kind := b.Writable(len(v))
	if kind != 0 {
		return kind
	}
	return b.Commit(copy(dst, v))
}

// Consume drops the first n bytes. More than there are is [status.Argument]. Views of the rest stay valid.
func (b *Buffer) Consume(n int) status.Kind {
	if n < 0 || n > b.Len() {
		return status.Argument
	}
	b.start += n
	if b.start == b.end {
		b.start, b.end = 0, 0
	}
	return 0
}

// Release zeroes and gives back all memory. The buffer is empty afterwards and can be used again.
func (b *Buffer) Release() {
	b.give(b.all)
	b.all, b.start, b.end = nil, 0, 0
}

func (b *Buffer) reserve(n int) status.Kind {
	if len(b.all)-b.end >= n {
		return 0
	}
	if len(b.all)-b.Len() >= n {
		copy(b.all, b.all[b.start:b.end])
		b.start, b.end = 0, b.Len()
		return 0
	}
	size := min(max(2*b.Len(), b.Len()+n, bufferSizeMin), b.max)
	grown := b.take(size)
	if grown == nil {
		return status.NoMemory
	}
	held := copy(grown, b.Data())
	b.give(b.all)
	b.all, b.start, b.end = grown, 0, held
	return 0
}

func (b *Buffer) take(n int) []byte {
	if b.memory.Alloc != nil {
		return b.memory.Alloc(n)
	}
	return make([]byte, n)
}

func (b *Buffer) give(all []byte) {
	clear(all)
	if all != nil && b.memory.Free != nil {
		b.memory.Free(all)
	}
}
