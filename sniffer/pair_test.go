package sniffer_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/sv2"
)

var (
	setup   = &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("test")}
	success = &sv2.SetupConnectionSuccess{UsedVersion: 2}
	open    = &sv2.OpenExtendedMiningChannel{RequestID: 1, UserIdentity: []byte("w")}
	job     = &sv2.NewExtendedMiningJob{ChannelID: 1, JobID: 5}
	target  = &sv2.SetTarget{ChannelID: 1}
	share   = &sv2.SubmitSharesExtended{ChannelID: 1, JobID: 5}
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// limited is a context that ends a test that hangs.
func limited(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	return l
}

func newKeys(t testing.TB) *sniffer.Keys {
	t.Helper()
	k, err := sniffer.NewKeys()
	check(t, err)
	t.Cleanup(k.Release)
	return k
}

// table is a client, a relay and a server that plays a script, all on this machine.
type table struct {
	context  context.Context
	client   *sniffer.MockDownstream
	relay    *sniffer.Relay
	upstream *sniffer.MockUpstream
}

type settings struct {
	plainDownstream, plainUpstream bool
	config                         sniffer.Config
	server                         []sniffer.Step
}

func lay(t *testing.T, s settings) *table {
	t.Helper()
	leaktest.Check(t)
	tab := &table{context: limited(t)}
	clientSide, upstreamSide, relayDown, relayUp := sniffer.Plain(), sniffer.Plain(), sniffer.Plain(), sniffer.Plain()
	if !s.plainDownstream {
		k := newKeys(t)
		clientSide, relayDown = sniffer.Initiate(noise.RequireAuthority(k.Authority)), sniffer.Respond(k.Identity)
	}
	if !s.plainUpstream {
		k := newKeys(t)
		relayUp, upstreamSide = sniffer.Initiate(noise.RequireAuthority(k.Authority)), sniffer.Respond(k.Identity)
	}
	var err error
	tab.upstream, err = sniffer.StartUpstream(listen(t), upstreamSide, func(int) []sniffer.Step { return s.server })
	check(t, err)
	t.Cleanup(func() { tab.upstream.Close() })
	s.config.Downstream, s.config.Upstream = relayDown, relayUp
	s.config.Dial = func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", tab.upstream.Address().String())
	}
	tab.relay, err = sniffer.Start(listen(t), s.config)
	check(t, err)
	t.Cleanup(func() { tab.relay.Close() })
	tab.client, err = sniffer.DialDownstream(tab.context, "tcp", tab.relay.Address().String(), clientSide)
	check(t, err)
	t.Cleanup(tab.client.Close)
	return tab
}

// run plays the client's script.
func (tab *table) run(t *testing.T, steps ...sniffer.Step) {
	t.Helper()
	if err := tab.client.Run(tab.context, steps...); err != nil {
		t.Fatalf("client: %v\n%v", err, tab.relay.Log())
	}
}

// wait waits for the server's script.
func (tab *table) wait(t *testing.T) {
	t.Helper()
	if err := tab.upstream.Wait(tab.context, 1); err != nil {
		t.Fatalf("server: %v\n%v", err, tab.relay.Log())
	}
}
