package inspect

import (
	"encoding/hex"
	"math"
	"strconv"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// AppendJSON appends a frame as an object on one line.
func AppendJSON(dst []byte, f sv2.Frame) []byte {
	return append(AppendMembers(append(dst, '{'), f), '}')
}

// AppendMembers appends the members of that object without its braces, for callers who add others.
func AppendMembers(dst []byte, f sv2.Frame) []byte {
	info := sv2.Lookup(f.ExtensionType, f.MsgType)
	if info != nil {
		dst = append(append(append(dst, `"name":"`...), info.Name...), `",`...)
	}
	dst = strconv.AppendUint(append(dst, `"extension_type":`...), uint64(f.ExtensionType), 10)
	dst = strconv.AppendUint(append(dst, `,"msg_type":`...), uint64(f.MsgType), 10)
	dst = strconv.AppendBool(append(dst, `,"channel_msg":`...), f.ChannelMsg)
	if info == nil {
		dst = appendBytes(append(dst, `,"payload":`...), f.Payload)
		dst = appendError(dst, status.UnknownMessage)
	} else {
		dst = appendFields(dst, info, f.Payload)
	}
	if b, err := Encode(f); err == nil {
		dst = appendBytes(append(dst, `,"frame":`...), b)
	}
	return dst
}

func appendFields(dst []byte, info *sv2.Info, payload []byte) []byte {
	fields, rest, kind := walk(info, payload)
	dst = append(dst, `,"fields":{`...)
	for i, v := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), v.name...), `":`...)
		dst = appendValue(dst, v.value)
	}
	dst = append(dst, '}')
	switch {
	case kind != 0:
		dst = appendError(appendBytes(append(dst, `,"undecoded":`...), rest), kind)
	case len(rest) > 0:
		dst = appendBytes(append(dst, `,"trailing":`...), rest)
	}
	return dst
}

func appendError(dst []byte, kind status.Kind) []byte {
	return append(append(append(dst, `,"error":"`...), kind.Name()...), '"')
}

// appendValue appends what sv2.TakeField returned.
func appendValue(dst []byte, value any) []byte {
	switch v := value.(type) {
	case uint8:
		return strconv.AppendUint(dst, uint64(v), 10)
	case uint16:
		return strconv.AppendUint(dst, uint64(v), 10)
	case uint32:
		return strconv.AppendUint(dst, uint64(v), 10)
	case uint64:
		return strconv.AppendUint(dst, v, 10)
	case float32:
		return appendFloat(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case []byte:
		return appendBytes(dst, v)
	case codec.U256:
		return appendBytes(dst, v[:])
	case codec.OptionU32:
		if !v.Present {
			return append(dst, "null"...)
		}
		return strconv.AppendUint(dst, uint64(v.Value), 10)
	}
	return appendSequence(dst, value)
}

func appendSequence(dst []byte, value any) []byte {
	dst = append(dst, '[')
	first := len(dst)
	element := func(v any) {
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, v)
	}
	switch v := value.(type) {
	case codec.SeqU256:
		for i := range v.Len() {
			element(v.At(i))
		}
	case codec.SeqU32:
		for i := range v.Len() {
			element(v.At(i))
		}
	case codec.SeqU16:
		for i := range v.Len() {
			element(v.At(i))
		}
	case codec.SeqB016M:
		for b := range v.All() {
			element(b)
		}
	}
	return append(dst, ']')
}

func appendBytes(dst, b []byte) []byte {
	return append(hex.AppendEncode(append(dst, '"'), b), '"')
}

// appendFloat writes the shortest number that is v again as an F32; JSON has none for those that are not finite.
func appendFloat(dst []byte, v float32) []byte {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return append(strconv.AppendFloat(append(dst, '"'), f, 'g', -1, 32), '"')
	}
	return strconv.AppendFloat(dst, float64(v), 'g', -1, 32)
}
