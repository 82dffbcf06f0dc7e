package sniffer

import (
	"context"
	"fmt"
	"net"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/inspect"
)

// Peer is one end of a connection that does what a script says. It knows frames and nothing of the protocol, so it also does
// what no client and no server may. It belongs to one goroutine; its log may be read by others.
type Peer struct {
	conn     net.Conn
	role     sv2.Party
	security Security
	number   int // of the connection in the log
	link     *link
	journal  *journal
	closed   bool
}

// NewPeer makes a Peer of a connection, which it closes in the end.
func NewPeer(conn net.Conn, role sv2.Party, s Security) *Peer {
	return newPeer(conn, role, s, 1, newJournal(Limits{}, nil))
}

func newPeer(conn net.Conn, role sv2.Party, s Security, number int, j *journal) *Peer {
	j.add(Entry{Connection: number, Event: Opened})
	return &Peer{conn: conn, role: role, security: s, number: number, journal: j}
}

// Log returns what this end has sent and received.
func (p *Peer) Log() Log { return Log{journal: p.journal, connection: p.number} }

// ScriptError says which step of a script failed, counted from 0.
type ScriptError struct {
	Step int
	Err  error
}

// Error gives the number of the step and the error.
func (e *ScriptError) Error() string { return fmt.Sprintf("step %d of the script: %v", e.Step, e.Err) }

// Unwrap returns the error of the step.
func (e *ScriptError) Unwrap() error { return e.Err }

// Run does the steps in order until one fails, which is a [*ScriptError], or the context ends, which closes the connection and
// is the context's cause. It may be called again for further steps.
func (p *Peer) Run(ctx context.Context, steps ...Step) error {
	stop := context.AfterFunc(ctx, func() { p.conn.Close() })
	defer stop()
	for i, step := range steps {
		err := step(p)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return &ScriptError{i, err}
		}
	}
	return nil
}

// Close closes the connection and gives back what the Peer holds. Closing twice does nothing.
func (p *Peer) Close() {
	if p.closed {
		return
	}
	p.closed = true
	p.conn.Close()
	if p.link != nil {
		p.link.release()
	}
	p.journal.add(Entry{Connection: p.number, Event: Closed})
}

// Receive returns the next frame of the other end and logs it. Kinds beside the errors of the connection: [status.PeerClosed]
// when it ended behind a frame, [status.Truncated] when it ended within one, [status.FrameTooLarge], [status.Decrypt],
// [status.State] before the handshake.
func (p *Peer) Receive() (sv2.Frame, error) {
	if err := p.start(); err != nil {
		return sv2.Frame{}, err
	}
	f, err := p.link.receive()
	if err == nil {
		p.journal.add(Entry{Connection: p.number, Event: Passed, Direction: Either &^ from(p.role), Frame: f})
	}
	return f, err
}

func (p *Peer) send(frame []byte, pieces int) error {
	if err := p.start(); err != nil {
		return err
	}
	p.journal.add(Entry{Connection: p.number, Event: Passed, Direction: from(p.role), Frame: shown(append([]byte{}, frame...))})
	return p.link.sendPieces(frame, pieces)
}

// start opens a plain link by itself; a handshake is a step.
func (p *Peer) start() (err error) {
	if p.closed {
		return status.Closed
	}
	if p.link == nil && !p.security.plain {
		return status.State
	}
	if p.link == nil {
		p.link, err = secure(p.conn, p.security, sv2.PayloadSizeMax)
	}
	return err
}

func unexpected(f sv2.Frame) error {
	return fmt.Errorf("%w: %s", status.UnexpectedMessage, inspect.AppendText(nil, f))
}
