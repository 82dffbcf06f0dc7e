package session

import "github.com/libsv2/libsv2/sv2"

// Time is the caller's clocks. Monotonic is in milliseconds of any clock that does not jump; Unix, in seconds since 1970, is
// looked at only when a certificate is checked.
type Time struct {
	Monotonic uint64
	Unix      uint64
}

// Never as a timeout means that there is none.
const Never = 1<<32 - 1

// Timeouts are in milliseconds; 0 means the default that stands behind each.
type Timeouts struct {
	Handshake   uint32 // Noise, from the start of the session: 10 s
	Setup       uint32 // SetupConnection and its answer: 10 s
	Negotiation uint32 // each answer to RequestExtensions; a client that has to ask again gets as much: 30 s
	Inactivity  uint32 // since the last complete message of the peer once it has been set up: none
	Drain       uint32 // sending what is left after the end: 5 s
}

// Limits bound the memory of a session; 0 means the default that stands behind each.
type Limits struct {
	Payload       int // largest payload accepted from the peer: sv2.PayloadSizeDefault
	Output        int // bytes that may wait to be sent, sealed as they are: OutputDefault; at least OutputMin
	EarlyMessages int // messages that may come before the connection is established: 3; below 0: none
	EarlyBytes    int // frames of these, in bytes: 16 KiB
}

// Values of [Limits].
const (
	OutputMin     = 4096
	OutputDefault = sv2.PayloadSizeDefault + OutputMin

	earlyMessagesDefault = 3
	earlyBytesDefault    = 16 << 10
)

// MaxExtensions is how many extensions a configuration may list, and a server looks at in one RequestExtensions.
const MaxExtensions = 256

// ClientExtensions says what a client negotiates. With nothing in Request and Required it does not negotiate at all.
type ClientExtensions struct {
	Request   []uint16 // extensions to ask for
	Required  []uint16 // those to ask for and not to do without
	Supported []uint16 // those not to ask for, unless the server requires them
	OnTimeout TimeoutPolicy
	RequestID uint16 // request_id of the first request; 0 means 1
}

// ServerExtensions says what a server negotiates. The zero value answers each request with an error.
type ServerExtensions struct {
	Supported []uint16
	Required  []uint16 // those that every client has to request
	// Ignore makes the server one that does not implement extension 0x0001: it discards requests.
	Ignore bool
}

// ClientConfig describes the client's end of connections. Everything is copied by [NewClientProfile] but the keys.
type ClientConfig struct {
	Security   Security
	Setup      sv2.SetupConnection // MinVersion and MaxVersion 0 mean 2. Vendor has to be set.
	Extensions ClientExtensions
	// RefuseFlags are bits of SetupConnection.Success that this client cannot comply with, beside those that contradict the
	// flags of Setup.
	RefuseFlags uint32
	// UserIdentity goes with each SubmitSharesExtended when extension 0x0002 is negotiated and SendShare names no other.
	UserIdentity []byte

	Timeouts Timeouts
	Limits   Limits
	Memory   sv2.Memory
	// StrictChannelBit makes a wrong channel_msg bit of a known message an error. Older implementations set it differently.
	StrictChannelBit bool
}

// Service is one protocol that a server serves.
type Service struct {
	Protocol      uint8  // sv2.Protocol*
	Flags         uint32 // bits of SetupConnection.flags that are supported
	RequiredFlags uint32 // those that the client has to set
	SuccessFlags  uint32 // bits of SetupConnection.Success
}

// ServerConfig describes the server's end of connections. Everything is copied by [NewServerProfile] but the identity.
type ServerConfig struct {
	Security   Security
	Services   []Service
	MinVersion uint16 // MinVersion and MaxVersion 0 mean 2
	MaxVersion uint16
	Extensions ServerExtensions
	// HoldSetup lets the program decide about each SetupConnection that passed the checks; see EventSetupRequest.
	HoldSetup bool
	// TLVs says how TLVs behind messages are read.
	TLVs sv2.TLVOptions

	Timeouts         Timeouts
	Limits           Limits
	Memory           sv2.Memory
	StrictChannelBit bool
}
