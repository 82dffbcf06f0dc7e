package scenarios

import (
	"testing"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/session"
)

// TestReconnectElsewhere: CM-01, CM-05: a client that is sent to another host shakes hands with it, and goes on only when
// that host has a certificate of the same authority. To another one it does not even say SetupConnection.
func TestReconnectElsewhere(t *testing.T) {
	for _, c := range []struct {
		name string
		same bool
		want status.Kind
	}{{"same authority", true, status.Closed}, {"other authority", false, status.CertificateAuthority}} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			w, other := newWorld(t), newWorld(t)
			if c.same {
				other = w
			}
			elsewhere := listen(t)
			second, err := sniffer.StartUpstream(elsewhere, sniffer.Respond(other.keys.Identity), func(int) []sniffer.Step {
				return []sniffer.Step{sniffer.Handshake(), sniffer.Expect(isSetup), sniffer.Send(success), sniffer.Expect(isOpen),
					sniffer.Send(job), sniffer.ExpectEnd()}
			})
			check(t, err)
			defer second.Close()
			target, err := endpoint.New("127.0.0.1", portOf(t, elsewhere), other.keys.Authority)
			check(t, err)
			first, err := sniffer.StartUpstream(listen(t), sniffer.Respond(w.keys.Identity), func(int) []sniffer.Step {
				return []sniffer.Step{sniffer.Handshake(), sniffer.Expect(isSetup), sniffer.Send(success), sniffer.Expect(isOpen),
					sniffer.Send(&sv2.Reconnect{NewHost: []byte(target.Host()), NewPort: target.Port()}), sniffer.ExpectEnd()}
			})
			check(t, err)
			defer first.Close()

			var moved *sv2.Reconnect
			security := session.Initiate(w.policy())
			client := start(t, dial(t, first.Address()), clientProfile(t, security, nil), func(s *session.Session, e session.Event) {
				if e.Kind == session.EventEstablished {
					_ = s.Send(open)
				}
				if m, ok := sniffer.As[*sv2.Reconnect](e.Frame); ok && e.Kind == session.EventMessage {
					moved = &sv2.Reconnect{NewHost: append([]byte(nil), m.NewHost...), NewPort: m.NewPort}
					s.Close()
				}
			})
			client.ended(t, status.Closed, session.PhaseEstablished)
			check(t, first.Wait(w.context, 1))

			here, err := endpoint.New("127.0.0.1", portOf(t, elsewhere), w.keys.Authority)
			check(t, err)
			there, err := here.Redirect(moved.NewHost, moved.NewPort)
			check(t, err)
			client = start(t, dial(t, elsewhere.Addr()), clientProfile(t, session.Initiate(there.Policy()), nil), miner)
			phase := session.PhaseEstablished
			if !c.same {
				phase = session.PhaseHandshake
			}
			client.ended(t, c.want, phase)
			if err := second.Wait(w.context, 1); (err == nil) != c.same {
				t.Errorf("the second server: %v", err)
			}
			if frames := second.Log().Frames(sniffer.ToServer); !c.same && len(frames) != 0 {
				t.Errorf("%v", second.Log())
			}
		})
	}
}
