package main

import (
	"bytes"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

var connectionCases = []Case{
	{Name: "closes at once", Step: StepConnection, By: sv2.Client, Row: "I30", On: OnBoth,
		Acts: []act{leave}, Want: Leaves, Kind: status.PeerClosed},
	{Name: "resets at once", Step: StepConnection, By: sv2.Client, Row: "I30", On: OnBoth,
		Acts: []act{reset}, Want: Leaves, Kind: status.PeerClosed},
	{Name: "says nothing instead of act 1", Step: StepConnection, By: sv2.Client, Row: "I30", On: OnNoise,
		Want: Ends, Kind: status.HandshakeTimeout, Needs: NeedsDeadline},
	{Name: "says nothing instead of SetupConnection", Step: StepConnection, By: sv2.Client, Row: "SE-01, I30", On: OnPlain,
		Want: Ends, Kind: status.SetupTimeout, Needs: NeedsDeadline},
	{Name: "100 connections that say nothing", Step: StepConnection, By: sv2.Client, Row: "I30", On: OnBoth,
		Acts: []act{crowd(100, none())}, Want: Leaves, Needs: NeedsConcurrency},

	{Name: "closes at once", Step: StepConnection, By: sv2.Server, Row: "I30", On: OnBoth,
		Acts: []act{leave}, Want: Leaves, Kind: status.PeerClosed},
	{Name: "resets at once", Step: StepConnection, By: sv2.Server, Row: "I30", On: OnBoth,
		Acts: []act{reset}, Want: Leaves, Kind: status.PeerClosed},
	{Name: "says nothing instead of act 2", Step: StepConnection, By: sv2.Server, Row: "I30", On: OnNoise,
		Want: Ends, Kind: status.HandshakeTimeout, Needs: NeedsDeadline},
	{Name: "says nothing instead of SetupConnection.Success", Step: StepConnection, By: sv2.Server, Row: "SE-11", On: OnPlain,
		Want: Ends, Kind: status.SetupTimeout, Needs: NeedsDeadline},
}

// act1Cases: every 64 bytes are an act 1, so a bad one shows only when the next block cannot be opened.
var act1Cases = []Case{
	{Name: "closes after 63 bytes", Step: StepAct1, By: sv2.Client, Row: "NO-15", On: OnNoise,
		Acts: []act{send(first(63, act1())), leave}, Want: Leaves, Kind: status.PeerClosed},
	{Name: "then nothing", Step: StepAct1, By: sv2.Client, Row: "SE-01", On: OnNoise,
		Acts: []act{send(act1())}, Want: Ends, Kind: status.SetupTimeout, Needs: NeedsDeadline | NeedsSetup},
	{Name: "zeros, then a block of nobody's", Step: StepAct1, By: sv2.Client, Row: "I7, NO-19", On: OnNoise,
		Acts: []act{send(zeros(noise.Act1Size), junk(noise.SealedHeaderSize))}, Want: Ends, Kind: status.Decrypt},
	{Name: "ones, then a block of nobody's", Step: StepAct1, By: sv2.Client, Row: "I7, NO-19", On: OnNoise,
		Acts: []act{send(raw(bytes.Repeat([]byte{0xff}, noise.Act1Size)...), junk(noise.SealedHeaderSize))},
		Want: Ends, Kind: status.Decrypt},
	{Name: "plain SetupConnection to an encrypted server", Step: StepAct1, By: sv2.Client, Row: "NO-19", On: OnNoise,
		Acts: []act{send(twice(setup(func(m *sv2.SetupConnection) { m.DeviceID = make([]byte, 100) })))},
		Want: Ends, Kind: status.Decrypt, Needs: NeedsSetup},
	{Name: "a browser's request", Step: StepAct1, By: sv2.Client, Row: "NO-19", On: OnNoise,
		Acts: []act{send(text(browserRequest))}, Want: Ends, Kind: status.Decrypt},
	{Name: "a browser's request", Step: StepAct1, By: sv2.Client, Row: "FR-02", On: OnPlain,
		Acts: []act{send(text(browserRequest))}, Want: Ends, Kind: status.FrameTooLarge},
	{Name: "Stratum V1", Step: StepAct1, By: sv2.Client, Row: "FR-02", On: OnPlain,
		Acts: []act{send(text(`{"id":1,"method":"mining.subscribe","params":[]}` + "\n"))}, Want: Ends, Kind: status.FrameTooLarge},
	{Name: "act 1 to a plain server", Step: StepAct1, By: sv2.Client, Row: "FR-02", On: OnPlain,
		Acts: []act{send(raw(bytes.Repeat([]byte{0xa5}, noise.Act1Size)...))}, Want: Ends, Kind: status.FrameTooLarge},
	{Name: "another conversation, byte for byte", Step: StepAct1, By: sv2.Client, Row: "NO-19", On: OnNoise,
		Acts: []act{replay}, Want: Ends, Kind: status.Decrypt},
	{Name: "100 act 1 with nothing behind", Step: StepAct1, By: sv2.Client, Row: "I30", On: OnNoise,
		Acts: []act{crowd(100, act1())}, Want: Leaves, Needs: NeedsConcurrency},
}

const browserRequest = "GET / HTTP/1.1\r\nHost: 127.0.0.1:3333\r\nUser-Agent: Mozilla/5.0\r\n" +
	"Accept: text/html\r\nConnection: close\r\n\r\n"

// act2Cases: what a server shows. None of them may get a byte of the client's messages.
var act2Cases = []Case{
	{Name: "closes after 233 bytes", Step: StepAct2, By: sv2.Server, Row: "NO-16", On: OnNoise,
		Acts: []act{answerAct1(honest, func(act2 piece) piece { return first(-1, act2) }), leave}, Want: Leaves, Kind: status.PeerClosed},
	{Name: "170 bytes, as of keys without ElligatorSwift", Step: StepAct2, By: sv2.Server, Row: "NO-16, I5", On: OnNoise,
		Acts: []act{send(junk(170)), halfClose}, Want: Ends, Kind: status.PeerClosed},
	act2Case("zeros", "NO-19", honest, func(piece) piece { return zeros(noise.Act2Size) }, status.Decrypt),
	act2Case("random bytes", "NO-19", honest, func(piece) piece { return junk(noise.Act2Size) }, status.Decrypt),
	act2Case("one bit of the ephemeral key", "NO-19", honest, flipAt(0), status.Decrypt),
	act2Case("one bit of the static key", "NO-19", honest, flipAt(64), status.Decrypt),
	act2Case("one bit of the static key's tag", "NO-19", honest, flipAt(143), status.Decrypt),
	act2Case("one bit of the certificate", "NO-19", honest, flipAt(144), status.Decrypt),
	act2Case("one bit of the certificate's tag", "NO-19", honest, flipAt(-1), status.Decrypt),
	act2Case("another authority", "NO-21, CM-05", otherAuthority, unchanged, status.CertificateAuthority),
	act2Case("the certificate of another server", "NO-20", stolenCertificate, unchanged, status.CertificateAuthority),
	act2Case("version 1, signed", "NO-17", signedWith(func(c *noise.Certificate) { c.Version = 1 }), unchanged,
		status.CertificateVersion),
	act2Case("expired", "NO-22", signedWith(func(c *noise.Certificate) { c.NotValidAfter = c.ValidFrom + 1 }), unchanged,
		status.CertificateExpired),
	act2Case("not valid yet", "NO-22", signedWith(func(c *noise.Certificate) { c.ValidFrom = c.NotValidAfter - 1 }), unchanged,
		status.CertificateNotYetValid),
	act2Case("ends before it begins", "NO-22", signedWith(func(c *noise.Certificate) {
		c.ValidFrom, c.NotValidAfter = c.NotValidAfter, c.ValidFrom
	}), unchanged, status.CertificateWindow),
	act2Case("longer valid than signed", "NO-20", alteredAfter(func(c *noise.Certificate) { c.NotValidAfter = 1<<32 - 1 }), unchanged,
		status.CertificateAuthority),
	act2Case("a signature that is no point", "NO-21", alteredAfter(func(c *noise.Certificate) { clear(c.Signature[:32]) }), unchanged,
		status.CertificateSignature),
	act2Case("a signature that is no number", "NO-21", alteredAfter(func(c *noise.Certificate) {
		copy(c.Signature[32:], bytes.Repeat([]byte{0xff}, 32))
	}), unchanged, status.CertificateSignature),
	{Name: "plain SetupConnection.Success to an encrypted client", Step: StepAct2, By: sv2.Server, Row: "NO-19", On: OnNoise,
		Acts: []act{send(times(30, message(&sv2.SetupConnectionSuccess{UsedVersion: 2})))}, Want: Ends, Kind: status.Decrypt},
	{Name: "act 2 to a plain client", Step: StepAct2, By: sv2.Server, Row: "FR-02", On: OnPlain,
		Acts: []act{send(raw(bytes.Repeat([]byte{0xa5}, noise.Act2Size)...))}, Want: Ends, Kind: status.FrameTooLarge},
	{Name: "the client's own act 1 and more", Step: StepAct2, By: sv2.Server, Row: "NO-19", On: OnNoise,
		Acts: []act{reflectAct1}, Want: Ends, Kind: status.Decrypt},
}

// act2Case is a server whose act 2 is refused, which ends the connection.
func act2Case(name, row string, show forgery, change func(act2 piece) piece, kind status.Kind) Case {
	c := Case{Name: name, Step: StepAct2, By: sv2.Server, Row: row, On: OnNoise,
		Acts: []act{answerAct1(show, change)}, Want: Ends, Kind: kind}
	if kind != status.Decrypt {
		c.Needs = NeedsAuthority
	}
	return c
}

func flipAt(at int) func(piece) piece { return func(act2 piece) piece { return flip(at, act2) } }
