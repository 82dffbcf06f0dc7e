package main

import (
	"time"

	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/noise"
)

// authority signs certificates, also those that nobody should sign.
type authority struct{ *keyPair }

func newAuthority() authority { return authority{newKeyPair()} }

// sign fills in the signature for a server's key.
func (a authority) sign(c noise.Certificate, server noise.PublicKey) noise.Certificate {
	digest := c.Digest(server)
	must(secp256k1.Sign(&c.Signature, &a.secret, digest[:], new([32]byte)))
	return c
}

// text is the authority's key as programs take it (section 4.7).
func (a authority) text() string { return a.public.String() }

// valid is the window of an honest certificate.
func valid() noise.Certificate {
	now := uint64(time.Now().Unix())
	from, to := noise.Window(now, 3600, 24*3600)
	return noise.Certificate{ValidFrom: from, NotValidAfter: to}
}

// credentials are the keys of one run: what victims trust, and what they show.
type credentials struct {
	authority authority
	server    *keyPair
}

func newCredentials() *credentials { return &credentials{newAuthority(), newKeyPair()} }

// certificate is the one that an honest server shows.
func (c *credentials) certificate() noise.Certificate {
	return c.authority.sign(valid(), c.server.public)
}

// identity is the same server for package noise.
func (c *credentials) identity() (*noise.Identity, *noise.SecretKey) {
	secret, err := noise.NewSecretKey(&c.server.secret)
	must(err)
	certificate := c.certificate()
	identity, err := noise.NewIdentity(secret, &certificate, random)
	must(err)
	return identity, secret
}

// forgery is what a hostile server shows in place of an honest certificate.
type forgery func(c *credentials) (*keyPair, noise.Certificate)

// honest shows what a client expects.
func honest(c *credentials) (*keyPair, noise.Certificate) { return c.server, c.certificate() }

// signedWith is a certificate of the right authority with other contents.
func signedWith(change func(*noise.Certificate)) forgery {
	return func(c *credentials) (*keyPair, noise.Certificate) {
		certificate := valid()
		change(&certificate)
		return c.server, c.authority.sign(certificate, c.server.public)
	}
}

// alteredAfter is an honest certificate, changed once it was signed.
func alteredAfter(change func(*noise.Certificate)) forgery {
	return func(c *credentials) (*keyPair, noise.Certificate) {
		certificate := c.certificate()
		change(&certificate)
		return c.server, certificate
	}
}

// otherAuthority is an authority that the client does not trust.
func otherAuthority(c *credentials) (*keyPair, noise.Certificate) {
	return c.server, newAuthority().sign(valid(), c.server.public)
}

// stolenCertificate is the honest server's, shown by one that does not have its key.
func stolenCertificate(c *credentials) (*keyPair, noise.Certificate) {
	return newKeyPair(), c.certificate()
}
