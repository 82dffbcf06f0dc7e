package main

import (
	"strings"
	"unicode"
)

// initialisms are the parts of specification names that Go writes in capitals.
var initialisms = map[string]string{"id": "ID", "ids": "IDs", "nbits": "NBits", "nBits": "NBits", "tlv": "TLV"}

// goName turns a field name of the specification into an exported Go name: channel_id becomes ChannelID.
func goName(field string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(field, "_") {
		if s, ok := initialisms[part]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// goSymbol turns a message name into its Go type: SetupConnection.Success becomes SetupConnectionSuccess.
func goSymbol(name string) string { return strings.ReplaceAll(name, ".", "") }

// snake turns a Go name into lower snake case: SetupConnectionSuccess becomes setup_connection_success.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			afterLower := !unicode.IsUpper(runes[i-1])
			beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if afterLower || beforeLower {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// upperSnake is the spelling of C macros.
func upperSnake(name string) string { return strings.ToUpper(snake(name)) }

// errorCodeName turns an error_code text into the tail of a C macro.
func errorCodeName(text string) string {
	return strings.ToUpper(strings.ReplaceAll(text, "-", "_"))
}

// errorCodeGoName turns an error_code text into the tail of a Go constant.
func errorCodeGoName(text string) string { return goName(strings.ReplaceAll(text, "-", "_")) }
