package noise

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What this package and the ones below it import, themselves: no fmt, net,
// reflect, os or time, and nothing that is not written down here.
func TestImports(t *testing.T) {
	allowed := map[string][]string{
		".": {"crypto/cipher", "crypto/sha256", "encoding/binary", "io", "math", "sync", "sync/atomic", "unsafe",
			"golang.org/x/crypto/chacha20poly1305",
			"github.com/libsv2/libsv2/internal/secp256k1", "github.com/libsv2/libsv2/internal/secretmem",
			"github.com/libsv2/libsv2/status"},
		"../internal/secp256k1": {"crypto/sha256", "encoding/binary", "io", "math/bits", "sync"},
		"../internal/secretmem": {"golang.org/x/sys/unix"},
	}
	for directory, list := range allowed {
		files, err := filepath.Glob(filepath.Join(directory, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(directory, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range parsed.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil || !slices.Contains(list, path) {
					t.Errorf("%s imports %s", file, path)
				}
			}
		}
	}
}
