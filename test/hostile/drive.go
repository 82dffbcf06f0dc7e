package main

import (
	"errors"
	"net"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// driver moves the bytes of one session over a connection: what a program around sv2/session has to do, and no more.
type driver struct {
	*session.Session
	conn    *net.TCPConn
	react   func(s sender, m sv2.Message) error
	reading chan []byte // what came; closed when the peer sends no more
	taken   chan struct{}
	writing chan []byte
	written chan wrote
	busy    bool // a write is under way
	ended   bool // the peer sends no more
	drains  bool // the session has ended, and what it said last has to arrive
	failed  status.Kind
}

type wrote struct {
	n   int
	err error
}

var start = time.Now()

func clock() session.Time {
	return session.Time{Monotonic: uint64(time.Since(start).Milliseconds()), Unix: uint64(time.Now().Unix())}
}

// drive runs a session to its end and returns the kind that it ended with. react acts on each message; its error ends the
// session.
func drive(s *session.Session, conn *net.TCPConn, react func(s sender, m sv2.Message) error) status.Kind {
	d := &driver{Session: s, conn: conn, react: react, reading: make(chan []byte), taken: make(chan struct{}),
		writing: make(chan []byte), written: make(chan wrote, 1)}
	defer conn.Close()
	defer s.Release()
	stop := make(chan struct{})
	defer close(stop)
	defer close(d.writing)
	go d.read(stop)
	go d.write()
	for !d.done() {
		d.wait()
	}
	if d.drains {
		d.linger()
	}
	if d.failed != 0 {
		return d.failed
	}
	var why *session.Error
	if errors.As(s.Err(), &why) {
		return why.Kind
	}
	return status.Internal
}

func (d *driver) read(stop chan struct{}) {
	defer close(d.reading)
	piece := make([]byte, 16<<10)
	for {
		n, err := d.conn.Read(piece)
		if n > 0 {
			select {
			case d.reading <- piece[:n]:
			case <-stop:
				return
			}
			select {
			case <-d.taken:
			case <-stop:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (d *driver) write() {
	for b := range d.writing {
		n, err := d.conn.Write(b)
		d.written <- wrote{n, err}
	}
}

// done takes all events, starts a write if one is due, and reports whether the connection can be closed.
func (d *driver) done() bool {
	d.events()
	if d.ended && !d.busy && len(d.Output()) == 0 && d.Err() == nil {
		d.PeerClosed() // the answers to what came before are out
		d.events()
	}
	if out := d.Output(); len(out) > 0 && !d.busy {
		d.busy = true
		d.writing <- append([]byte(nil), out[:min(len(out), 16<<10)]...)
	}
	return d.Finished()
}

func (d *driver) wait() {
	var timer <-chan time.Time
	if at, ok := d.NextDeadline(); ok {
		now := clock().Monotonic
		timer = time.After(time.Duration(max(at, now)-now) * time.Millisecond)
	}
	reading := d.reading
	if d.ended {
		reading = nil
	}
	select {
	case b, more := <-reading:
		if !more {
			d.ended = true
			return
		}
		d.feed(b)
		d.taken <- struct{}{}
	case w := <-d.written:
		d.busy = false
		d.Sent(min(w.n, len(d.Output())))
		if w.err != nil {
			d.PeerClosed()
			d.Close()
		}
	case <-timer:
		d.Tick(clock())
	}
}

// linger throws away what the peer still sends: closing a connection with unread bytes discards what has not arrived yet.
func (d *driver) linger() {
	d.conn.CloseWrite()
	d.conn.SetReadDeadline(time.Now().Add(time.Second))
	for range d.reading {
		d.taken <- struct{}{}
	}
}

func (d *driver) feed(b []byte) {
	for len(b) > 0 && d.Err() == nil {
		n, _ := d.Feed(b, clock())
		b = b[n:]
		d.events()
	}
}

func (d *driver) events() {
	for e, ok := d.NextEvent(); ok; e, ok = d.NextEvent() {
		if e.Kind == session.EventEnd {
			d.drains = e.Drain
		}
		if e.Kind != session.EventMessage {
			continue
		}
		m, _, err := new(sv2.AnyMessage).Decode(e.Frame)
		if errors.Is(err, status.UnknownMessage) {
			continue
		}
		if err == nil {
			err = d.react(d.Session, m)
		}
		if err != nil && d.failed == 0 && d.Err() == nil {
			d.failed = kindOf(err)
			d.Close()
		}
	}
}

// kindOf returns the first kind in an error: those behind it explain it.
func kindOf(err error) status.Kind {
	if kind, ok := errors.AsType[status.Kind](err); ok {
		return kind
	}
	return status.Internal
}
