package noise

import (
	"io"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

// Initiator is the client's side of one handshake. The zero Initiator is ready
// for Start; each one shakes hands once. It must not be copied, and is for one
// goroutine at a time.
//
//	initiator                 responder
//	Start      -- act 1 -->   Respond
//	Finish     <-- act 2 --   (transport ready)
//	(certificate checked, transport ready)
type Initiator struct {
	phase       phase
	policy      Policy
	state       *handshakeState
	server      PublicKey
	certificate Certificate
	opened      bool // server and certificate are what act 2 held, accepted or not
}

// Start makes act 1. random is read as described at the package. Kinds:
// Argument for the zero Policy or a nil pointer, KeyInvalid for an authority
// that is no key (both leave the Initiator as it was), Random, HandshakeOrder,
// HandshakeFailed.
func (i *Initiator) Start(policy Policy, random io.Reader, act1 *[Act1Size]byte) error {
	if err := i.phase.expect(phaseNew); err != nil {
		return err
	}
	if act1 == nil {
		return status.Argument
	}
	if err := policy.check(); err != nil {
		return err
	}
	i.policy = policy
	i.state = newHandshakeState()
	s := i.state
	if err := s.ephemeral.generate(random); err != nil {
		return i.fail(err)
	}
	s.initialize()
	s.mixHash(s.ephemeral.encoding[:])
	s.mixHash(nil)
	*act1 = s.ephemeral.encoding
	i.phase = phaseSent
	return nil
}

// Finish takes act 2, checks the certificate against the policy at the time now
// (seconds since 1970, not looked at by a policy without clock), and only then
// makes t ready. Any error ends the handshake for good and leaves t closed.
// Kinds: Decrypt, those of Policy.Verify, CipherUnavailable; HandshakeOrder,
// HandshakeFailed, and Argument for a nil pointer change nothing.
func (i *Initiator) Finish(act2 *[Act2Size]byte, now uint64, t *Transport) error {
	if err := i.phase.expect(phaseSent); err != nil {
		return err
	}
	if act2 == nil || t == nil {
		return status.Argument
	}
	if err := i.finish(act2, now, t); err != nil {
		t.Close()
		return i.fail(err)
	}
	i.release()
	i.phase = phaseDone
	return nil
}

func (i *Initiator) finish(act2 *[Act2Size]byte, now uint64, t *Transport) error {
	s := i.state
	var shared [32]byte
	defer wipe(shared[:])
	exchange := func(theirs *[64]byte) error {
		err := secp256k1.ECDH(&shared, &s.ephemeral.secret, &s.ephemeral.encoding, theirs, true)
		if err != nil {
			return curveKind(err)
		}
		return s.mixKey(&shared)
	}

	ephemeral := (*[64]byte)(act2[:act2StaticAt])
	s.mixHash(ephemeral[:])
	if err := exchange(ephemeral); err != nil {
		return err
	}
	var static [64]byte
	if err := s.openAndHash(static[:], act2[act2StaticAt:act2CertificateAt]); err != nil {
		return err
	}
	if err := exchange(&static); err != nil {
		return err
	}
	var message [CertificateSize]byte
	if err := s.openAndHash(message[:], act2[act2CertificateAt:]); err != nil {
		return err
	}
	certificate, err := ParseCertificate(message[:])
	if err != nil {
		return err
	}
	var server PublicKey
	secp256k1.DecodeVartime((*[32]byte)(&server), &static)
	i.server, i.certificate, i.opened = server, certificate, true
	if err := i.policy.Verify(&certificate, server, now); err != nil {
		return err
	}
	return s.finish(t, true)
}

// Server returns the server's static key and certificate after Finish, for
// showing; State when Finish was not called or could not open them. After an
// insecure handshake both are mere claims, after a refused certificate they are
// what was refused.
func (i *Initiator) Server() (PublicKey, Certificate, error) {
	if !i.opened {
		return PublicKey{}, Certificate{}, status.State
	}
	return i.server, i.certificate, nil
}

// Close wipes what the handshake holds. Nothing can follow but Server.
func (i *Initiator) Close() {
	i.release()
	if i.phase != phaseDone {
		i.phase = phaseFailed
	}
}

func (i *Initiator) fail(err error) error {
	i.release()
	i.phase = phaseFailed
	return err
}

func (i *Initiator) release() {
	if i.state != nil {
		i.state.wipe()
		i.state = nil
	}
}

// String shows no secret.
func (*Initiator) String() string { return redacted }

// GoString shows no secret.
func (*Initiator) GoString() string { return redacted }
