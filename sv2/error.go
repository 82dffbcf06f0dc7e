package sv2

import (
	"strconv"

	"github.com/libsv2/libsv2/status"
)

const (
	// NoField is the Field of an Error that concerns a whole frame or message.
	NoField = -1
	// TLVField is the Field of an Error that concerns a TLV: ExtensionType and MsgType are then its type, or 0 and 0 when
	// it was cut off.
	TLVField = -2
)

// Error says what is wrong with a frame, a message or a TLV, and where.
type Error struct {
	Kind          status.Kind
	ExtensionType uint16
	MsgType       uint8
	Field         int // index of the field in Info.Fields, NoField or TLVField
	Offset        int // bytes of the payload, or of the TLVs, in front of the fault
	Size          int // bytes that there are
	Limit         int // bytes that there may be; 0 when the fault is not a size
}

// Unwrap returns the kind, so that errors.Is(err, status.Truncated) works.
func (e *Error) Unwrap() error { return e.Kind }

// Error names the message, the field and the offset, then the kind in words.
func (e *Error) Error() string {
	s := e.Where()
	if e.Offset > 0 {
		s += " at offset " + strconv.Itoa(e.Offset)
	}
	s += ": " + e.Kind.Error()
	if e.Limit > 0 {
		return s + " (" + strconv.Itoa(e.Size) + " bytes, at most " + strconv.Itoa(e.Limit) + ")"
	}
	if e.Kind.Class() == status.ClassCaller && e.Kind != status.Trailing {
		return s // a value to encode: there is no payload
	}
	return s + " (" + strconv.Itoa(e.Size) + " bytes)"
}

// Where names the message and, if there is one, the field: NewTemplate.coinbase_prefix.
func (e *Error) Where() string {
	if e.Field == TLVField {
		return e.whereTLV()
	}
	info := Lookup(e.ExtensionType, e.MsgType)
	switch {
	case info == nil:
		return "message " + hexadecimal(uint64(e.MsgType)) + " of extension " + hexadecimal(uint64(e.ExtensionType))
	case e.Field < 0 || e.Field >= len(info.Fields):
		return info.Name
	}
	return info.Name + "." + info.Fields[e.Field].Name
}

func (e *Error) whereTLV() string {
	if info := LookupTLV(e.ExtensionType, e.MsgType); info != nil {
		return "TLV " + info.Name
	}
	if e.ExtensionType == 0 && e.MsgType == 0 {
		return "TLV"
	}
	return "TLV " + hexadecimal(uint64(e.MsgType)) + " of extension " + hexadecimal(uint64(e.ExtensionType))
}

func hexadecimal(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

// explain finds the first field of a message that payload does not hold, and says why. It walks the field table, apart from
// the generated decoders, and runs only when one of them has failed.
func explain(message int, payload []byte) error {
	info := &infos[message]
	if _, _, err := info.Split(payload); err != nil {
		return err
	}
	return &Error{
		Kind: status.Internal, ExtensionType: info.ExtensionType, MsgType: info.MsgType, Field: NoField, Size: len(payload),
	}
}

// Split finds in the payload of a message, without decoding it, the text of its Code field and the bytes behind its last
// field; both are views into payload. It fails as Decode does.
func (i *Info) Split(payload []byte) (code, trailing []byte, err error) {
	rest := payload
	for n, f := range i.Fields {
		next, kind := takeField(f.Type, rest)
		if kind != 0 {
			return nil, nil, &Error{
				Kind: kind, ExtensionType: i.ExtensionType, MsgType: i.MsgType, Field: n, Offset: len(payload) - len(rest), Size: len(payload),
			}
		}
		if n == i.Code && n > 0 {
			end := len(rest) - len(next)
			code = rest[1:end:end] // a STR0_255
		}
		rest = next
	}
	return code, rest, nil
}

// refuse is the error for a field value that its wire type cannot hold.
func refuse(message, field int, kind status.Kind, size int) error {
	info := &infos[message]
	return &Error{
		Kind: kind, ExtensionType: info.ExtensionType, MsgType: info.MsgType, Field: field,
		Size: size, Limit: fieldLimits[info.Fields[field].Type],
	}
}

func tooLong(n, most int) status.Kind {
	if n > most {
		return status.FieldTooLong
	}
	return 0
}
