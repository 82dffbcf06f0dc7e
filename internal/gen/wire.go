package main

import "github.com/libsv2/libsv2/internal/schema"

// wireType says how one data type of the specification is spelled and handled in each language.
type wireType struct {
	Spec   string // spelling of the specification
	Const  string // Go constant of sv2.FieldType
	Size   int    // bytes on the wire, 0 when it varies
	Prefix int    // bytes of the length or count in front, for types that vary
	Most   int    // most bytes behind the prefix, 0 when the size is fixed
	Unit   int    // bytes per element of a fixed-element sequence
	Go     string // Go type
	Load   string // Go expression that reads it, from b at %s: fixed types only
	Append string // Go expression that appends %[1]s to dst: fixed types only
	Take   string // Go call that takes it from b: varying types only
	Check  string // Go expression of the kind of error for %[1]s; empty when every Go value fits
	Put    string // Go statement that appends %[1]s to dst: varying types only
	Len    string // Go expression of its size on the wire without Prefix: varying types only
	C      string // C type
}

// View reports whether the C type is a pointer into the payload.
func (w wireType) View() bool { return w.Size == 0 && w.Spec != "OPTION[U32]" }

func scalar(spec, constant string, size int, goType, load, appendTo, c string) wireType {
	return wireType{Spec: spec, Const: constant, Size: size, Go: goType, Load: load, Append: appendTo, C: c}
}

func varying(spec, constant string, prefix, most, unit int, goType, take, check, put, length, c string) wireType {
	return wireType{Spec: spec, Const: constant, Prefix: prefix, Most: most, Unit: unit, Go: goType, Take: take, Check: check, Put: put,
		Len: length, C: c}
}

const lengthByte = "dst = append(append(dst, byte(len(%[1]s))), %[1]s...)"
const lengthU16 = "dst = append(codec.AppendU16(dst, uint16(len(%[1]s))), %[1]s...)"

// wireTypes is indexed by schema.Type.
var wireTypes = []wireType{
	schema.U8:   scalar("U8", "U8", 1, "uint8", "b[%[1]d]", "append(dst, %[1]s)", "uint8_t"),
	schema.U16:  scalar("U16", "U16", 2, "uint16", "binary.LittleEndian.Uint16(b[%[1]d:])", "codec.AppendU16(dst, %[1]s)", "uint16_t"),
	schema.U32:  scalar("U32", "U32", 4, "uint32", "binary.LittleEndian.Uint32(b[%[1]d:])", "codec.AppendU32(dst, %[1]s)", "uint32_t"),
	schema.U64:  scalar("U64", "U64", 8, "uint64", "binary.LittleEndian.Uint64(b[%[1]d:])", "codec.AppendU64(dst, %[1]s)", "uint64_t"),
	schema.F32:  scalar("F32", "F32", 4, "float32", "math.Float32frombits(binary.LittleEndian.Uint32(b[%[1]d:]))", "codec.AppendF32(dst, %[1]s)", "float"),
	schema.Bool: scalar("BOOL", "Bool", 1, "bool", "b[%[1]d]&1 != 0", "codec.AppendBool(dst, %[1]s)", "uint8_t"),
	schema.U256: {Spec: "U256", Const: "U256", Size: 32, Go: "codec.U256", Load: "codec.U256(b[%[1]d:])",
		Append: "append(dst, %[1]s[:]...)", C: "sv2_u256"},
	schema.Str0255: varying("STR0_255", "Str0255", 1, 255, 0, "[]byte", "codec.TakeB0255(b)",
		"tooLong(len(%[1]s), codec.B0255Max)", lengthByte, "len(%[1]s)", "sv2_bytes"),
	schema.B032: varying("B0_32", "B032", 1, 32, 0, "[]byte", "codec.TakeB032(b)",
		"tooLong(len(%[1]s), codec.B032Max)", lengthByte, "len(%[1]s)", "sv2_bytes"),
	schema.B0255: varying("B0_255", "B0255", 1, 255, 0, "[]byte", "codec.TakeB0255(b)",
		"tooLong(len(%[1]s), codec.B0255Max)", lengthByte, "len(%[1]s)", "sv2_bytes"),
	schema.B064K: varying("B0_64K", "B064K", 2, 65535, 0, "[]byte", "codec.TakeB064K(b)",
		"tooLong(len(%[1]s), codec.B064KMax)", lengthU16, "len(%[1]s)", "sv2_bytes"),
	schema.OptionU32: {Spec: "OPTION[U32]", Const: "OptionU32", Most: 5, Go: "codec.OptionU32", Take: "codec.TakeOptionU32(b)",
		Put: "dst = codec.AppendOptionU32(dst, %[1]s)", Len: "%[1]s.Size()", C: "sv2_option_u32"},
	schema.Seq0255U256:  sequence("SEQ0_255[U256]", "Seq0255U256", 1, 32, "codec.SeqU256", "sv2_seq_u256"),
	schema.Seq064KU256:  sequence("SEQ0_64K[U256]", "Seq064KU256", 2, 32, "codec.SeqU256", "sv2_seq_u256"),
	schema.Seq064KU32:   sequence("SEQ0_64K[U32]", "Seq064KU32", 2, 4, "codec.SeqU32", "sv2_seq_u32"),
	schema.Seq064KU16:   sequence("SEQ0_64K[U16]", "Seq064KU16", 2, 2, "codec.SeqU16", "sv2_seq_u16"),
	schema.Seq064KB016M: varying("SEQ0_64K[B0_16M]", "Seq064KB016M", 2, 1<<24, 0, "codec.SeqB016M", "codec.TakeSeq064KB016M(b)", "", "dst = codec.AppendSeq064KB016M(dst, %[1]s)", "len(%[1]s.Raw())", "sv2_seq_b0_16m"),
}

func sequence(spec, constant string, prefix, unit int, goType, c string) wireType {
	limit, count, put := "codec.Seq0255Max", 255, "dst = append(append(dst, byte(%[1]s.Len())), %[1]s...)"
	if prefix == 2 {
		limit, count, put = "codec.Seq064KMax", 65535, "dst = append(codec.AppendU16(dst, uint16(%[1]s.Len())), %[1]s...)"
	}
	kind := map[int]string{1: "codec.TakeSeq0255", 2: "codec.TakeSeq064K"}[prefix]
	size := map[int]string{32: "codec.U256Size", 4: "4", 2: "2"}[unit]
	return varying(spec, constant, prefix, count*unit, unit, goType, kind+"(b, "+size+")",
		"codec.CheckSeq(%[1]s, "+size+", "+limit+")", put, "len(%[1]s)", c)
}

func wire(t schema.Type) wireType { return wireTypes[t] }
