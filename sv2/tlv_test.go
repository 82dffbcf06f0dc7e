package sv2

import (
	"bytes"
	"errors"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

var worker = []byte("Worker_001")

// TestTLVByteOrder covers TL-01 (I3): little-endian is written and read; the specification's example, big-endian, only with
// the option.
func TestTLVByteOrder(t *testing.T) {
	little, err := AppendTLV(nil, codec.TLV{ExtensionType: 2, FieldType: 1, Value: worker})
	if err != nil || !bytes.Equal(little, append([]byte{0x02, 0x00, 0x01, 0x0a, 0x00}, worker...)) {
		t.Fatalf("%x, %v", little, err)
	}
	big := append([]byte{0x00, 0x02, 0x01, 0x00, 0x0a}, worker...)
	for _, c := range []struct {
		in      []byte
		options TLVOptions
		ok      bool
	}{
		{little, TLVOptions{}, true},
		{little, TLVOptions{AcceptBigEndian: true}, true},
		{big, TLVOptions{AcceptBigEndian: true}, true},
		{big, TLVOptions{}, false},
	} {
		value, err := FindTLV(c.in, 2, 1, c.options)
		if c.ok != (err == nil && bytes.Equal(value, worker)) {
			t.Errorf("%x with %+v: %q, %v", c.in, c.options, value, err)
		}
	}
}

// TestTLVs covers TL-02, TL-05, TL-07, E2-05: empty values, any order, unknown ones passed over, over-long ones refused.
func TestTLVs(t *testing.T) {
	var all []byte
	for _, tlv := range []codec.TLV{
		{ExtensionType: 0x4000, FieldType: 9, Value: []byte("unknown")},
		{ExtensionType: 0x0001, FieldType: 2},
		{ExtensionType: 0x0002, FieldType: 1, Value: worker},
	} {
		var err error
		if all, err = AppendTLV(all, tlv); err != nil {
			t.Fatal(err)
		}
	}
	if value, err := FindTLV(all, 2, 1, TLVOptions{}); err != nil || !bytes.Equal(value, worker) {
		t.Errorf("%q, %v", value, err)
	}
	if value, err := FindTLV(all, 1, 2, TLVOptions{}); err != nil || len(value) != 0 {
		t.Errorf("empty value: %q, %v", value, err)
	}
	if _, err := FindTLV(all, 3, 1, TLVOptions{}); !errors.Is(err, status.NotFound) {
		t.Errorf("absent: %v", err)
	}
	r := NewTLVReader(all, TLVOptions{})
	count := 0
	for {
		_, ok, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		count++
	}
	if count != 3 || r.Offset() != len(all) {
		t.Errorf("%d TLVs, offset %d of %d", count, r.Offset(), len(all))
	}
	for n := range all {
		if _, err := FindTLV(all[:n], 3, 1, TLVOptions{}); err == nil {
			t.Errorf("cut to %d bytes is accepted", n)
		}
	}
	long := append([]byte{2, 0, 1, 33, 0}, make([]byte, 33)...)
	var e *Error
	if _, err := FindTLV(long, 2, 1, TLVOptions{}); !errors.As(err, &e) || e.Kind != status.TLVTooLong || e.Size != 33 || e.Limit != 32 {
		t.Errorf("33 bytes of user_identity: %v", err)
	}
	if _, err := AppendTLV(nil, codec.TLV{ExtensionType: 2, FieldType: 1, Value: make([]byte, 33)}); !errors.Is(err, status.TLVTooLong) {
		t.Errorf("33 bytes of user_identity: %v", err)
	}
	if _, err := AppendTLV(nil, codec.TLV{ExtensionType: 0x4000, Value: make([]byte, 65536)}); !errors.Is(err, status.FieldTooLong) {
		t.Errorf("65,536 bytes: %v", err)
	}
	if _, err := FindTLV([]byte{2, 0, 1, 5, 0, 1}, 2, 1, TLVOptions{}); !errors.Is(err, status.BadTLV) {
		t.Errorf("cut value: %v", err)
	}
}

// TestTLVErrorText shows that an error about a TLV names the TLV, not a message.
func TestTLVErrorText(t *testing.T) {
	long := append([]byte{2, 0, 1, 33, 0}, make([]byte, 33)...)
	for _, c := range []struct {
		trailing []byte
		want     string
	}{
		{long, "TLV user_identity: the TLV value is longer than its extension allows (33 bytes, at most 32)"},
		{[]byte{2, 0, 1}, "TLV: the TLV is cut short (3 bytes)"},
	} {
		if _, err := FindTLV(c.trailing, 2, 1, TLVOptions{}); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	_, err := AppendTLV(nil, codec.TLV{ExtensionType: 0x4000, FieldType: 7, Value: make([]byte, 65536)})
	if want := "TLV 0x7 of extension 0x4000: the field is longer than its type allows (65536 bytes, at most 65535)"; err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
