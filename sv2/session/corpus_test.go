package session

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/libsv2/libsv2/internal/corpus"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// TestCorpus: the seeds are what this makes.
func TestCorpus(t *testing.T) {
	seed := func(name string, values ...any) corpus.Seed { return corpus.Seed{Name: name, Values: values} }
	join := func(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
	setup := frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")})
	var streams []corpus.Seed
	for name, in := range map[string][]byte{
		"server-open":      join(setup, frame(t, request(1, 2, 3)), frame(t, openFrame)),
		"server-share":     join(setup, frame(t, request(1, 5)), frame(t, &sv2.SubmitSharesExtended{}, 2, 0, 1, 1, 0, 'w')),
		"server-two-setup": join(setup, setup),
		"client-job":       join(frame(t, setupOK), frame(t, job), frame(t, success(1, 2))),
		"client-retry":     join(frame(t, setupOK), frame(t, refusal(1, []uint16{3}, []uint16{5}))),
		"client-changed":   join(frame(t, setupOK), frame(t, success(1, 2)), frame(t, &sv2.ChannelEndpointChanged{})),
		"server-refused":   join(frame(t, &sv2.SetupConnection{Protocol: 1, MinVersion: 2, MaxVersion: 2})),
		"server-flags":     join(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Flags: 4}), frame(t, request(1, 2)), frame(t, &sv2.SubmitSharesExtended{}, 0, 2, 1, 0, 1, 'w')),
		"client-flags":     join(frame(t, &sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: 4}), frame(t, success(1, 2)), frame(t, job)),
		"client-refused":   frame(t, &sv2.SetupConnectionError{Flags: 1, ErrorCode: []byte("unsupported-protocol")}),
		"client-reconnect": join(frame(t, setupOK), frame(t, &sv2.Reconnect{NewHost: []byte("h")})),
	} {
		for v := range byte(16) {
			if name[7:] == "flags" || name[7:] == "refused" {
				v = v<<2 | v&1 // the settings that these are about
			}
			if isClient := v&1 == 0; isClient == (name[:6] == "client") {
				streams = append(streams, seed(fmt.Sprintf("%s-%d", name, v), v, byte(16*v+7), in))
			}
		}
	}
	corpus.Go(t, "FuzzPlain", streams...)
	corpus.Go(t, "FuzzSealed", append(streams, seed("not-sealed", byte(0x80), byte(7), []byte("not sealed, but long enough for a header")))...)
	corpus.Go(t, "FuzzHandshake",
		seed("act-2", byte(0), make([]byte, noise.Act2Size+5)), seed("act-1", byte(1), make([]byte, noise.Act1Size+50)),
		seed("short", byte(1), make([]byte, noise.Act1Size-1)))

	// The whole conversation: everything is carried, both ends say something, one closes.
	carried := []byte{0, 255, 1, 255, 0, 255, 1, 255, 0, 255, 1, 255}
	talk := join(carried, carried, []byte{3, 0, 4, 0, 3, 1, 4, 1, 3, 2, 4, 2}, carried)
	var relays []corpus.Seed
	for v := range byte(32) {
		relays = append(relays, seed(fmt.Sprintf("plain-%d", v), 2*v, 2*v+1, join(talk, []byte{8, 0}, carried)),
			seed(fmt.Sprintf("encrypted-%d", v), 0x40|2*v, 2*(31-v)+1, talk))
	}
	relays = append(relays,
		seed("accept", byte(0), byte(9), join(carried, []byte{5, 0}, talk)), seed("refuse", byte(0), byte(9), join(carried, []byte{6, 0}, talk)),
		seed("late", byte(2), byte(3), join(carried, []byte{2, 255, 2, 255}, talk)), seed("cut-off", byte(2), byte(3), join(talk, []byte{7, 0, 7, 1})),
		seed("changed", byte(0x42), byte(1), join(carried, []byte{9, 7}, talk)), seed("dropped", byte(2), byte(1), join([]byte{10, 9}, talk)),
		seed("repeated", byte(2), byte(1), join(carried, []byte{3, 0, 11, 30}, talk)), seed("endpoint-changed", byte(2), byte(1), join(talk, []byte{4, 3}, talk)))
	corpus.Go(t, "FuzzRelay", relays...)
}
