package session

import "github.com/libsv2/libsv2/status"

// outputKept is how much memory the output queue keeps when it is empty.
const outputKept = 4096

// Output returns the bytes that wait to be sent, valid until the next call. Send as many as the connection takes, and tell
// how many with Sent.
func (s *Session) Output() []byte { return s.output.Data() }

// Sent drops the first n bytes of Output. More than there are is Argument.
func (s *Session) Sent(n int) error {
	if kind := s.output.Consume(n); kind != 0 {
		return status.Argument
	}
	if s.output.Len() > 0 {
		return nil
	}
	if s.phase == PhaseEnded {
		s.deadline = 0 // drained in time
	}
	if s.phase == PhaseEnded || s.output.Reserved() > outputKept {
		s.output.Release()
	}
	return nil
}

// Finished reports that the session has ended and everything was sent: the connection can be closed.
func (s *Session) Finished() bool { return s.phase == PhaseEnded && s.output.Len() == 0 }
