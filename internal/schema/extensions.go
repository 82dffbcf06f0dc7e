package schema

var extensionsNegotiation = Protocol{
	Name: "Extensions Negotiation (0x0001)", Key: "ExtensionsNegotiation",
	Messages: []Message{
		{
			Name: "RequestExtensions", Extension: 0x0001, Type: 0x00, From: Client, BySession: true, Spec: "extension 0x0001",
			Doc: "Asks which extensions the server supports; sent right after SetupConnection.Success.",
			Fields: []Field{
				{"request_id", U16, "", "Identifier chosen by the client; the answer repeats it."},
				{"requested_extensions", Seq064KU16, "", "Extension types that the client wants to use."},
			},
		},
		{
			Name: "RequestExtensions.Success", Extension: 0x0001, Type: 0x01, From: Server, BySession: true, Spec: "extension 0x0001",
			Doc: "Names the requested extensions that are on from now; all others stay off.",
			Fields: []Field{
				{"request_id", U16, "", docEcho},
				{"supported_extensions", Seq064KU16, "", "Subset of requested_extensions."},
			},
		},
		{
			Name: "RequestExtensions.Error", Extension: 0x0001, Type: 0x02, From: Server, BySession: true, Spec: "extension 0x0001",
			Doc: "Refuses the request: nothing of it is supported, or something required is missing in it.",
			Fields: []Field{
				{"request_id", U16, "", docEcho},
				{"unsupported_extensions", Seq064KU16, "", "Requested, but not supported."},
				{"required_extensions", Seq064KU16, "", "Required by the server, but not requested."},
			},
		},
	},
}

// TLV is an optional field that an extension appends behind a message (specification section 3.4.3).
type TLV struct {
	Name      string
	Extension uint16
	FieldType uint8
	Max       int // longest value in bytes
	Extends   string
	Spec      string
	Doc       string
}

// TLVs lists every TLV that libsv2 knows.
var TLVs = []TLV{
	{
		Name: "user_identity", Extension: 0x0002, FieldType: 0x01, Max: 32, Extends: "SubmitSharesExtended", Spec: "extension 0x0002",
		Doc: "Worker that found the share, UTF-8, not padded.",
	},
}
