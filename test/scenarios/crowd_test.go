package scenarios

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

// What a member of a crowd means by the request_id of OpenStandardMiningChannel, and its host by the job_id of NewMiningJob.
const (
	hello  = 1 + iota // member: it is established
	ask               // member: the message that has to be answered
	thanks            // member: the answer has come
	load              // member: one of many messages without pause
	begin             // host: ask now
	answer            // host: to an ask or a load
)

// hastyOnes is the part of a crowd that sends without pause, one in so many, and inFlight how many messages each has under way.
const (
	hastyOnes = 100
	inFlight  = 8
)

// member is a client of a crowd.
type member struct{ hasty bool }

func say(c *node.Conn, what uint32) error {
	return c.Send(&sv2.OpenStandardMiningChannel{RequestID: what})
}

func (m member) Established(c *node.Conn) error { return say(c, hello) }

func (m member) Ended(*node.Conn, error) {}

func (m member) ReceiveMining(c *node.Conn, message node.Message) error {
	var job sv2.NewMiningJob
	if _, err := message.Decode(&job); err != nil {
		return err
	}
	switch {
	case job.JobID == begin && m.hasty:
		for range inFlight {
			if err := say(c, load); err != nil {
				return err
			}
		}
		return nil
	case job.JobID == begin:
		return say(c, ask)
	case m.hasty:
		return say(c, load)
	}
	return say(c, thanks)
}

// crowd connects n members, so many at once, and returns when all connections have ended. The first one that fails to connect
// ends all.
func crowd(ctx context.Context, n, atOnce int, policy noise.Policy, dial func(context.Context) (net.Conn, error)) error {
	profile, err := session.NewClientProfile(&session.ClientConfig{
		Security: session.Initiate(policy), Setup: sv2.SetupConnection{Vendor: []byte("libsv2 test")},
	})
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var connecting, running sync.WaitGroup
	var next atomic.Int64
	for range atOnce {
		connecting.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				conn, err := dial(ctx)
				if err != nil {
					fail(err)
					return
				}
				c, err := node.NewClientConn(conn, profile, node.ClientHandlers{Mining: member{i%hastyOnes == 0}}, nil)
				if err == nil {
					err = c.Handshake(ctx)
				}
				if err != nil {
					fail(err)
					return
				}
				running.Go(func() { _ = c.Run(ctx) })
			}
		})
	}
	connecting.Wait()
	running.Wait()
	return context.Cause(ctx)
}

// crowdVariable names the environment variable that makes the test program a crowd: it has the endpoint, crowdSize the number.
const (
	crowdVariable = "SV2_TEST_CROWD"
	crowdSize     = "SV2_TEST_CROWD_SIZE"
)

// TestCrowd is the other process of [startCrowd].
func TestCrowd(t *testing.T) {
	if os.Getenv(crowdVariable) == "" {
		t.Skip("it is for a process of its own")
	}
	e, err := endpoint.Parse(os.Getenv(crowdVariable))
	check(t, err)
	n, err := strconv.Atoi(os.Getenv(crowdSize))
	check(t, err)
	check(t, crowd(t.Context(), n, 16, e.Policy(), func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", e.Address())
	}))
}

// startCrowd runs a crowd in another process, so that only the server is measured in this one. It ends when the server closes
// its connections.
func startCrowd(e endpoint.Endpoint, n int) (wait func() error, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(program, "-test.run=^TestCrowd$")
	c.Env = append(os.Environ(), crowdVariable+"="+e.String(), crowdSize+"="+strconv.Itoa(n))
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		return nil, err
	}
	return func() error {
		if err := c.Wait(); err != nil {
			return errors.Join(err, errors.New(out.String()))
		}
		return nil
	}, nil
}
