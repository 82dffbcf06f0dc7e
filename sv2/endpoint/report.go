package endpoint

import (
	"time"

	"github.com/libsv2/libsv2/status"
)

// Outcome is what came of a Connect or a Probe, or of the connection that it became. Make it with [Established], [Failed] or
// [Redirected].
type Outcome struct {
	what outcome
	kind status.Kind
	host []byte
	port uint16
}

type outcome uint8

const (
	outcomeEstablished outcome = 1 + iota
	outcomeFailed
	outcomeRedirected
)

// Established says that the whole handshake succeeded and SetupConnection was answered with Success.
func Established() Outcome { return Outcome{what: outcomeEstablished} }

// Failed says why there is no connection, or no longer one: ResolveFailed, ConnectFailed, ConnectionLost, or the kind of the
// error that ended it. A Reconnect message is no failure, see [Redirected].
func Failed(kind status.Kind) Outcome { return Outcome{what: outcomeFailed, kind: kind} }

// Redirected says that a Reconnect message came, before or after SetupConnection was answered, and that the caller closes the
// connection with all its channels. The host is borrowed for the call of Report. A proxy does not pass the message on.
func Redirected(newHost []byte, newPort uint16) Outcome {
	return Outcome{what: outcomeRedirected, host: newHost, port: newPort}
}

// Report tells what came of the decision with this ID; random is any number, drawn anew. What is said of a connection or
// an attempt that another one has replaced is ignored. Kinds: Argument for an ID that was never given out, for the zero
// Outcome and for a failure of a kind that is none; State for a connection that is established twice.
func (f *Failover) Report(id uint64, o Outcome, now time.Duration, random uint64) error {
	f.advance(now)
	if id == 0 || id > f.lastID || o.what == 0 || o.what == outcomeFailed && o.kind >= 0 {
		return status.Argument
	}
	switch id {
	case f.attempt.id:
		ended := f.attempt
		f.attempt = link{}
		switch {
		case o.what == outcomeEstablished:
			f.established(ended, random)
		case ended.probe || f.live.id != 0:
			f.probeFailed(ended.candidate, o, random)
		default:
			f.failed(ended.candidate, o, underWay, random)
		}
	case f.live.id:
		if o.what == outcomeEstablished {
			return status.State
		}
		f.lost(o, random)
	}
	return nil
}

// established counts a probe, or makes a connection the one in use.
func (f *Failover) established(l link, random uint64) {
	c := &f.candidates[l.candidate]
	c.last = 0
	if l.probe {
		if c.good == 0 {
			c.goodSince = f.now
		}
		c.good++
		f.scheduleProbe(c, random)
		// The last success may come before the time is over; then the way back waits for no further probe.
		if c.good >= f.config.ProbeSuccesses {
			c.probeAt = min(c.probeAt, max(f.now, after(c.goodSince, f.config.ProbeTime)))
		}
		return
	}
	l.since = f.now
	f.allFailed, f.pauseUntil = false, 0
	if f.live.id != 0 { // the way back: what was counted belongs to the time before
		f.newRound()
	}
	f.live = l
	for i := range l.candidate {
		f.candidates[i].good = 0
		f.scheduleProbe(&f.candidates[i], random)
	}
}

func (f *Failover) scheduleProbe(c *candidate, random uint64) {
	if f.config.ProbeInterval == Forever {
		return
	}
	c.probeAt = after(f.now, f.config.Backoff.spread(f.config.ProbeInterval, random))
}

// probeFailed starts the count of successes anew. The back-off is for connections; probes have their interval.
func (f *Failover) probeFailed(index int, o Outcome, random uint64) {
	c := &f.candidates[index]
	c.good = 0
	f.settle(c, o, underWay)
	f.scheduleProbe(c, random)
}

// lost ends the connection in use.
func (f *Failover) lost(o Outcome, random uint64) {
	l := f.live
	f.live = link{}
	if f.attempt.probe { // there is nothing left to compare with: the tries go on at once
		f.attempt = link{}
	}
	at, c := shortLived, &f.candidates[l.candidate]
	if c.retry.Lived(f.now - l.since) {
		at = stable
		c.redirects = 0
		f.newRound()
	}
	f.turn = l.candidate
	f.failed(l.candidate, o, at, random)
}

// stage is how far a connection had come when it ended.
type stage uint8

const (
	underWay stage = iota
	shortLived
	stable // its end is not a failed try
)

// failed ends a try: the back-off of the endpoint begins, and perhaps the turn of the next one.
func (f *Failover) failed(index int, o Outcome, at stage, random uint64) {
	c := &f.candidates[index]
	if redirected := f.settle(c, o, at); !redirected && at != stable {
		c.tries--
	}
	c.readyAt = after(f.now, c.retry.Delay(random))
	if c.stopped == 0 && c.tries > 0 {
		return
	}
	f.turn = -1
	for i := range f.candidates {
		if f.candidates[i].stopped == 0 && f.candidates[i].tries > 0 {
			return
		}
	}
	// A round is over.
	f.allFailed = true
	f.newRound()
	if f.remaining() > 1 {
		f.pauseUntil = after(f.now, f.config.Backoff.spread(f.config.Pause, random))
	}
}

// settle draws the conclusions for an endpoint, and reports whether it goes on at an address that a Reconnect named.
func (f *Failover) settle(c *candidate, o Outcome, at stage) (redirected bool) {
	kind := o.kind
	if o.what == outcomeRedirected {
		if kind = c.follow(o, f.config.Redirects); kind == 0 {
			return true
		}
	}
	c.last = kind
	verdict := f.config.judge(kind, at != underWay)
	if verdict == GiveUp && c.target == c.configured {
		c.stopped = kind
	}
	// An address from a Reconnect is used as long as it works. That it fails, even with a foreign key, says nothing about
	// the endpoint that the user wrote down; that one is asked again.
	if verdict == GiveUp || at == underWay || o.what == outcomeRedirected {
		c.target = c.configured
	}
	return false
}

// follow takes the address of a Reconnect message, and returns why not.
func (c *candidate) follow(o Outcome, limit int) status.Kind {
	if c.redirects++; c.redirects > limit {
		c.redirects = 0
		return status.ReconnectRefused
	}
	target, err := c.target.Redirect(o.host, o.port)
	if err != nil {
		return status.ReconnectRefused
	}
	c.target = target
	return 0
}
