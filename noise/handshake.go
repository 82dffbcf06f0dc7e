package noise

import "github.com/libsv2/libsv2/status"

// phase is how far a handshake has come. Every step checks it, and a failure
// is final: no key or nonce is ever used a second time.
type phase uint8

const (
	phaseNew    phase = iota // nothing sent or received
	phaseSent                // initiator: act 1 is out
	phaseDone                // the transport keys have been handed over
	phaseFailed              // never again
)

// expect returns nil when the handshake is in phase p.
func (have phase) expect(want phase) error {
	switch have {
	case want:
		return nil
	case phaseFailed:
		return status.HandshakeFailed
	}
	return status.HandshakeOrder
}

// Act1Bytes returns received bytes as an act 1, or HandshakeLength.
func Act1Bytes(b []byte) (*[Act1Size]byte, error) {
	if len(b) != Act1Size {
		return nil, status.HandshakeLength
	}
	return (*[Act1Size]byte)(b), nil
}

// Act2Bytes returns received bytes as an act 2, or HandshakeLength.
func Act2Bytes(b []byte) (*[Act2Size]byte, error) {
	if len(b) != Act2Size {
		return nil, status.HandshakeLength
	}
	return (*[Act2Size]byte)(b), nil
}

// The pieces of act 2.
const (
	act2StaticAt      = 64
	act2CertificateAt = act2StaticAt + 64 + TagSize
)

// handshakeState is what a side has to keep secret until the end. It is behind
// two pointers so that no way of printing an Initiator or a Responder shows it:
// package fmt follows one when a verb does not fit.
type handshakeState struct{ *handshakeSecrets }

type handshakeSecrets struct {
	symmetricState
	ephemeral keyPair
}

func newHandshakeState() *handshakeState { return &handshakeState{new(handshakeSecrets)} }

func (s *handshakeState) wipe() {
	s.symmetricState.wipe()
	s.ephemeral.wipe()
}

// finish derives the transport keys. Initiators seal with the first key and
// open with the second, responders the other way round (4.5.2.1).
func (s *handshakeState) finish(t *Transport, initiator bool) error {
	var toResponder, toInitiator [keySize]byte
	defer func() { wipe(toResponder[:]); wipe(toInitiator[:]) }()
	s.split(&toResponder, &toInitiator)
	if initiator {
		return t.initialize(&toResponder, &toInitiator, &s.h)
	}
	return t.initialize(&toInitiator, &toResponder, &s.h)
}
