package noise

import (
	"bytes"
	"testing"

	"github.com/libsv2/libsv2/internal/corpus"
)

// TestCorpus: the seeds of the fuzz targets here, and of those of the C ABI that
// take keys and handshakes, are what this makes.
func TestCorpus(t *testing.T) {
	s := newServer(t)
	seed := func(name string, values ...any) corpus.Seed { return corpus.Seed{Name: name, Values: values} }
	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	var i Initiator
	var r Responder
	var link Transport
	if err := i.Start(s.policy(), s.random, &act1); err != nil {
		t.Fatal(err)
	}
	if err := r.Respond(s.identity, s.random, &act1, &act2, &link); err != nil {
		t.Fatal(err)
	}
	ones := bytes.Repeat([]byte{0xff}, Act1Size)
	corpus.Go(t, "FuzzAct1FixedKeys", seed("genuine", act1[:]), seed("zero", make([]byte, Act1Size)), seed("ones", ones),
		seed("short", act1[1:]), seed("empty", []byte{}))
	corpus.Go(t, "FuzzAct1RandomKeys", seed("genuine", uint64(1), act1[:]), seed("ones", uint64(2), ones))
	change := func(at int) []byte { return append(make([]byte, at), 1) }
	for target, keys := range map[string][]any{"FuzzAct2FixedKeys": nil, "FuzzAct2RandomKeys": {uint64(1)}} {
		with := func(name string, b []byte) corpus.Seed { return seed(name, append(keys[:len(keys):len(keys)], b)...) }
		corpus.Go(t, target, with("none", []byte{}), with("ephemeral", change(0)), with("static", change(64)),
			with("static-tag", change(64+64)), with("certificate", change(64+80)), with("last", change(Act2Size-1)))
	}
	corpus.Go(t, "FuzzAct2Raw", seed("genuine", uint64(1), act2[:]), seed("zero", uint64(1), make([]byte, Act2Size)), seed("short", uint64(1), act2[1:]))

	corpus.Go(t, "FuzzDecoder",
		seed("pieces", []byte{0, 1, 50}, []byte{1, 2, 3}, uint32(0), byte(0)),
		seed("blocks-changed", []byte{255, 254}, []byte{22, 0, 16}, uint32(30), byte(1)),
		seed("header-changed", []byte{7}, []byte{}, uint32(5), byte(0x80)))
	corpus.Go(t, "FuzzTransport",
		seed("both-ways", []byte{0, 0, 0, 0, 1, 9, 0, 0, 2, 255, 0, 0, 7, 250, 0, 0, 12, 20, 0, 0}),
		seed("changed", []byte{0, 5, 0, 0, 4, 100, 1, 128, 0, 5, 0, 0, 1, 5, 0, 0}))
	corpus.Go(t, "FuzzAdmission",
		seed("burst", uint16(1), uint16(3), []byte{0, 0, 0, 0, 0, 0, 0, 0, 24, 250, 0, 0}),
		seed("clock-goes-back", uint16(10), uint16(1), []byte{80, 9, 1, 255, 0, 255}),
		seed("none", uint16(0), uint16(1), []byte{}))

	full := FullCertificate{s.certificate, s.secret.Public(), s.authority.Public()}
	expired := full
	expired.NotValidAfter = 5
	corpus.Go(t, "FuzzCertificate",
		seed("short-form", s.certificate.Append(nil), uint64(testNow), uint32(10), false),
		seed("valid", full.Append(nil), uint64(testNow), uint32(10), false),
		seed("expired", full.Append(nil), uint64(testNow+200), uint32(10), false),
		seed("expired-no-clock", full.Append(nil), uint64(testNow+200), uint32(0), true),
		seed("not-yet-valid", full.Append(nil), uint64(0), uint32(0), false),
		seed("changed", expired.Append(nil), uint64(testNow), uint32(10), false),
		seed("zero", make([]byte, FullCertificateSize), uint64(0), uint32(0), true))

	public := full.Server.AppendText(nil)
	secret, err := s.secret.AppendText(nil)
	if err != nil {
		t.Fatal(err)
	}
	wrong := bytes.Clone(public)
	wrong[9]++
	texts := []corpus.Seed{
		seed("public", public), seed("secret", secret), seed("wrong-checksum", wrong), seed("ones", bytes.Repeat([]byte("1"), 38)),
		seed("no-base58", []byte("0OIl")), seed("too-long", bytes.Repeat([]byte("z"), KeyTextSize+1)), seed("empty", []byte{}),
	}
	corpus.Go(t, "FuzzKeyText", texts...)

	var keys []corpus.Seed
	which := func(n byte, name string, b []byte) { keys = append(keys, seed(name, append([]byte{n}, b...))) }
	for _, text := range texts {
		which(0, "public-text-"+text.Name, text.Values[0].([]byte))
		which(1, "secret-text-"+text.Name, text.Values[0].([]byte))
	}
	which(2, "secret-bytes", s.secretBytes[:])
	which(2, "secret-bytes-ones", ones[:SecretKeySize])
	which(3, "certificate", s.certificate.Append(nil))
	which(3, "full-certificate", full.Append(nil))
	which(4, "unchanged-certificate", []byte{})
	which(4, "expired-certificate", []byte{0, 10, 0, 0, 0, 200})
	which(4, "changed-certificate", append(make([]byte, 14), 1))
	corpus.Raw(t, "..", "keys", keys...)
	corpus.Raw(t, "..", "handshake",
		seed("genuine", []byte{0, 0}), seed("insecure", []byte{0, 1}), seed("no-clock", []byte{1, 2}), seed("late", []byte{1, 0, 200}),
		seed("other-authority", append([]byte{0, 8}, full.Server[:]...)), seed("act1-of-the-input", append([]byte{4, 0}, act1[:]...)),
		seed("act2-of-the-input", append([]byte{16, 0}, act2[:]...)), seed("act2-changed", []byte{32, 0, 70, 1}),
		seed("larger-policy", []byte{0, 32, 80}), seed("little-randomness", []byte{10, 0, 40, 1, 2, 3}))
	corpus.Raw(t, "..", "sealed_decoder",
		seed("decoder", []byte{0, 2, 4, 31, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
		seed("in-place", []byte{3, 1, 9, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0}),
		seed("blocks", append([]byte{0, 0, 253}, make([]byte, 20)...)),
		seed("changed", []byte{0, 0, 2, 1, 2, 1, 30, 0, 0}))
}
