package session

import (
	"math"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Profile is a configuration that has been checked: what all sessions of one kind share. It never changes, so any number of
// sessions, on any goroutines, may be started from one.
type Profile struct {
	role     sv2.Party
	security Security
	timeouts Timeouts
	limits   Limits
	memory   sv2.Memory
	strict   bool

	minVersion, maxVersion uint16

	request, required, supported extensionSet
	ignoreRequests               bool
	onTimeout                    TimeoutPolicy
	requestID                    uint16

	setup        sv2.SetupConnection
	refuseFlags  uint32
	userIdentity []byte

	services  []Service
	holdSetup bool
	tlvs      sv2.TLVOptions
}

// NewClientProfile checks the configuration of a client. Kinds: Argument, Limit, and those of sv2.SetupConnection.Validate.
func NewClientProfile(c *ClientConfig) (*Profile, error) {
	p := &Profile{
		role: sv2.Client, security: c.Security, timeouts: c.Timeouts, limits: c.Limits, memory: c.Memory, strict: c.StrictChannelBit,
		setup: c.Setup, refuseFlags: c.RefuseFlags, userIdentity: clone(keptUserIdentity(c.UserIdentity)),
		request:   newExtensionSet(c.Extensions.Request, c.Extensions.Required),
		required:  newExtensionSet(c.Extensions.Required),
		supported: newExtensionSet(c.Extensions.Request, c.Extensions.Required, c.Extensions.Supported),
		onTimeout: c.Extensions.OnTimeout, requestID: c.Extensions.RequestID,
	}
	m := &p.setup
	m.EndpointHost, m.Vendor, m.HardwareVersion = clone(m.EndpointHost), clone(m.Vendor), clone(m.HardwareVersion)
	m.Firmware, m.DeviceID = clone(m.Firmware), clone(m.DeviceID)
	if err := p.finish(m.MinVersion, m.MaxVersion); err != nil {
		return nil, err
	}
	m.MinVersion, m.MaxVersion = p.minVersion, p.maxVersion
	if len(m.Vendor) == 0 || !ascii(m.EndpointHost) || p.onTimeout > OnTimeoutFail {
		return nil, status.Argument
	}
	p.requestID = max(p.requestID, 1)
	if p.onTimeout == OnTimeoutContinue && len(p.required) > 0 {
		p.onTimeout = OnTimeoutFail
	}
	return p, m.Validate()
}

// NewServerProfile checks the configuration of a server. Kinds: Argument, Limit.
func NewServerProfile(c *ServerConfig) (*Profile, error) {
	p := &Profile{
		role: sv2.Server, security: c.Security, timeouts: c.Timeouts, limits: c.Limits, memory: c.Memory, strict: c.StrictChannelBit,
		required:       newExtensionSet(c.Extensions.Required),
		supported:      newExtensionSet(c.Extensions.Supported, c.Extensions.Required),
		ignoreRequests: c.Extensions.Ignore,
		services:       append([]Service(nil), c.Services...), holdSetup: c.HoldSetup, tlvs: c.TLVs,
	}
	if err := p.finish(c.MinVersion, c.MaxVersion); err != nil {
		return nil, err
	}
	if len(p.services) == 0 || p.ignoreRequests && len(p.supported) > 0 {
		return nil, status.Argument
	}
	for i := range p.services {
		if !p.services[i].consistent() || p.service(p.services[i].Protocol) != &p.services[i] {
			return nil, status.Argument
		}
	}
	return p, nil
}

// consistent refuses a service of no known protocol, or one that would take a client and then require what it cannot do.
func (s *Service) consistent() bool {
	return s.Protocol <= sv2.ProtocolTemplateDistribution && s.RequiredFlags&^s.Flags == 0 &&
		contradiction(s.Protocol, s.Flags, s.SuccessFlags) == 0
}

// Role returns which end of connections the profile is for.
func (p *Profile) Role() sv2.Party { return p.role }

// Encrypted reports whether sessions begin with the Noise handshake.
func (p *Profile) Encrypted() bool { return p.security.encrypted() }

// Speaks reports whether a client asks for the protocol, or a server serves it: sv2.Protocol*.
func (p *Profile) Speaks(protocol uint8) bool {
	if p.role == sv2.Client {
		return p.setup.Protocol == protocol
	}
	return p.service(protocol) != nil
}

// HoldsSetup reports whether a server's program decides about each SetupConnection.
func (p *Profile) HoldsSetup() bool { return p.holdSetup }

// service returns what is served of a protocol, or nil.
func (p *Profile) service(protocol uint8) *Service {
	for i := range p.services {
		if p.services[i].Protocol == protocol {
			return &p.services[i]
		}
	}
	return nil
}

// finish checks and completes what clients and servers have in common.
func (p *Profile) finish(minVersion, maxVersion uint16) error {
	if minVersion == 0 && maxVersion == 0 {
		minVersion, maxVersion = sv2.ProtocolVersion, sv2.ProtocolVersion
	}
	p.minVersion, p.maxVersion = minVersion, maxVersion
	if minVersion > maxVersion || !p.supported.negotiable() || (p.memory.Alloc == nil) != (p.memory.Free == nil) {
		return status.Argument
	}
	if err := p.security.check(p.role); err != nil {
		return err
	}
	p.timeouts.complete()
	return p.limits.complete()
}

func (t *Timeouts) complete() {
	for _, v := range []struct {
		timeout *uint32
		normal  uint32
	}{{&t.Handshake, 10_000}, {&t.Setup, 10_000}, {&t.Negotiation, 30_000}, {&t.Inactivity, Never}, {&t.Drain, 5_000}} {
		if *v.timeout == 0 {
			*v.timeout = v.normal
		}
	}
}

func (l *Limits) complete() error {
	if l.Payload == 0 {
		l.Payload = sv2.PayloadSizeDefault
	}
	if l.Output == 0 {
		l.Output = OutputDefault
	}
	if l.EarlyMessages == 0 {
		l.EarlyMessages = earlyMessagesDefault
	}
	if l.EarlyBytes == 0 {
		l.EarlyBytes = earlyBytesDefault
	}
	l.EarlyMessages = max(l.EarlyMessages, 0)
	// Above what anybody needs, so that sums fit in 32 bits.
	const most = math.MaxInt32 / 16
	if l.Payload < 0 || l.Payload > sv2.PayloadSizeMax || l.Output < OutputMin || l.Output > most || l.EarlyBytes < 0 || l.EarlyBytes > most {
		return status.Limit
	}
	return nil
}

// sessionMemory is the most that a session takes beside its buffers: the struct, a handshake, ciphers, sets of extensions.
const sessionMemory = 8 << 10

// MemoryBound returns the most bytes that one session ever holds, in Profile's Memory and beside it. What it holds in fact
// follows what has arrived and what waits to be sent: some 2 KiB when idle, and less than 32 KiB then, whatever has passed.
func (p *Profile) MemoryBound() int {
	// A buffer that grows is there twice for a moment, in its old and its new size.
	return sessionMemory + 2*(p.limits.Output+codec.HeaderSize+p.limits.Payload+noise.TagSize+p.limits.EarlyBytes) + 2*buffersMin
}

// buffersMin is what the smallest allocations of the three buffers may take above their maximum.
const buffersMin = 2048

func clone(b []byte) []byte { return append([]byte(nil), b...) }

func ascii(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
