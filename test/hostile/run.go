package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/libsv2/libsv2/status"
)

// Result is what became of one case against one victim.
type Result struct {
	Victim   string
	Case     *Case
	Seen     Ending
	Kind     status.Kind // that the victim named, or 0
	Text     string      // of the victim
	Problems []string    // empty when all is as expected
	Took     time.Duration
}

// Check is what a victim held after a group of cases.
type Check struct {
	Victim  string
	Step    Step
	Before  Usage
	After   Usage
	Problem string
}

// Report is a run of the corpus against one victim.
type Report struct {
	Victim  string
	Results []Result
	Checks  []Check
	Close   error
	Took    time.Duration
}

// Problems counts what is not as expected.
func (r *Report) Problems() (n int) {
	for i := range r.Results {
		n += min(len(r.Results[i].Problems), 1)
	}
	for _, c := range r.Checks {
		if c.Problem != "" {
			n++
		}
	}
	if r.Close != nil {
		n++
	}
	return n
}

// Options are of a run.
type Options struct {
	Parallel int
	Bounds   Bounds
	Progress func(done, all int, r *Result) // nil for none; one call at a time
}

// run tries the cases that apply to the victim, step by step, and closes it.
func run(v Victim, cases []Case, o Options) *Report {
	about := v.Description()
	report := &Report{Victim: about.Name}
	var chosen []*Case
	for i := range cases {
		if about.applies(&cases[i]) {
			chosen = append(chosen, &cases[i])
		}
	}
	// The first conversations warm the victim up; what it holds then is what it may hold later.
	for range 3 {
		if err := converse(v); err != nil {
			report.Close = fmt.Errorf("no honest conversation before the first case: %w", err)
			v.Close()
			return report
		}
	}
	before := restingUsage(v)
	done := 0
	for start := 0; start < len(chosen); {
		end := start
		for end < len(chosen) && (about.Fresh || chosen[end].Step == chosen[start].Step) {
			end++
		}
		report.Results = append(report.Results, runGroup(v, chosen[start:end], o, done, len(chosen))...)
		done += end - start
		if after, ok := settledUsage(v, before, o.Bounds, about.bound()); ok {
			check := Check{Victim: about.Name, Step: chosen[end-1].Step, Before: before, After: after}
			check.Problem = after.exceeds(before, o.Bounds)
			report.Checks = append(report.Checks, check)
		}
		start = end
	}
	report.Close = v.Close()
	return report
}

// restingUsage is what the victim holds when the connections so far are gone.
func restingUsage(v Victim) Usage {
	least, _ := v.Usage()
	for range 10 {
		time.Sleep(20 * time.Millisecond)
		if now, ok := v.Usage(); ok && now.Descriptors <= least.Descriptors && now.Live <= least.Live {
			least = now
		}
	}
	return least
}

// runGroup tries several cases at a time, except crowds, which may take the places of everybody who has not gone far, and floods,
// which leave one process too little time for deadlines.
func runGroup(v Victim, group []*Case, o Options, done, all int) []Result {
	results := make([]Result, len(group))
	var running sync.WaitGroup
	var progress sync.Mutex
	slots := make(chan struct{}, max(o.Parallel, 1))
	for i, c := range group {
		alone := c.Needs&NeedsConcurrency != 0 || c.Step == StepFlood && !v.Description().Fresh
		if alone {
			running.Wait()
		}
		slots <- struct{}{}
		running.Go(func() {
			results[i] = try(v, c)
			progress.Lock()
			done++
			if o.Progress != nil {
				o.Progress(done, all, &results[i])
			}
			progress.Unlock()
			<-slots
		})
		if alone {
			running.Wait()
		}
	}
	running.Wait()
	return results
}

// converse has an honest conversation with the victim.
func converse(v Victim) error {
	conn, encounter, err := v.Meet()
	if err != nil {
		return err
	}
	p := newPeer(conn, v)
	err = p.converse()
	p.close()
	if said, ok := encounter.Ended(v.Description().bound()); err == nil && ok && said.Fault != "" {
		err = fmt.Errorf("%s", said.Fault)
	}
	return err
}
