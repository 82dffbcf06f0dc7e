package noise

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Nothing that is linked with this package brings in net, or the curve of the
// tests' oracles.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skip("no go command here:", err)
	}
	for _, path := range strings.Fields(string(out)) {
		if slices.Contains([]string{"net", "net/http", "crypto/elliptic", "math/big", "encoding/json"}, path) ||
			strings.Contains(path, "btcsuite") || strings.Contains(path, "decred") || strings.Contains(path, "flynn") {
			t.Errorf("depends on %s", path)
		}
	}
}
