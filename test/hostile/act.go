package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// act is one thing that a hostile peer does. Its error means that the peer could not be hostile: the honest part failed.
type act func(p *peer) error

// send sends pieces in one go.
func send(pieces ...piece) act {
	return func(p *peer) error {
		p.write(all(pieces...)(p))
		return nil
	}
}

// trickle sends a piece byte by byte, over three times the time that the victim waits. A victim that is still there at the end
// has taken each byte for progress.
func trickle(of piece) act {
	return func(p *peer) error {
		b := of(p)
		pause := 3 * p.about.Deadline / time.Duration(len(b))
		for _, one := range b {
			p.write([]byte{one})
			if p.awaitEnd(time.Now().Add(pause)) {
				return nil
			}
		}
		p.outlasted = true
		return nil
	}
}

// flood sends a piece again and again, made anew for each of n times.
func flood(n int, of piece) act {
	const batch = 1000
	return func(p *peer) error {
		for n := n; n > 0 && p.broken == nil; n -= batch {
			p.sent = nil
			p.write(times(min(n, batch), of)(p))
		}
		return nil
	}
}

// floodUntilEnd sends without ever reading, until the victim has ended the connection or, since it took a byte last, its time
// is over.
func floodUntilEnd(of piece) act {
	return func(p *peer) error {
		var rest []byte
		last := time.Now().Add(floodMost)
		for end := time.Now().Add(p.about.bound()); time.Now().Before(end) && time.Now().Before(last); {
			if len(rest) == 0 {
				rest = times(100, of)(p)
			}
			p.conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
			n, err := p.conn.Write(rest)
			rest = rest[n:]
			if n > 0 {
				end = time.Now().Add(p.about.bound())
			}
			if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				p.broken = err
				return nil
			}
		}
		return nil
	}
}

// floodMost is how long a flood goes on against a victim that takes everything.
const floodMost = 15 * time.Second

// halfClose ends the peer's own side.
func halfClose(p *peer) error { return p.conn.CloseWrite() }

// leave closes the connection in order.
func leave(p *peer) error { return p.conn.Close() }

// reset ends the connection without order.
func reset(p *peer) error {
	p.conn.SetLinger(0)
	return p.conn.Close()
}

// crowd makes n more connections, each of which sends a piece and then nothing, and has an honest peer served meanwhile.
func crowd(n int, of piece) act {
	return func(p *peer) error {
		for range n {
			conn, encounter, err := p.victim.Meet()
			if err != nil {
				return fmt.Errorf("crowd: %w", err)
			}
			p.others = append(p.others, acquaintance{conn, encounter})
			conn.Write(of(p)) // a victim may turn some of them away
		}
		if err := converse(p.victim); err != nil {
			return fmt.Errorf("an honest peer was not served while %d others said nothing: %w", n, err)
		}
		return nil
	}
}

// answerAct1 is a server's act 2, with something done to it. Nothing is sent before act 1 has come.
func answerAct1(show forgery, change func(act2 piece) piece) act {
	return func(p *peer) error {
		received, err := p.receive(noise.Act1Size, time.Now().Add(p.about.bound()))
		if err != nil {
			return fmt.Errorf("waiting for act 1: %w", err)
		}
		act2 := func(p *peer) []byte { return p.act2(received, show) }
		p.write(change(act2)(p))
		return nil
	}
}

func unchanged(of piece) piece { return of }

// trickleAct2 sends act 2 byte by byte.
func trickleAct2(p *peer) error {
	received, err := p.receive(noise.Act1Size, time.Now().Add(p.about.bound()))
	if err != nil {
		return fmt.Errorf("waiting for act 1: %w", err)
	}
	return trickle(func(p *peer) []byte { return p.act2(received, honest) })(p)
}

// takeSetup receives a client's SetupConnection.
func takeSetup(p *peer) error { return p.expect(new(sv2.SetupConnection)) }

// answerRequest receives a client's RequestExtensions and answers it.
func answerRequest(answer func(asked *sv2.RequestExtensions) piece) act {
	return func(p *peer) error {
		var asked sv2.RequestExtensions
		if err := p.expect(&asked); err != nil {
			return err
		}
		p.write(answer(&asked)(p))
		return nil
	}
}

// reflectAct1 answers act 1 with itself, again and again.
func reflectAct1(p *peer) error {
	received, err := p.receive(noise.Act1Size, time.Now().Add(p.about.bound()))
	if err != nil {
		return fmt.Errorf("waiting for act 1: %w", err)
	}
	p.write(times(4, raw(received...))(p))
	return nil
}

// eachRandom has n more conversations with the victim, each of which turns into a few random pieces.
func eachRandom(n int, of piece) act {
	return func(p *peer) error {
		for i := range n {
			conn, encounter, err := p.victim.Meet()
			if err != nil {
				return fmt.Errorf("conversation %d: %w", i, err)
			}
			other := newPeer(conn, p.victim)
			other.random = rand.New(rand.NewPCG(1, uint64(i)+1))
			if err = other.reach(established); err == nil {
				other.write(times(3, of)(other))
			}
			other.close()
			if said, _ := encounter.Ended(p.about.bound()); said.Fault != "" {
				err = errors.New(said.Fault)
			}
			if err != nil {
				return fmt.Errorf("conversation %d: %w", i, err)
			}
		}
		return nil
	}
}

// replay has an honest conversation beside this one and then sends what was sent there, byte for byte.
func replay(p *peer) error {
	conn, encounter, err := p.victim.Meet()
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	other := newPeer(conn, p.victim)
	p.others = append(p.others, acquaintance{conn, encounter})
	if err := other.converse(); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	p.write(other.sent)
	return nil
}
