package endpoint

import (
	"time"

	"github.com/libsv2/libsv2/status"
)

// Failover keeps a client connected to the best endpoint of a list, the first one being the best. [Failover.Next] decides,
// [Failover.Report] learns. Make it with [NewFailover].
//
// Without a connection, the endpoints have their turns in the order of the list: a few tries each with its own back-off. A
// round without success is followed by a pause. Connected to any but the first, the better ones are probed.
// A probe is a whole handshake and SetupConnection: a server whose port is open but whose key, certificate or setup is
// wrong is not a better one, and moving to it would mean to come back at once, for ever.
type Failover struct {
	config     Config
	candidates []candidate
	now        time.Duration // the latest time seen
	lastID     uint64

	live    link // the connection in use
	attempt link // the one being made

	turn       int           // candidate whose tries go on, or -1
	pauseUntil time.Duration // end of the pause between rounds
	allFailed  bool
}

// link is a connection or an attempt at one; there is none if id is 0.
type link struct {
	id        uint64
	candidate int
	probe     bool
	since     time.Duration
}

type candidate struct {
	configured Endpoint
	target     Endpoint // where to connect: configured, or what Reconnect made of it
	retry      Retry
	readyAt    time.Duration // end of the back-off
	tries      int           // left in this round
	redirects  int           // in a row
	last       status.Kind
	stopped    status.Kind // why there is no further try, or 0

	probeAt   time.Duration
	good      int           // probes in a row that succeeded
	goodSince time.Duration // the first of these
}

// NewFailover takes the endpoints in the order of preference. A list with an insecure endpoint is as safe as that one:
// whoever can keep the client from the others leads it there. Kinds: Argument for no endpoint, a zero one, one that is there
// twice, and settings that make no sense; Limit for more than MaxEndpoints or MaxOverrides.
func NewFailover(config Config, endpoints ...Endpoint) (*Failover, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	if len(endpoints) > MaxEndpoints {
		return nil, status.Limit
	}
	if len(endpoints) == 0 {
		return nil, status.Argument
	}
	f := &Failover{config: config, candidates: make([]candidate, 0, len(endpoints)), turn: -1}
	for _, e := range endpoints {
		if e.IsZero() {
			return nil, status.Argument
		}
		for i := range f.candidates {
			if f.candidates[i].configured == e {
				return nil, status.Argument
			}
		}
		f.candidates = append(f.candidates, candidate{
			configured: e, target: e, retry: Retry{config.Backoff, config.Backoff.Initial}, tries: config.Tries,
		})
	}
	return f, nil
}

// Len returns how many endpoints the list has.
func (f *Failover) Len() int { return len(f.candidates) }

// Live returns which endpoint of the list is connected, and false if none is.
func (f *Failover) Live() (index int, ok bool) { return f.live.candidate, f.live.id != 0 }

// AllFailed reports whether every endpoint has failed and none has been established since: the time to save power.
func (f *Failover) AllFailed() bool { return f.allFailed }

// Stopped returns why an endpoint of the list was given up, and 0 if it was not.
func (f *Failover) Stopped(index int) status.Kind {
	if index < 0 || index >= len(f.candidates) {
		return 0
	}
	return f.candidates[index].stopped
}

// LastFailure returns how the last try or connection of an endpoint failed, and 0 if none has failed since the last success.
func (f *Failover) LastFailure(index int) status.Kind {
	if index < 0 || index >= len(f.candidates) {
		return 0
	}
	return f.candidates[index].last
}

// Readmit makes an endpoint that was given up eligible again, at once and as if it had never failed, because something
// changed: the clock was set, the server has a new certificate. For other endpoints it does nothing. Kind: Argument for an
// index outside the list.
func (f *Failover) Readmit(index int) error {
	if index < 0 || index >= len(f.candidates) {
		return status.Argument
	}
	c := &f.candidates[index]
	if c.stopped == 0 {
		return nil
	}
	c.retry.Reset()
	c.stopped, c.last, c.readyAt, c.probeAt, c.good, c.redirects = 0, 0, 0, 0, 0, 0
	c.tries = f.config.Tries
	f.pauseUntil = 0
	return nil
}

// NetworkRestored says that the device's own network is back, so that what failed meanwhile says nothing about the servers:
// all waits are over, every endpoint has all its tries and its first back-off, and better endpoints than the present one are
// probed now. The order stays: a connection that was just lost is tried again first, otherwise the list from its beginning.
// Endpoints that were given up stay so, and what probes have found counts. Call it when the link comes up, not after
// failures: it takes the back-off away.
func (f *Failover) NetworkRestored() {
	turn := f.turn
	for i := range f.candidates {
		c := &f.candidates[i]
		if i < turn && c.tries <= 0 { // it had its turn while there was no network
			turn = -1
		}
		c.retry.Reset()
		c.readyAt, c.probeAt, c.tries = 0, 0, f.config.Tries
	}
	f.turn, f.pauseUntil = turn, 0
}

// newRound gives every candidate its tries.
func (f *Failover) newRound() {
	tries := f.config.Tries
	if f.allFailed {
		tries = 1
	}
	for i := range f.candidates {
		f.candidates[i].tries = tries
	}
	f.turn = -1
}
