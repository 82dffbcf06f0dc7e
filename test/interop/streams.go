package main

import (
	"bytes"
	"fmt"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// frame returns a frame of any type with a payload of so many bytes. One of a channel has room for the channel_id.
func (r random) frame(size int) []byte {
	header := codec.Header{
		ExtensionType: uint16(r.bits(15)), ChannelMsg: size >= 4 && r.IntN(2) == 0, MsgType: byte(r.bits(8)), MsgLength: uint32(size),
	}
	frame, kind := codec.AppendHeader(make([]byte, 0, codec.HeaderSize+size), header)
	if kind != 0 {
		panic(kind)
	}
	return append(frame, r.bytes(size)...)
}

// send sends frames of these payload sizes as one stream from one end to the other and compares what comes out.
func (r *run) send(from, to end, sizes []int) error {
	var seal []request
	var sent []byte
	for _, size := range sizes {
		frame := r.random.frame(size)
		sent = append(sent, frame...)
		seal = append(seal, request{what: askSeal, body: join(from.link, frame)})
	}
	answers, err := from.ask(seal)
	if err != nil {
		return err
	}
	var stream []byte
	for _, a := range answers {
		if !a.ok() {
			r.unlisted("%s does not seal: %s", from.name(), a.body)
		}
		stream = append(stream, a.body...)
	}
	var open []request
	for _, piece := range r.random.pieces(stream) {
		open = append(open, request{what: askOpen, body: join(to.link, piece)})
	}
	if answers, err = to.ask(open); err != nil {
		return err
	}
	var received []byte
	for _, a := range answers {
		if !a.ok() {
			r.unlisted("%s does not open what %s sealed, payloads of %d bytes: %s", to.name(), from.name(), sizes, a.body)
			break
		}
		received = append(received, a.body...)
	}
	r.Cases += len(sizes)
	if !bytes.Equal(received, sent) {
		r.unlisted("%d bytes in frames of %d from %s arrive at %s as %d others", len(sent), sizes, from.name(), to.name(),
			len(received))
	}
	return nil
}

// Payload sizes around the limits of blocks, and of frames.
var (
	blockSizes = []int{
		0, 1, 15, 16, 17, noise.MaxChunk - 1, noise.MaxChunk, noise.MaxChunk + 1, 2*noise.MaxChunk - 1, 2 * noise.MaxChunk,
		2*noise.MaxChunk + 1, 1 << 20,
	}
	largestSizes = []int{sv2.PayloadSizeMax - 1, sv2.PayloadSizeMax}
)

func plainFrames(r *run) error {
	return r.frames(func() (end, end, error) {
		ours, err := askOne(r.ours, askPlainLink, number(sv2.PayloadSizeMax))
		if err != nil {
			return end{}, end{}, err
		}
		theirs, err := askOne(r.theirs, askPlainLink, number(sv2.PayloadSizeMax))
		return end{r.ours, ours.body}, end{r.theirs, theirs.body}, err
	})
}

func sealedFrames(r *run) error {
	return r.frames(func() (end, end, error) {
		h, err := r.newHandshake(r.ours, r.theirs)
		if err != nil {
			return end{}, end{}, err
		}
		a, b, finished, err := r.shake(h)
		if err == nil && !finished.ok() {
			err = fmt.Errorf("handshake: %s", finished)
		}
		return a, b, err
	})
}

// frames sends frames of every interesting size over links that connect makes: FR-13, NO-25 to NO-27, I36.
func (r *run) frames(connect func() (ours, theirs end, err error)) error {
	for round := range 3 {
		sizes := largestSizes
		if round > 0 {
			sizes = nil // once is enough for 16 MiB
		}
		ours, theirs, err := connect()
		if err != nil {
			return err
		}
		for _, ends := range [][2]end{{ours, theirs}, {theirs, ours}} {
			if err := r.send(ends[0], ends[1], blockSizes); err != nil {
				return err
			}
			for _, size := range sizes {
				if err := r.send(ends[0], ends[1], []int{size}); err != nil {
					return err
				}
			}
			for range 4 {
				if err := r.send(ends[0], ends[1], []int{r.random.IntN(1 << (10 + r.random.IntN(11)))}); err != nil {
					return err
				}
			}
		}
		if err := forget(ours, theirs); err != nil {
			return err
		}
	}
	return nil
}
