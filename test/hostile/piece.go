package main

import (
	"bytes"
	"crypto/rand"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

var random = rand.Reader

// piece is something to send: it gives the bytes as they go over the connection. Making it counts the blocks of the link.
type piece func(p *peer) []byte

func raw(b ...byte) piece { return func(*peer) []byte { return b } }
func text(s string) piece { return raw([]byte(s)...) }
func zeros(n int) piece   { return raw(make([]byte, n)...) }
func none() piece         { return raw() }

// junk is n bytes without meaning, the same in every run.
func junk(n int) piece {
	return func(p *peer) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(p.random.Uint32())
		}
		return b
	}
}

// act1 is a correct act 1, which nobody is going to answer.
func act1() piece {
	return func(*peer) []byte { return newInitiator().ephemeral.encoding[:] }
}

// plainFrame is a frame without a look at what is in it.
func plainFrame(extensionType uint16, msgType uint8, payload []byte) []byte {
	return append(plainHeader(extensionType, msgType, len(payload)), payload...)
}

func plainHeader(extensionType uint16, msgType uint8, length int) []byte {
	return []byte{byte(extensionType), byte(extensionType >> 8), msgType, byte(length), byte(length >> 8), byte(length >> 16)}
}

// frame is a whole frame.
func frame(extensionType uint16, msgType uint8, payload []byte) piece {
	return func(p *peer) []byte { return p.sealed(plainFrame(extensionType, msgType, payload)) }
}

// header is a header alone, which states a length that need not come.
func header(extensionType uint16, msgType uint8, length int) piece {
	return block(plainHeader(extensionType, msgType, length))
}

// headerAbove states one byte more than the victim accepts.
func headerAbove(p *peer) []byte { return header(0, 0, p.about.MaxPayload+1)(p) }

// block is one sealed block, or the bytes as they are on a plain connection.
func block(plain []byte) piece {
	return func(p *peer) []byte {
		if p.link == nil {
			return plain
		}
		return p.link.block(plain)
	}
}

// message is a correct message, with bytes behind its last field.
func message(m sv2.Message, trailing ...byte) piece {
	return func(p *peer) []byte {
		b, err := m.AppendFrame(nil, trailing)
		must(err)
		return p.sealed(b)
	}
}

// truncated is a message whose payload ends n bytes early, with a header that says so.
func truncated(m sv2.Message, n int) piece {
	payload, err := m.Append(nil)
	must(err)
	info := m.Info()
	extension := info.ExtensionType
	if info.ChannelMsg {
		extension |= sv2.ChannelMsgBit
	}
	return frame(extension, info.MsgType, payload[:len(payload)-n])
}

// opening is the first message that a peer of this role may send once the link stands.
func opening(p *peer) []byte {
	switch {
	case p.about.Has&NeedsSetup == 0:
		return frame(pingPongExtension, p.pingOrPong(), pingPongText)(p)
	case p.role == sv2.Client:
		return message(p.setupConnection())(p)
	}
	return message(&sv2.SetupConnectionSuccess{UsedVersion: sv2.ProtocolVersion})(p)
}

// setup is SetupConnection with something wrong in it.
func setup(change func(*sv2.SetupConnection), trailing ...byte) piece {
	return func(p *peer) []byte {
		m := p.setupConnection()
		change(m)
		return message(m, trailing...)(p)
	}
}

// byProtocol is a piece for each protocol of a victim.
func byProtocol(mining, templates piece) piece {
	return func(p *peer) []byte {
		if p.about.Protocol == sv2.ProtocolTemplateDistribution {
			return templates(p)
		}
		return mining(p)
	}
}

// question is a message that a victim answers each time.
var question = func(p *peer) []byte {
	if p.about.Question != nil {
		return p.about.Question(p)
	}
	if p.role == sv2.Server {
		return message(&sv2.NewMiningJob{ChannelID: 1, JobID: 1})(p)
	}
	return byProtocol(
		message(&sv2.OpenStandardMiningChannel{RequestID: 1, UserIdentity: []byte("worker")}),
		message(&sv2.RequestTransactionData{TemplateID: 1 << 60}),
	)(p)
}

// family is the group of messages of the victim's protocol.
func (p *peer) family() sv2.Protocol {
	switch p.about.Protocol {
	case sv2.ProtocolMining:
		return sv2.Mining
	case sv2.ProtocolJobDeclaration:
		return sv2.JobDeclaration
	}
	return sv2.TemplateDistribution
}

// randomMessage is one that the victim may get, in name: its contents are anything.
func randomMessage(p *peer) []byte {
	for {
		info := sv2.Messages()[p.random.IntN(len(sv2.Messages()))]
		if info.From&p.role == 0 || info.Protocol != sv2.Common && info.Protocol != p.family() {
			continue
		}
		extension := info.ExtensionType
		if info.ChannelMsg {
			extension |= sv2.ChannelMsgBit
		}
		return p.sealed(plainFrame(extension, info.MsgType, junk(p.random.IntN(300))(p)))
	}
}

// --- What can be done to a piece ---

// flip inverts a bit of the byte at a place, which counts from the end when it is negative.
func flip(at int, of piece) piece {
	return func(p *peer) []byte {
		b := bytes.Clone(of(p))
		if at < 0 {
			b[len(b)+at] ^= 1
		} else {
			b[at] ^= 1
		}
		return b
	}
}

// first cuts a piece behind its first n bytes; below 0, the last ones are missing.
func first(n int, of piece) piece {
	return func(p *peer) []byte {
		b := of(p)
		if n < 0 {
			return b[:len(b)+n]
		}
		return b[:n]
	}
}

// twice repeats the very same bytes.
func twice(of piece) piece {
	return func(p *peer) []byte {
		b := of(p)
		return append(bytes.Clone(b), b...)
	}
}

// all is several pieces in a row.
func all(pieces ...piece) piece {
	return func(p *peer) []byte {
		var b []byte
		for _, one := range pieces {
			b = append(b, one(p)...)
		}
		return b
	}
}

// swapped makes the pieces in order and gives them in the opposite one.
func swapped(a, b piece) piece {
	return func(p *peer) []byte {
		before := a(p)
		return append(bytes.Clone(b(p)), before...)
	}
}

// lost makes a piece and gives nothing of it.
func lost(of piece) piece {
	return func(p *peer) []byte {
		of(p)
		return nil
	}
}

// times makes a piece n times.
func times(n int, of piece) piece {
	return func(p *peer) []byte {
		var b []byte
		for range n {
			b = append(b, of(p)...)
		}
		return b
	}
}

// wideSize is a payload of two blocks.
const wideSize = noise.MaxChunk + 100

// wideFrame is a frame of an unknown extension with such a payload; damage changes the sealed payload.
func wideFrame(damage func(blocks [2][]byte) []byte) piece {
	return func(p *peer) []byte {
		sealed := header(unknownExtension, 0, wideSize)(p)
		blocks := [2][]byte{block(make([]byte, noise.MaxChunk))(p), block(make([]byte, wideSize-noise.MaxChunk))(p)}
		return append(sealed, damage(blocks)...)
	}
}

// unknownExtension is one from the range for experiments that nobody implements.
const unknownExtension = 0x4fff
