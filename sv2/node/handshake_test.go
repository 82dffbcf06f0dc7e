package node

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// TestHandshake: S0-01, S0-06, S0-11, S0-14, S2-01, S2-02, S2-03, S2-05: it returns when everything is settled, nothing else reads
// meanwhile, and only Run starts anything.
func TestHandshake(t *testing.T) {
	for name, link := range links {
		for _, encrypted := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				noLeaks(t)
				cc, sc := clientConfig(session.Plain()), serverConfig(session.Plain())
				if encrypted {
					k := newKeys(t)
					cc.Security, sc.Security = k.initiate(), k.respond()
				}
				cc.Extensions.Request, sc.Extensions.Supported = []uint16{2}, []uint16{2}
				a, b := link(t)
				p := newPair(t, a, b, cc, sc, Options{})
				// The answer to RequestExtensions comes from the server's Run.
				served := make(chan error, 1)
				go func() {
					if err := p.server.Handshake(t.Context()); err != nil {
						served <- err
						return
					}
					served <- p.server.Run(t.Context())
				}()
				check(t, p.client.Handshake(t.Context()))
				if protocol, version, _, _, ok := p.client.Setup(); !ok || protocol != sv2.ProtocolMining || version != 2 {
					t.Error("setup", protocol, version, ok)
				}
				if on := p.client.Extensions(); len(on) != 1 || on[0] != 2 {
					t.Error("extensions", on)
				}
				if _, _, err := p.client.ServerKey(); encrypted != (err == nil) {
					t.Error("ServerKey", err)
				}
				if len(p.clientSide.order) != 0 {
					t.Error("the handler was called before Run")
				}
				check(t, p.client.Send(openFrame)) // waits for Run
				ended := make(chan error, 1)
				go func() { ended <- p.client.Run(t.Context()) }()
				p.serverSide.waitMessages(t, 1)
				p.client.Close()
				expectKind(t, <-ended, status.Closed)
				expectKind(t, <-served, status.PeerClosed)
				if len(p.clientSide.ended) != 1 || len(p.serverSide.ended) != 1 {
					t.Error("Ended was not called once")
				}
			})
		}
	}
}

// TestHandshakeOrder: S2-02: each step is possible once, and in its place.
func TestHandshakeOrder(t *testing.T) {
	noLeaks(t)
	a, b := net.Pipe()
	p := newPair(t, a, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
	expectKind(t, p.client.Run(t.Context()), status.State)
	expectKind(t, p.client.Send(openFrame), status.State)
	p.run(t)
	expectKind(t, p.client.Handshake(t.Context()), status.State)
	p.close()
	<-p.clientEnded
	<-p.serverEnded
	expectKind(t, p.client.Run(t.Context()), status.Closed)
	expectKind(t, p.client.Send(openFrame), status.Closed)
}

// TestHandshakeCancelled: S2-10, S3-15: the context ends it at every step, and nothing is left.
func TestHandshakeCancelled(t *testing.T) {
	cause := errors.New("the program ends")
	for _, written := range []int{0, 1, 3} { // frames that a server has read or written
		t.Run("", func(t *testing.T) {
			noLeaks(t)
			a, b := net.Pipe()
			cc := clientConfig(session.Plain())
			cc.Extensions.Request = []uint16{2}
			profile, err := session.NewClientProfile(&cc)
			check(t, err)
			r := newRecorder()
			client, err := NewClientConn(a, profile, ClientHandlers{Mining: r}, nil)
			check(t, err)
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				s := script{t, b}
				if written > 0 {
					s.expect(&sv2.SetupConnection{})
				}
				if written > 1 {
					s.write(setupOK)
					s.expect(&sv2.RequestExtensions{})
				}
				cancel(cause)
			}()
			err = client.Handshake(ctx)
			expectKind(t, err, status.Closed)
			if !errors.Is(err, cause) {
				t.Error(err)
			}
			if len(r.order) != 0 {
				t.Error(r.order)
			}
			if _, err := a.Write([]byte{0}); !errors.Is(err, io.ErrClosedPipe) {
				t.Error("not closed", err)
			}
		})
	}
}

// TestHandshakeClosed: Close ends it at once, even if the peer takes no bytes.
func TestHandshakeClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		p := newPair(t, a, b, clientConfig(session.Plain()), serverConfig(session.Plain()), Options{})
		begun := time.Now()
		done := make(chan error, 1)
		go func() { done <- p.client.Handshake(t.Context()) }()
		synctest.Wait()
		p.client.Close()
		expectKind(t, <-done, status.Closed)
		if passed := time.Since(begun); passed != 0 {
			t.Error(passed)
		}
		p.server.Close() // before its handshake
		expectKind(t, p.server.Handshake(t.Context()), status.Closed)
	})
}

// TestHandshakeFails: S2-04, S2-06, S1-08: both directions of each side fail: writing, reading, and what is read.
func TestHandshakeFails(t *testing.T) {
	noLeaks(t)
	serve := func(conn net.Conn) error {
		sc := serverConfig(session.Plain())
		profile, err := session.NewServerProfile(&sc)
		check(t, err)
		c, err := NewServerConn(conn, profile, ServerHandlers{Mining: newRecorder()}, nil)
		check(t, err)
		return c.Handshake(t.Context())
	}
	connect := func(conn net.Conn) error {
		cc := clientConfig(session.Plain())
		profile, err := session.NewClientProfile(&cc)
		check(t, err)
		c, err := NewClientConn(conn, profile, ClientHandlers{Mining: newRecorder()}, nil)
		check(t, err)
		return c.Handshake(t.Context())
	}
	for _, c := range []struct {
		name      string
		handshake func(net.Conn) error
		peer      func(script)
		want      status.Kind
	}{
		{"client cannot write", connect, func(script) {}, status.PeerClosed},
		{"client cannot read", connect, func(s script) { s.expect(&sv2.SetupConnection{}) }, status.PeerClosed},
		{"client reads garbage", connect, func(s script) { s.expect(&sv2.SetupConnection{}); s.write(job) }, status.UnexpectedMessage},
		{"server cannot read", serve, func(script) {}, status.PeerClosed},
		{"server reads garbage", serve, func(s script) { s.write(openFrame) }, status.UnexpectedMessage},
		{"server cannot write", serve, func(s script) { s.write(setup) }, status.PeerClosed},
		{"server reads half", serve, func(s script) { check(t, second(s.Conn.Write(frame(t, setup)[:9]))) }, status.PeerClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := net.Pipe()
			go func() {
				c.peer(script{t, b})
				b.Close()
			}()
			expectKind(t, c.handshake(a), c.want)
			if _, err := a.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
				t.Error("not closed", err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// TestDialTimeout: S1-01: a host that does not answer, and a name that does not resolve, cost no more than this.
func TestDialTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		_, err := dialWithin(t.Context(), "a.example:1", func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		expectKind(t, err, status.ConnectFailed)
		if passed := time.Since(begun); passed != DialTimeout {
			t.Error(passed)
		}
	})
}

// TestHandshakeTimeout: S1-01, flows T1 to T5: a peer that says nothing more is left at the session's deadline, at each step.
func TestHandshakeTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		encrypted bool
		peer      func(script)
		after     time.Duration
		want      status.Kind
	}{
		"takes nothing":    {true, func(script) {}, 10 * time.Second, status.HandshakeTimeout},
		"no act 2":         {true, func(s script) { io.ReadFull(s, make([]byte, noise.Act1Size)) }, 10 * time.Second, status.HandshakeTimeout},
		"no Success":       {false, func(s script) { s.expect(&sv2.SetupConnection{}) }, 10 * time.Second, status.SetupTimeout},
		"no RequestAnswer": {false, func(s script) { s.expect(&sv2.SetupConnection{}); s.write(setupOK); s.expect(&sv2.RequestExtensions{}) }, 30 * time.Second, status.ExtensionsIgnored},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := net.Pipe()
				cc := clientConfig(session.Plain())
				if c.encrypted {
					k := newKeys(t)
					cc.Security = k.initiate()
				}
				cc.Extensions.Required = []uint16{2}
				profile, err := session.NewClientProfile(&cc)
				check(t, err)
				client, err := NewClientConn(a, profile, ClientHandlers{Mining: newRecorder()}, nil)
				check(t, err)
				go c.peer(script{t, b})
				begun := time.Now()
				expectKind(t, client.Handshake(t.Context()), c.want)
				if passed := time.Since(begun); passed != c.after {
					t.Errorf("after %v", passed)
				}
			})
		})
	}
}

// TestRefusalIsFlushed: SE-12, S3-16, flows 3.5: the client learns why, although it has sent more than the server reads, and
// the server has no client afterwards.
func TestRefusalIsFlushed(t *testing.T) {
	for name, link := range links {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			for _, c := range []struct {
				setup sv2.SetupConnection
				code  string
				want  status.Kind
			}{
				{sv2.SetupConnection{Protocol: 1, MinVersion: 2, MaxVersion: 2}, sv2.ErrorCodeUnsupportedProtocol, status.UnsupportedProtocol},
				{sv2.SetupConnection{MinVersion: 3, MaxVersion: 3}, sv2.ErrorCodeProtocolVersionMismatch, status.UnsupportedVersion},
				{sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Flags: 0x10}, sv2.ErrorCodeUnsupportedFeatureFlags, status.UnsupportedFlags},
			} {
				a, b := link(t)
				sc := serverConfig(session.Plain())
				profile, err := session.NewServerProfile(&sc)
				check(t, err)
				r := newRecorder()
				server, err := NewServerConn(b, profile, ServerHandlers{Mining: r}, nil)
				check(t, err)
				done := make(chan error, 1)
				go func() { done <- server.Handshake(t.Context()) }()
				s := script{t, a}
				s.write(&c.setup)
				if name == "tcp" {
					s.write(openFrame, openFrame, openFrame)
				}
				var answer sv2.SetupConnectionError
				s.expect(&answer)
				if string(answer.ErrorCode) != c.code {
					t.Errorf("%s", answer.ErrorCode)
				}
				s.expectClosed()
				a.Close()
				err = <-done
				expectKind(t, err, c.want)
				if e, ok := errors.AsType[*session.Error](err); !ok || e.Code != c.code {
					t.Error(err)
				}
				expectKind(t, server.Run(t.Context()), c.want)
				if len(r.order) != 0 {
					t.Error("a refused client reached the handler")
				}
			}
		})
	}
}

// TestRefusalIsBounded: a client that does not take the refusal is left when the time to drain is over.
func TestRefusalIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		sc := serverConfig(session.Plain())
		profile, err := session.NewServerProfile(&sc)
		check(t, err)
		server, err := NewServerConn(b, profile, ServerHandlers{Mining: newRecorder()}, nil)
		check(t, err)
		go script{t, a}.write(&sv2.SetupConnection{Protocol: 2, MinVersion: 2, MaxVersion: 2})
		begun := time.Now()
		expectKind(t, server.Handshake(t.Context()), status.UnsupportedProtocol)
		if passed := time.Since(begun); passed != 5*time.Second {
			t.Error(passed)
		}
	})
}

// TestDecideSetup: S2-01, S2-06: the program sees SetupConnection and decides; its error is the one of Handshake.
func TestDecideSetup(t *testing.T) {
	noLeaks(t)
	banned := errors.New("banned")
	for _, c := range []struct {
		name  string
		flags uint32
		err   error
		code  string
	}{
		{"accepted", sv2.SetupSuccessRequiresFixedVersion, nil, ""},
		{"refused", 0, &RefuseSetup{Code: "no-vendor"}, "no-vendor"},
		{"refused for a flag", 0, &RefuseSetup{Flags: 1, Code: "no-flag"}, "no-flag"},
		{"failed", 0, banned, sv2.ErrorCodeInternalError},
		{"wrong code", 0, &RefuseSetup{Code: "\n"}, sv2.ErrorCodeInternalError},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := net.Pipe()
			sc := serverConfig(session.Plain())
			sc.HoldSetup = true
			profile, err := session.NewServerProfile(&sc)
			check(t, err)
			var vendor string
			handlers := ServerHandlers{
				Mining: newRecorder(),
				DecideSetup: func(ctx context.Context, _ *Conn, m *sv2.SetupConnection) (uint32, error) {
					if _, limited := ctx.Deadline(); !limited {
						t.Error("no deadline")
					}
					vendor = string(m.Vendor)
					return c.flags, c.err
				},
			}
			server, err := NewServerConn(b, profile, handlers, nil)
			check(t, err)
			done := make(chan error, 1)
			go func() { done <- server.Handshake(t.Context()) }()
			s := script{t, a}
			asks := *setup
			asks.Flags = 1
			s.write(&asks)
			if c.code == "" {
				var answer sv2.SetupConnectionSuccess
				s.expect(&answer)
				check(t, <-done)
				if answer.Flags != c.flags || vendor != "v" {
					t.Error(answer, vendor)
				}
				server.Close()
				s.expectClosed()
				return
			}
			var answer sv2.SetupConnectionError
			s.expect(&answer)
			s.expectClosed()
			err = <-done
			expectKind(t, err, status.SetupDeclined)
			if string(answer.ErrorCode) != c.code || !errors.Is(err, c.err) {
				t.Errorf("%s, %v", answer.ErrorCode, err)
			}
		})
	}
}

// TestDecideSetupLate: the deadline of the setup holds for the program too.
func TestDecideSetupLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		sc := serverConfig(session.Plain())
		sc.HoldSetup = true
		profile, err := session.NewServerProfile(&sc)
		check(t, err)
		server, err := NewServerConn(b, profile, ServerHandlers{
			Mining: newRecorder(),
			DecideSetup: func(ctx context.Context, _ *Conn, _ *sv2.SetupConnection) (uint32, error) {
				<-ctx.Done()
				return 0, nil
			},
		}, nil)
		check(t, err)
		go script{t, a}.write(setup)
		begun := time.Now()
		expectKind(t, server.Handshake(t.Context()), status.SetupTimeout)
		if passed := time.Since(begun); passed != 10*time.Second {
			t.Error(passed)
		}
	})
}

// TestReconnectInSetup: S1-06: it is an error of its own, with the address.
func TestReconnectInSetup(t *testing.T) {
	noLeaks(t)
	a, b := net.Pipe()
	cc := clientConfig(session.Plain())
	profile, err := session.NewClientProfile(&cc)
	check(t, err)
	client, err := NewClientConn(a, profile, ClientHandlers{Mining: newRecorder()}, nil)
	check(t, err)
	go func() {
		s := script{t, b}
		s.expect(&sv2.SetupConnection{})
		s.write(&sv2.Reconnect{NewHost: []byte("other.example"), NewPort: 4444})
	}()
	err = client.Handshake(t.Context())
	expectKind(t, err, status.ReconnectInSetup)
	if e, ok := errors.AsType[*ReconnectError](err); !ok || string(e.NewHost) != "other.example" || e.NewPort != 4444 {
		t.Error(err)
	}
}

// TestWrongAuthority: NO-19, CM-05: the client says why, and nothing of it has reached the server's handler.
func TestWrongAuthority(t *testing.T) {
	noLeaks(t)
	k, other := newKeys(t), newKeys(t)
	a, b := tcpPair(t)
	p := newPair(t, a, b, clientConfig(other.initiate()), serverConfig(k.respond()), Options{})
	client, server := p.handshake(t.Context())
	expectKind(t, client, status.CertificateAuthority)
	if kindOf(client, 0).Class() != status.ClassAuth {
		t.Error(client)
	}
	if server == nil || errors.Is(server, os.ErrDeadlineExceeded) {
		t.Error(server)
	}
	if n := p.client.Counters().FailuresOf(status.ClassAuth); n != 1 {
		t.Error("counted", n)
	}
}
