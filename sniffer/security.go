package sniffer

import (
	"crypto/rand"
	"net"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// Security says how one side is protected. It has to be chosen: the zero Security is refused.
type Security struct {
	chosen   bool
	policy   noise.Policy
	identity *noise.Identity // of a server
	plain    bool
}

// Plain sends everything readable.
func Plain() Security { return Security{chosen: true, plain: true} }

// Initiate is the client's end of an encrypted connection; the policy says whom it trusts.
func Initiate(policy noise.Policy) Security { return Security{chosen: true, policy: policy} }

// Respond is the server's end of an encrypted connection. The identity must outlive its use.
func Respond(identity *noise.Identity) Security {
	return Security{chosen: identity != nil, identity: identity}
}

// initiates reports whether this is the client's end of an encrypted connection.
func (s Security) initiates() bool { return s.chosen && !s.plain && s.identity == nil }

// responds reports whether this is the server's end of an encrypted connection.
func (s Security) responds() bool { return s.chosen && s.identity != nil }

// Keys is the identity of a server that was made on the spot, with an authority that exists nowhere else.
type Keys struct {
	Identity  *noise.Identity
	Authority noise.PublicKey
	secret    *noise.SecretKey
}

// keysLifetime is how long the certificate of Keys is valid.
const keysLifetime = 30 * 24 * time.Hour

// NewKeys makes them, valid from an hour ago for 30 days. They have to be released.
func NewKeys() (*Keys, error) {
	authority, err := noise.GenerateSecretKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	defer authority.Release()
	secret, err := noise.GenerateSecretKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	identity, err := certify(authority, secret)
	if err != nil {
		secret.Release()
		return nil, err
	}
	return &Keys{Identity: identity, Authority: authority.Public(), secret: secret}, nil
}

func certify(authority, secret *noise.SecretKey) (*noise.Identity, error) {
	from, until := noise.Window(unixNow(), 3600, uint64(keysLifetime/time.Second))
	certificate, err := noise.SignCertificate(authority, secret.Public(), from, until, rand.Reader)
	if err != nil {
		return nil, err
	}
	return noise.NewIdentity(secret, &certificate, rand.Reader)
}

// Release wipes the secret key. The Identity cannot answer handshakes afterwards.
func (k *Keys) Release() { k.secret.Release() }

func unixNow() uint64 { return uint64(max(time.Now().Unix(), 0)) }

// secure makes a link of a connection that has just been made. It blocks for the handshake of an encrypted one.
func secure(conn net.Conn, s Security, maxPayload int) (*link, error) {
	l := &link{conn: conn, maxPayload: maxPayload}
	switch {
	case s.initiates():
		return l, l.initiate(s.policy)
	case s.responds():
		return l, l.respond(s.identity)
	case s.plain:
		return l, l.open()
	}
	return nil, status.Argument
}
