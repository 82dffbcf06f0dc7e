// Package sniffer stands between a client and a server of Stratum V2, shows every message, and changes what it is told to; and
// it plays either of them by script. It is for tests and for finding faults, not for a path that matters: whoever runs it reads
// and alters everything.
//
// A [Relay] accepts clients, connects each to the server, ends the encryption on both sides, and passes frames on:
//
//	relay, err := sniffer.Start(listener, sniffer.Config{
//		Downstream: sniffer.Respond(keys.Identity),      // or sniffer.Plain()
//		Upstream:   sniffer.Initiate(endpoint.Policy()), // or sniffer.Plain()
//		Dial:       func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", endpoint.Address()) },
//		Rules:      []sniffer.Rule{{Direction: sniffer.ToClient, Match: sniffer.Is(&sv2.SetTarget{}), Do: sniffer.Drop()}},
//	})
//	share, err := relay.Log().WaitFor(ctx, sniffer.ToServer, sniffer.Is(&sv2.SubmitSharesExtended{}))
//	relay.Log().AssertAbsent(ctx, t, sniffer.ToServer, sniffer.Is(&sv2.CloseChannel{}), sniffer.Is(&sv2.SetTarget{}))
//
// It works on frames and not on the state of a connection, so that broken conversations pass too: unknown messages, a wrong
// order, payloads that break off. What it cannot pass on is what is not a frame: bytes that cannot be opened, a frame cut short
// by the end of the connection, a handshake that fails. Those end the connection and stand in the log with their error.
//
// A [MockUpstream] is a server and a [MockDownstream] a client that do what a list of [Step] says, wrong things too.
//
// Errors are of kinds of package status where they concern the protocol, and those of package net where they concern the
// connection. Everything may be called from any goroutine, except a [Peer], which belongs to one.
package sniffer
