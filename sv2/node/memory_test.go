package node

import (
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/session"
)

// BenchmarkConnections measures what an idle connection costs: so many encrypted ones over the loopback, both ends of each in
// this process, set up and with a message in each direction. It prints bytes of heap and stack and the goroutines of one end,
// the client's and the server's taken together and halved, and how long it takes both ends to set up one.
//
//	go test ./sv2/node -run - -bench Connections -benchtime 1x
func BenchmarkConnections(b *testing.B) {
	var limit syscall.Rlimit
	check(b, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	for _, n := range []int{100, 1000, 10_000} {
		n = min(n, int(limit.Cur/2)-100) // each end is an open file
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				measureConnections(b, n)
			}
		})
	}
}

func measureConnections(b *testing.B, n int) {
	side := newRecorder()
	side.onMessage = func(c *Conn, _ Message) error { return c.Send(job) }
	s := serve(b, func(c *ServerConfig) {
		c.Handlers.Mining, c.MaxPending, c.HandshakeRate = side, n, 1_000_000
	})
	before, goroutines := settled(), runtime.NumGoroutine()
	begun := time.Now()
	clients := connectMany(b, s.keys.endpoint(b, s.address), n)
	for _, c := range clients {
		check(b, c.Send(openFrame))
	}
	clients[0].routes.protocols[0].Lifecycle.(*recorder).waitMessages(b, n)
	setUp := time.Since(begun)
	// What the recorders keep is not part of a connection.
	for _, r := range []*recorder{side, clients[0].routes.protocols[0].Lifecycle.(*recorder)} {
		r.note(func() { r.messages, r.established, r.order = nil, nil, nil })
	}
	b.ReportMetric(float64(settled()-before)/float64(2*n), "B/end")
	b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/float64(2*n), "goroutines/end")
	b.ReportMetric(float64(setUp.Microseconds())/float64(n), "µs/connection")
	for _, c := range clients {
		c.Close()
	}
	s.stop()
	<-s.ended
}

// connectMany makes clients that share a handler and run.
func connectMany(b *testing.B, e endpoint.Endpoint, n int) []*Conn {
	cc, r := clientConfig(session.Security{}), newRecorder()
	handlers := ClientHandlers{Mining: r}
	clients := make([]*Conn, n)
	var all sync.WaitGroup
	next := make(chan int)
	for range 16 {
		all.Go(func() {
			for i := range next {
				c, err := Dial(b.Context(), e, &cc, handlers, nil)
				check(b, err)
				check(b, c.Handshake(b.Context()))
				clients[i] = c
				go c.Run(b.Context())
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	return clients
}

// settled returns the bytes of heap and stacks in use when garbage is gone and stacks have shrunk.
func settled() uint64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
