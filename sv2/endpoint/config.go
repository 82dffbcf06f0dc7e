package endpoint

import (
	"time"

	"github.com/libsv2/libsv2/status"
)

const (
	// MaxEndpoints is the most endpoints of a list.
	MaxEndpoints = 32
	// MaxOverrides is the most overrides of a list, more than there are kinds of failure.
	MaxOverrides = 256
)

// Config is how a [Failover] behaves. A setting of 0 is its default.
type Config struct {
	Backoff Backoff // of each endpoint by itself, and the spread of all other times

	// Tries is how often in a row an endpoint may fail before the next one has its turn; 3. Once all have failed it is 1.
	Tries int
	// Pause is how long to wait, before the spread, when all endpoints have failed; 30 s. A list with a single endpoint
	// left has only its back-off.
	Pause time.Duration

	// ProbeInterval is how long to wait, before the spread, between probes of an endpoint better than the present one; 60 s.
	// Forever is no probe and no way back: an endpoint is kept until it fails.
	ProbeInterval time.Duration
	// ProbeSuccesses is how many probes in a row must succeed before the way back is taken; 3.
	ProbeSuccesses int
	// ProbeTime is how long at least must lie between the first success of these and the way back; 2 min. An endpoint
	// that comes and goes within it does not move a miner to and fro.
	ProbeTime time.Duration

	// Redirects is how many Reconnect messages in a row are followed without a stable connection in between; 3. One more
	// is a failure of the endpoint, so that servers that send a client round in circles do not keep it from the next one.
	Redirects int

	Overrides []Override // at most one per kind
}

func (c Config) withDefaults() (Config, error) {
	var err error
	if c.Backoff, err = c.Backoff.withDefaults(); err != nil {
		return c, err
	}
	setDefault(&c.Pause, 30*time.Second)
	setDefault(&c.ProbeInterval, 60*time.Second)
	setDefault(&c.ProbeTime, 2*time.Minute)
	if !allowed(c.Pause) || !allowed(c.ProbeTime) || !allowed(c.ProbeInterval) && c.ProbeInterval != Forever {
		return c, status.Argument
	}
	for _, n := range []*int{&c.Tries, &c.ProbeSuccesses, &c.Redirects} {
		if *n == 0 {
			*n = 3
		}
		if *n < 0 {
			return c, status.Argument
		}
	}
	if len(c.Overrides) > MaxOverrides {
		return c, status.Limit
	}
	seen := map[status.Kind]bool{}
	for _, o := range c.Overrides {
		if o.Kind >= 0 || seen[o.Kind] || o.Verdict != TryAgain && o.Verdict != GiveUp {
			return c, status.Argument
		}
		seen[o.Kind] = true
	}
	c.Overrides = append([]Override(nil), c.Overrides...)
	return c, nil
}

func (c *Config) judge(kind status.Kind, established bool) Verdict {
	for _, o := range c.Overrides {
		if o.Kind == kind {
			return o.Verdict
		}
	}
	if established {
		return JudgeEstablished(kind)
	}
	return Judge(kind)
}
