package main

import (
	"bytes"
	"fmt"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

func sizeCase(by sv2.Party, from stage, name, row string, kind status.Kind, p piece) Case {
	return Case{Name: name, Step: StepSize, By: by, Row: row, On: OnBoth, From: from, Needs: NeedsSetup,
		Acts: []act{send(p)}, Want: Ends, Kind: kind}
}

func mining(c Case) Case {
	c.Needs |= NeedsMining
	return c
}

// withPayload is a case for victims that accept payloads of a size.
func withPayload(size int, c Case) Case {
	c.Payload = size
	return c
}

// answered is a SetupConnection that looks odd and is correct.
func answered(name, row string, p piece) Case {
	return Case{Name: name, Step: StepSize, By: sv2.Client, Row: row, On: OnBoth, From: secured, Needs: NeedsSetup,
		Acts: []act{send(p)}, Want: Stays, Answer: new(sv2.SetupConnectionSuccess).Info(), Kind: status.PeerClosed}
}

// sizeCases: fields and payloads whose sizes do not fit together.
var sizeCases = []Case{
	sizeCase(sv2.Client, secured, "SetupConnection of nothing", "FR-14, I36", status.Truncated, frame(0, 0, nil)),
	sizeCase(sv2.Client, secured, "SetupConnection without its last byte", "FR-14", status.Truncated, func(p *peer) []byte {
		return truncated(p.setupConnection(), 1)(p)
	}),
	sizeCase(sv2.Client, secured, "a string longer than the payload", "TY-17", status.Truncated, func(p *peer) []byte {
		b, err := p.setupConnection().Append(nil)
		must(err)
		b[len(b)-1] = 255 // length of device_id
		return frame(0, 0, b)(p)
	}),
	answered("strings of 255 bytes that are no text", "TY-07, I14", setup(func(m *sv2.SetupConnection) {
		odd := bytes.Repeat([]byte{0, 0xff, '\n', 0x1b, '"'}, 51)
		m.EndpointHost, m.Vendor, m.HardwareVersion, m.Firmware, m.DeviceID = odd, odd, odd, odd, odd
	})),
	withPayload(11000, answered("10,000 bytes behind SetupConnection", "FR-14, TL-07",
		setup(func(*sv2.SetupConnection) {}, make([]byte, 10000)...))),
	sizeCase(sv2.Client, established, "a message without its last byte", "FR-14", status.Truncated,
		byProtocol(truncated(&sv2.OpenStandardMiningChannel{}, 1), truncated(&sv2.CoinbaseOutputConstraints{}, 1))),
	mining(sizeCase(sv2.Client, established, "33 bytes in a B0_32", "TY-08", status.FieldTooLong, longExtranonce)),
	{Name: "the largest payload that is accepted", Step: StepSize, By: sv2.Client, Row: "EX-08", On: OnBoth, From: established,
		Acts: []act{send(largest)}, Want: Stays, Kind: status.PeerClosed},

	sizeCase(sv2.Server, secured, "SetupConnection.Success of nothing", "FR-14, I36", status.Truncated, frame(0, 1, nil)),
	sizeCase(sv2.Server, secured, "SetupConnection.Error longer than its payload", "TY-17", status.Truncated,
		frame(0, 2, []byte{0, 0, 0, 0, 255, 'x'})),
	sizeCase(sv2.Server, established, "a message without its last byte", "FR-14", status.Truncated,
		byProtocol(truncated(&sv2.NewMiningJob{}, 1), truncated(&sv2.TemplateSetNewPrevHash{}, 1))),
	mining(sizeCase(sv2.Server, established, "an OPTION of 2", "TY-14, I15", status.BadOption, twoInOption)),
	{Name: "the largest payload that is accepted", Step: StepSize, By: sv2.Server, Row: "EX-08", On: OnBoth, From: established,
		Acts: []act{send(largest)}, Want: Stays, Kind: status.PeerClosed},
}

func largest(p *peer) []byte { return frame(unknownExtension, 0, make([]byte, p.about.MaxPayload))(p) }

// decodingCases are of a program that decodes whatever comes.
var decodingCases = append(decodingCasesOf(sv2.Client), decodingCasesOf(sv2.Server)...)

func decodingCasesOf(by sv2.Party) (cases []Case) {
	add := func(name, row string, kind status.Kind, p piece) {
		cases = append(cases, Case{Name: name, Step: StepSize, By: by, Row: row, On: OnBoth, From: secured, Needs: NeedsDecoding,
			Acts: []act{send(p)}, Want: Ends, Kind: kind})
	}
	for _, info := range sv2.Messages() {
		if len(info.Fields) > 0 {
			add(fmt.Sprintf("%s (0x%04x, 0x%02x) of nothing", info.Name, info.ExtensionType, info.MsgType), "FR-14, TY-17", status.Truncated,
				frame(info.ExtensionType, info.MsgType, nil))
		}
	}
	add("33 bytes in a B0_32", "TY-08", status.FieldTooLong, longExtranonce)
	add("an OPTION of 2", "TY-14, I15", status.BadOption, twoInOption)
	return cases
}

var (
	longExtranonce = frame(sv2.ChannelMsgBit, new(sv2.SubmitSharesExtended).Info().MsgType,
		append(append(make([]byte, 24), 33), make([]byte, 33)...))
	twoInOption = frame(sv2.ChannelMsgBit, new(sv2.NewMiningJob).Info().MsgType,
		append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 2}, make([]byte, 44)...))
)

// loadCases: correct bytes, but too many, too slow, or without a reader.
var loadCases = append(loadCasesOf(sv2.Client), append(loadCasesOf(sv2.Server),
	Case{Name: "SetupConnection byte by byte", Step: StepTrickle, By: sv2.Client, Row: "SE-01, I30", On: OnBoth, From: secured,
		Acts: []act{trickle(opening)}, Want: Ends, Kind: status.SetupTimeout, Needs: NeedsDeadline | NeedsSetup},
	Case{Name: "act 1 byte by byte", Step: StepTrickle, By: sv2.Client, Row: "NO-15, I30", On: OnNoise,
		Acts: []act{trickle(act1())}, Want: Ends, Kind: status.HandshakeTimeout, Needs: NeedsDeadline},
	Case{Name: "act 2 byte by byte", Step: StepTrickle, By: sv2.Server, Row: "NO-16, I30", On: OnNoise,
		Acts: []act{trickleAct2}, Want: Ends, Kind: status.HandshakeTimeout, Needs: NeedsDeadline},
	Case{Name: "SetupConnection.Success byte by byte", Step: StepTrickle, By: sv2.Server, Row: "SE-11", On: OnBoth, From: secured,
		Acts: []act{takeSetup, trickle(first(-1, opening))}, Want: Ends, Kind: status.SetupTimeout, Needs: NeedsDeadline | NeedsSetup},
	Case{Name: "SetupConnection, then half-closed", Step: StepHalfClose, By: sv2.Client, Row: "SE-11", On: OnBoth, From: secured,
		Acts: []act{send(opening), halfClose}, Want: Ends, Answer: new(sv2.SetupConnectionSuccess).Info(),
		Kind: status.PeerClosed, Needs: NeedsSetup},
)...)

func loadCasesOf(by sv2.Party) []Case {
	return []Case{
		{Name: "200,000 empty messages of an unknown extension", Step: StepFlood, By: by, Row: "EX-08, I36", On: OnBoth,
			From: established,
			Acts: []act{flood(200_000, frame(unknownExtension, 0, nil))}, Want: Stays, Kind: status.PeerClosed, Needs: NeedsSetup},
		{Name: "20,000 unknown messages of 100 bytes", Step: StepFlood, By: by, Row: "EX-08", On: OnBoth, From: established,
			Acts: []act{flood(20_000, frame(0, 0xfe, make([]byte, 100)))}, Want: Stays, Kind: status.PeerClosed, Needs: NeedsSetup},
		{Name: "100 conversations of random contents", Step: StepFlood, By: by, Row: "TY-17", On: OnBoth, From: established,
			Acts: []act{eachRandom(100, randomMessage)}, Want: Either, Needs: NeedsSetup},
		{Name: "100,000 random bytes", Step: StepFlood, By: by, Row: "FR-02", On: OnPlain, From: established,
			Acts: []act{send(junk(100_000))}, Want: Either, Needs: NeedsSetup},
		{Name: "a message byte by byte, without end", Step: StepTrickle, By: by, Row: "I30", On: OnBoth, From: established,
			Acts: []act{trickle(first(-1, frame(unknownExtension, 0, make([]byte, 100))))}, Want: Ends,
			Kind: status.InactivityTimeout, Needs: NeedsInactivity},
		{Name: "in the middle of a header", Step: StepHalfClose, By: by, Row: "FR-02", On: OnBoth, From: established, Needs: NeedsSetup,
			Acts: []act{send(first(codec.HeaderSize-1, frame(unknownExtension, 0, nil))), halfClose}, Want: Ends, Kind: status.PeerClosed},
		{Name: "in the middle of a payload", Step: StepHalfClose, By: by, Row: "FR-14", On: OnBoth, From: established, Needs: NeedsSetup,
			Acts: []act{send(first(-1, frame(unknownExtension, 0, make([]byte, 1000)))), halfClose}, Want: Ends, Kind: status.PeerClosed},
		{Name: "asks without end and reads nothing", Step: StepNeverReading, By: by, Row: "I30", On: OnBoth, From: established,
			Acts: []act{floodUntilEnd(question)}, Want: Ends, Kind: status.QueueFull, Needs: NeedsAnswers},
	}
}
