package main

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// altered is a good victim that behaves worse in one way.
type altered struct {
	*sessionVictim
	said  func(Testimony) Testimony
	usage func(Usage) Usage
	meet  func() (*net.TCPConn, Encounter, error)
}

type alteredEncounter struct {
	Encounter
	said func(Testimony) Testimony
}

func (e alteredEncounter) Ended(within time.Duration) (Testimony, bool) {
	said, ok := e.Encounter.Ended(within)
	return e.said(said), ok
}

func (v *altered) Meet() (*net.TCPConn, Encounter, error) {
	if v.meet != nil {
		return v.meet()
	}
	conn, encounter, err := v.sessionVictim.Meet()
	if v.said != nil {
		encounter = alteredEncounter{encounter, v.said}
	}
	return conn, encounter, err
}

func (v *altered) Usage() (Usage, bool) {
	u, ok := v.sessionVictim.Usage()
	if v.usage != nil {
		u = v.usage(u)
	}
	return u, ok
}

func goodVictim(t *testing.T) *sessionVictim {
	t.Helper()
	v, err := newSessionVictim(sv2.Server, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

// named returns a hostile client's case.
func named(t *testing.T, name string) *Case {
	t.Helper()
	for _, c := range corpus() {
		if c.By == sv2.Client && c.On&OnPlain != 0 && c.Name == name {
			return &c
		}
	}
	t.Fatalf("no case %q", name)
	return nil
}

// expectProblem fails the test unless one of the problems has this text in it.
func expectProblem(t *testing.T, problems []string, want string) {
	t.Helper()
	for _, problem := range problems {
		if strings.Contains(problem, want) {
			return
		}
	}
	t.Errorf("problems %q, want one with %q", problems, want)
}

// TestVerdicts: each way in which a victim can be wrong is found.
func TestVerdicts(t *testing.T) {
	const truncated = "SetupConnection of nothing"
	t.Run("good", func(t *testing.T) {
		if r := try(goodVictim(t), named(t, truncated)); len(r.Problems) > 0 || r.Kind != status.Truncated || r.Seen != Ends {
			t.Errorf("%+v", r)
		}
	})
	t.Run("another kind", func(t *testing.T) {
		c := *named(t, truncated)
		c.Kind = status.Decrypt
		expectProblem(t, try(goodVictim(t), &c).Problems, "kind SV2_ERR_TRUNCATED, expected SV2_ERR_DECRYPT")
	})
	t.Run("no kind", func(t *testing.T) {
		v := &altered{sessionVictim: goodVictim(t), said: func(Testimony) Testimony { return Testimony{} }}
		expectProblem(t, try(v, named(t, truncated)).Problems, "no kind was named")
	})
	t.Run("a broken connection", func(t *testing.T) {
		v := &altered{sessionVictim: goodVictim(t), said: func(s Testimony) Testimony { s.Kind = status.ConnectionLost; return s }}
		v.about.Broken = status.ConnectionLost
		if r := try(v, named(t, "resets at once")); len(r.Problems) > 0 {
			t.Error(r.Problems)
		}
		expectProblem(t, try(v, named(t, "in the middle of a payload")).Problems, "kind SV2_ERR_CONNECTION_LOST")
		v.about.Broken = 0
		expectProblem(t, try(v, named(t, "resets at once")).Problems, "kind SV2_ERR_CONNECTION_LOST")
	})
	t.Run("panic", func(t *testing.T) {
		v := &altered{sessionVictim: goodVictim(t), said: func(s Testimony) Testimony { s.Fault = "panic: x"; return s }}
		expectProblem(t, try(v, named(t, truncated)).Problems, "panic: x")
	})
	t.Run("ends what it should bear", func(t *testing.T) {
		c := *named(t, truncated)
		c.Want = Stays
		expectProblem(t, try(goodVictim(t), &c).Problems, "the connection ends, expected: stays")
	})
	t.Run("bears what it should end", func(t *testing.T) {
		c := *named(t, "an unknown message")
		c.Want = Ends
		v := goodVictim(t)
		v.about.Deadline = -2500 * time.Millisecond // less than its limit for silence
		expectProblem(t, try(v, &c).Problems, "the connection stays, expected: ends")
	})
	t.Run("another answer", func(t *testing.T) {
		c := *named(t, "an unknown protocol")
		c.Answer = new(sv2.SetupConnectionSuccess).Info()
		expectProblem(t, try(goodVictim(t), &c).Problems, "answer 0x0000 0x02, expected SetupConnection.Success")
	})
	t.Run("other flags", func(t *testing.T) {
		c := *named(t, "unknown flags")
		c.Flags = 1
		expectProblem(t, try(goodVictim(t), &c).Problems, "flags 0xff000000, expected 0x00000001")
	})
	t.Run("no answer", func(t *testing.T) {
		c := *named(t, truncated)
		c.Answer = new(sv2.SetupConnectionError).Info()
		expectProblem(t, try(goodVictim(t), &c).Problems, "no SetupConnection.Error")
	})
	t.Run("serves nobody afterwards", func(t *testing.T) {
		v := &altered{sessionVictim: goodVictim(t)}
		v.meet = func() (*net.TCPConn, Encounter, error) {
			defer v.listener.Close() // after this connection
			return v.sessionVictim.Meet()
		}
		expectProblem(t, try(v, named(t, truncated)).Problems, "an honest peer is not served afterwards")
	})
	t.Run("serves nobody at all", func(t *testing.T) {
		v := goodVictim(t)
		v.listener.Close()
		if r := run(v, corpus(), Options{Bounds: defaultBounds}); r.Close == nil || r.Problems() == 0 {
			t.Error("not found")
		}
	})
}

// TestLateEnds: an end by a deadline is not the end of a connection that had to be ended at once.
func TestLateEnds(t *testing.T) {
	atOnce, byDeadline := &Case{Want: Ends}, &Case{Want: Ends, Needs: NeedsDeadline}
	d := &Description{Deadline: distinct}
	if !d.late(atOnce, distinct) || d.late(atOnce, distinct-1) || d.late(byDeadline, distinct) || d.late(&Case{Want: Stays}, distinct) {
		t.Error("told wrongly")
	}
	if d.Deadline = time.Second; d.late(atOnce, distinct) {
		t.Error("a busy machine is blamed")
	}
}

// TestUsageIsJudged: what a victim keeps after a group is found, for each thing that is counted.
func TestUsageIsJudged(t *testing.T) {
	before := Usage{Bytes: 1 << 20, Peak: 1 << 20, Descriptors: 5, Threads: 3, Live: 0}
	bounds := Bounds{Bytes: 1000, Peak: 2000, Threads: 2}
	for what, after := range map[string]Usage{
		"":            {Bytes: 1<<20 + 1000, Peak: 1<<20 + 2000, Descriptors: 5, Threads: 5},
		"bytes":       {Bytes: 1<<20 + 1001},
		"peak":        {Peak: 1<<20 + 2001},
		"descriptors": {Descriptors: 6},
		"threads":     {Threads: 6},
		"live":        {Live: 1},
	} {
		got := after.exceeds(before, bounds)
		if (got == "") != (what == "") || !strings.HasPrefix(got, what) {
			t.Errorf("%q: %q", what, got)
		}
	}
	v := &altered{sessionVictim: goodVictim(t)}
	calls := 0
	v.usage = func(u Usage) Usage {
		calls++
		u.Descriptors = calls
		return u
	}
	v.about.Deadline = 0 // not long to wait for better
	r := run(v, []Case{*named(t, "closes at once")}, Options{Bounds: Bounds{Bytes: 1 << 30, Peak: 1 << 40, Threads: 100}})
	if len(r.Checks) != 1 || !strings.HasPrefix(r.Checks[0].Problem, "descriptors") || r.Problems() != 1 {
		t.Errorf("%+v", r.Checks)
	}
}

// TestKindIn: kinds are found in the lines of programs, and not where the words mean something else.
func TestKindIn(t *testing.T) {
	for line, want := range map[string]status.Kind{
		`no handshake: ` + status.Decrypt.Error():                                     status.Decrypt,
		`{"event":"untrusted","status":"SV2_ERR_CERTIFICATE_EXPIRED","text":"x"}`:     status.CertificateExpired,
		`ended 4711 SV2_ERR_TRUNCATED`:                                                status.Truncated,
		status.WrongDirection.Error():                                                 status.WrongDirection,
		`the connection ended in the middle of a message`:                             0,
		`established: ` + status.PeerClosed.Error() + `: ` + status.Truncated.Error(): status.PeerClosed,
		`{"status":"SV2_ERR_PEER_CLOSED","text":"` + status.Truncated.Error() + `"}`:  status.PeerClosed,
		`ended 4711 SV2_OK`: 0,
		`the provider broke the protocol: ` + status.FrameTooLarge.Error() + ` (6 B)`: status.FrameTooLarge,
	} {
		if got := kindIn(line); got != want {
			t.Errorf("%q: %s, want %s", line, got.Name(), want.Name())
		}
	}
}
