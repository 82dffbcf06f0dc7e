package main

import "slices"

// corpus returns all cases in the order of a conversation: by step, and within a step hostile clients first.
func corpus() []Case {
	var cases []Case
	for _, some := range [][]Case{
		connectionCases, act1Cases, act2Cases, linkCases, typeCases, clientOrderCases, serverOrderCases, negotiationCases,
		sizeCases, decodingCases, loadCases,
	} {
		cases = append(cases, some...)
	}
	slices.SortStableFunc(cases, func(a, b Case) int {
		if a.Step != b.Step {
			return int(a.Step) - int(b.Step)
		}
		return int(a.By) - int(b.By)
	})
	return cases
}
