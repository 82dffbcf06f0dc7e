package noise

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

var update = flag.Bool("update", false, "write testdata/refused_certificates.json anew")

// refusedCertificate is a whole handshake with a server that cheats in ways in
// which neither the Go nor the C interface lets a server cheat. The C tests
// read the file too.
type refusedCertificate struct {
	Name            string `json:"name"`
	Status          int32  `json:"status"`
	Now             uint64 `json:"now"`
	AuthorityX      string `json:"authority_xonly"`
	InitiatorRandom string `json:"initiator_random"`
	Act1            string `json:"act1"`
	Act2            string `json:"act2"`
}

func signed(t *testing.T, s *server, c Certificate) Certificate {
	t.Helper()
	digest := c.Digest(s.secret.Public())
	if err := s.authority.use(func(secret *[SecretKeySize]byte) error {
		return secp256k1.Sign(&c.Signature, secret, digest[:], new([32]byte))
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func refusedCertificates(t *testing.T) (list []refusedCertificate) {
	s := newServer(t)
	good := signed(t, s, Certificate{ValidFrom: testNow - 100, NotValidAfter: testNow + 100})
	with := func(c Certificate, change func(*Certificate)) Certificate {
		change(&c)
		return c
	}
	for _, r := range []struct {
		name        string
		certificate Certificate
		want        status.Kind
	}{
		{"good", good, 0},
		{"version 1, signed", signed(t, s, Certificate{Version: 1, ValidFrom: testNow - 100, NotValidAfter: testNow + 100}), status.CertificateVersion},
		{"version 65535, signed", signed(t, s, Certificate{Version: 65535, ValidFrom: testNow - 100, NotValidAfter: testNow + 100}), status.CertificateVersion},
		{"version 1, not signed", with(good, func(c *Certificate) { c.Version = 1 }), status.CertificateVersion},
		{"window reversed, signed", signed(t, s, Certificate{ValidFrom: testNow + 100, NotValidAfter: testNow - 100}), status.CertificateWindow},
		{"window reversed by a second, signed", signed(t, s, Certificate{ValidFrom: testNow, NotValidAfter: testNow - 1}), status.CertificateWindow},
		{"window of one second", signed(t, s, Certificate{ValidFrom: testNow, NotValidAfter: testNow}), 0},
		{"window reversed, not signed", with(good, func(c *Certificate) { c.NotValidAfter = c.ValidFrom - 1 }), status.CertificateAuthority},
		{"begins later, not signed", with(good, func(c *Certificate) { c.ValidFrom++ }), status.CertificateAuthority},
		{"ends later, not signed", with(good, func(c *Certificate) { c.NotValidAfter++ }), status.CertificateAuthority},
		{"s not below the group order", with(good, func(c *Certificate) { copy(c.Signature[32:], bytes.Repeat([]byte{0xff}, 32)) }), status.CertificateSignature},
		{"R not on the curve", with(good, func(c *Certificate) { copy(c.Signature[:32], make([]byte, 32)) }), status.CertificateSignature},
		{"s of zero", with(good, func(c *Certificate) { copy(c.Signature[32:], make([]byte, 32)) }), status.CertificateAuthority},
		{"one bit of s", with(good, func(c *Certificate) { c.Signature[63] ^= 1 }), status.CertificateAuthority},
	} {
		c := r.certificate
		c.Append(s.identity.certificate[:0])
		random := rand.NewChaCha8([32]byte{9})
		var drawn bytes.Buffer
		var i Initiator
		var q Responder
		var act1 [Act1Size]byte
		var act2 [Act2Size]byte
		var link, back Transport
		if err := i.Start(s.policy(), io.TeeReader(random, &drawn), &act1); err != nil {
			t.Fatal(err)
		}
		if err := q.Respond(s.identity, random, &act1, &act2, &back); err != nil {
			t.Fatal(err)
		}
		var got status.Kind
		if err := i.Finish(&act2, testNow, &link); err != nil {
			got = err.(status.Kind)
		}
		if got != r.want {
			t.Errorf("%s: %v, want %v", r.name, got, r.want)
		}
		authority := s.authority.Public()
		list = append(list, refusedCertificate{Name: r.name, Status: int32(r.want), Now: testNow,
			AuthorityX:      hex.EncodeToString(authority[:]),
			InitiatorRandom: hex.EncodeToString(drawn.Bytes()), Act1: hex.EncodeToString(act1[:]),
			Act2: hex.EncodeToString(act2[:])})
	}
	return list
}

// NO-19 to NO-22: what cheating servers get, and that the file, which the C
// tests read, says the same.
func TestRefusedCertificates(t *testing.T) {
	const path = "testdata/refused_certificates.json"
	var want bytes.Buffer
	encoder := json.NewEncoder(&want)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(refusedCertificates(t)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error(path + " is not what the code makes; go test ./noise -run RefusedCertificates -update")
	}
}
