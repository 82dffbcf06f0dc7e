package node

import (
	"errors"
	"io"
	"time"

	"github.com/libsv2/libsv2/status"
)

// longAgo as a deadline ends reads and writes at once.
var longAgo = time.Unix(1, 0)

// linger is how long a peer has to close after the last words to it. A system that closes a connection with unread bytes may
// discard what it has sent.
const linger = time.Second

// end ends the connection for a reason that the session does not know. When it has ended before, the first reason stays.
// What waits to be sent is given up if abandon is set.
func (c *Conn) end(reason error, abandon bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endLocked(reason, abandon)
}

func (c *Conn) endLocked(reason error, abandon bool) {
	if c.session.Err() == nil {
		c.reason = reason
		c.session.Close()
	}
	if abandon || c.stage < stageRunning {
		c.abandon()
	}
	c.after()
	if c.stage == stageNew || c.stage == stageReady { // nobody else is there to do it
		count := c.tally.failed
		if c.stage == stageReady {
			count = c.tally.ended
		}
		count(kindOf(c.failure(), status.ConnectionLost))
		c.stage = stageClosed
		_ = c.net.Close()
		c.session.Release()
	}
}

// abandon stops all input and output.
func (c *Conn) abandon() {
	if !c.abandoned {
		c.abandoned = true
		_ = c.net.SetDeadline(longAgo)
	}
}

// failure is why the connection ended.
func (c *Conn) failure() error {
	if c.reason != nil {
		return c.reason
	}
	return c.session.Err()
}

// after follows each call that may have changed the session: it looks after deadlines, the writer, and the end.
func (c *Conn) after() {
	if c.session.Err() == nil {
		c.arm()
	} else if !c.over {
		c.over = true
		// What Close leaves may be on its way, if it does not wait any more.
		c.drain = len(c.session.Output()) > 0 || errors.Is(c.session.Err(), status.Closed)
		_ = c.net.SetReadDeadline(longAgo) // wakes the reader
	}
	if c.stage == stageRunning && !c.writing && c.broken == nil && len(c.session.Output()) > 0 {
		c.startWriter()
	}
}

// arm wakes the reader in time for the next deadline of the session. A deadline that has moved to a later time is found out
// when the earlier one has passed, which spares a system call per message.
func (c *Conn) arm() {
	if at, ok := c.session.NextDeadline(); ok && at < c.armed {
		c.armed = at
		_ = c.net.SetReadDeadline(c.at(at))
	}
}

// finish closes the connection when the session has ended, and joins everything.
func (c *Conn) finish() {
	c.mu.Lock()
	c.stage = stageClosing
	drain := c.drain && !c.abandoned
	if drain {
		deadline := c.writeDeadline()
		_ = c.net.SetDeadline(deadline)
		if !c.writing {
			c.startWriter()
		}
	}
	c.mu.Unlock()
	if drain {
		c.sendLastWords()
	}
	_ = c.net.Close()
	c.writers.Wait()
	c.releaseBuffer()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session.Release()
	c.stage = stageClosed
}

// sendLastWords waits for the writer, and throws away what comes meanwhile, until the peer has closed too.
func (c *Conn) sendLastWords() {
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.writers.Wait()
		c.closeWrite()
	}()
	_, _ = io.Copy(io.Discard, c.net)
	<-written
}

// closeWrite tells the peer that nothing more comes. Where that is not possible, there is nothing to wait for.
func (c *Conn) closeWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.abandoned {
		return
	}
	until := longAgo
	if half, ok := c.net.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		until = time.Now().Add(linger)
	}
	_ = c.net.SetReadDeadline(until)
}
