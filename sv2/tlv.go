package sv2

import (
	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// TLVInfo describes a TLV that an extension puts behind a message.
type TLVInfo struct {
	Name          string
	ExtensionType uint16
	FieldType     uint8
	Max           int    // longest value in bytes
	Extends       string // name of the message
	Spec          string
}

// LookupTLV returns the description of a TLV, or nil when it is not known.
func LookupTLV(extensionType uint16, fieldType uint8) *TLVInfo {
	for i := range tlvs {
		if tlvs[i].ExtensionType == extensionType && tlvs[i].FieldType == fieldType {
			return &tlvs[i]
		}
	}
	return nil
}

// TLVOptions changes how TLVs are read. The zero value reads them as section 3.1 of the specification says.
type TLVOptions struct {
	// AcceptBigEndian also takes a known TLV whose extension_type and length are big-endian, as in the example of section
	// 3.4.3. Only its own type can be mistaken for one: 0x0200 for 0x0002.
	AcceptBigEndian bool
}

// take reads one TLV from the front of trailing and returns the bytes behind it; all is what trailing is the end of, for
// the offset of errors. A known TLV whose value is longer than its extension allows is [status.TLVTooLong], one that is cut
// short is [status.BadTLV].
func (o TLVOptions) take(all, trailing []byte) (codec.TLV, []byte, error) {
	t, rest, kind := codec.TakeTLV(trailing)
	if o.AcceptBigEndian {
		big, restBig, kindBig := codec.TakeTLVBigEndian(trailing)
		if kindBig == 0 && LookupTLV(big.ExtensionType, big.FieldType) != nil {
			t, rest, kind = big, restBig, 0
		}
	}
	if kind != 0 {
		return codec.TLV{}, nil, tlvError(kind, t, len(all)-len(trailing), len(trailing), 0)
	}
	if info := LookupTLV(t.ExtensionType, t.FieldType); info != nil && len(t.Value) > info.Max {
		return codec.TLV{}, nil, tlvError(status.TLVTooLong, t, len(all)-len(trailing), len(t.Value), info.Max)
	}
	return t, rest, nil
}

// tlvError is apart from take, so that reading a TLV that is right allocates nothing.
func tlvError(kind status.Kind, t codec.TLV, offset, size, limit int) error {
	return &Error{
		Kind: kind, ExtensionType: t.ExtensionType, MsgType: t.FieldType, Field: TLVField, Offset: offset, Size: size, Limit: limit,
	}
}

// TLVReader reads the TLVs behind a message one after the other. It accepts them in any order.
type TLVReader struct {
	options   TLVOptions
	all, rest []byte
}

// NewTLVReader returns a reader of the trailing bytes of a message, which it borrows.
func NewTLVReader(trailing []byte, options TLVOptions) TLVReader {
	return TLVReader{options, trailing, trailing}
}

// Next returns the next TLV; ok is false behind the last one. After an error nothing more can be read.
func (r *TLVReader) Next() (t codec.TLV, ok bool, err error) {
	if len(r.rest) == 0 {
		return codec.TLV{}, false, nil
	}
	t, r.rest, err = r.options.take(r.all, r.rest)
	return t, err == nil, err
}

// Offset returns how many of the trailing bytes have been read.
func (r *TLVReader) Offset() int { return len(r.all) - len(r.rest) }

// FindTLV returns the value of the first TLV of the given type. It is [status.NotFound] when there is none; TLVs of other
// types are passed over.
func FindTLV(trailing []byte, extensionType uint16, fieldType uint8, options TLVOptions) ([]byte, error) {
	r := NewTLVReader(trailing, options)
	for {
		t, ok, err := r.Next()
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, status.NotFound
		case t.ExtensionType == extensionType && t.FieldType == fieldType:
			return t.Value, nil
		}
	}
}

// CheckTLV reports whether t can be encoded. A known one whose value is longer than its extension allows is
// [status.TLVTooLong], another one above 65,535 bytes is [status.FieldTooLong].
func CheckTLV(t codec.TLV) error {
	limit, kind := codec.B064KMax, status.FieldTooLong
	if info := LookupTLV(t.ExtensionType, t.FieldType); info != nil {
		limit, kind = info.Max, status.TLVTooLong
	}
	if len(t.Value) > limit {
		return &Error{
			Kind: kind, ExtensionType: t.ExtensionType, MsgType: t.FieldType, Field: TLVField, Size: len(t.Value), Limit: limit,
		}
	}
	return nil
}

// AppendTLV writes a TLV behind dst, or refuses it as [CheckTLV] does.
func AppendTLV(dst []byte, t codec.TLV) ([]byte, error) {
	if err := CheckTLV(t); err != nil {
		return dst, err
	}
	dst, _ = codec.AppendTLV(dst, t)
	return dst, nil
}
