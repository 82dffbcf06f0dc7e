// Package scenarios runs whole connections over real sockets, or over pipes with a clock of their own: a session on one end, and
// on the other a peer that does what its script says, right or wrong. The rows of the conformance list that a test shows stand
// with it.
package scenarios
