package noise

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

func signDigest(t *testing.T, key *SecretKey, digest [32]byte) (signature [64]byte) {
	t.Helper()
	err := key.use(func(b *[32]byte) error {
		return secp256k1.Sign(&signature, b, digest[:], new([32]byte))
	})
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// NO-29: the specification's vector, SRI's, and those of the other peers.
func TestAuthorityKeyText(t *testing.T) {
	for text, want := range map[string]string{
		"9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh": "76637000979c1c11af0c300bcd8c7fe48610fce9b9c11e3daee35ae0b08a7455",
		"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72": "24ee3c3804a1aaa4c03b80ea19f7a5863c916e8994b7db94a3bad7ee092b6ce7",
	} {
		k, err := ParsePublicKey([]byte(text))
		if err != nil || hex.EncodeToString(k[:]) != want || k.String() != text {
			t.Errorf("%s: %x %v", text, k[:], err)
		}
	}
}

// The two pairs that SRI publishes: secret text and authority text.
func TestSecretKeyText(t *testing.T) {
	for secret, public := range map[string]string{
		"mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n": "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72",
		"zmBEmPhqo3A92FkiLVvyCz6htc3e53ph3ZbD4ASqGaLjwnFLi": "9bDuixKmZqAJnrmP746n8zU1wyAQRrus7th9dxnkPg6RzQvCnan",
	} {
		k, err := ParseSecretKey([]byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		defer k.Release()
		text, err := k.AppendText(nil)
		if err != nil || string(text) != secret || k.Public().String() != public {
			t.Errorf("%s: %s %s %v", secret, text, k.Public(), err)
		}
	}
}

// NO-29: each malformed form is its own kind.
func TestMalformedKeyText(t *testing.T) {
	good := "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"
	text := func(prefix byte, x []byte) string {
		return string(appendBase58Check(nil, append([]byte{prefix, 0}, x...)))
	}
	for _, c := range []struct {
		text string
		want status.Kind
	}{
		{"9bDuixKmZqAJnrmP746n8zU1wyAQRrus7th9dxnkPg6RzQvCnam", status.KeyChecksum},
		{"2myPhc5vkPzuC5FXNK5tee79WmP7uoLh55SxezoF8iqwF3E3rnPY", status.KeyVersion},
		{"2wmHTKZkLg2QzXyEXGMBXzKP7JXDUt8yy9SA5hoQwERc92qR6c", status.KeyLength},
		{"", status.KeyLength},
		{good[:50], status.KeyLength},
		{good + "1", status.KeyChecksum}, // 52 characters still are 38 bytes
		{good + "zz", status.KeyLength},
		{"1" + good, status.KeyLength},
		{strings.Repeat("z", 52), status.KeyLength},
		{strings.Repeat("z", 53), status.KeyLength},
		{strings.Repeat("z", 5000), status.KeyLength},
		{strings.Repeat("1", 38), status.KeyChecksum},
		{strings.Repeat("1", 39), status.KeyLength},
		{strings.Replace(good, "d", "0", 1), status.KeyCharacter},
		{strings.Replace(good, "d", "O", 1), status.KeyCharacter},
		{strings.Replace(good, "d", "I", 1), status.KeyCharacter},
		{strings.Replace(good, "d", "l", 1), status.KeyCharacter},
		{good + "\n", status.KeyCharacter},
		{" " + good, status.KeyCharacter},
		{good[:20] + "\xff" + good[21:], status.KeyCharacter},
		{text(0, make([]byte, 32)), status.KeyVersion},
		{text(2, make([]byte, 32)), status.KeyVersion},
		{text(1, make([]byte, 32)), status.KeyInvalid},
		{text(1, bytes.Repeat([]byte{0xff}, 32)), status.KeyInvalid},
	} {
		_, err := ParsePublicKey([]byte(c.text))
		wantKind(t, fmt.Sprintf("%q", c.text), err, c.want)
	}
	// Every character of a key is protected by the checksum.
	for i := range good {
		for _, replacement := range []byte("2xQ") {
			if good[i] == replacement {
				continue
			}
			b := []byte(good)
			b[i] = replacement
			if _, err := ParsePublicKey(b); err != status.KeyChecksum && err != status.KeyLength {
				t.Errorf("%s: %v", b, err)
			}
		}
	}
	for i := range good {
		if _, err := ParsePublicKey([]byte(good[:i])); err == nil {
			t.Errorf("prefix of %d characters", i)
		}
	}
}

func TestMalformedSecretKey(t *testing.T) {
	_, err := ParseSecretKey(appendBase58Check(nil, make([]byte, 32)))
	wantKind(t, "zero", err, status.KeyInvalid)
	_, err = ParseSecretKey(appendBase58Check(nil, bytes.Repeat([]byte{0xff}, 32)))
	wantKind(t, "too large", err, status.KeyInvalid)
	_, err = ParseSecretKey(appendBase58Check(nil, make([]byte, 31)))
	wantKind(t, "short", err, status.KeyLength)
	_, err = ParseSecretKey([]byte("mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2m"))
	wantKind(t, "checksum", err, status.KeyChecksum)
	_, err = ParseSecretKey([]byte("9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"))
	wantKind(t, "public key", err, status.KeyLength)
	_, err = NewSecretKey(new([32]byte))
	wantKind(t, "zero", err, status.KeyInvalid)
	_, err = GenerateSecretKey(bytes.NewReader(nil))
	wantKind(t, "random", err, status.Random)
}

// Base58 round trip, leading zeros included.
func TestBase58RoundTrip(t *testing.T) {
	for zeros := range 33 {
		for _, fill := range []byte{1, 0x7f, 0xff} {
			data := append(make([]byte, zeros), bytes.Repeat([]byte{fill}, 32-zeros)...)
			text := appendBase58Check(nil, data)
			if len(text) > maxBase58Text {
				t.Fatalf("%d characters", len(text))
			}
			var back [32]byte
			if err := decodeBase58Check(back[:], text); err != nil || !bytes.Equal(back[:], data) {
				t.Errorf("%x: %x %v", data, back, err)
			}
		}
	}
	if n := len(appendBase58Check(nil, bytes.Repeat([]byte{0xff}, 34))); n > maxBase58Text {
		t.Errorf("%d characters", n)
	}
}

// A released key does nothing more; its public half stays.
func TestSecretKeyRelease(t *testing.T) {
	s := newServer(t)
	public := s.secret.Public()
	memory := s.secret.region.Bytes()
	if !bytes.Equal(memory, s.secretBytes[:]) {
		t.Fatal("the key is not where it should be")
	}
	s.secret.Release()
	s.secret.Release()
	if s.secret.Public() != public || s.secret.Locked() {
		t.Error("after release")
	}
	_, err := s.secret.AppendText(nil)
	wantKind(t, "AppendText", err, status.KeyReleased)
}

// No way of printing shows a secret.
func TestNothingPrintsSecrets(t *testing.T) {
	s := newServer(t)
	var i Initiator
	var act1 [Act1Size]byte
	if err := i.Start(s.policy(), s.random, &act1); err != nil {
		t.Fatal(err)
	}
	link, _ := s.connect(t)
	secrets := [][]byte{s.secretBytes[:], i.state.ephemeral.secret[:], link.sender.key[:], link.receiver.key[:]}
	type connection struct {
		secret   *SecretKey
		identity *Identity
		began    *Initiator
		link     *Transport
	}
	whole := &connection{s.secret, s.identity, &i, link}
	values := []any{s.secret, s.identity, &i, link, whole, *whole}
	// By value too, as a field of a struct is: through reflect, because these types must not be copied.
	for _, pointer := range []any{s.secret, s.identity, &i, link} {
		values = append(values, reflect.ValueOf(pointer).Elem())
	}
	var verbs []string
	for _, flag := range []string{"", "+", "#"} {
		for _, verb := range "vTtbcdoOqxXUeEfFgGsp" {
			verbs = append(verbs, "%"+flag+string(verb))
		}
	}
	for _, value := range values {
		for _, verb := range verbs {
			text := strings.ToLower(fmt.Sprintf(verb, value))
			for _, secret := range secrets {
				for _, form := range []string{"%x", "%v", "%d", "%o", "%b", "%#v", "%s", "%c", "%U", "%q"} {
					shown := strings.ToLower(strings.Trim(fmt.Sprintf(form, secret[8:24]), "[]"))
					if len(shown) > 8 && strings.Contains(text, shown) {
						t.Errorf("%s of %T shows a secret", verb, value)
					}
				}
			}
		}
	}
}
