package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/libsv2/libsv2/internal/schema"
)

var (
	partyNames = map[schema.Party]string{schema.Client: "Client", schema.Server: "Server", schema.Both: "Client | Server"}
	directions = map[schema.Party]string{
		schema.Client: "client to server", schema.Server: "server to client", schema.Both: "either way",
	}
)

// functions are what the templates can call.
var functions = template.FuncMap{
	"snake":           snake,
	"upperSnake":      upperSnake,
	"goName":          goName,
	"errorCodeName":   errorCodeName,
	"errorCodeGoName": errorCodeGoName,
	"expr":            func(pattern string, args ...any) string { return fmt.Sprintf(pattern, args...) },
	"party":           func(p schema.Party) string { return partyNames[p] },
	"direction":       func(p schema.Party) string { return directions[p] },
	"hex8":            func(v uint8) string { return fmt.Sprintf("0x%02x", v) },
	"hex16":           func(v uint16) string { return fmt.Sprintf("0x%04x", v) },
	"hex32":           func(v uint32) string { return fmt.Sprintf("0x%08x", v) },
	"pad":             func(width int, s string) string { return fmt.Sprintf("%-*s", width, s) },
	"wrap":            wrap,
	"add":             func(a, b int) int { return a + b },
	"comment":         comment,
	"goDoc":           func(doc string) string { return bracedName.ReplaceAllString(doc, "status.$1") },
	"cDoc":            cDoc,
	"fieldDoc":        fieldDoc,
	"cField":          cField,
	"count":           func(m *model) int { return len(m.Messages) },
	"lower":           strings.ToLower,
	"longestTLV":      func() int { return slices.MaxFunc(schema.TLVs, func(a, b schema.TLV) int { return a.Max - b.Max }).Max },
}

// wrap breaks text at blanks so that each line, with prefix in front, stays within 100 columns.
func wrap(prefix, text string) string {
	var b strings.Builder
	line := prefix
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > 100 && line != prefix {
			b.WriteString(line + "\n")
			line = prefix
		}
		line += " " + word
	}
	b.WriteString(line)
	return b.String()
}

// bracedName is the name of a status in the documentation of an enumeration.
var bracedName = regexp.MustCompile(`\{(\w+)\}`)

func cDoc(doc string) string {
	return bracedName.ReplaceAllStringFunc(doc, func(name string) string { return "SV2_ERR_" + upperSnake(strings.Trim(name, "{}")) })
}

// comment is text as a C comment in lines of at most 100 columns.
func comment(text string) string {
	return "/*" + strings.TrimPrefix(wrap(" *", text), " *") + " */"
}

// fieldDoc is the one-line documentation of a field: wire type, unit, meaning.
func fieldDoc(f field) string {
	s := f.Wire.Spec
	if f.Unit != "" {
		s += ", " + f.Unit
	}
	return s + ". " + f.Doc
}

// cField is the declaration of a field in its C struct, with its documentation behind it or, when that is long, above it.
func cField(f field) string {
	declaration := fmt.Sprintf("    %s %s;", f.Wire.C, f.Name)
	line := declaration + " /* " + fieldDoc(f) + " */"
	if len(line) <= 120 {
		return line
	}
	return "    /* " + fieldDoc(f) + " */\n" + declaration
}

var (
	prototype = regexp.MustCompile(`(?m)^SV2_API [^;(]*?\b(sv2_[a-z0-9_]+)\(`)
	since     = regexp.MustCompile(`Since: ([0-9.]*[0-9])`)
)

// firstVersion is that of the message functions, whose common documentation says it once.
const firstVersion = "0.1"

// symbolsInVersions lists the public functions of the header with the version that introduced them.
func symbolsInVersions(header []byte) []byte {
	var lines []string
	end := 0
	for _, m := range prototype.FindAllSubmatchIndex(header, -1) {
		version := firstVersion
		if s := since.FindSubmatch(header[end:m[0]]); s != nil {
			version = string(s[1])
		}
		end = m[1]
		lines = append(lines, fmt.Sprintf("%-60s %s\n", header[m[2]:m[3]], version))
	}
	slices.Sort(lines)
	var b strings.Builder
	b.WriteString("# Public functions of libsv2 and the version that introduced each.\n# Generated from include/sv2.h; an entry is never removed once released.\n")
	b.WriteString(strings.Join(lines, ""))
	return []byte(b.String())
}
