package sniffer_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/inspect"
)

// TestRelay: a conversation passes unchanged, whatever the protection of each side, and stands in the log in its order.
func TestRelay(t *testing.T) {
	for _, plain := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
		tab := lay(t, settings{plainDownstream: plain[0], plainUpstream: plain[1], server: []sniffer.Step{
			sniffer.Handshake(), sniffer.Expect(sniffer.Equal(setup)), sniffer.Send(success),
			sniffer.Expect(sniffer.Equal(open)), sniffer.Send(job, target), sniffer.ExpectEnd(),
		}})
		tab.run(t, sniffer.Handshake(), sniffer.Send(setup), sniffer.Expect(sniffer.Equal(success)), sniffer.Send(open),
			sniffer.Expect(sniffer.Equal(job)), sniffer.Expect(sniffer.Equal(target)), sniffer.CloseNow())
		tab.wait(t)
		closed, err := tab.relay.Log().WaitForEvent(tab.context, sniffer.Closed)
		check(t, err)
		check(t, closed.Err)
		var events []sniffer.Event
		var order []sniffer.Direction
		for _, e := range tab.relay.Log().Entries() {
			events, order = append(events, e.Event), append(order, e.Direction)
			if e.Connection != 1 || e.Number != len(order) || e.Err != nil {
				t.Errorf("%+v", e)
			}
		}
		up, down := sniffer.ToServer, sniffer.ToClient
		wantOrder := []sniffer.Direction{0, up, down, up, down, down, up, down, 0}
		wantEvents := []sniffer.Event{sniffer.Opened, sniffer.Passed, sniffer.Passed, sniffer.Passed, sniffer.Passed, sniffer.Passed,
			sniffer.Ended, sniffer.Ended, sniffer.Closed}
		if !equal(order, wantOrder) || !equal(events, wantEvents) {
			t.Errorf("%v\n%v\n%v", order, events, tab.relay.Log())
		}
		if m, ok := sniffer.As[*sv2.NewExtendedMiningJob](tab.relay.Log().Frames(down)[1]); !ok || m.JobID != 5 {
			t.Errorf("%v", tab.relay.Log())
		}
	}
}

func equal[T comparable](a, b []T) bool {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// TestFaithful: what is no message passes bit by bit: unknown pairs, payloads that break off, empty and large ones, either
// channel_msg bit, in pieces of one byte.
func TestFaithful(t *testing.T) {
	var frames [][]byte
	for _, f := range []sv2.Frame{
		{Header: codec.Header{ExtensionType: 0x4001, MsgType: 9}, Payload: []byte{1, 2, 3}},
		{Header: codec.Header{ExtensionType: 0x7fff, MsgType: 255, ChannelMsg: true}},
		{Header: codec.Header{MsgType: 0}, Payload: []byte{7}},
		{Header: codec.Header{MsgType: 0x1e, ChannelMsg: true}, Payload: make([]byte, 4)},
		{Header: codec.Header{MsgType: 0x74}, Payload: bytes.Repeat([]byte("payload "), 50_000)},
		{Header: codec.Header{MsgType: 0x21}, Payload: nil},
	} {
		b, err := inspect.Encode(f)
		check(t, err)
		frames = append(frames, b)
	}
	receive := func(got *[][]byte) sniffer.Step {
		return sniffer.Do(func(p *sniffer.Peer) error {
			for range frames {
				f, err := p.Receive()
				if err != nil {
					return err
				}
				b, err := inspect.Encode(f)
				if err != nil {
					return err
				}
				*got = append(*got, b)
			}
			return nil
		})
	}
	for _, plain := range []bool{false, true} {
		var atServer, atClient [][]byte
		tab := lay(t, settings{plainDownstream: plain, plainUpstream: plain, server: []sniffer.Step{
			sniffer.Handshake(), receive(&atServer), sniffer.SendFrames(frames...), sniffer.ExpectEnd(),
		}})
		tab.run(t, sniffer.Handshake(), sniffer.SendFrames(frames...), receive(&atClient), sniffer.CloseNow())
		tab.wait(t)
		for i, want := range frames {
			if !bytes.Equal(atServer[i], want) || !bytes.Equal(atClient[i], want) {
				t.Errorf("frame %d is altered", i)
			}
			for _, d := range []sniffer.Direction{sniffer.ToServer, sniffer.ToClient} {
				if b, err := inspect.Encode(tab.relay.Log().Frames(d)[i]); err != nil || !bytes.Equal(b, want) {
					t.Errorf("frame %d is altered in the log", i)
				}
			}
		}
	}
}

// TestTrickle: writes of one byte arrive as whole frames.
func TestTrickle(t *testing.T) {
	tab := lay(t, settings{server: []sniffer.Step{
		sniffer.Handshake(), sniffer.Expect(sniffer.Equal(setup)), sniffer.SendPieces(1, success), sniffer.ExpectEnd(),
	}})
	tab.run(t, sniffer.Handshake(), sniffer.SendPieces(1, setup), sniffer.Expect(sniffer.Equal(success)), sniffer.CloseNow())
	tab.wait(t)
}

// TestFaults: what cannot be passed on ends the connection, on both sides, and the log says why.
func TestFaults(t *testing.T) {
	big := make([]byte, 2000)
	copy(big, []byte{0, 0, 0x74, 0xca, 0x07, 0}) // 1,994 bytes
	for _, c := range []struct {
		name  string
		plain bool
		steps []sniffer.Step
		want  status.Kind
		event sniffer.Event
	}{
		{"garbage for act 1, then garbage", false,
			[]sniffer.Step{sniffer.SendBytes(make([]byte, noise.Act1Size)), sniffer.SendBytes(make([]byte, 22))},
			status.Decrypt, sniffer.Ended},
		{"altered frame", false, []sniffer.Step{sniffer.Handshake(), sniffer.SendBytes(make([]byte, 22))}, status.Decrypt, sniffer.Ended},
		{"act 1 cut short", false, []sniffer.Step{sniffer.SendBytes(make([]byte, 63)), sniffer.CloseNow()}, status.Truncated, sniffer.Closed},
		{"no act 1", false, []sniffer.Step{sniffer.CloseNow()}, status.PeerClosed, sniffer.Closed},
		{"frame cut short", true, []sniffer.Step{sniffer.SendBytes([]byte{0, 0, 1, 6, 0}), sniffer.CloseNow()},
			status.Truncated, sniffer.Ended},
		{"sealed frame cut short", false,
			[]sniffer.Step{sniffer.Handshake(), sniffer.SendBytes(make([]byte, 21)), sniffer.CloseNow()},
			status.Truncated, sniffer.Ended},
		{"too large", false, []sniffer.Step{sniffer.Handshake(), sniffer.SendFrames(big)}, status.FrameTooLarge, sniffer.Ended},
		{"too large, plain", true, []sniffer.Step{sniffer.SendFrames(big)}, status.FrameTooLarge, sniffer.Ended},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := sniffer.Config{MaxPayload: 1993}
			tab := lay(t, settings{plainDownstream: c.plain, plainUpstream: c.plain, config: config, server: []sniffer.Step{
				sniffer.Handshake(), sniffer.Silence(),
			}})
			tab.run(t, append(c.steps, sniffer.Silence())...)
			e, err := tab.relay.Log().WaitForEvent(tab.context, c.event)
			check(t, err)
			if !errors.Is(e.Err, c.want) {
				t.Errorf("%v, want %v\n%v", e.Err, c.want, tab.relay.Log())
			}
			_, err = tab.relay.Log().WaitForEvent(tab.context, sniffer.Closed)
			check(t, err)
		})
	}
}

// TestForeignServer: NO-21: the relay checks the server's certificate, and tells the client nothing in its place.
func TestForeignServer(t *testing.T) {
	tab := lay(t, settings{server: []sniffer.Step{sniffer.Handshake(), sniffer.ExpectEnd()}})
	other := newKeys(t)
	relay, err := sniffer.Start(listen(t), sniffer.Config{
		Downstream: sniffer.Plain(), Upstream: sniffer.Initiate(noise.RequireAuthority(other.Authority)),
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", tab.upstream.Address().String())
		},
	})
	check(t, err)
	defer relay.Close()
	client, err := sniffer.DialDownstream(tab.context, "tcp", relay.Address().String(), sniffer.Plain())
	check(t, err)
	defer client.Close()
	check(t, client.Run(tab.context, sniffer.ExpectEnd()))
	e, err := relay.Log().WaitForEvent(tab.context, sniffer.Closed)
	check(t, err)
	if e.Err != status.CertificateAuthority {
		t.Errorf("%v", relay.Log())
	}
}

// pipes is a listener whose connections are net.Pipes.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepted:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

func (p *pipes) dial(context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.accepted <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// TestSilentEnds: nobody keeps a connection of the relay by saying nothing before act 1 or before act 2. The clock is a fake one.
func TestSilentEnds(t *testing.T) {
	for _, c := range []struct {
		name           string
		client, server []sniffer.Step
		after          time.Duration
	}{
		{"client before act 1", []sniffer.Step{sniffer.Silence()}, nil, 30 * time.Second},
		{"server before act 2", []sniffer.Step{sniffer.Handshake(), sniffer.Silence()}, []sniffer.Step{sniffer.Silence()}, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			down, up := newKeys(t), newKeys(t)
			downstream, upstream := newPipes(), newPipes()
			server, err := sniffer.StartUpstream(upstream, sniffer.Respond(up.Identity), func(int) []sniffer.Step { return c.server })
			check(t, err)
			relay, err := sniffer.Start(downstream, sniffer.Config{
				Downstream: sniffer.Respond(down.Identity), Upstream: sniffer.Initiate(noise.RequireAuthority(up.Authority)), Dial: upstream.dial,
			})
			check(t, err)
			began := time.Now()
			conn, err := downstream.dial(t.Context())
			check(t, err)
			client := sniffer.NewPeer(conn, sv2.Client, sniffer.Initiate(noise.RequireAuthority(down.Authority)))
			check(t, client.Run(t.Context(), c.client...))
			if waited := time.Since(began); waited != c.after {
				t.Errorf("%s: closed after %v, want %v", c.name, waited, c.after)
			}
			client.Close()
			relay.Close()
			server.Close()
		})
	}
}

// duplex is one end of a connection of which each way can be closed by itself: a pipe for each.
type duplex struct{ in, out net.Conn }

// newDuplex returns both ends.
func newDuplex() (a, b *duplex) {
	a, b = &duplex{}, &duplex{}
	a.in, b.out = net.Pipe()
	b.in, a.out = net.Pipe()
	return a, b
}

func (d *duplex) Read(b []byte) (int, error)          { return d.in.Read(b) }
func (d *duplex) Write(b []byte) (int, error)         { return d.out.Write(b) }
func (d *duplex) CloseWrite() error                   { return d.out.Close() }
func (d *duplex) Close() error                        { return errors.Join(d.in.Close(), d.out.Close()) }
func (d *duplex) LocalAddr() net.Addr                 { return d.in.LocalAddr() }
func (d *duplex) RemoteAddr() net.Addr                { return d.in.RemoteAddr() }
func (d *duplex) SetReadDeadline(at time.Time) error  { return d.in.SetReadDeadline(at) }
func (d *duplex) SetWriteDeadline(at time.Time) error { return d.out.SetWriteDeadline(at) }

func (d *duplex) SetDeadline(at time.Time) error {
	return errors.Join(d.in.SetDeadline(at), d.out.SetDeadline(at))
}

// TestDrain: once one way has ended, the other one has a little time and no more: what the server says behind the client's end
// arrives, but neither a server that never ends, nor a client that does not take what the server says, keeps the connection.
func TestDrain(t *testing.T) {
	hears := []sniffer.Step{sniffer.Expect(sniffer.Equal(success)), sniffer.ExpectEnd()}
	for name, behind := range map[string][]sniffer.Step{"a server that never ends": hears, "a client that does not read": nil} {
		synctest.Test(t, func(t *testing.T) {
			clientEnd, downstream := newDuplex()
			upstream, serverEnd := newDuplex()
			listener := newPipes()
			relay, err := sniffer.Start(listener, sniffer.Config{
				Downstream: sniffer.Plain(), Upstream: sniffer.Plain(),
				Dial: func(context.Context) (net.Conn, error) { return upstream, nil },
			})
			check(t, err)
			listener.accepted <- downstream
			client := sniffer.NewPeer(clientEnd, sv2.Client, sniffer.Plain())
			server := sniffer.NewPeer(serverEnd, sv2.Server, sniffer.Plain())
			began, told := time.Now(), make(chan error, 1)
			go func() {
				told <- server.Run(t.Context(), sniffer.Expect(sniffer.Is(setup)), sniffer.ExpectEnd(), sniffer.Send(success))
			}()
			check(t, client.Run(t.Context(), append([]sniffer.Step{sniffer.Send(setup), sniffer.CloseWrite()}, behind...)...))
			check(t, <-told)
			e, err := relay.Log().WaitForEvent(t.Context(), sniffer.Closed)
			check(t, err)
			if waited := time.Since(began); waited != 10*time.Second || e.Err != nil {
				t.Errorf("%s: closed after %v: %v", name, waited, e.Err)
			}
			client.Close()
			server.Close()
			relay.Close()
		})
	}
}

// TestGoneServer: what a server said before it closed arrives, also when the client goes on sending to it.
func TestGoneServer(t *testing.T) {
	config := sniffer.Config{Rules: []sniffer.Rule{{Match: sniffer.Is(target), Do: sniffer.Hold()}}}
	tab := lay(t, settings{config: config, server: []sniffer.Step{
		sniffer.Handshake(), sniffer.Expect(sniffer.Is(setup)), sniffer.Send(target, success), sniffer.CloseNow(),
	}})
	tab.run(t, sniffer.Handshake(), sniffer.Send(setup), sniffer.Expect(sniffer.Is(success)))
	tab.wait(t)
	var many []sniffer.Step
	for range 100 { // the first ones reach a socket that nobody reads, the next ones fail
		many = append(many, sniffer.Send(open))
	}
	tab.run(t, many...)
	tab.run(t, sniffer.CloseWrite(), sniffer.ExpectEnd())
	_, err := tab.relay.Log().WaitForEvent(tab.context, sniffer.Closed)
	check(t, err)
}

// TestStartRefused: what cannot be is said at the start.
func TestStartRefused(t *testing.T) {
	k := newKeys(t)
	dial := func(context.Context) (net.Conn, error) { return nil, net.ErrClosed }
	policy := noise.RequireAuthority(k.Authority)
	plain := sniffer.Plain()
	for i, c := range []sniffer.Config{
		{},
		{Downstream: plain, Upstream: plain},
		{Downstream: plain, Dial: dial},
		{Upstream: plain, Dial: dial},
		{Downstream: sniffer.Respond(nil), Upstream: plain, Dial: dial},
		{Downstream: sniffer.Initiate(policy), Upstream: plain, Dial: dial},
		{Downstream: plain, Upstream: sniffer.Respond(k.Identity), Dial: dial},
		{Downstream: plain, Upstream: plain, Dial: dial, MaxPayload: sv2.PayloadSizeMax + 1},
		{Downstream: plain, Upstream: plain, Dial: dial, Connections: -1},
		{Downstream: plain, Upstream: plain, Dial: dial, Rules: []sniffer.Rule{{}}},
		{Downstream: plain, Upstream: plain, Dial: dial, Rules: []sniffer.Rule{{Do: sniffer.Drop(), Skip: -1}}},
		{Downstream: plain, Upstream: plain, Dial: dial,
			Rules: []sniffer.Rule{{Do: sniffer.Replace(&sv2.Reconnect{NewHost: make([]byte, 256)})}}},
	} {
		if _, err := sniffer.Start(newPipes(), c); err == nil {
			t.Errorf("configuration %d is accepted", i)
		}
	}
	if _, err := sniffer.StartUpstream(newPipes(), sniffer.Initiate(policy), nil); err != status.Argument {
		t.Error(err)
	}
	if _, err := sniffer.DialDownstream(t.Context(), "tcp", "127.0.0.1:1", sniffer.Respond(k.Identity)); err != status.Argument {
		t.Error(err)
	}
}
