package corpus

import (
	"bytes"
	"testing"
)

func seed(name string, parts ...[]byte) Seed {
	return Seed{Name: name, Values: []any{bytes.Join(parts, nil)}}
}

// TestCorpus: the seeds of those targets of the C ABI whose inputs are calls on objects are what this makes. Those of the others
// are made where the tests know the bytes.
func TestCorpus(t *testing.T) {
	appended := []byte{1, 5, 'a', 'b', 'c', 'd', 'e'}
	written := []byte{0, 40, 0, 'x', 'y', 30, 0}
	Raw(t, "../..", "buffer",
		seed("append", []byte{200, 0}, appended, []byte{2, 1, 2, 3, 1, 2, 3, 4, 4, 2, 'h', 'i'}),
		seed("write", []byte{200, 0}, written, appended, written),
		seed("consume", []byte{200, 0}, appended, []byte{5, 3, 0, 8, 5, 9, 0, 8}),
		seed("lease", []byte{200, 0}, appended, []byte{6, 5, 1, 0}, appended, []byte{7, 5, 1, 0, 7}),
		seed("full", []byte{6, 0}, appended, appended, written))
	// make: kinds 0 to 8; what is 0 to 63. The objects are then picked by their order.
	objects := []byte{0, 0, 100, 0, 0, 1, 0, 2, 0, 3, 0x82, 0, 4, 0, 5, 0x83, 0, 6, 5, 5, 0, 8, 0x83, 0, 7, 0x87}
	Raw(t, "../..", "handle",
		seed("each-kind", objects),
		seed("freed", objects, []byte{64, 0x80, 96, 0x80, 64, 0x81, 160, 0x81}),
		seed("other-kind", objects, []byte{96, 0x81, 160, 0x80, 208, 0x80, 209, 0x80}),
		seed("forged", objects, []byte{96, 0, 33, 160, 1, 40, 208, 0x40, 1, 2, 3, 4, 5, 6, 7, 8}))
}
