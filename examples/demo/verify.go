// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// verify asks the node for every block that the miner announced, and returns those that are in its best chain and pay
// the script. It is an error when there are fewer than blocksToFind, or when none has one of the transactions.
func verify(ctx context.Context, node *node, announced []string, payoutScript []byte, sent []identifier) ([]foundBlock, error) {
	var found []foundBlock
	var refused []string
	slices.Sort(announced)
	for _, hash := range slices.Compact(announced) {
		one, err := verifyBlock(ctx, node, hash, payoutScript, sent)
		if err != nil {
			refused = append(refused, fmt.Sprintf("block %s: %v", hash, err))
			continue
		}
		found = append(found, *one)
	}
	slices.SortFunc(found, func(a, b foundBlock) int { return a.Height - b.Height })
	if len(found) < blocksToFind {
		summary := fmt.Sprintf("the miner announced %d blocks; %d of its blocks are in the node's chain, %d are wanted",
			len(found)+len(refused), len(found), blocksToFind)
		return nil, errors.New(strings.Join(append([]string{summary}, refused...), "\n"))
	}
	if !slices.ContainsFunc(found, func(one foundBlock) bool { return one.Sent > 0 }) {
		return nil, fmt.Errorf("none of the %d blocks has a transaction besides its coinbase", len(found))
	}
	return found, nil
}

func verifyBlock(ctx context.Context, node *node, hash string, payoutScript []byte, sent []identifier) (*foundBlock, error) {
	block, err := node.block(ctx, hash)
	if err != nil {
		return nil, err
	}
	var atHeight string
	if err := node.call(ctx, &atHeight, "getblockhash", block.Height); err != nil {
		return nil, err
	}
	if atHeight != hash || block.Confirmations < 1 {
		return nil, fmt.Errorf("not in the best chain, which has %s at height %d", atHeight, block.Height)
	}
	found := &foundBlock{Height: block.Height, Hash: hash, Transactions: len(block.Transactions)}
	for _, one := range block.coinbase {
		found.CoinbaseValue += one.value
		if bytes.Equal(one.script, payoutScript) {
			found.Payout += one.value
		}
	}
	if found.Payout == 0 {
		return nil, errors.New("its coinbase does not pay the miner's script")
	}
	for _, id := range sent {
		if slices.Contains(block.Transactions[1:], id.String()) {
			found.Sent++
		}
	}
	return found, nil
}
