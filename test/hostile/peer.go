package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// peerPolicy says how the server's certificate is checked in honest handshakes; nil checks nothing.
type peerPolicy func(certificate *noise.Certificate, server noise.PublicKey) error

// peer is the hostile end of one connection.
type peer struct {
	conn      *net.TCPConn
	about     *Description
	role      sv2.Party
	link      *link // nil on a plain connection, and before the handshake is over
	in        bytes.Buffer
	random    *rand.Rand
	partial   partial
	outlasted bool           // the victim has let itself be trickled at
	ended     bool           // the victim has ended the connection
	sent      []byte         // so far, as it went out; of the last flood only
	broken    error          // the first failure to write
	others    []acquaintance // made by crowd
	victim    Victim
	began     time.Time      // being hostile
	seen      []codec.Header // of the victim, while it was waited for
	flags     uint32         // of SetupConnection.Error
}

func newPeer(conn *net.TCPConn, v Victim) *peer {
	about := v.Description()
	return &peer{conn: conn, victim: v, about: about, role: about.Role ^ (sv2.Client | sv2.Server), began: time.Now(),
		random: rand.New(rand.NewPCG(1, 0))}
}

// acquaintance is a further connection to the same victim.
type acquaintance struct {
	conn      *net.TCPConn
	encounter Encounter
}

func (p *peer) close() {
	p.conn.Close()
	for _, other := range p.others {
		other.conn.Close()
	}
	var ends sync.WaitGroup
	for _, other := range p.others {
		ends.Go(func() { other.encounter.Ended(p.about.bound()) })
	}
	ends.Wait()
}

// write sends raw bytes. A victim that has ended the connection is no failure of the peer's.
func (p *peer) write(b []byte) {
	p.sent = append(p.sent, b...)
	if p.broken != nil || len(b) == 0 {
		return
	}
	p.conn.SetWriteDeadline(time.Now().Add(p.about.bound()))
	_, p.broken = p.conn.Write(b)
}

// sealed returns a plain frame as it goes over this connection.
func (p *peer) sealed(frame []byte) []byte {
	if p.link == nil {
		return frame
	}
	return p.link.frame(frame)
}

func (p *peer) send(m sv2.Message) {
	frame, err := m.AppendFrame(nil, nil)
	must(err)
	p.write(p.sealed(frame))
}

// receive returns the next n bytes.
func (p *peer) receive(n int, deadline time.Time) ([]byte, error) {
	p.conn.SetReadDeadline(deadline)
	piece := make([]byte, 16<<10)
	for p.in.Len() < n {
		size, err := p.conn.Read(piece)
		p.in.Write(piece[:size])
		if err != nil && p.in.Len() < n {
			return nil, err
		}
	}
	return bytes.Clone(p.in.Next(n)), nil
}

// partial is a frame of which not everything has come.
type partial struct {
	begun   bool
	header  codec.Header
	payload []byte
}

// receiveFrame returns the next frame, opened. After a deadline it goes on where it was.
func (p *peer) receiveFrame(deadline time.Time) (sv2.Frame, error) {
	f := &p.partial
	if !f.begun {
		header, err := p.receiveBlock(codec.HeaderSize, deadline)
		if err != nil {
			return sv2.Frame{}, err
		}
		f.header, _, _ = codec.TakeHeader(header)
		f.begun = true
	}
	for len(f.payload) < int(f.header.MsgLength) {
		piece, err := p.receiveBlock(min(int(f.header.MsgLength)-len(f.payload), noise.MaxChunk), deadline)
		if err != nil {
			return sv2.Frame{}, err
		}
		f.payload = append(f.payload, piece...)
	}
	whole := sv2.Frame{Header: f.header, Payload: f.payload}
	p.partial = partial{}
	return whole, nil
}

func (p *peer) receiveBlock(plain int, deadline time.Time) ([]byte, error) {
	if p.link == nil {
		return p.receive(plain, deadline)
	}
	sealed, err := p.receive(plain+noise.TagSize, deadline)
	if err != nil {
		return nil, err
	}
	return p.link.open(sealed)
}

// expect receives one message.
func (p *peer) expect(m sv2.Message) error {
	f, err := p.receiveFrame(time.Now().Add(p.about.bound()))
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", m.Info().Name, err)
	}
	if _, err := sv2.DecodeFrame(f, m); err != nil {
		return fmt.Errorf("waiting for %s: %w", m.Info().Name, err)
	}
	return nil
}

// awaitEnd reads until the victim has ended the connection or the time is over, and notes what it sends meanwhile.
func (p *peer) awaitEnd(deadline time.Time) (ended bool) {
	p.ended = p.ended || p.readToEnd(deadline)
	return p.ended
}

func (p *peer) readToEnd(deadline time.Time) (ended bool) {
	for {
		f, err := p.receiveFrame(deadline)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return false
		case err == nil:
			p.note(f)
		case !isEnd(err):
			// It cannot be read, as when the peer itself broke the handshake: only the end counts.
			p.link = nil
			p.conn.SetReadDeadline(deadline)
			_, err := io.Copy(io.Discard, p.conn)
			return !errors.Is(err, os.ErrDeadlineExceeded)
		default:
			return true
		}
	}
}

// isEnd tells the end of a connection, in order or not, from bytes that cannot be opened.
func isEnd(err error) bool {
	var failed net.Error
	return errors.Is(err, io.EOF) || errors.As(err, &failed)
}

func (p *peer) note(f sv2.Frame) {
	p.seen = append(p.seen, f.Header)
	var refusal sv2.SetupConnectionError
	if f.Is(refusal.Info()) {
		if _, err := refusal.Decode(f.Payload); err == nil {
			p.flags = refusal.Flags
		}
	}
}
