package sv2

import (
	"bytes"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// TestFields covers TY-01 to TY-16: every message, taken apart field by field, is put together again to the same bytes. A BOOL
// is written as 0 or 1.
func TestFields(t *testing.T) {
	r := newRandom(31)
	for _, m := range blank() {
		for range roundsPerMessage {
			randomise(r, m)
			payload, err := m.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			rest := payload
			var again []byte
			for _, f := range m.Info().Fields {
				value, behind, kind := TakeField(f.Type, rest)
				if kind != 0 {
					t.Fatalf("%s.%s: %v", m.Info().Name, f.Name, kind)
				}
				rest = behind
				if again, kind = AppendField(again, f.Type, value); kind != 0 {
					t.Fatalf("%s.%s: %v", m.Info().Name, f.Name, kind)
				}
			}
			if len(rest) != 0 || !bytes.Equal(again, payload) {
				t.Fatalf("%s: %d bytes left\n%x\n%x", m.Info().Name, len(rest), payload, again)
			}
		}
	}
}

// TestFieldsCutShort covers TY-17: what the walk over a message says about a cut is what its decoder says.
func TestFieldsCutShort(t *testing.T) {
	r := newRandom(32)
	for _, m := range blank() {
		randomise(r, m)
		payload, _ := m.Append(nil)
		for range 50 {
			rest := payload[:r.IntN(len(payload))]
			for _, f := range m.Info().Fields {
				value, behind, kind := TakeField(f.Type, rest)
				wantRest, want := takeField(f.Type, rest)
				if kind != want || kind == 0 && len(behind) != len(wantRest) || kind != 0 && (value != nil || len(behind) != len(rest)) {
					t.Fatalf("%s.%s: %v, want %v", m.Info().Name, f.Name, kind, want)
				}
				if kind != 0 {
					break
				}
				rest = behind
			}
		}
	}
}

func TestFieldsRefused(t *testing.T) {
	dst := []byte{7}
	for _, c := range []struct {
		t     FieldType
		value any
		want  status.Kind
	}{
		{FieldU8, uint16(1), status.Argument},
		{FieldU64, nil, status.Argument},
		{FieldStr0255, "text", status.Argument},
		{FieldStr0255, make([]byte, 256), status.FieldTooLong},
		{FieldB032, make([]byte, 33), status.FieldTooLong},
		{FieldSeq0255U256, codec.SeqU256(make([]byte, 32*256)), status.FieldTooLong},
		{FieldSeq064KU16, codec.SeqU16{1}, status.BadSequence},
		{FieldType(200), uint8(1), status.Argument},
	} {
		if b, kind := AppendField(dst, c.t, c.value); kind != c.want || !bytes.Equal(b, dst) {
			t.Errorf("%v %T: %v %x, want %v", c.t, c.value, kind, b, c.want)
		}
	}
	if _, rest, kind := TakeField(FieldType(200), dst); kind != status.Argument || len(rest) != 1 {
		t.Error(kind)
	}
}
