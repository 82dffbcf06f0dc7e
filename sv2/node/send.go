package node

import (
	"errors"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Send queues a message and returns at once; what the message borrows is the caller's again. Messages of one goroutine are
// sent in order. Before it is established, a server can send only Reconnect and a client nothing.
//
// Kinds, none of which queues a part: QueueFull, see [QueuePolicy]; those of session.Session.Send; and after the end the
// error of the end.
func (c *Conn) Send(m sv2.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queued(c.session.Send(m))
}

// SendShare is Send for a share of the worker userIdentity, which is cut to 32 bytes (extension 0x0002).
func (c *Conn) SendShare(m *sv2.SubmitSharesExtended, userIdentity []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queued(c.session.SendShare(m, userIdentity))
}

// SendWithTLVs is Send with TLVs behind the message; see session.Session.SendWithTLVs.
func (c *Conn) SendWithTLVs(m sv2.Message, tlvs []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queued(c.session.SendWithTLVs(m, tlvs))
}

// Forward queues a channel message of an extension that this end does not know, as a proxy has to; see
// session.Session.Forward.
func (c *Conn) Forward(f sv2.Frame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queued(c.session.Forward(f))
}

// queued looks after the writer when a message has been queued, and after the policy when it has not. The lock is held.
func (c *Conn) queued(err error) error {
	if err == nil {
		c.tally.messagesOut.Add(1)
		c.after()
		return nil
	}
	if c.session.Err() != nil {
		c.after()
		return c.failure()
	}
	if errors.Is(err, status.QueueFull) {
		c.tally.queueFull.Add(1)
		if c.options.WhenFull == EndWhenFull {
			c.endLocked(&Error{Kind: status.QueueFull}, true)
		}
	}
	return err
}
