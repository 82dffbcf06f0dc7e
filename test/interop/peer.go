package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/libsv2/libsv2/noise"
)

// authority signs the certificates of both servers.
type authority struct {
	secret   []byte
	public   noise.PublicKey
	other    noise.PublicKey // of somebody else
	identity *noise.Identity // libsv2's, with its certificate
}

func newAuthority(r random) (*authority, error) {
	a := &authority{secret: r.bytes(noise.SecretKeySize)}
	for secret, public := range map[*[noise.SecretKeySize]byte]*noise.PublicKey{
		(*[noise.SecretKeySize]byte)(a.secret): &a.public, (*[noise.SecretKeySize]byte)(r.bytes(noise.SecretKeySize)): &a.other,
	} {
		key, err := noise.NewSecretKey(secret)
		if err != nil {
			return nil, err
		}
		*public = key.Public()
		key.Release()
	}
	server, err := noise.GenerateSecretKey(r) // of this process, which ends soon
	if err != nil {
		return nil, err
	}
	a.identity, err = newIdentity(server, a.secret, 3600, uint32(time.Now().Unix()), r)
	return a, err
}

// demanded is the authority that the initiator of a conversation demands.
func (a *authority) demanded(c *conversation) noise.PublicKey {
	if c.failsSealed {
		return a.other
	}
	return a.public
}

// peer is a running sri-peer that reports what happens.
type peer struct {
	cmd    *exec.Cmd
	lines  *bufio.Scanner
	stderr bytes.Buffer
	first  struct {
		Address string `json:"address"`
	}
}

// startPeer starts sri-peer with the conversation's configuration and that of the connection.
func (c *conversation) startPeer(sri, role string, connection map[string]any) (*peer, error) {
	for name, value := range c.sri {
		connection[name] = value
	}
	configuration, err := json.Marshal(connection)
	if err != nil {
		return nil, err
	}
	return startPeer(exec.Command(sri, role, string(configuration)), role == "server")
}

// startPeer starts a program that reports; one that listens reports its address first.
func startPeer(cmd *exec.Cmd, listens bool) (*peer, error) {
	p := &peer{cmd: cmd}
	p.cmd.Stderr = &p.stderr
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.lines = bufio.NewScanner(output)
	if err := p.cmd.Start(); err != nil || !listens {
		return p, err
	}
	if !p.lines.Scan() {
		return nil, fmt.Errorf("sri-peer does not start: %w %s", io.ErrUnexpectedEOF, &p.stderr)
	}
	return p, json.Unmarshal(p.lines.Bytes(), &p.first)
}

func (p *peer) address() string { return p.first.Address }

// rest returns the reports until the program ends; what it complains about is the last one.
func (p *peer) rest() ([]string, error) {
	var reports []string
	for p.lines.Scan() {
		if line := p.lines.Text(); line != `{"event":"secured"}` {
			reports = append(reports, line)
		}
	}
	if err := p.lines.Err(); err != nil {
		return reports, err
	}
	if err := p.cmd.Wait(); err != nil {
		complaint, _, _ := strings.Cut(strings.TrimSpace(p.stderr.String()), ": SignatureNoiseMessage") // what is in it changes
		reports = append(reports, complaint)
	}
	return reports, nil
}

// kill ends a program that still runs because a conversation went wrong.
func (p *peer) kill() { _ = p.cmd.Process.Kill() }
