// Command conformance writes docs/conformance.md: every demand on libsv2 and the tests that show it, found by the names of
// rows in the tests. Both of its forms, and its own tests, fail when a row that should have a test has none, or a test names
// a row that is not there.
//
//	go run ./test/conformance           write docs/conformance.md
//	go run ./test/conformance -check    fail if it is stale
package main

import (
	_ "embed"
	"flag"
	"log"
	"os"
	"path/filepath"
)

//go:embed rows.txt
var rowsText string

// document is where the table is, from the root of the repository.
const document = "docs/conformance.md"

func main() {
	log.SetFlags(0)
	log.SetPrefix("conformance: ")
	root := flag.String("root", ".", "root of the repository")
	compare := flag.Bool("check", false, "compare the document instead of writing it")
	flag.Parse()
	content, problems, err := build(*root)
	if err != nil {
		log.Fatal(err)
	}
	file := filepath.Join(*root, document)
	if *compare {
		if written, err := os.ReadFile(file); err != nil || string(written) != content {
			problems = append(problems, document+" is stale; run make conformance")
		}
	} else if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		log.Fatal(err)
	}
	for _, problem := range problems {
		log.Print(problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
}

// build returns the document for the tree below root and what is wrong with it.
func build(root string) (content string, problems []string, err error) {
	families, err := parseRows(rowsText)
	if err != nil {
		return "", nil, err
	}
	found, err := scan(os.DirFS(root), families)
	if err != nil {
		return "", nil, err
	}
	return table(families, found), check(families, found), nil
}
