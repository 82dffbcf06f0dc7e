package sniffer

import (
	"sync"
	"time"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// Event says what happened to a frame, or to a connection.
type Event uint8

// The events.
const (
	Opened   Event = iota + 1 // a connection was made; the handshakes are still to come
	Passed                    // the frame was passed on; of a Peer: it was sent or received
	Dropped                   // a rule dropped the frame
	Replaced                  // a rule replaced it; what it put in its place follows as Injected
	Held                      // a rule holds it back
	Released                  // a frame held before was passed on now
	Injected                  // the frame is not from the other end but from a rule or from Inject
	Ended                     // nothing more comes this way; Err says why, nil meaning that the sender closed its side
	Closed                    // the connection is over; Err says why a handshake failed
)

var eventNames = [...]string{
	Opened: "opened", Passed: "passed", Dropped: "dropped", Replaced: "replaced", Held: "held", Released: "released",
	Injected: "injected", Ended: "ended", Closed: "closed",
}

// String returns the event in lower case.
func (e Event) String() string {
	if int(e) < len(eventNames) && eventNames[e] != "" {
		return eventNames[e]
	}
	return "unknown"
}

// HasFrame reports whether entries with this event hold a frame.
func (e Event) HasFrame() bool { return e >= Passed && e <= Injected }

// isSent reports whether the event is about a frame that an end of the conversation has sent itself.
func (e Event) isSent() bool { return e >= Passed && e <= Held }

// Entry is one thing that happened.
type Entry struct {
	Number     int // in the log, from 1
	Connection int // of the relay or of the mock, from 1
	Event      Event
	Direction  Direction // of the frame, or of the way that ended
	Time       time.Time
	Frame      sv2.Frame // not to be changed
	Err        error
}

// Limits bound what a log keeps; 0 means the default that stands behind each. What comes later is seen and acted on, but not
// kept: see [Log.Lost].
type Limits struct {
	Entries int // 65,536; below 0: none
	Bytes   int // of payloads: 64 MiB
}

const (
	defaultEntries = 1 << 16
	defaultBytes   = 64 << 20
)

// journal is what the views of a log share.
type journal struct {
	limits  Limits
	observe func(Entry)

	mutex   sync.Mutex
	entries []Entry
	bytes   int
	numbers int // given so far
	lost    int
	open    int           // connections
	done    bool          // nothing more will be added
	changed chan struct{} // closed at the next change
}

func newJournal(limits Limits, observe func(Entry)) *journal {
	if limits.Entries == 0 {
		limits.Entries = defaultEntries
	}
	if limits.Bytes == 0 {
		limits.Bytes = defaultBytes
	}
	return &journal{limits: limits, observe: observe, changed: make(chan struct{})}
}

// add numbers an entry, shows it to the observer, and keeps it if there is room. Entries are observed in their order.
func (j *journal) add(e Entry) (kept bool) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.numbers++
	e.Number, e.Time = j.numbers, time.Now()
	switch e.Event {
	case Opened:
		j.open++
	case Closed:
		j.open--
	}
	if j.observe != nil {
		j.observe(e)
	}
	size := len(e.Frame.Payload) + codec.HeaderSize
	if kept = j.lost == 0 && len(j.entries) < j.limits.Entries && j.bytes+size <= j.limits.Bytes; kept {
		j.entries = append(j.entries, e)
		j.bytes += size
	} else {
		j.lost++
	}
	j.wake()
	return kept
}

// finish tells those who wait that nothing more comes.
func (j *journal) finish() {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if !j.done {
		j.done = true
		j.wake()
	}
}

func (j *journal) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}
