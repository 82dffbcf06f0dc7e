package sniffer

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/sealed"
)

// link is one end of a connection, frame by frame, plain or sealed. One goroutine may receive while others send.
type link struct {
	conn       net.Conn
	maxPayload int
	frames     frameDecoder

	sending   sync.Mutex
	transport noise.Transport
	isSealed  bool
}

// frameDecoder is what the decoders of both kinds of link have in common.
type frameDecoder interface {
	Next() (f sv2.Frame, missing int, err error)
	Writable() ([]byte, error)
	Commit(n int) error
	Buffered() int
	Release()
}

// open makes the decoder, once it is settled whether the link is sealed.
func (l *link) open() (err error) {
	if l.isSealed {
		l.frames, err = sealed.NewFrameDecoder(&l.transport, l.maxPayload, sv2.Memory{})
	} else {
		l.frames, err = sv2.NewFrameDecoder(l.maxPayload, sv2.Memory{})
	}
	return err
}

func (l *link) initiate(policy noise.Policy) error {
	var handshake noise.Initiator
	defer handshake.Close()
	var act1 [noise.Act1Size]byte
	if err := handshake.Start(policy, rand.Reader, &act1); err != nil {
		return err
	}
	if _, err := l.conn.Write(act1[:]); err != nil {
		return err
	}
	var act2 [noise.Act2Size]byte
	if err := readAct(l.conn, act2[:]); err != nil {
		return err
	}
	if err := handshake.Finish(&act2, unixNow(), &l.transport); err != nil {
		return err
	}
	l.isSealed = true
	return l.open()
}

func (l *link) respond(identity *noise.Identity) error {
	var act1 [noise.Act1Size]byte
	if err := readAct(l.conn, act1[:]); err != nil {
		return err
	}
	var handshake noise.Responder
	var act2 [noise.Act2Size]byte
	if err := handshake.Respond(identity, rand.Reader, &act1, &act2, &l.transport); err != nil {
		return err
	}
	if _, err := l.conn.Write(act2[:]); err != nil {
		return err
	}
	l.isSealed = true
	return l.open()
}

func readAct(conn net.Conn, act []byte) error {
	_, err := io.ReadFull(conn, act)
	switch {
	case errors.Is(err, io.EOF):
		return status.PeerClosed
	case errors.Is(err, io.ErrUnexpectedEOF):
		return status.Truncated
	}
	return err
}

// receive returns the next frame, which is the caller's. The errors are those of [Peer.Receive].
func (l *link) receive() (sv2.Frame, error) {
	for {
		f, _, err := l.frames.Next()
		if err == nil {
			f.Payload = append([]byte{}, f.Payload...)
			return f, nil
		}
		if err != status.WantInput {
			return sv2.Frame{}, err
		}
		if err := l.read(); err != nil {
			return sv2.Frame{}, err
		}
	}
}

func (l *link) read() error {
	room, err := l.frames.Writable()
	if err != nil {
		return err
	}
	n, err := l.conn.Read(room)
	if n > 0 {
		return l.frames.Commit(n) // an error with bytes comes again without
	}
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, io.EOF):
		return err
	case l.frames.Buffered() > 0:
		return status.Truncated
	}
	return status.PeerClosed
}

// send sends one frame, header included. On a sealed link it is [status.Argument] when the header does not state the size of
// what follows; on a plain one these are any bytes.
func (l *link) send(frame []byte) error { return l.sendPieces(frame, 0) }

// sendPieces gives the connection at most size bytes at a time, 0 meaning all.
func (l *link) sendPieces(frame []byte, size int) error {
	l.sending.Lock()
	defer l.sending.Unlock()
	if l.isSealed {
		var err error
		if frame, err = l.seal(frame); err != nil {
			return err
		}
	}
	return writePieces(l.conn, frame, size)
}

func (l *link) seal(frame []byte) ([]byte, error) {
	if len(frame) < codec.HeaderSize || len(frame) > noise.MaxFrame {
		return nil, status.Argument
	}
	out := make([]byte, noise.SealedFrameSize(len(frame)-codec.HeaderSize))
	n, err := l.transport.Seal(out, (*[noise.HeaderSize]byte)(frame), frame[codec.HeaderSize:])
	return out[:n], err
}

func writePieces(conn net.Conn, b []byte, size int) error {
	if size <= 0 {
		size = max(len(b), 1)
	}
	for len(b) > 0 {
		n, err := conn.Write(b[:min(size, len(b))])
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// closeWrite tells the other end that nothing more comes. A connection that has no such thing is closed.
func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	conn.Close()
}

// release closes the connection and wipes keys and buffers. Nobody may be receiving.
func (l *link) release() {
	l.conn.Close()
	l.sending.Lock()
	defer l.sending.Unlock()
	l.transport.Close()
	if l.frames != nil {
		l.frames.Release()
	}
}
