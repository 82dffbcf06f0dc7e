package node

import (
	"testing"

	"github.com/libsv2/libsv2/status"
)

// finished sums what became of connections.
func finished(c Counters) (n uint64) {
	n = c.Refused
	for _, count := range c.HandshakeFailures {
		n += count
	}
	for _, count := range c.Ends {
		n += count
	}
	return n
}

// TestCountersAddUp: a connection is counted once as accepted and once in what became of it, wherever it was closed.
func TestCountersAddUp(t *testing.T) {
	noLeaks(t)
	for _, stage := range []stage{stageNew, stageReady, stageRunning} {
		a, b := tcpPair(t)
		k := newKeys(t)
		p := newPair(t, a, b, clientConfig(k.initiate()), serverConfig(k.respond()), Options{})
		if stage != stageNew {
			client, server := p.handshake(t.Context())
			check(t, client)
			check(t, server)
		}
		ended := make(chan error, 2)
		if stage == stageRunning {
			go func() { ended <- p.client.Run(t.Context()) }()
			go func() { ended <- p.server.Run(t.Context()) }()
		}
		p.close()
		p.close()
		for _, c := range []*Conn{p.client, p.server} {
			if stage == stageRunning {
				<-ended
			} else {
				expectKind(t, c.Handshake(t.Context()), status.Closed)
				expectKind(t, c.Run(t.Context()), status.Closed)
			}
		}
		for _, c := range []*Conn{p.client, p.server} {
			counters := c.Counters()
			if counters.Accepted != 1 || finished(counters) != 1 || len(counters.Ends) == 0 != (stage == stageNew) {
				t.Errorf("stage %d: %+v", stage, counters)
			}
		}
	}
}
