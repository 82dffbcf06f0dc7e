package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// bitcoinNode is a node whose block template never changes: what the template provider has to have behind it.
type bitcoinNode struct {
	listener net.Listener
	server   http.Server
}

func startBitcoinNode() (*bitcoinNode, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &bitcoinNode{listener: listener}
	n.server.Handler = http.HandlerFunc(answerRPC)
	go n.server.Serve(listener)
	return n, nil
}

func (n *bitcoinNode) url() string { return "http://" + n.listener.Addr().String() }

func (n *bitcoinNode) close() { n.server.Close() }

func answerRPC(w http.ResponseWriter, r *http.Request) {
	var request struct{ Method string }
	if json.NewDecoder(r.Body).Decode(&request) != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	var result any
	if request.Method == "getblocktemplate" {
		result = blockTemplate()
	}
	json.NewEncoder(w).Encode(map[string]any{"result": result, "error": nil})
}

// blockTemplate is of a block without transactions: its witness root is the hash of two times 32 zeros (BIP141).
func blockTemplate() map[string]any {
	once := sha256.Sum256(make([]byte, 64))
	commitment := sha256.Sum256(once[:])
	return map[string]any{
		"version": 0x20000000, "previousblockhash": strings.Repeat("0", 60) + "1301", "bits": "207fffff", "curtime": 1700000000,
		"height": 301, "coinbasevalue": 5000000000, "transactions": []any{},
		"default_witness_commitment": "6a24aa21a9ed" + hex.EncodeToString(commitment[:]),
	}
}
