package node

import "net/netip"

// recentPeriod is the time over which handshakes are counted, in milliseconds.
const recentPeriod = 10_000

// recent counts handshakes by source, in the present period. It has no more entries than handshakes are admitted in one.
type recent struct {
	few     uint32 // from a source in a period
	period  uint64
	sources map[netip.Prefix]uint32
}

// many reports whether more than a few have come from the source.
func (r *recent) many(source netip.Prefix, now uint64) bool {
	if period := now / recentPeriod; r.sources == nil || period != r.period {
		r.period, r.sources = period, make(map[netip.Prefix]uint32)
	}
	return r.sources[source] >= r.few
}

// add counts one more, after many.
func (r *recent) add(source netip.Prefix) { r.sources[source]++ }
