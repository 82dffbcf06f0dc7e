package status

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestKinds checks every kind three ways: its texts, errors.Is through a wrapping error, and errors.As back to the kind.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range All() {
		if seen[k.Name()] || !strings.HasPrefix(k.Name(), "SV2_") || k.Error() == "" || strings.HasSuffix(k.Error(), ".") {
			t.Errorf("%d: name %q, text %q", k, k.Name(), k.Error())
		}
		seen[k.Name()] = true
		if (k > 0) != (k.Class() == ClassNotDone) {
			t.Errorf("%s is %d and of class %d", k.Name(), k, k.Class())
		}
		wrapped := fmt.Errorf("wrapped: %w", k)
		for _, other := range All() {
			if errors.Is(wrapped, other) != (k == other) {
				t.Errorf("errors.Is(%s, %s)", k.Name(), other.Name())
			}
		}
		var back Kind
		if !errors.As(wrapped, &back) || back != k {
			t.Errorf("errors.As gives %v for %s", back, k.Name())
		}
	}
}

func TestUnknownKind(t *testing.T) {
	if k := Kind(-9999); k.Name() != "SV2_UNKNOWN" || k.Class() != ClassInternal || k.Error() == "" {
		t.Errorf("%q %d %q", k.Name(), k.Class(), k.Error())
	}
}
