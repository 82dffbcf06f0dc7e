package main

import (
	"bytes"
	"fmt"
	"os"
)

// The table of differences in the document is between these lines.
const (
	docsBegin = "<!-- differences: written by go run ./test/interop -docs -->\n"
	docsEnd   = "<!-- end of differences -->\n"
)

// writeDocs replaces the table in a document.
func writeDocs(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err = withTable(text)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// withTable returns the document with the table that belongs into it.
func withTable(text []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(text, []byte(docsBegin))
	_, after, okEnd := bytes.Cut(rest, []byte(docsEnd))
	if !ok || !okEnd {
		return nil, fmt.Errorf("the document has no place for the table of differences")
	}
	return join(before, []byte(docsBegin), differenceTable(), []byte(docsEnd), after), nil
}

func differenceTable() []byte {
	table := []byte("\n| situation | SRI | libsv2 | why | shown by |\n|---|---|---|---|---|\n")
	for _, d := range differences {
		table = fmt.Appendf(table, "| %s | %s | %s | %s | `%s`, pair \"%s\" |\n", d.What, d.SRI, d.Ours, d.Why, d.ID, d.pair())
	}
	return append(table, '\n')
}
