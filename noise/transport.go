package noise

import (
	"sync/atomic"

	"github.com/libsv2/libsv2/status"
)

// Transport is an encrypted link after the handshake: one key for each
// direction. The zero Transport is closed; a handshake makes it ready. It must
// not be copied. One goroutine may seal while another opens; Close needs both
// to have stopped.
//
// A frame is sealed as 22 bytes for the header and, unless the payload is
// empty, blocks of 65535 bytes for every 65519 of payload, the last one shorter
// (4.6).
//
// After a failure to open, or an exhausted nonce, the link is closed for good:
// every later call gives TransportClosed. The key of the half that failed is
// wiped at once, that of the other half, which may be in use, at its next call
// or by Close. A call that is
// merely wrong (Argument, State, BufferTooSmall, FrameTooLarge) changes nothing.
type Transport struct {
	ready    atomic.Bool
	sender   cipherState
	receiver cipherState
	hash     [32]byte

	// pending is the opened header whose payload has yet to come.
	pending    [HeaderSize]byte
	hasPending bool
	// scratch keeps a header from escaping to the heap at every call.
	sendScratch, receiveScratch [HeaderSize]byte
}

func (t *Transport) initialize(send, receive *[keySize]byte, hash *[32]byte) error {
	t.Close()
	if err := t.sender.initialize(send); err != nil {
		return err
	}
	if err := t.receiver.initialize(receive); err != nil {
		t.sender.wipe()
		return err
	}
	t.hash = *hash
	t.hasPending = false
	t.ready.Store(true)
	return nil
}

// HandshakeHash returns the hash of the whole handshake, the same on both sides
// and different for every link: a name for it that a peer cannot choose.
func (t *Transport) HandshakeHash() [32]byte { return t.hash }

// Closed reports whether the link can no longer be used.
func (t *Transport) Closed() bool { return !t.ready.Load() }

// Close wipes both keys. Closing twice does nothing.
func (t *Transport) Close() {
	t.ready.Store(false)
	t.sender.wipe()
	t.receiver.wipe()
	t.hasPending = false
	t.pending = [HeaderSize]byte{}
}

// sendable returns nil when the sending half may be used. The half that finds
// the link closed by the other one wipes its own key.
func (t *Transport) sendable() error {
	if !t.ready.Load() {
		t.sender.wipe()
		return status.TransportClosed
	}
	return nil
}

func (t *Transport) receivable() error {
	if !t.ready.Load() {
		t.receiver.wipe()
		return status.TransportClosed
	}
	return nil
}

// failSending closes the link from the sending half.
func (t *Transport) failSending(err error) error {
	t.ready.Store(false)
	t.sender.wipe()
	return err
}

// failReceiving closes the link from the receiving half.
func (t *Transport) failReceiving(err error) error {
	t.ready.Store(false)
	t.receiver.wipe()
	return err
}

// String shows no secret.
func (*Transport) String() string { return redacted }

// GoString shows no secret.
func (*Transport) GoString() string { return redacted }
