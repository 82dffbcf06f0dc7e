package endpoint

import (
	"strconv"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// Scheme is how the URL of an endpoint begins.
const Scheme = "stratum2+tcp"

const (
	// MaxHost is the most characters of a host: a DNS name of 253 and the dot that may end it.
	MaxHost = 254
	// MaxText is the most characters of an endpoint's URL.
	MaxText = len(Scheme+"://") + MaxHost + len(":65535/") + noise.KeyTextSize
)

// Endpoint is a server: host, port, and the key of the authority that vouches for it. Only [New], [Parse],
// [ParseWithPort], their insecure forms and [Endpoint.Redirect] make one, and they check everything; the zero Endpoint is
// none and no call accepts it. Two endpoints are equal if they mean the same host by the same text, port and key.
type Endpoint struct {
	host     string // lower case, IPv6 without brackets in the form of RFC 5952
	port     uint16
	insecure bool // asked for by name; only then there is no key
	key      noise.PublicKey
}

// New makes an endpoint. An IPv6 address may stand in brackets or not. Kinds: those of the host and the port in [Parse], and
// KeyInvalid.
func New(host string, port uint16, authority noise.PublicKey) (Endpoint, error) {
	e, err := NewInsecure(host, port)
	if err != nil {
		return Endpoint{}, err
	}
	if err := authority.Check(); err != nil {
		return Endpoint{}, err
	}
	e.insecure, e.key = false, authority
	return e, nil
}

// NewInsecure makes an endpoint without a key, for a user who wants that: links to it are encrypted, but to whom is unknown,
// and any machine on the way can be the server. Kinds: as [New] without KeyInvalid.
func NewInsecure(host string, port uint16) (Endpoint, error) {
	host, err := checkHost(host)
	if err != nil {
		return Endpoint{}, err
	}
	if port == 0 {
		return Endpoint{}, status.EndpointPort
	}
	return Endpoint{host: host, port: port, insecure: true}, nil
}

// Host returns the name or the address, IPv6 without brackets: what to resolve, and what SetupConnection.endpoint_host says.
func (e Endpoint) Host() string { return e.host }

// Port returns the port, which is not 0.
func (e Endpoint) Port() uint16 { return e.port }

// Authority returns the authority key, which is no key if e is insecure.
func (e Endpoint) Authority() noise.PublicKey { return e.key }

// IsInsecure reports whether e was made without a key.
func (e Endpoint) IsInsecure() bool { return e.insecure }

// Policy returns what a handshake with the endpoint demands: a certificate of its authority, or nothing if e is insecure. The
// policy of the zero Endpoint fails every handshake.
func (e Endpoint) Policy() noise.Policy {
	if e.insecure {
		return noise.Insecure()
	}
	return noise.RequireAuthority(e.key)
}

// IsZero reports whether e is the zero Endpoint.
func (e Endpoint) IsZero() bool { return e.port == 0 }

// Address returns host:port, IPv6 in brackets, as dialers take it.
func (e Endpoint) Address() string { return string(e.appendAddress(nil)) }

// String returns the URL, which [Parse] turns into e again, or [ParseInsecure] if e is insecure; nothing for the zero
// Endpoint. No part of it is secret.
func (e Endpoint) String() string { return string(e.AppendText(nil)) }

// AppendText appends the URL to dst.
func (e Endpoint) AppendText(dst []byte) []byte {
	if e.IsZero() {
		return dst
	}
	dst = e.appendAddress(append(dst, Scheme+"://"...))
	if e.insecure {
		return dst
	}
	return e.key.AppendText(append(dst, '/'))
}

func (e Endpoint) appendAddress(dst []byte) []byte {
	if e.IsZero() {
		return dst
	}
	if isIPv6Text(e.host) {
		dst = append(append(append(dst, '['), e.host...), ']')
	} else {
		dst = append(dst, e.host...)
	}
	return strconv.AppendUint(append(dst, ':'), uint64(e.port), 10)
}

// Redirect returns the endpoint that a Reconnect message of e names: an empty host and a port of 0 keep those of e. The key is
// always that of e (specification 3.6.5): a server that moves cannot be trusted to name whom to trust. Kinds: those
// of the host in [Parse], State for the zero Endpoint.
func (e Endpoint) Redirect(newHost []byte, newPort uint16) (Endpoint, error) {
	if e.IsZero() {
		return Endpoint{}, status.State
	}
	if len(newHost) > 0 {
		// The length first, so that nothing long is copied.
		if len(newHost) > MaxHost {
			return Endpoint{}, status.EndpointTooLong
		}
		host, err := checkHost(string(newHost))
		if err != nil {
			return Endpoint{}, err
		}
		e.host = host
	}
	if newPort != 0 {
		e.port = newPort
	}
	return e, nil
}
