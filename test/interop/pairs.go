package main

// run is one pair at work: one of our sides, a peer, and where to count.
type run struct {
	ours, theirs side
	random       random
	count        int // values per message and more of the kind; each pair derives its own number of cases
	*result
}

// pair is something that two sides do with each other.
type pair struct {
	what string
	do   func(*run) error // an error means that a side is gone, not that they differ
}

// Names of pairs that the list of differences refers to.
const (
	forgeriesName    = "certificates that are forged, to both initiators"
	purposeName      = "differences on purpose: both behaviours"
	conversationName = "conversations over TCP: setup, extensions, shares"
)

// pairs holds what any of our sides does with any peer, answering requests. Conversations over TCP are in conversations.go:
// the sessions of the mining, template and declaration protocols belong there.
var pairs = []pair{
	{"messages: each encoded by both, decoded by both", messages},
	{"damaged messages: accepted or refused by both", damaged},
	{"first byte of each field: every value, to both decoders", fieldBytes},
	{"user identities behind messages (extension 0x0002)", identities},
	{"authority keys and their texts, right and wrong", keys},
	{"handshakes as initiator, frames both ways", initiators},
	{"handshakes as responder, frames both ways", responders},
	{"certificates in both roles: times, authority", certificates},
	{forgeriesName, forgeries},
	{"altered handshakes and frames", altered},
	{"frames up to 2^24-1 bytes, plain", plainFrames},
	{"frames up to 2^24-1 bytes, sealed", sealedFrames},
	{purposeName, purpose},
}
