package session

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Event is something that happened. Its slices are views, valid until the next call of NextEvent, Feed, PeerClosed or Release.
type Event struct {
	Kind   EventKind
	Phase  Phase // of the session now
	Status status.Kind
	Class  status.Class

	Frame           sv2.Frame
	UserIdentity    []byte
	HasUserIdentity bool // tells an empty identity from none

	Protocol    uint8
	UsedVersion uint16
	Flags       uint32
	ErrorCode   string
	Extensions  []uint16 // ascending; not to be changed
	Drain       bool
	Error       *Error
}

// eventQueue holds what has happened and not been asked for. Frames are read from the peer only while it is empty, which
// bounds it: two events of one frame, two of AcceptSetup, one each of a deadline, a cut identity and the end.
type eventQueue struct {
	kinds       [8]EventKind
	first, held uint8
}

func (q *eventQueue) empty() bool { return q.held == 0 }

func (q *eventQueue) has(k EventKind) bool {
	for i := range q.held {
		if q.kinds[(q.first+i)%uint8(len(q.kinds))] == k {
			return true
		}
	}
	return false
}

func (q *eventQueue) push(k EventKind) {
	q.kinds[(q.first+q.held)%uint8(len(q.kinds))] = k
	q.held++
}

func (q *eventQueue) pop() (k EventKind, ok bool) {
	if q.held == 0 {
		return 0, false
	}
	k = q.kinds[q.first]
	q.first = (q.first + 1) % uint8(len(q.kinds))
	q.held--
	return k, true
}
