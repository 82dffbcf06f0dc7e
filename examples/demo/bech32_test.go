// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// The addresses and scriptPubKeys are those of BIP173 and BIP350.
func TestSegwitAddressKnownAnswers(t *testing.T) {
	for _, vector := range []struct{ address, script string }{
		{"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6"},
		{"tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
			"00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"},
		{"tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
			"0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
		{"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
			"5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"},
		{"BC1SW50QGDZ25J", "6002751e"},
		{"bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323"},
		{"tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
			"5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
		{"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
			"512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"},
	} {
		script, err := hex.DecodeString(vector.script)
		if err != nil {
			t.Fatal(err)
		}
		version := script[0]
		if version > 0x50 {
			version -= 0x50
		}
		address, err := segwitAddress(strings.ToLower(vector.address[:2]), version, script[2:])
		if err != nil || address != strings.ToLower(vector.address) {
			t.Errorf("%s: got %q, error %v", vector.address, address, err)
		}
	}
}

func TestSegwitAddressRefusesPrograms(t *testing.T) {
	for _, refused := range []struct {
		version byte
		length  int
	}{{17, 32}, {0, 16}, {0, 33}, {1, 1}, {1, 41}} {
		if address, err := segwitAddress("bc", refused.version, make([]byte, refused.length)); err == nil {
			t.Errorf("version %d, %d bytes: got %q, want an error", refused.version, refused.length, address)
		}
	}
}

func TestGroupsOfFive(t *testing.T) {
	if groups := groupsOfFive([]byte{0xff}); !bytes.Equal(groups, []byte{31, 28}) {
		t.Errorf("got %v", groups)
	}
	if groups := groupsOfFive(nil); len(groups) != 0 {
		t.Errorf("got %v", groups)
	}
}
