package node

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2/endpoint"
)

// attempt is a Connect or Probe and what came of it.
type attempt struct {
	decision endpoint.Decision
	conn     *Conn // ready to run, or nil
	err      error
}

// live is the connection in use.
type live struct {
	id    uint64 // of the decision
	conn  *Conn
	ended chan error // what Run returned
}

// Run keeps the client connected until the context ends or every endpoint of the list was given up, and then returns with
// everything that it started ended. The handler gets Established and Ended for each connection, in turn: a new one is never
// established before the old one has ended. Errors: a [*Error], of kind Closed with the cause of the context, or of the kind
// for which the best endpoint was given up; State when it runs already. It may be called again.
func (c *Client) Run(ctx context.Context) error {
	if !c.begin() {
		return status.State
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &clientRun{Client: c, attempts: make(chan attempt, 1)}
	err := r.loop(ctx)
	cancel()
	r.goroutines.Wait()
	r.clear()
	return err
}

// begin reports whether nobody else runs the client.
func (c *Client) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	running := c.running
	c.running = true
	return !running
}

// clientRun is what one call of Run knows.
type clientRun struct {
	*Client
	goroutines sync.WaitGroup
	attempts   chan attempt // at most one is under way
	live       live
	pending    uint64 // the decision whose attempt is under way, or 0
}

func (r *clientRun) loop(ctx context.Context) error {
	for {
		d := r.next()
		switch d.Action {
		case endpoint.Connect, endpoint.Probe:
			r.pending = d.ID
			r.goroutines.Go(func() { r.attempts <- r.attempt(ctx, d) })
		case endpoint.Stop:
			return &Error{Kind: d.Reason, Err: errGivenUp}
		default:
			if err := r.wait(ctx, d.Until); err != nil {
				return err
			}
		}
	}
}

var errGivenUp = errors.New("every endpoint was given up")

func (r *clientRun) next() endpoint.Decision {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.list.Next(time.Since(r.begun))
}

// wait waits for the next thing to happen.
func (r *clientRun) wait(ctx context.Context, until time.Duration) error {
	var due <-chan time.Time
	if until != endpoint.Forever {
		timer := time.NewTimer(until - time.Since(r.begun))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
		return &Error{Kind: status.Closed, Err: context.Cause(ctx)}
	case <-due:
	case <-r.changed:
	case a := <-r.attempts:
		r.pending = 0
		r.take(ctx, a)
	case err := <-r.live.ended:
		id := r.live.id
		r.setLive(live{})
		r.report(id, outcome(err))
	}
	return nil
}

// attempt connects and shakes hands.
func (r *clientRun) attempt(ctx context.Context, d endpoint.Decision) attempt {
	conn, err := r.connect(ctx, d.Endpoint)
	if err == nil {
		err = conn.Handshake(ctx)
	}
	if err == nil && d.Action == endpoint.Probe {
		conn.Close()
	}
	r.config.Logger.Debug("endpoint tried", "action", d.Action.String(), "address", d.Endpoint.Address(), "error", err)
	if err != nil || d.Action == endpoint.Probe {
		conn = nil
	}
	return attempt{d, conn, err}
}

func (r *clientRun) connect(ctx context.Context, e endpoint.Endpoint) (*Conn, error) {
	profile, err := r.profile(e)
	if err != nil {
		return nil, err
	}
	conn, err := r.config.Dial(ctx, e.Address())
	if err != nil {
		if kindOf(err, 0) == 0 {
			err = dialError(err)
		}
		return nil, err
	}
	r.tally.accepted.Add(1)
	r.mu.Lock()
	r.lastID++
	c := &Conn{id: r.lastID, net: conn, profile: profile, routes: r.routes, options: &r.config.Options, tally: &r.tally}
	r.mu.Unlock()
	if err := c.start(); err != nil {
		r.tally.failed(kindOf(err, status.Internal))
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

// take goes on with what came of an attempt. The way back to a better endpoint closes the connection in use first.
func (r *clientRun) take(ctx context.Context, a attempt) {
	if a.err != nil {
		r.report(a.decision.ID, outcome(a.err))
		return
	}
	r.report(a.decision.ID, endpoint.Established())
	if a.conn == nil {
		return
	}
	if r.live.conn != nil {
		r.live.conn.Close()
		<-r.live.ended
	}
	ended := make(chan error, 1)
	r.setLive(live{a.decision.ID, a.conn, ended})
	r.goroutines.Go(func() { ended <- a.conn.Run(ctx) })
}

func (r *clientRun) setLive(l live) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live, r.conn = l, l.conn
	if l.conn == nil {
		return
	}
	select {
	case <-r.ready:
	default:
		close(r.ready)
	}
}

func (r *clientRun) report(id uint64, o endpoint.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.list.Report(id, o, time.Since(r.begun), rand.Uint64()) // its errors are about other IDs
}

// clear leaves the list without a connection and an attempt, so that it can be used again.
func (r *clientRun) clear() {
	select {
	case a := <-r.attempts:
		if a.conn != nil {
			a.conn.Close()
		}
	default:
	}
	for _, id := range []uint64{r.pending, r.live.id} {
		if id != 0 {
			r.report(id, endpoint.Failed(status.ConnectionLost))
		}
	}
	r.setLive(live{})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = false
}

// outcome is what an error means for the endpoint.
func outcome(err error) endpoint.Outcome {
	if reconnect, ok := errors.AsType[*ReconnectError](err); ok {
		return endpoint.Redirected(reconnect.NewHost, reconnect.NewPort)
	}
	kind := kindOf(err, status.ConnectionLost)
	// Closed is by the program, which would end the client if it wanted no other connection. A kind that is no failure can
	// only come from a handler.
	if kind == status.Closed || kind >= 0 {
		kind = status.ConnectionLost
	}
	return endpoint.Failed(kind)
}
