package schema

const docTemplateID = "Template that this message is about."

var templateDistribution = Protocol{
	Name: "Template Distribution", Key: "TemplateDistribution",
	Messages: []Message{
		{
			Name: "CoinbaseOutputConstraints", Type: 0x70, From: Client, Spec: "7.1",
			Doc: "Says how much room the client's coinbase outputs need; the client's first message after setup.",
			Fields: []Field{
				{"coinbase_output_max_additional_size", U32, "bytes", "Largest serialised size of the outputs that the client adds."},
				{"coinbase_output_max_additional_sigops", U16, "sigops", "Largest number of signature operations of these outputs, as BIP141 counts them against a block's 80,000."},
			},
		},
		{
			Name: "NewTemplate", Type: 0x71, From: Server, Spec: "7.2",
			Doc: "Gives a block template.",
			Fields: []Field{
				{"template_id", U64, "", "Identifier of the template, strictly increasing."},
				{"future_template", Bool, "", "True: wait for SetNewPrevHash with this id. False: for the last SetNewPrevHash, mine at once."},
				{"version", U32, "", docVersionHeader + " BIP323 bits are the client's to roll."},
				{"coinbase_tx_version", U32, "", "nVersion of the coinbase transaction."},
				{"coinbase_prefix", B0255, "", "First bytes of the coinbase script; at most 8."},
				{"coinbase_tx_input_sequence", U32, "", "nSequence of the coinbase input."},
				{"coinbase_tx_value_remaining", U64, "satoshi", "Subsidy and fees that the client's outputs may spend."},
				{"coinbase_tx_outputs_count", U32, "", "Number of outputs in coinbase_tx_outputs."},
				{"coinbase_tx_outputs", B064K, "", "Last outputs of the coinbase, without a count in front; the witness commitment is among them."},
				{"coinbase_tx_locktime", U32, "", "Lock time of the coinbase transaction."},
				{"merkle_path", Seq0255U256, "header byte order", docMerklePath},
			},
		},
		{
			Name: "SetNewPrevHash", Symbol: "TemplateSetNewPrevHash", Type: 0x72, From: Server, Spec: "7.3",
			Doc: "Announces a new chain tip and the future template to mine on it.",
			Fields: []Field{
				{"template_id", U64, "", "Template sent before with future_template set."},
				{"prev_hash", U256, "header byte order", "Previous block hash as it stands in the block header."},
				{"header_timestamp", U32, "seconds since 1970", "nTime to start with; not the smallest valid one."},
				{"nBits", U32, "compact target", "Block header nBits."},
				{"target", U256, "little-endian", "Largest hash value to submit; may be below the one of nBits."},
			},
		},
		{
			Name: "RequestTransactionData", Type: 0x73, From: Client, Spec: "7.4",
			Doc: "Asks for the transactions of a template.",
			Fields: []Field{
				{"template_id", U64, "", docTemplateID},
			},
		},
		{
			Name: "RequestTransactionData.Success", Type: 0x74, From: Server, Spec: "7.5",
			Doc: "Delivers the transactions of a template.",
			Fields: []Field{
				{"template_id", U64, "", docTemplateID},
				{"excess_data", B064K, "opaque", "Extra data for validation; passed on, never interpreted."},
				{"transaction_list", Seq064KB016M, "", "All transactions but the coinbase, with witness data, in block order."},
			},
		},
		{
			Name: "RequestTransactionData.Error", Type: 0x75, From: Server, Spec: "7.6",
			Doc: "Refuses a RequestTransactionData.",
			Fields: []Field{
				{"template_id", U64, "", docTemplateID},
				{"error_code", Str0255, "printable ASCII", docErrorCode},
			},
		},
		{
			Name: "SubmitSolution", Type: 0x76, From: Client, Spec: "7.7",
			Doc: "Submits a found block; the server builds and propagates it. There is no answer.",
			Fields: []Field{
				{"template_id", U64, "", "Template that the block was built from."},
				{"version", U32, "", "Full block header nVersion; bits outside BIP323 unchanged."},
				{"header_timestamp", U32, "seconds since 1970", "Block header nTime."},
				{"header_nonce", U32, "", "Block header nonce."},
				{"coinbase_tx", B064K, "", "Whole coinbase transaction, with BIP141 fields (section 3.7.3)."},
			},
		},
	},
}
