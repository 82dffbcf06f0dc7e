package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// process is a side that is a program of its own.
type process struct {
	title  string
	cmd    *exec.Cmd
	input  io.WriteCloser
	output *bufio.Reader
}

// answerMax is more than the largest sealed frame.
const answerMax = 1 << 26

// startProcess starts a program that answers requests on its standard output.
func startProcess(title, path string, arguments ...string) (*process, error) {
	p := &process{title: title, cmd: exec.Command(path, arguments...)}
	p.cmd.Stderr = os.Stderr
	var err error
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.output = bufio.NewReaderSize(output, 1<<20)
	return p, p.cmd.Start()
}

func (p *process) name() string { return p.title }

// ask writes requests while it reads answers, so that neither pipe fills up.
func (p *process) ask(requests []request) ([]answer, error) {
	written := make(chan error, 1)
	go func() { written <- p.write(requests) }()
	answers := make([]answer, len(requests))
	for i := range answers {
		a, err := p.read()
		if err != nil {
			return nil, fmt.Errorf("%s does not answer: %w", p.title, err)
		}
		answers[i] = a
	}
	return answers, <-written
}

func (p *process) write(requests []request) error {
	w := bufio.NewWriterSize(p.input, 1<<18)
	for _, r := range requests {
		w.Write(number(uint32(1 + len(r.body)))) // the error of a bufio.Writer stays until Flush
		w.WriteByte(r.what)
		w.Write(r.body)
	}
	return w.Flush()
}

func (p *process) read() (answer, error) {
	var head [5]byte
	if _, err := io.ReadFull(p.output, head[:]); err != nil {
		return answer{}, err
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size < 1 || size > answerMax {
		return answer{}, fmt.Errorf("an answer of %d bytes", size)
	}
	body := make([]byte, size-1)
	_, err := io.ReadFull(p.output, body)
	return answer{outcome(head[4]), body}, err
}

// stop ends the program and reports how it ended.
func (p *process) stop() error {
	p.input.Close()
	return p.cmd.Wait()
}
