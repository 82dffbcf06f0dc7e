package main

import (
	"fmt"
	"slices"
	"time"
)

// quiet is how long a victim that does not mind is watched. It is not what the verdict rests on where the victim says how the
// connection ended.
const quiet = 50 * time.Millisecond

// backlog is how much longer a victim on a busy machine may take to read what was sent before it can tell the end.
const backlog = 20 * time.Second

// try is hostile to the victim once, and has an honest conversation with it afterwards.
func try(v Victim, c *Case) Result {
	r := Result{Victim: v.Description().Name, Case: c}
	began := time.Now()
	problem := func(format string, arguments ...any) {
		r.Problems = append(r.Problems, fmt.Sprintf(format, arguments...))
	}
	conn, encounter, err := v.Meet()
	if err != nil {
		problem("no connection: %v", err)
		return r
	}
	p := newPeer(conn, v)
	if err := p.misbehave(c); err != nil {
		problem("the honest part failed: %v", err)
	}
	r.Seen = p.watch(c)
	lasted := time.Since(p.began)
	p.close()
	if r.Seen != c.Want && c.Want != Either {
		problem("the connection %s, expected: %s", r.Seen, c.Want)
	}
	p.judgeAnswer(c, problem)
	if said, ok := encounter.Ended(p.about.bound() + backlog); ok {
		r.Kind, r.Text = said.Kind, said.Text
		if said.Fault != "" {
			problem("%s", said.Fault)
		}
		if said.Kind != 0 && c.Kind != 0 && said.Kind != c.Kind && !p.about.brokenBy(c, said.Kind) {
			problem("kind %s, expected %s", said.Kind.Name(), c.Kind.Name())
		}
		if said.Kind == 0 && c.Kind != 0 && p.about.Has&NamesKinds != 0 && !slices.Contains(p.about.Unnamed, c.Kind) {
			problem("no kind was named, expected %s", c.Kind.Name())
		}
	} else if p.about.Has&NamesKinds != 0 {
		problem("the victim did not say that the connection ended")
	}
	if r.Kind == 0 && r.Seen == Ends && p.about.late(c, lasted) {
		problem("the connection ended when a deadline was over, not at once")
	}
	err = converse(v)
	for again := 0; err != nil && again < 2; again++ {
		err = converse(v) // its deadlines may have been too short for a busy machine
	}
	if err != nil {
		problem("an honest peer is not served afterwards: %v", err)
	}
	r.Took = time.Since(began)
	return r
}

// misbehave goes as far as the case is honest, and then does what it does.
func (p *peer) misbehave(c *Case) error {
	if err := p.reach(c.From); err != nil {
		return err
	}
	p.began = time.Now()
	for _, act := range c.Acts {
		if err := act(p); err != nil {
			return err
		}
	}
	return nil
}

// watch says what the victim does.
func (p *peer) watch(c *Case) Ending {
	switch {
	case c.Want == Leaves:
		return Leaves
	case c.Want == Either && (p.broken != nil || p.awaitEnd(time.Now().Add(quiet))):
		return Ends
	case c.Want == Either:
		return Stays
	case c.Want == Stays && p.broken == nil && !p.awaitEnd(time.Now().Add(quiet)):
		return Stays
	case c.Want == Stays:
		return Ends
	}
	if p.outlasted {
		return Stays
	}
	// A peer that never reads has seen the end when it could not write any more.
	if c.Step == StepNeverReading {
		if p.broken != nil {
			return Ends
		}
		return Stays
	}
	if p.awaitEnd(p.began.Add(p.about.bound())) {
		return Ends
	}
	return Stays
}

// judgeAnswer holds the first message of the victim against the expected one.
func (p *peer) judgeAnswer(c *Case, problem func(format string, arguments ...any)) {
	switch {
	case c.Answer == nil:
	case len(p.seen) == 0:
		problem("no %s", c.Answer.Name)
	case p.seen[0].ExtensionType != c.Answer.ExtensionType || p.seen[0].MsgType != c.Answer.MsgType:
		problem("answer 0x%04x 0x%02x, expected %s", p.seen[0].ExtensionType, p.seen[0].MsgType, c.Answer.Name)
	case p.flags != c.Flags:
		problem("flags 0x%08x, expected 0x%08x", p.flags, c.Flags)
	}
}
