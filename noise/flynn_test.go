package noise

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ellswift"
	flynn "github.com/flynn/noise"
)

// plainDH is the composition that the benchmarks compare with, and the oracle
// of the tests: flynn/noise runs the pattern, btcec does the curve. A private
// key is the scalar and the encoding that was sent.
type plainDH struct {
	initiator bool
}

func (plainDH) DHLen() int     { return 64 }
func (plainDH) DHName() string { return "Secp256k1+EllSwift" }

func (plainDH) GenerateKeypair(io.Reader) (flynn.DHKey, error) {
	key, encoding, err := ellswift.EllswiftCreate()
	if err != nil {
		return flynn.DHKey{}, err
	}
	return flynn.DHKey{Private: append(key.Serialize(), encoding[:]...), Public: encoding[:]}, nil
}

func (d plainDH) DH(private, public []byte) ([]byte, error) {
	if len(private) != 96 || len(public) != 64 {
		return nil, errors.New("key length")
	}
	key, _ := btcec.PrivKeyFromBytes(private[:32])
	shared, err := ellswift.V2Ecdh(key, [64]byte(public), [64]byte(private[32:]), d.initiator)
	if err != nil {
		return nil, err
	}
	return shared[:], nil
}

func flynnState(t testing.TB, initiator bool, static flynn.DHKey) *flynn.HandshakeState {
	t.Helper()
	state, err := flynn.NewHandshakeState(flynn.Config{
		CipherSuite:   flynn.NewCipherSuite(plainDH{initiator}, flynn.CipherChaChaPoly, flynn.HashSHA256),
		Pattern:       flynn.HandshakeNX,
		Initiator:     initiator,
		StaticKeypair: static,
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// NO-12 to NO-18: against an independent implementation of the pattern and the
// curve, in both roles.
func TestAgainstFlynn(t *testing.T) {
	s := newServer(t)
	static := flynn.DHKey{Private: append(append([]byte{}, s.secretBytes[:]...), s.identity.encoding[:]...),
		Public: s.identity.encoding[:]}
	certificate := s.identity.certificateBytes()
	for range 25 {
		// They initiate.
		theirs := flynnState(t, true, flynn.DHKey{})
		act1, _, _, err := theirs.WriteMessage(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var act2 [Act2Size]byte
		var link Transport
		var r Responder
		if err := r.Respond(s.identity, s.random, (*[Act1Size]byte)(act1), &act2, &link); err != nil {
			t.Fatal(err)
		}
		payload, send, receive, err := theirs.ReadMessage(nil, act2[:])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(payload, certificate[:]) || !bytes.Equal(theirs.PeerStatic(), s.identity.encoding[:]) {
			t.Fatal("certificate or static key differ")
		}
		comparePair(t, theirs, &link, receive, send)

		// They respond.
		var i Initiator
		var first [Act1Size]byte
		if err := i.Start(s.policy(), s.random, &first); err != nil {
			t.Fatal(err)
		}
		theirs = flynnState(t, false, static)
		if _, _, _, err := theirs.ReadMessage(nil, first[:]); err != nil {
			t.Fatal(err)
		}
		reply, toResponder, toInitiator, err := theirs.WriteMessage(nil, certificate[:])
		if err != nil {
			t.Fatal(err)
		}
		if len(reply) != Act2Size {
			t.Fatalf("act 2 of %d bytes", len(reply))
		}
		link = Transport{}
		if err := i.Finish((*[Act2Size]byte)(reply), testNow, &link); err != nil {
			t.Fatal(err)
		}
		comparePair(t, theirs, &link, toResponder, toInitiator)
	}
}

// comparePair compares the keys: send is the key that link seals with.
func comparePair(t *testing.T, theirs *flynn.HandshakeState, link *Transport, send, receive *flynn.CipherState) {
	t.Helper()
	if send.UnsafeKey() != *link.sender.key || receive.UnsafeKey() != *link.receiver.key {
		t.Fatal("transport keys differ")
	}
	if hash := link.HandshakeHash(); !bytes.Equal(theirs.ChannelBinding(), hash[:]) {
		t.Fatal("handshake hash differs")
	}
}
