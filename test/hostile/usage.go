package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Usage is what a victim holds. Bytes are resident memory of a process, or the heap of a victim in this one.
type Usage struct {
	Bytes       int64 `json:"bytes"`
	Peak        int64 `json:"peak,omitempty"`    // most bytes so far, where that is known
	Descriptors int   `json:"descriptors"`       // open ones
	Threads     int   `json:"threads,omitempty"` // of a process, or goroutines
	Live        int64 `json:"live,omitempty"`    // bytes of buffers that the library has not given back

	open []string // what the descriptors of a process are, where that is known
}

// Bounds are how much more a victim may hold after a group of cases than before the first one.
type Bounds struct {
	Bytes, Peak int64
	Threads     int
}

// defaultBounds: allocators keep some memory, and a runtime starts threads when it needs them.
var defaultBounds = Bounds{Bytes: 16 << 20, Peak: 128 << 20, Threads: 16}

// exceeds names what is above the bounds.
func (u Usage) exceeds(before Usage, b Bounds) string {
	var what []string
	check := func(name string, now, then, more int64) {
		if now > then+more {
			what = append(what, fmt.Sprintf("%s %d, before %d, allowed %d more", name, now, then, more))
		}
	}
	check("bytes", u.Bytes, before.Bytes, b.Bytes)
	check("peak", u.Peak, before.Bytes, b.Peak)
	check("descriptors", int64(u.Descriptors), int64(before.Descriptors), 0)
	if u.Descriptors > before.Descriptors {
		what = append(what, u.openedSince(before)...)
	}
	check("threads", int64(u.Threads), int64(before.Threads), int64(b.Threads))
	check("live", u.Live, before.Live, 0)
	return strings.Join(what, "; ")
}

// openedSince names the descriptors that were not there before.
func (u Usage) openedSince(before Usage) (targets []string) {
	for _, target := range u.open {
		if !slices.Contains(before.open, target) {
			targets = append(targets, "open: "+target)
		}
	}
	return targets
}

// settledUsage is the usage once the victim has come to rest: it may close connections later than its peers do.
func settledUsage(v Victim, before Usage, b Bounds, patience time.Duration) (u Usage, ok bool) {
	end := time.Now().Add(patience)
	for {
		u, ok = v.Usage()
		if !ok || u.exceeds(before, b) == "" || time.Now().After(end) {
			return u, ok
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// processUsage reads the usage of a process from the system.
func processUsage(pid int) (u Usage, ok bool) {
	folder := "/proc/" + strconv.Itoa(pid)
	descriptors, err := os.ReadDir(folder + "/fd")
	if err != nil {
		return u, false
	}
	for _, one := range descriptors {
		target, _ := os.Readlink(folder + "/fd/" + one.Name())
		u.open = append(u.open, target)
	}
	// The Go runtime opens these two at its first timer. One without the other is the program's own.
	poll, wake := slices.Index(u.open, "anon_inode:[eventpoll]"), slices.Index(u.open, "anon_inode:[eventfd]")
	if poll >= 0 && wake >= 0 {
		u.open = slices.Delete(u.open, max(poll, wake), max(poll, wake)+1)
		u.open = slices.Delete(u.open, min(poll, wake), min(poll, wake)+1)
	}
	u.Descriptors = len(u.open)
	text, err := os.ReadFile(folder + "/status")
	if err != nil {
		return u, false
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		value, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			u.Bytes = value << 10
		case "VmHWM:":
			u.Peak = value << 10
		case "Threads:":
			u.Threads = int(value)
		}
	}
	return u, u.Bytes > 0
}
