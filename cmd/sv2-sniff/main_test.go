package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/internal/leaktest"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/inspect"
)

var (
	setup   = &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("test")}
	success = &sv2.SetupConnectionSuccess{UsedVersion: 2}
	target  = &sv2.SetTarget{ChannelID: 7}
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// command is sv2-sniff while it runs.
type command struct {
	out, diagnostics bytes.Buffer
	announced        chan string // the line that says where clients connect to
	done             chan int
	code             int
}

// Write takes diagnostics.
func (c *command) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "clients connect to") {
		c.announced <- string(p)
	}
	return c.diagnostics.Write(p)
}

func start(ctx context.Context, arguments ...string) *command {
	c := &command{announced: make(chan string, 1), done: make(chan int, 1)}
	go func() { c.done <- run(ctx, arguments, environment{&c.out, c}) }()
	return c
}

// address waits until it listens.
func (c *command) address(t testing.TB) (address, key string) {
	t.Helper()
	select {
	case line := <-c.announced:
		found := regexp.MustCompile(`(127\.0\.0\.1:\d+)(?:/(\w+))?`).FindStringSubmatch(line)
		if found == nil {
			t.Fatal(line)
		}
		return found[1], found[2]
	case code := <-c.done:
		t.Fatalf("exit status %d\n%s", code, &c.diagnostics)
		return "", ""
	}
}

func (c *command) wait(t testing.TB, code int) {
	t.Helper()
	if c.code = <-c.done; c.code != code {
		t.Fatalf("exit status %d, want %d\n%s%s", c.code, code, &c.diagnostics, &c.out)
	}
}

// conversation runs the command between a client and a server, which sends Success and a SetTarget, and returns what it printed
// and what the client received.
func conversation(t *testing.T, plainUpstream, plainDownstream bool, options ...string) (*command, []sv2.Frame) {
	t.Helper()
	leaktest.Check(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	security := sniffer.Plain()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	server := listener.Addr().String()
	arguments := append([]string{"-connections", "1"}, options...)
	if plainUpstream {
		arguments = append(arguments, "-plain-upstream", server)
	} else {
		keys, err := sniffer.NewKeys()
		check(t, err)
		t.Cleanup(keys.Release)
		security = sniffer.Respond(keys.Identity)
		arguments = append(arguments, endpoint.Scheme+"://"+server+"/"+keys.Authority.String())
	}
	upstream, err := sniffer.StartUpstream(listener, security, func(int) []sniffer.Step {
		return []sniffer.Step{sniffer.Handshake(), sniffer.Expect(sniffer.Equal(setup)), sniffer.Send(success, target), sniffer.CloseNow()}
	})
	check(t, err)
	defer upstream.Close()
	c := start(ctx, arguments...)
	address, key := c.address(t)
	security = sniffer.Plain()
	if !plainDownstream {
		authority, err := noise.ParsePublicKey([]byte(key))
		check(t, err)
		security = sniffer.Initiate(noise.RequireAuthority(authority))
	}
	client, err := sniffer.DialDownstream(ctx, "tcp", address, security)
	check(t, err)
	defer client.Close()
	check(t, client.Run(ctx, sniffer.Handshake(), sniffer.Send(setup)))
	for {
		if _, err := client.Receive(); err != nil {
			break
		}
	}
	client.Close()
	c.wait(t, 0)
	check(t, upstream.Wait(ctx, 1))
	return c, client.Log().Frames(sniffer.ToClient)
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

func TestText(t *testing.T) {
	for _, plain := range [][2]bool{{false, false}, {true, true}} {
		options := []string{}
		if plain[1] {
			options = append(options, "-plain-downstream")
		}
		c, _ := conversation(t, plain[0], plain[1], options...)
		got := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d\d\d `).ReplaceAllString(c.out.String(), "")
		for _, want := range []string{
			"#1 opened\n#1 to-server SetupConnection protocol=0 min_version=2 max_version=2 flags=0x0 ",
			`vendor="test"`,
			"#1 to-client SetupConnection.Success used_version=2 flags=0x0\n#1 to-client SetTarget channel_id=7 maximum_target=" + zeros + "\n",
			"#1 to-client ended\n",
			"#1 closed\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		if key := "its key is good for this run only"; strings.Contains(c.diagnostics.String(), key) == plain[1] {
			t.Error(c.diagnostics.String())
		}
	}
}

// TestJSON: each line is an object; those of messages are the frames again, also as a file for -replace.
func TestJSON(t *testing.T) {
	c, frames := conversation(t, false, false, "-json", "-count")
	var names []string
	var recorded []byte
	for line := range strings.Lines(c.out.String()) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err, line)
		}
		if v["frame"] != nil && v["direction"] == "to-client" {
			f, err := inspect.ParseJSON([]byte(line))
			check(t, err)
			if !f.Is(success.Info()) && !f.Is(target.Info()) || v["connection"] != 1.0 || v["event"] != "passed" {
				t.Error(line)
			}
			recorded = append(recorded, line...)
		}
		if v["count"] != nil {
			names = append(names, v["name"].(string))
		}
		if _, err := time.Parse(time.RFC3339Nano, stringOf(v["time"])); err != nil && v["count"] == nil {
			t.Error(err, line)
		}
	}
	if strings.Join(names, " ") != "SetupConnection SetTarget SetupConnection.Success" {
		t.Errorf("counts of %v", names)
	}
	file := filepath.Join(t.TempDir(), "recorded.json")
	edited := strings.ReplaceAll(string(recorded), `"channel_id":7`, `"channel_id":8`)
	check(t, os.WriteFile(file, []byte(edited), 0o600))
	_, replaced := conversation(t, true, true, "-plain-downstream", "-replace", "SetTarget="+file, "-quiet")
	if len(frames) != 2 || len(replaced) != 3 {
		t.Fatalf("%d and %d frames", len(frames), len(replaced))
	}
	if m, ok := sniffer.As[*sv2.SetTarget](replaced[2]); !ok || m.ChannelID != 8 || !replaced[1].Is(success.Info()) {
		t.Errorf("%v", replaced)
	}
}

func stringOf(v any) string { s, _ := v.(string); return s }

func TestRules(t *testing.T) {
	file := filepath.Join(t.TempDir(), "frames")
	check(t, os.WriteFile(file, []byte("000004040000"+"01610000"+"\n\n01c004040000"+"00000000\n"), 0o600))
	for _, c := range []struct {
		options []string
		want    []int // msg_type of what the client receives
	}{
		{[]string{"-drop", "SetTarget"}, []int{1}},
		{[]string{"-drop", "SetTarget:to-server"}, []int{1, 0x21}},
		{[]string{"-drop", "SetTarget:to-client:1"}, []int{1}},
		{[]string{"-drop", "SetNewPrevHash:either:0", "-drop", "0/0x21"}, []int{1}},
		{[]string{"-drop", "SetupConnection.Success", "-replace", "SetTarget=" + file}, []int{4, 4}},
	} {
		c2, frames := conversation(t, true, true, append(c.options, "-plain-downstream", "-count", "-quiet")...)
		var got []int
		for _, f := range frames {
			got = append(got, int(f.MsgType))
		}
		if len(got) != len(c.want) || got[0] != c.want[0] || got[len(got)-1] != c.want[len(got)-1] {
			t.Errorf("%v: received %v, want %v", c.options, got, c.want)
		}
		if !strings.HasPrefix(c2.out.String(), "       1 to-server passed SetupConnection\n") || strings.Contains(c2.out.String(), "#1") {
			t.Errorf("%v\n%s", c.options, &c2.out)
		}
	}
}

// TestCountBound: a peer that makes up numbers of messages costs a bounded number of lines, and nothing without -count.
func TestCountBound(t *testing.T) {
	frame := func(p *printer, extension int, msgType uint8) {
		p.observe(sniffer.Entry{Event: sniffer.Passed, Direction: sniffer.ToServer,
			Frame: sv2.Frame{Header: codec.Header{ExtensionType: uint16(extension), MsgType: msgType}}})
	}
	var out bytes.Buffer
	p := newPrinter(&out, &options{count: true, quiet: true}, func() {})
	for extension := range 3 * mostUnknown {
		frame(p, 0x4000+extension, 0)
	}
	frame(p, 0, 0) // SetupConnection
	frame(p, 0x4000, 0)
	check(t, p.finish())
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for _, want := range []string{"       1 to-server passed SetupConnection", "       2 to-server passed 0x4000/0x00",
		fmt.Sprintf("%8d to-server passed other unknown messages", 2*mostUnknown)} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is not in %q ...", want, lines[:3])
		}
	}
	if len(lines) != mostUnknown+2 {
		t.Errorf("%d lines", len(lines))
	}
	p = newPrinter(&out, &options{quiet: true}, func() {})
	frame(p, 0x4000, 0)
	if len(p.counts) != 0 {
		t.Errorf("%v counted for nobody", p.counts)
	}
}

// TestIdentityFiles: the files of sv2-key, and what is wrong with them.
func TestIdentityFiles(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	keyFile, other, certificateFile := filepath.Join(dir, "key"), filepath.Join(dir, "other"), filepath.Join(dir, "certificate")
	random := rand.Reader
	authority, err := noise.GenerateSecretKey(random)
	check(t, err)
	defer authority.Release()
	for _, name := range []string{other, keyFile} {
		key, err := noise.GenerateSecretKey(random)
		check(t, err)
		defer key.Release()
		text, err := key.AppendText(nil)
		check(t, err)
		check(t, os.WriteFile(name, append(text, '\n'), 0o600))
		now := uint64(time.Now().Unix())
		from, until := noise.Window(now-200*86400, 0, 86400)
		certificate, err := noise.SignCertificate(authority, key.Public(), from, until, random)
		check(t, err)
		full := noise.FullCertificate{Certificate: certificate, Server: key.Public(), Authority: authority.Public()}
		check(t, os.WriteFile(certificateFile, []byte(hex.EncodeToString(full.Append(nil))), 0o600))
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := start(ctx, "-key", keyFile, "-certificate", certificateFile, "-plain-upstream", "127.0.0.1:1")
	if _, key := c.address(t); key != authority.Public().String() {
		t.Errorf("key %s", key)
	}
	cancel() // as a signal does
	c.wait(t, 0)
	if !strings.Contains(c.diagnostics.String(), "warning: clients will refuse the certificate: the certificate has expired") {
		t.Error(c.diagnostics.String())
	}
	for _, arguments := range [][]string{
		{"-key", other, "-certificate", certificateFile},
		{"-key", certificateFile, "-certificate", certificateFile},
		{"-key", keyFile, "-certificate", keyFile},
		{"-key", filepath.Join(dir, "none"), "-certificate", certificateFile},
	} {
		c := start(t.Context(), append(arguments, "-plain-upstream", "127.0.0.1:1")...)
		c.wait(t, 1)
	}
}

// TestRefused: what is wrong is said, with the exit status that goes with it, and no part of a secret.
func TestRefused(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	secret, err := noise.GenerateSecretKey(rand.Reader)
	check(t, err)
	defer secret.Release()
	text, err := secret.AppendText(nil)
	check(t, err)
	plain := []string{"-plain-upstream", "127.0.0.1:1"}
	for _, c := range []struct {
		code      int
		arguments []string
		part      string
	}{
		{2, nil, "usage:"},
		{2, []string{"-h"}, "usage:"},
		{2, []string{"-nothing"}, "not defined"},
		{2, []string{"a", "b"}, "usage:"},
		{2, []string{"stratum+tcp://pool.example:3333"}, "Stratum V1"},
		{2, []string{"stratum2+tcp://pool.example:3333"}, "no authority key"},
		{2, []string{"-plain-upstream", "nothing"}, "missing port"},
		{2, append([]string{"-key", "a"}, plain...), "go together"},
		{2, append([]string{"-plain-downstream", "-key", "a", "-certificate", "b"}, plain...), "needs no -key"},
		{2, append([]string{"-connections", "-1"}, plain...), "below 0"},
		{2, append([]string{"-drop", "Nothing"}, plain...), "no message of this name"},
		{2, append([]string{"-drop", "0x8000/1"}, plain...), "not a name"},
		{2, append([]string{"-drop", "SetTarget:up"}, plain...), "direction"},
		{2, append([]string{"-drop", "SetTarget:either:x"}, plain...), "not a number"},
		{2, append([]string{"-drop", "SetTarget=file"}, plain...), "want MESSAGE"},
		{2, append([]string{"-replace", "SetTarget"}, plain...), "want MESSAGE"},
		{2, append([]string{"-replace", "SetTarget="}, plain...), "want MESSAGE"},
		{2, append([]string{"-key", string(text)}, plain...), "this is a secret key"},
		{2, append([]string{"-listen=" + string(text)}, plain...), "this is a secret key"},
		{1, append([]string{"-replace", "SetTarget=" + filepath.Join(dir, "none")}, plain...), "no such file"},
		{1, append([]string{"-replace", "SetTarget=" + file("empty", "\n")}, plain...), "no frame"},
		{1, append([]string{"-replace", "SetTarget=" + file("text", "hello")}, plain...), "neither JSON"},
		{1, append([]string{"-replace", "SetTarget=" + file("short", "000004040000")}, plain...), "does not state the size"},
		{1, append([]string{"-replace", "SetTarget=" + file("json", `{"name":"SetTarget","fields":{}}`)}, plain...),
			"object 1: SetTarget.channel_id"},
		{1, append([]string{"-replace", "SetTarget=" + file("cut", `{"name":`)}, plain...), "unexpected EOF"},
		{1, append([]string{"-listen", "256.0.0.1:0"}, plain...), "listen"},
	} {
		got := start(t.Context(), c.arguments...)
		got.wait(t, c.code)
		if !strings.Contains(got.diagnostics.String(), c.part) || got.out.Len() != 0 {
			t.Errorf("%q: %q is not in\n%s", c.arguments, c.part, &got.diagnostics)
		}
		if strings.Contains(got.diagnostics.String(), string(text[10:30])) {
			t.Errorf("%q: a part of the secret is printed", c.part)
		}
	}
}

// fullDisk takes no byte.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestOutputFails: what cannot be printed ends the command.
func TestOutputFails(t *testing.T) {
	leaktest.Check(t)
	c := &command{announced: make(chan string, 1), done: make(chan int, 1)}
	go func() {
		c.done <- run(t.Context(), []string{"-plain-downstream", "-plain-upstream", "127.0.0.1:1"}, environment{fullDisk{}, c})
	}()
	address, _ := c.address(t)
	conn, err := net.Dial("tcp", address)
	check(t, err)
	defer conn.Close()
	c.wait(t, 1)
	_, _ = io.Copy(io.Discard, conn) // closed
	if !strings.Contains(c.diagnostics.String(), "no space left") {
		t.Error(c.diagnostics.String())
	}
}

// TestClientURL: a server on all addresses does not know its own.
func TestClientURL(t *testing.T) {
	for address, want := range map[string]string{
		"0.0.0.0:3333":  "stratum2+tcp://THIS-MACHINE:3333/",
		"[::]:3333":     "stratum2+tcp://THIS-MACHINE:3333/",
		"[::1]:3333":    "stratum2+tcp://[::1]:3333/",
		"10.0.0.1:3333": "stratum2+tcp://10.0.0.1:3333/",
	} {
		listening, err := net.ResolveTCPAddr("tcp", address)
		check(t, err)
		secret, err := noise.GenerateSecretKey(rand.Reader)
		check(t, err)
		if got := clientURL(listening, secret.Public()); got != want+secret.Public().String() {
			t.Errorf("%s: %s", address, got)
		}
		secret.Release()
	}
}
