package sniffer

import (
	"context"
	"fmt"
	"slices"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/inspect"
)

// Log is what has happened so far, in order, or a part of it. It may be copied.
type Log struct {
	journal    *journal
	after      int
	connection int
}

// After returns the part of the log behind an entry.
func (l Log) After(e Entry) Log {
	l.after = e.Number
	return l
}

// Connection returns the part of the log that is about one connection.
func (l Log) Connection(number int) Log {
	l.connection = number
	return l
}

// Lost returns how many entries were not kept because of the limits. The first ones are kept, those behind are lost.
func (l Log) Lost() int {
	l.journal.mutex.Lock()
	defer l.journal.mutex.Unlock()
	return l.journal.lost
}

// Entries returns a copy of what was kept.
func (l Log) Entries() []Entry {
	entries, _, _, _ := l.since(0)
	return entries
}

// Frames returns the frames that the ends have sent this way. Those of rules and of Inject are not among them.
func (l Log) Frames(d Direction) []sv2.Frame {
	var frames []sv2.Frame
	for _, e := range l.Entries() {
		if e.Event.isSent() && e.Direction&d != 0 {
			frames = append(frames, e.Frame)
		}
	}
	return frames
}

// since returns the entries of this part whose number is above seen, and whether there are more to come.
func (l Log) since(seen int) (entries []Entry, lost, over bool, changed <-chan struct{}) {
	j := l.journal
	j.mutex.Lock()
	defer j.mutex.Unlock()
	for _, e := range j.entries[min(max(seen, l.after), len(j.entries)):] {
		if l.connection == 0 || e.Connection == l.connection {
			entries = append(entries, e)
		}
	}
	return entries, j.lost > 0, j.done || l.isOver(), j.changed
}

// isOver reports whether this part's connections, of which there was one at least, have all been closed.
func (l Log) isOver() bool {
	j := l.journal
	if l.connection == 0 {
		return j.numbers > 0 && j.open == 0
	}
	return slices.ContainsFunc(j.entries, func(e Entry) bool { return e.Event == Closed && e.Connection == l.connection })
}

// each calls do with each entry, those that are still to come included, until it returns false. Kinds when that is not to be:
// [status.Limit] when entries were lost, [status.PeerClosed] when the conversation is over; or the cause of the context's end.
func (l Log) each(ctx context.Context, do func(Entry) bool) error {
	for seen := 0; ; {
		entries, lost, over, changed := l.since(seen)
		for _, e := range entries {
			seen = e.Number
			if !do(e) {
				return nil
			}
		}
		switch {
		case lost:
			return status.Limit
		case over:
			return status.PeerClosed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// WaitFor returns the first frame in this part of the log that an end has sent this way and that matches, waiting until there
// is one. Kinds: [status.PeerClosed] when all connections are closed, or the relay is, without it; [status.Limit] when it may
// be among the entries that were lost. The end of the context is its cause.
func (l Log) WaitFor(ctx context.Context, d Direction, match Matcher) (found Entry, err error) {
	err = l.each(ctx, func(e Entry) bool {
		if !e.Event.isSent() || e.Direction&d == 0 || !match(e.Frame) {
			return true
		}
		found = e
		return false
	})
	return found, err
}

// WaitForEvent returns the first entry with this event, waiting until there is one. Errors are those of WaitFor.
func (l Log) WaitForEvent(ctx context.Context, event Event) (found Entry, err error) {
	err = l.each(ctx, func(e Entry) bool {
		if e.Event == event {
			found = e
		}
		return e.Event != event
	})
	return found, err
}

// Absent returns nil once it is certain that no end has sent a frame that matches, up to the marker, a frame that goes either
// way, or to the end of the conversation: when all connections are closed; with a nil marker only then. If there is such a
// frame it is [status.UnexpectedMessage], and [status.Limit] when it may be among the entries that were lost.
func (l Log) Absent(ctx context.Context, d Direction, match, marker Matcher) error {
	var found error
	err := l.each(ctx, func(e Entry) bool {
		switch {
		case !e.Event.isSent():
			return true
		case e.Direction&d != 0 && match(e.Frame):
			found = fmt.Errorf("%w: entry %d, %v: %s", status.UnexpectedMessage, e.Number, e.Direction, inspect.AppendText(nil, e.Frame))
			return false
		}
		return marker == nil || !marker(e.Frame)
	})
	if err == status.PeerClosed {
		return nil
	}
	if err != nil {
		return err
	}
	return found
}

// TB is what a test gives: a *testing.T.
type TB interface {
	Helper()
	Fatalf(format string, values ...any)
}

// Expect is WaitFor that ends the test when there is no such frame.
func (l Log) Expect(ctx context.Context, t TB, d Direction, match Matcher) Entry {
	t.Helper()
	e, err := l.WaitFor(ctx, d, match)
	if err != nil {
		t.Fatalf("the message did not come %v: %v\n%s", d, err, l)
	}
	return e
}

// AssertAbsent is Absent that ends the test when there is such a frame.
func (l Log) AssertAbsent(ctx context.Context, t TB, d Direction, match, marker Matcher) {
	t.Helper()
	if err := l.Absent(ctx, d, match, marker); err != nil {
		t.Fatalf("%v\n%s", err, l)
	}
}

// String shows this part of the log, an entry a line.
func (l Log) String() string {
	var text []byte
	for _, e := range l.Entries() {
		text = append(e.AppendText(text), '\n')
	}
	if n := l.Lost(); n > 0 {
		text = fmt.Appendf(text, "... and %d that were not kept\n", n)
	}
	return string(text)
}

// AppendText appends the entry for people, on one line without its end and without the time.
func (e Entry) AppendText(dst []byte) []byte {
	dst = fmt.Appendf(dst, "#%d", e.Connection)
	if e.Direction != 0 {
		dst = fmt.Appendf(dst, " %v", e.Direction)
	}
	if e.Event != Passed {
		dst = fmt.Appendf(dst, " %v", e.Event)
	}
	if e.Event.HasFrame() {
		return inspect.AppendText(append(dst, ' '), e.Frame)
	}
	if e.Err != nil {
		dst = fmt.Appendf(dst, ": %v", e.Err)
	}
	return dst
}
