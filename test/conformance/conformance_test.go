package main

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestMap: each row that should have a test has one, and no test names a row that is not there. That the document is current
// is for make conformance-check, so that adding a test needs no other file.
func TestMap(t *testing.T) {
	_, problems, err := build("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

const fewRows = `# a comment
== SE Setup
SE-01 tests First.
SE-02 pending:sv2/node Second.
SE-03 tests Third.
SE-04 sv2/mining Fourth.
== I Bugs
I1 tests One.
I12 application Twelve.
`

func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func mapOf(t *testing.T, files map[string]string) (content string, problems []string) {
	t.Helper()
	families, err := parseRows(fewRows)
	if err != nil {
		t.Fatal(err)
	}
	found, err := scan(tree(files), families)
	if err != nil {
		t.Fatal(err)
	}
	return table(families, found), check(families, found)
}

func TestCheck(t *testing.T) {
	const whole = "package a\n\n// TestA: SE-01 and I1.\nfunc TestA() { _ = \"SE-03: text\" }\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string // the rows of the problems
	}{
		"whole":                     {map[string]string{"a/a_test.go": whole}, nil},
		"no test":                   {nil, []string{"I1", "SE-01", "SE-03"}},
		"range":                     {map[string]string{"a/a_test.go": whole + "// SE-01 to SE-03\nfunc FuzzB() {}\n"}, []string{"SE-02"}},
		"in C":                      {map[string]string{"test/c/x.c": "/* SE-01, SE-03, I1 */"}, nil},
		"in what make interop runs": {map[string]string{"test/interop/x.go": "// SE-01, SE-03\nfunc x() {} // I1"}, nil},
		"in another program":        {map[string]string{"test/x/x.go": whole}, []string{"I1", "SE-01", "SE-03"}},
		"a part that is to come":    {map[string]string{"a/a_test.go": whole + "// SE-04\nfunc TestB() {}\n"}, nil},
		"pending, with a test":      {map[string]string{"a/a_test.go": whole, "examples/x/tests/y.cpp": "// SE-02"}, []string{"SE-02"}},
		"no such row":               {map[string]string{"a/a_test.go": whole + "func TestB() { _ = \"SE-99\" }\n"}, []string{"SE-99"}},
		"no such bug":               {map[string]string{"a/a_test.go": whole, "test/x.sh": "# I99"}, []string{"I99"}},
		"no such row in a helper":   {map[string]string{"a/a_test.go": whole + "// SE-77\nfunc helper() {}\n"}, []string{"SE-77"}},
		"only in a helper":          {map[string]string{"a/a_test.go": "package a\n\n// SE-01, SE-03, I1\nfunc helper() {}\n"}, []string{"I1", "SE-01", "SE-03"}},
		"not in a test file":        {map[string]string{"a/a.go": whole, "a/b.c": "/* SE-01 */"}, []string{"I1", "SE-01", "SE-03"}},
		"other names":               {map[string]string{"a/a_test.go": whole + "// USE-05, SE-5, I1x, PRI64, SHA-256\nfunc TestB() {}\n"}, nil},
	} {
		_, problems := mapOf(t, c.files)
		var rows []string
		for _, problem := range problems {
			row, _, _ := strings.Cut(problem, ":")
			rows = append(rows, row)
		}
		if !slices.Equal(rows, c.want) {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

func TestTable(t *testing.T) {
	content, _ := mapOf(t, map[string]string{
		"sv2/b/b_test.go": "package b\n\n// SE-01\nfunc TestLast() {}\n// SE-01\nfunc TestFirst() {}\n// SE-04\nfunc TestX() {}\n",
		"test/c/x.c":      "/* SE-01 */",
	})
	for _, line := range []string{
		"## SE: Setup", "## I: Bugs",
		"| SE-01 | First. | `sv2/b` TestFirst, TestLast; `test/c/x.c` |",
		"| SE-02 | Second. | sv2/node, to come |",
		"| SE-04 | Fourth. | sv2/mining, not there yet; `sv2/b` TestX |",
		"| I12 | Twelve. | application |",
	} {
		if !strings.Contains(content, "\n"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, content)
		}
	}
}

func TestRowsThatAreWrong(t *testing.T) {
	for name, text := range map[string]string{
		"no family":        "SE-01 tests First.\n",
		"another family":   "== SE Setup\nFR-01 tests First.\n",
		"bug in a family":  "== SE Setup\nI1 tests First.\n",
		"twice":            "== SE Setup\nSE-01 tests First.\nSE-01 tests First.\n",
		"family twice":     "== SE Setup\n== SE Setup\n",
		"no owner":         "== SE Setup\nSE-01 First.\n",
		"unknown owner":    "== SE Setup\nSE-01 somebody First.\n",
		"no statement":     "== SE Setup\nSE-01 tests\n",
		"three digits":     "== SE Setup\nSE-001 tests First.\n",
		"something else":   "== SE Setup\nhello\n",
		"row with a dash":  "== I Bugs\nI-01 tests First.\n",
		"bug number above": "== I Bugs\nI100 tests First.\n",
	} {
		if families, err := parseRows(text); err == nil {
			t.Errorf("%s: %+v", name, families)
		}
	}
}
