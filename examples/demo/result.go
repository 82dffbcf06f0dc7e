// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"io"
	"time"
)

// foundBlock is a block of the miner in the node's best chain, as the node tells it.
type foundBlock struct {
	Height        int    `json:"height"`
	Hash          string `json:"hash"`
	Transactions  int    `json:"transactions"`
	Sent          int    `json:"demo_transactions"` // how many of the demo's own transactions are in it
	CoinbaseValue int64  `json:"coinbase_value"`    // satoshi, all outputs
	Payout        int64  `json:"payout"`            // satoshi, to the miner's script
}

// link is what is between miner and provider.
type link struct {
	Encrypted     bool          `json:"encrypted"`
	AuthorityKey  string        `json:"authority_key,omitempty"`
	ValidFrom     *time.Time    `json:"valid_from,omitempty"`
	NotValidAfter *time.Time    `json:"not_valid_after,omitempty"`
	Relay         eavesdropping `json:"relay_could_read"`
}

type result struct {
	Node    string       `json:"node"`
	Link    link         `json:"link"`
	Blocks  []foundBlock `json:"blocks"`
	Seconds float64      `json:"seconds"`
}

func newResult(node string, blocks []foundBlock, link link, duration time.Duration) *result {
	return &result{Node: node, Link: link, Blocks: blocks, Seconds: duration.Round(time.Millisecond).Seconds()}
}

func (r *result) print(console *console) {
	console.say("")
	console.say("%s has these blocks of the miner in its best chain:", r.Node)
	console.say("%7s  %-64s  %12s  %16s", "height", "hash", "transactions", "coinbase value")
	for _, block := range r.Blocks {
		console.say("%7d  %s  %12d  %3d.%08d BTC", block.Height, block.Hash,
			block.Transactions, block.CoinbaseValue/1e8, block.CoinbaseValue%1e8)
	}
	r.Link.Relay.print(console, r.Link.Encrypted)
	console.say("every one pays the miner's script; done in %.1f s", r.Seconds)
}

func (r *result) writeJSON(output io.Writer) error {
	encoder := json.NewEncoder(output)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
