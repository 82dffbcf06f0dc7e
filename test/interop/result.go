package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// result is what came out of one pair.
type result struct {
	Side  string `json:"side"` // libsv2 through Go or C
	Peer  string `json:"peer"`
	What  string `json:"what"`
	Cases int    `json:"cases"`
	// Refused is how many of these frames, keys or texts both refused; the others both accepted, but for differences.
	Refused int            `json:"refused"`
	Listed  map[string]int `json:"listed"` // how often each difference of the list was seen
	// Unlisted counts the differences that nobody wanted, Shown describes the first of them.
	Unlisted int      `json:"unlisted"`
	Shown    []string `json:"shown,omitempty"`
}

// shownMost is how many differences a report describes.
const shownMost = 10

// listed counts a difference that is on purpose.
func (r *result) listed(id string) {
	if !slices.ContainsFunc(differences, func(d difference) bool { return d.ID == id }) {
		r.unlisted("%s is not in the list of differences", id)
		return
	}
	if r.Listed == nil {
		r.Listed = map[string]int{}
	}
	r.Listed[id]++
}

// everyDifference tells whether each difference of the list was seen between a side and its peer, in the pair that the
// document names.
func everyDifference(results []result, side, peer string) *result {
	r := &result{Side: side, Peer: peer, What: "every difference of the list was seen"}
	for _, d := range differences {
		r.Cases++
		if pair := d.pair(); !slices.ContainsFunc(results, func(o result) bool {
			return o.Side == side && o.Peer == peer && o.What == pair && o.Listed[d.ID] > 0
		}) {
			r.unlisted("%s was not seen in the pair %q", d.ID, pair)
		}
	}
	return r
}

// unlisted counts a difference that is a fault, of libsv2, of the peer or of this program.
func (r *result) unlisted(format string, arguments ...any) {
	r.Unlisted++
	if len(r.Shown) < shownMost {
		r.Shown = append(r.Shown, fmt.Sprintf(format, arguments...))
	}
}

// failed reports whether results hold a difference that is not on purpose, or a pair that ran nothing.
func failed(results []result) bool {
	return len(results) == 0 || slices.ContainsFunc(results, func(r result) bool { return r.Unlisted > 0 || r.Cases == 0 })
}

// printTable writes one line per result, and below it what the differences were.
func printTable(w io.Writer, results []result) {
	const columns = "%-8s %-8s %-58s %9s %9s  %-12s %s\n"
	fmt.Fprintf(w, columns, "libsv2", "peer", "what", "cases", "refused", "differences", "on purpose")
	total, unlisted := 0, 0
	for _, r := range results {
		var listed []string
		for id, n := range r.Listed {
			listed = append(listed, fmt.Sprintf("%s (%d)", id, n))
		}
		slices.Sort(listed)
		fmt.Fprintf(w, columns, r.Side, r.Peer, r.What, strconv.Itoa(r.Cases), strconv.Itoa(r.Refused), strconv.Itoa(r.Unlisted),
			strings.Join(listed, ", "))
		total += r.Cases
		unlisted += r.Unlisted
	}
	for _, r := range results {
		for _, text := range r.Shown {
			fmt.Fprintf(w, "DIFFERENCE %s - %s, %s: %s\n", r.Side, r.Peer, r.What, text)
		}
		if r.Cases == 0 {
			fmt.Fprintf(w, "NOTHING RAN %s - %s, %s\n", r.Side, r.Peer, r.What)
		}
	}
	fmt.Fprintf(w, "interop: %d pairs, %d cases, %d differences that are not on purpose\n", len(results), total, unlisted)
}

func printJSON(w io.Writer, results []result) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Results []result `json:"results"`
		Failed  bool     `json:"failed"`
	}{results, failed(results)})
}
