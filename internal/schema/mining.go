package schema

const (
	docRequestID     = "Identifier chosen by the client, unique on the connection; the answer repeats it."
	docEcho          = "request_id of the message that this answers."
	docErrorCode     = "Reason, SV2_ERROR_CODE_* or the server's own."
	docHashRate      = "Expected hash rate of all devices behind the channel; 0 for a proxy without devices. Not a number, infinite and negative values decode."
	docMaxTarget     = "Largest target that the client accepts."
	docSequence      = "Number of the share on its channel, counted by the client, wrapping at 2^32."
	docVersionHeader = "Block header nVersion."
	docMinNtimeJob   = "Present: mine at once, from this nTime, on the last prev_hash. Absent: a future job, started by SetNewPrevHash."
	docMerklePath    = "Nodes that fold the coinbase txid into the Merkle root, deepest first, each on the right."
	docPrefix        = "Coinbase transaction up to the extranonce, without BIP141 fields (section 3.7.1)."
	docSuffix        = "Coinbase transaction after the extranonce, without BIP141 fields."
	docGroup         = "Group channel that the new channel belongs to."
)

var mining = Protocol{
	Name: "Mining", Key: "Mining",
	Messages: []Message{
		{
			Name: "OpenStandardMiningChannel", Type: 0x10, From: Client, Spec: "5.3.2",
			Doc: "Asks for a standard channel: header-only mining, no extranonce of its own.",
			Fields: []Field{
				{"request_id", U32, "", docRequestID},
				{"user_identity", Str0255, "bytes, UTF-8 advised", "Whatever the server needs to identify the client."},
				{"nominal_hash_rate", F32, "h/s", docHashRate},
				{"max_target", U256, "little-endian", docMaxTarget},
			},
		},
		{
			Name: "OpenStandardMiningChannel.Success", Type: 0x11, From: Server, Spec: "5.3.3",
			Doc: "Opens the standard channel.",
			Fields: []Field{
				{"request_id", U32, "", docEcho},
				{"channel_id", U32, "", "New channel, stable for the life of the connection; 0 is valid."},
				{"target", U256, "little-endian", "First target of the channel."},
				{"extranonce_prefix", B032, "", "The channel's whole extranonce, used when the group gets extended jobs."},
				{"group_channel_id", U32, "", docGroup},
			},
		},
		{
			Name: "OpenMiningChannel.Error", Type: 0x12, From: Server, Spec: "5.3.6",
			Doc: "Refuses a standard or extended channel.",
			Fields: []Field{
				{"request_id", U32, "", docEcho},
				{"error_code", Str0255, "printable ASCII", docErrorCode},
			},
		},
		{
			Name: "OpenExtendedMiningChannel", Type: 0x13, From: Client, Spec: "5.3.4",
			Doc: "Asks for an extended channel: the client builds coinbase and Merkle root and rolls the extranonce.",
			Fields: []Field{
				{"request_id", U32, "", docRequestID},
				{"user_identity", Str0255, "bytes, UTF-8 advised", "Whatever the server needs to identify the client."},
				{"nominal_hash_rate", F32, "h/s", docHashRate},
				{"max_target", U256, "little-endian", docMaxTarget},
				{"min_extranonce_size", U16, "bytes", "Least number of extranonce bytes that the client needs to roll."},
			},
		},
		{
			Name: "OpenExtendedMiningChannel.Success", Type: 0x14, From: Server, Spec: "5.3.5",
			Doc: "Opens the extended channel.",
			Fields: []Field{
				{"request_id", U32, "", docEcho},
				{"channel_id", U32, "", "New channel, stable for the life of the connection; 0 is valid."},
				{"target", U256, "little-endian", "First target of the channel."},
				{"extranonce_size", U16, "bytes", "Number of extranonce bytes that the client rolls and submits."},
				{"extranonce_prefix", B032, "", "Bytes in front of the rolled extranonce."},
				{"group_channel_id", U32, "", docGroup},
			},
		},
		{
			Name: "NewMiningJob", Type: 0x15, Channel: true, From: Server, Spec: "5.3.15",
			Doc: "Gives a job to a standard channel.",
			Fields: []Field{
				{"channel_id", U32, "", "Standard channel that the job is for."},
				{"job_id", U32, "", "Server's identifier of the job."},
				{"min_ntime", OptionU32, "seconds since 1970", docMinNtimeJob},
				{"version", U32, "", docVersionHeader + " BIP323 bits are the client's to roll."},
				{"merkle_root", U256, "header byte order", "Merkle root as it stands in the block header."},
			},
		},
		{
			Name: "UpdateChannel", Type: 0x16, Channel: true, From: Client, Spec: "5.3.7",
			Doc: "Tells the server that the hash rate or the largest target of a channel changed.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel that changed."},
				{"nominal_hash_rate", F32, "h/s", docHashRate},
				{"maximum_target", U256, "little-endian", docMaxTarget + " A smaller one than the current target obliges the server to send SetTarget."},
			},
		},
		{
			Name: "UpdateChannel.Error", Type: 0x17, Channel: true, From: Server, Spec: "5.3.8",
			Doc: "Refuses an UpdateChannel; a valid one gets no answer.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel of the refused update."},
				{"error_code", Str0255, "printable ASCII", docErrorCode},
			},
		},
		{
			Name: "CloseChannel", Type: 0x18, Channel: true, From: Both, Spec: "5.3.9",
			Doc: "Closes a channel, or all channels of a group; either end may send it.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel or group channel that closes."},
				{"reason_code", Str0255, "printable ASCII", "Reason."},
			},
		},
		{
			Name: "SetExtranoncePrefix", Type: 0x19, Channel: true, From: Server, Spec: "5.3.10",
			Doc: "Changes the extranonce prefix of a channel for jobs that are sent after it.",
			Fields: []Field{
				{"channel_id", U32, "", "Extended or standard channel; never a group."},
				{"extranonce_prefix", B032, "", "New prefix; jobs received earlier keep the old one."},
			},
		},
		{
			Name: "SubmitSharesStandard", Type: 0x1a, Channel: true, From: Client, Spec: "5.3.11",
			Doc: "Submits a share of a standard channel.",
			Fields: []Field{
				{"channel_id", U32, "", "The channel's own id, never its group."},
				{"sequence_number", U32, "", docSequence},
				{"job_id", U32, "", "Job that the share belongs to."},
				{"nonce", U32, "", "Block header nonce."},
				{"ntime", U32, "seconds since 1970", "Block header nTime."},
				{"version", U32, "", "Full block header nVersion."},
			},
		},
		{
			Name: "SubmitSharesExtended", Type: 0x1b, Channel: true, From: Client, Spec: "5.3.12",
			Doc: "Submits a share of an extended channel. Extension 0x0002 appends user_identity behind it.",
			Fields: []Field{
				{"channel_id", U32, "", "The channel's own id, never its group."},
				{"sequence_number", U32, "", docSequence},
				{"job_id", U32, "", "Job that the share belongs to."},
				{"nonce", U32, "", "Block header nonce."},
				{"ntime", U32, "seconds since 1970", "Block header nTime."},
				{"version", U32, "", "Full block header nVersion."},
				{"extranonce", B032, "", "Rolled extranonce, exactly extranonce_size bytes."},
			},
		},
		{
			Name: "SubmitShares.Success", Type: 0x1c, Channel: true, From: Server, Spec: "5.3.13",
			Doc: "Acknowledges a batch of shares; count and sum start anew with every batch.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel of the shares."},
				{"last_sequence_number", U32, "", "Most recent accepted sequence_number."},
				{"new_submits_accepted_count", U32, "", "Shares accepted in this batch."},
				{"new_shares_sum", U64, "difficulty-1 shares", "Sum of the difficulties of this batch."},
			},
		},
		{
			Name: "SubmitShares.Error", Type: 0x1d, Channel: true, From: Server, Spec: "5.3.14",
			Doc: "Refuses one share.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel of the share."},
				{"sequence_number", U32, "", "Share that is refused."},
				{"error_code", Str0255, "printable ASCII", docErrorCode},
			},
		},
		{
			Name: "NewExtendedMiningJob", Type: 0x1f, Channel: true, From: Server, Spec: "5.3.16",
			Doc: "Gives a job to an extended channel or to all channels of a group.",
			Fields: []Field{
				{"channel_id", U32, "", "Extended channel, or group channel for all its members."},
				{"job_id", U32, "", "Server's identifier of the job."},
				{"min_ntime", OptionU32, "seconds since 1970", docMinNtimeJob},
				{"version", U32, "", docVersionHeader},
				{"version_rolling_allowed", Bool, "", "True: the client may change BIP323 bits. False: it uses version unchanged."},
				{"merkle_path", Seq0255U256, "header byte order", docMerklePath},
				{"coinbase_tx_prefix", B064K, "", docPrefix},
				{"coinbase_tx_suffix", B064K, "", docSuffix},
			},
		},
		{
			Name: "SetNewPrevHash", Symbol: "MiningSetNewPrevHash", Type: 0x20, Channel: true, From: Server, Spec: "5.3.17",
			Doc: "Starts a future job on a new chain tip; every other job of the channel becomes invalid.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel or group channel."},
				{"job_id", U32, "", "Future job to mine on."},
				{"prev_hash", U256, "header byte order", "Previous block hash as it stands in the block header."},
				{"min_ntime", U32, "seconds since 1970", "Smallest nTime for this job."},
				{"nbits", U32, "compact target", "Block header nBits."},
			},
		},
		{
			Name: "SetTarget", Type: 0x21, Channel: true, From: Server, Spec: "5.3.21",
			Doc: "Changes the target of a channel or group for future jobs and jobs sent later.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel or group channel."},
				{"maximum_target", U256, "little-endian", "Largest hash value that counts as a share."},
			},
		},
		{
			Name: "SetCustomMiningJob", Type: 0x22, Channel: true, From: Client, Spec: "5.3.18",
			Doc: "Asks the pool to pay for a job that the client built.",
			Fields: []Field{
				{"channel_id", U32, "", "Extended or group channel."},
				{"request_id", U32, "", docRequestID},
				{"mining_job_token", B0255, "opaque", "Token from the job declaration server."},
				{"version", U32, "", docVersionHeader},
				{"prev_hash", U256, "header byte order", "Previous block hash as it stands in the block header."},
				{"min_ntime", U32, "seconds since 1970", "Smallest nTime for this job."},
				{"nbits", U32, "compact target", "Block header nBits."},
				{"coinbase_tx_version", U32, "", "nVersion of the coinbase transaction."},
				{"coinbase_prefix", B0255, "", "First bytes of the coinbase script; at most 8."},
				{"coinbase_tx_input_nSequence", U32, "", "nSequence of the coinbase input."},
				{"coinbase_tx_outputs", B064K, "", "Outputs with a CompactSize count in front."},
				{"coinbase_tx_locktime", U32, "", "Lock time of the coinbase transaction."},
				{"merkle_path", Seq0255U256, "header byte order", docMerklePath},
			},
		},
		{
			Name: "SetCustomMiningJob.Success", Type: 0x23, Channel: true, From: Server, Spec: "5.3.19",
			Doc: "Accepts the custom job: the pool commits to reward it.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel of the request."},
				{"request_id", U32, "", docEcho},
				{"job_id", U32, "", "Identifier under which shares are submitted."},
			},
		},
		{
			Name: "SetCustomMiningJob.Error", Type: 0x24, Channel: true, From: Server, Spec: "5.3.20",
			Doc: "Refuses the custom job.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel of the request."},
				{"request_id", U32, "", docEcho},
				{"error_code", Str0255, "printable ASCII", docErrorCode},
			},
		},
		{
			Name: "SetGroupChannel", Type: 0x25, From: Server, Spec: "5.3.22",
			Doc: "Sets which channels a group channel addresses.",
			Fields: []Field{
				{"group_channel_id", U32, "", "Group channel, in the namespace of channel ids."},
				{"channel_ids", Seq064KU32, "", "Members of the group."},
			},
		},
	},
}
