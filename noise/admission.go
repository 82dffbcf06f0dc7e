package noise

import "github.com/libsv2/libsv2/status"

// Admission bounds how many handshakes a responder begins. A handshake costs
// the responder 0.15 ms of a current amd64 core, and an estimated 5 to 10 ms of
// a 32-bit ARM control board, before it knows anything about the initiator: a
// stranger who opens connections quickly enough keeps a core busy.
//
// It is a bucket of tokens: a handshake takes one, time puts them back. Choose
// the rate as the share of a core that handshakes may have over their cost, and
// the burst as the number of miners that reconnect at once when a server comes
// back. It is for one goroutine at a time; there may be one for every source
// address and one for all of them.
type Admission struct {
	rate     uint64 // tokens a second, which is thousandths a millisecond
	capacity uint64 // in thousandths of a token
	level    uint64
	last     uint64
	started  bool
}

// NewAdmission allows rate handshakes a second in the long run and burst at
// once, both at least 1: else Argument.
func NewAdmission(rate, burst uint32) (Admission, error) {
	if rate == 0 || burst == 0 {
		return Admission{}, status.Argument
	}
	capacity := uint64(burst) * 1000
	return Admission{rate: uint64(rate), capacity: capacity, level: capacity}, nil
}

// Take takes a token at the time now, in milliseconds of any clock that does
// not jump, or returns HandshakeRate. A clock that goes back adds nothing.
// The zero Admission admits nothing.
func (a *Admission) Take(now uint64) error {
	if a.Available(now) == 0 {
		return status.HandshakeRate
	}
	a.level -= 1000
	return nil
}

// Available returns how many tokens could be taken at the time now, one after
// the other.
func (a *Admission) Available(now uint64) uint32 {
	a.refill(now)
	return uint32(a.level / 1000)
}

func (a *Admission) refill(now uint64) {
	if a.rate == 0 {
		return
	}
	if !a.started {
		a.last, a.started = now, true
	}
	if now > a.last {
		elapsed := now - a.last
		a.last = now
		// Compared before multiplying, so that no interval is too long.
		if missing := a.capacity - a.level; elapsed >= missing/a.rate+1 {
			a.level = a.capacity
		} else {
			a.level += elapsed * a.rate
		}
	}
}
