package endpoint

import "github.com/libsv2/libsv2/status"

// Judge returns the verdict on a failure by its class. Transient failures and breaches of the protocol are worth another try.
// A wrong key, a refused setup or channel, and a certificate that does not prove the authority are not: trying again
// changes nothing, and shows whoever answers in the server's place that the client will keep asking. That this program
// closed the connection itself says nothing about the endpoint.
func Judge(kind status.Kind) Verdict {
	if kind == status.Closed {
		return TryAgain
	}
	switch kind.Class() {
	case status.ClassNotDone, status.ClassIgnore, status.ClassTransient, status.ClassProtocol:
		return TryAgain
	}
	return GiveUp
}

// JudgeEstablished is [Judge] for a connection that was whole. Its handshake had proved who the server is, so bytes that
// cannot be opened were altered on the way since, and the next handshake asks for the proof again. Giving up would let
// anybody on the way switch a miner off with a single byte.
func JudgeEstablished(kind status.Kind) Verdict {
	if kind == status.Decrypt {
		return TryAgain
	}
	return Judge(kind)
}

// Override replaces the verdict on one kind, such as CertificateNotYetValid on a device that learns the time late.
type Override struct {
	Kind    status.Kind
	Verdict Verdict
}
