// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"errors"
	"fmt"
)

// vendor is what the miner calls itself in SetupConnection.
const vendor = "libsv2"

// eavesdropping is what somebody on the way between miner and provider could read.
type eavesdropping struct {
	Bytes  int  `json:"bytes"`
	Setup  bool `json:"setup_connection"` // the header of SetupConnection and what follows it
	Vendor bool `json:"vendor"`           // the miner's name for itself
	Payout bool `json:"payout_script"`    // in the coinbase of a block that it submits
}

func listenIn(streams [][]byte, payoutScript []byte) eavesdropping {
	var heard eavesdropping
	for _, stream := range streams {
		heard.Bytes += len(stream)
		heard.Setup = heard.Setup || hasSetupConnection(stream)
		heard.Vendor = heard.Vendor || bytes.Contains(stream, []byte(vendor))
		heard.Payout = heard.Payout || bytes.Contains(stream, payoutScript)
	}
	return heard
}

// hasSetupConnection looks for how the first frame of every miner begins. Nine fixed bytes do not come up in a random stream.
func hasSetupConnection(stream []byte) bool {
	header := []byte{0, 0, 0}          // extension 0, message type 0, and a U24 with the length
	fields := []byte{0, 2, 2, 0, 2, 0} // its highest byte; protocol 2, least and highest version 2
	const fieldsAt = 5
	for rest := stream; ; {
		at := bytes.Index(rest, header)
		if at < 0 || len(rest) < at+fieldsAt {
			return false
		}
		if bytes.HasPrefix(rest[at+fieldsAt:], fields) {
			return true
		}
		rest = rest[at+1:]
	}
}

// check compares with what the link promises: nothing on an encrypted one, and everything on a plain one, which shows that
// the demo looks in the right place.
func (e eavesdropping) check(encrypted bool) error {
	switch {
	case e.Bytes == 0:
		return errors.New("the relay between miner and provider has recorded nothing")
	case encrypted && (e.Setup || e.Vendor || e.Payout):
		return fmt.Errorf("the link is not encrypted: the relay read SetupConnection: %v, the vendor: %v, the payout script: %v",
			e.Setup, e.Vendor, e.Payout)
	case !encrypted && !(e.Setup && e.Vendor && e.Payout):
		return fmt.Errorf("the link is plain, but the relay read SetupConnection: %v, the vendor: %v, the payout script: %v",
			e.Setup, e.Vendor, e.Payout)
	}
	return nil
}

func (e eavesdropping) print(console *console, encrypted bool) {
	if encrypted {
		console.say("a relay on the way recorded %d bytes: neither SetupConnection nor vendor nor payout script is in them", e.Bytes)
		return
	}
	console.say("a relay on the way recorded %d bytes and read SetupConnection, vendor and payout script in them", e.Bytes)
}
