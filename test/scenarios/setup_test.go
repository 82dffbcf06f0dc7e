package scenarios

import (
	"testing"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// refusals are the reasons that a server has, with what it tells the client.
var refusals = []struct {
	name  string
	setup sv2.SetupConnection
	code  string
	flags uint32
	kind  status.Kind
}{
	{"protocol", sv2.SetupConnection{Protocol: sv2.ProtocolTemplateDistribution, MinVersion: 2, MaxVersion: 2},
		sv2.ErrorCodeUnsupportedProtocol, 0, status.UnsupportedProtocol},
	{"unknown protocol", sv2.SetupConnection{Protocol: 200, MinVersion: 2, MaxVersion: 2}, sv2.ErrorCodeUnsupportedProtocol, 0,
		status.UnsupportedProtocol},
	{"version too old", sv2.SetupConnection{MinVersion: 1, MaxVersion: 1}, sv2.ErrorCodeProtocolVersionMismatch, 0,
		status.UnsupportedVersion},
	{"version too new", sv2.SetupConnection{MinVersion: 3, MaxVersion: 9}, sv2.ErrorCodeProtocolVersionMismatch, 0,
		status.UnsupportedVersion},
	{"empty range", sv2.SetupConnection{MinVersion: 3, MaxVersion: 2}, sv2.ErrorCodeProtocolVersionMismatch, 0, status.UnsupportedVersion},
	{"flags", sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Flags: 0xffff_fff7}, sv2.ErrorCodeUnsupportedFeatureFlags,
		0xffff_fff4, status.UnsupportedFlags},
	{"missing flags", sv2.SetupConnection{Protocol: sv2.ProtocolJobDeclaration, MinVersion: 2, MaxVersion: 2},
		sv2.ErrorCodeMissingDeclareTxDataFlag,
		sv2.SetupDeclareTxData, status.MissingFlags},
	{"declined", sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("unwanted")}, "not-today", 0, status.SetupDeclined},
}

// TestSetupRefusedByServer: SE-11, SE-12, SE-13, SE-15, SE-18, S2-01, S3-06, S3-16, I29: for each reason the client gets exactly one
// answer, with the reason in it, and then the end of the connection.
func TestSetupRefusedByServer(t *testing.T) {
	for _, c := range refusals {
		for _, encrypted := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				leaktest.Check(t)
				w := newWorld(t)
				over := w.sides(encrypted)
				profile := serverProfile(t, over.server, func(sc *session.ServerConfig) {
					sc.Services = append(sc.Services, session.Service{
						Protocol: sv2.ProtocolJobDeclaration, Flags: sv2.SetupDeclareTxData, RequiredFlags: sv2.SetupDeclareTxData})
					sc.HoldSetup = true
				})
				ours, theirs := connect(t)
				server := start(t, theirs, profile, func(s *session.Session, e session.Event) {
					if e.Kind == session.EventSetupRequest {
						_ = s.RefuseSetup(0, "not-today")
					}
				})
				client := sniffer.NewPeer(ours, sv2.Client, over.mockClient)
				defer client.Close()
				check(t, client.Run(w.context, sniffer.Handshake(), sniffer.Send(&c.setup),
					sniffer.Expect(sniffer.Equal(&sv2.SetupConnectionError{Flags: c.flags, ErrorCode: []byte(c.code)})), sniffer.ExpectEnd()))
				phase := session.PhaseSetup
				if c.kind == status.SetupDeclined {
					phase = session.PhaseDecision
				}
				why := server.ended(t, c.kind, phase)
				if why.Code != c.code || why.Flags != c.flags {
					t.Errorf("%+v", why)
				}
			})
		}
	}
}

// TestSetupRefusedToClient: SE-09, S0-08, ER-02, ER-03: the client learns the reason, whatever it is, and closes. What it does not
// know, or what is malformed, changes nothing but the report.
func TestSetupRefusedToClient(t *testing.T) {
	type answer struct {
		name    string
		message sv2.Message
		kind    status.Kind
		code    string
		flags   uint32
	}
	answers := []answer{
		{"unknown code", &sv2.SetupConnectionError{Flags: 9, ErrorCode: []byte("moon-phase")}, status.SetupRefused, "moon-phase", 9},
		{"no code", &sv2.SetupConnectionError{}, status.SetupRefused, "", 0},
		{"control characters", &sv2.SetupConnectionError{ErrorCode: []byte("a\x1b\n")}, status.SetupRefused, "a\x1b\n", 0},
		{"cut short", &sv2.Raw{MsgType: 2, Payload: []byte{0, 0, 0, 0, 5, 'a'}}, status.Truncated, "", 0},
		{"a version that was not proposed", &sv2.SetupConnectionSuccess{UsedVersion: 3}, status.UsedVersion, "", 0},
		{"another message", job, status.UnexpectedMessage, "", 0},
		{"a message of clients", setup, status.WrongDirection, "", 0},
		{"an answer to another question", granted(1), status.UnsolicitedAnswer, "", 0},
		{"Reconnect", &sv2.Reconnect{}, status.ReconnectInSetup, "", 0},
	}
	for _, r := range refusals {
		message := &sv2.SetupConnectionError{Flags: r.flags, ErrorCode: []byte(r.code)}
		answers = append(answers, answer{r.name, message, status.SetupRefused, r.code, r.flags})
	}
	for _, c := range answers {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			w := newWorld(t)
			over := w.sides(true)
			ours, theirs := connect(t)
			client := start(t, ours, clientProfile(t, over.client, nil), miner)
			server := sniffer.NewPeer(theirs, sv2.Server, over.mockServer)
			defer server.Close()
			check(t, server.Run(w.context, sniffer.Handshake(), sniffer.Expect(isSetup), sniffer.Send(c.message), sniffer.ExpectEnd()))
			why := client.ended(t, c.kind, session.PhaseSetup)
			if why.Code != c.code || why.Flags != c.flags {
				t.Errorf("%+v", why)
			}
			if _, ok := client.established(); ok {
				t.Error("established")
			}
		})
	}
}
