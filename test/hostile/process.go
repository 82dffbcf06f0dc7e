package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// process is a program that runs as a victim, with the lines that it prints.
type process struct {
	command *exec.Cmd
	input   io.Closer     // closed when the program shall end
	exited  chan struct{} // closed when the program has ended and its last line is there
	mutex   sync.Mutex
	changed *sync.Cond
	lines   []string
	ended   bool // no more lines come
	peak    atomic.Int64
}

// startProcess runs a program. It gets an end of file on its input when this program goes away.
func startProcess(path string, arguments ...string) (*process, error) {
	p := &process{command: exec.Command(path, arguments...), exited: make(chan struct{})}
	p.changed = sync.NewCond(&p.mutex)
	output, writer := io.Pipe()
	p.command.Stdout, p.command.Stderr = writer, writer
	dieWithParent(p.command)
	input, err := p.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.input = input
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	go func() {
		p.command.Wait()
		writer.Close()
	}()
	go func() {
		p.read(output)
		close(p.exited)
	}()
	return p, nil
}

func (p *process) read(output io.Reader) {
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mutex.Lock()
		p.lines = append(p.lines, lines.Text())
		p.mutex.Unlock()
		p.changed.Broadcast()
	}
	io.Copy(io.Discard, output)
	p.mutex.Lock()
	p.ended = true
	p.mutex.Unlock()
	p.changed.Broadcast()
}

// printed is how many lines there are so far.
func (p *process) printed() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return len(p.lines)
}

// find waits for a line, not among the first from, that a function accepts.
func (p *process) find(from int, within time.Duration, accept func(line string) bool) (string, bool) {
	end := time.Now().Add(within)
	timer := time.AfterFunc(within, p.changed.Broadcast)
	defer timer.Stop()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for ; ; p.changed.Wait() {
		for ; from < len(p.lines); from++ {
			if accept(p.lines[from]) {
				return p.lines[from], true
			}
		}
		if p.ended || !time.Now().Before(end) {
			return "", false
		}
	}
}

// output returns all lines so far.
func (p *process) output() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]string(nil), p.lines...)
}

// wait waits for the end of the program and returns its exit status. A program that does not end is killed.
func (p *process) wait(within time.Duration) (status int, fault string) {
	select {
	case <-p.exited:
	case <-time.After(within):
		p.command.Process.Kill()
		<-p.exited
		return -1, "the program does not end"
	}
	state := p.command.ProcessState
	if signal := state.Sys().(syscall.WaitStatus); signal.Signaled() {
		return -1, "the program was ended by signal " + signal.Signal().String()
	}
	return state.ExitCode(), p.fault()
}

// faultMarks begin what a runtime or a sanitizer prints about a program that is wrong.
var faultMarks = []string{"panic: ", "fatal error: ", "runtime error: ", "Sanitizer: "}

// fault returns a line that says that the program itself is wrong, or nothing.
func (p *process) fault() string {
	for _, line := range p.output() {
		for _, mark := range faultMarks {
			if strings.Contains(line, mark) {
				return line
			}
		}
	}
	return ""
}

// sample follows the memory of the program until it ends. What the system counts for an ended process includes this one's
// memory, from which it was started.
func (p *process) sample() {
	for {
		if u, ok := processUsage(p.command.Process.Pid); ok {
			p.peak.Store(max(p.peak.Load(), u.Peak))
		}
		select {
		case <-p.exited:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// stop ends a program that serves until it gets a signal, and wants to see it end well.
func (p *process) stop(signal os.Signal) error {
	p.command.Process.Signal(signal)
	return p.stopByInput()
}

// stopByInput ends a program that serves until its input ends, and wants to see it end well.
func (p *process) stopByInput() error {
	p.input.Close()
	status, fault := p.wait(5 * time.Second)
	if fault != "" {
		return errors.New(fault)
	}
	if status != 0 {
		lines := p.output()
		return fmt.Errorf("the program ended with %d: %q", status, lines[max(0, len(lines)-3):])
	}
	return nil
}
