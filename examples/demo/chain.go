// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"
)

const (
	blocksPerStep = 50     // how many blocks are mined between two lines of progress
	mostBlocks    = 1000   // SegWit is active at height 300 on simnet
	fee           = 10_000 // satoshi, far above the relay fee of a transaction of 100 bytes
)

// prepareChain mines until SegWit is active and coinbase outputs can be spent, then puts transactions into the node's
// memory pool: two that spend coinbase outputs and one that spends an output of the first. All carry a witness, so that
// the block which includes them needs the commitment of BIP141.
func prepareChain(ctx context.Context, node *node, console *console) ([]identifier, error) {
	began := time.Now()
	console.say("mining blocks until SegWit is active and their coinbases can be spent")
	for mined := 0; ; mined += blocksPerStep {
		active, height, err := node.segwitActive(ctx)
		if err != nil {
			return nil, err
		}
		if active && mined > 0 {
			console.say("height %d, SegWit is active (%.1f s)", height, time.Since(began).Seconds())
			break
		}
		if mined >= mostBlocks {
			return nil, fmt.Errorf("SegWit is not active after %d blocks", mined)
		}
		if err := node.call(ctx, nil, "generate", blocksPerStep); err != nil {
			return nil, err
		}
		console.say("height %d", height+blocksPerStep)
	}

	// No getblocktemplate before the transactions are sent: btcd keeps a template for a minute before it looks at its
	// memory pool again.
	first, err := node.spendCoinbase(ctx, 1)
	if err != nil {
		return nil, err
	}
	second, err := node.spendCoinbase(ctx, 2)
	if err != nil {
		return nil, err
	}
	child := spend{
		from:   outpoint{first.id(), 0},
		script: anyoneCanSpend(),
		to:     output{first.to.value - fee, anyoneCanSpend().outputScript()},
	}
	var sent []identifier
	for _, transaction := range []spend{first, second, child} {
		var id string
		if err := node.call(ctx, &id, "sendrawtransaction", hex.EncodeToString(transaction.complete())); err != nil {
			return nil, err
		}
		if id != transaction.id().String() {
			return nil, fmt.Errorf("the node calls the transaction %s, it is %s", id, transaction.id())
		}
		sent = append(sent, transaction.id())
	}
	if err := node.expectInTemplate(ctx, sent); err != nil {
		return nil, err
	}
	console.say("%d SegWit transactions are in the node's next block", len(sent))
	return sent, nil
}

func (n *node) segwitActive(ctx context.Context) (active bool, height int, err error) {
	var information struct {
		Blocks    int `json:"blocks"`
		SoftForks struct {
			Segwit struct {
				Status string `json:"status"`
			} `json:"segwit"`
		} `json:"bip9_softforks"`
	}
	err = n.call(ctx, &information, "getblockchaininfo")
	return information.SoftForks.Segwit.Status == "active", information.Blocks, err
}

// spendCoinbase makes a transaction that spends the coinbase of the block of a height.
func (n *node) spendCoinbase(ctx context.Context, height int) (spend, error) {
	var hash string
	if err := n.call(ctx, &hash, "getblockhash", height); err != nil {
		return spend{}, err
	}
	block, err := n.block(ctx, hash)
	if err != nil {
		return spend{}, err
	}
	id, err := parseIdentifier(block.Transactions[0])
	if err != nil {
		return spend{}, err
	}
	return spend{
		from:   outpoint{id, 0},
		script: anyoneCanSpend(),
		to:     output{block.coinbase[0].value - fee, anyoneCanSpend().outputScript()},
	}, nil
}

func (n *node) expectInTemplate(ctx context.Context, wanted []identifier) error {
	var template struct {
		Transactions []struct {
			ID string `json:"txid"`
		} `json:"transactions"`
	}
	err := n.call(ctx, &template, "getblocktemplate", map[string]any{"rules": []string{"segwit"}})
	if err != nil {
		return err
	}
	present := make(map[string]bool)
	for _, transaction := range template.Transactions {
		present[transaction.ID] = true
	}
	for _, id := range wanted {
		if !present[id.String()] {
			return fmt.Errorf("the node leaves transaction %s out of its block template", id)
		}
	}
	return nil
}
