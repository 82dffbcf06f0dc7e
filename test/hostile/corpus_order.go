package main

import (
	"bytes"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// typeCases: another message than the first one, and messages that do not belong here.
var typeCases = []Case{
	typeCase(sv2.Client, secured, "a message before SetupConnection", "SE-01", status.UnexpectedMessage, question),
	typeCase(sv2.Client, secured, "an unknown message first", "SE-01", status.UnexpectedMessage, frame(0, 0xfe, nil)),
	typeCase(sv2.Client, secured, "SetupConnection's msg_type in an unknown extension", "I28", status.UnexpectedMessage,
		frame(unknownExtension, 0, nil)),
	typeCase(sv2.Client, secured, "RequestExtensions first", "E1-01, SE-01", status.UnexpectedMessage,
		message(&sv2.RequestExtensions{})),
	typeCase(sv2.Client, secured, "SetupConnection.Success from a client", "SE-01", status.WrongDirection,
		message(&sv2.SetupConnectionSuccess{UsedVersion: 2})),
	typeCase(sv2.Client, established, "a server's message", "FR-11", status.WrongDirection,
		byProtocol(message(&sv2.NewMiningJob{}), message(&sv2.NewTemplate{}))),
	typeCase(sv2.Client, established, "a message of another protocol", "FR-11", status.WrongProtocol,
		message(&sv2.DeclareMiningJob{})),
	staysCase(sv2.Client, "an unknown message", "EX-08", frame(0, 0xfe, make([]byte, 50))),
	staysCase(sv2.Client, "a message of an unknown extension", "EX-08", frame(unknownExtension, 0x10, make([]byte, 50))),
	staysCase(sv2.Client, "an empty channel message of an unknown extension", "EX-08, FR-07, I36",
		frame(unknownExtension|sv2.ChannelMsgBit, 1, nil)),

	staysCase(sv2.Client, "a message with the other channel_msg bit", "I10", otherChannelBit(question)),
	typeCase(sv2.Server, secured, "a message instead of the answer", "SE-11, SE-18", status.UnexpectedMessage,
		byProtocol(message(&sv2.NewMiningJob{}), message(&sv2.NewTemplate{}))),
	typeCase(sv2.Server, secured, "SetupConnection from a server", "SE-01", status.WrongDirection,
		setup(func(*sv2.SetupConnection) {})),
	typeCase(sv2.Server, secured, "RequestExtensions.Success, which has the msg_type of the answer", "I28", status.UnsolicitedAnswer,
		message(&sv2.RequestExtensionsSuccess{})),
	typeCase(sv2.Server, established, "a client's message", "FR-11", status.WrongDirection,
		byProtocol(message(&sv2.SubmitSharesStandard{}), message(&sv2.SubmitSolution{}))),
	typeCase(sv2.Server, established, "a message of another protocol", "FR-11", status.WrongProtocol,
		message(&sv2.DeclareMiningJobSuccess{})),
	staysCase(sv2.Server, "an unknown message", "EX-08", frame(0, 0xfe, make([]byte, 50))),
	staysCase(sv2.Server, "a message of an unknown extension", "EX-08", frame(unknownExtension, 0x10, make([]byte, 50))),
}

func typeCase(by sv2.Party, from stage, name, row string, kind status.Kind, p piece) Case {
	return Case{Name: name, Step: StepType, By: by, Row: row, On: OnBoth, From: from, Needs: NeedsSetup,
		Acts: []act{send(p)}, Want: Ends, Kind: kind}
}

// otherChannelBit inverts the channel_msg bit of a plain frame's header before it is sealed.
func otherChannelBit(of piece) piece {
	return func(p *peer) []byte {
		l := p.link
		p.link = nil
		plain := of(p)
		p.link = l
		plain[1] ^= 0x80
		return p.sealed(plain)
	}
}

func staysCase(by sv2.Party, name, row string, p piece) Case {
	return Case{Name: name, Step: StepType, By: by, Row: row, On: OnBoth, From: established,
		Acts: []act{send(p)}, Want: Stays, Kind: status.PeerClosed}
}

// refusedCase is a SetupConnection that has to be answered before the connection ends.
func refusedCase(name, row string, kind status.Kind, flags uint32, acts ...act) Case {
	return Case{Name: name, Step: StepOrder, By: sv2.Client, Row: row, On: OnBoth, From: secured, Needs: NeedsSetup,
		Acts: acts, Want: Ends, Answer: new(sv2.SetupConnectionError).Info(), Flags: flags, Kind: kind}
}

const unknownFlags = 0xff00_0000

var unknownProtocol = setup(func(m *sv2.SetupConnection) { m.Protocol = 7 })

var clientOrderCases = []Case{
	refusedCase("an unknown protocol", "SE-11, SE-12, SE-18", status.UnsupportedProtocol, 0, send(unknownProtocol)),
	refusedCase("an unknown protocol, and 64 KiB behind it", "SE-12, I29", status.UnsupportedProtocol, 0,
		send(unknownProtocol, times(64, frame(unknownExtension, 0, make([]byte, 1024))))),
	refusedCase("an unknown protocol, then half-closed", "SE-12, I29", status.UnsupportedProtocol, 0,
		send(unknownProtocol), halfClose),
	refusedCase("versions from 3", "SE-16", status.UnsupportedVersion, 0,
		send(setup(func(m *sv2.SetupConnection) { m.MinVersion, m.MaxVersion = 3, 65535 }))),
	refusedCase("versions to 1", "SE-16", status.UnsupportedVersion, 0,
		send(setup(func(m *sv2.SetupConnection) { m.MinVersion, m.MaxVersion = 0, 1 }))),
	refusedCase("min_version above max_version", "SE-18", status.UnsupportedVersion, 0,
		send(setup(func(m *sv2.SetupConnection) { m.MinVersion, m.MaxVersion = 3, 1 }))),
	refusedCase("unknown flags", "SE-13, SE-17", status.UnsupportedFlags, unknownFlags,
		send(setup(func(m *sv2.SetupConnection) { m.Flags = unknownFlags }))),
	{Name: "SetupConnection twice", Step: StepOrder, By: sv2.Client, Row: "SE-01, SE-11", On: OnBoth, From: settled,
		Acts: []act{send(setup(func(*sv2.SetupConnection) {}))}, Want: Ends, Kind: status.DuplicateSetup},
	{Name: "SetupConnection twice in one go", Step: StepOrder, By: sv2.Client, Row: "SE-11", On: OnBoth, From: secured,
		Needs: NeedsSetup, Acts: []act{send(times(2, setup(func(*sv2.SetupConnection) {})))}, Want: Ends,
		Kind: status.DuplicateSetup},
	{Name: "an answer of the server's, later", Step: StepOrder, By: sv2.Client, Row: "SE-11", On: OnBoth, From: established,
		Acts: []act{send(message(&sv2.SetupConnectionSuccess{UsedVersion: 2}))}, Want: Ends, Kind: status.WrongDirection},
}

func answerCase(name, row string, kind status.Kind, m sv2.Message) Case {
	return Case{Name: name, Step: StepOrder, By: sv2.Server, Row: row, On: OnBoth, From: secured, Needs: NeedsSetup,
		Acts: []act{takeSetup, send(message(m))}, Want: Ends, Kind: kind}
}

var serverOrderCases = []Case{
	answerCase("used_version 3", "SE-09", status.UsedVersion, &sv2.SetupConnectionSuccess{UsedVersion: 3}),
	answerCase("used_version 0", "SE-09", status.UsedVersion, &sv2.SetupConnectionSuccess{}),
	{Name: "flags that the client cannot comply with", Step: StepOrder, By: sv2.Server, Row: "SE-07", On: OnBoth, From: secured,
		Acts: []act{takeSetup, send(message(&sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: refusedSuccessFlags}))}, Want: Ends,
		Kind: status.SuccessFlags, Needs: NeedsSetup},
	answerCase("SetupConnection.Error of control characters", "ER-02, ER-05, I35", status.SetupRefused,
		&sv2.SetupConnectionError{ErrorCode: bytes.Repeat([]byte("\x1b[2J\x00\n"), 36)}),
	answerCase("SetupConnection.Error without a code", "ER-02, I35", status.SetupRefused, &sv2.SetupConnectionError{Flags: 1<<32 - 1}),
	answerCase("Reconnect instead of an answer", "CM-02", status.ReconnectInSetup,
		&sv2.Reconnect{NewHost: []byte("127.0.0.1"), NewPort: 1}),
	{Name: "SetupConnection.Success twice", Step: StepOrder, By: sv2.Server, Row: "SE-11", On: OnBoth, From: settled,
		Acts: []act{send(message(&sv2.SetupConnectionSuccess{UsedVersion: 2}))}, Want: Ends, Kind: status.UnsolicitedAnswer},
	{Name: "SetupConnection.Error behind Success", Step: StepOrder, By: sv2.Server, Row: "SE-11", On: OnBoth, From: settled,
		Acts: []act{send(message(&sv2.SetupConnectionError{}))}, Want: Ends, Kind: status.UnsolicitedAnswer},
}

// refusedSuccessFlags contradicts no client's flags but that of a client that refuses unknown ones.
const refusedSuccessFlags = 1 << 31
