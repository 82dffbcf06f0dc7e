// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// simnetPrefix is the human-readable part of SegWit addresses on btcd's simulation network.
const simnetPrefix = "sb"

// node is a running btcd.
type node struct {
	url          string
	user         string
	password     string
	passwordFile string
	version      string
	client       *http.Client
}

// startNode starts btcd on simnet, alone, and waits until it answers.
func startNode(ctx context.Context, processes *processSet, binary, folder, rpcAddress, peerAddress string) (*node, error) {
	passwordFile, password, err := passwordIn(folder)
	if err != nil {
		return nil, err
	}
	address, err := segwitAddress(simnetPrefix, 0, anyoneCanSpend().program())
	if err != nil {
		return nil, err
	}
	started := &node{
		url:          "http://" + rpcAddress,
		user:         "demo",
		password:     password,
		passwordFile: passwordFile,
		// No proxy from the environment: the node is on the loopback interface.
		client: &http.Client{Transport: &http.Transport{Proxy: nil}},
	}

	// Everything stands in a file of mode 0600, the password above all.
	configuration := strings.Join([]string{
		"[Application Options]",
		"simnet=1",
		"datadir=" + filepath.Join(folder, "node", "data"),
		"logdir=" + filepath.Join(folder, "node", "logs"),
		"rpcuser=" + started.user,
		"rpcpass=" + started.password,
		"rpclisten=" + rpcAddress,
		"notls=1",
		"listen=" + peerAddress,
		"nolisten=1",
		"nodnsseed=1",
		"nocfilters=1",
		"miningaddr=" + address,
		"debuglevel=MINR=warn",
		"",
	}, "\n")
	configurationFile := filepath.Join(folder, "btcd.conf")
	if err := os.WriteFile(configurationFile, []byte(configuration), 0o600); err != nil {
		return nil, err
	}
	if _, err := processes.start("node", binary, "--configfile="+configurationFile); err != nil {
		return nil, err
	}
	return started, started.waitUntilReady(ctx)
}

func (n *node) waitUntilReady(ctx context.Context) error {
	var last error
	for range 300 {
		var information struct {
			Subversion string `json:"subversion"`
			Version    int    `json:"version"`
		}
		last = n.call(ctx, &information, "getnetworkinfo")
		if last != nil {
			last = n.call(ctx, &information, "getinfo")
		}
		if last == nil {
			n.version = fmt.Sprintf("btcd %d.%d.%d", information.Version/1000000,
				information.Version/10000%100, information.Version/100%100)
			return nil
		}
		if isRPCError(last) {
			return fmt.Errorf("the node answers with an error: %w", last)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("the node does not answer: %w", last)
}
