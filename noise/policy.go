package noise

import (
	"github.com/libsv2/libsv2/internal/secp256k1"
	"github.com/libsv2/libsv2/status"
)

// DefaultLeeway is how many seconds the two clocks may differ.
const DefaultLeeway = 10

// Policy says what an initiator demands of a certificate. Start from
// RequireAuthority or from Insecure; the zero Policy is refused everywhere, so
// that nobody skips the check by forgetting a field.
type Policy struct {
	authority PublicKey
	leeway    uint32
	mode      policyMode
	noClock   bool
}

type policyMode uint8

const (
	policyUnset policyMode = iota
	policyAuthority
	policyInsecure
)

// RequireAuthority demands a certificate of version 0, signed by this
// authority, and valid now, give or take DefaultLeeway.
func RequireAuthority(authority PublicKey) Policy {
	return Policy{authority: authority, leeway: DefaultLeeway, mode: policyAuthority}
}

// Insecure demands nothing: the link is encrypted, but to whom is unknown. Any
// machine on the way can be the server.
func Insecure() Policy { return Policy{mode: policyInsecure} }

// WithLeeway sets by how many seconds the clocks may differ.
func (p Policy) WithLeeway(seconds uint32) Policy {
	p.leeway = seconds
	return p
}

// WithoutClock drops the check of the times, for devices that do not know the
// time yet. A certificate that expired is then accepted.
func (p Policy) WithoutClock() Policy {
	p.noClock = true
	return p
}

// check returns Argument for the zero Policy and KeyInvalid for an authority
// that is no key.
func (p *Policy) check() error {
	switch p.mode {
	case policyAuthority:
		return p.authority.Check()
	case policyInsecure:
		return nil
	}
	return status.Argument
}

// Verify checks a certificate for a server's key at the time now, in seconds
// since 1970. Kinds, in the order of the checks:
//
//   - Argument: the zero Policy.
//   - KeyInvalid: an authority that is no key.
//   - CertificateVersion: not version 0, so that nothing else is known of it.
//   - CertificateSignature: no signature at all: R off the curve or s too large.
//   - CertificateAuthority: a signature, but not the authority's for this key
//     and these times. A signature does not say who made it, so an altered
//     certificate looks the same as one of another authority.
//   - CertificateWindow: it ends before it begins.
//   - CertificateNotYetValid, CertificateExpired: see the leeway.
func (p *Policy) Verify(c *Certificate, server PublicKey, now uint64) error {
	if err := p.check(); err != nil {
		return err
	}
	if p.mode == policyInsecure {
		return nil
	}
	if c.Version != CertificateVersion {
		return status.CertificateVersion
	}
	digest := c.Digest(server)
	switch secp256k1.VerifyVartime(&c.Signature, (*[32]byte)(&p.authority), digest[:]) {
	case secp256k1.SignatureValid:
	case secp256k1.SignatureForeign:
		return status.CertificateAuthority
	default:
		return status.CertificateSignature
	}
	if c.NotValidAfter < c.ValidFrom {
		return status.CertificateWindow
	}
	if p.noClock {
		return nil
	}
	// 64 bits hold every sum here: nothing wraps around.
	from, to, leeway := uint64(c.ValidFrom), uint64(c.NotValidAfter), uint64(p.leeway)
	if now < from-min(leeway, from) {
		return status.CertificateNotYetValid
	}
	if now > to+leeway {
		return status.CertificateExpired
	}
	return nil
}
