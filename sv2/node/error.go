package node

import (
	"errors"
	"net"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// What constructors refuse beside single wrong settings. errors.Is finds these, and status.Argument.
var (
	// ErrNullHandler: a subprotocol is configured and has no handler.
	ErrNullHandler = errors.New("no handler for a subprotocol that is supported")
	// ErrUnusedHandler: a subprotocol has a handler and is not configured.
	ErrUnusedHandler = errors.New("a handler for a subprotocol that is not supported")
	// ErrDecideSetup: session.ServerConfig.HoldSetup without ServerHandlers.DecideSetup, or the reverse.
	ErrDecideSetup = errors.New("HoldSetup and DecideSetup do not go together")
	// ErrSiblings: these servers and clients do not belong together in one process.
	ErrSiblings = errors.New("not a pair of siblings")
	// ErrNoSibling: a request to a sibling that is not there.
	ErrNoSibling = errors.New("there is no such sibling")
)

// Error is a failure that the session of a connection knows nothing of. errors.Is finds its kind and its cause.
//
// Kinds: ResolveFailed and ConnectFailed before there is a connection; ConnectionLost when it breaks, or the peer takes no
// bytes for Options.WriteTimeout; QueueFull when the peer takes them too slowly; HandshakeRate when a server has too much to
// do; SetupDeclined when DecideSetup refused; Closed when this end closed it, with the context's cause.
//
// Everything else that ends a connection is a [*session.Error], a [*ReconnectError], or what a handler passed to [End].
type Error struct {
	Kind status.Kind
	Err  error // of net, of a context, of a handler; or nil
}

// Error returns the kind and the cause in words.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Kind.Error()
	}
	return e.Kind.Error() + ": " + e.Err.Error()
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// ReconnectError ends a client's connection because the server sent Reconnect (specification 3.6.5). It concerns the whole
// connection with all its channels. A [Client] follows it, with the same authority key. A proxy does not pass it on.
type ReconnectError struct {
	NewHost []byte // empty: as before
	NewPort uint16 // 0: as before
	// Kind is ReconnectInSetup when it came in place of an answer to SetupConnection, else ConnectionLost.
	Kind status.Kind
}

// Error says what happened, without the bytes of the peer.
func (e *ReconnectError) Error() string { return "the server asks to reconnect" }

// Unwrap returns the kind.
func (e *ReconnectError) Unwrap() error { return e.Kind }

// End makes a handler's error one that ends the connection. It is what Handshake or Run returns; for a [Client], the kind in
// it decides whether the endpoint is tried again, as in endpoint.Judge; ConnectionLost if there is none.
func End(err error) error {
	if err == nil {
		err = status.Closed
	}
	return &endError{err}
}

type endError struct{ err error }

func (e *endError) Error() string { return e.err.Error() }

func (e *endError) Unwrap() error { return e.err }

// RefuseSetup is what DecideSetup returns to answer with a certain SetupConnection.Error. Flags are 0, or requested ones that
// are the reason; Code is 1 to 255 printable ASCII characters, sv2.ErrorCode* or another.
type RefuseSetup struct {
	Flags uint32
	Code  string
}

// Error names the code.
func (e *RefuseSetup) Error() string { return "setup refused: " + e.Code }

// kindOf returns the first kind in an error, or otherwise.
func kindOf(err error, otherwise status.Kind) status.Kind {
	if kind, ok := errors.AsType[status.Kind](err); ok {
		return kind
	}
	return otherwise
}

// dialError sorts the errors of a dialer.
func dialError(err error) error {
	kind := status.ConnectFailed
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		kind = status.ResolveFailed
	}
	return &Error{Kind: kind, Err: err}
}

// reconnectError reads the Reconnect in a frame.
func reconnectError(f sv2.Frame, kind status.Kind) error {
	var m sv2.Reconnect
	if _, err := sv2.DecodeFrame(f, &m); err != nil {
		return &Error{Kind: kindOf(err, status.Internal), Err: err}
	}
	return &ReconnectError{NewHost: append([]byte(nil), m.NewHost...), NewPort: m.NewPort, Kind: kind}
}
