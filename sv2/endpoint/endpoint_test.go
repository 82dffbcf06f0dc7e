package endpoint

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

const (
	keyText   = "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"
	otherText = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72"
)

func parseKey(t testing.TB, text string) noise.PublicKey {
	t.Helper()
	k, err := noise.ParsePublicKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mustParse(t testing.TB, text string) Endpoint {
	t.Helper()
	e, err := Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return e
}

// The constructors check what Parse checks; the zero Endpoint is refused wherever one is needed.
func TestNew(t *testing.T) {
	key := parseKey(t, keyText)
	for _, c := range []struct {
		host string
		port uint16
		key  noise.PublicKey
		want status.Kind
	}{
		{"pool.example", 0, key, status.EndpointPort},
		{"", 1, key, status.EndpointHostEmpty},
		{"pool.example:1", 1, key, status.EndpointAddress},
		{"pool/example", 1, key, status.EndpointHost},
		{"pool example", 1, key, status.EndpointHost},
		{"pool.example\n", 1, key, status.EndpointHost},
		{"user@pool.example", 1, key, status.EndpointHost},
		{strings.Repeat("a.", 1000), 1, key, status.EndpointTooLong},
		{"pool.example", 1, noise.PublicKey{}, status.KeyInvalid},
	} {
		if e, err := New(c.host, c.port, c.key); !errors.Is(err, c.want) || !e.IsZero() {
			t.Errorf("%.40q: %v, want %s", c.host, err, c.want.Name())
		}
	}
	var zero Endpoint
	if zero.String() != "" || zero.Address() != "" || !zero.IsZero() {
		t.Error("the zero Endpoint has a text")
	}
	if _, err := zero.Redirect([]byte("pool.example"), 1); !errors.Is(err, status.State) {
		t.Error(err)
	}
	var handshake noise.Initiator
	var act1 [noise.Act1Size]byte
	if err := handshake.Start(zero.Policy(), rand.NewChaCha8([32]byte{}), &act1); !errors.Is(err, status.KeyInvalid) {
		t.Error("a handshake with the zero Endpoint:", err)
	}
}

// CM-04: an empty host and a port of 0 keep the present ones. CM-05: the key stays.
func TestRedirect(t *testing.T) {
	e := mustParse(t, "stratum2+tcp://pool.example:3333/"+keyText)
	for _, c := range []struct {
		host string
		port uint16
		want string
	}{
		{"", 0, "pool.example:3333"},
		{"", 4444, "pool.example:4444"},
		{"Two.Example", 0, "two.example:3333"},
		{"two.example", 4444, "two.example:4444"},
		{"2001:db8::1", 0, "[2001:db8::1]:3333"},
		{"[2001:db8::1]", 0, "[2001:db8::1]:3333"},
	} {
		moved, err := e.Redirect([]byte(c.host), c.port)
		if err != nil || moved.Address() != c.want || moved.Authority() != e.Authority() || moved.Policy() != e.Policy() {
			t.Errorf("%q %d: %v %v", c.host, c.port, moved, err)
		}
	}
	for _, host := range []string{"two.example:1", "two.example/" + otherText, "stratum2+tcp://two.example:1/" + otherText,
		"\x00", " ", "two.example\n", strings.Repeat("a", 255), "\xff", "@"} {
		if moved, err := e.Redirect([]byte(host), 0); err == nil || !moved.IsZero() {
			t.Errorf("%q: %v", host, moved)
		}
	}
}

// CM-05: whatever a server writes into Reconnect, and however often, the key stays.
func TestRedirectKeepsTheKey(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	e := mustParse(t, "stratum2+tcp://pool.example:3333/"+keyText)
	key := e.Authority()
	alphabet := "ab1:.[]/@-_%\x00\xff " + otherText
	for range 20_000 {
		host := make([]byte, random.IntN(12))
		for i := range host {
			host[i] = alphabet[random.IntN(len(alphabet))]
		}
		moved, err := e.Redirect(host, uint16(random.Uint32()))
		if err != nil {
			continue
		}
		if moved.Authority() != key || mustParse(t, moved.String()) != moved {
			t.Fatalf("%q: %s", host, moved)
		}
		e = moved
	}
}

// NO-30: for any endpoint, reading what it writes gives it back.
func TestFormatAndParse(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	key := parseKey(t, keyText)
	for range 20_000 {
		host := randomHost(random)
		e, err := New(host, uint16(1+random.IntN(65535)), key)
		if err != nil {
			t.Fatalf("%q: %v", host, err)
		}
		if back := mustParse(t, e.String()); back != e || len(e.String()) > MaxText {
			t.Fatalf("%s becomes %s", e, back)
		}
	}
	longest, err := New(strings.Repeat(strings.Repeat("a", 63)+".", 3)+strings.Repeat("a", 61)+".", 65535, key)
	if err != nil || len(longest.Host()) != MaxHost || mustParse(t, longest.String()) != longest {
		t.Error(longest, err)
	}
}

func randomHost(random *rand.Rand) string {
	if random.IntN(2) == 0 {
		return randomAddress(random).String()
	}
	const middle = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_"
	labels := make([]string, 1+random.IntN(4))
	for i := range labels {
		b := make([]byte, 2+random.IntN(10))
		for j := range b {
			b[j] = middle[random.IntN(len(middle))]
		}
		b[0], b[len(b)-1] = 'a', 'Z'
		labels[i] = string(b)
	}
	return strings.Join(labels, ".")
}
