// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// longestLine is how much of a line is shown: a block in hexadecimal can be megabytes.
const longestLine = 400

// console writes whole lines from several processes, each behind the name of its process.
type console struct {
	mutex   sync.Mutex
	output  *os.File
	colours bool
	began   time.Time
}

func newConsole(output *os.File) *console {
	return &console{output: output, colours: wantsColours(output), began: time.Now()}
}

func wantsColours(output *os.File) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	information, err := output.Stat()
	return err == nil && information.Mode()&os.ModeCharDevice != 0
}

var colourOf = map[string]string{
	"demo":     "\x1b[1m",
	"node":     "\x1b[33m",
	"provider": "\x1b[36m",
	"miner":    "\x1b[32m",
}

// say prints a line of the demo itself.
func (c *console) say(format string, arguments ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, arguments...), "\n") {
		c.line("demo", line)
	}
}

// line prints a line that the named process wrote.
func (c *console) line(name, text string) {
	text = printable(text)
	colour, reset := "", ""
	if c.colours {
		colour, reset = colourOf[name], "\x1b[0m"
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	fmt.Fprintf(c.output, "%6.2fs %s%-8s%s | %s\n", time.Since(c.began).Seconds(), colour, name, reset, text)
}

// printable keeps a process from moving the cursor or flooding the screen.
func printable(text string) string {
	text = strings.Map(func(character rune) rune {
		if character == '\t' {
			return ' '
		}
		if character < ' ' || character == 0x7f {
			return '?'
		}
		return character
	}, strings.TrimRight(text, "\r\n"))
	if len(text) > longestLine {
		return fmt.Sprintf("%s... (%d more bytes)", text[:longestLine], len(text)-longestLine)
	}
	return text
}
