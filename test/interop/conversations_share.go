package main

import (
	"fmt"
	"strings"

	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// sriShares are shares of SRI's client, one per user identity; nil for none.
func sriShares(identities ...any) []any {
	var all []any
	for i, identity := range identities {
		share := fields{
			"channel_id": 1, "sequence_number": i, "job_id": 7, "nonce": 0, "ntime": 0, "version": 0, "extranonce": "01020304",
		}
		all = append(all, map[string]any{"fields": share, "user_identity": identity})
	}
	return all
}

// shares are the conversations in which SubmitSharesExtended carries a user identity or not, each way: E2-01
// to E2-04, S0-13.
func shares() []conversation {
	mining := sv2.SetupConnection{Protocol: sv2.ProtocolMining}
	service := session.Service{Protocol: sv2.ProtocolMining}
	const accepted = "setup: protocol 0, version 2, flags 0x0"
	const success = "message 0x1c"
	seen := func(number int, identity, trailing string) string {
		return fmt.Sprintf(`{"event":"share","sequence_number":%d,"extranonce":"01020304","user_identity":%s,"trailing":"%s"}`,
			number, identity, trailing)
	}
	seenOf := func(number int, identity string) string {
		return seen(number, fmt.Sprintf(`"%x"`, identity), fmt.Sprintf("020001%02x00%x", len(identity), identity))
	}
	long := strings.Repeat("long.", 8)
	accepts := `{"event":"setup","protocol":0,"version":2,"flags":0}`
	negotiated := []string{accepts, `{"event":"request_extensions","extensions":[2]}`, `{"event":"extensions","extensions":[2]}`}
	answered := func(number int) string {
		return fmt.Sprintf(`{"event":"message","extension_type":0,"msg_type":28,"channel_msg":true,"fields":{"channel_id":1,`+
			`"last_sequence_number":%d,"new_submits_accepted_count":1,"new_shares_sum":1},"trailing":""}`, number)
	}
	unasked := sriShares("576f726b65725f303031")
	unasked[0].(map[string]any)["unasked"] = true
	return []conversation{
		{
			name: "shares of workers to SRI", client: client(mining, session.ClientExtensions{Request: []uint16{2}}),
			sri: sriServer(map[string]any{"supported": []int{2}}), shares: [][]byte{[]byte("Worker_001"), {}, []byte("x")},
			ours:   []string{accepted, "established with [2]", success, success, success, "end: SV2_ERR_CLOSED"},
			theirs: append(negotiated[:3:3], seenOf(0, "Worker_001"), seenOf(1, ""), seenOf(2, "x"), `{"event":"closed"}`),
		},
		{
			name:   "a share of a worker with a long name to SRI",
			client: client(mining, session.ClientExtensions{Request: []uint16{2}}),
			sri:    sriServer(map[string]any{"supported": []int{2}}), shares: [][]byte{[]byte(long)}, differs: "long-identity-to-send",
			ours:   []string{accepted, "established with [2]", "user identity cut", success, "end: SV2_ERR_CLOSED"},
			theirs: append(negotiated[:3:3], seenOf(0, long[:sv2.UserIdentityMax]), `{"event":"closed"}`),
		},
		{
			name: "shares of workers to SRI, not negotiated", client: client(mining, session.ClientExtensions{}), sri: sriServer(nil),
			shares: [][]byte{[]byte("Worker_001")},
			ours:   []string{accepted, "established with []", success, "end: SV2_ERR_CLOSED"},
			theirs: []string{accepts, seen(0, "null", ""), `{"event":"closed"}`},
		},
		{
			name: "shares of workers from SRI", server: server(service, session.ServerExtensions{Supported: []uint16{2}}),
			sri: sriClient(nil, map[string]any{"request": []int{2}, "shares": sriShares("576f726b65725f303031", nil, "")}),
			ours: []string{accepted, "established with [2]", `share 0 of "Worker_001"`, "share 1", `share 2 of ""`,
				"end: SV2_ERR_PEER_CLOSED"},
			theirs: []string{`{"event":"setup","version":2,"flags":0}`, `{"event":"extensions","extensions":[2]}`, answered(0),
				answered(1), answered(2), `{"event":"done","extensions":[2]}`},
		},
		{
			name:   "shares of workers from SRI, not negotiated",
			server: server(service, session.ServerExtensions{Supported: []uint16{2}}),
			sri:    sriClient(nil, map[string]any{"shares": sriShares("576f726b65725f303031")}),
			ours:   []string{accepted, "established with []", "share 0", "end: SV2_ERR_PEER_CLOSED"},
			theirs: []string{`{"event":"setup","version":2,"flags":0}`, answered(0), `{"event":"done","extensions":[]}`},
		},
		{
			name:   "a share of a worker from SRI, though nothing was negotiated",
			server: server(service, session.ServerExtensions{Supported: []uint16{2}}),
			sri:    sriClient(nil, map[string]any{"shares": unasked}),
			ours:   []string{accepted, "established with []", "share 0", "end: SV2_ERR_PEER_CLOSED"},
			theirs: []string{`{"event":"setup","version":2,"flags":0}`, answered(0), `{"event":"done","extensions":[]}`},
		},
	}
}
