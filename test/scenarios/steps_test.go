package scenarios

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// timeouts differ from each other, so that a test tells which one has passed.
var timeouts = session.Timeouts{Handshake: 1_000, Setup: 2_000, Negotiation: 3_000, Inactivity: 4_000}

// place is a step of a conversation at which the peer stops.
type place struct {
	name   string
	script []sniffer.Step // what the peer has done before
	phase  session.Phase  // of the session then
	kind   status.Kind    // when the peer says nothing more
	after  time.Duration
}

// half sends the first bytes of a frame that is never completed.
func half() sniffer.Step { return sniffer.SendBytes(make([]byte, 4)) }

// placesOfServer are those at which a server may stop, as its client sees it.
func placesOfServer() []place {
	steps := []sniffer.Step{sniffer.Handshake(), sniffer.Expect(isSetup), sniffer.Send(success), sniffer.Expect(isRequest),
		sniffer.Send(granted(1, 2)), sniffer.Expect(isOpen), sniffer.Send(job)}
	handshake, answer, negotiation, idle := time.Second, 2*time.Second, 3*time.Second, 4001*time.Millisecond
	return []place{
		{"before act 2", nil, session.PhaseHandshake, status.HandshakeTimeout, handshake},
		{"within act 2", []sniffer.Step{sniffer.SendBytes(make([]byte, noise.Act2Size-2))}, session.PhaseHandshake,
			status.HandshakeTimeout, handshake},
		{"behind act 2", steps[:1], session.PhaseSetup, status.SetupTimeout, answer},
		{"behind SetupConnection", steps[:2], session.PhaseSetup, status.SetupTimeout, answer},
		{"within the answer", append(steps[:2:2], half()), session.PhaseSetup, status.SetupTimeout, answer},
		{"behind Success", steps[:3], session.PhaseNegotiation, status.NegotiationTimeout, negotiation},
		{"behind RequestExtensions", steps[:4], session.PhaseNegotiation, status.NegotiationTimeout, negotiation},
		{"within the second answer", append(steps[:4:4], half()), session.PhaseNegotiation, status.NegotiationTimeout, negotiation},
		{"established", steps[:5], session.PhaseEstablished, status.InactivityTimeout, idle},
		{"behind the first message", steps[:6], session.PhaseEstablished, status.InactivityTimeout, idle},
		{"behind a job", steps[:7], session.PhaseEstablished, status.InactivityTimeout, idle},
		{"within a frame", append(steps[:7:7], half()), session.PhaseEstablished, status.InactivityTimeout, idle},
	}
}

// placesOfClient are those at which a client may stop, as a server that requires an extension sees it.
func placesOfClient() []place {
	steps := []sniffer.Step{sniffer.Handshake(), sniffer.Send(setup), sniffer.Expect(sniffer.Is(success)), sniffer.Send(request(1, 2)),
		sniffer.Expect(isAnswer), sniffer.Send(open), sniffer.Expect(sniffer.Is(job))}
	handshake, answer, negotiation, idle := time.Second, 2*time.Second, 3*time.Second, 4001*time.Millisecond
	return []place{
		{"before act 1", nil, session.PhaseHandshake, status.HandshakeTimeout, handshake},
		{"within act 1", []sniffer.Step{sniffer.SendBytes(make([]byte, noise.Act1Size-2))}, session.PhaseHandshake,
			status.HandshakeTimeout, handshake},
		{"behind act 1", steps[:1], session.PhaseSetup, status.SetupTimeout, answer},
		{"within SetupConnection", append(steps[:1:1], half()), session.PhaseSetup, status.SetupTimeout, answer},
		{"behind SetupConnection", steps[:2], session.PhaseNegotiation, status.NegotiationTimeout, negotiation},
		{"behind Success", steps[:3], session.PhaseNegotiation, status.NegotiationTimeout, negotiation},
		{"within RequestExtensions", append(steps[:3:3], half()), session.PhaseNegotiation, status.NegotiationTimeout, negotiation},
		{"behind RequestExtensions", steps[:4], session.PhaseEstablished, status.InactivityTimeout, idle},
		{"established", steps[:5], session.PhaseEstablished, status.InactivityTimeout, idle},
		{"behind the first message", steps[:6], session.PhaseEstablished, status.InactivityTimeout, idle},
		{"behind a job", steps[:7], session.PhaseEstablished, status.InactivityTimeout, idle},
		{"within a frame", append(steps[:7:7], half()), session.PhaseEstablished, status.InactivityTimeout, idle},
	}
}

// patientMiner does not close with the first job.
func patientMiner(s *session.Session, e session.Event) {
	if e.Kind == session.EventEstablished {
		_ = s.Send(open)
	}
}

// pool answers each message with a job.
func pool(s *session.Session, e session.Event) {
	if e.Kind == session.EventMessage {
		_ = s.Send(job)
	}
}

// stage starts a session of this role on one end of a connection and returns the peer for the other end.
func stage(t *testing.T, over sides, role sv2.Party, ours, theirs net.Conn) (*end, *sniffer.Peer) {
	t.Helper()
	if role == sv2.Client {
		profile := clientProfile(t, over.client, func(cc *session.ClientConfig) {
			cc.Extensions = session.ClientExtensions{Request: []uint16{2}, OnTimeout: session.OnTimeoutReconnect}
			cc.Timeouts = timeouts
		})
		return start(t, ours, profile, patientMiner), sniffer.NewPeer(theirs, sv2.Server, over.mockServer)
	}
	profile := serverProfile(t, over.server, func(sc *session.ServerConfig) {
		sc.Extensions.Required = []uint16{2}
		sc.Timeouts = timeouts
	})
	return start(t, ours, profile, pool), sniffer.NewPeer(theirs, sv2.Client, over.mockClient)
}

func eachPlace(t *testing.T, f func(t *testing.T, role sv2.Party, encrypted bool, p place)) {
	places := map[sv2.Party][]place{sv2.Client: placesOfServer(), sv2.Server: placesOfClient()}
	for role, name := range map[sv2.Party]string{sv2.Client: "client", sv2.Server: "server"} {
		for _, p := range places[role] {
			for _, encrypted := range []bool{true, false} {
				if encrypted || p.phase != session.PhaseHandshake {
					t.Run(fmt.Sprintf("%s/%s/%t", name, p.name, encrypted), func(t *testing.T) { f(t, role, encrypted, p) })
				}
			}
		}
	}
}

// TestPeerSilent: S0-03, S3-05: a peer that says nothing more, at each step and within each message, of either role,
// ends the session when its phase has had its time, to the millisecond of a clock that nobody waits for. A further byte of the
// same message half a second later gives it no more.
func TestPeerSilent(t *testing.T) {
	eachPlace(t, func(t *testing.T, role sv2.Party, encrypted bool, p place) {
		synctest.Test(t, func(t *testing.T) {
			over := newWorld(t).sides(encrypted)
			ours, theirs := net.Pipe()
			e, peer := stage(t, over, role, ours, theirs)
			defer peer.Close()
			check(t, peer.Run(t.Context(), p.script...))
			if strings.HasPrefix(p.name, "within ") {
				time.Sleep(time.Second / 2)
				check(t, peer.Run(t.Context(), sniffer.SendBytes([]byte{0})))
			}
			check(t, peer.Run(t.Context(), sniffer.Silence()))
			e.ended(t, p.kind, p.phase)
			if waited := time.Since(e.began); waited != p.after {
				t.Errorf("ended after %v, want %v", waited, p.after)
			}
		})
	})
}

// TestPeerCloses: S2-06: a peer that closes the connection at each step, of either role: the session ends at once, knows in
// which phase, and has given what came before.
func TestPeerCloses(t *testing.T) {
	eachPlace(t, func(t *testing.T, role sv2.Party, encrypted bool, p place) {
		leaktest.Check(t)
		w := newWorld(t)
		ours, theirs := connect(t)
		e, peer := stage(t, w.sides(encrypted), role, ours, theirs)
		defer peer.Close()
		check(t, peer.Run(w.context, append(p.script[:len(p.script):len(p.script)], sniffer.CloseNow())...))
		e.ended(t, status.PeerClosed, p.phase)
		if last := e.events[len(e.events)-1]; last.Kind != session.EventEnd || last.Drain {
			t.Errorf("last event %+v", last)
		}
		if _, ok := e.established(); ok != (p.phase == session.PhaseEstablished) {
			t.Errorf("established: %t", ok)
		}
	})
}
