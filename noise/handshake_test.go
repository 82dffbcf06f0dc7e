package noise

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// wantKind fails unless err is exactly this kind.
func wantKind(t *testing.T, name string, err error, want status.Kind) {
	t.Helper()
	var kind status.Kind
	if !errors.As(err, &kind) || kind != want {
		t.Errorf("%s: got %v, want %s", name, err, want.Name())
	}
}

// NO-14: the constants of the protocol name.
func TestProtocolName(t *testing.T) {
	if len(protocolName) != 45 {
		t.Error(len(protocolName))
	}
	if hex.EncodeToString(initialChain[:]) != "2eb47881208e9eee1f669f67c66ee70ea9ea88090d503fe830dc4bc83e29bf10" ||
		hex.EncodeToString(initialHash[:]) != "922fa32e4f487c0d59caa3bed7899ce3d98db7e13dbd3b7cf2d23dd433dc6104" {
		t.Errorf("%x %x", initialChain, initialHash)
	}
}

// NO-16, I5: act 2 is 234 bytes, not the 170 of the table.
func TestMessageSizes(t *testing.T) {
	if Act1Size != 64 || Act2Size != 234 {
		t.Fatal(Act1Size, Act2Size)
	}
	for n := range 300 {
		b := make([]byte, n)
		_, err := Act1Bytes(b)
		if n == Act1Size {
			if err != nil {
				t.Error(err)
			}
		} else {
			wantKind(t, "act 1", err, status.HandshakeLength)
		}
		_, err = Act2Bytes(b)
		if n == Act2Size {
			if err != nil {
				t.Error(err)
			}
		} else {
			wantKind(t, "act 2", err, status.HandshakeLength)
		}
	}
}

// attempt runs a handshake with both messages passed through change.
func (s *server) attempt(t *testing.T, change func(act1 *[Act1Size]byte, act2 *[Act2Size]byte, second bool)) (*Transport, *Transport, error) {
	t.Helper()
	var i Initiator
	var r Responder
	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	var link, back Transport
	if err := i.Start(s.policy(), s.random, &act1); err != nil {
		t.Fatal(err)
	}
	change(&act1, &act2, false)
	if err := r.Respond(s.identity, s.random, &act1, &act2, &back); err != nil {
		t.Fatal(err)
	}
	change(&act1, &act2, true)
	err := i.Finish(&act2, testNow, &link)
	if err != nil {
		if !link.Closed() || i.state != nil {
			t.Error("a failed initiator leaves a link or keys")
		}
		wantKind(t, "Finish after failure", i.Finish(&act2, testNow, &link), status.HandshakeFailed)
		wantKind(t, "Start after failure", i.Start(s.policy(), s.random, &act1), status.HandshakeFailed)
		if _, _, shown := i.Server(); errors.Is(err, status.Decrypt) {
			wantKind(t, "Server after failure", shown, status.State)
		} else if shown != nil {
			t.Errorf("what was refused with %v cannot be shown: %v", err, shown)
		}
	}
	return &link, &back, err
}

// NO-19, I6, I7: no bit of either message can be changed. A changed act 1 is a
// valid encoding of another key, so the responder answers, and the initiator
// cannot open the answer.
func TestEveryByteFlipped(t *testing.T) {
	s := newServer(t)
	for n := range Act1Size {
		_, _, err := s.attempt(t, func(act1 *[Act1Size]byte, _ *[Act2Size]byte, second bool) {
			if !second {
				act1[n] ^= 1 << (n % 8)
			}
		})
		wantKind(t, "act 1", err, status.Decrypt)
	}
	for n := range Act2Size {
		_, _, err := s.attempt(t, func(_ *[Act1Size]byte, act2 *[Act2Size]byte, second bool) {
			if second {
				act2[n] ^= 1 << (n % 8)
			}
		})
		wantKind(t, "act 2", err, status.Decrypt)
	}
	if link, back, err := s.attempt(t, func(*[Act1Size]byte, *[Act2Size]byte, bool) {}); err != nil ||
		link.HandshakeHash() != back.HandshakeHash() {
		t.Fatal(err)
	}
}

// Steps out of order, twice, or after the end.
func TestHandshakeOrder(t *testing.T) {
	s := newServer(t)
	var i Initiator
	var r Responder
	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	var link, back Transport
	wantKind(t, "Finish first", i.Finish(&act2, testNow, &link), status.HandshakeOrder)
	wantKind(t, "zero policy", i.Start(Policy{}, s.random, &act1), status.Argument)
	wantKind(t, "authority off the curve", i.Start(RequireAuthority(PublicKey{}), s.random, &act1), status.KeyInvalid)
	if err := i.Start(s.policy(), s.random, &act1); err != nil {
		t.Fatal(err)
	}
	sent := act1
	wantKind(t, "Start twice", i.Start(s.policy(), s.random, &act1), status.HandshakeOrder)
	if act1 != sent {
		t.Error("second Start changed act 1")
	}
	wantKind(t, "no identity", r.Respond(nil, s.random, &act1, &act2, &back), status.Argument)
	if err := r.Respond(s.identity, s.random, &act1, &act2, &back); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "Respond twice", r.Respond(s.identity, s.random, &act1, &act2, &link), status.HandshakeOrder)
	if back.Closed() {
		t.Error("second Respond closed the link")
	}
	if err := i.Finish(&act2, testNow, &link); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "Finish twice", i.Finish(&act2, testNow, &link), status.HandshakeOrder)
	wantKind(t, "Start at the end", i.Start(s.policy(), s.random, &act1), status.HandshakeOrder)
	if link.Closed() || i.state != nil {
		t.Error("link closed or keys kept")
	}
	i.Close()
	if server, _, err := i.Server(); err != nil || server != s.secret.Public() {
		t.Error(err)
	}

	var abandoned Initiator
	_ = abandoned.Start(s.policy(), s.random, &act1)
	abandoned.Close()
	wantKind(t, "Finish after Close", abandoned.Finish(&act2, testNow, &link), status.HandshakeFailed)
}

// A random source that fails ends the handshake.
func TestHandshakeRandomFails(t *testing.T) {
	s := newServer(t)
	for _, n := range []int{0, 31, 32, 64} {
		var i Initiator
		var r Responder
		var act1 [Act1Size]byte
		var act2 [Act2Size]byte
		var link Transport
		source := bytes.Repeat([]byte{1}, n)
		wantKind(t, "Start", i.Start(s.policy(), bytes.NewReader(source), &act1), status.Random)
		wantKind(t, "Start again", i.Start(s.policy(), s.random, &act1), status.HandshakeFailed)
		wantKind(t, "Respond", r.Respond(s.identity, bytes.NewReader(source), &act1, &act2, &link), status.Random)
		wantKind(t, "Respond again", r.Respond(s.identity, s.random, &act1, &act2, &link), status.HandshakeFailed)
		if act2 != [Act2Size]byte{} || !link.Closed() {
			t.Error("a failed responder leaves something behind")
		}
	}
	var i Initiator
	wantKind(t, "no source", i.Start(s.policy(), nil, new([Act1Size]byte)), status.Random)
}

// A responder whose key was released fails, and says so.
func TestResponderKeyReleased(t *testing.T) {
	s := newServer(t)
	s.secret.Release()
	var r Responder
	var act2 [Act2Size]byte
	var link Transport
	wantKind(t, "Respond", r.Respond(s.identity, s.random, new([Act1Size]byte), &act2, &link), status.KeyReleased)
	_, err := NewIdentity(s.secret, &s.certificate, s.random)
	wantKind(t, "NewIdentity", err, status.KeyReleased)
}

// A certificate swapped at run time is the one that the next handshake shows.
func TestCertificateSwap(t *testing.T) {
	s := newServer(t)
	next, err := SignCertificate(s.authority, s.secret.Public(), testNow-1, testNow+999, s.random)
	if err != nil {
		t.Fatal(err)
	}
	s.connect(t)
	if err := s.identity.SetCertificate(&next); err != nil {
		t.Fatal(err)
	}
	var i Initiator
	var r Responder
	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	var link, back Transport
	_ = i.Start(s.policy(), s.random, &act1)
	_ = r.Respond(s.identity, s.random, &act1, &act2, &back)
	if err := i.Finish(&act2, testNow, &link); err != nil {
		t.Fatal(err)
	}
	if _, seen, _ := i.Server(); seen != next || s.identity.Certificate() != next {
		t.Error("old certificate")
	}
	bad := next
	bad.Version = 1
	wantKind(t, "version", s.identity.SetCertificate(&bad), status.CertificateVersion)
	bad = next
	bad.ValidFrom, bad.NotValidAfter = 2, 1
	wantKind(t, "window", s.identity.SetCertificate(&bad), status.CertificateWindow)
	if s.identity.Certificate() != next {
		t.Error("a refused certificate was taken")
	}
}
