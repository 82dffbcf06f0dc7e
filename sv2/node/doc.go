// Package node puts sessions on connections: sockets, goroutines, clocks and a log. What is decided about the protocol is
// decided in sv2/session and sv2/endpoint.
//
// A [Conn] is one connection, either end of it, in two steps:
//
//	c, err := node.Dial(ctx, endpoint, &config, node.ClientHandlers{Mining: miner}, nil)
//	err = c.Handshake(ctx) // blocks: Noise, SetupConnection, extensions; on failure nothing is left
//	err = c.Run(ctx)       // blocks: messages to the handler until the end, and why it ended
//
// A [Client] stays connected to the best of its endpoints. A [Server] serves many clients. [Siblings] are both in one process:
// proxies, pools, job declarators.
//
// # What a handler may rely on
//
// Before Established, nothing of a connection reaches a handler: no message is delivered before SetupConnection was
// accepted and, on a client, extensions are negotiated. The protocol, the version, flags and extensions are settled then. The
// calls for one connection come one after the other, in the order of the wire, from one goroutine; what a message borrows is
// valid until the call returns. Ended comes after the last message, once. A server finds state that belongs to a connection
// with Conn.State.
//
// A handler is for one subprotocol. What is configured in the session and what has a handler must be the same, or
// constructors fail with [ErrNullHandler] or [ErrUnusedHandler]. An error that a handler returns is logged and costs one
// message; [End] makes it cost the connection. A panic is not caught.
//
// # Sending
//
// Conn.Send queues and returns. The queue of a connection is bounded in bytes, by session.Limits.Output, and what a peer has
// not taken counts. A queue without room ends the connection, unless Options.WhenFull says otherwise: each connection has a
// queue of its own, so a client that does not read costs nobody else anything.
//
// # Servers and strangers
//
// Whoever connects costs a socket, a goroutine and some 9 KB. It costs computing only when a whole act 1 has come and the
// rate of handshakes allows it, and then a few at a time compute. Those that go no further are closed at the deadline of the
// handshake, or before when others need their place. After that, session.Timeouts and session.Limits hold, and a peer that breaks the
// protocol ends its own connection.
//
// # Errors
//
// Every error wraps a status.Kind for errors.Is, except what a program's own handler passes to End. The class of the kind
// says what to do next; see status.Class.
package node
