package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// The table in docs/interop.md is the list in differences.go.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/interop.md")
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := withTable(text)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, wanted) {
		t.Error("docs/interop.md has another table of differences; run go run ./test/interop -docs")
	}
}

// The document and the vectors name the versions that are built.
func TestVersions(t *testing.T) {
	lock := readText(t, "sri/Cargo.lock")
	table, _, _ := strings.Cut(readText(t, "../../docs/interop.md"), "## make interop")
	crate := regexp.MustCompile(`([a-z][a-z0-9_-]*[a-z0-9]) (\d+\.\d+\.\d+)`)
	checked := 0
	for _, m := range crate.FindAllStringSubmatch(table+readText(t, "sri/src/vectors.rs"), -1) {
		if m[1] == "sv2-tp" {
			continue
		}
		checked++
		if !strings.Contains(lock, fmt.Sprintf("name = %q\nversion = %q\n", m[1], m[2])) {
			t.Errorf("%s %s is not in Cargo.lock", m[1], m[2])
		}
	}
	if checked < 13 {
		t.Errorf("%d versions are named", checked)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// altering is a side that makes a mistake in one answer of a kind.
type altering struct {
	side
	what byte
	make func([]byte) []byte
}

func (s altering) ask(requests []request) ([]answer, error) {
	answers, err := s.side.ask(requests)
	for i, r := range requests {
		if r.what == s.what && answers[i].ok() {
			answers[i].body = s.make(bytes.Clone(answers[i].body))
			break
		}
	}
	return answers, err
}

func (s altering) name() string { return "peer" }

// A pair that runs libsv2 against itself finds nothing; each single mistake of one of them is found.
func TestPairsFindMistakes(t *testing.T) {
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	cut := func(b []byte) []byte { return b[:len(b)-1] }
	for _, c := range []struct {
		name  string
		do    func(*run) error
		what  byte
		wrong func([]byte) []byte
	}{
		{"messages, encoded", messages, askEncode, flip},
		{"messages, decoded", messages, askDecode, flip},
		{"damaged messages", damaged, askDecode, cut},
		{"first bytes of fields", fieldBytes, askDecode, cut},
		{"identities, written", identities, askWithIdentity, flip},
		{"identities, read", identities, askTLVs, cut},
		{"keys", keys, askKey, cut},
		{"key texts", keys, askParsePublicKey, flip},
		{"initiators, sealing", initiators, askSeal, flip},
		{"initiators, opening", initiators, askOpen, func([]byte) []byte { return nil }},
		{"act 2 of the peer", initiators, askRespond, flip},
		{"act 1 of the peer", responders, askStart, flip},
		{"plain frames", plainFrames, askSeal, cut},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := runAlone(t, c.do, newLibrary()); r.Unlisted > 0 || r.Cases == 0 {
				t.Errorf("alike: %d cases, %q", r.Cases, r.Shown)
			}
			if r := runAlone(t, c.do, altering{newLibrary(), c.what, c.wrong}); r.Unlisted == 0 {
				t.Errorf("nothing was found in %d cases", r.Cases)
			}
		})
	}
}

func runAlone(t *testing.T, do func(*run) error, theirs side) *result {
	t.Helper()
	r := &run{ours: newLibrary(), theirs: theirs, random: newRandom(1), count: 8, result: &result{Side: "Go", Peer: "peer"}}
	if err := do(r); err != nil {
		t.Fatal(err)
	}
	return r.result
}

// A difference that nobody listed fails the run, and so does a pair that ran nothing.
func TestFailed(t *testing.T) {
	good := result{Cases: 1}
	listed, unknown := result{Cases: 1}, result{Cases: 1}
	listed.listed(differences[0].ID)
	unknown.listed("no such difference")
	for _, c := range []struct {
		results []result
		failed  bool
	}{{nil, true}, {[]result{good, listed}, false}, {[]result{good, unknown}, true}, {[]result{good, {}}, true}} {
		if failed(c.results) != c.failed {
			t.Errorf("%+v: failed is not %v", c.results, c.failed)
		}
	}
}

// A difference that a side has not shown fails the run.
func TestEveryDifference(t *testing.T) {
	var results []result
	for _, d := range differences {
		r := result{Side: "Go", Peer: "SRI", What: d.pair(), Cases: 1}
		r.listed(d.ID)
		results = append(results, r)
	}
	if r := everyDifference(results, "Go", "SRI"); r.Unlisted > 0 || r.Cases != len(differences) {
		t.Errorf("all seen: %q", r.Shown)
	}
	if r := everyDifference(results, "C", "SRI"); r.Unlisted != len(differences) {
		t.Errorf("another side: %d", r.Unlisted)
	}
	for i, d := range differences {
		without := slices.Delete(slices.Clone(results), i, i+1)
		if r := everyDifference(without, "Go", "SRI"); r.Unlisted != 1 || !failed([]result{*r}) {
			t.Errorf("%s not seen: %q", d.ID, r.Shown)
		}
	}
}

// The form of values is that of the frame vectors.
func TestAppendMessage(t *testing.T) {
	m := &sv2.NewMiningJob{ChannelID: 1, JobID: 2, MinNtime: codec.SomeU32(3), Version: 4, MerkleRoot: codec.U256{31: 5}}
	const wanted = `{"extension_type":0,"msg_type":21,"channel_msg":true,"fields":{"channel_id":1,"job_id":2,"min_ntime":3,` +
		`"version":4,"merkle_root":"0000000000000000000000000000000000000000000000000000000000000005"},"trailing":"ff"}`
	if got := appendMessage(nil, value{m, []byte{0xff}}, true); string(got) != wanted {
		t.Errorf("got %s", got)
	}
	rate := appendFields(nil, &sv2.UpdateChannel{NominalHashRate: 1})
	if !bytes.HasPrefix(rate, []byte(`{"channel_id":0,"nominal_hash_rate":"0000803f",`)) {
		t.Errorf("F32: %s", rate)
	}
}
