// Package imports tests which packages may be linked into the C library: what they import decides its size, its memory and
// whether it opens sockets.
package imports

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/libsv2/libsv2/"

// direct holds the only packages that each package may import.
var direct = map[string][]string{
	"status": nil,
	"codec":  {"encoding/binary", "iter", "math", module + "status"},
	"sv2":    {"encoding/binary", "math", "strconv", module + "codec", module + "status"},
	"sv2/session": {
		"io", "math", "slices", "strconv", "unicode/utf8",
		module + "codec", module + "noise", module + "status", module + "sv2", module + "sv2/sealed",
	},
	"sv2/endpoint": {"math", "math/bits", "strconv", "strings", "time", module + "noise", module + "status"},
}

// forbidden may not be linked into the library at all.
var forbidden = []string{"fmt", "net", "os/exec", "encoding/json", "math/big", "log", "os/signal"}

func TestDirectImports(t *testing.T) {
	for name, allowed := range direct {
		for _, path := range list(t, "{{join .Imports \"\\n\"}}", module+name) {
			if !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

func TestLibraryImports(t *testing.T) {
	for _, name := range []string{"capi", "sv2/session"} {
		linked := list(t, "{{join .Deps \"\\n\"}}", module+name)
		if !slices.Contains(linked, module+"sv2") {
			t.Fatalf("go list does not see what %s links: %q", name, linked)
		}
		for _, path := range forbidden {
			if slices.Contains(linked, path) {
				t.Errorf("%s links %s", name, path)
			}
		}
	}
}

// TestTestingImports: what programs link beside the library does not bring in the package of tests, whose flags they would get.
func TestTestingImports(t *testing.T) {
	for _, name := range []string{"sniffer", "cmd/sv2-sniff", "cmd/sv2-key"} {
		if linked := list(t, "{{join .Deps \"\\n\"}}", module+name); slices.Contains(linked, "testing") {
			t.Errorf("%s links testing", name)
		}
	}
}

// TestOnlyNodeHasSockets: of the packages that programs import, nothing below sv2/node knows the network.
func TestOnlyNodeHasSockets(t *testing.T) {
	const node = module + "sv2/node"
	for _, line := range list(t, "{{.ImportPath}}={{join .Imports \",\"}}", module+"...") {
		path, all, _ := strings.Cut(line, "=")
		name, imports := strings.TrimPrefix(path, module), strings.Split(all, ",")
		if top, _, _ := strings.Cut(name, "/"); !slices.Contains([]string{"status", "codec", "noise", "sv2", "capi"}, top) {
			continue
		}
		if slices.Contains(imports, "net") != (path == node) {
			t.Errorf("%s: imports net: %v", name, path != node)
		}
		if slices.Contains(imports, node) {
			t.Errorf("%s imports sv2/node", name)
		}
	}
}

func list(t *testing.T, format, path string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", format, path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}
