package endpoint

import (
	"strings"

	"github.com/libsv2/libsv2/status"
)

const (
	maxName  = 253 // RFC 1035, as text
	maxLabel = 63
)

// checkHost returns a host in its one spelling. What can never be resolved is refused here and now: later it would look like
// a DNS failure, which is retried for ever.
func checkHost(host string) (string, error) {
	if host == "" || host == "[]" {
		return "", status.EndpointHostEmpty
	}
	if len(host) > MaxHost {
		return "", status.EndpointTooLong
	}
	bracketed := host[0] == '['
	if bracketed {
		if host[len(host)-1] != ']' {
			return "", status.EndpointAddress
		}
		host = host[1 : len(host)-1]
	}
	if bracketed || isIPv6Text(host) {
		address, ok := parseIPv6(host)
		if !ok {
			return "", status.EndpointAddress
		}
		return formatIPv6(address), nil
	}
	if err := checkName(strings.TrimSuffix(host, ".")); err != nil {
		return "", err
	}
	return toLower(host), nil
}

// toLower is strings.ToLower without the tables of Unicode, of which a host has nothing.
func toLower(host string) string {
	b := []byte(host)
	for i, c := range b {
		if isLetter(c) {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// isIPv6Text tells IPv6 addresses from everything else that a host can be.
func isIPv6Text(host string) bool { return strings.Contains(host, ":") }

// checkName takes DNS names, with the underscores that container networks use, and IPv4 addresses.
func checkName(name string) error {
	if len(name) > maxName {
		return status.EndpointTooLong
	}
	var last string
	for label := range strings.SplitSeq(name, ".") {
		if len(label) > maxLabel {
			return status.EndpointTooLong
		}
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return status.EndpointHost
		}
		for i := range len(label) {
			if c := label[i]; !isDigit(c) && !isLetter(c) && c != '-' && c != '_' {
				return status.EndpointHost
			}
		}
		last = label
	}
	// No top-level domain is a number. Resolvers read 127.1 and 0x7f000001 as addresses that the user may not mean.
	if isNumber(last) {
		if _, ok := parseIPv4(name); !ok {
			return status.EndpointHost
		}
	}
	return nil
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isNumber reports whether a resolver takes the label for a number: decimal, octal or hexadecimal.
func isNumber(label string) bool {
	if len(label) >= 2 && label[0] == '0' && label[1]|0x20 == 'x' {
		for i := 2; i < len(label); i++ {
			if _, ok := hexDigit(label[i]); !ok {
				return false
			}
		}
		return true
	}
	for i := range len(label) {
		if !isDigit(label[i]) {
			return false
		}
	}
	return true
}
