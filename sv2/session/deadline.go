package session

import "github.com/libsv2/libsv2/status"

// NextDeadline returns the time, in milliseconds of the monotonic clock, at which Tick has to be called if nothing else is;
// ok is false when time makes no difference.
func (s *Session) NextDeadline() (at uint64, ok bool) {
	at, ok = s.deadline, s.deadline != 0
	if silent, watched := s.inactivityDeadline(); watched && (!ok || silent < at) {
		at, ok = silent, true
	}
	return at, ok
}

// Tick tells the time. A deadline that has passed ends the session or, if it is the answer to RequestExtensions and the
// policy says so, establishes it without extensions. Once the session has ended and the time to drain is over, Output is
// empty. The error is that of Err.
func (s *Session) Tick(now Time) error {
	s.observe(now)
	s.expire()
	return s.failure()
}

// observe keeps the latest time: a clock that goes back adds no time.
func (s *Session) observe(now Time) { s.now = max(s.now, now.Monotonic) }

func (s *Session) setDeadline(timeout uint32) {
	s.deadline = 0
	if timeout != Never {
		s.deadline = s.now + min(uint64(timeout), ^uint64(0)-s.now)
	}
}

// inactivityDeadline is the first time at which the peer has been silent for longer than it may. Silence during setup
// has its own deadlines.
func (s *Session) inactivityDeadline() (at uint64, watched bool) {
	limit := uint64(s.profile.timeouts.Inactivity)
	if limit == Never || s.phase != PhaseEstablished && (s.phase != PhaseNegotiation || s.isClient()) {
		return 0, false
	}
	return s.heard + min(limit+1, ^uint64(0)-s.heard), true
}

func (s *Session) expire() {
	if s.deadline != 0 && s.now >= s.deadline {
		s.deadline = 0
		s.expired()
	}
	if silent, watched := s.inactivityDeadline(); watched && s.now >= silent {
		s.fail(status.InactivityTimeout, nil)
	}
}

// expired acts on the deadline of the phase.
func (s *Session) expired() {
	switch s.phase {
	case PhaseHandshake:
		s.fail(status.HandshakeTimeout, nil)
	case PhaseSetup, PhaseDecision:
		s.fail(status.SetupTimeout, nil)
	case PhaseNegotiation, PhaseEstablished:
		s.negotiationExpired()
	case PhaseEnded:
		s.output.Release()
	}
}
