package main

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// value is a message and the bytes behind it.
type value struct {
	message  sv2.Message
	trailing []byte
}

// appendMessage writes a message in the form that all sides write, to the byte: a frame vector's, without spaces, with F32
// as the hex of its four bytes so that a NaN compares.
func appendMessage(dst []byte, v value, channelMsg bool) []byte {
	info := v.message.Info()
	dst = fmt.Appendf(dst, `{"extension_type":%d,"msg_type":%d,"channel_msg":%t,"fields":`,
		info.ExtensionType, info.MsgType, channelMsg)
	dst = appendFields(dst, v.message)
	dst = append(dst, `,"trailing":"`...)
	dst = hex.AppendEncode(dst, v.trailing)
	return append(dst, `"}`...)
}

// appendFields writes the fields of a message by the names of the specification.
func appendFields(dst []byte, m sv2.Message) []byte {
	fields := reflect.ValueOf(m).Elem()
	for i, field := range m.Info().Fields {
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		dst = append(append(dst, separator, '"'), field.Name...)
		dst = appendValue(append(dst, `":`...), fields.Field(i).Interface())
	}
	return append(dst, '}')
}

func appendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case uint8:
		return strconv.AppendUint(dst, uint64(v), 10)
	case uint16:
		return strconv.AppendUint(dst, uint64(v), 10)
	case uint32:
		return strconv.AppendUint(dst, uint64(v), 10)
	case uint64:
		return strconv.AppendUint(dst, v, 10)
	case bool:
		return strconv.AppendBool(dst, v)
	case float32:
		return appendBytes(dst, codec.AppendF32(nil, v))
	case []byte:
		return appendBytes(dst, v)
	case codec.U256:
		return appendBytes(dst, v[:])
	case codec.OptionU32:
		if !v.Present {
			return append(dst, "null"...)
		}
		return strconv.AppendUint(dst, uint64(v.Value), 10)
	case codec.SeqU256:
		return appendList(dst, v.Len(), func(dst []byte, i int) []byte { u := v.At(i); return appendBytes(dst, u[:]) })
	case codec.SeqU32:
		return appendList(dst, v.Len(), func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(v.At(i)), 10) })
	case codec.SeqU16:
		return appendList(dst, v.Len(), func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(v.At(i)), 10) })
	case codec.SeqB016M:
		var items [][]byte
		for item := range v.All() {
			items = append(items, item)
		}
		return appendList(dst, len(items), func(dst []byte, i int) []byte { return appendBytes(dst, items[i]) })
	}
	panic(fmt.Sprintf("a field of type %T", v))
}

func appendBytes(dst, b []byte) []byte {
	return append(hex.AppendEncode(append(dst, '"'), b), '"')
}

func appendList(dst []byte, n int, item func([]byte, int) []byte) []byte {
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item(dst, i)
	}
	return append(dst, ']')
}
