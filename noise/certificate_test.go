package noise

import (
	"bytes"
	"math"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// handshakeWith shows a certificate to an initiator with a policy.
func (s *server) handshakeWith(t *testing.T, certificate Certificate, policy Policy, now uint64) error {
	t.Helper()
	identity := &Identity{secret: s.secret, encoding: s.identity.encoding}
	certificate.Append(identity.certificate[:0])
	var i Initiator
	var r Responder
	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	var link, back Transport
	if err := i.Start(policy, s.random, &act1); err != nil {
		t.Fatal(err)
	}
	if err := r.Respond(identity, s.random, &act1, &act2, &back); err != nil {
		t.Fatal(err)
	}
	err := i.Finish(&act2, now, &link)
	if (err == nil) == link.Closed() {
		t.Errorf("%v but closed is %v", err, link.Closed())
	}
	return err
}

func (s *server) sign(t *testing.T, from, to uint32) Certificate {
	t.Helper()
	c, err := SignCertificate(s.authority, s.secret.Public(), from, to, s.random)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// NO-17, NO-21, NO-22, I9: each bad certificate is its own kind, in a handshake.
func TestBadCertificates(t *testing.T) {
	s := newServer(t)
	good := s.certificate
	other, err := GenerateSecretKey(s.random)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Release()

	check := func(name string, c Certificate, policy Policy, now uint64, want status.Kind) {
		t.Helper()
		wantKind(t, name, s.handshakeWith(t, c, policy, now), want)
	}
	if err := s.handshakeWith(t, good, s.policy(), testNow); err != nil {
		t.Fatal(err)
	}
	check("expired", good, s.policy(), testNow+111, status.CertificateExpired)
	check("not yet valid", good, s.policy(), testNow-111, status.CertificateNotYetValid)
	check("wrong authority", good, RequireAuthority(other.Public()), testNow, status.CertificateAuthority)

	c := good
	c.Version = 1
	check("version", c, s.policy(), testNow, status.CertificateVersion)
	c = good
	c.NotValidAfter++
	check("altered time", c, s.policy(), testNow, status.CertificateAuthority)
	c = good
	copy(c.Signature[32:], bytes.Repeat([]byte{0xff}, 32))
	check("s too large", c, s.policy(), testNow, status.CertificateSignature)
	c = good
	copy(c.Signature[:32], make([]byte, 32))
	check("R off the curve", c, s.policy(), testNow, status.CertificateSignature)
	c, err = SignCertificate(s.authority, other.Public(), testNow-100, testNow+100, s.random)
	if err != nil {
		t.Fatal(err)
	}
	check("certificate of another server", c, s.policy(), testNow, status.CertificateAuthority)

	// Every byte of the signature matters.
	for n := range c.Signature {
		c = good
		c.Signature[n] ^= 1
		policy := s.policy()
		switch err := policy.Verify(&c, s.secret.Public(), testNow); err {
		case status.CertificateAuthority, status.CertificateSignature:
		default:
			t.Errorf("signature byte %d: %v", n, err)
		}
	}
}

// An initiator without an authority key has to say so, and then trusts anything.
func TestInsecurePolicy(t *testing.T) {
	s := newServer(t)
	c := Certificate{Version: 7, ValidFrom: 9, NotValidAfter: 3}
	if err := s.handshakeWith(t, c, Insecure(), testNow); err != nil {
		t.Fatal(err)
	}
	var zero Policy
	wantKind(t, "zero policy", zero.Verify(&s.certificate, s.secret.Public(), testNow), status.Argument)
}

// I8, I9: the edges of the window, with leeway, without wrapping around.
func TestCertificateTimes(t *testing.T) {
	s := newServer(t)
	const last = math.MaxUint32
	for _, c := range []struct {
		from, to uint32
		now      uint64
		leeway   uint32
		want     status.Kind // 0: valid
	}{
		{100, 200, 100, 0, 0},
		{100, 200, 200, 0, 0},
		{100, 200, 99, 0, status.CertificateNotYetValid},
		{100, 200, 201, 0, status.CertificateExpired},
		{100, 200, 90, 10, 0},
		{100, 200, 89, 10, status.CertificateNotYetValid},
		{100, 200, 210, 10, 0},
		{100, 200, 211, 10, status.CertificateExpired},
		{5, 200, 0, 10, 0},
		{0, 0, 0, 0, 0},
		{0, last, last, 0, 0},
		{0, last, last + 10, 10, 0},
		{0, last, last + 11, 10, status.CertificateExpired},
		{0, last, last, last, 0},
		{last, last, 0, last, 0},
		{last, last, 0, last - 1, status.CertificateNotYetValid},
		{0, 0, 1 << 40, last, status.CertificateExpired},
		{0, last, math.MaxUint64, last, status.CertificateExpired},
	} {
		certificate := s.sign(t, c.from, c.to)
		policy := s.policy().WithLeeway(c.leeway)
		err := policy.Verify(&certificate, s.secret.Public(), c.now)
		if c.want == 0 {
			if err != nil {
				t.Errorf("%+v: %v", c, err)
			}
		} else {
			wantKind(t, "times", err, c.want)
		}
		policy = policy.WithoutClock()
		if err := policy.Verify(&certificate, s.secret.Public(), c.now); err != nil {
			t.Errorf("%+v without clock: %v", c, err)
		}
	}
	if p := s.policy(); p.leeway != 10 {
		t.Error("default leeway", p.leeway)
	}
}

// An empty window is refused when signing and when verifying.
func TestCertificateWindow(t *testing.T) {
	s := newServer(t)
	_, err := SignCertificate(s.authority, s.secret.Public(), 2, 1, s.random)
	wantKind(t, "sign", err, status.CertificateWindow)
	// Signed by somebody who does not check.
	c := Certificate{ValidFrom: testNow + 5, NotValidAfter: testNow}
	c.Signature = signDigest(t, s.authority, c.Digest(s.secret.Public()))
	policy := s.policy()
	wantKind(t, "verify", policy.Verify(&c, s.secret.Public(), testNow), status.CertificateWindow)
}

// I8: a lifetime that does not fit is cut, not wrapped.
func TestWindow(t *testing.T) {
	for _, c := range []struct {
		now, backdate, lifetime uint64
		from, to                uint32
	}{
		{1000, 100, 500, 900, 1500},
		{50, 100, 500, 0, 550},
		{1700000000, 3600, math.MaxUint32, 1700000000 - 3600, math.MaxUint32},
		{1700000000, 0, math.MaxUint64, 1700000000, math.MaxUint32},
		{math.MaxUint64, 0, math.MaxUint64, math.MaxUint32, math.MaxUint32},
	} {
		if from, to := Window(c.now, c.backdate, c.lifetime); from != c.from || to != c.to {
			t.Errorf("%+v: %d %d", c, from, to)
		}
	}
}

// NO-17: 74 bytes, little-endian; every other length is refused.
func TestCertificateBytes(t *testing.T) {
	c := Certificate{Version: 0x0102, ValidFrom: 0x03040506, NotValidAfter: 0x0708090a}
	c.Signature[0], c.Signature[63] = 0xaa, 0xbb
	b := c.Append(nil)
	if len(b) != 74 || !bytes.Equal(b[:11], []byte{2, 1, 6, 5, 4, 3, 0xa, 9, 8, 7, 0xaa}) || b[73] != 0xbb {
		t.Fatalf("%x", b)
	}
	if back, err := ParseCertificate(b); err != nil || back != c {
		t.Fatal(back, err)
	}
	for n := range 80 {
		if n == CertificateSize {
			continue
		}
		_, err := ParseCertificate(make([]byte, n))
		wantKind(t, "length", err, status.CertificateLength)
	}
}

// Signing refuses what would not verify.
func TestSignCertificateRefuses(t *testing.T) {
	s := newServer(t)
	_, err := SignCertificate(s.authority, PublicKey{}, 1, 2, s.random)
	wantKind(t, "server key", err, status.KeyInvalid)
	_, err = SignCertificate(s.authority, s.secret.Public(), 1, 2, bytes.NewReader(nil))
	wantKind(t, "random", err, status.Random)
	_, err = SignCertificate(s.authority, s.secret.Public(), 1, 2, nil)
	wantKind(t, "no random", err, status.Random)
	s.authority.Release()
	_, err = SignCertificate(s.authority, s.secret.Public(), 1, 2, s.random)
	wantKind(t, "released", err, status.KeyReleased)
}

// The file form: 138 bytes, round trip, and keys checked.
func TestFullCertificate(t *testing.T) {
	s := newServer(t)
	c := FullCertificate{Certificate: s.certificate, Server: s.secret.Public(), Authority: s.authority.Public()}
	b := c.Append(nil)
	if len(b) != FullCertificateSize || FullCertificateSize != 138 {
		t.Fatal(len(b))
	}
	if back, err := ParseFullCertificate(b); err != nil || back != c {
		t.Fatal(err)
	}
	_, err := ParseFullCertificate(b[1:])
	wantKind(t, "length", err, status.CertificateLength)
	for _, at := range []int{10, 42} {
		bad := append([]byte{}, b...)
		clear(bad[at : at+32])
		_, err := ParseFullCertificate(bad)
		wantKind(t, "key", err, status.KeyInvalid)
	}
}
