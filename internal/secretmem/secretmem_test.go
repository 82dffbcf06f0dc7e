package secretmem

import (
	"bytes"
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

func TestRegion(t *testing.T) {
	r, err := New(32)
	if err != nil {
		t.Fatal(err)
	}
	b := r.Bytes()
	if len(b) != 32 || cap(b) != 32 || !bytes.Equal(b, make([]byte, 32)) {
		t.Fatalf("len %d cap %d", len(b), cap(b))
	}
	copy(b, "secret")
	t.Logf("locked: %v", r.Locked())
	// User-mode emulators swallow the advice and show mappings of their own, so
	// the kernel is asked only where tests run natively.
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		flags := flagsOf(t, uintptr(unsafe.Pointer(&b[0])))
		if flags != "" && !strings.Contains(flags, "dd") {
			t.Errorf("mapping would be dumped: %s", flags)
		}
		if r.Locked() && flags != "" && !strings.Contains(flags, "lo") {
			t.Errorf("mapping is not locked: %s", flags)
		}
	}
	r.Release()
	if r.Bytes() != nil || r.Locked() {
		t.Error("released region still there")
	}
	r.Release()
	(&Region{}).Release()
}

func TestReleaseWipes(t *testing.T) {
	b := []byte("secret")
	wipe(b)
	if !bytes.Equal(b, make([]byte, 6)) {
		t.Fatal("not wiped")
	}
}

// flagsOf returns the kernel's flags of the mapping that holds the address, or
// nothing where they cannot be read.
func flagsOf(t *testing.T, address uintptr) string {
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return ""
	}
	inside := false
	for _, line := range strings.Split(string(text), "\n") {
		if dash := strings.IndexByte(line, '-'); dash > 0 && !strings.Contains(line[:dash], ":") {
			from, to, ok := parseRange(line)
			if ok {
				inside = from <= address && address < to
			}
		}
		if inside && strings.HasPrefix(line, "VmFlags:") {
			return line
		}
	}
	return ""
}

func parseRange(line string) (from, to uintptr, ok bool) {
	field, _, _ := strings.Cut(line, " ")
	a, b, ok := strings.Cut(field, "-")
	if !ok {
		return 0, 0, false
	}
	for _, pair := range []struct {
		text  string
		value *uintptr
	}{{a, &from}, {b, &to}} {
		for _, c := range pair.text {
			d := strings.IndexRune("0123456789abcdef", c)
			if d < 0 {
				return 0, 0, false
			}
			*pair.value = *pair.value<<4 | uintptr(d)
		}
	}
	return from, to, true
}
