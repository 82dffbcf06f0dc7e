package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/libsv2/libsv2/sv2"
)

// batchSize bounds the bytes of requests that are made before they are asked.
const batchSize = 4 << 20

// messages makes random values of every message. Both sides encode each to the same bytes, and each decodes what the other
// has encoded to the fields that went in: TY-01, TY-05, TY-07 to TY-11, TY-15, TY-16, FR-02, FR-10, FR-11, E1-03, I10, I11, I14.
func messages(r *run) error {
	for _, info := range sv2.Messages() {
		for n := 0; n < r.count; {
			var values []value
			var wanted [][]byte
			for size := 0; n < r.count && size < batchSize; n++ {
				v := value{message: r.random.message(info)}
				values = append(values, v)
				wanted = append(wanted, appendMessage(nil, v, info.ChannelMsg))
				size += v.message.Size()
			}
			if err := r.compareValues(info, values, wanted); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) compareValues(info *sv2.Info, values []value, wanted [][]byte) error {
	encode := make([]request, len(values))
	for i, v := range values {
		encode[i] = request{what: askEncode, body: wanted[i], value: v}
	}
	ours, theirs, err := r.askBoth(encode)
	if err != nil {
		return err
	}
	// Each decodes what the other one has encoded.
	decodeOurs, decodeTheirs := make([]request, len(values)), make([]request, len(values))
	for i := range values {
		decodeOurs[i] = request{what: askDecode, body: theirs[i].body}
		decodeTheirs[i] = request{what: askDecode, body: ours[i].body}
	}
	byUs, err := r.ours.ask(decodeOurs)
	if err != nil {
		return err
	}
	byThem, err := r.theirs.ask(decodeTheirs)
	if err != nil {
		return err
	}
	for i := range values {
		r.Cases += 2
		switch {
		case unknownProtocol(info, wanted[i]) && ours[i].ok() && !theirs[i].ok() && !byThem[i].ok():
			r.listed("unknown-protocol")
		case !ours[i].ok() || !theirs[i].ok():
			r.unlisted("%s: encoding %s: %s %s, %s %s", info.Name, short(string(wanted[i])), r.Side, ours[i], r.Peer, theirs[i])
		case !bytes.Equal(ours[i].body, theirs[i].body):
			r.unlisted("%s: %s is %s from %s, %s from %s", info.Name, short(string(wanted[i])),
				short(hex.EncodeToString(ours[i].body)), r.Side, short(hex.EncodeToString(theirs[i].body)), r.Peer)
		default:
			r.compareFields(info, r.Side, byUs[i], wanted[i])
			r.compareFields(info, r.Peer, byThem[i], wanted[i])
		}
	}
	return nil
}

// askBoth asks both sides the same.
func (r *run) askBoth(requests []request) (ours, theirs []answer, err error) {
	if ours, err = r.ours.ask(requests); err != nil {
		return nil, nil, err
	}
	theirs, err = r.theirs.ask(requests)
	return ours, theirs, err
}

// compareFields counts a difference if a side decoded something else than what was encoded.
func (r *run) compareFields(info *sv2.Info, who string, got answer, wanted []byte) {
	if !got.ok() {
		r.unlisted("%s: %s refuses %s: %s", info.Name, who, short(string(wanted)), got.body)
	} else if !bytes.Equal(got.body, wanted) {
		r.unlisted("%s: %s decodes %s", info.Name, who, fieldDifferences(got.body, wanted))
	}
}

// fieldDifferences names the members of two messages that differ, with both values.
func fieldDifferences(got, wanted []byte) string {
	a, b := members(got), members(wanted)
	var texts []string
	for name := range b {
		if a[name] != b[name] {
			texts = append(texts, fmt.Sprintf("%s as %s, not %s", name, short(a[name]), short(b[name])))
		}
	}
	for name := range a {
		if _, ok := b[name]; !ok {
			texts = append(texts, fmt.Sprintf("%s as %s, which is not there", name, short(a[name])))
		}
	}
	slices.Sort(texts)
	if len(texts) == 0 {
		return fmt.Sprintf("the same members in another form: %s, not %s", short(string(got)), short(string(wanted)))
	}
	return strings.Join(texts, "; ")
}

// members returns the members of a message, its fields among them, each as it is written.
func members(message []byte) map[string]string {
	all := map[string]string{}
	var outer, inner map[string]json.RawMessage
	if json.Unmarshal(message, &outer) == nil {
		for name, text := range outer {
			if name != "fields" {
				all[name] = string(text)
			}
		}
		if json.Unmarshal(outer["fields"], &inner) == nil {
			for name, text := range inner {
				all[name] = string(text)
			}
		}
	}
	return all
}

// unknownProtocol reports whether a message is a SetupConnection for a protocol that the specification does not define.
func unknownProtocol(info *sv2.Info, message []byte) bool {
	protocol := members(message)["protocol"]
	return info.ExtensionType == 0 && info.MsgType == 0 && protocol != "0" && protocol != "1" && protocol != "2"
}
