package keyfile

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/libsv2/libsv2/internal/corpus"
	"github.com/libsv2/libsv2/noise"
)

// TestCorpus: the seeds are what this makes.
func TestCorpus(t *testing.T) {
	random := rand.NewChaCha8([32]byte{4})
	authority, err := noise.GenerateSecretKey(random)
	if err != nil {
		t.Fatal(err)
	}
	defer authority.Release()
	certificate, err := noise.SignCertificate(authority, authority.Public(), 1, 2, random)
	if err != nil {
		t.Fatal(err)
	}
	full := noise.FullCertificate{Certificate: certificate, Server: authority.Public(), Authority: authority.Public()}
	text, err := authority.AppendText(nil)
	if err != nil {
		t.Fatal(err)
	}
	line := append(hex.AppendEncode(nil, full.Append(nil)), '\n')
	raw := append([]byte{1}, bytes.Repeat([]byte{3}, noise.SecretKeySize)...)
	var seeds []corpus.Seed
	for name, content := range map[string][]byte{
		"key": append(text, '\n'), "key-without-newline": text, "certificate": line, "certificate-upper-case": bytes.ToUpper(line),
		"certificate-cut": line[:len(line)-3], "sv2-tp": raw, "sv2-tp-zero": append([]byte{1}, make([]byte, 32)...),
		"public-key": full.Server.AppendText(nil), "empty": {}, "spaces": []byte(" \n"), "odd-hex": []byte("abc"),
	} {
		seeds = append(seeds, corpus.Seed{Name: name, Values: []any{content}})
	}
	corpus.Go(t, "FuzzFiles", seeds...)
}

// FuzzFiles: the content of any file is a key, a certificate, or neither, but never both, and what it is writes itself as it came.
func FuzzFiles(f *testing.F) {
	f.Fuzz(func(t *testing.T, content []byte) {
		given := bytes.Clone(content)
		certificate, notCertificate := ParseCertificate(content)
		if notCertificate == nil && !bytes.Equal(hex.AppendEncode(nil, certificate.Append(nil)), bytes.ToLower(bytes.TrimSpace(content))) {
			t.Fatalf("%q became %x", content, certificate.Append(nil))
		}
		key, notKey := ParseSecretKey(content)
		if !bytes.Equal(given, content) {
			t.Fatal("the content was changed")
		}
		if notKey != nil {
			return
		}
		defer key.Release()
		if notCertificate == nil {
			t.Fatalf("%q is both", content)
		}
		text, err := key.AppendText(nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(content) != 1+noise.SecretKeySize && !bytes.Equal(text, bytes.TrimSpace(content)) {
			t.Fatalf("%q became %q", content, text)
		}
		again, err := ParseSecretKey(text)
		if err != nil || again.Public() != key.Public() {
			t.Fatalf("%q became another key: %v", content, err)
		}
		again.Release()
	})
}
