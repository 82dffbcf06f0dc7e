package endpoint

import (
	"time"

	"github.com/libsv2/libsv2/status"
)

// Decision is what [Failover.Next] returns.
type Decision struct {
	Action   Action
	ID       uint64        // of this Connect or Probe, for reports
	Index    int           // Connect, Probe: which endpoint of the list
	Endpoint Endpoint      // Connect, Probe: where to; a Reconnect message may have changed host and port
	Until    time.Duration // Wait
	Reason   status.Kind   // Stop: why the best endpoint was given up
}

// Next decides. A Connect or Probe is given out once and is then expected to be reported; one is under way at a time. A time
// before an earlier one is taken for that.
func (f *Failover) Next(now time.Duration) Decision {
	f.advance(now)
	switch {
	case f.attempt.id != 0:
		return Decision{Action: Wait, Until: Forever}
	case f.live.id != 0:
		return f.nextBeside()
	}
	return f.nextAlone()
}

// nextBeside decides while there is a connection: whether to probe a better endpoint, or to go back to one.
func (f *Failover) nextBeside() Decision {
	if f.config.ProbeInterval == Forever {
		return Decision{Action: Wait, Until: Forever}
	}
	due, at := -1, Forever
	for i := range f.live.candidate {
		c := &f.candidates[i]
		if c.stopped != 0 {
			continue
		}
		if c.good >= f.config.ProbeSuccesses && f.now-c.goodSince >= f.config.ProbeTime {
			return f.start(i, false)
		}
		if c.probeAt < at {
			due, at = i, c.probeAt
		}
	}
	if due >= 0 && at <= f.now {
		return f.start(due, true)
	}
	return Decision{Action: Wait, Until: at}
}

// nextAlone decides without a connection.
func (f *Failover) nextAlone() Decision {
	if f.remaining() == 0 {
		for i := range f.candidates {
			if kind := f.candidates[i].stopped; kind != 0 {
				return Decision{Action: Stop, Reason: kind}
			}
		}
	}
	if f.now < f.pauseUntil {
		return Decision{Action: Wait, Until: f.pauseUntil}
	}
	// An endpoint whose turn has begun is waited for; otherwise the first one that is ready begins its turn, so that a long
	// back-off of one holds nobody up.
	first, earliest := -1, Forever
	for i := range f.candidates {
		c := &f.candidates[i]
		if c.stopped != 0 || c.tries <= 0 || f.turn >= 0 && i != f.turn {
			continue
		}
		if c.readyAt <= f.now {
			first = i
			break
		}
		earliest = min(earliest, c.readyAt)
	}
	if first < 0 {
		return Decision{Action: Wait, Until: earliest}
	}
	f.turn = first
	return f.start(first, false)
}

func (f *Failover) start(index int, probe bool) Decision {
	f.lastID++
	f.attempt = link{f.lastID, index, probe, f.now}
	action := Connect
	if probe {
		action = Probe
	}
	return Decision{Action: action, ID: f.lastID, Index: index, Endpoint: f.candidates[index].target}
}

// remaining counts the endpoints that were not given up.
func (f *Failover) remaining() (n int) {
	for i := range f.candidates {
		if f.candidates[i].stopped == 0 {
			n++
		}
	}
	return n
}

func (f *Failover) advance(now time.Duration) { f.now = max(f.now, now) }
