package main

import (
	"slices"
	"strings"
)

// check returns what is wrong between the rows and the tests that name them, in words.
func check(families []family, found names) (problems []string) {
	known := map[string]bool{}
	for _, f := range families {
		for _, r := range f.rows {
			known[r.id] = true
			tests := found[r.id]
			switch {
			case r.owner == ownerTests && len(tests) == 0:
				problems = append(problems, r.id+": no test names it")
			case strings.HasPrefix(r.owner, pendingPrefix) && len(tests) > 0:
				problems = append(problems, r.id+": "+describe(tests)+" names it; its owner in rows.txt has to become tests")
			}
		}
	}
	for id, tests := range found {
		if !known[id] {
			problems = append(problems, strings.TrimSpace(id+": there is no such row; "+describe(tests)))
		}
	}
	slices.Sort(problems)
	return problems
}

const heading = `<!-- Written by go run ./test/conformance from rows.txt beside it. DO NOT EDIT. -->

# What is demanded, and what shows that it is met

The rows are the statements of the specification, what was learned from the systems before libsv2 (S0 to S3), and bugs that
implementations have had (I). Tests name the rows that they cover; this table is made from those names, and a test fails when
a row that should have a test has none, or a test names a row that does not exist.
`

// table writes the document.
func table(families []family, found names) string {
	var b strings.Builder
	b.WriteString(heading)
	for _, f := range families {
		b.WriteString("\n## " + f.key + ": " + f.title + "\n\n| row | demand | shown by |\n|---|---|---|\n")
		for _, r := range f.rows {
			b.WriteString("| " + r.id + " | " + r.statement + " | " + shownBy(r, found[r.id]) + " |\n")
		}
	}
	return b.String()
}

func shownBy(r row, tests []test) string {
	if r.owner == ownerTests {
		return describe(tests)
	}
	owner := r.owner
	if part, ok := strings.CutPrefix(owner, pendingPrefix); ok {
		owner = part + ", to come"
	} else if owner != ownerApplication {
		owner += ", not there yet"
	}
	if len(tests) > 0 {
		owner += "; " + describe(tests)
	}
	return owner
}

// describe lists tests by place: `sv2/session` TestA, TestB; `test/c/golden.c`.
func describe(tests []test) string {
	tests = slices.Clone(tests)
	slices.SortFunc(tests, func(a, b test) int {
		return strings.Compare(a.place+"\x00"+a.function, b.place+"\x00"+b.function)
	})
	var b strings.Builder
	for i, t := range tests {
		switch {
		case i > 0 && t.place == tests[i-1].place:
			b.WriteString(", " + t.function)
			continue
		case i > 0:
			b.WriteString("; ")
		}
		b.WriteString("`" + t.place + "`")
		if t.function != "" {
			b.WriteString(" " + t.function)
		}
	}
	return b.String()
}
