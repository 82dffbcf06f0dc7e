package session

import (
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// EventKind says what an event is about.
type EventKind uint8

// The events. What each of them fills in, beside Kind and Phase, stands with it.
const (
	// EventSecured: the Noise handshake is done.
	EventSecured EventKind = iota + 1
	// EventSetupRequest, on a server with HoldSetup: a SetupConnection that passed every check waits for AcceptSetup or
	// RefuseSetup. Frame is the message, Protocol, UsedVersion and Flags what it asks for.
	EventSetupRequest
	// EventSetup: SetupConnection.Success was received or sent. Protocol, UsedVersion, and Flags of the Success.
	EventSetup
	// EventEstablished: messages flow from now on. Extensions are the negotiated ones.
	EventEstablished
	// EventMessage: Frame is a message of this connection's protocol, a common one, or one of a negotiated extension.
	// UserIdentity is set with a SubmitSharesExtended that carries one.
	EventMessage
	// EventIgnored: Frame belongs to an extension that is not negotiated. It counts as discarded; a proxy forwards it when it
	// has the channel_msg bit.
	EventIgnored
	// EventUnexpected: Frame has a msg_type that its extension does not define. The program decides; Status is UnknownMessage.
	EventUnexpected
	// EventRejected: Frame is a message whose TLVs break the rules of a negotiated extension; Status says how. It must not
	// be processed as if they were absent.
	EventRejected
	// EventExtensionsReset, on a client: ChannelEndpointChanged, the message before, ended all extensions and they are being
	// negotiated again. Messages flow meanwhile, without extensions.
	EventExtensionsReset
	// EventExtensions: that is done. Extensions are the negotiated ones.
	EventExtensions
	// EventUserIdentityCut is a warning: a user identity to send was longer than 32 bytes and was cut.
	EventUserIdentityCut
	// EventEnd is the last event. Status and Class say why, Error knows more, ErrorCode and Flags are those of
	// SetupConnection.Error. With ReconnectInSetup, Frame is the Reconnect. When Drain is set, send what Output gives before
	// closing the connection; else close it at once.
	EventEnd
)

var eventNames = [...]string{"none", "secured", "setup request", "setup", "established", "message", "ignored", "unexpected",
	"rejected", "extensions reset", "extensions", "user identity cut", "end"}

// String returns the name of the kind in lower case.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "unknown"
}

// Event is something that happened. Its slices are views, valid until the next call of NextEvent, Feed, PeerClosed or Release.
type Event struct {
	Kind   EventKind
	Phase  Phase // of the session now
	Status status.Kind
	Class  status.Class

	Frame           sv2.Frame
	UserIdentity    []byte
	HasUserIdentity bool // tells an empty identity from none

	Protocol    uint8
	UsedVersion uint16
	Flags       uint32
	ErrorCode   string
	Extensions  []uint16 // ascending; not to be changed
	Drain       bool
	Error       *Error
}

// eventQueue holds what has happened and not been asked for. Frames are read from the peer only while it is empty, which
// bounds it: two events of one frame, two of AcceptSetup, one each of a deadline, a cut identity and the end.
type eventQueue struct {
	kinds       [8]EventKind
	first, held uint8
}

func (q *eventQueue) empty() bool { return q.held == 0 }

func (q *eventQueue) has(k EventKind) bool {
	for i := range q.held {
		if q.kinds[(q.first+i)%uint8(len(q.kinds))] == k {
			return true
		}
	}
	return false
}

func (q *eventQueue) push(k EventKind) {
	q.kinds[(q.first+q.held)%uint8(len(q.kinds))] = k
	q.held++
}

func (q *eventQueue) pop() (k EventKind, ok bool) {
	if q.held == 0 {
		return 0, false
	}
	k = q.kinds[q.first]
	q.first = (q.first + 1) % uint8(len(q.kinds))
	q.held--
	return k, true
}
