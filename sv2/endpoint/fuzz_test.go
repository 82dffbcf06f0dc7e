package endpoint

import (
	"errors"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// NO-30, S1-12, S1-13: any text is an endpoint that writes itself as one that reads back the same, or a kind.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"stratum2+tcp://pool.example:3333/" + keyText,
		"stratum2+tcp://[2001:db8::1]:3333/" + otherText,
		"stratum2+tcp://[::ffff:127.0.0.1]:1/" + otherText,
		"STRATUM2+TCP://A.:65535/" + keyText,
		"stratum+tcp://pool.example:3333",
		"pool.example:3333",
		"stratum2+tcp://user@pool.example:1/" + keyText + "?#",
		"stratum2+tcp://0x1.1:1/", "[", "://", "",
	} {
		f.Add(text, uint16(0))
		f.Add(text, uint16(3336))
	}
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
	for _, text := range []string{"::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1.2.3.4", ":::", "1::2::3", "0:0::0.0.0.0"} {
		f.Add(text)
	}
	f.Fuzz(compareWithNetip)
}
