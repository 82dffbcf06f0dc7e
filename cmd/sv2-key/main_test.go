package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type result struct {
	code             int
	out, diagnostics string
}

func call(arguments ...string) result {
	var out, diagnostics bytes.Buffer
	code := run(arguments, environment{&out, &diagnostics, rand.Reader, func() time.Time { return time.Unix(1_700_000_000, 0) }})
	return result{code, out.String(), diagnostics.String()}
}

func (r result) want(t *testing.T, code int, parts ...string) {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit status %d, want %d\n%s%s", r.code, code, r.out, r.diagnostics)
	}
	for _, part := range parts {
		if !strings.Contains(r.out+r.diagnostics, part) {
			t.Errorf("%q is not in\n%s%s", part, r.out, r.diagnostics)
		}
	}
}

func (r result) report(t *testing.T) (v report) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.out), &v); err != nil {
		t.Fatal(err, r.out, r.diagnostics)
	}
	return v
}

func wantMode(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%s: mode %v %v", file, info.Mode(), err)
	}
}

func TestKeysAndCertificate(t *testing.T) {
	dir := t.TempDir()
	authority, server, certificate := filepath.Join(dir, "authority"), filepath.Join(dir, "server"), filepath.Join(dir, "certificate")
	call("generate", authority).want(t, 0, "public key")
	made := call("generate", "-json", server).report(t)
	wantMode(t, authority)
	wantMode(t, server)
	secret, err := os.ReadFile(server)
	if err != nil {
		t.Fatal(err)
	}
	shown := call("show", server)
	shown.want(t, 0, made.PublicKey, made.PublicKeyHex)
	if strings.Contains(shown.out, strings.TrimSpace(string(secret))) {
		t.Error("show shows the secret")
	}
	call("show", made.PublicKey).want(t, 0, made.PublicKeyHex)

	signed := call("sign", "-authority", authority, "-server", made.PublicKey, "-days", "30", "-json", certificate).report(t)
	wantMode(t, certificate)
	if c := signed.Certificate; c.ValidFrom != 1_700_000_000-3600 || c.NotValidAfter != 1_700_000_000+30*86400 ||
		c.Verdict != "valid" || c.Server != made.PublicKey {
		t.Errorf("%+v", c)
	}
	if again := call("show", "-json", certificate).report(t); *again.Certificate != *signed.Certificate {
		t.Errorf("%+v", again.Certificate)
	}

	// By the server's key file, and expired.
	call("sign", "-authority", authority, "-server", server, "-from", "5", "-until", "6", "-force", certificate).want(t, 0, "SV2_ERR_CERTIFICATE_EXPIRED")
	call("show", certificate).want(t, 0, "1970-01-01T00:00:05Z (5)", "SV2_ERR_CERTIFICATE_EXPIRED")
	// Longer than a certificate can say.
	forever := call("sign", "-authority", authority, "-server", server, "-days", "99999999999", "-force", "-json", certificate).report(t)
	if forever.Certificate.NotValidAfter != 0xffffffff {
		t.Errorf("%+v", forever.Certificate)
	}
	call("sign", "-authority", authority, "-server", server, "-from", "6", "-until", "5", "-force", certificate).want(t, 1, "ends before it begins")
	call("sign", "-authority", authority, "-server", server, "-from", "4294967296", "-force", certificate).want(t, 1, "not a time")
}

// A file is never overwritten by accident, and its mode is right when it is
// overwritten on purpose.
func TestForce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	call("generate", file).want(t, 1, "exists")
	if b, _ := os.ReadFile(file); string(b) != "precious" {
		t.Fatal("overwritten")
	}
	call("generate", "-force", file).want(t, 0)
	wantMode(t, file)
	wantMode(t, file+".old")
	if b, _ := os.ReadFile(file + ".old"); string(b) != "precious" {
		t.Error("the old file is not kept")
	}
	call("generate", "-force", file).want(t, 1, "is not replaced", "exists")
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 2 {
		t.Error("files left behind")
	}
	call("generate", filepath.Join(file, "below")).want(t, 1)
	call("generate", "-force", filepath.Join(file, "below")).want(t, 1)
}

func TestMigrationAndWarnings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sv2_static_key")
	raw := append([]byte{1}, make([]byte, 31)...)
	if err := os.WriteFile(file, append(raw, 3), 0o644); err != nil {
		t.Fatal(err)
	}
	call("show", file).want(t, 0, "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9", "open to other users (mode 0644)")
}

func TestWrongUsage(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("x"), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code      int
		arguments []string
		part      string
	}{
		{2, nil, "usage"},
		{2, []string{"frobnicate"}, "usage"},
		{2, []string{"generate"}, "usage"},
		{2, []string{"generate", "a", "b"}, "usage"},
		{2, []string{"generate", "-nonsense", "a"}, "usage"},
		{2, []string{"sign", "x"}, "usage"},
		{1, []string{"show", filepath.Join(dir, "nothing")}, "neither a file nor a key"},
		{1, []string{"show", garbage}, "too large"},
		{1, []string{"sign", "-authority", garbage, "-server", filepath.Join(dir, "nothing"), "out"}, "neither a file nor a key"},
		{1, []string{"sign", "-authority", filepath.Join(dir, "nothing"), "-server", "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh", "out"}, "no such file"},
	} {
		call(c.arguments...).want(t, c.code, c.part)
	}
}

// Nothing that sign or generate is told destroys a key.
func TestKeysSurvive(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	authority, server, certificate := path("authority"), path("server"), path("certificate")
	call("generate", authority).want(t, 0)
	call("generate", server).want(t, 0)
	call("generate", path("other")).want(t, 0)
	if err := os.Symlink(authority, path("link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(server, path("name")); err != nil {
		t.Fatal(err)
	}
	keys := map[string][]byte{authority: nil, server: nil, path("other"): nil}
	for name := range keys {
		keys[name], _ = os.ReadFile(name)
	}
	sign := func(file string) result {
		return call("sign", "-authority", authority, "-server", server, "-force", file)
	}
	for _, file := range []string{authority, server, path("link"), path("name")} {
		sign(file).want(t, 1, "made from")
	}
	sign(path("other")).want(t, 1, "holds no certificate")
	sign(dir).want(t, 1, "not a regular file")
	sign(certificate).want(t, 0)
	sign(certificate).want(t, 0)
	call("generate", "-force", certificate).want(t, 1, "holds a certificate")
	call("generate", "-force", dir).want(t, 1, "not a regular file")
	for name, content := range keys {
		if b, _ := os.ReadFile(name); !bytes.Equal(b, content) || len(b) == 0 {
			t.Errorf("%s has changed", name)
		}
	}
}

func TestTimes(t *testing.T) {
	const now, day = 1_700_000_000, 86400
	dir := t.TempDir()
	authority, certificate := filepath.Join(dir, "authority"), filepath.Join(dir, "certificate")
	call("generate", authority).want(t, 0)
	sign := func(arguments ...string) result {
		return call(append(append([]string{"sign", "-authority", authority, "-server", authority, "-force", "-json"}, arguments...), certificate)...)
	}
	for _, c := range []struct {
		arguments   []string
		from, until uint32
	}{
		{nil, now - 3600, now + 30*day},
		{[]string{"-days", "2", "-backdate", "0"}, now, now + 2*day},
		{[]string{"-from", "1800000000"}, 1_800_000_000, 1_800_000_000 + 30*day},
		{[]string{"-from", "1800000000", "-days", "2"}, 1_800_000_000, 1_800_000_000 + 2*day},
		{[]string{"-from", "0", "-days", "1"}, 0, day},
		{[]string{"-until", "1800000000"}, now - 3600, 1_800_000_000},
	} {
		got := sign(c.arguments...).report(t).Certificate
		if got.ValidFrom != c.from || got.NotValidAfter != c.until {
			t.Errorf("%v: %+v", c.arguments, got)
		}
	}
	sign("-from", "-1").want(t, 1, "not a time")
	sign("-until", "-1").want(t, 1, "not a time")
	sign("-from", "5", "-backdate", "0").want(t, 1, "exclude each other")
	sign("-until", "1800000000", "-days", "1").want(t, 1, "exclude each other")
}

// A key on the command line is not repeated, not even a damaged one.
func TestNoEcho(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	call("generate", file).want(t, 0)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimSpace(string(b))
	damaged := secret[:20] + "-" + secret[21:]
	for _, c := range []struct {
		code      int
		arguments []string
		part      string
	}{
		{2, []string{"show", secret}, "this is a secret key; give the name of its file"},
		{2, []string{"show", " " + secret + "\n"}, "this is a secret key"},
		{2, []string{"generate", secret}, "this is a secret key"},
		{2, []string{"sign", "-authority", secret, "-server", file, "out"}, "this is a secret key"},
		{2, []string{"sign", "-authority", file, "-server=" + secret, "out"}, "this is a secret key"},
		{2, []string{"sign", "-days", secret[1:], "out"}, "[like a key]"},
		{2, []string{"show", "-" + secret}, "[like a key]"},
		{1, []string{"show", secret[1:]}, "[like a key] is neither a file nor a key"},
		{1, []string{"show", damaged}, "neither a file nor a key"},
		{1, []string{"show", strings.Repeat("a1", 32)}, "[like a key] is neither"},
		{1, []string{"sign", "-authority", file, "-server", secret[1:], filepath.Join(dir, "out")}, "neither a file nor a key"},
		{1, []string{"sign", "-authority", damaged, "-server", file, filepath.Join(dir, "out")}, "no such file"},
	} {
		r := call(c.arguments...)
		r.want(t, c.code, c.part)
		for i := 0; i+10 <= len(secret); i++ {
			if strings.Contains(r.out+r.diagnostics, secret[i:i+10]) {
				t.Errorf("a part of the secret is in %q", r.diagnostics)
				break
			}
		}
	}
}
