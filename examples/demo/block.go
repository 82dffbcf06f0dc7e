// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// block is what the node says about a block of its chain.
type block struct {
	Height        int      `json:"height"`
	Confirmations int      `json:"confirmations"`
	Transactions  []string `json:"tx"`
	coinbase      []output
}

func (n *node) block(ctx context.Context, hash string) (*block, error) {
	var found block
	if err := n.call(ctx, &found, "getblock", hash, 1); err != nil {
		return nil, err
	}
	var raw string
	if err := n.call(ctx, &raw, "getblock", hash, 0); err != nil {
		return nil, err
	}
	data, err := hex.DecodeString(raw)
	if err != nil {
		return nil, err
	}
	coinbase, transactions, err := coinbaseOf(data)
	if err != nil {
		return nil, fmt.Errorf("block %s: %w", hash, err)
	}
	if transactions == 0 || transactions != uint64(len(found.Transactions)) || len(coinbase) == 0 {
		return nil, fmt.Errorf("block %s: %d transactions in its bytes, %d in the node's list",
			hash, transactions, len(found.Transactions))
	}
	found.coinbase = coinbase
	return &found, nil
}

func parseIdentifier(text string) (identifier, error) {
	var parsed identifier
	data, err := hex.DecodeString(text)
	if err != nil {
		return parsed, err
	}
	if copy(parsed[:], data) != len(parsed) || len(data) != len(parsed) {
		return parsed, errors.New("an identifier has 32 bytes")
	}
	slices.Reverse(parsed[:])
	return parsed, nil
}
