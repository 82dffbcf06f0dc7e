package node

import (
	"context"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// Message is a frame of the peer. Its bytes are valid until the handler returns.
type Message struct {
	sv2.Frame
	// Kind is session.EventMessage for a message to act on. A CommonHandler also gets EventIgnored, EventUnexpected and
	// EventRejected, and Status then says why.
	Kind   session.EventKind
	Status status.Kind
	// UserIdentity came with a SubmitSharesExtended (extension 0x0002). HasUserIdentity tells an empty one from none.
	UserIdentity    []byte
	HasUserIdentity bool
}

// Decode reads the message as m, which borrows it. A frame with another message in it is status.UnexpectedMessage.
func (r *Message) Decode(m sv2.Message) (trailing []byte, err error) {
	return sv2.DecodeFrame(r.Frame, m)
}

// Lifecycle is what the handlers of all subprotocols have in common. The calls for one connection come from one goroutine, in
// order: Established once, messages, Ended once. Those of different connections come at the same time.
//
// A handler may call every method of the Conn but Handshake and Run. While it works, nothing is read from its connection,
// so it returns soon. A panic is not caught: it is a fault of the program, whose state nobody knows afterwards.
type Lifecycle interface {
	// Established is the first call: messages flow from now on. An error ends the connection.
	Established(c *Conn) error
	// Ended is the last call, when the connection is closed and err says why; it comes only after Established. What belongs
	// to the connection is void now: channels, jobs, templates, shares without an answer.
	Ended(c *Conn, err error)
}

// The handlers, one interface for each subprotocol and end, so that they cannot be mixed up. Each method gets the messages
// of its subprotocol that may come from the other end. An error is logged and the message dropped, the connection goes on;
// one made with [End] ends it.
type (
	// MiningServerHandler serves miners and proxies.
	MiningServerHandler interface {
		Lifecycle
		ServeMining(c *Conn, m Message) error
	}
	// JobDeclarationServerHandler serves job declarator clients.
	JobDeclarationServerHandler interface {
		Lifecycle
		ServeJobDeclaration(c *Conn, m Message) error
	}
	// TemplateDistributionServerHandler is a template provider.
	TemplateDistributionServerHandler interface {
		Lifecycle
		ServeTemplateDistribution(c *Conn, m Message) error
	}
	// MiningClientHandler is a miner, or the upstream side of a proxy.
	MiningClientHandler interface {
		Lifecycle
		ReceiveMining(c *Conn, m Message) error
	}
	// JobDeclarationClientHandler is a job declarator client.
	JobDeclarationClientHandler interface {
		Lifecycle
		ReceiveJobDeclaration(c *Conn, m Message) error
	}
	// TemplateDistributionClientHandler takes templates.
	TemplateDistributionClientHandler interface {
		Lifecycle
		ReceiveTemplateDistribution(c *Conn, m Message) error
	}
)

// CommonHandler gets what belongs to no subprotocol, and what no subprotocol must see: ChannelEndpointChanged, messages of
// extensions, and those that Message.Kind calls ignored, unexpected or rejected. Without one they are counted and dropped.
// Errors are treated as those of other handlers. Reconnect is not among them: it ends the connection, see [ReconnectError].
type CommonHandler interface {
	HandleCommon(c *Conn, m Message) error
}

// ServerHandlers are those of a server. A nil one is [Null].
type ServerHandlers struct {
	Mining               MiningServerHandler
	JobDeclaration       JobDeclarationServerHandler
	TemplateDistribution TemplateDistributionServerHandler
	Common               CommonHandler
	// DecideSetup decides about each SetupConnection that passed the checks of the configuration, and returns the flags of
	// SetupConnection.Success. A [*RefuseSetup] is answered as it says, any other error with "internal-error"; Handshake
	// fails with it. The context ends with the time for the setup. It goes with session.ServerConfig.HoldSetup. What the
	// message borrows is valid until it returns. Calls for different connections come at the same time.
	DecideSetup func(ctx context.Context, c *Conn, m *sv2.SetupConnection) (successFlags uint32, err error)
}

// ClientHandlers are those of a client: one subprotocol and perhaps Common. A nil one is [Null].
type ClientHandlers struct {
	Mining               MiningClientHandler
	JobDeclaration       JobDeclarationClientHandler
	TemplateDistribution TemplateDistributionClientHandler
	Common               CommonHandler
}

// Null is the handler, of any kind, of a subprotocol that is not supported. It is never called.
type Null struct{}

// Established does nothing.
func (Null) Established(*Conn) error { return nil }

// Ended does nothing.
func (Null) Ended(*Conn, error) {}

// ServeMining does nothing.
func (Null) ServeMining(*Conn, Message) error { return nil }

// ServeJobDeclaration does nothing.
func (Null) ServeJobDeclaration(*Conn, Message) error { return nil }

// ServeTemplateDistribution does nothing.
func (Null) ServeTemplateDistribution(*Conn, Message) error { return nil }

// ReceiveMining does nothing.
func (Null) ReceiveMining(*Conn, Message) error { return nil }

// ReceiveJobDeclaration does nothing.
func (Null) ReceiveJobDeclaration(*Conn, Message) error { return nil }

// ReceiveTemplateDistribution does nothing.
func (Null) ReceiveTemplateDistribution(*Conn, Message) error { return nil }

// HandleCommon does nothing.
func (Null) HandleCommon(*Conn, Message) error { return nil }
