package session

import (
	"bytes"
	"errors"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// relay carries bytes between a client and a server as the input says, and is perhaps not honest.
type relay struct {
	t        *testing.T
	ends     [2]*end
	profiles [2]*Profile
	accounts [2]account
	flight   [2][]byte // towards ends[i]
	closed   [2]bool   // the connection towards ends[i]
	phases   [2]Phase
	now      uint64
	honest   bool
	ignores  bool // the server does not know extension 0x0001
}

// FuzzRelay lets two sessions talk while the input decides what happens next: how many bytes arrive where and when, what is sent,
// how much time goes by, who closes, and what the relay does to the bytes. Nobody panics or exceeds the memory announced; phases
// go forward; an end is one of the kinds; and as long as the relay is honest, neither blames the other for breaking the protocol.
func FuzzRelay(f *testing.F) {
	k := newKeys(f)
	f.Fuzz(func(t *testing.T, client, server byte, operations []byte) {
		security := [2]Security{Plain(), Plain()}
		if client&0x40 != 0 {
			security = [2]Security{Initiate(policyOf(k)), Respond(k.identity)}
		}
		r := &relay{t: t, now: 1000, honest: true, ignores: server&2 != 0}
		r.ends[0], r.profiles[0] = variant(t, client&^1, security, &r.accounts[0])
		r.ends[1], r.profiles[1] = variant(t, server|1, security, &r.accounts[1])
		for len(operations) >= 2 {
			r.step(operations[0], operations[1])
			operations = operations[2:]
			r.check()
		}
		r.finish()
	})
}

// step does one thing. what chooses it, and much says to whom or how far.
func (r *relay) step(what, much byte) {
	which := int(much & 1)
	e := r.ends[which]
	switch what % 12 {
	case 0, 1:
		r.carry(int(what%12), int(much))
	case 2:
		r.now += uint64(much) * 50
		for _, e := range r.ends {
			e.Tick(at(r.now))
		}
	case 3, 4:
		r.send(r.ends[what%12-3], much)
	case 5:
		r.ends[1].AcceptSetup(uint32(much >> 6))
	case 6:
		r.ends[1].RefuseSetup(0, "unsupported-protocol")
	case 7:
		r.closed[which] = true
		e.PeerClosed()
	case 8:
		e.Close()
	case 9, 10, 11:
		r.tamper(what%12, which, int(much>>1))
	}
}

// carry takes what an end wants to send and gives some of it, and of what was under way, to the other.
func (r *relay) carry(from, most int) {
	to := 1 - from
	out := r.ends[from].Output()
	out = out[:min(len(out), 8*most)]
	r.flight[to] = append(r.flight[to], out...)
	if err := r.ends[from].Sent(len(out)); err != nil {
		r.t.Fatal(err)
	}
	for range 50 {
		r.events(to)
		in := r.flight[to][:min(len(r.flight[to]), 8*most)]
		if len(in) == 0 || r.closed[to] {
			break
		}
		n, err := r.ends[to].Feed(in, at(r.now))
		r.flight[to] = r.flight[to][n:]
		if err != nil {
			break
		}
	}
	r.events(to)
}

func (r *relay) events(which int) {
	e := r.ends[which]
	e.take()
	if len(e.events) > 60 {
		r.t.Fatal("events without end")
	}
	for _, v := range e.events {
		if v.Kind == EventEnd && e.Err() == nil || v.Phase > e.Phase() {
			r.t.Fatalf("%+v in %v", v, e.Phase())
		}
	}
	e.events = nil
}

// send sends something that this end may send, or may not.
func (r *relay) send(e *end, what byte) {
	messages := []sv2.Message{
		openFrame, job, &sv2.SubmitSharesExtended{Extranonce: bytes.Repeat([]byte{7}, 8)}, &sv2.ChannelEndpointChanged{},
		&sv2.Reconnect{NewHost: []byte("other.example")}, &sv2.SetGroupChannel{ChannelIDs: make([]byte, 4*200)}, setupOK,
		&sv2.Raw{ExtensionType: 2, MsgType: 9, ChannelMsg: true, Payload: make([]byte, 8)},
	}
	m := messages[int(what)%len(messages)]
	before := len(e.Output())
	var err error
	switch {
	case what&0x80 == 0:
		err = e.Send(m)
	case what&0x40 == 0:
		err = e.SendWithTLVs(m, []byte{3, 0, 1, 1, 0, what})
	default:
		err = e.SendShare(&sv2.SubmitSharesExtended{}, bytes.Repeat([]byte{'w'}, int(what&0x3f)))
	}
	if err != nil && len(e.Output()) != before {
		r.t.Fatalf("%v, and %d bytes queued", err, len(e.Output())-before)
	}
}

// tamper changes, drops or repeats bytes on the way to an end.
func (r *relay) tamper(what byte, to, n int) {
	b := r.flight[to]
	if len(b) == 0 {
		b = bytes.Clone(r.ends[1-to].Output())
		r.ends[1-to].Sent(len(b))
	}
	if len(b) > 0 {
		r.honest = false
		n %= len(b)
		switch what {
		case 9:
			b[n] ^= byte(1 + n)
		case 10:
			b = append(b[:n:n], b[n+1:]...)
		case 11:
			b = append(b[:n:n], b...)
		}
	}
	r.flight[to] = b[:min(len(b), 1<<16)]
}

// check holds both sessions to what they promise at any time.
func (r *relay) check() {
	for i, e := range r.ends {
		if a, p := &r.accounts[i], r.profiles[i]; a.peak > p.MemoryBound()-sessionMemory {
			r.t.Fatalf("%d bytes, %d announced", a.peak, p.MemoryBound())
		}
		if e.Phase() < r.phases[i] || (e.Phase() == PhaseEnded) != (e.Err() != nil) {
			r.t.Fatalf("%v after %v: %v", e.Phase(), r.phases[i], e.Err())
		}
		r.phases[i] = e.Phase()
		if e.Finished() && (e.Err() == nil || len(e.Output()) > 0) {
			r.t.Fatalf("finished: %v, %d bytes left", e.Err(), len(e.Output()))
		}
		if deadline, ok := e.NextDeadline(); ok && deadline < r.now && e.Tick(at(r.now)) == nil && e.Err() == nil {
			if again, ok := e.NextDeadline(); ok && again <= r.now {
				r.t.Fatalf("deadline %d at %d", again, r.now)
			}
		}
		if e.Err() == nil {
			continue
		}
		var why *Error
		if !errors.As(e.Err(), &why) || why.Error() == "" {
			r.t.Fatalf("%T %v", e.Err(), e.Err())
		}
		switch class := why.Kind.Class(); {
		case class == status.ClassInternal, class == status.ClassNotDone, class == status.ClassIgnore:
			r.t.Fatalf("ended with %v", e.Err())
		case r.ignores && why.Kind == status.EarlyMessages: // it sends what the client cannot know to be allowed, and cannot keep
		case why.Kind == status.UnsolicitedAnswer && r.now > 31_000: // its client went on without, after 30 s
		case r.honest && (class == status.ClassProtocol || class == status.ClassAuth):
			r.t.Fatalf("session %d blames an honest peer: %v", i, e.Err())
		}
	}
}

// finish ends what has not ended, and looks whether all memory came back wiped.
func (r *relay) finish() {
	for i, e := range r.ends {
		if e.Err() == nil {
			e.PeerClosed()
			r.events(i)
			for range 3 { // a client that waits has time to
				r.now += 100_000
				e.Tick(at(r.now))
				r.events(i)
			}
		}
		if e.Err() == nil {
			r.t.Fatalf("session %d goes on without a peer, in %v", i, e.Phase())
		}
		e.Release()
		if r.accounts[i].held != 0 || r.accounts[i].dirty {
			r.t.Fatalf("%d bytes kept, wiped %v", r.accounts[i].held, !r.accounts[i].dirty)
		}
	}
}
