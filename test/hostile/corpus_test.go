package main

import (
	"bytes"
	"slices"
	"testing"

	"github.com/libsv2/libsv2/sv2"
)

// TestCorpus: the cases are in the order of a conversation, say what they expect, and can be told apart.
func TestCorpus(t *testing.T) {
	cases := corpus()
	type key struct {
		step Step
		by   sv2.Party
		on   Links
		name string
		need Needs
	}
	seen := make(map[key]bool)
	if !slices.IsSortedFunc(cases, func(a, b Case) int { return int(a.Step) - int(b.Step) }) {
		t.Error("not in order")
	}
	for _, c := range cases {
		k := key{c.Step, c.By, c.On, c.Name, c.Needs & NeedsDecoding}
		if seen[k] {
			t.Errorf("twice: %+v", k)
		}
		seen[k] = true
		if c.Name == "" || c.Row == "" || c.On == 0 || c.By != sv2.Client && c.By != sv2.Server {
			t.Errorf("incomplete: %+v", c)
		}
		if c.Kind == 0 && c.Want != Leaves && c.Want != Either {
			t.Errorf("%s, %s: no kind", c.Step, c.Name)
		}
	}
}

// TestEachCaseHasAVictim: no case is only there to be listed.
func TestEachCaseHasAVictim(t *testing.T) {
	var victims []*Description
	for _, role := range []sv2.Party{sv2.Client, sv2.Server} {
		for _, encrypted := range []bool{false, true} {
			v, err := newSessionVictim(role, encrypted)
			if err != nil {
				t.Fatal(err)
			}
			victims = append(victims, v.about, &Description{Role: role, Encrypted: encrypted, Has: NeedsDecoding | NeedsDeadline})
			v.Close()
		}
	}
	for _, c := range corpus() {
		if !slices.ContainsFunc(victims, func(d *Description) bool { return d.applies(&c) }) {
			t.Errorf("%s, %s: no victim", c.Step, c.Name)
		}
	}
}

// TestPiecesOfCases: a case is tried on several victims, so a piece must not remember the one before.
func TestPiecesOfCases(t *testing.T) {
	last := flip(-1, func(p *peer) []byte { return make([]byte, p.about.MaxPayload) })
	for _, size := range []int{9, 3, 5} {
		want := make([]byte, size)
		want[size-1] = 1
		if got := last(&peer{about: &Description{MaxPayload: size}}); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %x", size, got)
		}
	}
}

// TestLinkAgreesWithItself: both ends of the hostile handshake make the same keys; that they are those of the specification
// is shown by every encrypted victim.
func TestLinkAgreesWithItself(t *testing.T) {
	c := newCredentials()
	i := newInitiator()
	certificate := c.certificate()
	act2, server := respond(i.ephemeral.encoding[:], c.server, certificate.Append(nil))
	client, key, shown, err := i.finish(act2)
	if err != nil || key != c.server.public || shown != certificate {
		t.Fatal(err, key, shown)
	}
	for _, ends := range [][2]*link{{client, server}, {server, client}} {
		for range 3 {
			plain, err := ends[1].open(ends[0].block([]byte("block")))
			if err != nil || !bytes.Equal(plain, []byte("block")) {
				t.Fatal(plain, err)
			}
		}
	}
	act2[200] ^= 1
	if _, _, _, err := newInitiator().finish(act2); err == nil {
		t.Error("an act 2 for somebody else")
	}
}
