package node_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

// pool opens a channel for whoever asks.
type pool struct{}

func (pool) Established(*node.Conn) error { return nil }

func (pool) Ended(*node.Conn, error) {}

func (pool) ServeMining(c *node.Conn, m node.Message) error {
	var open sv2.OpenStandardMiningChannel
	if _, err := m.Decode(&open); err != nil {
		return err // logged; the client stays
	}
	return c.Send(&sv2.OpenStandardMiningChannelSuccess{RequestID: open.RequestID, ChannelID: uint32(c.ID())})
}

// miner opens one channel per connection.
type miner struct{ opened chan uint32 }

func (miner) Established(c *node.Conn) error {
	return c.Send(&sv2.OpenStandardMiningChannel{RequestID: 1, UserIdentity: []byte("account.worker")})
}

func (miner) Ended(*node.Conn, error) {} // channels and jobs of the connection are void

func (m miner) ReceiveMining(_ *node.Conn, r node.Message) error {
	var opened sv2.OpenStandardMiningChannelSuccess
	if _, err := r.Decode(&opened); err != nil {
		return err
	}
	m.opened <- opened.ChannelID
	return nil
}

// newIdentity makes keys that a server would read from files.
func newIdentity() (*noise.Identity, noise.PublicKey, error) {
	authority, err := noise.GenerateSecretKey(rand.Reader)
	if err != nil {
		return nil, noise.PublicKey{}, err
	}
	secret, err := noise.GenerateSecretKey(rand.Reader)
	if err != nil {
		return nil, noise.PublicKey{}, err
	}
	from, until := noise.Window(uint64(time.Now().Unix()), 3600, 3600)
	certificate, err := noise.SignCertificate(authority, secret.Public(), from, until, rand.Reader)
	if err != nil {
		return nil, noise.PublicKey{}, err
	}
	identity, err := noise.NewIdentity(secret, &certificate, rand.Reader)
	return identity, authority.Public(), err
}

// A pool and a miner, over an encrypted link.
func Example() {
	identity, authority, err := newIdentity()
	if err != nil {
		panic(err)
	}
	server, err := node.NewServer(&node.ServerConfig{
		Session: session.ServerConfig{
			Security: session.Respond(identity),
			Services: []session.Service{{Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresStandardJobs}},
			Timeouts: session.Timeouts{Inactivity: 600_000}, // milliseconds
		},
		Handlers: node.ServerHandlers{Mining: pool{}},
	})
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- server.Serve(ctx, listener) }()

	best, err := endpoint.New("127.0.0.1", uint16(listener.Addr().(*net.TCPAddr).Port), authority)
	if err != nil {
		panic(err)
	}
	m := miner{opened: make(chan uint32)}
	client, err := node.NewClient(&node.ClientConfig{
		Session: session.ClientConfig{Setup: sv2.SetupConnection{
			Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresStandardJobs, Vendor: []byte("example 1.0"),
		}},
		Handlers:  node.ClientHandlers{Mining: m},
		Endpoints: []endpoint.Endpoint{best},
	})
	if err != nil {
		panic(err)
	}
	mined := make(chan error)
	go func() { mined <- client.Run(ctx) }()

	fmt.Println("channel", <-m.opened)
	stop()
	for _, err := range []error{<-mined, <-served} {
		fmt.Println(errors.Is(err, status.Closed), errors.Is(err, context.Canceled))
	}
	// Output:
	// channel 1
	// true true
	// true true
}

// One connection, step by step.
func ExampleDial() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pool, err := endpoint.Parse("stratum2+tcp://127.0.0.1:1/9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72")
	if err != nil {
		panic(err)
	}
	c, err := node.Dial(ctx, pool, &session.ClientConfig{
		Setup: sv2.SetupConnection{Protocol: sv2.ProtocolMining, Vendor: []byte("example 1.0")},
	}, node.ClientHandlers{Mining: miner{}}, nil)
	if err != nil {
		fmt.Println(errors.Is(err, status.ConnectFailed))
		return
	}
	if err := c.Handshake(ctx); err != nil {
		var kind status.Kind
		if errors.As(err, &kind) && kind.Class() == status.ClassTransient {
			fmt.Println("try again later")
		}
		return
	}
	fmt.Println(c.Extensions())
	fmt.Println(c.Run(ctx))
	// Output:
	// true
}

// A program may decide about each client, and see why others were sent away.
func ExampleServer_Counters() {
	server, err := node.NewServer(&node.ServerConfig{
		Session: session.ServerConfig{
			Security:  session.Plain(), // for a network where nobody else is
			Services:  []session.Service{{Protocol: sv2.ProtocolMining}},
			HoldSetup: true,
		},
		Handlers: node.ServerHandlers{
			Mining: pool{},
			DecideSetup: func(_ context.Context, _ *node.Conn, m *sv2.SetupConnection) (uint32, error) {
				if len(m.Firmware) == 0 {
					return 0, &node.RefuseSetup{Code: "firmware-missing"}
				}
				return 0, nil
			},
		},
		Options: node.Options{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))},
	})
	if err != nil {
		panic(err)
	}
	counters := server.Counters()
	fmt.Println(counters.Accepted, counters.HandshakeFailures[status.SetupDeclined], counters.FailuresOf(status.ClassAuth))
	// Output:
	// 0 0 0
}
