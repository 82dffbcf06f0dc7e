// Command interop runs libsv2 against other implementations, in each role that both have, and compares what comes out: field
// by field, byte by byte, decision by decision. It ends with a table of pairs and counts, and fails on every difference that
// is not in the list of those that are on purpose (differences.go).
//
//	interop -sri PATH [-c PATH] [-count N] [-seed N] [-json] [-v]
//
// A side is an implementation that answers requests (protocol.go): libsv2 through its Go packages is in this process
// (library.go), libsv2 through its C ABI and the Stratum V2 reference implementation (SRI) are programs that answer on their
// standard output (process.go, c/peer.c, sri/src/oracle.rs). A pair is an entry in pairs.go: one of our sides, a peer, and
// what they do. Conversations over TCP have their own form (conversations.go, run by conversation.go, drive.go and c/session.c)
// and the same results.
//
// docs/interop.md says what is run and what differs; its table of differences is written from differences.go by
// go run ./test/interop -docs, and a test compares both.
package main
