package session

import (
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Security says how the connection is protected. It has to be chosen: the zero Security is refused, and no session ever
// falls back from one kind to another.
type Security struct {
	mode     securityMode
	policy   noise.Policy
	identity *noise.Identity
}

type securityMode uint8

const (
	securityUnset securityMode = iota
	securityPlain
	securityInitiate
	securityRespond
)

// Plain sends everything readable: for a network where nobody else is (specification section 4).
func Plain() Security { return Security{mode: securityPlain} }

// Initiate is the client's end of an encrypted connection; the policy says whom it trusts.
func Initiate(policy noise.Policy) Security { return Security{mode: securityInitiate, policy: policy} }

// Respond is the server's end of an encrypted connection. The identity must outlive the sessions that use it.
func Respond(identity *noise.Identity) Security {
	return Security{mode: securityRespond, identity: identity}
}

func (s *Security) encrypted() bool { return s.mode != securityPlain }

// check refuses what does not suit the end of the connection.
func (s *Security) check(role sv2.Party) error {
	switch {
	case s.mode == securityPlain:
		return nil
	case s.mode == securityInitiate && role == sv2.Client:
		return nil
	case s.mode == securityRespond && role == sv2.Server && s.identity != nil:
		return nil
	}
	return status.Argument
}
