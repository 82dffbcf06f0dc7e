package node

import (
	"context"
	"errors"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// Run delivers messages to the handler until the connection ends, and says why, always with an error. It comes after a
// Handshake that succeeded. When it returns, what was queued has been sent or given up, the connection is closed, and
// everything that it started has ended. Messages that came early go the same way as all others.
//
// The end of the context is a Close. Errors: [*session.Error], [*Error], [*ReconnectError], what a handler passed to [End];
// State when it is not its turn.
func (c *Conn) Run(ctx context.Context) error {
	if err := c.advance(stageReady, stageRunning); err != nil {
		return err
	}
	release := c.watch(ctx, false)
	if c.route != nil {
		c.establish()
	}
	for c.deliver() {
		if len(c.unread) == 0 {
			c.read()
		}
		c.feed()
	}
	c.finish()
	release()
	err := c.Err()
	c.tally.ended(kindOf(err, status.ConnectionLost))
	c.logger().Info("connection ended", "error", err)
	if c.route != nil {
		c.route.Ended(c, err)
	}
	return err
}

// deliver acts on the events that there are, and reports whether there can be more.
func (c *Conn) deliver() bool {
	for {
		e, ok := c.next()
		if !ok {
			return true
		}
		switch e.Kind {
		case session.EventEnd:
			c.noteEnd(&e)
			return false
		case session.EventEstablished:
			c.routeMessages()
			c.establish()
		case session.EventMessage:
			c.tally.messagesIn.Add(1)
			c.message(&e)
		case session.EventIgnored, session.EventUnexpected, session.EventRejected:
			c.tally.messagesIn.Add(1)
			c.common(&e)
		case session.EventUserIdentityCut:
			c.logger().Warn("a user identity was cut to 32 bytes")
		}
	}
}

// routeMessages finds the handler of the protocol that was set up.
func (c *Conn) routeMessages() {
	protocol, _, _, _, _ := c.Setup()
	c.route = &c.routes.protocols[protocol]
	c.tally.established.Add(1)
}

func (c *Conn) establish() {
	protocol, version, requested, granted, _ := c.Setup()
	c.logger().Info("connection established", "protocol", protocol, "version", version,
		"request_flags", requested, "success_flags", granted, "extensions", c.Extensions())
	if err := c.route.Established(c); err != nil {
		if end, ok := errors.AsType[*endError](err); ok {
			err = end.err
		}
		c.end(err, false)
	}
}

// message gives a message to the handler that it is for.
func (c *Conn) message(e *session.Event) {
	info := sv2.Lookup(e.Frame.ExtensionType, e.Frame.MsgType)
	switch {
	case info == nil || info.ExtensionType != sv2.ExtensionCore || info.Protocol == sv2.Common:
		if c.Role() == sv2.Client && e.Frame.Is((*sv2.Reconnect)(nil).Info()) {
			c.end(reconnectError(e.Frame, status.ConnectionLost), false)
			return
		}
		c.common(e)
	default:
		c.judge(c.route.handle(c, received(e)), e.Frame)
	}
}

func (c *Conn) common(e *session.Event) {
	if c.routes.common == nil || c.route == nil {
		c.tally.dropped.Add(1)
		c.logger().Debug("message dropped", "reason", e.Kind, "extension_type", e.Frame.ExtensionType, "msg_type", e.Frame.MsgType)
		return
	}
	c.judge(c.routes.common(c, received(e)), e.Frame)
}

func received(e *session.Event) Message {
	return Message{
		Frame: e.Frame, Kind: e.Kind, Status: e.Status, UserIdentity: e.UserIdentity, HasUserIdentity: e.HasUserIdentity,
	}
}

// judge logs a handler's error, or ends the connection if it asks for that.
func (c *Conn) judge(err error, f sv2.Frame) {
	if err == nil {
		return
	}
	if end, ok := errors.AsType[*endError](err); ok {
		c.end(end.err, false)
		return
	}
	c.tally.errors.Add(1)
	c.logger().Warn("message dropped by its handler", "error", err, "extension_type", f.ExtensionType, "msg_type", f.MsgType)
}
