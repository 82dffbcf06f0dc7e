package endpoint

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// S1-14: an IPv6 literal loses its brackets as a host, and has them in the address to dial.
func TestIPv6Literal(t *testing.T) {
	for in, host := range map[string]string{
		"2001:DB8:0:0:0:0:0:1": "2001:db8::1",
		"::1":                  "::1",
		"::":                   "::",
		"fe80::1:0:0:2":        "fe80::1:0:0:2",
		"::ffff:192.0.2.1":     "::ffff:192.0.2.1",
		"1:2:3:4:5:6:7::":      "1:2:3:4:5:6:7:0",
	} {
		e := mustParse(t, "stratum2+tcp://["+in+"]:3336/"+keyText)
		if e.Host() != host || e.Address() != "["+host+"]:3336" || mustParse(t, e.String()) != e {
			t.Errorf("%s: %q %q", in, e.Host(), e.Address())
		}
		for _, form := range []string{in, "[" + in + "]"} {
			if made, err := New(form, 3336, e.Authority()); err != nil || made != e {
				t.Errorf("New(%q): %v %v", form, made, err)
			}
		}
	}
}

// randomAddress favours zeros, whose runs are what the text form is about.
func randomAddress(random *rand.Rand) netip.Addr {
	var a [16]byte
	for i := range a {
		if random.IntN(3) == 0 {
			a[i] = byte(random.Uint32())
		}
	}
	switch random.IntN(4) {
	case 0:
		return netip.AddrFrom4([4]byte(a[:4]))
	case 1:
		copy(a[:], "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff")
	}
	return netip.AddrFrom16(a)
}

// The address parsers against those of the standard library, on addresses and on addresses with a fault.
func TestAddressesAgainstNetip(t *testing.T) {
	for _, text := range []string{
		"1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:8:1.2.3.4", "::1.2.3.4", "::1.2.3.4:5", "1.2.3.4::", "::1.2.3",
		"1:2:3:4:5:6:7::8", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", ":1", "1:", ":", "::", ":::", "", "12345::", "::0001",
		"1.2.3", "1.2.3.4.5", "1.2.3.04", "1.2.3.", "256.0.0.0", "0.0.0.0", "fe80::1%eth0",
	} {
		compareWithNetip(t, text)
	}
	random := rand.New(rand.NewPCG(5, 6))
	const alphabet = "0123456789abcdefABCDEF:.::..g"
	for range 200_000 {
		a := randomAddress(random)
		text := []byte(a.String())
		if random.IntN(4) == 0 {
			text = []byte(a.StringExpanded())
		}
		for range random.IntN(4) {
			i, c := random.IntN(len(text)), alphabet[random.IntN(len(alphabet))]
			switch random.IntN(3) {
			case 0:
				text[i] = c
			case 1:
				text = append(text[:i], append([]byte{c}, text[i:]...)...)
			case 2:
				text = append(text[:i], text[i+1:]...)
			}
			if len(text) == 0 {
				break
			}
		}
		compareWithNetip(t, string(text))
	}
}

func compareWithNetip(t *testing.T, text string) {
	t.Helper()
	want, err := netip.ParseAddr(text)
	v4, ok4 := parseIPv4(text)
	v6, ok6 := parseIPv6(text)
	if ok4 != (err == nil && want.Is4()) || ok6 != (err == nil && want.Is6() && want.Zone() == "") {
		t.Fatalf("%q: %v %v, netip %v", text, ok4, ok6, err)
	}
	if ok4 && v4 != want.As4() {
		t.Fatalf("%q: %v", text, v4)
	}
	if ok6 && (v6 != want.As16() || formatIPv6(v6) != want.String()) {
		t.Fatalf("%q: %x %s, netip %s", text, v6, formatIPv6(v6), want)
	}
}
