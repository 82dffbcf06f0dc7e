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
	// To make one, of kinds 0 to 12, is below 64. The objects are then picked by their order.
	objects := []byte{0, 0, 100, 0, 0, 1, 0, 2, 0, 3, 0x82, 0, 4, 0, 5, 0x83, 0, 6, 5, 5, 0, 11, 0x83, 0, 7, 0x87, 0, 8, 0, 9, 0x83, 0, 10, 0x8a, 0, 10, 0x8b}
	Raw(t, "../..", "handle",
		seed("each-kind", objects),
		seed("freed", objects, []byte{64, 0x80, 96, 0x80, 64, 0x81, 160, 0x81}),
		seed("other-kind", objects, []byte{96, 0x81, 160, 0x80, 208, 0x80, 232, 0x80, 233, 0x8c}),
		seed("session", objects, []byte{200, 0x8c, 9, 201, 0x8c, 9, 198, 0x8c, 9, 199, 0x8c, 9, 202, 0x8c, 9, 64, 0x8c, 200, 0x8c, 1}),
		seed("forged", objects, []byte{96, 0, 33, 160, 1, 40, 232, 0x40, 1, 2, 3, 4, 5, 6, 7, 8}))

	// Settings of the client: hooks, flags, on_timeout, three lists, strictness, limits; of the server: hooks, two flags, what,
	// two lists, limits.
	plain, encrypted := []byte{1}, []byte{0}
	bare := make([]byte, 15)
	negotiating := []byte{2, 0, 0, 2, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 2, 0, 1, 0, 0}
	retrying := []byte{0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 4, 0, 0, 0, 1, 0, 1, 1, 0}
	holding := append([]byte{}, bare...)
	holding[11] = 1
	carried := bytes.Repeat([]byte{0, 255, 255, 1, 255, 255}, 3)
	talk := []byte{4, 0, 4, 2, 5, 1, 4, 0x65, 'w', 'o', 'r', 'k', 'e', 'r', 5, 3}
	Raw(t, "../..", "session",
		seed("plain", plain, bare, carried, talk, carried),
		seed("encrypted", encrypted, bare, carried, talk, carried),
		seed("negotiating", plain, negotiating, carried, talk, carried, carried),
		seed("negotiating-encrypted", encrypted, negotiating, carried, carried, talk, carried),
		seed("retrying", plain, retrying, carried, carried, talk, carried),
		seed("one-by-one", encrypted, negotiating, bytes.Repeat([]byte{0, 1, 0, 1, 1, 0}, 40)),
		seed("accepted", plain, holding, carried, []byte{8, 0}, carried, talk, carried),
		seed("refused", plain, holding, carried, []byte{10, 3, 'n', 'o', '!'}, carried),
		seed("late", plain, negotiating, []byte{6, 255, 7, 255, 6, 255}, carried),
		seed("closed", plain, bare, carried, []byte{13, 14}, carried),
		seed("changed", encrypted, bare, carried, []byte{4, 0, 0, 255, 0, 17, 3, 0, 9}, carried),
		seed("injected", plain, bare, []byte{17, 12, 0, 0, 0, 6, 0, 0, 1, 2, 3, 4, 5, 6}, carried))

	// An endpoint: how it is made, the port, for texts a length and the text; then the port and the host of a Reconnect.
	const key = "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"
	text := func(how byte, s string) []byte { return append([]byte{how, 0, 0, byte(len(s))}, s...) }
	stay, move := []byte{0, 0, 0}, []byte{1, 0, 4, 'm', 'o', 'v', 'e'}
	one, two := []byte{0, 0, 0, 0, 0, 0}, []byte{0, 1, 0, 0, 0, 0}
	settings := []byte{0, 0, 0, 0, 0}
	Raw(t, "../..", "endpoint",
		seed("name", []byte{1}, text(1, "stratum2+tcp://pool.example:3333/"+key), move, settings),
		seed("ipv6", []byte{1}, text(1, "stratum2+tcp://[2001:db8::1]:3333/"+key), stay, settings),
		seed("insecure", []byte{1}, text(2, "stratum2+tcp://pool.example:3333"), stay, settings),
		seed("parts", []byte{1}, []byte{4, 1, 2, 4, 'h', 'o', 's', 't'}, stay, settings),
		seed("memory", []byte{1}, []byte{5, 1, 2, 4, 'h', 'o', 's', 't', 2}, settings),
		seed("v1", []byte{1}, text(1, "stratum+tcp://pool.example:3333"), settings),
		seed("established", []byte{2}, one, two, settings, bytes.Repeat([]byte{2, 0, 9}, 10)),
		seed("failing", []byte{2}, one, two, settings, bytes.Repeat([]byte{3, 2, 9}, 20)),
		seed("refused", []byte{2}, one, two, settings, bytes.Repeat([]byte{1, 1, 9, 147}, 12)),
		seed("moved", []byte{1}, one, settings, bytes.Repeat([]byte{2, 0, 9, 3, 0x43, 1, 'a', 'b', 1, 0}, 6)))
}
