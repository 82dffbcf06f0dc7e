package inspect

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// What AppendText shows of long values: bytes of one, elements of a sequence, TLVs of a message.
const (
	shownBytes    = 40
	shownElements = 16
	shownTLVs     = 4
)

// AppendText appends a frame as one line for people, without an end of line: name, fields with their units, TLVs. Long values
// are cut; what comes from the peer is escaped where it is not printable ASCII.
func AppendText(dst []byte, f sv2.Frame) []byte {
	info := sv2.Lookup(f.ExtensionType, f.MsgType)
	if info == nil {
		dst = fmt.Appendf(dst, "unknown message 0x%04x/0x%02x", f.ExtensionType, f.MsgType)
		if f.ChannelMsg {
			dst = append(dst, " channel_msg"...)
		}
		return appendTextBytes(append(dst, " payload="...), f.Payload)
	}
	dst = append(dst, info.Name...)
	fields, rest, kind := walk(info, f.Payload)
	for _, v := range fields {
		dst = append(append(append(append(dst, ' '), v.name...), '='), textOf(v)...)
	}
	if f.ChannelMsg != info.ChannelMsg {
		dst = fmt.Appendf(dst, " channel_msg=%t", f.ChannelMsg)
	}
	if kind != 0 {
		failed := info.Fields[len(fields)].Name
		dst = fmt.Appendf(dst, " MALFORMED at %s: %s; undecoded=", failed, kind.Error())
		return appendTextBytes(dst, rest)
	}
	return appendTLVs(dst, rest)
}

func appendTLVs(dst, trailing []byte) []byte {
	reader := sv2.NewTLVReader(trailing, sv2.TLVOptions{})
	for n := 0; ; n++ {
		at := reader.Offset()
		tlv, ok, err := reader.Next()
		if err == nil && !ok {
			return dst
		}
		if err != nil || n == shownTLVs {
			return appendTextBytes(append(dst, " trailing="...), trailing[at:])
		}
		if info := sv2.LookupTLV(tlv.ExtensionType, tlv.FieldType); info != nil {
			dst = fmt.Appendf(dst, " +%s=%s", info.Name, quote(tlv.Value))
			continue
		}
		dst = appendTextBytes(fmt.Appendf(dst, " +TLV[0x%04x/0x%02x]=", tlv.ExtensionType, tlv.FieldType), tlv.Value)
	}
}

// textOf renders a value by its type and unit.
func textOf(f field) string {
	isText := strings.Contains(f.unit, "ASCII") || strings.Contains(f.unit, "UTF-8")
	if option, ok := f.value.(codec.OptionU32); ok && option.Present {
		f.value = option.Value
	}
	switch v := f.value.(type) {
	case []byte:
		if isText {
			return quote(v)
		}
		return string(appendTextBytes(nil, v))
	case uint32:
		switch {
		case strings.HasPrefix(f.unit, "seconds since"):
			return fmt.Sprintf("%d (%s)", v, time.Unix(int64(v), 0).UTC().Format(time.RFC3339))
		case strings.HasSuffix(f.unit, "bits"), f.unit == "compact target":
			return fmt.Sprintf("0x%x", v)
		}
	case codec.SeqU256, codec.SeqU32, codec.SeqU16, codec.SeqB016M:
		return textOfSequence(v)
	}
	text := strings.Trim(string(appendValue(nil, f.value)), `"`)
	if f.unit == "" || strings.HasPrefix(f.unit, "SV2_") || text == "null" {
		return text
	}
	if _, isU256 := f.value.(codec.U256); isU256 {
		return text // hexadecimal, in the order of the wire
	}
	return text + " " + f.unit
}

func textOfSequence(value any) string {
	elements := strings.Split(strings.Trim(string(appendValue(nil, value)), "[]"), ",")
	more := ""
	if n := len(elements); n > shownElements {
		elements, more = elements[:shownElements], fmt.Sprintf(" ... %d in all", n)
	}
	for i, v := range elements {
		v = strings.Trim(v, `"`)
		if len(v) > 2*shownBytes {
			v = fmt.Sprintf("%s... (%d bytes)", v[:2*shownBytes], len(v)/2)
		}
		elements[i] = v
	}
	return "[" + strings.Join(elements, " ") + more + "]"
}

func appendTextBytes(dst, b []byte) []byte {
	if len(b) == 0 {
		return append(dst, '-')
	}
	dst = hex.AppendEncode(dst, b[:min(len(b), shownBytes)])
	if len(b) > shownBytes {
		dst = fmt.Appendf(dst, "... (%d bytes)", len(b))
	}
	return dst
}

// quote escapes whatever could change a terminal.
func quote(b []byte) string { return strconv.QuoteToASCII(string(b)) }
