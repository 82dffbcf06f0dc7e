// SPDX-License-Identifier: MIT

// Command demo shows Stratum V2 end to end on one machine: it starts a Bitcoin node on the simulation network, the C++
// template provider and the C miner, and ends when blocks that the miner found are in the node's best chain.
//
//	make demo
//	go run ./examples/demo --build build --json
//
// The node's word is the only one that counts: every block that the miner announces is asked back from the node, and it
// has to pay the script that this run gave to the miner.
//
// The link between miner and provider is encrypted: sv2-key makes the keys and signs the certificate, the provider shows
// it and the miner checks it. A relay between them, which records all bytes, has to find none that it can read. With
// --insecure the link is plain, and the relay has to read it.
//
// # What the demo expects of the programs
//
//	template_provider --listen HOST:PORT --rpc-url URL --rpc-user USER --rpc-password-file FILE
//	                  (--key FILE --certificate FILE | --insecure)
//	miner --connect HOST:PORT --blocks N --payout-script HEX (--authority KEY | --insecure)
//	sv2-key generate|sign -json ...
//
// The provider prints a line with "listening" and its address once clients can connect, and runs until SIGTERM. The
// miner prints "block HASH" for every block it found, and exits with 0 after N of them. Both print lines of text.
package main
