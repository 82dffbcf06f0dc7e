package schema

var common = Protocol{
	Name: "Common", Key: "Common",
	Messages: []Message{
		{
			Name: "SetupConnection", Type: 0x00, From: Client, BySession: true, Spec: "3.6.1",
			Doc: "Opens the connection: the client's first message, answered by exactly one SetupConnection.Success or SetupConnection.Error.",
			Fields: []Field{
				{"protocol", U8, "SV2_PROTOCOL_*", "Protocol that the client wants to speak. Unknown values decode, so that they can be answered."},
				{"min_version", U16, "", "Lowest protocol version that the client supports; 2 today."},
				{"max_version", U16, "", "Highest protocol version that the client supports; 2 today."},
				{"flags", U32, "SV2_SETUP_* bits", "Optional features that the client requires; each protocol has bits of its own."},
				{"endpoint_host", Str0255, "ASCII", "Host name or IP address that the client connects to."},
				{"endpoint_port", U16, "", "Port that the client connects to."},
				{"vendor", Str0255, "UTF-8", "Manufacturer or developer of the device; always set."},
				{"hardware_version", Str0255, "UTF-8", "Hardware and software package in use; should be set."},
				{"firmware", Str0255, "UTF-8", "Firmware name and version."},
				{"device_id", Str0255, "UTF-8", "Vendor's identifier of the device; empty when telemetry is off."},
			},
		},
		{
			Name: "SetupConnection.Success", Type: 0x01, From: Server, BySession: true, Spec: "3.6.2",
			Doc: "Accepts the connection. The client checks the flags and acts on them.",
			Fields: []Field{
				{"used_version", U16, "", "Version chosen from the proposed range, fixed for the life of the connection."},
				{"flags", U32, "SV2_SETUP_SUCCESS_* bits", "Features that the server requires; not the namespace of the request."},
			},
		},
		{
			Name: "SetupConnection.Error", Type: 0x02, From: Server, BySession: true, Spec: "3.6.3",
			Doc: "Refuses the connection, sent before the server closes it.",
			Fields: []Field{
				{"flags", U32, "SV2_SETUP_* bits", "All requested features that the server does not support; 0 when the cause is another."},
				{"error_code", Str0255, "printable ASCII", "Reason, SV2_ERROR_CODE_* or the server's own."},
			},
		},
		{
			Name: "ChannelEndpointChanged", Type: 0x03, Channel: true, From: Server, Spec: "3.6.4",
			Doc: "Tells that another device now ends the channel: extension state of that channel starts anew.",
			Fields: []Field{
				{"channel_id", U32, "", "Channel whose endpoint changed."},
			},
		},
		{
			Name: "Reconnect", Type: 0x04, From: Server, Spec: "3.6.5",
			Doc: "Sends the client to another server of the same authority key.",
			Fields: []Field{
				{"new_host", Str0255, "ASCII", "Host to connect to; empty keeps the present one."},
				{"new_port", U16, "", "Port to connect to; 0 keeps the present one."},
			},
		},
	},
}
