package node

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/status"
)

// from is a connection that comes from an address.
type from struct {
	net.Conn
	address net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.address }

func tcpAddr(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 1234} }

// TestMaxPendingBySource: who floods the server from one address, or one network of IPv6, drives out only connections from
// there, although others have waited longer.
func TestMaxPendingBySource(t *testing.T) {
	for name, addresses := range map[string][]string{
		"IPv4": {"192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"}, "IPv6": {"2001:db8::1", "2001:db8::2", "2001:db8::3:4"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newKeys(t)
				s, err := NewServer(&ServerConfig{
					Session: serverConfig(k.respond()), Handlers: ServerHandlers{Mining: newRecorder()}, MaxPending: 3,
				})
				check(t, err)
				l, ctx, ended := newPipeListener(), t.Context(), make(chan error, 1)
				ctx, stop := context.WithCancel(ctx)
				go func() { ended <- s.Serve(ctx, l) }()
				dial := func(ip string) net.Conn {
					a, b := net.Pipe()
					l.accept(from{b, tcpAddr(ip)})
					synctest.Wait()
					return a
				}
				honest := dial("198.51.100.1")
				var flood []net.Conn
				for range 10 {
					for _, ip := range addresses {
						flood = append(flood, dial(ip))
					}
				}
				for _, conn := range flood[:len(flood)-2] {
					if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
						t.Error("not closed", err)
					}
				}
				if err := act1(honest); err != nil {
					t.Error("driven out:", err)
				}
				if c := s.Counters(); c.Evicted != 28 || c.HandshakeFailures[status.HandshakeRate] != 28 || c.Refused != 0 {
					t.Errorf("%+v", c)
				}
				stop()
				<-ended
				s.gate.mu.Lock()
				defer s.gate.mu.Unlock()
				if w := &s.gate.waiting; w.order.Len()+len(w.elements)+len(w.sources) != 0 {
					t.Error("something is kept of connections that have gone")
				}
			})
		})
	}
}

// TestSourceOf: what counts as one place.
func TestSourceOf(t *testing.T) {
	for _, c := range []struct {
		a, b net.Addr
		same bool
	}{
		{tcpAddr("192.0.2.1"), tcpAddr("192.0.2.2"), false},
		{tcpAddr("2001:db8::1"), tcpAddr("2001:db8:0:1::1"), false},
		{tcpAddr("2001:db8::1"), tcpAddr("2001:db8::ffff:ffff:ffff:ffff"), true},
		{&net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "a"}, &net.TCPAddr{IP: net.ParseIP("fe80::2"), Zone: "b"}, true},
		{tcpAddr("192.0.2.1"), &net.UnixAddr{Name: "a"}, false},
		{&net.UnixAddr{Name: "b"}, &net.UnixAddr{Name: "a"}, true},
		{&net.TCPAddr{}, nil, true},
	} {
		if same := sourceOf(c.a) == sourceOf(c.b); same != c.same {
			t.Errorf("%v and %v: %v", c.a, c.b, same)
		}
	}
}

// TestHandshakeRateBySource: who asks for as many handshakes as there are, from one address, leaves some for others, and takes
// what nobody else wants.
func TestHandshakeRateBySource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := newGate(0, 1, 100, 1000)
		check(t, err)
		take := func(ip string, most int) (n int) {
			for n < most && g.admit(sourceOf(tcpAddr(ip))) == nil {
				n++
			}
			return n
		}
		if n := take("192.0.2.1", 5000); n != 751 {
			t.Error(n, "at once")
		}
		if n := take("198.51.100.1", 10) + take("198.51.100.2", 10) + take("2001:db8::1", 10); n != 30 {
			t.Error("only", n, "for the others")
		}
		time.Sleep(time.Second)
		if n := take("192.0.2.1", 5000); n != 70 { // what others have taken is made up for first
			t.Error(n, "a second later")
		}
		others := 0
		for i := range 30 {
			others += take(fmt.Sprintf("203.0.113.%d", i), 10)
		}
		if others != 249 {
			t.Error(others, "from the reserve")
		}
		time.Sleep(100 * time.Second)
		if n := take("192.0.2.1", 5000); n != 751 || len(g.recent.sources) != 1 {
			t.Error(n, "when all has come back;", len(g.recent.sources), "sources are kept")
		}
	})
}
