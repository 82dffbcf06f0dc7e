package scenarios

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

// sessionMemoryMax is what a session may take with everything that belongs to it, when it is idle.
const sessionMemoryMax = 64 << 10

// TestTenThousandSessions: a server with 10,000 clients on one processor. What each costs does not grow with their number; and
// while some send without pause, everybody else is answered in turn.
//
//	go test ./test/scenarios -run TenThousand -v
func TestTenThousandSessions(t *testing.T) {
	leaktest.Check(t)
	if raceDetector || testing.Short() {
		t.Skip("it measures memory, and takes some seconds")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	small, large := measureSessions(t, 1000), measureSessions(t, 10_000)
	for _, m := range []measurement{small, large} {
		t.Log(m)
		if m.each() > sessionMemoryMax {
			t.Errorf("%d sessions take %.0f bytes each", m.sessions, m.each())
		}
	}
	if large.each() > 1.5*small.each() {
		t.Errorf("%.0f bytes each, and %.0f when there are more", small.each(), large.each())
	}
}

// measurement is what so many sessions cost their process.
type measurement struct {
	sessions   int
	both       bool // with the clients', which are in the same process
	heapStack  int64
	resident   int64 // 0: not known
	goroutines int
	connecting time.Duration
	asking     time.Duration
	served     int // messages until all were answered
}

func (m measurement) each() float64 { return float64(m.heapStack) / float64(m.sessions) }

func (m measurement) String() string {
	s := fmt.Sprintf("%6d sessions: %5.0f bytes of heap and stacks, %5.0f resident, %.2f goroutines each; set up in %v; "+
		"all answered after %d messages, in %v", m.sessions, m.each(), float64(m.resident)/float64(m.sessions),
		float64(m.goroutines)/float64(m.sessions), m.connecting.Round(10*time.Millisecond), m.served, m.asking.Round(10*time.Millisecond))
	if m.both {
		s += " (both ends, over pipes: too few open files are allowed)"
	}
	return s
}

// host is the handler of the server.
type host struct {
	members, quiet, most                int64
	arrived, served, thanked, ended     atomic.Int64
	allArrived, allThanked, overwhelmed chan struct{}
	over                                atomic.Bool
}

func (h *host) Established(*node.Conn) error { return nil }

func (h *host) Ended(*node.Conn, error) { h.ended.Add(1) }

func (h *host) ServeMining(c *node.Conn, m node.Message) error {
	var open sv2.OpenStandardMiningChannel
	if _, err := m.Decode(&open); err != nil {
		return err
	}
	switch open.RequestID {
	case hello:
		if h.arrived.Add(1) == h.members {
			close(h.allArrived)
		}
	case thanks:
		if h.thanked.Add(1) == h.quiet {
			h.over.Store(true)
			close(h.allThanked)
		}
	case ask, load:
		served := h.served.Add(1)
		if served == h.most {
			close(h.overwhelmed)
		}
		if open.RequestID == ask || served < h.most && !h.over.Load() {
			return c.Send(&sv2.NewMiningJob{JobID: answer})
		}
	}
	return nil
}

func newHost(n, fairShare int) *host {
	return &host{
		members: int64(n), quiet: int64(n - (n+hastyOnes-1)/hastyOnes), most: int64(fairShare * n),
		allArrived: make(chan struct{}), allThanked: make(chan struct{}), overwhelmed: make(chan struct{}),
	}
}

// fairShare is how many messages may be served until everybody has had an answer, by session: those that send without
// pause are one in a hundred with eight messages under way, so they have a right to much less than that.
const fairShare = 20

func measureSessions(t *testing.T, n int) (m measurement) {
	w := newWorld(t)
	h := newHost(n, fairShare)
	server, err := node.NewServer(&node.ServerConfig{
		Session:  session.ServerConfig{Security: session.Respond(w.keys.Identity), Services: []session.Service{{}}},
		Handlers: node.ServerHandlers{Mining: h}, HandshakeRate: 1_000_000, // they come all at once
	})
	check(t, err)
	m.sessions, m.both = n, !filesFor(n)
	heapStack, resident, goroutines := settled()

	ctx, stop := context.WithCancel(w.context)
	var serving sync.WaitGroup
	defer func() { stop(); serving.Wait() }()
	begun, crowdEnded := time.Now(), make(chan error, 1)
	if m.both {
		l := newPipeListener()
		serving.Go(func() { _ = server.Serve(ctx, l) })
		go func() { crowdEnded <- crowd(ctx, n, 16, w.policy(), l.dial) }()
	} else {
		l := listen(t)
		serving.Go(func() { _ = server.Serve(ctx, l) })
		e, err := endpoint.New("127.0.0.1", portOf(t, l), w.keys.Authority)
		check(t, err)
		wait, err := startCrowd(e, n)
		check(t, err)
		go func() { crowdEnded <- wait() }()
	}
	unfair := h.overwhelmed
	if m.both {
		unfair = nil // the scheduler lets the ends of a pipe take turns for a while: nothing that a server can help
	}
	await := func(all chan struct{}, what string) {
		t.Helper()
		select {
		case <-all:
		case err := <-crowdEnded:
			t.Fatalf("the clients have ended before all were %s: %v", what, err)
		case <-unfair:
			t.Fatalf("%d messages were served, and %d of %d sessions are still not answered", h.served.Load(), h.quiet-h.thanked.Load(), n)
		case <-ctx.Done():
			t.Fatalf("%d arrived, %d thanked of %d", h.arrived.Load(), h.thanked.Load(), n)
		}
	}
	await(h.allArrived, "established")
	m.connecting = time.Since(begun)
	heapStackNow, residentNow, goroutinesNow := settled()
	m.heapStack, m.resident, m.goroutines = heapStackNow-heapStack, residentNow-resident, goroutinesNow-goroutines

	begun = time.Now()
	if queued := server.Broadcast(&sv2.NewMiningJob{JobID: begin}); queued != n {
		t.Errorf("only %d of %d can be sent to", queued, n)
	}
	await(h.allThanked, "answered")
	m.asking, m.served = time.Since(begun), int(h.served.Load())
	if ended := h.ended.Load(); ended != 0 {
		t.Errorf("%d connections have ended", ended)
	}
	stop()
	if err := <-crowdEnded; err != nil && !m.both {
		t.Error(err)
	}
	serving.Wait()
	if c := server.Counters(); c.Accepted != uint64(n) || c.Established != uint64(n) || len(c.HandshakeFailures) != 0 {
		t.Errorf("%+v", c)
	}
	return m
}

// filesFor reports whether this process may have that many connections open, and another one too.
func filesFor(n int) bool {
	var limit syscall.Rlimit
	return syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil && limit.Cur > uint64(n+100)
}

// settled returns what is in use when garbage is gone and stacks have shrunk.
func settled() (heapStack, resident int64, goroutines int) {
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if file, err := os.ReadFile("/proc/self/statm"); err == nil {
		var all, pages int64
		if _, err := fmt.Sscan(string(file), &all, &pages); err == nil {
			resident = pages * int64(os.Getpagesize())
		}
	}
	return int64(m.HeapAlloc + m.StackInuse), resident, runtime.NumGoroutine()
}
