// SPDX-License-Identifier: MIT

package main

import "regexp"

var announcement = regexp.MustCompile(`\bblock ([0-9a-f]{64})\b`)

// announcedBlocks returns the hashes of the blocks that a line of the miner announces.
func announcedBlocks(line string) []string {
	var hashes []string
	for _, match := range announcement.FindAllStringSubmatch(line, -1) {
		hashes = append(hashes, match[1])
	}
	return hashes
}
