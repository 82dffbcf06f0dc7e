package session

import (
	"slices"

	"github.com/libsv2/libsv2/codec"
)

// extensionSet is a list of extension types, ascending, each one once: a negotiation has one result, whatever the order in
// which things were configured or asked for.
type extensionSet []uint16

// newExtensionSet merges lists into a set of its own memory.
func newExtensionSet(lists ...[]uint16) extensionSet {
	merged := slices.Concat(lists...)
	slices.Sort(merged)
	return slices.Clip(slices.Compact(merged))
}

func (s extensionSet) has(extension uint16) bool {
	_, found := s.find(extension)
	return found
}

// and appends to dst what both sets have.
func (s extensionSet) and(dst, other extensionSet) extensionSet {
	for _, extension := range s {
		if other.has(extension) {
			dst = append(dst, extension)
		}
	}
	return dst
}

// without appends to dst what other does not have.
func (s extensionSet) without(dst, other extensionSet) extensionSet {
	for _, extension := range s {
		if !other.has(extension) {
			dst = append(dst, extension)
		}
	}
	return dst
}

// wire appends the set to dst as the body of a SEQ0_64K[U16].
func (s extensionSet) wire(dst codec.SeqU16) codec.SeqU16 {
	for _, extension := range s {
		dst = dst.AppendU16(extension)
	}
	return dst
}

// negotiable reports whether a set can be configured: 0 is the specification itself, 1 is the negotiation, and bit 15 is
// not part of an extension type.
func (s extensionSet) negotiable() bool {
	return len(s) <= MaxExtensions && (len(s) == 0 || s[0] > 1 && s[len(s)-1] < codec.ChannelMsgBit)
}

func (s extensionSet) find(extension uint16) (at int, found bool) {
	return slices.BinarySearch(s, extension)
}
