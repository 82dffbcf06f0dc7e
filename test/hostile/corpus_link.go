package main

import (
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// linkCases are of the link alone, so they are the same from both ends: headers, lengths and blocks.
var linkCases = append(linkCasesOf(sv2.Client), linkCasesOf(sv2.Server)...)

func linkCasesOf(by sv2.Party) []Case {
	noiseOnly := func(step Step, name, row string, pieces ...piece) Case {
		return Case{Name: name, Step: step, By: by, Row: row, On: OnNoise, From: secured,
			Acts: []act{send(pieces...)}, Want: Ends, Kind: status.Decrypt}
	}
	// Two blocks of payload, which are more than some programs accept.
	wide := func(name, row string, damage func(blocks [2][]byte) []byte) Case {
		c := noiseOnly(StepChunk, name, row, wideFrame(damage))
		c.Payload = wideSize
		return c
	}
	cut := func(step Step, on Links, name string, p piece) Case {
		return Case{Name: name, Step: step, By: by, Row: "FR-02, FR-14", On: on, From: secured,
			Acts: []act{send(p), leave}, Want: Leaves, Kind: status.PeerClosed}
	}
	length := func(name, row string, kind status.Kind, p piece) Case {
		return Case{Name: name, Step: StepLength, By: by, Row: row, On: OnBoth, From: secured,
			Acts: []act{send(p)}, Want: Ends, Kind: kind}
	}
	return []Case{
		noiseOnly(StepHeader, "one bit", "NO-28", flip(0, opening)),
		noiseOnly(StepHeader, "one bit of the tag", "NO-28", flip(noise.SealedHeaderSize-1, opening)),
		noiseOnly(StepHeader, "of nobody's", "NO-28", junk(noise.SealedHeaderSize)),
		noiseOnly(StepHeader, "not encrypted", "NO-23", raw(append(plainHeader(0, 0, 6), make([]byte, 40)...)...)),
		noiseOnly(StepHeader, "a frame before the frame ahead of it", "NO-09", swapped(opening, opening)),
		noiseOnly(StepHeader, "a frame is left out", "NO-09", lost(opening), opening),
		cut(StepHeader, OnPlain, "closes after 5 bytes", first(5, opening)),
		cut(StepHeader, OnNoise, "closes after 21 bytes", first(21, opening)),

		length("the longest that can be stated", "FR-12", status.FrameTooLarge, header(unknownExtension, 0, sv2.PayloadSizeMax)),
		length("one byte more than is accepted", "FR-12", status.FrameTooLarge, headerAbove),
		cut(StepLength, OnBoth, "closes before the last byte", first(-1, opening)),

		noiseOnly(StepChunk, "one bit", "NO-28", flip(noise.SealedHeaderSize, opening)),
		noiseOnly(StepChunk, "one bit of the tag", "NO-28", flip(-1, opening)),
		noiseOnly(StepChunk, "not encrypted", "NO-23", block(plainHeader(unknownExtension, 0, 100)), zeros(100+noise.TagSize)),
		noiseOnly(StepChunk, "two blocks where one has to be", "NO-26", block(plainHeader(unknownExtension, 0, 200)),
			block(make([]byte, 100)), block(make([]byte, 100))),
		noiseOnly(StepChunk, "header and payload in one block", "NO-25", block(plainFrame(unknownExtension, 0, make([]byte, 100)))),
		wide("one bit of the second block", "NO-28", func(b [2][]byte) []byte {
			b[1][0] ^= 1
			return append(b[0], b[1]...)
		}),
		wide("the second block before the first", "NO-26", func(b [2][]byte) []byte { return append(b[1], b[0]...) }),
		wide("the first block twice", "NO-09", func(b [2][]byte) []byte { return append(b[0], b[0]...) }),
	}
}
