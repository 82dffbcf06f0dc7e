// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	tailLines    = 15               // how much of a process's output is shown again after a failure
	gracePeriod  = 5 * time.Second  // from SIGTERM to SIGKILL
	listenerWait = 15 * time.Second // how long a program may take to open its port
)

// process is a program that was started, in a process group of its own.
type process struct {
	name    string
	command *exec.Cmd
	done    chan struct{} // closed when the program and its output have ended
	exit    error         // valid once done is closed

	mutex  sync.Mutex
	tail   []string
	found  []string // the blocks it announced
	listen chan struct{}
}

// processSet owns every process, in the order in which they were started.
type processSet struct {
	folder  string
	console *console
	failed  context.CancelCauseFunc

	mutex    sync.Mutex
	started  []*process
	stopping bool
}

func newProcessSet(folder string, console *console, failed context.CancelCauseFunc) *processSet {
	return &processSet{folder: folder, console: console, failed: failed}
}

// start runs a program that has to stay up until stopAll: its early end breaks the demo off.
func (s *processSet) start(name, path string, arguments ...string) (*process, error) {
	started, err := s.startFinite(name, path, arguments...)
	if err != nil {
		return nil, err
	}
	go func() {
		<-started.done
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if !s.stopping {
			s.failed(fmt.Errorf("the %s ended too early: %s", name, describeExit(started.exit)))
		}
	}()
	return started, nil
}

// startFinite runs a program that ends by itself.
func (s *processSet) startFinite(name, path string, arguments ...string) (*process, error) {
	started := &process{name: name, done: make(chan struct{}), listen: make(chan struct{})}
	started.command = exec.Command(path, arguments...)
	started.command.Dir = s.folder
	// A group of its own: ctrl-C goes to the demo alone, which then stops the others in order.
	started.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	started.command.Stdout = writer
	started.command.Stderr = writer
	err = started.command.Start()
	writer.Close()
	if err != nil {
		reader.Close()
		return nil, fmt.Errorf("starting the %s: %w", name, err)
	}
	s.mutex.Lock()
	s.started = append(s.started, started)
	s.mutex.Unlock()

	outputEnded := make(chan struct{})
	go func() {
		defer close(outputEnded)
		defer reader.Close()
		started.follow(reader, s.console)
	}()
	go func() {
		started.exit = started.command.Wait()
		// A grandchild may still hold the pipe: what the program itself wrote is there by now.
		select {
		case <-outputEnded:
		case <-time.After(time.Second):
		}
		close(started.done)
	}()
	return started, nil
}

func (p *process) follow(output io.Reader, console *console) {
	lines := bufio.NewReader(output)
	listening := false
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			console.line(p.name, line)
			p.mutex.Lock()
			p.tail = append(p.tail, printable(line))
			if len(p.tail) > tailLines {
				p.tail = p.tail[1:]
			}
			p.found = append(p.found, announcedBlocks(line)...)
			p.mutex.Unlock()
			if !listening && strings.Contains(line, "listening") {
				listening = true
				close(p.listen)
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *process) foundBlocks() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]string(nil), p.found...)
}

// waitForListener returns once the process said that it listens, or accepts a connection although it said nothing.
func (p *process) waitForListener(ctx context.Context, address string) error {
	probe := time.NewTimer(listenerWait / 3)
	defer probe.Stop()
	limit := time.NewTimer(listenerWait)
	defer limit.Stop()
	for {
		select {
		case <-p.listen:
			return nil
		case <-probe.C:
			if connection, err := net.DialTimeout("tcp", address, time.Second); err == nil {
				connection.Close()
				return nil
			}
			probe.Reset(time.Second)
		case <-limit.C:
			return fmt.Errorf("the %s does not listen on %s after %v", p.name, address, listenerWait)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// waitForSuccess waits until the process ended with status 0.
func (p *process) waitForSuccess(ctx context.Context) error {
	select {
	case <-p.done:
		if p.exit != nil {
			return fmt.Errorf("the %s failed: %s", p.name, describeExit(p.exit))
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// stopAll stops what still runs, the last started first, so that nobody loses the program it depends on.
func (s *processSet) stopAll() {
	s.mutex.Lock()
	s.stopping = true
	started := s.started
	s.mutex.Unlock()
	for i := len(started) - 1; i >= 0; i-- {
		started[i].stop(s.console)
	}
}

func (p *process) stop(console *console) {
	group := -p.command.Process.Pid
	select {
	case <-p.done:
	default:
		_ = syscall.Kill(group, syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(gracePeriod):
			console.say("the %s does not stop, killing it", p.name)
		}
	}
	// Also after a clean end: the group may hold children that the program left behind.
	_ = syscall.Kill(group, syscall.SIGKILL)
	<-p.done
}

func (s *processSet) printTails() {
	s.mutex.Lock()
	started := append([]*process(nil), s.started...)
	s.mutex.Unlock()
	for _, one := range started {
		one.mutex.Lock()
		tail := append([]string(nil), one.tail...)
		one.mutex.Unlock()
		s.console.say("--- the last %d lines of the %s ---", len(tail), one.name)
		for _, line := range tail {
			s.console.line(one.name, line)
		}
	}
}

func describeExit(err error) string {
	if err == nil {
		return "exit status 0"
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ProcessState.String()
	}
	return err.Error()
}

// freeAddresses picks distinct free ports of the loopback interface.
func freeAddresses(count int) ([]string, error) {
	addresses := make([]string, count)
	for i := range addresses {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		// All stay open until the last is chosen, or the system could hand out the same port twice.
		defer listener.Close()
		addresses[i] = listener.Addr().String()
	}
	return addresses, nil
}
