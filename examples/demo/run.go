// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// run does the whole demonstration. Whatever happens, every process that it started is gone when it returns, and so is
// the temporary folder.
func run(ctx context.Context, chosen options, console *console) (result *result, err error) {
	began := time.Now()
	folder, err := os.MkdirTemp("", "libsv2-demo-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	processes := newProcessSet(folder, console, cancel)
	defer func() {
		if err != nil {
			processes.printTails()
		}
		processes.stopAll()
	}()
	// A process that died is the better explanation for a request or a wait that was broken off.
	defer func() {
		if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
			err = cause
			if errors.Is(cause, context.Canceled) {
				err = errors.New("interrupted")
			}
		}
	}()

	addresses, err := freeAddresses(3)
	if err != nil {
		return nil, err
	}
	node, err := startNode(ctx, processes, chosen.nodeBinary, folder, addresses[0], addresses[1])
	if err != nil {
		return nil, err
	}
	transactions, err := prepareChain(ctx, node, console)
	if err != nil {
		return nil, err
	}

	link, providerOptions, minerOptions, err := prepareLink(ctx, chosen, folder, console)
	if err != nil {
		return nil, err
	}
	providerAddress := addresses[2]
	provider, err := processes.start("provider", chosen.provider, append(providerOptions,
		"--listen", providerAddress,
		"--rpc-url", node.url,
		"--rpc-user", node.user,
		"--rpc-password-file", node.passwordFile)...)
	if err != nil {
		return nil, err
	}
	if err := provider.waitForListener(ctx, providerAddress); err != nil {
		return nil, err
	}
	relay, err := startRelay(providerAddress)
	if err != nil {
		return nil, err
	}
	defer relay.close()

	// Random, so that a block which pays this script can only come from the miner of this run.
	payoutScript := make([]byte, 22)
	payoutScript[1] = 20
	if _, err := rand.Read(payoutScript[2:]); err != nil {
		return nil, err
	}
	miner, err := processes.startFinite("miner", chosen.miner, append(minerOptions,
		"--connect", relay.address(),
		"--blocks", fmt.Sprint(blocksToFind),
		"--payout-script", hex.EncodeToString(payoutScript))...)
	if err != nil {
		return nil, err
	}
	if err := miner.waitForSuccess(ctx); err != nil {
		return nil, err
	}

	blocks, err := verify(ctx, node, miner.foundBlocks(), payoutScript, transactions)
	if err != nil {
		return nil, err
	}
	link.Relay = listenIn(relay.close(), payoutScript)
	if err := link.Relay.check(link.Encrypted); err != nil {
		return nil, err
	}
	return newResult(node.version, blocks, link, time.Since(began)), nil
}

// prepareLink returns what the link will be, and the options that make provider and miner agree on it.
func prepareLink(ctx context.Context, chosen options, folder string, console *console) (made link, provider, miner []string, err error) {
	if chosen.insecure {
		console.say("--insecure: the link between miner and provider is plain TCP")
		return link{}, []string{"--insecure"}, []string{"--insecure"}, nil
	}
	keys, err := makeCredentials(ctx, chosen.keyTool, folder, console)
	if err != nil {
		return link{}, nil, nil, err
	}
	made = link{Encrypted: true, AuthorityKey: keys.authorityKey, ValidFrom: &keys.validFrom, NotValidAfter: &keys.notValidAfter}
	return made, []string{"--key", keys.serverKeyFile, "--certificate", keys.certificateFile},
		[]string{"--authority", keys.authorityKey}, nil
}

// passwordIn writes a password where only this user can read it: command lines are public on most systems.
func passwordIn(folder string) (path, password string, err error) {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return "", "", err
	}
	password = hex.EncodeToString(random)
	path = filepath.Join(folder, "rpc-password")
	return path, password, os.WriteFile(path, []byte(password+"\n"), 0o600)
}
