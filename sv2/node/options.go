package node

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/libsv2/libsv2/status"
)

// Options are what all connections have in common. The zero value is ready for use.
type Options struct {
	// Logger gets a few lines per connection; nil is silent. No key, no payload and no identity of a miner is logged. Text
	// of a peer appears only quoted and only as error_code.
	Logger *slog.Logger
	// Random is a cryptographic source, safe for concurrent use; nil is crypto/rand.Reader.
	Random io.Reader
	// WhenFull is what happens when a message finds no room to wait in. The room is session.Limits.Output, in bytes.
	WhenFull QueuePolicy
	// WriteTimeout is how long the peer may take no bytes while some wait; 0 means 30 s. Before a connection is
	// established the deadlines of its session hold as well.
	WriteTimeout time.Duration
}

// QueuePolicy says what happens when the send queue of a connection has no room for a message.
type QueuePolicy uint8

const (
	// EndWhenFull ends the connection with status.QueueFull. It is the default: a peer that misses one message, such as
	// SetNewPrevHash, works on the wrong thing, and learns the truth when it connects anew.
	EndWhenFull QueuePolicy = iota
	// DropWhenFull queues nothing of the message and goes on. The sender knows by status.QueueFull and may try again.
	DropWhenFull
)

const writeTimeoutDefault = 30 * time.Second

// complete fills in the defaults.
func (o *Options) complete() error {
	if o.WhenFull > DropWhenFull || o.WriteTimeout < 0 {
		return fmt.Errorf("%w: WhenFull or WriteTimeout", status.Argument)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = writeTimeoutDefault
	}
	return nil
}
