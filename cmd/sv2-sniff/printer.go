package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/inspect"
)

// printer prints entries as they come. The relay calls it from one goroutine at a time.
type printer struct {
	out     io.Writer
	options *options
	stop    func() // ends the command

	line    []byte
	closed  int
	counts  map[counted]int
	unknown int // of counts, those of messages that are not known
	err     error
}

// mostUnknown bounds how many unknown messages are counted each by itself: their numbers are a peer's to choose.
const mostUnknown = 1000

func newPrinter(out io.Writer, o *options, stop func()) *printer {
	return &printer{out: out, options: o, stop: stop, counts: make(map[counted]int)}
}

// counted is what is counted together.
type counted struct {
	Direction string
	Event     string
	Name      string
}

func (p *printer) observe(e sniffer.Entry) {
	if p.options.count && e.Event.HasFrame() {
		p.count(e)
	}
	if !p.options.quiet {
		p.print(e)
	}
	if e.Event == sniffer.Closed {
		p.closed++
		if p.closed == p.options.connections {
			p.stop()
		}
	}
}

func (p *printer) count(e sniffer.Entry) {
	key := counted{Direction: e.Direction.String(), Event: e.Event.String()}
	if info := sv2.Lookup(e.Frame.ExtensionType, e.Frame.MsgType); info != nil {
		key.Name = info.Name
		p.counts[key]++
		return
	}
	key.Name = fmt.Sprintf("0x%04x/0x%02x", e.Frame.ExtensionType, e.Frame.MsgType)
	if p.counts[key] == 0 && p.unknown == mostUnknown {
		key.Name = "other unknown messages"
	} else if p.counts[key] == 0 {
		p.unknown++
	}
	p.counts[key]++
}

func (p *printer) print(e sniffer.Entry) {
	p.line = p.line[:0]
	if p.options.json {
		p.line = appendObject(p.line, e)
	} else {
		p.line = e.Time.AppendFormat(p.line, "15:04:05.000 ")
		p.line = e.AppendText(p.line)
	}
	p.write(append(p.line, '\n'))
}

func (p *printer) write(line []byte) {
	if p.err != nil {
		return
	}
	if _, p.err = p.out.Write(line); p.err != nil {
		p.stop()
	}
}

// appendObject appends an entry as JSON.
func appendObject(dst []byte, e sniffer.Entry) []byte {
	dst = e.Time.UTC().AppendFormat(append(dst, `{"time":"`...), time.RFC3339Nano)
	dst = fmt.Appendf(dst, `","connection":%d,"event":"%v"`, e.Connection, e.Event)
	if e.Direction != 0 {
		dst = fmt.Appendf(dst, `,"direction":"%v"`, e.Direction)
	}
	switch {
	case e.Event.HasFrame():
		dst = inspect.AppendMembers(append(dst, ','), e.Frame)
	case e.Err != nil:
		var kind status.Kind
		if errors.As(e.Err, &kind) {
			dst = fmt.Appendf(dst, `,"error":"%s"`, kind.Name())
		}
		text, _ := json.Marshal(e.Err.Error())
		dst = append(append(dst, `,"text":`...), text...)
	}
	return append(dst, '}')
}

// finish prints the counts and returns what has gone wrong with printing.
func (p *printer) finish() error {
	if !p.options.count {
		return p.err
	}
	keys := slices.SortedFunc(maps.Keys(p.counts), func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.Direction, a.Direction), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Event, b.Event))
	})
	for _, k := range keys {
		if p.options.json {
			p.write(fmt.Appendf(nil, `{"count":%d,"direction":"%s","event":"%s","name":"%s"}`+"\n", p.counts[k], k.Direction, k.Event, k.Name))
			continue
		}
		p.write(fmt.Appendf(nil, "%8d %s %s %s\n", p.counts[k], k.Direction, k.Event, k.Name))
	}
	return p.err
}
