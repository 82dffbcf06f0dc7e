package main

import (
	"fmt"
	"regexp"
	"strings"
)

// family is a group of rows with one letter code.
type family struct {
	key, title string
	rows       []row
}

// row is one demand and who shows that it is met; see rows.txt.
type row struct {
	id, owner, statement string
}

// Owners that are not the path of a package.
const (
	ownerTests       = "tests"
	ownerApplication = "application"
	pendingPrefix    = "pending:"
)

var (
	familyLine = regexp.MustCompile(`^== ([A-Z][A-Z0-9]?) (\S.*)$`)
	rowLine    = regexp.MustCompile(`^(([A-Z][A-Z0-9])-\d\d[a-d]?|I[1-9]\d?) (tests|application|(?:pending:)?sv2/[a-z]+) (\S.*\S)$`)
)

// parseRows reads rows.txt. A line that is no row, and a row that is there twice, is an error.
func parseRows(text string) ([]family, error) {
	var families []family
	seen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if m := familyLine.FindStringSubmatch(line); m != nil {
			if seen[m[1]] {
				return nil, fmt.Errorf("line %d: %s is there twice", i+1, m[1])
			}
			seen[m[1]] = true
			families = append(families, family{key: m[1], title: m[2]})
			continue
		}
		m := rowLine.FindStringSubmatch(line)
		if m == nil || len(families) == 0 {
			return nil, fmt.Errorf("line %d is no row: %q", i+1, line)
		}
		last := &families[len(families)-1]
		if key := m[2]; seen[m[1]] || key != last.key && (key != "" || last.key != bugs) {
			return nil, fmt.Errorf("line %d: %s is there twice, or in another family", i+1, m[1])
		}
		seen[m[1]] = true
		last.rows = append(last.rows, row{m[1], m[3], m[4]})
	}
	return families, nil
}

// bugs is the family whose rows have no dash.
const bugs = "I"
