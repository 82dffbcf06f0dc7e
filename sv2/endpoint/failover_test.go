package endpoint

import (
	"errors"
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
)

// client drives a Failover by a clock of its own, without jitter.
type client struct {
	*testing.T
	list *Failover
	now  time.Duration
}

func newClient(t *testing.T, config Config, endpoints ...Endpoint) *client {
	t.Helper()
	if config.Backoff.Jitter == 0 {
		config.Backoff.Jitter = 100
	}
	list, err := NewFailover(config, endpoints...)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t, list, 0}
}

// pools are endpoints with different hosts and keys.
func pools(t *testing.T, n int) []Endpoint {
	t.Helper()
	var list []Endpoint
	for i := range n {
		key := []string{keyText, otherText}[i%2]
		list = append(list, mustParse(t, "stratum2+tcp://pool"+string(rune('a'+i))+".example:3333/"+key))
	}
	return list
}

// expect lets time pass until something is to be done, which must be the action, for the endpoint, after the wait.
func (c *client) expect(action Action, index int, wait time.Duration) Decision {
	c.Helper()
	start := c.now
	d := c.list.Next(c.now)
	for d.Action == Wait && d.Until != Forever {
		if d.Until <= c.now {
			c.Fatalf("at %v: a wait until %v", c.now, d.Until)
		}
		c.now = d.Until
		d = c.list.Next(c.now)
	}
	if d.Action != action || d.Index != index || c.now-start != wait {
		c.Fatalf("at %v: %v %d after %v, want %v %d after %v", c.now, d.Action, d.Index, c.now-start, action, index, wait)
	}
	return d
}

func (c *client) report(d Decision, o Outcome) {
	c.Helper()
	if err := c.list.Report(d.ID, o, c.now, 0); err != nil {
		c.Fatal(err)
	}
}

func (c *client) fail(index int, wait time.Duration, kind status.Kind) {
	c.Helper()
	c.report(c.expect(Connect, index, wait), Failed(kind))
}

func (c *client) establish(index int, wait time.Duration) Decision {
	c.Helper()
	d := c.expect(Connect, index, wait)
	c.report(d, Established())
	if live, ok := c.list.Live(); !ok || live != index {
		c.Fatalf("live: %d %v", live, ok)
	}
	return d
}

func (c *client) quiet() {
	c.Helper()
	if d := c.list.Next(c.now); d.Action != Wait || d.Until != Forever {
		c.Fatalf("%+v instead of nothing to do", d)
	}
}

// S1-09: a list of one is the back-off and nothing else, and a stable life resets it.
func TestSingleEndpoint(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	c.fail(0, 0, status.ConnectFailed)
	for _, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		c.fail(0, wait*time.Second, status.ResolveFailed)
	}
	if !c.list.AllFailed() || c.list.LastFailure(0) != status.ResolveFailed {
		t.Error("not all failed")
	}
	d := c.establish(0, 60*time.Second)
	if c.list.AllFailed() || c.list.LastFailure(0) != 0 {
		t.Error("still failed")
	}
	c.quiet()
	c.now += 59 * time.Second
	c.report(d, Failed(status.ConnectionLost))
	d = c.establish(0, 60*time.Second)
	c.now += 60 * time.Second
	c.report(d, Failed(status.ConnectionLost))
	c.establish(0, time.Second)
}

// S1-08, S1-10: a fatal failure of the only endpoint stops, while connecting and while connected.
func TestStop(t *testing.T) {
	for _, kind := range []status.Kind{status.CertificateAuthority, status.CertificateExpired, status.KeyInvalid, status.Decrypt} {
		c := newClient(t, Config{}, pools(t, 1)...)
		c.fail(0, 0, kind)
		if d := c.expect(Stop, 0, 0); d.Reason != kind || c.list.Stopped(0) != kind {
			t.Errorf("%+v", d)
		}
	}
	c := newClient(t, Config{}, pools(t, 1)...)
	d := c.establish(0, 0)
	c.report(d, Failed(status.CipherUnavailable)) // as a refused channel: a setting is wrong
	c.expect(Stop, 0, 0)
}

// A frame that cannot be opened on a link whose server was proven is not a failure of authentication.
func TestDecryptOfALink(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	d := c.establish(0, 0)
	c.report(d, Failed(status.Decrypt))
	c.establish(0, time.Second)
}

func TestOverrides(t *testing.T) {
	c := newClient(t, Config{Overrides: []Override{
		{status.CertificateNotYetValid, TryAgain}, {status.UnexpectedMessage, GiveUp},
	}}, pools(t, 1)...)
	c.fail(0, 0, status.CertificateNotYetValid)
	c.fail(0, time.Second, status.UnexpectedMessage)
	c.expect(Stop, 0, 0)
}

// Turns in the order of the list, each with its own back-off; then the pause, and single tries from then on.
func TestRounds(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 3)...)
	for i := range 3 {
		c.fail(i, 0, status.ConnectFailed)
		c.fail(i, 1*time.Second, status.ConnectFailed)
		if c.list.AllFailed() {
			t.Error("too early")
		}
		c.fail(i, 2*time.Second, status.ConnectFailed)
	}
	if !c.list.AllFailed() {
		t.Error("not all failed")
	}
	for range 3 { // the back-offs of 4, 8 and 16 s are over before the pauses are
		c.fail(0, 30*time.Second, status.ConnectFailed)
		c.fail(1, 0, status.ConnectFailed)
		c.fail(2, 0, status.ConnectFailed)
	}
	c.fail(0, 32*time.Second, status.ConnectFailed) // a back-off of 32 s is not
	c.fail(1, 0, status.ConnectFailed)
	d := c.establish(2, 0)
	if c.list.AllFailed() {
		t.Error("still all failed")
	}
	c.now += time.Minute
	c.report(d, Failed(status.ConnectionLost))
	c.establish(2, time.Second) // the one that was good first
}

// Tries that take time: an endpoint whose back-off ends while others have their turn waits for the next round.
func TestSlowRounds(t *testing.T) {
	c := newClient(t, Config{Tries: 1}, pools(t, 3)...)
	for i, wait := range []time.Duration{0, 0, 0, 30 * time.Second, 0, 0, 30 * time.Second} {
		d := c.expect(Connect, i%3, wait)
		c.now += 5 * time.Second
		c.report(d, Failed(status.ConnectFailed))
	}
}

// An endpoint that was given up has no turn; with one left there is no pause.
func TestRoundsWithoutTheStopped(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 3)...)
	c.fail(0, 0, status.CertificateAuthority)
	c.fail(1, 0, status.CertificateAuthority)
	for _, wait := range []time.Duration{0, 1, 2, 4, 8} {
		c.fail(2, wait*time.Second, status.ConnectFailed)
	}
	c.fail(2, 16*time.Second, status.CertificateExpired)
	if d := c.expect(Stop, 0, 0); d.Reason != status.CertificateAuthority {
		t.Error("the reason is not that of the best endpoint:", d.Reason)
	}
}

// A connection that is established and lost at once counts as a failed try, so the next endpoint gets its turn.
func TestShortLivedConnections(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 2)...)
	for _, wait := range []time.Duration{0, 1, 2} {
		d := c.establish(0, wait*time.Second)
		c.now += time.Second
		c.report(d, Failed(status.UnexpectedMessage))
	}
	c.establish(1, 0)
}

func TestReports(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	report := func(id uint64, o Outcome) error { return c.list.Report(id, o, c.now, 0) }
	if err := report(1, Established()); !errors.Is(err, status.Argument) {
		t.Error("an ID never given out:", err)
	}
	d := c.expect(Connect, 0, 0)
	c.quiet() // a decision is given out once
	for _, err := range []error{report(0, Established()), report(d.ID+1, Established()), report(d.ID, Outcome{}),
		report(d.ID, Failed(0)), report(d.ID, Failed(status.WantInput))} {
		if !errors.Is(err, status.Argument) {
			t.Error(err)
		}
	}
	c.report(d, Established())
	if err := report(d.ID, Established()); !errors.Is(err, status.State) {
		t.Error(err)
	}
	c.report(d, Failed(status.ConnectionLost))
	c.report(d, Failed(status.CertificateAuthority)) // a second end of the same connection
	c.establish(0, time.Second)
}

func TestIndexesOutsideTheList(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	for _, i := range []int{-1, 1} {
		if c.list.Stopped(i) != 0 || c.list.LastFailure(i) != 0 {
			t.Error(i)
		}
	}
}

// At the end of the clock's range nothing wraps around.
func TestEndOfTime(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	c.now = Forever - 1
	c.fail(0, 0, status.ConnectFailed)
	c.quiet()
}

// A clock that is set back changes nothing that was learned before.
func TestClockSetBack(t *testing.T) {
	c := newClient(t, Config{}, pools(t, 1)...)
	c.now = time.Hour
	d := c.establish(0, 0)
	c.now = 0
	c.report(d, Failed(status.ConnectionLost))
	if d := c.list.Next(0); d.Action != Wait || d.Until != time.Hour+time.Second {
		t.Errorf("%+v", d)
	}
}

func TestSettings(t *testing.T) {
	p := pools(t, 2)
	for i, config := range []Config{
		{Tries: -1}, {Pause: -1}, {ProbeInterval: -1}, {ProbeTime: -1}, {ProbeSuccesses: -1}, {Redirects: -1},
		{Backoff: Backoff{Jitter: 101}}, {Pause: maxDuration + 1}, {Overrides: []Override{{status.Decrypt, 0}}},
		{Overrides: []Override{{status.Decrypt, GiveUp}, {status.Decrypt, TryAgain}}}, {Overrides: []Override{{0, GiveUp}}},
		{Pause: Forever}, {ProbeTime: Forever}, {Backoff: Backoff{Maximum: Forever}},
	} {
		if _, err := NewFailover(config, p...); !errors.Is(err, status.Argument) {
			t.Errorf("%d: %v", i, err)
		}
	}
	many := make([]Endpoint, MaxEndpoints+1)
	for i := range many {
		many[i], _ = New("pool.example", uint16(i+1), p[0].Authority())
	}
	if _, err := NewFailover(Config{}, many...); !errors.Is(err, status.Limit) {
		t.Error(err)
	}
	if _, err := NewFailover(Config{Overrides: make([]Override, MaxOverrides+1)}, p...); !errors.Is(err, status.Limit) {
		t.Error(err)
	}
	for i, list := range [][]Endpoint{nil, {{}}, {p[0], {}}, {p[0], p[1], p[0]}} {
		if _, err := NewFailover(Config{}, list...); !errors.Is(err, status.Argument) {
			t.Errorf("list %d: %v", i, err)
		}
	}
	if _, err := NewFailover(Config{}, many[1:]...); err != nil {
		t.Error(err)
	}
}
