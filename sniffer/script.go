package sniffer

import (
	"fmt"
	"io"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Step is one thing that a Peer does. A script is a list of them; cut it anywhere and append [CloseNow] or [Silence], and the
// peer closes, or says nothing more, at that step.
type Step func(p *Peer) error

// Handshake shakes hands, as client or server. On a plain connection it does nothing.
func Handshake() Step {
	return func(p *Peer) (err error) {
		if p.link != nil {
			return status.State
		}
		if p.link, err = secure(p.conn, p.security, sv2.PayloadSizeMax); err != nil {
			p.link = nil
		}
		return err
	}
}

// Send sends messages.
func Send(messages ...sv2.Message) Step { return SendPieces(0, messages...) }

// SendPieces sends messages in writes of at most size bytes, 0 meaning all at once; 1 is a trickle.
func SendPieces(size int, messages ...sv2.Message) Step {
	return func(p *Peer) error {
		frames, err := encode(messages)
		if err != nil {
			return err
		}
		for _, b := range frames {
			if err := p.send(b, size); err != nil {
				return err
			}
		}
		return nil
	}
}

// SendFrames sends frames, headers included. On an encrypted connection the header must state the size of what follows: else it
// is [status.Argument]. On a plain one these are any bytes.
func SendFrames(frames ...[]byte) Step {
	return func(p *Peer) error {
		for _, b := range frames {
			if err := p.send(b, 0); err != nil {
				return err
			}
		}
		return nil
	}
}

// SendBytes writes bytes to the connection as they are, below the encryption and before the handshake too. The log does not
// show them.
func SendBytes(b []byte) Step {
	return func(p *Peer) error { return writePieces(p.conn, b, 0) }
}

// Expect receives one frame, which has to match: else it is [status.UnexpectedMessage].
func Expect(match Matcher) Step {
	return func(p *Peer) error {
		f, err := p.Receive()
		if err == nil && !match(f) {
			err = unexpected(f)
		}
		return err
	}
}

// Await receives frames until one matches.
func Await(match Matcher) Step {
	return func(p *Peer) error {
		for {
			if f, err := p.Receive(); err != nil || match(f) {
				return err
			}
		}
	}
}

// Answer receives one frame, which has to hold a message of type M, and sends what reply makes of it.
func Answer[M sv2.Message](reply func(m M) []sv2.Message) Step {
	return func(p *Peer) error {
		f, err := p.Receive()
		if err != nil {
			return err
		}
		m, ok := As[M](f)
		if !ok {
			return unexpected(f)
		}
		return Send(reply(m)...)(p)
	}
}

// ExpectEnd requires that the other end closes the connection next, behind a whole frame or an act of the handshake. That it
// resets the connection, as a system does for a program that closes with bytes unread, is not the same.
func ExpectEnd() Step {
	return func(p *Peer) error {
		if p.link == nil && !p.security.plain {
			return expectNoByte(p)
		}
		f, err := p.Receive()
		if err == nil {
			return unexpected(f)
		}
		if err != status.PeerClosed {
			return err
		}
		return nil
	}
}

func expectNoByte(p *Peer) error {
	switch n, err := p.conn.Read(make([]byte, 1)); {
	case n > 0:
		return fmt.Errorf("%w: bytes", status.UnexpectedMessage)
	case err == io.EOF:
		return nil
	default:
		return err
	}
}

// Silence says nothing more. It receives, and throws away, until the other end closes or resets the connection.
func Silence() Step {
	return func(p *Peer) error {
		_, _ = io.Copy(io.Discard, p.conn)
		return nil
	}
}

// CloseWrite tells the other end that nothing more comes, and goes on receiving. A connection that has no such thing is closed.
func CloseWrite() Step {
	return func(p *Peer) error {
		closeWrite(p.conn)
		return nil
	}
}

// CloseNow closes the connection.
func CloseNow() Step {
	return func(p *Peer) error {
		p.Close()
		return nil
	}
}

// Do calls a function, for what no other step does: to wait for something, or to look at the log.
func Do(f func(p *Peer) error) Step { return f }
