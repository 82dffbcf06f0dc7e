package node

import (
	"container/list"
	"net"
	"net/netip"
)

// waiting is the connections in their handshake that wait for their peers.
type waiting struct {
	order    list.List // of waiter, in the order in which they began to wait
	elements map[*Conn]*list.Element
	sources  map[netip.Prefix]*source
}

type waiter struct {
	conn   *Conn
	source *source
}

// source is where connections come from.
type source struct {
	prefix  netip.Prefix
	waiting int // connections
}

func newWaiting() waiting {
	return waiting{elements: make(map[*Conn]*list.Element), sources: make(map[netip.Prefix]*source)}
}

func (w *waiting) add(c *Conn) {
	prefix := sourceOf(c.net.RemoteAddr())
	s := w.sources[prefix]
	if s == nil {
		s = &source{prefix: prefix}
		w.sources[prefix] = s
	}
	s.waiting++
	w.elements[c] = w.order.PushBack(waiter{c, s})
}

// remove does nothing with a connection that does not wait.
func (w *waiting) remove(c *Conn) {
	e := w.elements[c]
	if e == nil {
		return
	}
	delete(w.elements, c)
	s := w.order.Remove(e).(waiter).source
	if s.waiting--; s.waiting == 0 {
		delete(w.sources, s.prefix)
	}
}

// first returns the connection that has waited longest of those from the source that most come from, or nil. So whoever
// floods a server from one place drives out only connections from there.
func (w *waiting) first() (c *Conn) {
	most := 0
	for e := w.order.Front(); e != nil; e = e.Next() {
		if v := e.Value.(waiter); v.source.waiting > most {
			c, most = v.conn, v.source.waiting
		}
	}
	return c
}

// sourceOf is an address of IPv4, or the network of 64 bits that an address of IPv6 is in, since one host may have as many
// addresses as it wants there. Connections that are not of the Internet have one source.
func sourceOf(address net.Addr) netip.Prefix {
	tcp, ok := address.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap()
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	prefix, _ := ip.WithZone("").Prefix(bits) // without an address it is the zero one
	return prefix
}
