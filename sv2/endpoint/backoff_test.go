package endpoint

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
)

// S1-09: 1 s, doubling, at most 60 s.
func TestBackoffVector(t *testing.T) {
	r, err := NewRetry(Backoff{Jitter: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if d := r.Delay(rand.Uint64()); d != want*time.Second {
			t.Errorf("%v, want %v s", d, want)
		}
	}
}

// S1-09: with jitter each wait is in [0.5, 1.0] of itself, and both ends are reached.
func TestJitterBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		r, _ := NewRetry(Backoff{})
		for _, full := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
			full *= time.Second
			if d := r.Delay(random.Uint64()); d < full/2 || d > full {
				t.Fatalf("%v of %v", d, full)
			}
		}
	}
	r, _ := NewRetry(Backoff{})
	if d := r.Delay(0); d != time.Second/2 {
		t.Error("least:", d)
	}
	if d := r.Delay(math.MaxUint64); d != 2*time.Second {
		t.Error("most:", d)
	}
	// Any settings.
	for range 100_000 {
		b := Backoff{
			Initial: time.Duration(1 + random.Int64N(int64(maxDuration)>>random.IntN(49))),
			Jitter:  1 + random.IntN(100),
		}
		b.Maximum = b.Initial + time.Duration(random.Int64N(int64(maxDuration-b.Initial)+1))
		r, err := NewRetry(b)
		if err != nil {
			t.Fatalf("%+v: %v", b, err)
		}
		full := b.Initial
		for range 12 {
			d := r.Delay(random.Uint64())
			if d > full || 100*d < full*time.Duration(b.Jitter) {
				t.Fatalf("%+v: %v of %v", b, d, full)
			}
			full = min(2*full, b.Maximum)
		}
	}
}

// S1-09: a connection that lived 60 s makes the next wait the first again, a shorter one does not.
func TestBackoffReset(t *testing.T) {
	r, _ := NewRetry(Backoff{Jitter: 100})
	r.Delay(0)
	r.Delay(0)
	if r.Lived(60*time.Second - 1) {
		t.Error("stable before 60 s")
	}
	if d := r.Delay(0); d != 4*time.Second {
		t.Error(d)
	}
	if !r.Lived(60 * time.Second) {
		t.Error("not stable at 60 s")
	}
	if d := r.Delay(0); d != time.Second {
		t.Error(d)
	}
}

// S1-09: a program that counts by itself waits as long as a Retry.
func TestWait(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, b := range []Backoff{{}, {Jitter: 100}, {Initial: time.Minute}, {Initial: 3, Maximum: 1000, Jitter: 7}} {
		r, err := NewRetry(b)
		if err != nil {
			t.Fatal(err)
		}
		for failures := range uint32(20) {
			n := random.Uint64()
			if got, err := b.Wait(failures+1, n); err != nil || got != r.Delay(n) {
				t.Errorf("%+v, %d failures: %v %v", b, failures+1, got, err)
			}
		}
		if got, err := b.Wait(math.MaxUint32, 0); err != nil || got != r.Delay(0) {
			t.Errorf("%+v: %v %v", b, got, err)
		}
		if got, err := b.Wait(0, math.MaxUint64); err != nil || got != 0 {
			t.Errorf("%+v, no failure: %v %v", b, got, err)
		}
	}
	if _, err := (Backoff{Jitter: 101}).Wait(1, 0); !errors.Is(err, status.Argument) {
		t.Error(err)
	}
}

func TestBackoffSettings(t *testing.T) {
	for _, b := range []Backoff{
		{Initial: -1}, {Maximum: -1}, {Stable: -1}, {Jitter: -1}, {Jitter: 101},
		{Initial: 2, Maximum: 1}, {Maximum: maxDuration + 1}, {Initial: math.MaxInt64, Maximum: math.MaxInt64},
	} {
		if _, err := NewRetry(b); !errors.Is(err, status.Argument) {
			t.Errorf("%+v: %v", b, err)
		}
	}
	if r, err := NewRetry(Backoff{Initial: 2 * time.Minute, Jitter: 100}); err != nil || r.Delay(0) != 2*time.Minute || r.Delay(0) != 2*time.Minute {
		t.Error("a first wait above the default maximum:", err)
	}
}

// S1-08: what stops and what is tried again, of every kind that there is.
func TestJudge(t *testing.T) {
	for _, kind := range status.All() {
		want := GiveUp
		switch kind.Class() {
		case status.ClassTransient, status.ClassProtocol, status.ClassNotDone, status.ClassIgnore:
			want = TryAgain
		}
		if kind == status.Closed {
			want = TryAgain
		}
		if got := Judge(kind); got != want {
			t.Errorf("%s: %d", kind.Name(), got)
		}
		if kind == status.Decrypt {
			want = TryAgain
		}
		if got := JudgeEstablished(kind); got != want {
			t.Errorf("%s of an established connection: %d", kind.Name(), got)
		}
	}
	for _, kind := range []status.Kind{ // by name, so that a change of class is noticed
		status.CertificateAuthority, status.CertificateExpired, status.CertificateNotYetValid, status.CertificateVersion,
		status.CertificateSignature, status.CertificateWindow, status.Decrypt, status.KeyInvalid, status.KeyChecksum,
	} {
		if Judge(kind) != GiveUp {
			t.Errorf("%s is tried again", kind.Name())
		}
	}
	for _, kind := range []status.Kind{
		status.ResolveFailed, status.ConnectFailed, status.ConnectionLost, status.HandshakeLength, status.UnexpectedMessage,
		status.FrameTooLarge, status.ReconnectRefused, 0,
	} {
		if Judge(kind) != TryAgain {
			t.Errorf("%s is given up", kind.Name())
		}
	}
	if Judge(-9999) != GiveUp {
		t.Error("an unknown kind is tried again")
	}
}
