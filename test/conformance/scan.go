package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// names are the tests that name each row: for Go the package's folder and the function, else the path of the file.
type names map[string][]test

type test struct {
	place    string // folder of a Go package, or path of another file
	function string // of a Go test
}

// own is where names of rows are only examples.
const own = "test/conformance"

// scan reads every test file below root.
func scan(root fs.FS, families []family) (names, error) {
	found := names{}
	find := finder(families)
	err := fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if base := path.Base(file); file == own || base == "build" || base == "testdata" || len(base) > 1 && base[0] == '.' {
				return fs.SkipDir
			}
			return nil
		case !isTest(file):
			return nil
		}
		text, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(file, "_test.go") {
			for _, id := range find(string(text)) {
				found.add(id, test{place: file})
			}
			return nil
		}
		return found.scanGo(file, string(text), find)
	})
	return found, err
}

// others are tests that are programs: in another language, or what make interop runs.
var others = regexp.MustCompile(`^(test/|examples/[^/]+/tests/).*\.(c|h|cpp|hpp|sh)$|^test/interop/[^/]*\.go$`)

func isTest(file string) bool { return strings.HasSuffix(file, "_test.go") || others.MatchString(file) }

// scanGo gives each row to the test function in which it is named, or in whose comment. A row that is named elsewhere in a
// test file is not shown by that, but has to exist.
func (found names) scanGo(file, text string, find func(string) []string) error {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	offset := func(p token.Pos) int { return files.Position(p).Offset }
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !isTestName(f.Name.Name) {
			continue
		}
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		from, to := offset(start), offset(f.End())
		for _, id := range find(text[from:to]) {
			found.add(id, test{path.Dir(file), f.Name.Name})
		}
		text = text[:from] + strings.Repeat(" ", to-from) + text[to:]
	}
	for _, id := range find(text) {
		found.mentioned(id)
	}
	return nil
}

func isTestName(name string) bool {
	return strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Example")
}

func (found names) add(id string, t test) {
	if !slices.Contains(found[id], t) {
		found[id] = append(found[id], t)
	}
}

func (found names) mentioned(id string) {
	if _, known := found[id]; !known {
		found[id] = nil
	}
}

// finder returns a function that lists the rows that a text names: NO-16, I8, and "NO-13 to NO-18" for all between.
func finder(families []family) func(text string) []string {
	var keys []string
	for _, f := range families {
		if f.key != bugs {
			keys = append(keys, f.key)
		}
	}
	name := `((?:` + strings.Join(keys, "|") + `)-)(\d\d)([a-d]?)\b`
	pattern := regexp.MustCompile(`\b` + name + `(?: to ` + name + `)?|\b(I[1-9]\d?)\b`)
	return func(text string) (ids []string) {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			switch {
			case m[7] != "":
				ids = append(ids, m[7])
			case m[4] == "":
				ids = append(ids, m[1]+m[2]+m[3])
			case m[4] != m[1] || m[5] < m[2]:
				ids = append(ids, m[1]+m[2]+m[3], m[4]+m[5]+m[6])
			default:
				for n := number(m[2]); n <= number(m[5]); n++ {
					ids = append(ids, fmt.Sprintf("%s%02d", m[1], n))
				}
			}
		}
		return ids
	}
}

// number is the value of two digits.
func number(digits string) int { return int(digits[0]-'0')*10 + int(digits[1]-'0') }
