package sniffer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
)

// TestWait: WaitFor finds what has come and waits for what comes; Absent is sure, or says so.
func TestWait(t *testing.T) {
	goOn := make(chan struct{})
	tab := lay(t, settings{server: []sniffer.Step{
		sniffer.Handshake(), sniffer.Send(numbered(1), job), sniffer.Do(func(*sniffer.Peer) error { <-goOn; return nil }),
		sniffer.Send(numbered(2), numbered(1), target), sniffer.ExpectEnd(),
	}})
	log, is := tab.relay.Log(), sniffer.Is(target)
	tab.run(t, sniffer.Handshake())
	first := log.Expect(tab.context, t, sniffer.ToClient, is)
	check(t, log.Absent(tab.context, sniffer.ToClient, sniffer.Equal(numbered(2)), sniffer.Is(job)))
	check(t, log.Absent(tab.context, sniffer.ToServer, is, sniffer.Is(job))) // the other way
	cause := errors.New("enough")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := log.WaitFor(ended, sniffer.ToClient, sniffer.Equal(numbered(2))); err != cause {
		t.Errorf("the context has ended: %v", err)
	}
	if err := log.Absent(ended, sniffer.ToClient, sniffer.Is(share), nil); err != cause {
		t.Errorf("the context has ended: %v", err)
	}
	if _, err := log.WaitFor(ended, sniffer.ToClient, is); err != nil {
		t.Errorf("it is there, whatever the context: %v", err)
	}
	waited := make(chan sniffer.Entry)
	go func() {
		e, _ := log.After(first).WaitFor(tab.context, sniffer.Either, is)
		waited <- e
	}()
	close(goOn)
	if e := <-waited; e.Number <= first.Number || !sniffer.Equal(numbered(2))(e.Frame) {
		t.Errorf("%+v", e)
	}
	if err := log.Absent(tab.context, sniffer.Either, sniffer.Equal(numbered(2)), nil); !errors.Is(err, status.UnexpectedMessage) {
		t.Errorf("it is there: %v", err)
	}
	tab.run(t, sniffer.CloseWrite(), sniffer.Silence())
	check(t, log.Absent(tab.context, sniffer.Either, sniffer.Is(share), nil))
	check(t, log.Absent(tab.context, sniffer.Either, sniffer.Is(share), sniffer.Is(open)))
	if _, err := log.WaitFor(tab.context, sniffer.ToServer, sniffer.Any); err != status.PeerClosed {
		t.Errorf("the conversation is over: %v", err)
	}
	if entries := log.Connection(2).Entries(); len(entries) != 0 {
		t.Errorf("connection 2: %v", entries)
	}
	text := log.String()
	if !strings.Contains(text, "#1 to-client SetTarget channel_id=2") || !strings.Contains(text, "#1 to-server ended\n") {
		t.Error(text)
	}
}

// failing is a test that has to fail.
type failing struct{ text string }

func (f *failing) Helper()                        {}
func (f *failing) Fatalf(form string, all ...any) { f.text = fmt.Sprintf(form, all...) }

// TestAssertions: they fail a test, and say what was there.
func TestAssertions(t *testing.T) {
	tab := lay(t, settings{server: []sniffer.Step{sniffer.Handshake(), sniffer.Send(job)}})
	tab.run(t, sniffer.Handshake(), sniffer.Expect(sniffer.Is(job)), sniffer.CloseNow())
	_, err := tab.relay.Log().WaitForEvent(tab.context, sniffer.Closed)
	check(t, err)
	var f failing
	tab.relay.Log().AssertAbsent(tab.context, &f, sniffer.ToClient, sniffer.Is(job), nil)
	if !strings.Contains(f.text, "NewExtendedMiningJob channel_id=1") {
		t.Errorf("%q", f.text)
	}
	f.text = ""
	tab.relay.Log().Expect(tab.context, &f, sniffer.ToClient, sniffer.Is(target))
	if !strings.Contains(f.text, "NewExtendedMiningJob channel_id=1") {
		t.Errorf("%q", f.text)
	}
	f.text = ""
	tab.relay.Log().AssertAbsent(tab.context, &f, sniffer.ToClient, sniffer.Is(target), nil)
	tab.relay.Log().Expect(tab.context, &f, sniffer.ToClient, sniffer.Is(job))
	if f.text != "" {
		t.Error(f.text)
	}
}

// TestLimits: a full log keeps the first entries, and no later one though it would fit, says how many are lost, and claims nothing
// about what it does not have. The observer sees everything, and everything passes.
func TestLimits(t *testing.T) {
	for _, limits := range []sniffer.Limits{{Entries: 3}, {Bytes: 3*6 + 2*36 + 10}, {Entries: -1}} {
		var seen []sniffer.Entry
		config := sniffer.Config{Limits: limits, Observe: func(e sniffer.Entry) { seen = append(seen, e) }}
		tab := lay(t, settings{config: config, server: []sniffer.Step{
			sniffer.Handshake(), sniffer.Send(numbered(1), numbered(2), numbered(3)), sniffer.ExpectEnd(),
		}})
		tab.run(t, sniffer.Handshake(), sniffer.Expect(sniffer.Equal(numbered(1))), sniffer.Expect(sniffer.Equal(numbered(2))),
			sniffer.Expect(sniffer.Equal(numbered(3))), sniffer.CloseNow())
		tab.wait(t)
		tab.relay.Close()
		log := tab.relay.Log()
		want := 3
		if limits.Entries < 0 {
			want = 0
		}
		if kept := len(log.Entries()); kept != want || kept+log.Lost() != 7 || len(seen) != 7 {
			t.Errorf("%d kept, %d lost, %d seen", kept, log.Lost(), len(seen))
		}
		for i, e := range seen {
			if e.Number != i+1 || e.Time.IsZero() {
				t.Errorf("%+v", e)
			}
		}
		if err := log.Absent(tab.context, sniffer.Either, sniffer.Is(job), nil); err != status.Limit {
			t.Errorf("%v", err)
		}
		if _, err := log.WaitFor(tab.context, sniffer.ToClient, sniffer.Equal(numbered(3))); err != status.Limit {
			t.Errorf("%v", err)
		}
		if _, err := log.WaitFor(tab.context, sniffer.ToClient, sniffer.Equal(numbered(1))); (err == nil) != (limits.Entries >= 0) {
			t.Errorf("%v", err)
		}
	}
}
