package endpoint

import (
	"strconv"
	"strings"
)

// net/netip reads and writes addresses too, but it adds 90 KB to a library whose size is counted, most of it package unique,
// and work while the program loads. The tests compare with it.

// parseIPv4 reads four decimal numbers without leading zeros.
func parseIPv4(s string) (a [4]byte, ok bool) {
	for i := range a {
		part, rest, more := strings.Cut(s, ".")
		if more != (i < 3) || part == "" || len(part) > 3 || part[0] == '0' && part != "0" {
			return a, false
		}
		n := 0
		for j := range len(part) {
			if !isDigit(part[j]) {
				return a, false
			}
			n = n*10 + int(part[j]-'0')
		}
		if n > 255 {
			return a, false
		}
		a[i], s = byte(n), rest
	}
	return a, true
}

// parseIPv6 reads an address without zone: a zone means something on one machine only, and goes out in SetupConnection.
func parseIPv6(s string) (a [16]byte, ok bool) {
	gap := -1 // where the :: is, in bytes
	n := 0
	if strings.HasPrefix(s, "::") {
		gap, s = 0, s[2:]
	} else if s == "" {
		return a, false
	}
	for s != "" {
		if n == len(a) {
			return a, false
		}
		group, rest, more := strings.Cut(s, ":")
		if strings.Contains(group, ".") {
			v4, ok := parseIPv4(group)
			if !ok || more || n > 12 {
				return a, false
			}
			n += copy(a[n:], v4[:])
			break
		}
		if group == "" || len(group) > 4 {
			return a, false
		}
		value := 0
		for i := range len(group) {
			digit, ok := hexDigit(group[i])
			if !ok {
				return a, false
			}
			value = value<<4 | int(digit)
		}
		a[n], a[n+1] = byte(value>>8), byte(value)
		n += 2
		if strings.HasPrefix(rest, ":") {
			if gap >= 0 {
				return a, false
			}
			gap, rest = n, rest[1:]
		} else if more && rest == "" { // a single colon at the end
			return a, false
		}
		s = rest
	}
	if gap < 0 {
		return a, n == len(a)
	}
	if n == len(a) { // the :: stands for nothing
		return a, false
	}
	tail := copy(a[len(a)-(n-gap):], a[gap:n])
	clear(a[gap : len(a)-tail])
	return a, true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// formatIPv6 is the form of RFC 5952: lower case, the longest run of zeros left out, IPv4 addresses as such.
func formatIPv6(a [16]byte) string {
	if [12]byte(a[:12]) == [12]byte{10: 0xff, 11: 0xff} {
		b := []byte("::ffff")
		for i, n := range a[12:] {
			b = strconv.AppendUint(append(b, ":..."[i]), uint64(n), 10)
		}
		return string(b)
	}
	start, end := 0, 0 // the run of zeros, in groups; one alone is written
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && a[2*j]|a[2*j+1] == 0 {
			j++
		}
		if j-i >= 2 && j-i > end-start {
			start, end = i, j
		}
		i = max(i, j-1)
	}
	var b []byte
	for i := 0; i < 8; i++ {
		if i == start && end > start {
			b = append(b, "::"...)
			i = end - 1
			continue
		}
		if i > 0 && i != end { // behind the :: there is a colon already
			b = append(b, ':')
		}
		b = strconv.AppendUint(b, uint64(a[2*i])<<8|uint64(a[2*i+1]), 16)
	}
	return string(b)
}
