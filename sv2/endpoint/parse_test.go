package endpoint

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// url is one case of testdata/urls.json, which test/c/endpoint_url.c reads too: a text, and what becomes of it.
type url struct {
	Text        string
	Hex         string // the text, where JSON cannot hold it as it is
	DefaultPort uint16 `json:"default_port"`
	Insecure    int    // 1: by ParseInsecure
	URL         string
	Host        string
	Port        uint16
	Error       string // by its name in C
}

func urls(t *testing.T) []url {
	t.Helper()
	content, err := os.ReadFile("testdata/urls.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []url
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		if cases[i].Hex != "" {
			text, err := hex.DecodeString(cases[i].Hex)
			if err != nil {
				t.Fatal(err)
			}
			cases[i].Text = string(text)
		}
	}
	return cases
}

// NO-30, S1-12, S1-13, S1-14: what URLs mean, those of the field among them, and each fault by its own kind.
func TestURLs(t *testing.T) {
	good, faults := 0, map[string]bool{}
	for _, c := range urls(t) {
		e, err := ParseWithPort(c.Text, c.DefaultPort)
		if c.Insecure == 1 {
			e, err = ParseInsecure(c.Text, c.DefaultPort)
		} else if c.DefaultPort == 0 {
			if f, err2 := Parse(c.Text); f != e || !errors.Is(err2, err) {
				t.Errorf("%.80q: Parse: %v %v", c.Text, f, err2)
			}
		}
		if c.Error != "" {
			var kind status.Kind
			if !errors.As(err, &kind) || kind.Name() != c.Error || !e.IsZero() {
				t.Errorf("%.80q: %v, want %s", c.Text, err, c.Error)
			}
			faults[c.Error] = true
			continue
		}
		good++
		if err != nil || e.String() != c.URL || e.Host() != c.Host || e.Port() != c.Port || e.IsZero() {
			t.Errorf("%.80q: %s, host %q, port %d, %v", c.Text, e, e.Host(), e.Port(), err)
		}
	}
	if good < 20 {
		t.Errorf("%d good URLs", good)
	}
	for kind := status.EndpointScheme; kind >= status.EndpointTooLong; kind-- {
		if !faults[kind.Name()] {
			t.Errorf("no case of %s", kind.Name())
		}
	}
}

// NO-31, S1-14: who wants security has the authority's key. Without it there is no endpoint, except by a call that names the
// insecurity, and then no handshake demands anything; one with a key is never insecure.
func TestNoKeyOnlyByName(t *testing.T) {
	const without = "stratum2+tcp://pool.example:3333"
	for _, text := range []string{without, without + "/"} {
		if e, err := Parse(text); !errors.Is(err, status.EndpointKeyMissing) || !e.IsZero() {
			t.Error(e, err)
		}
		e, err := ParseInsecure(text, 0)
		if err != nil || !e.IsInsecure() || e.Authority().Check() == nil || e.String() != without {
			t.Error(e, err)
		}
	}
	secure, err := ParseInsecure(without+"/"+keyText, 0)
	if err != nil || secure.IsInsecure() || secure != mustParse(t, without+"/"+keyText) {
		t.Error(secure, err)
	}
}
