// Package endpoint knows where servers are and decides when to connect to which: URLs with authority keys, back-off, the
// Reconnect message, and lists of servers to fall back to.
//
// An [Endpoint] is host, port and authority key. It cannot be made without a key of the curve but by a call that has Insecure
// in its name, and nothing turns it into an endpoint of another key. Where its text comes from, be it a file, an option or an
// environment variable, is the program's affair; a text of Stratum V1 has a kind of its own, so that the program can tell
// which of the two protocols its user means.
//
//	e, err := endpoint.Parse("stratum2+tcp://pool.example:3333/9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72")
//
// A [Failover] is asked what to do next, and told what came of it. A list of one endpoint is the ordinary way to stay
// connected to it.
//
//	list, err := endpoint.NewFailover(endpoint.Config{}, best, second)
//	for {
//		d := list.Next(now())
//		switch d.Action {
//		case endpoint.Connect:  // connect to d.Endpoint; report Established, later Failed or Redirected
//		case endpoint.Probe:    // the same, for a connection of its own that is closed afterwards
//		case endpoint.Wait:     // until d.Until or the next report, whichever is first
//		case endpoint.Stop:     // give up: d.Reason
//		}
//	}
//
// # Time and randomness
//
// Times are durations since any moment that the caller likes, by a clock that is never set: devices without a battery
// jump by decades when they learn the date. Random numbers are arguments; they only spread the load of many clients, but
// they must differ between devices, or a pool that restarts is hit by all of them at once.
//
// Nothing here opens a socket, starts a goroutine, or reads a clock. Values are not safe for concurrent use.
package endpoint
