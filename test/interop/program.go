package main

import (
	"fmt"

	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// program is what uses libsv2's end of a conversation: a client that sends its shares and closes once they are answered, or a
// server that accepts every share. c/program.c is the same with the C ABI and reports in the same words.
type program struct {
	session *session.Session
	shares  [][]byte // user identities of the shares to send
	sent    int
	reports []string
}

func (p *program) report(format string, arguments ...any) {
	p.reports = append(p.reports, fmt.Sprintf(format, arguments...))
}

// act takes the events that there are, reports them and does what is due.
func (p *program) act() error {
	for e, ok := p.session.NextEvent(); ok; e, ok = p.session.NextEvent() {
		switch e.Kind {
		case session.EventSetup:
			p.report("setup: protocol %d, version %d, flags %#x", e.Protocol, e.UsedVersion, e.Flags)
		case session.EventEstablished:
			p.report("established with %d", e.Extensions)
			if err := p.next(); err != nil {
				return err
			}
		case session.EventMessage:
			if err := p.message(e); err != nil {
				return err
			}
		case session.EventEnd:
			p.end(e)
		case session.EventSecured: // there is nothing like it on a plain connection
		default:
			p.report("%v", e.Kind)
		}
	}
	return nil
}

func (p *program) end(e session.Event) {
	switch {
	case e.ErrorCode != "":
		p.report("end: %s, %s, flags %#x", e.Status.Name(), e.ErrorCode, e.Flags)
	case len(e.Error.Extensions) > 0:
		p.report("end: %s %d", e.Status.Name(), e.Error.Extensions)
	case e.Flags != 0:
		p.report("end: %s, flags %#x", e.Status.Name(), e.Flags)
	default:
		p.report("end: %s", e.Status.Name())
	}
}

// next sends the client's next share, or closes.
func (p *program) next() error {
	if p.session.Role() != sv2.Client {
		return nil
	}
	if p.sent == len(p.shares) {
		p.session.Close()
		return nil
	}
	share := sv2.SubmitSharesExtended{ChannelID: 1, SequenceNumber: uint32(p.sent), JobID: 7, Extranonce: []byte{1, 2, 3, 4}}
	p.sent++
	return p.session.SendShare(&share, p.shares[p.sent-1])
}

func (p *program) message(e session.Event) error {
	var share sv2.SubmitSharesExtended
	if !e.Frame.Is(share.Info()) {
		p.report("message %#x", e.Frame.MsgType)
		return p.next()
	}
	if _, err := share.Decode(e.Frame.Payload); err != nil {
		return err
	}
	if e.HasUserIdentity {
		p.report("share %d of %q", share.SequenceNumber, e.UserIdentity)
	} else {
		p.report("share %d", share.SequenceNumber)
	}
	return p.session.Send(&sv2.SubmitSharesSuccess{
		ChannelID: share.ChannelID, LastSequenceNumber: share.SequenceNumber, NewSubmitsAcceptedCount: 1, NewSharesSum: 1,
	})
}
