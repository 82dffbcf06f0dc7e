package codec

import (
	"bytes"
	"math"
	"testing"

	"github.com/libsv2/libsv2/status"
)

// wireCase is a value's encoding, and what a decoder makes of any bytes: the encoding again.
type wireCase struct {
	name string
	wire []byte
	take func([]byte) (again, rest []byte, kind status.Kind)
}

func taking[T any](take func([]byte) (T, []byte, status.Kind), put func(T) []byte) func([]byte) ([]byte, []byte, status.Kind) {
	return func(b []byte) ([]byte, []byte, status.Kind) {
		v, rest, kind := take(b)
		if kind != 0 {
			return nil, rest, kind
		}
		return put(v), rest, 0
	}
}

func must(b []byte, kind status.Kind) []byte {
	if kind != 0 {
		panic(kind)
	}
	return b
}

// cases hold one value of every data type of specification section 3.1, written out by hand.
func cases() []wireCase {
	long := bytes.Repeat([]byte{0xab}, 300)
	return []wireCase{
		{"BOOL", []byte{1}, taking(TakeBool, func(v bool) []byte { return AppendBool(nil, v) })},
		{"U8", []byte{0xfe}, taking(TakeU8, func(v uint8) []byte { return AppendU8(nil, v) })},
		{"U16", []byte{0x34, 0x12}, taking(TakeU16, func(v uint16) []byte { return AppendU16(nil, v) })},
		{"U24", []byte{0x56, 0x34, 0x12}, taking(TakeU24, func(v uint32) []byte { return must(AppendU24(nil, v)) })},
		{"U32", []byte{0x78, 0x56, 0x34, 0x12}, taking(TakeU32, func(v uint32) []byte { return AppendU32(nil, v) })},
		{"U64", []byte{8, 7, 6, 5, 4, 3, 2, 1}, taking(TakeU64, func(v uint64) []byte { return AppendU64(nil, v) })},
		{"F32", []byte{0, 0, 0xc0, 0x3f}, taking(TakeF32, func(v float32) []byte { return AppendF32(nil, v) })},
		{"U256", long[:32], taking(TakeU256, func(v U256) []byte { return AppendU256(nil, v) })},
		{"MAC", long[:16], taking(TakeMAC, func(v MAC) []byte { return v[:] })},
		{"PUBKEY", long[:32], taking(TakePubKey, func(v PubKey) []byte { return v[:] })},
		{"SIGNATURE", long[:64], taking(TakeSignature, func(v Signature) []byte { return v[:] })},
		{"BYTES", long[:7], taking(func(b []byte) ([]byte, []byte, status.Kind) { return TakeBytes(b, 7) }, func(v []byte) []byte { return v })},
		{"B0_32", append([]byte{32}, long[:32]...), taking(TakeB032, func(v []byte) []byte { return must(AppendB032(nil, v)) })},
		{"B0_255", append([]byte{255}, long[:255]...), taking(TakeB0255, func(v []byte) []byte { return must(AppendB0255(nil, v)) })},
		{"STR0_255 with NUL", []byte{3, 'a', 0, 'b'}, taking(TakeB0255, func(v []byte) []byte { return must(AppendB0255(nil, v)) })},
		{"B0_64K", append([]byte{0x2c, 0x01}, long...), taking(TakeB064K, func(v []byte) []byte { return must(AppendB064K(nil, v)) })},
		{"B0_16M", append([]byte{0x2c, 0x01, 0}, long...), taking(TakeB016M, func(v []byte) []byte { return must(AppendB016M(nil, v)) })},
		{"OPTION[U32] absent", []byte{0}, taking(TakeOptionU32, func(v OptionU32) []byte { return AppendOptionU32(nil, v) })},
		{"OPTION[U32]", []byte{1, 1, 2, 3, 4}, taking(TakeOptionU32, func(v OptionU32) []byte { return AppendOptionU32(nil, v) })},
		{"SEQ0_255[U256]", append([]byte{2}, long[:64]...), taking(
			func(b []byte) ([]byte, []byte, status.Kind) { return TakeSeq0255(b, 32) },
			func(v []byte) []byte { return must(AppendSeq0255(nil, v, 32)) })},
		{"SEQ0_64K[U16]", append([]byte{2, 0}, long[:4]...), taking(
			func(b []byte) ([]byte, []byte, status.Kind) { return TakeSeq064K(b, 2) },
			func(v []byte) []byte { return must(AppendSeq064K(nil, v, 2)) })},
		{"SEQ0_64K[B0_16M]", []byte{2, 0, 1, 0, 0, 9, 0, 0, 0}, taking(TakeSeq064KB016M,
			func(v SeqB016M) []byte { return AppendSeq064KB016M(nil, v) })},
		{"frame header", []byte{0x01, 0x80, 0x1a, 3, 2, 1}, taking(TakeHeader, func(h Header) []byte { return must(AppendHeader(nil, h)) })},
		{"TLV", []byte{2, 0, 1, 3, 0, 'a', 'b', 'c'}, taking(TakeTLV, func(v TLV) []byte { return must(AppendTLV(nil, v)) })},
		{"TLV without value", []byte{2, 0, 1, 0, 0}, taking(TakeTLV, func(v TLV) []byte { return must(AppendTLV(nil, v)) })},
	}
}

// TestDataTypes covers TY-01 to TY-17, FR-02, TL-01, TL-02: each value decodes, leaves what follows it, encodes to the same
// bytes, and no strict prefix of it decodes.
func TestDataTypes(t *testing.T) {
	for _, c := range cases() {
		in := append(bytes.Clone(c.wire), 0xee, 0xee)
		again, rest, kind := c.take(in)
		if kind != 0 || !bytes.Equal(again, c.wire) || !bytes.Equal(rest, []byte{0xee, 0xee}) {
			t.Errorf("%s: %x, rest %x, kind %v", c.name, again, rest, kind)
		}
		for n := range c.wire {
			if _, _, kind := c.take(c.wire[:n:n]); kind != status.Truncated && kind != status.BadTLV {
				t.Errorf("%s cut to %d bytes: kind %v", c.name, n, kind)
			}
		}
	}
}

// TestBool covers TY-02, TY-03, TY-04 (I13): bit 0 counts on reading, 0 and 1 are written.
func TestBool(t *testing.T) {
	for b, want := range map[byte]bool{0x00: false, 0x01: true, 0x02: false, 0xfe: false, 0xff: true} {
		if v, _, _ := TakeBool([]byte{b}); v != want {
			t.Errorf("%#02x is %v", b, v)
		}
	}
}

// TestTooLong covers TY-08, TY-14, TY-05, TY-11, FR-12: what a type cannot hold is refused both ways.
func TestTooLong(t *testing.T) {
	if _, _, kind := TakeB032(append([]byte{33}, make([]byte, 33)...)); kind != status.FieldTooLong {
		t.Errorf("B0_32 of 33: %v", kind)
	}
	for _, n := range []byte{2, 255} {
		if _, _, kind := TakeOptionU32(append([]byte{n}, make([]byte, 1024)...)); kind != status.BadOption {
			t.Errorf("OPTION of %d: %v", n, kind)
		}
	}
	long := make([]byte, 1<<24)
	for name, c := range map[string]struct {
		kind, want status.Kind
	}{
		"U24":                   {second(AppendU24(nil, 1<<24)), status.FieldTooLong},
		"B0_32":                 {second(AppendB032(nil, long[:33])), status.FieldTooLong},
		"B0_255":                {second(AppendB0255(nil, long[:256])), status.FieldTooLong},
		"B0_64K":                {second(AppendB064K(nil, long[:65536])), status.FieldTooLong},
		"B0_16M":                {second(AppendB016M(nil, long)), status.FieldTooLong},
		"SEQ0_255":              {second(AppendSeq0255(nil, long[:32*256], 32)), status.FieldTooLong},
		"SEQ0_255, broken":      {second(AppendSeq0255(nil, long[:33], 32)), status.BadSequence},
		"SEQ0_64K":              {second(AppendSeq064K(nil, long[:2*65536], 2)), status.FieldTooLong},
		"TLV":                   {second(AppendTLV(nil, TLV{Value: long[:65536]})), status.FieldTooLong},
		"header":                {second(AppendHeader(nil, Header{MsgLength: 1 << 24})), status.FrameTooLarge},
		"header, channel bit":   {second(AppendHeader(nil, Header{ExtensionType: 0x8000})), status.Argument},
		"largest B0_16M is one": {second(AppendB016M(nil, long[:1<<24-1])), 0},
	} {
		if c.kind != c.want {
			t.Errorf("%s: %v, want %v", name, c.kind, c.want)
		}
	}
}

func second(_ []byte, kind status.Kind) status.Kind { return kind }

// TestSequences reads elements of each kind of sequence.
func TestSequences(t *testing.T) {
	var hashes SeqU256
	hashes = hashes.AppendU256(U256{1}).AppendU256(U256{2})
	if hashes.Len() != 2 || hashes.At(1) != (U256{2}) {
		t.Errorf("%x", hashes)
	}
	if s := (SeqU32{}).AppendU32(1).AppendU32(0x01020304); s.Len() != 2 || s.At(1) != 0x01020304 || s[4] != 4 {
		t.Errorf("%x", s)
	}
	if s := (SeqU16{}).AppendU16(1).AppendU16(0x0102); s.Len() != 2 || s.At(1) != 0x0102 || s[2] != 2 {
		t.Errorf("%x", s)
	}
	var list SeqB016M
	for _, item := range [][]byte{{}, {1}, {2, 3}} {
		var kind status.Kind
		if list, kind = list.Append(item); kind != 0 {
			t.Fatal(kind)
		}
	}
	var got []byte
	for item := range list.All() {
		got = append(append(got, byte(len(item))), item...)
	}
	if list.Len() != 3 || !bytes.Equal(got, []byte{0, 1, 1, 2, 2, 3}) {
		t.Errorf("%d elements, %x", list.Len(), got)
	}
	if _, kind := NewSeqB016M(list.Raw(), 3); kind != 0 {
		t.Error(kind)
	}
	for count, raw := range map[int][]byte{2: list.Raw(), 4: list.Raw(), 3: list.Raw()[:5], 0: {1}} {
		if _, kind := NewSeqB016M(raw, count); kind != status.BadSequence {
			t.Errorf("%x as %d elements: %v", raw, count, kind)
		}
	}
	for raw, count := range map[string]int{"": -1, string(make([]byte, 3)): math.MinInt} {
		if _, kind := NewSeqB016M([]byte(raw), count); kind != status.BadSequence {
			t.Errorf("%d elements: %v", count, kind)
		}
	}
	if _, kind := NewSeqB016M(make([]byte, 3*(Seq064KMax+1)), Seq064KMax+1); kind != status.FieldTooLong {
		t.Errorf("65,536 elements: %v", kind)
	}
	for range Seq064KMax - 3 {
		list, _ = list.Append(nil)
	}
	if _, kind := list.Append(nil); kind != status.Limit || list.Len() != Seq064KMax {
		t.Errorf("element 65,536: %v", kind)
	}
}

// TestFloats covers TY-16: every bit pattern survives.
func TestFloats(t *testing.T) {
	for _, bits := range []uint32{0, 1 << 31, math.Float32bits(float32(math.Inf(-1))), 0x7fc00001, 0x7f800001} {
		v, _, _ := TakeF32(AppendU32(nil, bits))
		if got, _, _ := TakeU32(AppendF32(nil, v)); got != bits {
			t.Errorf("%#x came back as %#x", bits, got)
		}
	}
}

// TestAllocations: taking any value allocates nothing.
func TestAllocations(t *testing.T) {
	tlv := []byte{2, 0, 1, 3, 0, 'a', 'b', 'c'}
	list := []byte{2, 0, 1, 0, 0, 9, 0, 0, 0}
	dst := make([]byte, 0, 64)
	n := testing.AllocsPerRun(100, func() {
		v, _, _ := TakeTLV(tlv)
		dst, _ = AppendTLV(dst[:0], v)
		s, _, _ := TakeSeq064KB016M(list)
		for item := range s.All() {
			dst = append(dst, item...)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
