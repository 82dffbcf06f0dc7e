package node

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/libsv2/libsv2/status"
)

// Counters is what a server, a client or a connection has done so far. Of the connections that are over, each is counted in
// exactly one of Refused, HandshakeFailures and Ends. The numbers are read one after the other, so they need not fit each other
// exactly while work goes on.
type Counters struct {
	Accepted    uint64 // connections accepted or made
	Refused     uint64 // of these, closed at once because a limit of the server was reached
	Evicted     uint64 // of these, closed in their handshake because others needed the place
	Established uint64 // connections on which messages flowed
	MessagesIn  uint64 // messages after the setup
	MessagesOut uint64 // messages queued by the program
	BytesIn     uint64 // as received, sealed
	BytesOut    uint64 // as sent, sealed
	QueueFull   uint64 // messages that were not queued for want of room
	Dropped     uint64 // messages of the peer that no handler took: unknown, ignored, rejected
	Errors      uint64 // errors of handlers that did not end a connection
	// HandshakeFailures and Ends count why handshakes failed and why connections ended that had been set up.
	HandshakeFailures map[status.Kind]uint64
	Ends              map[status.Kind]uint64
}

// FailuresOf sums HandshakeFailures by class.
func (c Counters) FailuresOf(class status.Class) (n uint64) {
	for kind, count := range c.HandshakeFailures {
		if kind.Class() == class {
			n += count
		}
	}
	return n
}

// tally is counters at work.
type tally struct {
	accepted, refused, evicted, established, messagesIn, messagesOut, bytesIn, bytesOut, queueFull, dropped, errors atomic.Uint64

	mu             sync.Mutex
	failures, ends map[status.Kind]uint64
}

func (t *tally) failed(kind status.Kind) { t.count(&t.failures, kind) }

func (t *tally) ended(kind status.Kind) { t.count(&t.ends, kind) }

func (t *tally) count(counts *map[status.Kind]uint64, kind status.Kind) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if *counts == nil {
		*counts = make(map[status.Kind]uint64)
	}
	(*counts)[kind]++
}

func (t *tally) snapshot() Counters {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Counters{
		Accepted: t.accepted.Load(), Refused: t.refused.Load(), Evicted: t.evicted.Load(), Established: t.established.Load(),
		MessagesIn: t.messagesIn.Load(), MessagesOut: t.messagesOut.Load(),
		BytesIn: t.bytesIn.Load(), BytesOut: t.bytesOut.Load(),
		QueueFull: t.queueFull.Load(), Dropped: t.dropped.Load(), Errors: t.errors.Load(),
		HandshakeFailures: maps.Clone(t.failures), Ends: maps.Clone(t.ends),
	}
}
