package session

// Phase is how far a session has come. It only goes forward.
type Phase uint8

// The phases, in order. PhaseHandshake is left out of a plain connection, PhaseDecision exists on a server with HoldSetup,
// and a client that wants no extensions has no PhaseNegotiation.
const (
	PhaseHandshake   Phase = iota // the Noise handshake is under way
	PhaseSetup                    // SetupConnection is to be sent, or to be answered by the peer
	PhaseDecision                 // server: SetupConnection can be accepted, and the program has to say whether
	PhaseNegotiation              // RequestExtensions is to be sent, or to be answered by the peer
	PhaseEstablished              // messages flow
	PhaseEnded                    // the session is over; Err says why
)

var phaseNames = [...]string{"handshake", "setup", "decision", "negotiation", "established", "ended"}

// String returns the name of the phase in lower case.
func (p Phase) String() string {
	if int(p) < len(phaseNames) {
		return phaseNames[p]
	}
	return "unknown"
}
