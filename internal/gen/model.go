package main

import (
	"fmt"
	"slices"

	"github.com/libsv2/libsv2/internal/schema"
)

// model is what the templates see: the schema with its names and sizes worked out.
type model struct {
	Protocols  []protocol
	Messages   []message // of all protocols, in order
	Types      []wireType
	TLVs       []schema.TLV
	Constants  []schema.ConstantGroup
	ErrorCodes []schema.ErrorCode
	Statuses   []statusRow
	Classes    []classRow

	Enumerations []schema.Enumeration
	Structs      []structLayout // of the header, once it was rendered
}

type protocol struct {
	schema.Protocol
	Messages []message
}

type message struct {
	schema.Message
	Ordinal  int
	Go, C    string
	Protocol string // key of its protocol
	Fields   []field
}

type field struct {
	schema.Field
	Index int
	Go    string
	Wire  wireType
}

// ID is the number that identifies a known message in C: bit 24 set, then extension_type and msg_type.
func (m message) ID() uint32 { return 1<<24 | m.Pair() }

// Pair is extension_type and msg_type in one number.
func (m message) Pair() uint32 { return uint32(m.Extension)<<8 | uint32(m.Type) }

// Macro is the tail of the C macros of a message.
func (m message) Macro() string { return upperSnake(m.Go) }

// Fixed reports whether every encoding of the message has the same size.
func (m message) Fixed() bool {
	for _, f := range m.Fields {
		if f.Wire.Size == 0 {
			return false
		}
	}
	return true
}

// FixedSize is the number of payload bytes that do not depend on values: fixed fields and length prefixes.
func (m message) FixedSize() int {
	n := 0
	for _, f := range m.Fields {
		n += f.Wire.Size + f.Wire.Prefix
	}
	return n
}

// FrameSizeMax is the largest frame of the message, header included: what its fields allow, or what a frame can state.
func (m message) FrameSizeMax() int {
	n := m.FixedSize()
	for _, f := range m.Fields {
		n += f.Wire.Most
	}
	return 6 + min(n, 1<<24-1)
}

// Sent reports whether programs send the message.
func (m message) Sent() bool { return !m.BySession }

// Checked reports whether a field can hold a value that its wire type cannot.
func (m message) Checked() bool {
	for _, f := range m.Fields {
		if f.Wire.Check != "" {
			return true
		}
	}
	return false
}

// CodeField is the index of the field with a text for programs and people, 0 when there is none: it is never the first one.
func (m message) CodeField() int {
	return max(0, slices.IndexFunc(m.Fields, func(f field) bool { return f.Name == "error_code" || f.Name == "reason_code" }))
}

// HasUnits reports whether the type alone does not say what some field is.
func (m message) HasUnits() bool {
	return slices.ContainsFunc(m.Fields, func(f field) bool { return f.Unit != "" })
}

// CGo is the name under which cgo knows the member of the C struct.
func (f field) CGo() string { return cgoName(f.Name) }

// Blocks groups consecutive fixed-size fields, which are decoded behind one length check.
func (m message) Blocks() []block {
	var blocks []block
	for _, f := range m.Fields {
		last := len(blocks) - 1
		if f.Wire.Size == 0 {
			blocks = append(blocks, block{Variable: true, Fields: []placed{{field: f}}})
			continue
		}
		if last < 0 || blocks[last].Variable {
			blocks = append(blocks, block{})
			last++
		}
		blocks[last].Fields = append(blocks[last].Fields, placed{f, blocks[last].Size})
		blocks[last].Size += f.Wire.Size
	}
	return blocks
}

type block struct {
	Variable bool
	Size     int
	Fields   []placed
}

type placed struct {
	field
	Offset int
}

// End is the offset behind the field within its block.
func (p placed) End() int { return p.Offset + p.Wire.Size }

// EnumerationsOf are the enumerations of a package.
func (m *model) EnumerationsOf(name string) []schema.Enumeration {
	var of []schema.Enumeration
	for _, e := range m.Enumerations {
		if e.Package == name {
			of = append(of, e)
		}
	}
	return of
}

// Enumeration is the one of a Go type.
func (m *model) Enumeration(goType string) (schema.Enumeration, error) {
	for _, e := range m.Enumerations {
		if e.Type == goType {
			return e, nil
		}
	}
	return schema.Enumeration{}, fmt.Errorf("no enumeration %s", goType)
}

type statusRow struct {
	schema.Status
	CName string
	Class string
}

type classRow struct {
	Number    int
	Name, Doc string
}

func newModel() *model {
	m := &model{
		Types: wireTypes, TLVs: schema.TLVs, Constants: schema.Constants, ErrorCodes: schema.ErrorCodes,
		Enumerations: schema.Enumerations,
	}
	for _, p := range schema.Protocols {
		out := protocol{Protocol: p}
		for _, msg := range p.Messages {
			x := message{Message: msg, Ordinal: len(m.Messages), Protocol: p.Key, Go: msg.Symbol}
			if x.Go == "" {
				x.Go = goSymbol(msg.Name)
			}
			x.C = snake(x.Go)
			for i, f := range msg.Fields {
				x.Fields = append(x.Fields, field{f, i, goName(f.Name), wire(f.Type)})
			}
			out.Messages = append(out.Messages, x)
			m.Messages = append(m.Messages, x)
		}
		m.Protocols = append(m.Protocols, out)
	}
	m.checkUnique()
	m.checkDefaultLimit()
	for _, s := range schema.Statuses {
		name := "SV2_ERR_" + upperSnake(s.Name)
		if s.Number > 0 {
			name = "SV2_" + upperSnake(s.Name)
		}
		m.Statuses = append(m.Statuses, statusRow{s, name, schema.ClassNames[s.Class].Name})
	}
	for i, c := range schema.ClassNames {
		m.Classes = append(m.Classes, classRow{i, c.Name, c.Doc})
	}
	return m
}

// largeLists are the messages that may be larger than what a decoder accepts by default.
var largeLists = []string{"ProvideMissingTransactions.Success", "DeclareMiningJob", "RequestTransactionData.Success"}

// checkDefaultLimit refuses a schema in which another message does not fit the default payload limit.
func (m *model) checkDefaultLimit() {
	for _, g := range schema.Constants {
		for _, c := range g.Constants {
			if c.Name != "PayloadSizeDefault" {
				continue
			}
			for _, x := range m.Messages {
				if x.FrameSizeMax() > 6+int(c.Value) && !slices.Contains(largeLists, x.Name) {
					panic("schema: " + x.Name + " does not fit PayloadSizeDefault")
				}
			}
		}
	}
}

// checkUnique refuses a schema in which two messages share a name or an (extension, type) pair.
func (m *model) checkUnique() {
	seen := map[string]string{}
	for _, x := range m.Messages {
		for _, key := range []string{"name " + x.Go, fmt.Sprintf("id %#x", x.ID())} {
			if other, ok := seen[key]; ok {
				panic(fmt.Sprintf("schema: %s and %s share %s", other, x.Name, key))
			}
			seen[key] = x.Name
		}
	}
}
