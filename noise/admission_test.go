package noise

import (
	"math"
	"testing"

	"github.com/libsv2/libsv2/status"
)

func TestAdmission(t *testing.T) {
	a, err := NewAdmission(20, 3)
	if err != nil {
		t.Fatal(err)
	}
	take := func(now uint64, want bool) {
		t.Helper()
		err := a.Take(now)
		if want != (err == nil) {
			t.Errorf("at %d: %v", now, err)
		}
		if err != nil {
			wantKind(t, "Take", err, status.HandshakeRate)
		}
	}
	if n := a.Available(1000); n != 3 {
		t.Error(n, "are available")
	}
	take(1000, true)
	take(1000, true)
	take(1000, true)
	take(1000, false)
	if n := a.Available(1049); n != 0 {
		t.Error(n, "are available")
	}
	take(1049, false)
	take(1050, true) // one token every 50 ms
	take(1050, false)
	take(900, false) // a clock that goes back
	take(1099, false)
	take(1100, true)
	take(math.MaxUint64, true) // full again, and no more than that
	take(math.MaxUint64, true)
	take(math.MaxUint64, true)
	take(math.MaxUint64, false)
	_, err = NewAdmission(0, 1)
	wantKind(t, "rate 0", err, status.Argument)
	_, err = NewAdmission(1, 0)
	wantKind(t, "burst 0", err, status.Argument)
	var zero Admission
	wantKind(t, "zero Admission", zeroTake(&zero), status.HandshakeRate)
}

// The zero Admission admits nothing, at any time, and does not divide by zero.
func zeroTake(a *Admission) error {
	_ = a.Take(1)
	return a.Take(math.MaxUint64)
}

// In the long run, the rate is exact.
func TestAdmissionRate(t *testing.T) {
	for _, rate := range []uint32{1, 7, 999, 1000, 1001, 50000, math.MaxUint32} {
		a, err := NewAdmission(rate, rate)
		if err != nil {
			t.Fatal(err)
		}
		for a.level >= 1000 && rate <= 50000 {
			_ = a.Take(0)
		}
		if rate > 50000 {
			continue
		}
		admitted := uint32(0)
		for now := uint64(0); now <= 10_000; now += 3 {
			for a.Take(now) == nil {
				admitted++
			}
		}
		if got, want := float64(admitted), float64(rate)*9.999; math.Abs(got-want) > float64(rate)*0.001+1 {
			t.Errorf("rate %d: %v in 10 s", rate, got)
		}
	}
}
