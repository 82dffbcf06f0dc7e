package main

import (
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// sriServer is the configuration of SRI's server, changed where a conversation wants another value.
func sriServer(change map[string]any) map[string]any {
	configuration := map[string]any{"protocol": 0, "min_version": 2, "max_version": 2, "flags": 7, "success_flags": 0}
	for name, value := range change {
		configuration[name] = value
	}
	return configuration
}

// clients are the conversations in which libsv2 is the client: SE-01, SE-05, SE-07, SE-08, SE-17, E1-01, E1-02, E1-10, E1-12 to
// E1-14.
func clients() []conversation {
	mining := sv2.SetupConnection{Protocol: sv2.ProtocolMining}
	none := session.ClientExtensions{}
	const accepted = "setup: protocol 0, version 2, flags 0x0"
	const accepts = `{"event":"setup","protocol":0,"version":2,"flags":0}`
	const asks = `{"event":"request_extensions","extensions":[2]}`
	const closed = `{"event":"closed"}`
	return []conversation{
		{
			name: "accepted", client: client(mining, none), sri: sriServer(nil),
			ours:   []string{accepted, "established with []", "end: SV2_ERR_CLOSED"},
			theirs: []string{accepts, closed},
		},
		{
			name:   "accepted with flags",
			client: client(sv2.SetupConnection{Flags: sv2.SetupRequiresVersionRolling | sv2.SetupRequiresWorkSelection}, none),
			sri:    sriServer(map[string]any{"success_flags": sv2.SetupSuccessRequiresExtendedChannels}),
			ours:   []string{"setup: protocol 0, version 2, flags 0x2", "established with []", "end: SV2_ERR_CLOSED"},
			theirs: []string{`{"event":"setup","protocol":0,"version":2,"flags":6}`, closed},
		},
		{
			name: "accepted, with every field of SetupConnection",
			client: client(sv2.SetupConnection{
				MinVersion: 1, MaxVersion: 0xfffe, EndpointHost: []byte("pool.example"), EndpointPort: 0x1234,
				HardwareVersion: []byte("hw"), Firmware: []byte("fw 1"), DeviceID: []byte("device"),
			}, none),
			sri:  sriServer(map[string]any{"describe": true}),
			ours: []string{accepted, "established with []", "end: SV2_ERR_CLOSED"},
			theirs: []string{`{"event":"client","fields":{"protocol":0,"min_version":1,"max_version":65534,"flags":0,` +
				`"endpoint_host":"706f6f6c2e6578616d706c65","endpoint_port":4660,"vendor":"6c6962737632","hardware_version":"6877",` +
				`"firmware":"66772031","device_id":"646576696365"}}`, accepts, closed},
		},
		{
			name:   "accepted for Template Distribution",
			client: client(sv2.SetupConnection{Protocol: sv2.ProtocolTemplateDistribution}, none),
			sri:    sriServer(map[string]any{"protocol": 2, "flags": 0}),
			ours:   []string{"setup: protocol 2, version 2, flags 0x0", "established with []", "end: SV2_ERR_CLOSED"},
			theirs: []string{`{"event":"setup","protocol":2,"version":2,"flags":0}`, closed},
		},
		{
			name:   "accepted for Job Declaration",
			client: client(sv2.SetupConnection{Protocol: sv2.ProtocolJobDeclaration, Flags: sv2.SetupDeclareTxData}, none),
			sri:    sriServer(map[string]any{"protocol": 1, "flags": 1, "required_flags": 1}),
			ours:   []string{"setup: protocol 1, version 2, flags 0x0", "established with []", "end: SV2_ERR_CLOSED"},
			theirs: []string{`{"event":"setup","protocol":1,"version":2,"flags":1}`, closed},
		},
		{
			name: "Success contradicts the flags", client: client(sv2.SetupConnection{Flags: sv2.SetupRequiresStandardJobs}, none),
			sri:    sriServer(map[string]any{"success_flags": sv2.SetupSuccessRequiresExtendedChannels}),
			ours:   []string{"end: SV2_ERR_SUCCESS_FLAGS, flags 0x2"},
			theirs: []string{`{"event":"setup","protocol":0,"version":2,"flags":1}`, closed},
		},
		{
			name: "refused: unsupported-protocol", client: client(mining, none), sri: sriServer(map[string]any{"protocol": 2}),
			ours:   []string{"end: SV2_ERR_SETUP_REFUSED, unsupported-protocol, flags 0x0"},
			theirs: []string{`{"event":"refused","error_code":"unsupported-protocol","flags":0}`},
		},
		{
			name: "refused: protocol-version-mismatch", client: client(sv2.SetupConnection{MinVersion: 3, MaxVersion: 4}, none),
			sri:    sriServer(nil),
			ours:   []string{"end: SV2_ERR_SETUP_REFUSED, protocol-version-mismatch, flags 0x0"},
			theirs: []string{`{"event":"refused","error_code":"protocol-version-mismatch","flags":0}`},
		},
		{
			name: "refused: unsupported-feature-flags", client: client(sv2.SetupConnection{Flags: 7}, none),
			sri:    sriServer(map[string]any{"flags": 1}),
			ours:   []string{"end: SV2_ERR_SETUP_REFUSED, unsupported-feature-flags, flags 0x6"},
			theirs: []string{`{"event":"refused","error_code":"unsupported-feature-flags","flags":6}`},
		},
		{
			name:   "refused: missing-declare-tx-data-flag",
			client: client(sv2.SetupConnection{Protocol: sv2.ProtocolJobDeclaration}, none),
			sri:    sriServer(map[string]any{"protocol": 1, "flags": 1, "required_flags": 1}),
			ours:   []string{"end: SV2_ERR_SETUP_REFUSED, missing-declare-tx-data-flag, flags 0x0"},
			theirs: []string{`{"event":"refused","error_code":"missing-declare-tx-data-flag","flags":0}`},
		},
		{
			name: "an unknown protocol is not answered", client: client(sv2.SetupConnection{Protocol: 3}, none), sri: sriServer(nil),
			ours: []string{"end: SV2_ERR_PEER_CLOSED"}, differs: "unknown-protocol",
			theirs: []string{`{"event":"error","reason":"Binary error: ValueIsNotAValidProtocol(3)"}`},
		},
		{
			name: "the server's certificate is of another authority", failsSealed: true,
			client: client(mining, none), sri: sriServer(nil),
			ours: []string{"end: SV2_ERR_CERTIFICATE_AUTHORITY"}, theirs: []string{closed},
		},
		{
			name: "extensions granted", client: client(mining, session.ClientExtensions{Request: []uint16{2}}),
			sri:    sriServer(map[string]any{"supported": []int{2}}),
			ours:   []string{accepted, "established with [2]", "end: SV2_ERR_CLOSED"},
			theirs: []string{accepts, asks, `{"event":"extensions","extensions":[2]}`, closed},
		},
		{
			name: "extensions granted in part", client: client(mining, session.ClientExtensions{Request: []uint16{2, 0x4000}}),
			sri:  sriServer(map[string]any{"supported": []int{2, 3}}),
			ours: []string{accepted, "established with [2]", "end: SV2_ERR_CLOSED"},
			theirs: []string{accepts, `{"event":"request_extensions","extensions":[2,16384]}`,
				`{"event":"extensions","extensions":[2]}`, closed},
		},
		{
			name: "extensions refused, none required", client: client(mining, session.ClientExtensions{Request: []uint16{2}}),
			sri:    sriServer(nil),
			ours:   []string{accepted, "established with []", "end: SV2_ERR_CLOSED"},
			theirs: []string{accepts, asks, closed},
		},
		{
			name:   "extensions refused, the client requires one",
			client: client(mining, session.ClientExtensions{Required: []uint16{2}}), sri: sriServer(nil),
			ours:   []string{accepted, "end: SV2_ERR_EXTENSIONS_REQUIRED [2]"},
			theirs: []string{accepts, asks, closed},
		},
		{
			name:   "the server requires one, the client asks again",
			client: client(mining, session.ClientExtensions{Request: []uint16{2}, Supported: []uint16{5}}),
			sri:    sriServer(map[string]any{"supported": []int{2, 5}, "required": []int{5}}),
			ours:   []string{accepted, "established with [2 5]", "end: SV2_ERR_CLOSED"},
			theirs: []string{accepts, asks,
				`{"event":"request_extensions","extensions":[2,5]}`, `{"event":"extensions","extensions":[2,5]}`, closed},
		},
		{
			name:   "the server requires one that the client does not have",
			client: client(mining, session.ClientExtensions{Request: []uint16{2}}),
			sri:    sriServer(map[string]any{"supported": []int{2, 5}, "required": []int{5}}),
			ours:   []string{accepted, "end: SV2_ERR_EXTENSIONS_DEMANDED [5]"},
			theirs: []string{accepts, asks, closed},
		},
		{
			name:   "the server does not negotiate",
			client: impatient(client(mining, session.ClientExtensions{Request: []uint16{2}})),
			sri:    sriServer(map[string]any{"ignore": true}),
			ours:   []string{accepted, "established with []", "end: SV2_ERR_CLOSED"},
			theirs: []string{accepts, asks, closed},
		},
		{
			name: "the server does not negotiate, the client requires one", sri: sriServer(map[string]any{"ignore": true}),
			client: impatient(client(mining, session.ClientExtensions{Required: []uint16{2}})),
			ours:   []string{accepted, "end: SV2_ERR_EXTENSIONS_IGNORED [2]"},
			theirs: []string{accepts, asks, closed},
		},
	}
}

// impatient does not wait long for an answer that does not come.
func impatient(c *session.ClientConfig) *session.ClientConfig {
	c.Timeouts.Negotiation = 200
	return c
}
