package codec

import (
	"bytes"
	"testing"

	"github.com/libsv2/libsv2/internal/corpus"
	"github.com/libsv2/libsv2/status"
)

// TestCorpus: the seeds are what this makes: of each data type a value, and the same without its last byte.
func TestCorpus(t *testing.T) {
	var seeds []corpus.Seed
	for i, c := range cases() {
		seeds = append(seeds,
			corpus.Seed{Name: c.name, Values: []any{uint8(i), c.wire}},
			corpus.Seed{Name: c.name + " cut", Values: []any{uint8(i), c.wire[:len(c.wire)-1]}})
	}
	corpus.Go(t, "FuzzDataTypes", seeds...)
	elements := []byte{1, 0, 0, 9, 0, 0, 0, 2, 0, 0, 8, 8}
	corpus.Go(t, "FuzzSequences",
		corpus.Seed{Name: "whole", Values: []any{elements, 3}},
		corpus.Seed{Name: "fewer", Values: []any{elements, 2}},
		corpus.Seed{Name: "more", Values: []any{elements, 4}},
		corpus.Seed{Name: "cut", Values: []any{elements[:len(elements)-1], 3}},
		corpus.Seed{Name: "longest-length", Values: []any{[]byte{255, 255, 255, 1}, 1}},
		corpus.Seed{Name: "empty", Values: []any{[]byte{}, 0}},
		corpus.Seed{Name: "negative", Values: []any{[]byte{}, -1}})
}

// FuzzDataTypes decodes anything as each type; what decodes encodes to the bytes that were taken, save a BOOL's upper bits.
func FuzzDataTypes(f *testing.F) {
	f.Fuzz(func(t *testing.T, which uint8, in []byte) {
		c := cases()[int(which)%len(cases())]
		again, rest, kind := c.take(in)
		if kind != 0 {
			switch kind {
			case status.Truncated, status.BadTLV, status.FieldTooLong, status.BadOption:
			default:
				t.Fatalf("%s: kind %v", c.name, kind)
			}
			return
		}
		taken := in[:len(in)-len(rest)]
		if c.name == "BOOL" {
			taken = []byte{taken[0] & 1}
		}
		if !bytes.Equal(again, taken) {
			t.Fatalf("%s: took %x, encodes to %x", c.name, taken, again)
		}
	})
}

// FuzzSequences makes sequences of elements from anything. What is one gives exactly its elements, which make it again, and
// ends where its bytes end.
func FuzzSequences(f *testing.F) {
	f.Fuzz(func(t *testing.T, raw []byte, count int) {
		list, kind := NewSeqB016M(raw, count)
		if kind != 0 {
			if kind != status.BadSequence && (kind != status.FieldTooLong || count <= Seq064KMax) || list.Len() != 0 {
				t.Fatal(kind, list.Len())
			}
		} else {
			var again SeqB016M
			for element := range list.All() {
				if again, kind = again.Append(element); kind != 0 {
					t.Fatal(kind)
				}
				if cap(element) != len(element) {
					t.Fatal("an element can be appended to")
				}
			}
			if again.Len() != count || list.Len() != count || !bytes.Equal(again.Raw(), raw) {
				t.Fatalf("%d elements %x, want %d %x", again.Len(), again.Raw(), count, raw)
			}
		}
		hashes, words, halves := SeqU256(raw), SeqU32(raw), SeqU16(raw)
		var hashesAgain SeqU256
		var wordsAgain SeqU32
		var halvesAgain SeqU16
		for i := range hashes.Len() {
			hashesAgain = hashesAgain.AppendU256(hashes.At(i))
		}
		for i := range words.Len() {
			wordsAgain = wordsAgain.AppendU32(words.At(i))
		}
		for i := range halves.Len() {
			halvesAgain = halvesAgain.AppendU16(halves.At(i))
		}
		for _, again := range [][]byte{hashesAgain, wordsAgain, halvesAgain} {
			if !bytes.HasPrefix(raw, again) {
				t.Fatalf("%x from %x", again, raw)
			}
		}
	})
}
