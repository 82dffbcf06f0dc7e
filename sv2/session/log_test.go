package session

import (
	"slices"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestLevels: every event has a level, and an end that somebody wanted is no error.
func TestLevels(t *testing.T) {
	for kind := EventSecured; kind <= EventEnd; kind++ {
		if e := (&Event{Kind: kind}); e.Level() < LogError || e.Level() > LogDebug {
			t.Errorf("%v: %v", kind, e.Level())
		}
	}
	for _, c := range []struct {
		e    Event
		want LogLevel
	}{
		{Event{Kind: EventMessage}, LogDebug},
		{Event{Kind: EventRejected}, LogWarning},
		{Event{Kind: EventEstablished}, LogInfo},
		{Event{Kind: EventEnd, Status: status.SetupRefused}, LogError},
		{Event{Kind: EventEnd, Status: status.Closed}, LogInfo},
		{Event{Kind: EventEnd, Status: status.PeerClosed}, LogInfo},
		{Event{Kind: 200}, LogDebug},
	} {
		if got := c.e.Level(); got != c.want {
			t.Errorf("%v %v: %v, want %v", c.e.Kind, c.e.Status, got, c.want)
		}
	}
	for _, name := range []string{EventKind(0).String(), EventKind(200).String(), Phase(200).String(), LogLevel(200).String()} {
		if name != "unknown" {
			t.Error(name)
		}
	}
}

// TestEventText: lines are what stands here, and no event writes a line break or what is inside a message.
func TestEventText(t *testing.T) {
	secret := []byte("secret\n")
	known := sv2.Frame{Payload: secret}
	known.MsgType = (*sv2.Reconnect)(nil).Info().MsgType
	unknown := sv2.Frame{Payload: secret}
	unknown.ExtensionType, unknown.MsgType = 0x4001, 0x0a
	refused := &Error{Kind: status.SetupRefused, Phase: PhaseSetup, Code: "no\nway", Flags: 6}
	for want, e := range map[string]Event{
		"secured": {Kind: EventSecured},
		"setup: protocol 1, used_version 2, flags 0x5":                           {Kind: EventSetup, Protocol: 1, UsedVersion: 2, Flags: 5},
		"setup request: protocol 0, used_version 2, flags 0x0":                   {Kind: EventSetupRequest, UsedVersion: 2, Frame: known},
		"established: extensions none":                                           {Kind: EventEstablished},
		"extensions: extensions 0x2 0x4001":                                      {Kind: EventExtensions, Extensions: []uint16{2, 0x4001}},
		"extensions reset":                                                       {Kind: EventExtensionsReset},
		"message: Reconnect, 7 bytes":                                            {Kind: EventMessage, Frame: known, UserIdentity: secret},
		"ignored: extension_type 0x4001 msg_type 0xa, 7 bytes: " + unknownText(): {Kind: EventIgnored, Frame: unknown, Status: status.UnknownMessage},
		"user identity cut":                                                      {Kind: EventUserIdentityCut},
		"end: setup: " + status.SetupRefused.Error() + `: "no\nway", flags 0x6`:  {Kind: EventEnd, Status: status.SetupRefused, Error: refused},
		"end": {Kind: EventEnd},
	} {
		got := string(e.AppendText([]byte("> ")))
		if got != "> "+want {
			t.Errorf("%q, want %q", got, want)
		}
		if strings.ContainsAny(got, "\n\r") || strings.Contains(got, "secret") {
			t.Errorf("%q", got)
		}
	}
	room := make([]byte, 0, 100)
	e := Event{Kind: EventMessage, Frame: known}
	if n := testing.AllocsPerRun(10, func() { room = e.AppendText(room[:0]) }); n != 0 || !slices.Equal(room, []byte("message: Reconnect, 7 bytes")) {
		t.Errorf("%v allocations, %q", n, room)
	}
}

func unknownText() string { return status.UnknownMessage.Error() }
