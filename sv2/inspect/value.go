package inspect

import (
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// parseValue turns a JSON value, numbers being json.Number, into one of the Go type that fields of type t have; ok is false
// when it is not the form of that type or does not fit it.
func parseValue(t sv2.FieldType, v any) (value any, ok bool) {
	var zeros [codec.U256Size]byte
	like, _, _ := sv2.TakeField(t, zeros[:]) // every type has a value that is all zeros: it tells the Go type
	return parseLike(like, v)
}

func parseLike(like, v any) (value any, ok bool) {
	switch like.(type) {
	case uint8:
		n, ok := parseInteger(v, 8)
		return uint8(n), ok
	case uint16:
		n, ok := parseInteger(v, 16)
		return uint16(n), ok
	case uint32:
		n, ok := parseInteger(v, 32)
		return uint32(n), ok
	case uint64:
		return parseInteger(v, 64)
	case float32:
		return parseFloat(v)
	case bool:
		value, ok := v.(bool)
		return value, ok
	case []byte:
		return parseBytes(v)
	case codec.U256:
		b, ok := parseBytes(v)
		if !ok || len(b) != codec.U256Size {
			return nil, false
		}
		return codec.U256(b), true
	case codec.OptionU32:
		if v == nil {
			return codec.OptionU32{}, true
		}
		n, ok := parseInteger(v, 32)
		return codec.SomeU32(uint32(n)), ok
	}
	return parseSequence(like, v)
}

func parseSequence(like, v any) (value any, ok bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	switch s := like.(type) {
	case codec.SeqU256:
		return parseElements(s, list, codec.U256{}, codec.SeqU256.AppendU256)
	case codec.SeqU32:
		return parseElements(s, list, uint32(0), codec.SeqU32.AppendU32)
	case codec.SeqU16:
		return parseElements(s, list, uint16(0), codec.SeqU16.AppendU16)
	case codec.SeqB016M:
		for _, one := range list {
			b, ok := parseBytes(one)
			longer, kind := s.Append(b)
			if !ok || kind != 0 {
				return nil, false
			}
			s = longer
		}
		return s, true
	}
	return nil, false
}

func parseElements[S, E any](s S, list []any, like E, add func(S, E) S) (any, bool) {
	for _, one := range list {
		v, ok := parseLike(like, one)
		if !ok {
			return nil, false
		}
		s = add(s, v.(E))
	}
	return s, true
}

func parseInteger(v any, bits int) (uint64, bool) {
	number, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(string(number), 10, bits)
	return n, err == nil
}

func parseFloat(v any) (float32, bool) {
	text, isText := v.(string)
	if number, ok := v.(json.Number); ok {
		text = string(number)
	} else if !isText || text != "NaN" && text != "+Inf" && text != "-Inf" {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 32)
	return float32(f), err == nil
}

func parseBytes(v any) ([]byte, bool) {
	text, ok := v.(string)
	if !ok {
		return nil, false
	}
	b, err := hex.DecodeString(text)
	return b, err == nil
}
