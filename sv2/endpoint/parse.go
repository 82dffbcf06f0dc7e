package endpoint

import (
	"strings"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// v1Schemes are the ones that miners use for Stratum V1.
var v1Schemes = [...]string{"stratum+tcp", "stratum+ssl", "stratum+tls", "stratum", "tcp", "ssl", "tls"}

// Parse reads stratum2+tcp://host:port/KEY, surrounded by nothing. Kinds, in the order of the checks:
//
//   - EndpointTooLong: more than MaxText characters, or a host or a label of it above what DNS allows.
//   - EndpointCharacter: a space, a control character, a byte outside ASCII.
//   - EndpointV1: stratum+tcp://, another scheme of Stratum V1, or host:port with neither scheme nor key. For those the
//     caller needs another protocol, not another text.
//   - EndpointScheme: any other scheme, or none but a key.
//   - EndpointTrailing: a query, a fragment, or a path behind the key.
//   - EndpointUser: user@ in front of the host.
//   - EndpointHostEmpty, EndpointHost, EndpointAddress: no host, not a name or an IPv4 address, a bad IPv6 address.
//   - EndpointPortMissing, EndpointPort: none, or not 1 to 65535 in decimal digits without leading zeros.
//   - EndpointKeyMissing: nothing behind the port.
//   - KeyCharacter, KeyLength, KeyChecksum, KeyVersion, KeyInvalid: see [noise.ParsePublicKey].
func Parse(text string) (Endpoint, error) { return ParseWithPort(text, 0) }

// ParseWithPort is [Parse] for a program that has a port of its own for texts that state none.
func ParseWithPort(text string, missing uint16) (Endpoint, error) {
	e, err := ParseInsecure(text, missing)
	if err == nil && e.insecure {
		return Endpoint{}, status.EndpointKeyMissing
	}
	return e, err
}

// ParseInsecure is [ParseWithPort] for a user who wants to do without a key: a text that has none becomes an insecure
// endpoint, see [NewInsecure]. A text with a key means that key, and a bad one is an error here too.
func ParseInsecure(text string, missing uint16) (Endpoint, error) {
	if len(text) > MaxText {
		return Endpoint{}, status.EndpointTooLong
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return Endpoint{}, status.EndpointCharacter
		}
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return Endpoint{}, withoutScheme(text, missing)
	}
	if !strings.EqualFold(scheme, Scheme) {
		for _, v1 := range v1Schemes {
			if strings.EqualFold(scheme, v1) {
				return Endpoint{}, status.EndpointV1
			}
		}
		return Endpoint{}, status.EndpointScheme
	}
	address, key, _ := strings.Cut(rest, "/")
	if strings.ContainsAny(address, "?#") || strings.ContainsAny(key, "/?#") {
		return Endpoint{}, status.EndpointTrailing
	}
	host, port, err := splitAddress(address, missing)
	if err != nil {
		return Endpoint{}, err
	}
	if key == "" {
		return Endpoint{host: host, port: port, insecure: true}, nil
	}
	authority, err := noise.ParsePublicKey([]byte(key))
	if err != nil {
		return Endpoint{}, err
	}
	return Endpoint{host: host, port: port, key: authority}, nil
}

// withoutScheme tells host:port, which is Stratum V1 by custom, from texts that are neither.
func withoutScheme(text string, missing uint16) error {
	if strings.ContainsAny(text, "/?#") {
		return status.EndpointScheme
	}
	if _, _, err := splitAddress(text, missing); err != nil {
		return err
	}
	return status.EndpointV1
}

// splitAddress reads host:port.
func splitAddress(address string, missing uint16) (host string, port uint16, err error) {
	if strings.Contains(address, "@") {
		return "", 0, status.EndpointUser
	}
	var digits string
	if strings.HasPrefix(address, "[") {
		end := strings.IndexByte(address, ']')
		if end < 0 {
			return "", 0, status.EndpointAddress
		}
		host, digits = address[:end+1], address[end+1:]
		if digits != "" && digits[0] != ':' {
			return "", 0, status.EndpointAddress
		}
		digits = strings.TrimPrefix(digits, ":")
	} else {
		host, digits, _ = strings.Cut(address, ":")
		if strings.Contains(digits, ":") { // IPv6 without brackets: nobody knows where the port begins
			return "", 0, status.EndpointAddress
		}
	}
	if host, err = checkHost(host); err != nil {
		return "", 0, err
	}
	if digits == "" {
		if missing == 0 {
			return "", 0, status.EndpointPortMissing
		}
		return host, missing, nil
	}
	if port, ok := parsePort(digits); ok {
		return host, port, nil
	}
	return "", 0, status.EndpointPort
}

// parsePort takes 1 to 65535, without zeros in front, which other parsers read as octal.
func parsePort(digits string) (port uint16, ok bool) {
	if len(digits) > 5 || digits[0] == '0' {
		return 0, false
	}
	n := 0
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return 0, false
		}
		n = n*10 + int(digits[i]-'0')
	}
	return uint16(n), n <= 65535
}
