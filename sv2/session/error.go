package session

import (
	"strconv"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Error is why a session ended. errors.Is finds its kind, errors.As the [*sv2.Error] of a message that was malformed.
type Error struct {
	Kind  status.Kind
	Phase Phase  // in which it happened
	Code  string // error_code of SetupConnection.Error, sent or received: bytes of the peer, not for decisions
	Flags uint32 // flags of SetupConnection.Error, or the flags that Kind is about
	// Extensions are those that Kind is about: missing, or demanded by the server.
	Extensions []uint16
	Err        error // what was wrong with a message, or nil
}

// Error names the phase, the kind in words and what is known beside it. Text of the peer is quoted.
func (e *Error) Error() string {
	cause := e.Err
	s := e.Phase.String() + ": "
	if m, ok := cause.(*sv2.Error); ok && m.Kind == e.Kind {
		s += m.Error() // the kind in words, with its message
		cause = nil
	} else {
		s += e.Kind.Error()
	}
	if e.Code != "" {
		s += ": " + strconv.Quote(e.Code)
	}
	if e.Flags != 0 {
		s += ", flags 0x" + strconv.FormatUint(uint64(e.Flags), 16)
	}
	for i, extension := range e.Extensions {
		s += [2]string{", extensions ", " "}[min(i, 1)] + "0x" + strconv.FormatUint(uint64(extension), 16)
	}
	if cause != nil && cause != error(e.Kind) {
		s += ": " + cause.Error()
	}
	return s
}

// Unwrap returns the kind and what was wrong with a message.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// kindOf returns the kind of an error of the packages below this one.
func kindOf(err error) status.Kind {
	switch e := err.(type) {
	case status.Kind:
		return e
	case *sv2.Error:
		return e.Kind
	}
	return status.Internal
}
