package main

import (
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// sriClient is the configuration of SRI's client: its SetupConnection and what it asks for.
func sriClient(setup fields, change map[string]any) map[string]any {
	configuration := map[string]any{"setup": setupFields(setup)}
	for name, value := range change {
		configuration[name] = value
	}
	return configuration
}

// servers are the conversations in which libsv2 is the server: SE-13, SE-15 to SE-18, E1-04, E1-08 to E1-10, E1-14, I16, I29.
func servers() []conversation {
	mining := session.Service{Protocol: sv2.ProtocolMining, Flags: 7}
	declaration := session.Service{
		Protocol: sv2.ProtocolJobDeclaration, Flags: sv2.SetupDeclareTxData, RequiredFlags: sv2.SetupDeclareTxData,
	}
	extended := session.Service{Protocol: sv2.ProtocolMining, Flags: 6, SuccessFlags: sv2.SetupSuccessRequiresExtendedChannels}
	none := session.ServerExtensions{}
	const accepted = "setup: protocol 0, version 2, flags 0x0"
	const accepts = `{"event":"setup","version":2,"flags":0}`
	const closed = "end: SV2_ERR_PEER_CLOSED"
	const done = `{"event":"done","extensions":[]}`
	ask := func(extensions ...int) map[string]any { return map[string]any{"request": extensions} }
	return []conversation{
		{
			name: "accepted", server: server(mining, none), sri: sriClient(nil, nil),
			ours: []string{accepted, closed}, theirs: []string{accepts, done},
		},
		{
			name: "accepted, the client has later versions", server: server(mining, none),
			sri:  sriClient(fields{"min_version": 1, "max_version": 9}, nil),
			ours: []string{accepted, closed}, theirs: []string{accepts, done},
		},
		{
			name: "accepted with flags", sri: sriClient(fields{"flags": 6}, nil),
			server: server(extended, none),
			ours:   []string{"setup: protocol 0, version 2, flags 0x2", closed},
			theirs: []string{`{"event":"setup","version":2,"flags":2}`, done},
		},
		{
			name:   "accepted for Job Declaration",
			server: server(declaration, none), sri: sriClient(fields{"protocol": 1, "flags": 1}, nil),
			ours: []string{"setup: protocol 1, version 2, flags 0x0", closed}, theirs: []string{accepts, done},
		},
		{
			name: "refused: unsupported-protocol", server: server(mining, none), sri: sriClient(fields{"protocol": 2}, nil),
			ours:   []string{"end: SV2_ERR_UNSUPPORTED_PROTOCOL, unsupported-protocol, flags 0x0"},
			theirs: []string{`{"event":"refused","error_code":"unsupported-protocol","flags":0}`},
		},
		{
			name: "refused: protocol-version-mismatch", server: server(mining, none),
			sri:    sriClient(fields{"min_version": 3, "max_version": 9}, nil),
			ours:   []string{"end: SV2_ERR_UNSUPPORTED_VERSION, protocol-version-mismatch, flags 0x0"},
			theirs: []string{`{"event":"refused","error_code":"protocol-version-mismatch","flags":0}`},
		},
		{
			name: "refused: no version between min_version and max_version", server: server(mining, none),
			sri:    sriClient(fields{"min_version": 3, "max_version": 2}, nil),
			ours:   []string{"end: SV2_ERR_UNSUPPORTED_VERSION, protocol-version-mismatch, flags 0x0"},
			theirs: []string{`{"event":"refused","error_code":"protocol-version-mismatch","flags":0}`},
		},
		{
			name: "refused: unsupported-feature-flags", sri: sriClient(fields{"flags": 0x80000007}, nil),
			server: server(session.Service{Protocol: sv2.ProtocolMining, Flags: 5}, none),
			ours:   []string{"end: SV2_ERR_UNSUPPORTED_FLAGS, unsupported-feature-flags, flags 0x80000002"},
			theirs: []string{`{"event":"refused","error_code":"unsupported-feature-flags","flags":2147483650}`},
		},
		{
			name:   "refused: missing-declare-tx-data-flag",
			server: server(declaration, none), sri: sriClient(fields{"protocol": 1}, nil),
			ours:   []string{"end: SV2_ERR_MISSING_FLAGS, missing-declare-tx-data-flag, flags 0x1"},
			theirs: []string{`{"event":"refused","error_code":"missing-declare-tx-data-flag","flags":1}`},
		},
		{
			name: "the client demands another authority", failsSealed: true, server: server(mining, none), sri: sriClient(nil, nil),
			ours: []string{closed}, theirs: []string{"sri-peer: Invalid Certificate"},
		},
		{
			name:   "extensions granted",
			server: server(mining, session.ServerExtensions{Supported: []uint16{2}}), sri: sriClient(nil, ask(2)),
			ours:   []string{accepted, "established with [2]", closed},
			theirs: []string{accepts, `{"event":"extensions","extensions":[2]}`, `{"event":"done","extensions":[2]}`},
		},
		{
			name: "extensions granted in part", server: server(mining, session.ServerExtensions{Supported: []uint16{2, 3}}),
			sri:    sriClient(nil, ask(0x4000, 2)),
			ours:   []string{accepted, "established with [2]", closed},
			theirs: []string{accepts, `{"event":"extensions","extensions":[2]}`, `{"event":"done","extensions":[2]}`},
		},
		{
			name: "extensions refused, none required", server: server(mining, none), sri: sriClient(nil, ask(2)),
			ours:   []string{accepted, closed},
			theirs: []string{accepts, `{"event":"extensions_refused","unsupported":[2],"required":[]}`, done},
		},
		{
			name:   "the server requires one, the client asks again",
			server: server(mining, session.ServerExtensions{Supported: []uint16{2, 5}, Required: []uint16{5}}),
			sri:    sriClient(nil, map[string]any{"request": []int{2, 9}, "supported": []int{5}}),
			ours:   []string{accepted, "established with [2 5]", closed},
			theirs: []string{accepts, `{"event":"extensions_refused","unsupported":[9],"required":[5]}`,
				`{"event":"extensions","extensions":[2,5]}`, `{"event":"done","extensions":[2,5]}`},
		},
		{
			name:   "the server requires one that the client does not have",
			server: server(mining, session.ServerExtensions{Supported: []uint16{2, 5}, Required: []uint16{5}}),
			sri:    sriClient(nil, ask(2)),
			ours:   []string{accepted, closed},
			theirs: []string{accepts, `{"event":"extensions_refused","unsupported":[],"required":[5]}`,
				`{"event":"error","reason":"the server requires an extension that is not supported"}`},
		},
		{
			name:   "the server requires one, the client asks for nothing",
			sri:    sriClient(nil, map[string]any{"shares": sriShares(nil)}),
			server: server(mining, session.ServerExtensions{Supported: []uint16{2}, Required: []uint16{2}}),
			ours:   []string{accepted, "end: SV2_ERR_EXTENSIONS_REQUIRED [2]"},
			theirs: []string{accepts, done},
		},
	}
}
