package schema

// Constant is a named number of the specification.
type Constant struct {
	Name  string // Go name; its C name is SV2_ and the upper snake case of it
	Value uint32
	Doc   string
}

// ConstantGroup is a list of constants that belong together.
type ConstantGroup struct {
	Doc       string
	Constants []Constant
}

// Constants are generated into Go and C alike.
var Constants = []ConstantGroup{
	{"Values of SetupConnection.protocol (section 3.6.1).", []Constant{
		{"ProtocolMining", 0, "Mining protocol, section 5."},
		{"ProtocolJobDeclaration", 1, "Job Declaration protocol, section 6."},
		{"ProtocolTemplateDistribution", 2, "Template Distribution protocol, section 7."},
	}},
	{"Protocol version that libsv2 speaks: min_version and max_version of SetupConnection.", []Constant{
		{"ProtocolVersion", 2, "The only version that the specification defines."},
	}},
	{"Bits of SetupConnection.flags and SetupConnection.Error.flags; a namespace per protocol.", []Constant{
		{"SetupRequiresStandardJobs", 1 << 0, "Mining: the client cannot process extended jobs (section 5.3.1)."},
		{"SetupRequiresWorkSelection", 1 << 1, "Mining: the client will send SetCustomMiningJob (section 5.3.1)."},
		{"SetupRequiresVersionRolling", 1 << 2, "Mining: jobs must allow version rolling (section 5.3.1)."},
		{"SetupDeclareTxData", 1 << 0, "Job Declaration: the client may reveal transaction data (section 6.4.1)."},
	}},
	{"Bits of SetupConnection.Success.flags; another namespace than the request's.", []Constant{
		{"SetupSuccessRequiresFixedVersion", 1 << 0, "Mining: the server accepts no change of version (section 5.3.1)."},
		{"SetupSuccessRequiresExtendedChannels", 1 << 1, "Mining: the server opens no standard channels (section 5.3.1)."},
	}},
	{"Extension types (section 9).", []Constant{
		{"ExtensionCore", 0x0000, "Messages of the specification itself."},
		{"ExtensionExtensionsNegotiation", 0x0001, "RequestExtensions and its answers."},
		{"ExtensionWorkerSpecificHashrateTracking", 0x0002, "user_identity behind SubmitSharesExtended."},
	}},
	{"Sizes and masks.", []Constant{
		{"FrameHeaderSize", 6, "Bytes of a frame header: extension_type U16, msg_type U8, msg_length U24 (section 3.2)."},
		{"PayloadSizeMax", 1<<24 - 1, "Largest msg_length that a frame can state."},
		{"PayloadSizeDefault", 1<<18 + 1<<10, "Limit of a frame decoder whose configuration leaves it 0: every message but the lists of transactions and wtxids."},
		{"TLVHeaderSize", 5, "Bytes in front of a TLV value: extension_type U16, field_type U8, length U16 (section 3.4.3)."},
		{"ChannelMsgBit", 0x8000, "channel_msg bit of a frame header's extension_type (section 3.2.1)."},
		{"VersionRollingMask", 0x1fffffe0, "Bits of nVersion that BIP323 leaves to miners."},
	}},
}

// ErrorCode is a text of an error_code field. The specification leaves the list to implementations (section 3.5): these are
// the ones in use. Decide by the protocol's state and by status classes, never by these strings.
type ErrorCode struct {
	Text string
	Doc  string
}

// ErrorCodes lists every text once; several messages share some of them.
var ErrorCodes = []ErrorCode{
	{"unsupported-protocol", "SetupConnection: the server does not serve this protocol."},
	{"protocol-version-mismatch", "SetupConnection: no common version."},
	{"unsupported-feature-flags", "SetupConnection: flags names what is not supported."},
	{"missing-declare-tx-data-flag", "SetupConnection for Job Declaration: DECLARE_TX_DATA is needed."},
	{"unknown-user", "Open channel: the user is not known."},
	{"invalid-user-identity", "Open channel: user_identity is not usable."},
	{"invalid-nominal-hashrate", "Open or update channel: nominal_hash_rate is not usable."},
	{"max-target-out-of-range", "Open channel: max_target cannot be served."},
	{"min-extranonce-size-too-large", "Open channel: min_extranonce_size cannot be served."},
	{"unsupported-min-extranonce-size", "Open channel: min_extranonce_size cannot be served."},
	{"standard-channels-not-supported-for-custom-work", "Open channel: the connection selects work."},
	{"extended-channels-not-supported-for-standard-jobs", "Open channel: the connection requires standard jobs."},
	{"channel-capacity-exhausted", "Open channel: no more channels."},
	{"invalid-channel-id", "The channel does not exist."},
	{"stale-share", "Share: its job belongs to an old chain tip."},
	{"invalid-job-id", "Share: no such job."},
	{"difficulty-too-low", "Share: its hash is above the target."},
	{"duplicate-share", "Share: submitted before."},
	{"invalid-share", "Share: not valid for another reason."},
	{"bad-extranonce-size", "Share: extranonce is not extranonce_size bytes long."},
	{"version-rolling-not-allowed", "Share: version differs from the job's."},
	{"invalid-non-rollable-version-bit", "Share: a version bit outside BIP323 differs."},
	{"jd-not-supported", "Custom job: the pool takes none."},
	{"invalid-mining-job-token", "Custom or declared job: the token is unknown, spent or of another user."},
	{"job-not-yet-validated", "Custom job: the declaration is still being checked."},
	{"stale-chain-tip", "Custom or declared job: prev_hash is not the tip."},
	{"invalid-min-ntime", "Custom job: min_ntime."},
	{"invalid-nbits", "Custom job: nbits."},
	{"invalid-version", "Custom job: version."},
	{"invalid-coinbase-tx", "Custom or declared job: the coinbase transaction."},
	{"invalid-coinbase-tx-version", "Custom job: coinbase_tx_version."},
	{"invalid-coinbase-tx-input", "Declared job: the coinbase input."},
	{"invalid-coinbase-prefix", "Custom job: coinbase_prefix."},
	{"invalid-coinbase-tx-input-n-sequence", "Custom job: coinbase_tx_input_nSequence."},
	{"invalid-coinbase-tx-outputs", "Custom job: coinbase_tx_outputs."},
	{"invalid-coinbase-tx-locktime", "Custom job: coinbase_tx_locktime."},
	{"invalid-merkle-path", "Custom job: merkle_path."},
	{"missing-txs", "Declared job: transactions are still missing."},
	{"invalid-job", "Declared job: not valid."},
	{"internal-error", "The server failed."},
	{"template-id-not-found", "RequestTransactionData: no such template."},
	{"stale-template-id", "RequestTransactionData: the template belongs to an old chain tip."},
}
