package scenarios

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

// digger is a miner that opens a channel on each connection and stops with the first job.
type digger struct {
	stop  context.CancelFunc
	mu    sync.Mutex
	order []string // what it was told
}

func (d *digger) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.order = append(d.order, what)
}

func (d *digger) Established(c *node.Conn) error {
	d.note("established")
	return c.Send(open)
}

func (d *digger) Ended(_ *node.Conn, err error) {
	if _, ok := errors.AsType[*node.ReconnectError](err); ok {
		d.note("sent away")
		return
	}
	d.note("ended")
}

func (d *digger) ReceiveMining(_ *node.Conn, m node.Message) error {
	if m.Is(job.Info()) {
		d.note("job")
		d.stop()
	}
	return nil
}

// TestClientReconnectsElsewhere: CM-01, CM-02, CM-04, CM-05: what TestReconnectElsewhere shows of sessions, of a client that
// stays connected: it follows with the authority that it had. To a host with another one it does not even say SetupConnection,
// and it goes back to the host that the user wrote down.
func TestClientReconnectsElsewhere(t *testing.T) {
	opens := []sniffer.Step{sniffer.Handshake(), sniffer.Expect(isSetup), sniffer.Send(success), sniffer.Expect(isOpen)}
	works := append(slices.Clone(opens), sniffer.Send(job), sniffer.ExpectEnd())
	for name, same := range map[string]bool{"same authority": true, "other authority": false} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			w, other := newWorld(t), newWorld(t)
			if same {
				other = w
			}
			elsewhere := listen(t)
			second, err := sniffer.StartUpstream(elsewhere, sniffer.Respond(other.keys.Identity), func(int) []sniffer.Step { return works })
			check(t, err)
			defer second.Close()
			first, err := sniffer.StartUpstream(listen(t), sniffer.Respond(w.keys.Identity), func(number int) []sniffer.Step {
				if number > 1 {
					return works
				}
				return append(slices.Clone(opens), sniffer.Send(&sv2.Reconnect{NewPort: portOf(t, elsewhere)}), sniffer.ExpectEnd())
			})
			check(t, err)
			defer first.Close()

			ctx, stop := context.WithCancel(w.context)
			defer stop()
			d := &digger{stop: stop}
			home, err := endpoint.New("127.0.0.1", uint16(first.Address().(*net.TCPAddr).Port), w.keys.Authority)
			check(t, err)
			client, err := node.NewClient(&node.ClientConfig{
				Session:  session.ClientConfig{Setup: sv2.SetupConnection{Vendor: []byte("libsv2 test")}},
				Handlers: node.ClientHandlers{Mining: d}, Endpoints: []endpoint.Endpoint{home},
				Failover: endpoint.Config{Backoff: endpoint.Backoff{Initial: time.Millisecond, Maximum: time.Millisecond}},
			})
			check(t, err)
			if err := client.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if want := []string{"established", "sent away", "established", "job", "ended"}; !slices.Equal(d.order, want) {
				t.Errorf("%q", d.order)
			}
			counters, frames := client.Counters(), second.Log().Frames(sniffer.ToServer)
			if same {
				check(t, second.Wait(w.context, 1))
				if counters.Accepted != 2 || len(frames) != 2 {
					t.Errorf("%+v\n%v", counters, second.Log())
				}
				return
			}
			check(t, first.Wait(w.context, 2))
			if counters.Accepted != 3 || counters.HandshakeFailures[status.CertificateAuthority] != 1 || len(frames) != 0 {
				t.Errorf("%+v\n%v", counters, second.Log())
			}
		})
	}
}
