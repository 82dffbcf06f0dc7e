package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/libsv2/libsv2/status"
)

func kindName(k status.Kind) string {
	if k == 0 {
		return "-"
	}
	return strings.TrimPrefix(k.Name(), "SV2_ERR_")
}

func linksName(on Links) string {
	return [...]string{"", "plain", "Noise", "both"}[on]
}

// printCorpus prints the cases, one a line.
func printCorpus(w io.Writer, cases []Case, asJSON bool) {
	if asJSON {
		var list []map[string]any
		for i := range cases {
			list = append(list, describe(&cases[i]))
		}
		encode(w, list)
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "step\thostile\tlink\tcase\texpected\tkind\trow")
	for i := range cases {
		c := &cases[i]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Step, partyName(c.By), linksName(c.On), c.Name, c.expected(),
			kindName(c.Kind), c.Row)
	}
	table.Flush()
	fmt.Fprintf(w, "%d cases\n", len(cases))
}

// expected is what the victim does, with the answer ahead of it.
func (c *Case) expected() string {
	if c.Answer != nil {
		return c.Answer.Name + ", " + c.Want.String()
	}
	return c.Want.String()
}

func describe(c *Case) map[string]any {
	return map[string]any{
		"step": c.Step.String(), "hostile": partyName(c.By), "link": linksName(c.On), "case": c.Name,
		"expected": c.expected(), "kind": kindName(c.Kind), "row": c.Row,
	}
}

// printProgress shows how far a run is, on one line that is written over.
func printProgress(done, all int, r *Result) {
	const erase = "\r\x1b[K"
	fmt.Fprintf(os.Stderr, "%s%d of %d  %s: %s", erase, done, all, r.Case.Step, r.Case.Name)
	if done == all {
		fmt.Fprint(os.Stderr, erase)
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// printReport prints a line for each case, or only for those that are not as expected, and what the victim held.
func printReport(w io.Writer, r *Report, quiet bool) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if !quiet {
		fmt.Fprintln(table, "\tstep\tcase\texpected\tkind\tseen\tkind")
	}
	for i := range r.Results {
		one := &r.Results[i]
		if quiet && len(one.Problems) == 0 {
			continue
		}
		mark := "ok"
		if len(one.Problems) > 0 {
			mark = "BAD"
		}
		c := one.Case
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", mark, c.Step, c.Name, c.expected(), kindName(c.Kind), one.Seen,
			kindName(one.Kind))
	}
	table.Flush()
	for i := range r.Results {
		for _, problem := range r.Results[i].Problems {
			fmt.Fprintf(w, "BAD  %s: %s: %s\n", r.Results[i].Case.Step, r.Results[i].Case.Name, problem)
		}
	}
	for _, check := range r.Checks {
		if check.Problem != "" {
			fmt.Fprintf(w, "BAD  after %s: %s\n", check.Step, check.Problem)
		}
	}
	if r.Close != nil {
		fmt.Fprintf(w, "BAD  %v\n", r.Close)
	}
	fmt.Fprintf(w, "%s: %d cases, %d not as expected, %.1f s%s\n", r.Victim, len(r.Results), r.Problems(), r.Took.Seconds(), r.held())
}

// held says what the victim held at first and at the end.
func (r *Report) held() string {
	if len(r.Checks) == 0 {
		return ""
	}
	first, last := r.Checks[0].Before, r.Checks[len(r.Checks)-1].After
	s := fmt.Sprintf("; %d KiB then %d", first.Bytes>>10, last.Bytes>>10)
	if last.Peak > 0 {
		s += fmt.Sprintf(", at most %d", last.Peak>>10)
	}
	if last.Descriptors > 0 {
		s += fmt.Sprintf("; descriptors %d then %d", first.Descriptors, last.Descriptors)
	}
	return s
}

func printJSON(w io.Writer, reports []*Report) {
	var list []map[string]any
	for _, r := range reports {
		var results []map[string]any
		for i := range r.Results {
			one := &r.Results[i]
			d := describe(one.Case)
			d["seen"], d["seen_kind"], d["text"] = one.Seen.String(), kindName(one.Kind), one.Text
			d["problems"], d["seconds"] = append([]string{}, one.Problems...), one.Took.Seconds()
			results = append(results, d)
		}
		var checks []map[string]any
		for _, check := range r.Checks {
			checks = append(checks, map[string]any{
				"step": check.Step.String(), "before": check.Before, "after": check.After, "problem": check.Problem,
			})
		}
		d := map[string]any{
			"victim": r.Victim, "cases": results, "held": checks, "not_as_expected": r.Problems(), "seconds": r.Took.Seconds(),
		}
		if r.Close != nil {
			d["end"] = r.Close.Error()
		}
		list = append(list, d)
	}
	encode(w, list)
}

func encode(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	must(e.Encode(v))
}
