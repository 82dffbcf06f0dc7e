package endpoint

import (
	"math"
	"math/bits"
	"time"

	"github.com/libsv2/libsv2/status"
)

// Forever is the time of what only a report can bring on.
const Forever = time.Duration(math.MaxInt64)

// maxDuration bounds every setting, so that sums of times cannot wrap around.
const maxDuration = 7 * 24 * time.Hour

// Backoff says how long to wait after a failure. A setting of 0 is its default.
type Backoff struct {
	Initial time.Duration // the first wait; 1 s
	Maximum time.Duration // what doubling ends at; 60 s
	Stable  time.Duration // a connection that lived so long makes the next wait the first again; 60 s
	// Jitter is the least part of a wait that is kept, in percent: 50, so that each is between half and all of it.
	// 100 is no jitter.
	Jitter int
}

func (b Backoff) withDefaults() (Backoff, error) {
	setDefault(&b.Initial, time.Second)
	setDefault(&b.Maximum, max(60*time.Second, b.Initial))
	setDefault(&b.Stable, 60*time.Second)
	if b.Jitter == 0 {
		b.Jitter = 50
	}
	if !allowed(b.Initial) || !allowed(b.Maximum) || !allowed(b.Stable) || b.Maximum < b.Initial ||
		b.Jitter < 1 || b.Jitter > 100 {
		return b, status.Argument
	}
	return b, nil
}

// Wait returns how long to wait after so many failures in a row, 1 being the first; random is any number, drawn anew. For 0
// there is no wait. A connection that lived for Stable starts the count anew. Kind: Argument for settings that make no sense.
// It is what [Retry] does for a program that counts by itself.
func (b Backoff) Wait(failures uint32, random uint64) (time.Duration, error) {
	b, err := b.withDefaults()
	if err != nil || failures == 0 {
		return 0, err
	}
	wait := b.Initial
	for ; failures > 1 && wait < b.Maximum; failures-- {
		wait = min(2*wait, b.Maximum)
	}
	return b.spread(wait, random), nil
}

// spread takes a random part of a wait.
func (b Backoff) spread(wait time.Duration, random uint64) time.Duration {
	least := (wait*time.Duration(b.Jitter) + 99) / 100 // rounded up, and far from wrapping around: see maxDuration
	part, _ := bits.Mul64(uint64(wait-least)+1, random)
	return least + time.Duration(part)
}

// Retry counts failures in a row. Make it with [NewRetry].
type Retry struct {
	policy Backoff
	next   time.Duration
}

// NewRetry starts with the first wait. Kind: Argument for settings that make no sense.
func NewRetry(policy Backoff) (Retry, error) {
	policy, err := policy.withDefaults()
	return Retry{policy, policy.Initial}, err
}

// Delay returns how long to wait after one more failure; random is any number, drawn anew.
func (r *Retry) Delay(random uint64) time.Duration {
	wait := r.next
	r.next = min(2*wait, r.policy.Maximum)
	return r.policy.spread(wait, random)
}

// Lived is told how long a connection lived, and returns whether it was stable: the next wait is the first again.
func (r *Retry) Lived(lived time.Duration) bool {
	if lived < r.policy.Stable {
		return false
	}
	r.Reset()
	return true
}

// Reset makes the next wait the first.
func (r *Retry) Reset() { r.next = r.policy.Initial }

func setDefault(d *time.Duration, to time.Duration) {
	if *d == 0 {
		*d = to
	}
}

func allowed(d time.Duration) bool { return d > 0 && d <= maxDuration }

// after adds without wrapping around.
func after(now, wait time.Duration) time.Duration {
	if now > Forever-wait {
		return Forever
	}
	return now + wait
}
