// SPDX-License-Identifier: MIT

package main

import (
	"slices"
	"strings"
	"testing"
)

func TestAnnouncedBlocks(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for line, want := range map[string][]string{
		"found block " + hash + " at height 301\n": {hash},
		"block " + hash:                  {hash},
		"block " + hash + "00":           nil, // not a hash: too long
		"previous-block: " + hash:        nil,
		"block " + strings.ToUpper(hash): nil,
		"template 7, 2 transactions":     nil,
	} {
		if got := announcedBlocks(line); !slices.Equal(got, want) {
			t.Errorf("%q: got %v", line, got)
		}
	}
}

func TestPrintable(t *testing.T) {
	if got := printable("a\tb\x1b[2J\r\n"); got != "a b?[2J" {
		t.Errorf("got %q", got)
	}
	if got := printable(strings.Repeat("f", 1000)); len(got) > longestLine+40 {
		t.Errorf("%d bytes are shown", len(got))
	}
}
