// Package corpus keeps the seed inputs of fuzz targets in files that tests write and compare, so that they follow the code
// that they are made with.
//
// Seeds of Go targets lie in testdata/fuzz/TARGET beside the test, in the toolchain's form, and every go test runs them.
// Seeds of the targets of the C ABI are plain bytes in test/fuzz/corpus/TARGET. Files whose names begin with "seed-" belong to
// this package; other files there are findings of a fuzzer and are left alone.
package corpus

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeVariable makes Go and Raw write the files instead of comparing them.
const writeVariable = "SV2_WRITE_CORPUS"

const prefix = "seed-"

// Seed is one input: a value for each argument of the target.
type Seed struct {
	Name   string
	Values []any
}

// Go compares the seeds of the Go target of this name in the package under test.
func Go(t *testing.T, target string, seeds ...Seed) {
	t.Helper()
	files := map[string][]byte{}
	for _, s := range seeds {
		add(t, files, s.Name, encode(t, s.Values))
	}
	compare(t, filepath.Join("testdata", "fuzz", target), files)
}

// Raw compares the seeds of a target of the C ABI, each a single []byte. root is the way from the package under test to the
// root of the repository.
func Raw(t *testing.T, root, target string, seeds ...Seed) {
	t.Helper()
	files := map[string][]byte{}
	for _, s := range seeds {
		add(t, files, s.Name, s.Values[0].([]byte))
	}
	compare(t, filepath.Join(root, "test", "fuzz", "corpus", target), files)
}

// add adds a seed unless there is one with the same content already.
func add(t *testing.T, files map[string][]byte, name string, content []byte) {
	t.Helper()
	name = prefix + strings.NewReplacer(" ", "-", "/", "-").Replace(name)
	if _, ok := files[name]; ok {
		t.Fatalf("two seeds with the name %s", name)
	}
	for _, other := range files {
		if bytes.Equal(other, content) {
			return
		}
	}
	files[name] = content
}

// encode writes values as the toolchain writes its corpus files.
func encode(t *testing.T, values []any) []byte {
	t.Helper()
	b := []byte("go test fuzz v1\n")
	for _, v := range values {
		switch v := v.(type) {
		case []byte:
			b = fmt.Appendf(b, "[]byte(%q)\n", v)
		case string:
			b = fmt.Appendf(b, "string(%q)\n", v)
		case byte:
			b = fmt.Appendf(b, "byte(%q)\n", v)
		case bool, int, uint16, uint32, uint64:
			b = fmt.Appendf(b, "%T(%v)\n", v, v)
		default:
			t.Fatalf("no form for a %T", v)
		}
	}
	return b
}

func compare(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	if len(files) == 0 {
		t.Fatalf("%s: no seeds", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if os.Getenv(writeVariable) != "" {
		write(t, dir, entries, files)
		return
	}
	for _, e := range entries {
		if _, ok := files[e.Name()]; !ok && strings.HasPrefix(e.Name(), prefix) {
			t.Errorf("%s: nothing makes this seed; run make corpus", filepath.Join(dir, e.Name()))
		}
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is missing or stale; run make corpus", filepath.Join(dir, name))
		}
	}
}

func write(t *testing.T, dir string, entries []os.DirEntry, files map[string][]byte) {
	t.Helper()
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
