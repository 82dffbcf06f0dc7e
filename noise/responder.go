package noise

import (
	"io"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

// Responder is the server's side of one handshake. The zero Responder is ready;
// each one shakes hands once. It must not be copied, and is for one goroutine
// at a time.
type Responder struct {
	phase phase
}

// Respond takes act 1, makes act 2, and makes t ready. All 64-byte messages are
// valid, so a failure is never the initiator's fault. random is read as
// described at the package. Any error ends the handshake for good, leaves t
// closed and act2 zero. Kinds: Argument, Random, KeyReleased,
// CipherUnavailable; HandshakeOrder and HandshakeFailed change nothing.
//
// It costs about half of a whole handshake in processor time; see Admission.
func (r *Responder) Respond(identity *Identity, random io.Reader, act1 *[Act1Size]byte, act2 *[Act2Size]byte, t *Transport) error {
	if err := r.phase.expect(phaseNew); err != nil {
		return err
	}
	if identity == nil || identity.secret == nil || act1 == nil || act2 == nil || t == nil {
		return status.Argument
	}
	s := newHandshakeState()
	defer s.wipe()
	if err := s.respond(identity, random, act1, act2, t); err != nil {
		*act2 = [Act2Size]byte{}
		t.Close()
		r.phase = phaseFailed
		return err
	}
	r.phase = phaseDone
	return nil
}

func (s *handshakeState) respond(identity *Identity, random io.Reader, act1 *[Act1Size]byte, act2 *[Act2Size]byte, t *Transport) error {
	if err := s.ephemeral.generate(random); err != nil {
		return err
	}
	s.initialize()
	s.mixHash(act1[:])
	s.mixHash(nil)

	var shared [32]byte
	defer wipe(shared[:])
	copy(act2[:], s.ephemeral.encoding[:])
	s.mixHash(s.ephemeral.encoding[:])
	err := secp256k1.ECDH(&shared, &s.ephemeral.secret, &s.ephemeral.encoding, act1, false)
	if err != nil {
		return curveKind(err)
	}
	if err := s.mixKey(&shared); err != nil {
		return err
	}
	if err := s.sealAndHash(act2[act2StaticAt:act2CertificateAt], identity.encoding[:]); err != nil {
		return err
	}
	if err := identity.ecdh(&shared, act1); err != nil {
		return err
	}
	if err := s.mixKey(&shared); err != nil {
		return err
	}
	certificate := identity.certificateBytes()
	if err := s.sealAndHash(act2[act2CertificateAt:], certificate[:]); err != nil {
		return err
	}
	return s.finish(t, false)
}
