package sniffer

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// MockUpstream is a server that runs a script for each client.
type MockUpstream struct {
	listener net.Listener
	journal  *journal
	running  sync.WaitGroup
	context  context.Context
	cancel   context.CancelFunc

	mutex   sync.Mutex
	errs    []error
	ended   int
	changed chan struct{} // closed when the next script ends
}

// StartUpstream serves the clients that listener accepts until Close. script returns the steps for the client with this number,
// counted from 1; it is called by one goroutine at a time. Behind the last step the connection is closed. Kind:
// [status.Argument] for a Security of a client.
func StartUpstream(listener net.Listener, s Security, script func(number int) []Step) (*MockUpstream, error) {
	if !s.plain && !s.responds() {
		return nil, status.Argument
	}
	u := &MockUpstream{listener: listener, journal: newJournal(Limits{}, nil), changed: make(chan struct{})}
	u.context, u.cancel = context.WithCancel(context.Background())
	u.running.Go(func() { u.accept(s, script) })
	return u, nil
}

func (u *MockUpstream) accept(s Security, script func(number int) []Step) {
	for number := 1; ; number++ {
		conn, err := acceptOne(u.context, u.listener)
		if err != nil {
			return
		}
		peer, steps := newPeer(conn, sv2.Server, s, number, u.journal), script(number)
		u.running.Go(func() {
			err := peer.Run(u.context, steps...)
			peer.Close()
			u.end(err)
		})
	}
}

// end notes how a script has ended.
func (u *MockUpstream) end(err error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.context.Err() == nil {
		u.errs = append(u.errs, err)
	}
	u.ended++
	close(u.changed)
	u.changed = make(chan struct{})
}

// Address returns where the server listens.
func (u *MockUpstream) Address() net.Addr { return u.listener.Addr() }

// Log returns what it has sent and received on all connections.
func (u *MockUpstream) Log() Log { return Log{journal: u.journal} }

// Wait waits until so many scripts have ended and returns their errors, or the cause of the context's end.
func (u *MockUpstream) Wait(ctx context.Context, scripts int) error {
	for {
		u.mutex.Lock()
		ended, changed, err := u.ended, u.changed, errors.Join(u.errs...)
		u.mutex.Unlock()
		if ended >= scripts {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Close ends everything and waits for it. The errors are those of the scripts that had ended before.
func (u *MockUpstream) Close() error {
	u.cancel()
	u.listener.Close()
	u.running.Wait()
	u.journal.finish()
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return errors.Join(u.errs...)
}

// MockDownstream is a client that runs a script.
type MockDownstream struct{ *Peer }

// DialDownstream connects to a server. The first step is the handshake, which is the script's to do or not. Kind:
// [status.Argument] for a Security of a server; else the errors of the connection.
func DialDownstream(ctx context.Context, network, address string, s Security) (*MockDownstream, error) {
	if !s.plain && !s.initiates() {
		return nil, status.Argument
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &MockDownstream{NewPeer(conn, sv2.Client, s)}, nil
}
