package main

import (
	"bytes"
	"encoding/json"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libsv2/libsv2/sv2"
)

// TestServerByAddress: a server of which nothing but the address and the key is known.
func TestServerByAddress(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		server, err := newSessionVictim(sv2.Server, encrypted)
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		c := command{address: server.listener.Addr().String(), role: "server", insecure: !encrypted, protocol: "mining",
			deadline: time.Second, maxPayload: sv2.PayloadSizeDefault}
		if encrypted {
			c.key = server.about.Credentials.authority.text()
		}
		v, err := c.remoteVictim()
		if err != nil {
			t.Fatal(err)
		}
		expectGood(t, run(v, chosenCases("order"), Options{Parallel: 8, Bounds: defaultBounds}))
	}
}

// TestServerWithAnotherKey: a server that does not have the key that was given is not tried.
func TestServerWithAnotherKey(t *testing.T) {
	server, err := newSessionVictim(sv2.Server, true)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	c := command{address: server.listener.Addr().String(), role: "server", key: newAuthority().text(), protocol: "mining", deadline: time.Second}
	v, err := c.remoteVictim()
	if err != nil {
		t.Fatal(err)
	}
	if r := run(v, corpus(), Options{}); r.Close == nil || !strings.Contains(r.Close.Error(), "authority") || len(r.Results) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestClientByAddress: a client that connects again and again.
func TestClientByAddress(t *testing.T) {
	client, err := newSessionVictim(sv2.Client, false)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	client.about.Has &^= NeedsNegotiation
	c := command{address: "127.0.0.1:0", role: "client", insecure: true, protocol: "mining", deadline: time.Second,
		maxPayload: sv2.PayloadSizeDefault}
	v, err := c.remoteVictim()
	if err != nil {
		t.Fatal(err)
	}
	var connecting sync.WaitGroup
	defer connecting.Wait()
	defer v.Close()
	connecting.Go(func() {
		for {
			conn, err := net.DialTCP("tcp", nil, v.listener.Addr().(*net.TCPAddr))
			if err != nil {
				return
			}
			s, err := client.profile.Start(random, clock())
			must(err)
			drive(s, conn, react)
		}
	})
	expectGood(t, run(v, chosenCases("order"), Options{Parallel: 1, Bounds: defaultBounds}))
}

// TestCommandLine: what contradicts itself is refused.
func TestCommandLine(t *testing.T) {
	good := command{address: "127.0.0.1:0", role: "server", insecure: true, protocol: "mining"}
	if _, err := good.remoteVictim(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*command){
		"role":                   func(c *command) { c.role = "proxy" },
		"protocol":               func(c *command) { c.protocol = "stratum" },
		"neither key nor plain":  func(c *command) { c.insecure = false },
		"both":                   func(c *command) { c.key = newAuthority().text() },
		"a key that is none":     func(c *command) { c.insecure, c.key = false, "9x" },
		"a client with a key":    func(c *command) { c.insecure, c.role, c.key = false, "client", newAuthority().text() },
		"a server with no key":   func(c *command) { c.insecure, c.noise = false, true },
		"an address that is bad": func(c *command) { c.role, c.address = "client", "127.0.0.1" },
	} {
		c := good
		change(&c)
		if _, err := c.remoteVictim(); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

// TestPrints: the corpus and a report, as tables and as JSON.
func TestPrints(t *testing.T) {
	cases := corpus()
	var out bytes.Buffer
	printCorpus(&out, cases, false)
	if lines := strings.Count(out.String(), "\n"); lines != len(cases)+2 {
		t.Errorf("%d lines for %d cases", lines, len(cases))
	}
	out.Reset()
	printCorpus(&out, cases, true)
	var list []map[string]string
	if err := json.Unmarshal(out.Bytes(), &list); err != nil || len(list) != len(cases) {
		t.Errorf("%d objects: %v", len(list), err)
	}
	r := &Report{Victim: "x", Results: []Result{{Case: &cases[0]}, {Case: &cases[1], Problems: []string{"wrong"}}},
		Checks: []Check{{Problem: "descriptors"}}}
	out.Reset()
	printReport(&out, r, true)
	if text := out.String(); !strings.Contains(text, "wrong") || !strings.Contains(text, "2 cases, 2 not as expected") {
		t.Errorf("%s", text)
	}
	out.Reset()
	printJSON(&out, []*Report{r})
	var reports []struct {
		NotAsExpected int `json:"not_as_expected"`
	}
	if err := json.Unmarshal(out.Bytes(), &reports); err != nil || len(reports) != 1 || reports[0].NotAsExpected != 2 {
		t.Errorf("%+v %v", reports, err)
	}
}
