// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"strings"
)

const (
	bech32Characters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	bech32Constant   = 1          // BIP173, witness version 0
	bech32mConstant  = 0x2bc830a3 // BIP350, witness versions 1 to 16
)

func bech32Polymod(values []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	checksum := uint32(1)
	for _, value := range values {
		top := checksum >> 25
		checksum = checksum&0x1ffffff<<5 ^ uint32(value)
		for i, term := range generator {
			if top>>i&1 == 1 {
				checksum ^= term
			}
		}
	}
	return checksum
}

func expandPrefix(prefix string) []byte {
	var expanded []byte
	for i := range len(prefix) {
		expanded = append(expanded, prefix[i]>>5)
	}
	expanded = append(expanded, 0)
	for i := range len(prefix) {
		expanded = append(expanded, prefix[i]&31)
	}
	return expanded
}

// encodeBech32 writes groups of five bits behind a lower-case prefix; constant chooses bech32 or bech32m.
func encodeBech32(prefix string, groups []byte, constant uint32) string {
	values := append(expandPrefix(prefix), groups...)
	checksum := bech32Polymod(append(values, 0, 0, 0, 0, 0, 0)) ^ constant
	var text strings.Builder
	text.WriteString(prefix + "1")
	for _, group := range groups {
		text.WriteByte(bech32Characters[group])
	}
	for i := range 6 {
		text.WriteByte(bech32Characters[checksum>>(5*(5-i))&31])
	}
	return text.String()
}

// groupsOfFive splits bytes into groups of five bits, the last one filled with zero bits.
func groupsOfFive(data []byte) []byte {
	var groups []byte
	accumulator, bits := uint32(0), 0
	for _, value := range data {
		accumulator = accumulator<<8 | uint32(value)
		bits += 8
		for bits >= 5 {
			bits -= 5
			groups = append(groups, byte(accumulator>>bits&31))
		}
	}
	if bits > 0 {
		groups = append(groups, byte(accumulator<<(5-bits)&31))
	}
	return groups
}

// segwitAddress is the address of a witness program (BIP173, BIP350).
func segwitAddress(prefix string, version byte, program []byte) (string, error) {
	if version > 16 {
		return "", fmt.Errorf("witness version %d is above 16", version)
	}
	if len(program) < 2 || len(program) > 40 {
		return "", fmt.Errorf("a witness program of %d bytes, where 2 to 40 are allowed", len(program))
	}
	if version == 0 && len(program) != 20 && len(program) != 32 {
		return "", errors.New("a witness program of version 0 has 20 or 32 bytes")
	}
	constant := uint32(bech32mConstant)
	if version == 0 {
		constant = bech32Constant
	}
	return encodeBech32(prefix, append([]byte{version}, groupsOfFive(program)...), constant), nil
}
