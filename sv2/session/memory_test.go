package session

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// counted memory: what is held now, and the most that ever was.
type account struct {
	held, peak, allocations int
	limit                   int // 0: none
	dirty                   bool
}

func (a *account) memory() sv2.Memory {
	return sv2.Memory{
		Alloc: func(n int) []byte {
			if a.limit > 0 && a.held+n > a.limit {
				return nil
			}
			a.held += n
			a.peak = max(a.peak, a.held)
			a.allocations++
			return make([]byte, n)
		},
		Free: func(b []byte) {
			a.held -= len(b)
			a.dirty = a.dirty || len(bytes.Trim(b, "\x00")) > 0
		},
	}
}

// TestMemoryBound: a peer that fills everything that there is to fill stays within what MemoryBound said; Release gives all
// of it back, wiped.
func TestMemoryBound(t *testing.T) {
	k := newKeys(t)
	for _, encrypted := range []bool{false, true} {
		for _, limits := range []Limits{{}, {Payload: 100, Output: OutputMin, EarlyBytes: 100}, {Payload: 1 << 20, EarlyBytes: 1 << 20, EarlyMessages: 1 << 20}} {
			cc, sc := clientConfig(), serverConfig()
			var a account
			cc.Limits, cc.Memory = limits, a.memory()
			cc.Extensions.Request = []uint16{2}
			sc.Limits.Output, sc.Extensions.Supported = 1<<22, []uint16{2}
			if encrypted {
				cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
			}
			client, server := startClient(t, cc), startServer(t, sc)
			bound := client.profile.MemoryBound()
			for client.Phase() < PhaseNegotiation {
				carry(t, client, server, 1000, 0)
				carry(t, server, client, 1000, 0)
			}
			// The server misbehaves: messages in front of its answer, then one as large as it may be, twice.
			server.negotiation.done(nil)
			server.establish()
			l := client.profile.limits
			for range 3 {
				size := min(l.EarlyBytes/3-20, l.Payload-20)
				server.queueOwn(&sv2.Raw{MsgType: 0x15, ChannelMsg: true, Payload: make([]byte, size)})
			}
			server.queueOwn(success(client.negotiation.requestID))
			for range 2 {
				server.queueOwn(&sv2.Raw{MsgType: 0x15, ChannelMsg: true, Payload: bytes.Repeat([]byte{9}, l.Payload)})
			}
			for carry(t, server, client, 1000, 777) {
			}
			for client.Send(openFrame) == nil {
			}
			if client.Phase() != PhaseEstablished || len(client.events) < 5 {
				t.Fatalf("%v %v", client.kinds(), client.Err())
			}
			if a.peak > bound-sessionMemory {
				t.Errorf("encrypted %v: %d bytes at a time, %d announced", encrypted, a.peak, bound)
			}
			client.Release()
			if a.held != 0 || a.dirty {
				t.Errorf("%d bytes not given back, wiped %v", a.held, !a.dirty)
			}
		}
	}
}

// TestEarlyMemory: the queue of early messages is there only while there are any; so is the handshake.
func TestEarlyMemory(t *testing.T) {
	k := newKeys(t)
	var a account
	cc, sc := clientConfig(), serverConfig()
	cc.Memory, cc.Extensions.Request = a.memory(), []uint16{2}
	client := startClient(t, cc)
	client.receive(frame(t, setupOK), 1000)
	before := a.held
	client.receive(frame(t, job), 1000)
	if a.held <= before {
		t.Error("not counted")
	}
	client.receive(frame(t, success(1)), 1000)
	if a.held != before || client.Phase() != PhaseEstablished {
		t.Errorf("%d bytes held, %d before", a.held, before)
	}
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	client, server := connect(t, cc, sc)
	for _, e := range []*end{client, server} {
		if e.handshake != nil || e.link.Closed() {
			t.Error("the handshake is kept, or the link is not")
		}
		if e.Close(); !e.link.Closed() {
			t.Error("the keys are kept")
		}
	}
}

// TestNoMemory: a session that gets no memory ends with that kind and keeps nothing.
func TestNoMemory(t *testing.T) {
	k := newKeys(t)
	for limit := 1; limit < 6000; limit += 111 {
		a := account{limit: limit}
		cc, sc := clientConfig(), serverConfig()
		cc.Security, sc.Security, cc.Memory = Initiate(policyOf(k)), Respond(k.identity), a.memory()
		p, err := NewClientProfile(&cc)
		check(t, err)
		s, err := p.Start(new(endless), at(1000))
		if err != nil {
			if err != status.NoMemory {
				t.Fatal(err)
			}
			continue
		}
		client, server := &end{Session: s}, startServer(t, sc)
		pump(t, client, server, 1000, 0)
		if client.Err() == nil {
			server.Send(&sv2.NewExtendedMiningJob{CoinbaseTxPrefix: make([]byte, 9000)})
			pump(t, client, server, 1000, 0)
		}
		if client.Err() == nil {
			if err := client.Send(openFrame); err != nil && err != status.NoMemory {
				t.Fatal(err)
			}
		} else if kindName(client.Err()) != "SV2_ERR_NO_MEMORY" {
			t.Fatal(client.Err())
		}
		client.Release()
		if a.held != 0 {
			t.Fatalf("%d bytes kept", a.held)
		}
	}
}

// TestOutputShrinks: a large message does not make every session large for ever.
func TestOutputShrinks(t *testing.T) {
	var a account
	cc := clientConfig()
	cc.Memory = a.memory()
	client, _ := connect(t, cc, serverConfig())
	before := a.held
	client.queueOwn(&sv2.Raw{MsgType: 0x18, ChannelMsg: true, Payload: make([]byte, 100_000)})
	check(t, client.Err())
	if a.held < 100_000 {
		t.Fatal("not counted")
	}
	client.sent(t)
	if a.held > before {
		t.Errorf("%d bytes held after sending, %d before", a.held, before)
	}
}

// TestOutputShrinksAfterBurst: many small messages at once, while the peer took none, cost no memory when it has taken them.
func TestOutputShrinksAfterBurst(t *testing.T) {
	var a account
	cc := clientConfig()
	cc.Memory = a.memory()
	client, _ := connect(t, cc, serverConfig())
	before := a.held
	for client.Send(openFrame) == nil {
	}
	if a.held < OutputDefault/2 {
		t.Fatal("not counted")
	}
	client.sent(t)
	if a.held > before {
		t.Errorf("%d bytes held after sending, %d before", a.held, before)
	}
}

// TestInputShrinks: a large frame is held no longer than the program looks at it, although nothing comes after it.
func TestInputShrinks(t *testing.T) {
	k := newKeys(t)
	for _, encrypted := range []bool{false, true} {
		var a account
		cc, sc := clientConfig(), serverConfig()
		sc.Memory = a.memory()
		if encrypted {
			cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
		}
		client, server := connect(t, cc, sc)
		msgType := (*sv2.SubmitSharesStandard)(nil).Info().MsgType
		client.queueOwn(&sv2.Raw{MsgType: msgType, ChannelMsg: true, Payload: make([]byte, 200_000)})
		before, seen := a.held, len(server.events)
		server.receive(client.sent(t), 1000)
		if len(server.events) == seen || a.peak < before+200_000 {
			t.Fatal("it has not come, or is not counted")
		}
		if a.held > before+16<<10 {
			t.Errorf("encrypted %v: %d bytes held after a large frame", encrypted, a.held)
		}
	}
}

// TestAllocations: the way of a message, in and out, allocates nothing once buffers have their size.
func TestAllocations(t *testing.T) {
	k := newKeys(t)
	for _, encrypted := range []bool{false, true} {
		cc, sc := clientConfig(), serverConfig()
		cc.Extensions.Request, sc.Extensions.Supported = []uint16{2}, []uint16{2}
		if encrypted {
			cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
		}
		client, server := connect(t, cc, sc)
		client.take()
		server.take()
		share := &sv2.SubmitSharesExtended{ChannelID: 1, Extranonce: make([]byte, 8)}
		worker := []byte("worker")
		if n := testing.AllocsPerRun(100, func() {
			if err := client.SendShare(share, worker); err != nil {
				t.Fatal(err)
			}
			for out := client.Output(); len(out) > 0; out = client.Output() {
				taken, err := server.Feed(out, at(1000))
				if err != nil || client.Sent(taken) != nil {
					t.Fatal(err)
				}
				for v, ok := server.NextEvent(); ok; v, ok = server.NextEvent() {
					if v.Kind != EventMessage || len(v.UserIdentity) != 6 {
						t.Fatal(v.Kind)
					}
				}
			}
			if err := server.Tick(at(1000)); err != nil {
				t.Fatal(err)
			}
			server.NextDeadline()
		}); n != 0 {
			t.Errorf("encrypted %v: %v allocations", encrypted, n)
		}
	}
}

// BenchmarkSessions prints the memory of each of 10,000 sessions of a process: set up, and after a message each way.
func BenchmarkSessions(b *testing.B) {
	const sessions = 10_000
	k := newKeys(b)
	for _, v := range []struct {
		name              string
		encrypted, client bool
		messages          bool
	}{
		{"server/plain/established", false, false, false},
		{"server/plain/messages", false, false, true},
		{"server/encrypted/established", true, false, false},
		{"server/encrypted/messages", true, false, true},
		{"client/encrypted/messages", true, true, true},
	} {
		b.Run(v.name, func(b *testing.B) {
			cc, sc := clientConfig(), serverConfig()
			sc.Extensions.Ignore = true
			if v.encrypted {
				cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
			}
			clientProfile, err := NewClientProfile(&cc)
			check(b, err)
			serverProfile, err := NewServerProfile(&sc)
			check(b, err)
			for b.Loop() {
				kept := make([]*Session, 0, sessions)
				before := heap()
				for range sessions {
					client, server := start(b, clientProfile), start(b, serverProfile)
					pump(b, client, server, 1000, 0)
					if v.messages {
						check(b, client.Send(openFrame))
						check(b, server.Send(job))
						pump(b, client, server, 1000, 0)
					}
					if v.client {
						kept = append(kept, client.Session)
					} else {
						kept = append(kept, server.Session)
					}
				}
				b.ReportMetric(float64(heap()-before)/sessions, "B/session")
				b.ReportMetric(float64(kept[0].profile.MemoryBound()), "B/bound")
				runtime.KeepAlive(kept)
			}
		})
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkShare is the way of a share from Send to the event of the server.
func BenchmarkShare(b *testing.B) {
	k := newKeys(b)
	for name, encrypted := range map[string]bool{"plain": false, "encrypted": true} {
		b.Run(name, func(b *testing.B) {
			cc, sc := clientConfig(), serverConfig()
			cc.Extensions.Request, sc.Extensions.Supported = []uint16{2}, []uint16{2}
			if encrypted {
				cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
			}
			client, server := connect(b, cc, sc)
			share := &sv2.SubmitSharesExtended{ChannelID: 1, Extranonce: make([]byte, 8)}
			b.ReportAllocs()
			for b.Loop() {
				err := client.SendShare(share, nil)
				taken := 0
				if err == nil {
					taken, err = server.Feed(client.Output(), at(1000))
				}
				if err == nil {
					err = client.Sent(taken)
				}
				if _, ok := server.NextEvent(); !ok || err != nil {
					b.Fatal(err) // not check, whose Helper takes longer than all of this
				}
			}
		})
	}
}
