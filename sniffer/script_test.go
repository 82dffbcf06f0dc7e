package sniffer_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// play runs two scripts against each other and returns how they ended.
func play(t *testing.T, encrypted bool, client, server []sniffer.Step) (clientErr, serverErr error) {
	t.Helper()
	leaktest.Check(t)
	clientSide, serverSide := sniffer.Plain(), sniffer.Plain()
	if encrypted {
		k := newKeys(t)
		clientSide, serverSide = sniffer.Initiate(noise.RequireAuthority(k.Authority)), sniffer.Respond(k.Identity)
	}
	upstream, err := sniffer.StartUpstream(listen(t), serverSide, func(int) []sniffer.Step { return server })
	check(t, err)
	defer upstream.Close()
	ctx := limited(t)
	downstream, err := sniffer.DialDownstream(ctx, "tcp", upstream.Address().String(), clientSide)
	check(t, err)
	clientErr = downstream.Run(ctx, client...)
	downstream.Close()
	serverErr = upstream.Wait(ctx, 1)
	return clientErr, serverErr
}

// TestSteps: each step fails on what it is not for, and says which one it was.
func TestSteps(t *testing.T) {
	send, end := sniffer.Send(job), sniffer.ExpectEnd()
	for _, c := range []struct {
		name           string
		encrypted      bool
		client, server []sniffer.Step
		step           int // of the client; -1: none fails
		want           status.Kind
	}{
		{"expected", false, []sniffer.Step{sniffer.Expect(sniffer.Is(job))}, []sniffer.Step{send, end}, -1, 0},
		{"unexpected", false, []sniffer.Step{sniffer.Expect(sniffer.Is(target))}, []sniffer.Step{send, end}, 0, status.UnexpectedMessage},
		{"awaited", false, []sniffer.Step{sniffer.Await(sniffer.Is(target))}, []sniffer.Step{send, send, sniffer.Send(target), end}, -1, 0},
		{"never comes", false, []sniffer.Step{sniffer.Await(sniffer.Is(target))}, []sniffer.Step{send}, 0, status.PeerClosed},
		{"end", false, []sniffer.Step{end}, []sniffer.Step{sniffer.CloseNow()}, -1, 0},
		{"no end", false, []sniffer.Step{end}, []sniffer.Step{send}, 0, status.UnexpectedMessage},
		{"end within a frame", false, []sniffer.Step{end}, []sniffer.Step{sniffer.SendBytes([]byte{0})}, 0, status.Truncated},
		{"end in place of act 2", true, []sniffer.Step{end}, nil, -1, 0},
		{"a byte in place of the end", true, []sniffer.Step{end}, []sniffer.Step{sniffer.SendBytes([]byte{0})}, 0, status.UnexpectedMessage},
		{"no act 2", true, []sniffer.Step{sniffer.Handshake()}, []sniffer.Step{sniffer.CloseWrite(), sniffer.Silence()}, 0, status.PeerClosed},
		{"half an act 2", true, []sniffer.Step{sniffer.Handshake()},
			[]sniffer.Step{sniffer.SendBytes(make([]byte, 233)), sniffer.CloseWrite(), sniffer.Silence()}, 0, status.Truncated},
		{"before the handshake", true, []sniffer.Step{send}, nil, 0, status.State},
		{"a second handshake", true, []sniffer.Step{sniffer.Handshake(), sniffer.Handshake()},
			[]sniffer.Step{sniffer.Handshake(), end}, 1, status.State},
		{"lying header, sealed", true, []sniffer.Step{sniffer.Handshake(), sniffer.SendFrames([]byte{0, 0, 0, 1, 0, 0})},
			[]sniffer.Step{sniffer.Handshake(), end}, 1, status.Argument},
		{"no header, sealed", true, []sniffer.Step{sniffer.Handshake(), sniffer.SendFrames([]byte{0})},
			[]sniffer.Step{sniffer.Handshake(), end}, 1, status.Argument},
		{"not to be encoded", false, []sniffer.Step{sniffer.Send(&sv2.Reconnect{NewHost: make([]byte, 256)})}, []sniffer.Step{end}, 0,
			status.FieldTooLong},
		{"after the close", false, []sniffer.Step{sniffer.CloseNow(), send}, []sniffer.Step{end}, 1, status.Closed},
		{"answer", false, []sniffer.Step{sniffer.Answer(func(m *sv2.NewExtendedMiningJob) []sv2.Message {
			return []sv2.Message{numbered(m.JobID)}
		})}, []sniffer.Step{send, sniffer.Expect(sniffer.Equal(numbered(5))), end}, -1, 0},
		{"answer to another", false, []sniffer.Step{sniffer.Answer(func(*sv2.SetTarget) []sv2.Message { return nil })},
			[]sniffer.Step{send, end}, 0, status.UnexpectedMessage},
	} {
		t.Run(c.name, func(t *testing.T) {
			err, _ := play(t, c.encrypted, c.client, c.server)
			var failed *sniffer.ScriptError
			switch {
			case c.step < 0 && err != nil:
				t.Error(err)
			case c.step >= 0 && (!errors.As(err, &failed) || failed.Step != c.step || !errors.Is(err, c.want)):
				t.Errorf("%v, want %v at step %d", err, c.want, c.step)
			}
		})
	}
}

// TestScriptEnds: the context ends a script that waits, and its cause is the error.
func TestScriptEnds(t *testing.T) {
	leaktest.Check(t)
	ours, theirs := net.Pipe()
	defer theirs.Close()
	peer := sniffer.NewPeer(ours, sv2.Client, sniffer.Plain())
	defer peer.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	err := peer.Run(ctx, sniffer.Do(func(*sniffer.Peer) error { cancel(cause); return nil }), sniffer.Expect(sniffer.Any))
	if err != cause {
		t.Error(err)
	}
}

// TestMockServesMany: a script for each client, and the errors of those that failed.
func TestMockServesMany(t *testing.T) {
	leaktest.Check(t)
	upstream, err := sniffer.StartUpstream(listen(t), sniffer.Plain(), func(number int) []sniffer.Step {
		if number == 2 {
			return []sniffer.Step{sniffer.Expect(sniffer.Is(open))}
		}
		return []sniffer.Step{sniffer.Expect(sniffer.Is(setup)), sniffer.Send(success)}
	})
	check(t, err)
	ctx := limited(t)
	for n := 1; n <= 3; n++ {
		client, err := sniffer.DialDownstream(ctx, "tcp", upstream.Address().String(), sniffer.Plain())
		check(t, err)
		check(t, client.Run(ctx, sniffer.Send(setup)))
		_, err = upstream.Log().Connection(n).WaitFor(ctx, sniffer.ToServer, sniffer.Equal(setup))
		check(t, err)
		client.Close()
	}
	if err := upstream.Wait(ctx, 3); !errors.Is(err, status.UnexpectedMessage) {
		t.Error(err)
	}
	if err := upstream.Close(); !errors.Is(err, status.UnexpectedMessage) {
		t.Error(err)
	}
}
