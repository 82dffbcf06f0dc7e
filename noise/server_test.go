package noise

import (
	"math/rand/v2"
	"testing"
)

// testNow is inside the window of the certificates that newServer makes.
const testNow = 1_700_000_000

// server is a responder's setup with everything known.
type server struct {
	random      *rand.ChaCha8
	secretBytes [32]byte
	secret      *SecretKey
	authority   *SecretKey
	certificate Certificate
	identity    *Identity
}

func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{random: rand.NewChaCha8([32]byte{1, 2, 3})}
	s.random.Read(s.secretBytes[:])
	var err error
	if s.secret, err = NewSecretKey(&s.secretBytes); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.secret.Release)
	if s.authority, err = GenerateSecretKey(s.random); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.authority.Release)
	if s.certificate, err = SignCertificate(s.authority, s.secret.Public(), testNow-100, testNow+100, s.random); err != nil {
		t.Fatal(err)
	}
	if s.identity, err = NewIdentity(s.secret, &s.certificate, s.random); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) policy() Policy { return RequireAuthority(s.authority.Public()) }

// connect shakes hands and returns both ends.
func (s *server) connect(t testing.TB) (initiator, responder *Transport) {
	t.Helper()
	var i Initiator
	var r Responder
	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	initiator, responder = new(Transport), new(Transport)
	if err := i.Start(s.policy(), s.random, &act1); err != nil {
		t.Fatal(err)
	}
	if err := r.Respond(s.identity, s.random, &act1, &act2, responder); err != nil {
		t.Fatal(err)
	}
	if err := i.Finish(&act2, testNow, initiator); err != nil {
		t.Fatal(err)
	}
	return initiator, responder
}

// frameOf makes a plain frame with a payload of n bytes.
func frameOf(n int) []byte {
	f := frameVector{MsgType: 0x71, PayloadLen: n}
	return f.frame()
}
