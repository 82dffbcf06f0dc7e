// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// The genesis block of the main network.
const genesisBlock = "01000000" +
	"0000000000000000000000000000000000000000000000000000000000000000" +
	"3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a" +
	"29ab5f49ffff001d1dac2b7c01" +
	"01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d" +
	"04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e2062" +
	"72696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000" +
	"434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f355" +
	"04e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"

func fromHex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCoinbaseOfGenesisBlock(t *testing.T) {
	block := fromHex(t, genesisBlock)
	if hash := doubleSHA256(block[:80]).String(); hash !=
		"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f" {
		t.Errorf("block hash %s", hash)
	}
	if id := doubleSHA256(block[81:]).String(); id !=
		"4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b" {
		t.Errorf("transaction id %s", id)
	}
	outputs, transactions, err := coinbaseOf(block)
	if err != nil || transactions != 1 || len(outputs) != 1 || outputs[0].value != 50_0000_0000 ||
		len(outputs[0].script) != 67 || outputs[0].script[66] != 0xac {
		t.Errorf("got %v, %d transactions, error %v", outputs, transactions, err)
	}
}

func TestCoinbaseOfEveryPrefixFails(t *testing.T) {
	block := fromHex(t, genesisBlock)
	for length := range len(block) - 4 { // the lock time at the end is not read
		if _, _, err := coinbaseOf(block[:length]); err == nil {
			t.Errorf("the first %d bytes are taken for a block", length)
		}
	}
}

func TestSpendSerialisation(t *testing.T) {
	one := spend{
		from:   outpoint{index: 7},
		script: anyoneCanSpend(),
		to:     output{value: 5000000000, script: anyoneCanSpend().outputScript()},
	}
	for i := range one.from.transaction {
		one.from.transaction[i] = byte(i)
	}
	const (
		outpointHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" + "07000000"
		outputHex   = "00f2052a01000000" + "22" +
			"00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260"
	)
	stripped := "02000000" + "01" + outpointHex + "00" + "ffffffff" + "01" + outputHex + "00000000"
	complete := "02000000" + "0001" + "01" + outpointHex + "00" + "ffffffff" + "01" + outputHex +
		"01" + "0151" + "00000000"
	if got := hex.EncodeToString(one.stripped()); got != stripped {
		t.Errorf("without witness: %s", got)
	}
	if got := hex.EncodeToString(one.complete()); got != complete {
		t.Errorf("with witness: %s", got)
	}
	if one.id() != doubleSHA256(one.stripped()) {
		t.Error("the id covers the witness")
	}
}

func TestCompactSize(t *testing.T) {
	for value, want := range map[uint64]string{
		0: "00", 252: "fc", 253: "fdfd00", 65535: "fdffff", 65536: "fe00000100",
		0xffffffff: "feffffffff", 0x100000000: "ff0000000001000000",
	} {
		encoded := appendCompactSize(nil, value)
		if !bytes.Equal(encoded, fromHex(t, want)) {
			t.Errorf("%d: %x", value, encoded)
		}
		if back := (&reader{rest: encoded}).compactSize(); back != value {
			t.Errorf("%d comes back as %d", value, back)
		}
	}
}
