package schema

// Enumeration is a list of numbers, one of which a value has. It is generated into Go and into C.
type Enumeration struct {
	Package string // below sv2
	Type    string // Go type
	Prefix  string // of the Go names, which are prefix and name
	C       string // of the C names, which are SV2_, this and the upper snake case of the name
	First   int    // number of the first value; the others follow it
	Doc     string // statuses by name, in braces
	Values  []Enumerator
}

// Enumerator is one value of an enumeration.
type Enumerator struct {
	Name  string
	Text  string // for logs, in lower case
	Level string // events: the log level, by name
	Doc   string // statuses by name, in braces
}

// Enumerations are those of sessions, and of what keeps them connected.
var Enumerations = []Enumeration{
	{"session", "EventKind", "Event", "EVENT_", 1, "What an event is about. What each of them fills in, beside kind and phase, stands with it.", []Enumerator{
		{"Secured", "secured", "Info", "The Noise handshake is done."},
		{"SetupRequest", "setup request", "Debug", "On a server that holds setups: a SetupConnection that passed every check waits to be accepted or refused. The frame is the message; protocol, used_version and flags are what it asks for."},
		{"Setup", "setup", "Info", "SetupConnection.Success was received or sent. Protocol, used_version, and flags of the Success."},
		{"Established", "established", "Info", "Messages flow from now on. The extensions are the negotiated ones."},
		{"Message", "message", "Debug", "The frame is a message of this connection's protocol, a common one, or one of a negotiated extension. The user identity is there with a SubmitSharesExtended that carries one."},
		{"Ignored", "ignored", "Debug", "The frame belongs to an extension that is not negotiated. It counts as discarded; a proxy forwards it when it has the channel_msg bit. The status is {UnknownMessage}."},
		{"Unexpected", "unexpected", "Warning", "The frame has a msg_type that its extension does not define. The program decides; the status is {UnknownMessage}."},
		{"Rejected", "rejected", "Warning", "The frame is a message whose TLVs break the rules of a negotiated extension; the status says how. It must not be processed as if they were absent."},
		{"ExtensionsReset", "extensions reset", "Info", "On a client: ChannelEndpointChanged, the message before, ended all extensions and they are being negotiated again. Messages flow meanwhile, without extensions."},
		{"Extensions", "extensions", "Info", "That is done. The extensions are the negotiated ones."},
		{"UserIdentityCut", "user identity cut", "Warning", "A warning: a user identity to send was longer than 32 bytes and was cut."},
		{"End", "end", "Error", "The last event. Status and class say why; error_code and flags are those of SetupConnection.Error, the extensions those that the status is about. With {ReconnectInSetup} the frame is the Reconnect. When drain is set, send what waits before closing the connection; else close it at once."},
	}},
	{"session", "Phase", "Phase", "PHASE_", 0, "How far a session has come. It only goes forward. A plain connection has no handshake, a decision is for servers that hold setups, and a client that wants no extensions has no negotiation.", []Enumerator{
		{"Handshake", "handshake", "", "The Noise handshake is under way."},
		{"Setup", "setup", "", "SetupConnection is to be sent, or to be answered by the peer."},
		{"Decision", "decision", "", "Server: SetupConnection can be accepted, and the program has to say whether."},
		{"Negotiation", "negotiation", "", "RequestExtensions is to be sent, or to be answered by the peer."},
		{"Established", "established", "", "Messages flow."},
		{"Ended", "ended", "", "The session is over; its error says why."},
	}},
	{"session", "TimeoutPolicy", "OnTimeout", "ON_TIMEOUT_", 0, "What a client does when the server does not answer RequestExtensions: a server that does not implement extension 0x0001 ignores it.", []Enumerator{
		{"Continue", "continue", "", "Goes on without extensions; when one is required, fails."},
		{"Reconnect", "reconnect", "", "Ends the session with {NegotiationTimeout}, which is worth another try."},
		{"Fail", "fail", "", "Ends the session with {ExtensionsIgnored}: another server is needed."},
	}},
	{"session", "LogLevel", "Log", "LOG_", 0, "How much is logged: each level includes those before it.", []Enumerator{
		{"None", "none", "", "Nothing."},
		{"Error", "error", "", "Sessions that ended because of a failure."},
		{"Warning", "warning", "", "What a peer or a configuration should not do."},
		{"Info", "info", "", "How sessions come and go."},
		{"Debug", "debug", "", "Every event: names and sizes of messages, never what is in them."},
	}},
	{"endpoint", "Action", "", "FAILOVER_", 1, "What to do next. 0 is nothing.", []Enumerator{
		{"Connect", "connect", "", "Connect to the endpoint: TCP, a whole handshake with its policy, SetupConnection. Report that it was established, and later how it ended; or that it failed. If another connection is in use, this is the way back to a better endpoint: keep the old one until this is established, then close it. Its end need not be reported."},
		{"Probe", "probe", "", "The same beside the connection in use; close it once SetupConnection was answered. Report that it was established, or that it failed."},
		{"Wait", "wait", "", "Do nothing before until, or before the next report if that is earlier."},
		{"Stop", "stop", "", "Every endpoint was given up. Only readmitting one changes that."},
	}},
	{"endpoint", "Verdict", "", "VERDICT_", 1, "Whether a server is tried again after a failure. 0 is neither.", []Enumerator{
		{"TryAgain", "try again", "", "After the back-off."},
		{"GiveUp", "give up", "", "Not until something was changed. Another server may do; without one the program stops."},
	}},
}
