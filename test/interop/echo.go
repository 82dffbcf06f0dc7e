package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// echoes sends frames to SRI's Noise peers in both roles, over TCP and over a program's standard input and output, and
// compares what comes back.
func echoes(sri string, seed uint64) (*result, error) {
	r := &result{Side: "Go", Peer: "SRI", What: "frames sent back, over TCP and over pipes, both roles"}
	source := newRandom(seed)
	a, err := newAuthority(source)
	if err != nil {
		return r, err
	}
	roles := []struct {
		name string
		key  []byte
		do   func(*library, io.ReadWriter, *authority, random) ([]byte, error)
	}{{"noise-responder", a.secret, initiate}, {"noise-initiator", a.public[:], respondTo}}
	for _, role := range roles {
		for _, connect := range []func(string, ...string) (*channel, error){connectPipes, connectTCP} {
			c, err := connect(sri, role.name, hex.EncodeToString(role.key))
			if err != nil {
				return r, fmt.Errorf("%s: %w", role.name, err)
			}
			l := newLibrary()
			k, err := role.do(l, c, a, source)
			if err == nil {
				err = r.echo(c, l.links[binary.LittleEndian.Uint32(k)], source)
			}
			if err != nil {
				r.unlisted("%s: %v", role.name, err)
			}
			if err := c.end(); err != nil {
				r.unlisted("%s ends with %v", role.name, err)
			}
		}
	}
	return r, nil
}

func now() uint32 { return uint32(time.Now().Unix()) }

// initiate shakes hands as the initiator and returns the link.
func initiate(l *library, c io.ReadWriter, a *authority, source random) ([]byte, error) {
	started, err := l.start(a.public, source.bytes(32))
	if err != nil {
		return nil, err
	}
	if _, err := c.Write(started[4:]); err != nil {
		return nil, err
	}
	act2 := make([]byte, noise.Act2Size)
	if _, err := io.ReadFull(c, act2); err != nil {
		return nil, err
	}
	return l.finish(binary.LittleEndian.Uint32(started), now(), act2)
}

// respondTo shakes hands as the responder and returns the link.
func respondTo(l *library, c io.ReadWriter, a *authority, source random) ([]byte, error) {
	act1 := make([]byte, noise.Act1Size)
	if _, err := io.ReadFull(c, act1); err != nil {
		return nil, err
	}
	answer, err := l.respond(a.secret, 3600, now(), source.bytes(32), act1)
	if err != nil {
		return nil, err
	}
	_, err = c.Write(answer[4:])
	return answer[:4], err
}

// echo sends frames one after the other and waits for each to come back.
func (r *result) echo(c io.ReadWriter, k *link, source random) error {
	received := make([]byte, 1<<16)
	for _, size := range append(blockSizes[:len(blockSizes):len(blockSizes)], sv2.PayloadSizeMax) {
		frame := source.frame(size)
		sealed, err := k.seal(frame)
		if err != nil {
			return err
		}
		written := make(chan error, 1)
		go func() {
			_, err := c.Write(sealed)
			written <- err
		}()
		var back []byte
		for len(back) == 0 {
			n, err := c.Read(received)
			if err != nil {
				return fmt.Errorf("a payload of %d bytes does not come back: %w", size, err)
			}
			if back, err = k.open(received[:n]); err != nil {
				return err
			}
		}
		r.Cases++
		if !bytes.Equal(back, frame) {
			r.unlisted("a payload of %d bytes comes back as a frame of %d bytes", size, len(back))
		}
		if err := <-written; err != nil {
			return err
		}
	}
	return nil
}

// channel is a connection to a peer that is a program of its own.
type channel struct {
	io.Reader
	io.Writer
	cmd    *exec.Cmd
	closer io.Closer
}

// end closes the connection and returns how the peer ended.
func (c *channel) end() error {
	c.closer.Close()
	return c.cmd.Wait()
}

func connectPipes(sri string, arguments ...string) (*channel, error) {
	p, err := startProcess("SRI", sri, arguments...)
	if err != nil {
		return nil, err
	}
	return &channel{p.output, p.input, p.cmd, p.input}, nil
}

// connectTCP gives the peer an address to connect to, or connects to the one that it listens on.
func connectTCP(sri string, arguments ...string) (*channel, error) {
	if arguments[0] == "noise-responder" {
		p, err := startPeer(exec.Command(sri, append(arguments, "127.0.0.1:0")...), true)
		if err != nil {
			return nil, err
		}
		conn, err := net.Dial("tcp", p.address())
		return &channel{conn, conn, p.cmd, conn}, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	cmd := exec.Command(sri, append(arguments, listener.Addr().String())...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	conn, err := listener.Accept()
	return &channel{conn, conn, cmd, conn}, err
}
