package node

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/session"
)

func ignore(context.Context, any) error { return nil }

func siblingServer(side *recorder, protocols ...uint8) *ServerConfig {
	c := &ServerConfig{Session: session.ServerConfig{Security: session.Plain()}, Requests: ignore}
	for _, protocol := range protocols {
		c.Session.Services = append(c.Session.Services, session.Service{Protocol: protocol})
		switch protocol {
		case sv2.ProtocolMining:
			c.Handlers.Mining = side
		case sv2.ProtocolJobDeclaration:
			c.Handlers.JobDeclaration = side
		default:
			c.Handlers.TemplateDistribution = side
		}
	}
	return c
}

func siblingClient(t testing.TB, network *network, side *recorder, protocol uint8) *ClientConfig {
	c := &ClientConfig{
		Session: clientConfig(session.Security{}), Dial: network.dial, Requests: ignore,
		Security:  func(endpoint.Endpoint) session.Security { return session.Plain() },
		Endpoints: []endpoint.Endpoint{newEndpoint(t, "a.example", 1, testKey(t))},
	}
	c.Session.Setup.Protocol = protocol
	switch protocol {
	case sv2.ProtocolMining:
		c.Handlers.Mining = side
	case sv2.ProtocolJobDeclaration:
		c.Handlers.JobDeclaration = side
	default:
		c.Handlers.TemplateDistribution = side
	}
	return c
}

// TestSiblingPairs: S3-07, S3-08, S3-15 (sibling_io wrong constructor): who may work for whom.
func TestSiblingPairs(t *testing.T) {
	const m, j, d = sv2.ProtocolMining, sv2.ProtocolJobDeclaration, sv2.ProtocolTemplateDistribution
	for _, c := range []struct {
		name    string
		server  []uint8
		clients []uint8
		ok      bool
	}{
		{"proxy", []uint8{m}, []uint8{m}, true},
		{"pool", []uint8{m}, []uint8{d}, true},
		{"job declarator client", []uint8{m}, []uint8{j, d}, true},
		{"job declarator client with pool", []uint8{m}, []uint8{d, j, m}, true},
		{"job declarator server", []uint8{j}, []uint8{d}, true},
		{"pool and job declarator server", []uint8{m, j}, []uint8{d}, true},
		{"nobody", []uint8{m}, nil, false},
		{"twice", []uint8{m}, []uint8{d, d}, false},
		{"without templates", []uint8{m}, []uint8{j}, false},
		{"job declaration above itself", []uint8{j}, []uint8{j, d}, false},
		{"mining for job declaration", []uint8{j}, []uint8{m}, false},
		{"template provider", []uint8{d}, []uint8{d}, false},
		{"template provider and pool", []uint8{m, d}, []uint8{d}, false},
	} {
		var clients []*ClientConfig
		for _, protocol := range c.clients {
			clients = append(clients, siblingClient(t, newNetwork(), newRecorder(), protocol))
		}
		s, err := NewSiblings(siblingServer(newRecorder(), c.server...), clients...)
		if c.ok != (err == nil) || c.ok != (s != nil) || !c.ok && (!errors.Is(err, ErrSiblings) || !errors.Is(err, status.Argument)) {
			t.Errorf("%s: %v", c.name, err)
		}
		if s == nil {
			continue
		}
		for protocol := range uint8(5) {
			want := false
			for _, there := range c.clients {
				want = want || there == protocol
			}
			if (s.Client(protocol) != nil) != want {
				t.Error(c.name, protocol)
			}
		}
	}
	deaf := siblingServer(newRecorder(), m)
	deaf.Requests = nil
	if _, err := NewSiblings(deaf, siblingClient(t, newNetwork(), newRecorder(), d)); !errors.Is(err, ErrSiblings) {
		t.Error(err)
	}
	client := siblingClient(t, newNetwork(), newRecorder(), d)
	client.Requests = nil
	if _, err := NewSiblings(siblingServer(newRecorder(), m), client); !errors.Is(err, ErrSiblings) {
		t.Error(err)
	}
	client.Handlers = ClientHandlers{}
	if _, err := NewSiblings(siblingServer(newRecorder(), m), client); !errors.Is(err, ErrNullHandler) {
		t.Error(err)
	}
}

// TestNoSibling: S3-08: a request to a sibling that is not there.
func TestNoSibling(t *testing.T) {
	server, err := NewServer(siblingServer(newRecorder(), sv2.ProtocolMining))
	check(t, err)
	client, err := NewClient(siblingClient(t, newNetwork(), newRecorder(), sv2.ProtocolMining))
	check(t, err)
	if server.RequestClient(0, 1) != ErrNoSibling || client.RequestServer(1) != ErrNoSibling {
		t.Error("without siblings")
	}
	s, err := NewSiblings(siblingServer(newRecorder(), sv2.ProtocolMining), siblingClient(t, newNetwork(), newRecorder(), sv2.ProtocolMining))
	check(t, err)
	if s.Server().RequestClient(sv2.ProtocolTemplateDistribution, 1) != ErrNoSibling {
		t.Error("of another protocol")
	}
	for range requestsMax {
		check(t, s.Server().RequestClient(sv2.ProtocolMining, 1))
	}
	expectKind(t, s.Server().RequestClient(sv2.ProtocolMining, 1), status.QueueFull)
}

// TestPool: S3-02, S3-07 to S3-10, S3-15 (sibling_io, submit_solution, event_injector): a template goes from a provider through
// the client, its sibling the server, to a miner, and a solution back. S0-01, S0-12: miners wait until there is a provider.
func TestPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		provider := newRecorder()
		provider.onMessage = func(c *Conn, m Message) error {
			if m.MsgType == (*sv2.CoinbaseOutputConstraints)(nil).Info().MsgType {
				return c.Send(&sv2.NewTemplate{TemplateID: 77})
			}
			return nil
		}
		sc := siblingServer(provider, sv2.ProtocolTemplateDistribution)
		upstream, err := NewServer(sc)
		check(t, err)
		upstreamListener := newPipeListener()

		var pool *Siblings
		network, miners, templates := newNetwork(), newRecorder(), newRecorder()
		poolServer := siblingServer(miners, sv2.ProtocolMining)
		poolServer.Requests = func(_ context.Context, request any) error { // a new template
			pool.Server().Broadcast(&sv2.NewMiningJob{JobID: uint32(request.(uint64))})
			return nil
		}
		miners.onMessage = func(_ *Conn, m Message) error {
			return pool.Server().RequestClient(sv2.ProtocolTemplateDistribution, "solution")
		}
		templateClient := siblingClient(t, network, templates, sv2.ProtocolTemplateDistribution)
		templateClient.Requests = func(_ context.Context, request any) error {
			return pool.Client(sv2.ProtocolTemplateDistribution).Send(&sv2.SubmitSolution{TemplateID: 77})
		}
		templates.onEstablished = func(c *Conn) error { return c.Send(&sv2.CoinbaseOutputConstraints{}) }
		templates.onMessage = func(_ *Conn, m Message) error {
			var template sv2.NewTemplate
			if _, err := m.Decode(&template); err != nil {
				return err
			}
			return pool.Client(sv2.ProtocolTemplateDistribution).RequestServer(template.TemplateID)
		}
		pool, err = NewSiblings(poolServer, templateClient)
		check(t, err)
		ctx, stop := context.WithCancel(t.Context())
		listener := newPipeListener()
		ended := make(chan error, 1)
		go func() { ended <- pool.Run(ctx, listener) }()

		time.Sleep(time.Minute)
		select {
		case listener.connections <- nil:
			t.Fatal("miners are let in before there is a provider")
		default:
		}
		upstreamEnded := make(chan error, 1)
		go func() { upstreamEnded <- upstream.Serve(ctx, upstreamListener) }()
		network.set("a.example:1", upstreamListener.accept)
		time.Sleep(time.Minute)
		synctest.Wait() // the first template has come

		conn := listener.dial()
		miner := script{t, conn}
		miner.write(setup)
		miner.expect(setupOK)
		miner.write(openFrame)
		synctest.Wait()
		if types := provider.types(); len(types) != 2 || types[1] != (*sv2.SubmitSolution)(nil).Info().MsgType {
			t.Error(types)
		}
		check(t, provider.established[0].Send(&sv2.NewTemplate{TemplateID: 78}))
		var job sv2.NewMiningJob
		miner.expect(&job)
		if job.JobID != 78 {
			t.Error(job.JobID)
		}
		stop()
		err = <-ended
		expectKind(t, err, status.Closed)
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		<-upstreamEnded
		expectKind(t, pool.Server().RequestClient(sv2.ProtocolTemplateDistribution, 1), status.Closed)
		expectKind(t, pool.Run(t.Context(), listener), status.State)
	})
}

// TestSiblingEnds: S3-12: the first that ends, ends all: a pool whose provider refuses it lets no miner in.
func TestSiblingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		network.set("a.example:1", accept(t, session.Plain(), newRecorder())) // a pool, not a provider
		s, err := NewSiblings(siblingServer(newRecorder(), sv2.ProtocolMining),
			siblingClient(t, network, newRecorder(), sv2.ProtocolTemplateDistribution))
		check(t, err)
		listener := newPipeListener()
		expectKind(t, s.Run(t.Context(), listener), status.SetupRefused)
		<-listener.closed
	})
}
