package scenarios

import (
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// miner opens a channel as soon as it may and ends with the first job.
func miner(s *session.Session, e session.Event) {
	switch e.Kind {
	case session.EventEstablished:
		_ = s.Send(open)
	case session.EventMessage:
		s.Close()
	}
}

// TestExtensionsOfClient: the outcomes of a negotiation, with a server that plays them, through a relay that sees all of it. Ok:
// E1-04, E1-10. Error: E1-13. Required: E1-14, S0-10. Duplicated and unsolicited: S0-08. In each the client sends nothing
// of its protocol before the answer: E1-01, E1-06, E1-07, S0-01, S0-15.
func TestExtensionsOfClient(t *testing.T) {
	expect := func(m sv2.Message) sniffer.Step { return sniffer.Expect(sniffer.Equal(m)) }
	goesOn := []sniffer.Step{sniffer.Expect(isOpen), sniffer.Send(job), sniffer.ExpectEnd()}
	for _, c := range []struct {
		name       string
		extensions session.ClientExtensions
		script     []sniffer.Step // behind SetupConnection.Success
		on         []uint16
		want       status.Kind
	}{
		{"ok", session.ClientExtensions{Request: []uint16{2, 3}},
			append([]sniffer.Step{expect(request(1, 2, 3)), sniffer.Send(granted(1, 2, 3))}, goesOn...), []uint16{2, 3}, status.Closed},
		{"ok, a subset", session.ClientExtensions{Request: []uint16{2, 3}},
			append([]sniffer.Step{expect(request(1, 2, 3)), sniffer.Send(granted(1, 3))}, goesOn...), []uint16{3}, status.Closed},
		{"error", session.ClientExtensions{Request: []uint16{2}},
			append([]sniffer.Step{expect(request(1, 2)), sniffer.Send(refused(1, []uint16{2}, nil))}, goesOn...), nil, status.Closed},
		{"error, but required by the client", session.ClientExtensions{Required: []uint16{2}},
			[]sniffer.Step{expect(request(1, 2)), sniffer.Send(refused(1, []uint16{2}, nil)), sniffer.ExpectEnd()}, nil,
			status.ExtensionsRequired},
		{"required by the server", session.ClientExtensions{Request: []uint16{2}, Supported: []uint16{3}},
			append([]sniffer.Step{expect(request(1, 2)), sniffer.Send(refused(1, nil, []uint16{3})),
				expect(request(2, 2, 3)), sniffer.Send(granted(2, 2, 3))}, goesOn...), []uint16{2, 3}, status.Closed},
		{"required by the server, not there", session.ClientExtensions{Request: []uint16{2}},
			[]sniffer.Step{expect(request(1, 2)), sniffer.Send(refused(1, nil, []uint16{3})), sniffer.ExpectEnd()}, nil,
			status.ExtensionsDemanded},
		{"required by the server, twice", session.ClientExtensions{Request: []uint16{2}, Supported: []uint16{3}},
			[]sniffer.Step{expect(request(1, 2)), sniffer.Send(refused(1, nil, []uint16{3})),
				expect(request(2, 2, 3)), sniffer.Send(refused(2, nil, []uint16{3})), sniffer.ExpectEnd()}, nil, status.ExtensionsDemanded},
		{"duplicated answer", session.ClientExtensions{Request: []uint16{2}},
			[]sniffer.Step{expect(request(1, 2)), sniffer.Send(granted(1, 2), granted(1, 2)), sniffer.Await(isOpen),
				sniffer.ExpectEnd()}, []uint16{2}, status.UnsolicitedAnswer},
		{"unsolicited answer", session.ClientExtensions{},
			[]sniffer.Step{sniffer.Expect(isOpen), sniffer.Send(granted(1, 2)), sniffer.ExpectEnd()}, nil, status.UnsolicitedAnswer},
		{"answer to another request", session.ClientExtensions{Request: []uint16{2}},
			[]sniffer.Step{expect(request(1, 2)), sniffer.Send(granted(9, 2)), sniffer.ExpectEnd()}, nil, status.ExtensionsAnswer},
		{"more than was asked for", session.ClientExtensions{Request: []uint16{2}},
			[]sniffer.Step{expect(request(1, 2)), sniffer.Send(granted(1, 2, 3)), sniffer.ExpectEnd()}, nil, status.ExtensionsAnswer},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			w := newWorld(t)
			over := w.sides(true)
			script := append([]sniffer.Step{sniffer.Handshake(), sniffer.Expect(isSetup), sniffer.Send(success)}, c.script...)
			behind := listen(t)
			upstream, err := sniffer.StartUpstream(behind, over.mockServer, func(int) []sniffer.Step { return script })
			check(t, err)
			defer upstream.Close()
			relay, err := sniffer.Start(listen(t), sniffer.Config{Downstream: over.mockServer, Upstream: over.mockClient, Dial: dialer(behind)})
			check(t, err)
			defer relay.Close()
			profile := clientProfile(t, over.client, func(cc *session.ClientConfig) { cc.Extensions = c.extensions })
			client := start(t, dial(t, relay.Address()), profile, miner)
			phase := session.PhaseEstablished
			<-client.done
			on, ok := client.established()
			if !ok {
				phase = session.PhaseNegotiation
			}
			client.ended(t, c.want, phase)
			if !slices.Equal(on, c.on) {
				t.Errorf("extensions %x, want %x", on, c.on)
			}
			if c.want != status.UnsolicitedAnswer { // a client that has given up reads nothing more, and may not be heard to the end
				check(t, upstream.Wait(w.context, 1))
			}
			if len(c.extensions.Request)+len(c.extensions.Required) > 0 {
				answered := func(f sv2.Frame) bool { return isAnswer(f) || f.Is((*sv2.RequestExtensionsError)(nil).Info()) }
				relay.Log().AssertAbsent(w.context, t, sniffer.ToServer, isOpen, answered)
				relay.Log().Expect(w.context, t, sniffer.ToServer, isRequest)
			}
		})
	}
}

// TestExtensionsIgnoredAndLate: E1-11, E1-12, S0-02, S0-03: a server that does not answer, by what the client does about it, and
// one that answers when nobody waits any more.
func TestExtensionsIgnoredAndLate(t *testing.T) {
	late := []sniffer.Step{sniffer.Expect(isOpen), sniffer.Send(granted(1, 2)), sniffer.Silence()}
	for _, c := range []struct {
		name   string
		policy session.TimeoutPolicy
		script []sniffer.Step
		want   status.Kind
		phase  session.Phase
	}{
		{"ignored, goes on", session.OnTimeoutContinue, []sniffer.Step{sniffer.Expect(isOpen), sniffer.Send(job), sniffer.Silence()},
			status.Closed, session.PhaseEstablished},
		{"ignored, reconnects", session.OnTimeoutReconnect, []sniffer.Step{sniffer.Silence()}, status.NegotiationTimeout,
			session.PhaseNegotiation},
		{"ignored, fails", session.OnTimeoutFail, []sniffer.Step{sniffer.Silence()}, status.ExtensionsIgnored, session.PhaseNegotiation},
		{"late", session.OnTimeoutContinue, late, status.UnsolicitedAnswer, session.PhaseEstablished},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				over := newWorld(t).sides(true)
				profile := clientProfile(t, over.client, func(cc *session.ClientConfig) {
					cc.Extensions = session.ClientExtensions{Request: []uint16{2}, OnTimeout: c.policy}
				})
				ours, theirs := net.Pipe()
				client := start(t, ours, profile, miner)
				server := sniffer.NewPeer(theirs, sv2.Server, over.mockServer)
				defer server.Close()
				check(t, server.Run(t.Context(), sniffer.Handshake(), sniffer.Expect(isSetup), sniffer.Send(success), sniffer.Expect(isRequest)))
				check(t, server.Run(t.Context(), c.script...))
				client.ended(t, c.want, c.phase)
				if waited := time.Since(client.began); waited != 30*time.Second {
					t.Errorf("it took %v, want 30 s", waited)
				}
				if on, _ := client.established(); len(on) != 0 {
					t.Errorf("extensions %x", on)
				}
			})
		})
	}
}

// TestExtensionsOfServer: the same from the other side. Ok and error: E1-04, E1-08, E1-10. Required: E1-09, E1-14. Ignored: E1-11.
// Late, duplicated, unsolicited: E1-01, S0-08.
func TestExtensionsOfServer(t *testing.T) {
	expect := func(m sv2.Message) sniffer.Step { return sniffer.Expect(sniffer.Equal(m)) }
	supports := session.ServerExtensions{Supported: []uint16{2}}
	requires := session.ServerExtensions{Supported: []uint16{2}, Required: []uint16{3}}
	opens := []sniffer.Step{sniffer.Send(open), sniffer.Expect(sniffer.Equal(job)), sniffer.CloseNow()}
	for _, c := range []struct {
		name       string
		extensions session.ServerExtensions
		script     []sniffer.Step // behind SetupConnection.Success
		on         []uint16
		want       status.Kind
		phase      session.Phase
	}{
		{"ok", supports, append([]sniffer.Step{sniffer.Send(request(7, 2, 4)), expect(granted(7, 2))}, opens...), []uint16{2},
			status.PeerClosed, session.PhaseEstablished},
		{"none requested", supports, opens, nil, status.PeerClosed, session.PhaseEstablished},
		{"error, then goes on", supports, append([]sniffer.Step{sniffer.Send(request(7, 4)), expect(refused(7, []uint16{4}, nil))},
			opens...), nil, status.PeerClosed, session.PhaseEstablished},
		{"required", requires, append([]sniffer.Step{sniffer.Send(request(7, 2)), expect(refused(7, nil, []uint16{3})),
			sniffer.Send(request(8, 2, 3)), expect(granted(8, 2, 3))}, opens...), []uint16{2, 3}, status.PeerClosed, session.PhaseEstablished},
		{"required, not requested again", requires, []sniffer.Step{sniffer.Send(request(7, 2)), expect(refused(7, nil, []uint16{3})),
			sniffer.Send(open), sniffer.ExpectEnd()}, nil, status.ExtensionsRequired, session.PhaseNegotiation},
		{"required, never requested", requires, []sniffer.Step{sniffer.Send(open), sniffer.ExpectEnd()}, nil,
			status.ExtensionsRequired, session.PhaseNegotiation},
		{"ignored", session.ServerExtensions{Ignore: true}, append([]sniffer.Step{sniffer.Send(request(7, 2))}, opens...), nil,
			status.PeerClosed, session.PhaseEstablished},
		{"late", supports, []sniffer.Step{sniffer.Send(open), expect(job), sniffer.Send(request(7, 2)), sniffer.ExpectEnd()}, nil,
			status.DuplicateNegotiation, session.PhaseEstablished},
		{"duplicated", supports, []sniffer.Step{sniffer.Send(request(7, 2)), expect(granted(7, 2)), sniffer.Send(request(7, 2)),
			sniffer.ExpectEnd()},
			[]uint16{2}, status.DuplicateNegotiation, session.PhaseEstablished},
		{"an answer of the client", supports, []sniffer.Step{sniffer.Send(granted(7, 2)), sniffer.ExpectEnd()}, nil,
			status.WrongDirection, session.PhaseNegotiation},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			w := newWorld(t)
			over := w.sides(true)
			profile := serverProfile(t, over.server, func(sc *session.ServerConfig) { sc.Extensions = c.extensions })
			ours, theirs := connect(t)
			server := start(t, theirs, profile, func(s *session.Session, e session.Event) {
				if e.Kind == session.EventMessage {
					_ = s.Send(job)
				}
			})
			client := sniffer.NewPeer(ours, sv2.Client, over.mockClient)
			defer client.Close()
			script := append([]sniffer.Step{sniffer.Handshake(), sniffer.Send(setup), sniffer.Expect(sniffer.Equal(success))}, c.script...)
			if err := client.Run(w.context, script...); err != nil {
				t.Fatalf("%v\n%v", err, client.Log())
			}
			server.ended(t, c.want, c.phase)
			if on, _ := server.established(); !slices.Equal(on, c.on) {
				t.Errorf("extensions %x, want %x", on, c.on)
			}
		})
	}
}
