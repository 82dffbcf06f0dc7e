package sniffer_test

import (
	"math"
	"testing"

	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

func numbered(n uint32) *sv2.SetTarget { return &sv2.SetTarget{ChannelID: n} }

// TestRules: each action, in its direction, on the frames that it is for and on no others.
func TestRules(t *testing.T) {
	is := sniffer.Is(target)
	replacement := &sv2.Raw{ExtensionType: 0x4001, MsgType: 7}
	for _, c := range []struct {
		name  string
		rules []sniffer.Rule
		want  []sv2.Message // of the targets 1, 2, 3 and the job behind them
		event sniffer.Event // of target 1
	}{
		{"none", nil, []sv2.Message{numbered(1), numbered(2), numbered(3), job}, sniffer.Passed},
		{"drop", []sniffer.Rule{{Match: is, Do: sniffer.Drop()}}, []sv2.Message{job}, sniffer.Dropped},
		{"other direction", []sniffer.Rule{{Direction: sniffer.ToServer, Do: sniffer.Drop()}},
			[]sv2.Message{numbered(1), numbered(2), numbered(3), job}, sniffer.Passed},
		{"this direction", []sniffer.Rule{{Direction: sniffer.ToClient, Match: sniffer.Pair(0, 0x21), Times: 1, Do: sniffer.Drop()}},
			[]sv2.Message{numbered(2), numbered(3), job}, sniffer.Dropped},
		{"second only", []sniffer.Rule{{Match: is, Skip: 1, Times: 1, Do: sniffer.Drop()}},
			[]sv2.Message{numbered(1), numbered(3), job}, sniffer.Passed},
		{"all but the first", []sniffer.Rule{{Match: is, Skip: 1, Do: sniffer.Drop()}}, []sv2.Message{numbered(1), job}, sniffer.Passed},
		{"all but the first, by the largest number", []sniffer.Rule{{Match: is, Skip: 1, Times: math.MaxInt, Do: sniffer.Drop()}},
			[]sv2.Message{numbered(1), job}, sniffer.Passed},
		{"by value", []sniffer.Rule{{Match: sniffer.Equal(numbered(2)), Do: sniffer.Drop()}},
			[]sv2.Message{numbered(1), numbered(3), job}, sniffer.Passed},
		{"by field", []sniffer.Rule{{Match: sniffer.Where(func(m *sv2.SetTarget) bool { return m.ChannelID != 2 }), Do: sniffer.Drop()}},
			[]sv2.Message{numbered(2), job}, sniffer.Dropped},
		{"replace by none", []sniffer.Rule{{Match: is, Do: sniffer.Replace()}}, []sv2.Message{job}, sniffer.Replaced},
		{"replace by two", []sniffer.Rule{{Match: is, Times: 1, Do: sniffer.Replace(replacement, numbered(9))}},
			[]sv2.Message{replacement, numbered(9), numbered(2), numbered(3), job}, sniffer.Replaced},
		{"duplicate", []sniffer.Rule{{Match: is, Times: 1, Do: sniffer.Replace(numbered(1), numbered(1))}},
			[]sv2.Message{numbered(1), numbered(1), numbered(2), numbered(3), job}, sniffer.Replaced},
		{"frames", []sniffer.Rule{{Match: is, Do: sniffer.ReplaceFrames([]byte{1, 0x40, 7, 0, 0, 0})}},
			[]sv2.Message{replacement, replacement, replacement, job}, sniffer.Replaced},
		{"the first rule acts", []sniffer.Rule{
			{Match: is, Times: 1, Do: sniffer.Drop()}, {Match: is, Times: 1, Do: sniffer.Replace(replacement)}},
			[]sv2.Message{replacement, numbered(3), job}, sniffer.Dropped},
		{"hold", []sniffer.Rule{{Match: is, Times: 2, Do: sniffer.Hold()}}, []sv2.Message{numbered(3), job, numbered(1), numbered(2)},
			sniffer.Held},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := lay(t, settings{config: sniffer.Config{Rules: c.rules}, server: []sniffer.Step{
				sniffer.Handshake(), sniffer.Send(numbered(1), numbered(2), numbered(3), job), sniffer.ExpectEnd(),
			}})
			// What is held is let go once the job has passed.
			tab.run(t, sniffer.Handshake())
			_, err := tab.relay.Log().WaitFor(tab.context, sniffer.ToClient, sniffer.Is(job))
			check(t, err)
			var steps []sniffer.Step
			for _, m := range c.want {
				steps = append(steps, sniffer.Expect(sniffer.Equal(m)))
				if m == sv2.Message(job) {
					steps = append(steps, sniffer.Do(func(*sniffer.Peer) error {
						_, err := tab.relay.Release(sniffer.Either)
						return err
					}))
				}
			}
			tab.run(t, append(steps, sniffer.CloseWrite(), sniffer.ExpectEnd())...)
			tab.wait(t)
			first := tab.relay.Log().Expect(tab.context, t, sniffer.ToClient, sniffer.Equal(numbered(1)))
			if first.Event != c.event {
				t.Errorf("target 1 %v, want %v\n%v", first.Event, c.event, tab.relay.Log())
			}
			if n := len(tab.relay.Log().Frames(sniffer.ToClient)); n != 4 {
				t.Errorf("%d frames of the server\n%v", n, tab.relay.Log())
			}
		})
	}
}

// TestCloseRule: the connection ends on both sides, in front of the frame.
func TestCloseRule(t *testing.T) {
	rules := []sniffer.Rule{{Match: sniffer.Is(open), Do: sniffer.Close()}}
	tab := lay(t, settings{config: sniffer.Config{Rules: rules}, server: []sniffer.Step{
		sniffer.Handshake(), sniffer.Expect(sniffer.Is(setup)), sniffer.Send(success), sniffer.Silence(),
	}})
	tab.run(t, sniffer.Handshake(), sniffer.Send(setup), sniffer.Expect(sniffer.Is(success)), sniffer.Send(open), sniffer.Silence())
	tab.wait(t)
	tab.relay.Log().AssertAbsent(tab.context, t, sniffer.ToServer, sniffer.Is(share), nil)
	if e := tab.relay.Log().Expect(tab.context, t, sniffer.ToServer, sniffer.Is(open)); e.Event != sniffer.Dropped {
		t.Errorf("%v", tab.relay.Log())
	}
	if frames := tab.upstream.Log().Frames(sniffer.ToServer); len(frames) != 1 {
		t.Errorf("%v", tab.upstream.Log())
	}
}

// TestUnsealable: a frame that cannot be sealed ends the connection at once, and the log says why.
func TestUnsealable(t *testing.T) {
	for _, frame := range [][]byte{{0, 0, 1, 9, 0, 0}, {0}, nil} {
		rules := []sniffer.Rule{{Match: sniffer.Is(setup), Do: sniffer.ReplaceFrames(frame)}}
		tab := lay(t, settings{config: sniffer.Config{Rules: rules}, server: []sniffer.Step{sniffer.Handshake(), sniffer.ExpectEnd()}})
		tab.run(t, sniffer.Handshake(), sniffer.Send(setup), sniffer.ExpectEnd())
		tab.wait(t)
		e, err := tab.relay.Log().WaitForEvent(tab.context, sniffer.Ended)
		check(t, err)
		if e.Err != status.Argument {
			t.Errorf("%v", tab.relay.Log())
		}
	}
}

// TestInject: messages of nobody, either way, and rules that come and go.
func TestInject(t *testing.T) {
	tab := lay(t, settings{server: []sniffer.Step{
		sniffer.Handshake(), sniffer.Expect(sniffer.Equal(setup)), sniffer.Expect(sniffer.Equal(share)), sniffer.Expect(sniffer.Equal(open)),
		sniffer.ExpectEnd(),
	}})
	if err := tab.relay.Inject(0, sniffer.ToServer, share); err != status.NotFound {
		t.Errorf("nobody is connected: %v", err)
	}
	tab.run(t, sniffer.Handshake(), sniffer.Send(setup))
	tab.relay.Log().Expect(tab.context, t, sniffer.ToServer, sniffer.Is(setup))
	check(t, tab.upstreamHas(t, sniffer.Is(setup)))
	check(t, tab.relay.Inject(0, sniffer.ToServer, share))
	check(t, tab.upstreamHas(t, sniffer.Is(share)))
	check(t, tab.relay.Inject(1, sniffer.ToClient, job))
	check(t, tab.relay.Add(sniffer.Rule{Do: sniffer.Drop()}))
	tab.run(t, sniffer.Expect(sniffer.Equal(job)), sniffer.Send(share))
	tab.relay.Log().Expect(tab.context, t, sniffer.ToServer, sniffer.Equal(share)) // the one dropped: those injected do not count
	tab.relay.ClearRules()
	tab.run(t, sniffer.Send(open), sniffer.CloseNow())
	tab.wait(t)
	for _, err := range []error{
		tab.relay.Inject(2, sniffer.ToClient, job), tab.relay.Inject(0, sniffer.Either, job), tab.relay.Inject(0, 0, job),
		tab.relay.Inject(0, sniffer.ToClient, &sv2.Reconnect{NewHost: make([]byte, 256)}),
	} {
		if err == nil {
			t.Error("injected")
		}
	}
	if n := len(tab.relay.Log().Frames(sniffer.ToClient)); n != 0 {
		t.Errorf("%d messages of the server", n)
	}
}

// upstreamHas waits until the server has received a message.
func (tab *table) upstreamHas(t *testing.T, match sniffer.Matcher) error {
	t.Helper()
	_, err := tab.upstream.Log().WaitFor(tab.context, sniffer.ToServer, match)
	return err
}

// TestHoldBound: what is held is bounded by the log: a frame more ends the connection.
func TestHoldBound(t *testing.T) {
	config := sniffer.Config{Rules: []sniffer.Rule{{Do: sniffer.Hold()}}, Limits: sniffer.Limits{Bytes: 100}}
	tab := lay(t, settings{config: config, server: []sniffer.Step{sniffer.Handshake(), sniffer.Silence()}})
	tab.run(t, sniffer.Handshake(), sniffer.Send(target, target, target), sniffer.Silence())
	if tab.relay.Log().Lost() == 0 {
		t.Error("nothing is lost")
	}
}

func TestMatchers(t *testing.T) {
	payload := make([]byte, 36)
	f := sv2.Frame{Payload: payload}
	f.MsgType = 0x21
	for i, c := range []struct {
		match sniffer.Matcher
		want  bool
	}{
		{sniffer.Any, true},
		{sniffer.Is(target), true},
		{sniffer.Is(job), false},
		{sniffer.Is(&sv2.Raw{MsgType: 0x21}), true},
		{sniffer.Is(&sv2.Raw{ExtensionType: 1, MsgType: 0x21}), false},
		{sniffer.Equal(numbered(0)), true},
		{sniffer.Equal(numbered(1)), false},
		{sniffer.Where(func(m *sv2.SetTarget) bool { return m.ChannelID == 0 }), true},
		{sniffer.Where(func(m *sv2.SetTarget) bool { return false }), false},
		{sniffer.Where(func(m *sv2.SetGroupChannel) bool { return true }), false},
	} {
		if c.match(f) != c.want {
			t.Errorf("matcher %d", i)
		}
	}
	f.Payload = payload[:35]
	if _, ok := sniffer.As[*sv2.SetTarget](f); ok || sniffer.Equal(numbered(0))(f) || !sniffer.Is(target)(f) {
		t.Error("malformed")
	}
	f.Payload = append(payload, 1)
	if sniffer.Equal(numbered(0))(f) {
		t.Error("trailing bytes")
	}
}
