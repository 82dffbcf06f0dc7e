package noise

import (
	"io"
	"testing"

	flynn "github.com/flynn/noise"
)

// BenchmarkSymmetric is a handshake of both sides without the curve: what the
// choice between flynn/noise and symmetric.go is about.
func BenchmarkSymmetric(b *testing.B) {
	var e, re, static [64]byte
	var certificate [CertificateSize]byte
	var shared [32]byte
	var act2 [Act2Size]byte
	side := func(t *Transport, initiator bool, piece func(*symmetricState, []byte, []byte) error) {
		s := newHandshakeState()
		defer s.wipe()
		s.initialize()
		s.mixHash(e[:])
		s.mixHash(nil)
		s.mixHash(re[:])
		for _, p := range [][2][]byte{{act2[64:144], static[:]}, {act2[144:], certificate[:]}} {
			if err := s.mixKey(&shared); err != nil {
				b.Fatal(err)
			}
			if err := piece(&s.symmetricState, p[0], p[1]); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.finish(t, initiator); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("here", func(b *testing.B) {
		var link, back Transport
		b.ReportAllocs()
		for b.Loop() {
			side(&back, false, func(s *symmetricState, sealed, plain []byte) error { return s.sealAndHash(sealed, plain) })
			side(&link, true, func(s *symmetricState, sealed, plain []byte) error { return s.openAndHash(plain, sealed) })
		}
	})
	b.Run("flynn", func(b *testing.B) {
		key := flynn.DHKey{Private: make([]byte, 96), Public: make([]byte, 64)}
		state := func(initiator bool) *flynn.HandshakeState {
			s, err := flynn.NewHandshakeState(flynn.Config{
				CipherSuite: flynn.NewCipherSuite(noDH{}, flynn.CipherChaChaPoly, flynn.HashSHA256),
				Pattern:     flynn.HandshakeNX, Initiator: initiator, StaticKeypair: key, EphemeralKeypair: key})
			if err != nil {
				b.Fatal(err)
			}
			return s
		}
		b.ReportAllocs()
		for b.Loop() {
			i, r := state(true), state(false)
			act1, _, _, err1 := i.WriteMessage(nil, nil)
			_, _, _, err2 := r.ReadMessage(nil, act1)
			act2, _, _, err3 := r.WriteMessage(nil, certificate[:])
			_, _, _, err4 := i.ReadMessage(nil, act2)
			if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
				b.Fatal(err1, err2, err3, err4)
			}
		}
	})
}

// noDH costs nothing.
type noDH struct{ plainDH }

func (noDH) DH(_, _ []byte) ([]byte, error) { return make([]byte, 32), nil }

func (noDH) GenerateKeypair(io.Reader) (flynn.DHKey, error) {
	return flynn.DHKey{Private: make([]byte, 96), Public: make([]byte, 64)}, nil
}
