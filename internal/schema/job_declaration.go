package schema

var jobDeclaration = Protocol{
	Name: "Job Declaration", Key: "JobDeclaration",
	Messages: []Message{
		{
			Name: "AllocateMiningJobToken", Type: 0x50, From: Client, Spec: "6.4.2",
			Doc: "Asks for a token that a later job declaration spends.",
			Fields: []Field{
				{"user_identifier", Str0255, "bytes, UTF-8 advised", "Whatever the server needs to identify the client."},
				{"request_id", U32, "", docRequestID},
			},
		},
		{
			Name: "AllocateMiningJobToken.Success", Type: 0x51, From: Server, Spec: "6.4.3",
			Doc: "Gives a token and the outputs that the coinbase must carry.",
			Fields: []Field{
				{"request_id", U32, "", docEcho},
				{"mining_job_token", B0255, "opaque", "Token, used once."},
				{"coinbase_tx_outputs", B064K, "", "Outputs with a CompactSize count in front; the first is the pool's payout, with value 0."},
			},
		},
		{
			Name: "ProvideMissingTransactions", Type: 0x55, From: Server, Spec: "6.4.7",
			Doc: "Asks for declared transactions that the server does not have.",
			Fields: []Field{
				{"request_id", U32, "", "request_id of the DeclareMiningJob."},
				{"unknown_tx_position_list", Seq064KU16, "", "Positions in wtxid_list, counted from 0, without the coinbase."},
			},
		},
		{
			Name: "ProvideMissingTransactions.Success", Type: 0x56, From: Client, Spec: "6.4.8",
			Doc: "Delivers the missing transactions.",
			Fields: []Field{
				{"request_id", U32, "", docEcho},
				{"transaction_list", Seq064KB016M, "", "Full transactions in the order asked for."},
			},
		},
		{
			Name: "DeclareMiningJob", Type: 0x57, From: Client, Spec: "6.4.4",
			Doc: "Proposes a job with a transaction set of the client's choice (Full-Template mode).",
			Fields: []Field{
				{"request_id", U32, "", docRequestID},
				{"mining_job_token", B0255, "opaque", "Token from AllocateMiningJobToken.Success."},
				{"version", U32, "", docVersionHeader},
				{"coinbase_tx_prefix", B064K, "", "Coinbase transaction up to the extranonce, with BIP141 fields (section 3.7.2)."},
				{"coinbase_tx_suffix", B064K, "", "Coinbase transaction after the extranonce, with BIP141 fields."},
				{"wtxid_list", Seq064KU256, "", "wtxids of all transactions but the coinbase, in block order."},
				{"excess_data", B064K, "opaque", "excess_data of RequestTransactionData.Success."},
			},
		},
		{
			Name: "DeclareMiningJob.Success", Type: 0x58, From: Server, Spec: "6.4.5",
			Doc: "Accepts the declared job.",
			Fields: []Field{
				{"request_id", U32, "", docEcho},
				{"new_mining_job_token", B0255, "opaque", "Token for SetCustomMiningJob."},
			},
		},
		{
			Name: "DeclareMiningJob.Error", Type: 0x59, From: Server, Spec: "6.4.6",
			Doc: "Refuses the declared job.",
			Fields: []Field{
				{"request_id", U32, "", docEcho},
				{"error_code", Str0255, "printable ASCII", docErrorCode},
				{"error_details", B064K, "opaque", "Further detail; may be empty."},
			},
		},
		{
			Name: "PushSolution", Type: 0x60, From: Client, Spec: "6.4.9",
			Doc: "Gives a found block to the job declaration server, which propagates it too.",
			Fields: []Field{
				{"extranonce", B032, "", "Full extranonce of the coinbase."},
				{"prev_hash", U256, "header byte order", "Previous block hash as it stands in the block header."},
				{"nonce", U32, "", "Block header nonce."},
				{"ntime", U32, "seconds since 1970", "Block header nTime."},
				{"nbits", U32, "compact target", "Block header nBits."},
				{"version", U32, "", docVersionHeader},
			},
		},
	},
}
