package endpoint

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/libsv2/libsv2/internal/corpus"
	"github.com/libsv2/libsv2/status"
)

// TestCorpus: the seeds are what this makes.
func TestCorpus(t *testing.T) {
	var texts, addresses []corpus.Seed
	for name, text := range map[string]string{
		"name": "stratum2+tcp://pool.example:3333/" + keyText, "ipv6": "stratum2+tcp://[2001:db8::1]:3333/" + otherText,
		"mapped": "stratum2+tcp://[::ffff:127.0.0.1]:1/" + otherText, "upper-case": "STRATUM2+TCP://A.:65535/" + keyText,
		"v1": "stratum+tcp://pool.example:3333", "bare": "pool.example:3333",
		"user": "stratum2+tcp://user@pool.example:1/" + keyText + "?#", "no-key": "stratum2+tcp://0x1.1:1/",
		"no-port": "stratum2+tcp://pool.example/" + keyText, "wrong-key": "stratum2+tcp://a:1/" + keyText + "1",
		"bracket": "[", "slashes": "://", "empty": "",
	} {
		texts = append(texts, corpus.Seed{Name: name, Values: []any{text, uint16(0)}}, corpus.Seed{Name: name + "-with-port", Values: []any{text, uint16(3336)}})
	}
	for name, text := range map[string]string{
		"loopback": "::1", "full": "1:2:3:4:5:6:7:8", "mapped": "::ffff:1.2.3.4", "ipv4": "1.2.3.4", "colons": ":::", "two-gaps": "1::2::3", "zeros": "0:0::0.0.0.0",
	} {
		addresses = append(addresses, corpus.Seed{Name: name, Values: []any{text}})
	}
	corpus.Go(t, "FuzzParse", texts...)
	corpus.Go(t, "FuzzAddress", addresses...)
	corpus.Go(t, "FuzzFailover",
		recordedHistory("first", 1), recordedHistory("second", 2), recordedHistory("third", 3), recordedHistory("fourth", 4))
}

// recordedHistory draws a history and writes down what was chosen.
func recordedHistory(name string, seed uint64) corpus.Seed {
	random := rand.New(rand.NewPCG(seed, 9))
	choices := make([]byte, 400)
	for i := range choices {
		choices[i] = byte(random.Uint32())
	}
	return corpus.Seed{Name: name, Values: []any{choices}}
}

// NO-30, S1-12, S1-13: any text is an endpoint that writes itself as one that reads back the same, or a kind.
func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string, missing uint16) {
		e, err := ParseWithPort(text, missing)
		if loose, looseErr := ParseInsecure(text, missing); err == nil && (looseErr != nil || loose != e) ||
			err != nil && looseErr == nil && (!errors.Is(err, status.EndpointKeyMissing) || !loose.IsInsecure()) {
			t.Fatalf("%q: %v %v, insecure: %v %v", text, e, err, loose, looseErr)
		}
		if err != nil {
			var kind status.Kind
			if !errors.As(err, &kind) || kind.Class() != status.ClassConfiguration || !e.IsZero() {
				t.Fatalf("%q: %v %v", text, e, err)
			}
			return
		}
		written := e.String()
		if back, err := Parse(written); err != nil || back != e || back.String() != written {
			t.Fatalf("%q becomes %q becomes %v %v", text, written, back, err)
		}
		if made, err := New(e.Host(), e.Port(), e.Authority()); err != nil || made != e {
			t.Fatalf("%q: New: %v %v", text, made, err)
		}
		if e.IsInsecure() {
			t.Fatalf("%q: insecure without being asked for", text)
		}
		if moved, err := e.Redirect([]byte(text), missing); err == nil && moved.Authority() != e.Authority() {
			t.Fatalf("%q: another key", text)
		}
	})
}

func FuzzAddress(f *testing.F) {
	f.Fuzz(compareWithNetip)
}

// FuzzFailover: any history is one that TestAnyHistory would accept.
func FuzzFailover(f *testing.F) {
	f.Fuzz(func(t *testing.T, choices []byte) {
		choose := func(n int) int {
			v := 0
			for size := n - 1; size > 0 && len(choices) > 0; size >>= 8 {
				v, choices = v<<8|int(choices[0]), choices[1:]
			}
			return v % n
		}
		checkHistory(t, choose, func() bool { return len(choices) == 0 })
	})
}
