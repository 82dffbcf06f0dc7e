package node

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/libsv2/libsv2/status"
)

// readSize is what an idle connection reads into; transferSize is borrowed while more than that comes, and for writing.
const (
	readSize     = 1 << 10
	transferSize = 16 << 10
)

type transferBuffer [transferSize]byte

var transferBuffers = sync.Pool{New: func() any { return new(transferBuffer) }}

// startWriter starts the goroutine that sends what waits, and ends when nothing does. The lock is held.
func (c *Conn) startWriter() {
	c.writing = true
	c.writers.Go(c.flush)
}

// flush sends what waits. What is under way still counts as waiting, so that the queue is bounded by what the peer has taken.
func (c *Conn) flush() {
	buffer := transferBuffers.Get().(*transferBuffer)
	defer transferBuffers.Put(buffer)
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.abandoned && c.broken == nil {
		n := copy(buffer[:], c.session.Output())
		if n == 0 {
			break
		}
		_ = c.net.SetWriteDeadline(c.writeDeadline())
		c.mu.Unlock()
		written, err := c.net.Write(buffer[:n])
		c.mu.Lock()
		c.tally.bytesOut.Add(uint64(written))
		_ = c.session.Sent(written)                                    // fails when the session has ended and given up what it had
		takes := written > 0 && errors.Is(err, os.ErrDeadlineExceeded) // slowly, but it is not gone
		if err != nil && !takes {
			c.writeFailed(err)
		}
	}
	c.writing = false
}

// writeFailed ends the connection, at once if the peer takes no bytes. If it has closed, it may have said why, as a server
// does with Reconnect: the reader finds out, and has a moment for it. The lock is held.
func (c *Conn) writeFailed(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		_ = c.session.Tick(c.now()) // its own deadline says more
		c.endLocked(&Error{Kind: status.ConnectionLost, Err: err}, true)
		return
	}
	c.broken = err
	if !c.over {
		c.armed = 0 // no later deadline takes the place of this one
		_ = c.net.SetReadDeadline(time.Now().Add(linger))
	}
}

// canWrite reports whether writing has not failed so far.
func (c *Conn) canWrite() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken == nil
}

// writeDeadline is until when the peer has to take bytes. The lock is held.
func (c *Conn) writeDeadline() time.Time {
	deadline := time.Now().Add(c.options.WriteTimeout)
	if c.stage == stageHandshake || c.session.Err() != nil {
		if at, ok := c.session.NextDeadline(); ok && c.at(at).Before(deadline) {
			return c.at(at)
		}
	}
	return deadline
}

// read waits for bytes of the peer, for a deadline, or for the end.
func (c *Conn) read() {
	if len(c.unread) == 0 {
		c.fitBuffer()
	}
	kept := copy(c.buffer, c.unread)
	n, err := c.net.Read(c.buffer[kept:])
	c.unread = c.buffer[:kept+n]
	c.filled = kept+n == len(c.buffer)
	c.tally.bytesIn.Add(uint64(n))
	if n == 0 && err != nil {
		c.readFailed(err)
	}
}

func (c *Conn) readFailed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.after()
	switch {
	case c.over:
	case c.broken != nil && !errors.Is(err, io.EOF):
		c.reason = &Error{Kind: status.ConnectionLost, Err: c.broken}
		c.session.PeerClosed()
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.armed = notArmed
		_ = c.net.SetReadDeadline(time.Time{})
		_ = c.session.Tick(c.now())
	case errors.Is(err, io.EOF):
		c.session.PeerClosed()
	default:
		c.reason = &Error{Kind: status.ConnectionLost, Err: err}
		c.session.PeerClosed()
	}
}

// fitBuffer makes the buffer as large as the peer's haste asks for.
func (c *Conn) fitBuffer() {
	switch {
	case c.buffer == nil:
		c.buffer = make([]byte, readSize)
	case c.filled && c.large == nil:
		c.large = transferBuffers.Get().(*transferBuffer)
		c.buffer = c.large[:]
	case !c.filled && c.large != nil:
		c.releaseBuffer()
		c.buffer = make([]byte, readSize)
	}
}

func (c *Conn) releaseBuffer() {
	if c.large != nil {
		transferBuffers.Put(c.large)
		c.large = nil
	}
	c.buffer, c.unread = nil, nil
}

// feed gives the session what was read, up to the end of a frame that makes an event.
func (c *Conn) feed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken, _ := c.session.Feed(c.unread, c.now())
	c.unread = c.unread[taken:]
	c.after()
}
