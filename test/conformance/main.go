// Command conformance writes docs/conformance.md: every demand on libsv2 and the tests that show it, found by the names of
// rows in the tests. Its own tests fail when the document is stale or a row has no test.
//
//	go run ./test/conformance        write docs/conformance.md
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
	flag.Parse()
	content, problems, err := build(*root)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*root, document), []byte(content), 0o644); err != nil {
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
