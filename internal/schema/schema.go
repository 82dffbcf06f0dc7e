// Package schema is the one place where libsv2 writes down what Stratum V2 consists of: its messages and their fields, the
// statuses that a call may end with, and the named constants of the specification. internal/gen turns it into Go, C, C++,
// tests and documentation. The package is pure data; adding a message is adding one entry.
package schema

// Type is a data type of specification section 3.1 as it occurs in a message field.
type Type int

const (
	U8 Type = iota
	U16
	U32
	U64
	F32
	Bool
	U256
	Str0255
	B032
	B0255
	B064K
	OptionU32
	Seq0255U256
	Seq064KU256
	Seq064KU32
	Seq064KU16
	Seq064KB016M
)

// Party is an end of a connection, or both.
type Party int

const (
	Client Party = 1 << iota
	Server
	Both = Client | Server
)

// Field is one field of a message, in wire order.
type Field struct {
	Name string // exactly as the specification spells it
	Type Type
	Unit string // unit or byte order, where the type alone does not say it; may be empty
	Doc  string // one line
}

// Message is one message of the protocol or of an extension.
type Message struct {
	Name      string // as the specification spells it, with its dot: SetupConnection.Success
	Symbol    string // name in Go and, in snake case, in C; only where Name alone would be ambiguous
	Extension uint16
	Type      uint8
	Channel   bool // channel_msg bit (specification section 8)
	From      Party
	BySession bool   // sessions send it by themselves, programs do not
	Spec      string // section of the specification
	Doc       string
	Fields    []Field
}

// Protocol is a group of messages with one document of its own.
type Protocol struct {
	Name     string // heading in the documentation
	Key      string // suffix of the Go constant
	Messages []Message
}

// Protocols lists every protocol in the order of the specification.
var Protocols = []Protocol{common, mining, jobDeclaration, templateDistribution, extensionsNegotiation}
