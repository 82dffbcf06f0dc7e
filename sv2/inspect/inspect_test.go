package inspect_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/internal/corpus"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/inspect"
)

func frameOf(t testing.TB, m sv2.Message, trailing ...byte) sv2.Frame {
	t.Helper()
	b, err := m.AppendFrame(nil, trailing)
	if err != nil {
		t.Fatal(err)
	}
	return take(t, b)
}

func take(t testing.TB, b []byte) sv2.Frame {
	t.Helper()
	f, rest, _, err := sv2.TakeFrame(b, sv2.PayloadSizeMax)
	if err != nil || len(rest) > 0 {
		t.Fatal(err, rest)
	}
	return f
}

func bytesOf(t testing.TB, f sv2.Frame) []byte {
	t.Helper()
	b, err := inspect.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withoutFrame drops the member that would make it trivial to find the frame again.
func withoutFrame(t testing.TB, text []byte) []byte {
	t.Helper()
	before, _, ok := bytes.Cut(text, []byte(`,"frame":`))
	if !ok || !json.Valid(text) {
		t.Fatalf("%s", text)
	}
	return append(before, '}')
}

// TestVectors: the JSON of a frame has the members of its vector, and is the frame again; so is each prefix of a payload.
func TestVectors(t *testing.T) {
	content, err := os.ReadFile("../testdata/frames.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []map[string]any }
	decode(t, content, &file)
	for _, v := range file.Vectors {
		raw, _ := hex.DecodeString(v["frame"].(string))
		f, _, _, err := sv2.TakeFrame(raw, sv2.PayloadSizeMax)
		if err != nil {
			continue
		}
		text := inspect.AppendJSON(nil, f)
		var got map[string]any
		decode(t, text, &got)
		for _, member := range []string{"msg_type", "fields", "trailing", "frame"} {
			want := v[member]
			if v["error"] == nil && !sameJSON(t, got[member], want) {
				t.Errorf("%s: %s is %v, want %v", v["name"], member, got[member], want)
			}
		}
		if (v["error"] == nil) != (got["error"] == nil) {
			t.Errorf("%s: error %v, want %v", v["name"], got["error"], v["error"])
		}
		again, err := inspect.ParseJSON(withoutFrame(t, text))
		if err != nil || !bytes.Equal(bytesOf(t, again), raw) && !strings.Contains(string(text), "future_template") {
			t.Errorf("%s: %v\n%s", v["name"], err, text)
		}
		for n := range f.Payload {
			short := f
			short.Payload = f.Payload[:n]
			again, err := inspect.ParseJSON(withoutFrame(t, inspect.AppendJSON(nil, short)))
			if err != nil || len(again.Payload) != n || again.MsgType != f.MsgType {
				t.Fatalf("%s cut to %d: %v", v["name"], n, err)
			}
		}
	}
}

func decode(t testing.TB, content []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatal(err, string(content))
	}
}

func sameJSON(t testing.TB, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, _ := json.Marshal(b)
	return string(x) == strings.ReplaceAll(string(y), "782336.0", "782336")
}

// TestLossless: what JSON is bad at survives: all digits of a U64, numbers that are none, sequences, an absent OPTION, the
// channel_msg bit, TLVs, unknown messages.
func TestLossless(t *testing.T) {
	var list codec.SeqB016M
	list, _ = list.Append([]byte{1})
	list, _ = list.Append(nil)
	for _, m := range []sv2.Message{
		&sv2.NewTemplate{TemplateID: math.MaxUint64, CoinbaseTxValueRemaining: 1<<53 + 1, FutureTemplate: true},
		&sv2.OpenStandardMiningChannel{NominalHashRate: float32(math.Inf(-1))},
		&sv2.OpenStandardMiningChannel{NominalHashRate: float32(math.NaN())},
		&sv2.OpenStandardMiningChannel{NominalHashRate: 1.1e30},
		&sv2.NewMiningJob{}, &sv2.NewMiningJob{MinNtime: codec.SomeU32(0)},
		&sv2.SetGroupChannel{ChannelIDs: codec.SeqU32{}.AppendU32(1).AppendU32(math.MaxUint32)},
		&sv2.RequestTransactionDataSuccess{TransactionList: list},
		&sv2.RequestExtensions{RequestedExtensions: codec.SeqU16{}.AppendU16(0x4001)},
		&sv2.NewExtendedMiningJob{MerklePath: codec.SeqU256{}.AppendU256(codec.U256{1}).AppendU256(codec.U256{2})},
		&sv2.MiningSetNewPrevHash{NBits: 1}, &sv2.TemplateSetNewPrevHash{NBits: 1},
		&sv2.Raw{ExtensionType: 0x4001, MsgType: 9, ChannelMsg: true, Payload: []byte{1, 2, 3, 4}},
	} {
		for _, flip := range []bool{false, true} {
			f := frameOf(t, m, 2, 0, 1, 1, 0, 'x')
			f.ChannelMsg = f.ChannelMsg != flip
			text := inspect.AppendJSON(nil, f)
			again, err := inspect.ParseJSON(withoutFrame(t, text))
			if err != nil || !bytes.Equal(bytesOf(t, again), bytesOf(t, f)) {
				t.Errorf("%v\n%s\n%v", err, text, again)
			}
		}
	}
}

func TestParseJSON(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // the frame, or what the error says
	}{
		{`{"name":"SetupConnection.Success","fields":{"used_version":2,"flags":1}}`, "000001060000020001000000"},
		{`{"name":"SetTarget","fields":{"channel_id":1,"maximum_target":"` + strings.Repeat("00", 32) + `"}}`,
			"008021240000" + "01000000" + strings.Repeat("00", 32)},
		{`{"name":"CloseChannel","channel_msg":false,"fields":{"channel_id":1,"reason_code":"61"}}`, "000018060000" + "010000000161"},
		{`{"extension_type":49153,"msg_type":3,"payload":"00000000"}`, "01c003040000" + "00000000"},
		{`{"name":"ignored","frame":"000001060000020001000000"}`, "000001060000020001000000"},
		{`{"extension_type":0,"msg_type":1,"fields":{"used_version":3,"flags":1},"frame":"000001060000020001000000"}`,
			"000001060000030001000000"},
		{`{"extension_type":0,"msg_type":1,"fields":{"used_version":3},"undecoded":"0102"}`, "00000104000003000102"},
		{`{"name":"Reconnect","fields":{"new_host":"61","new_port":1},"trailing":"ff"}`, "000004050000" + "0161" + "0100" + "ff"},

		{``, "argument"},
		{`[]`, "argument"},
		{`{}`, "neither fields"},
		{`{"frame":"00"}`, "not exactly one frame"},
		{`{"frame":"000001060000020001000000ff"}`, "not exactly one frame"},
		{`{"frame":"zz"}`, "frame is not hexadecimal"},
		{`{"frame":"000001060000020001000000"} {}`, "more than one object"},
		{`{"name":"SetNewPrevHash","fields":{}}`, "2 messages have the name"},
		{`{"name":"Nothing","fields":{}}`, "0 messages have the name"},
		{`{"msg_type":1,"fields":{}}`, "are needed"},
		{`{"extension_type":0,"msg_type":256,"fields":{}}`, "argument"},
		{`{"extension_type":9,"msg_type":1,"fields":{}}`, "in place of fields"},
		{`{"name":"SetupConnection.Success","fields":{"used_version":2}}`, "SetupConnection.Success.flags"},
		{`{"name":"SetupConnection.Success","fields":{"used_version":65536,"flags":1}}`, "SetupConnection.Success.used_version"},
		{`{"name":"SetupConnection.Success","fields":{"used_version":-1,"flags":1}}`, "used_version"},
		{`{"name":"SetupConnection.Success","fields":{"used_version":2.5,"flags":1}}`, "used_version"},
		{`{"name":"SetupConnection.Success","fields":{"used_version":"2","flags":1}}`, "used_version"},
		{`{"name":"SetupConnection.Success","fields":{"used_version":2,"flags":1,"flag":1}}`, "not one of its fields"},
		{`{"name":"SetupConnection.Success","fields":{"flags":1},"undecoded":""}`, "out of order"},
		{`{"name":"Reconnect","fields":{"new_host":"` + strings.Repeat("61", 256) + `","new_port":1}}`, "Reconnect.new_host"},
		{`{"name":"Reconnect","fields":{"new_host":"6","new_port":1}}`, "Reconnect.new_host"},
		{`{"name":"SetTarget","fields":{"channel_id":1,"maximum_target":"00"}}`, "maximum_target"},
		{`{"name":"SetGroupChannel","fields":{"group_channel_id":1,"channel_ids":[1,"2"]}}`, "channel_ids"},
		{`{"name":"SetGroupChannel","fields":{"group_channel_id":1,"channel_ids":7}}`, "channel_ids"},
		{`{"name":"Reconnect","fields":{"new_host":"","new_port":1},"trailing":"f"}`, "trailing is not hexadecimal"},
	} {
		f, err := inspect.ParseJSON([]byte(c.text))
		if err == nil {
			if got := hex.EncodeToString(bytesOf(t, f)); got != c.want {
				t.Errorf("%s\nis %s, want %s", c.text, got, c.want)
			}
			continue
		}
		var kind status.Kind
		if !errors.As(err, &kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\nis %v, want %s", c.text, err, c.want)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		frame sv2.Frame
		want  string
	}{
		{frameOf(t, &sv2.SetupConnection{Protocol: 1, MinVersion: 2, MaxVersion: 2, Flags: 5, EndpointHost: []byte("pool\x1b[2J"),
			Vendor: []byte("v\u00e9")}),
			`SetupConnection protocol=1 min_version=2 max_version=2 flags=0x5 endpoint_host="pool\x1b[2J" endpoint_port=0 vendor="v\u00e9" hardware_version="" firmware="" device_id=""`},
		{frameOf(t, &sv2.NewMiningJob{MinNtime: codec.SomeU32(1_700_000_000)}),
			"NewMiningJob channel_id=0 job_id=0 min_ntime=1700000000 (2023-11-14T22:13:20Z) version=0 merkle_root=" + strings.Repeat("0", 64)},
		{frameOf(t, &sv2.NewMiningJob{}),
			"NewMiningJob channel_id=0 job_id=0 min_ntime=null version=0 merkle_root=" + strings.Repeat("0", 64)},
		{frameOf(t, &sv2.UpdateChannel{NominalHashRate: 1.5e12}),
			"UpdateChannel channel_id=0 nominal_hash_rate=1.5e+12 h/s maximum_target=" + strings.Repeat("0", 64)},
		{frameOf(t, &sv2.RequestExtensions{RequestID: 1, RequestedExtensions: codec.SeqU16{}.AppendU16(2).AppendU16(3)}),
			"RequestExtensions request_id=1 requested_extensions=[2 3]"},
		{frameOf(t, &sv2.SubmitSharesExtended{Extranonce: []byte{1}}, 2, 0, 1, 1, 0, 'x'),
			`SubmitSharesExtended channel_id=0 sequence_number=0 job_id=0 nonce=0 ntime=0 (1970-01-01T00:00:00Z) version=0 extranonce=01 +user_identity="x"`},
		{frameOf(t, &sv2.Reconnect{}, 1, 2), `Reconnect new_host="" new_port=0 trailing=0102`},
		{frameOf(t, &sv2.Raw{ExtensionType: 0x4001, MsgType: 2, ChannelMsg: true, Payload: make([]byte, 41)}),
			"unknown message 0x4001/0x02 channel_msg payload=" + strings.Repeat("00", 40) + "... (41 bytes)"},
		{sv2.Frame{Header: codec.Header{MsgType: 1}, Payload: []byte{2, 0, 1}},
			"SetupConnection.Success used_version=2 MALFORMED at flags: the input ends before the field does; undecoded=01"},
		{sv2.Frame{Header: codec.Header{MsgType: 4, ChannelMsg: true}, Payload: []byte{0, 0, 0}},
			`Reconnect new_host="" new_port=0 channel_msg=true`},
	} {
		if got := string(inspect.AppendText(nil, c.frame)); got != c.want {
			t.Errorf("%.300s\nwant\n%.300s", got, c.want)
		}
	}
}

// TestEveryMessage: no message, cut anywhere or with long lists, fails to be shown in one line that changes no terminal.
func TestEveryMessage(t *testing.T) {
	for _, info := range sv2.Messages() {
		for _, fill := range []byte{0, 1, 9, 0x1b, 0x9b, 255} {
			payload := bytes.Repeat([]byte{fill}, 3000)
			for _, n := range []int{0, 1, 5, 40, 3000} {
				f := sv2.Frame{Header: codec.Header{ExtensionType: info.ExtensionType, MsgType: info.MsgType}, Payload: payload[:n]}
				text := inspect.AppendText(nil, f)
				if !bytes.HasPrefix(text, []byte(info.Name)) || bytes.ContainsFunc(text, isNotPrintable) || len(text) > 8000 {
					t.Errorf("%.300s", text)
				}
				if !json.Valid(inspect.AppendJSON(nil, f)) {
					t.Errorf("%s: not JSON", info.Name)
				}
			}
		}
	}
}

func isNotPrintable(r rune) bool { return r < ' ' || r > '~' }

// TestCorpus: the seeds are what this makes.
func TestCorpus(t *testing.T) {
	seed := func(name, text string) corpus.Seed { return corpus.Seed{Name: name, Values: []any{[]byte(text)}} }
	corpus.Go(t, "FuzzParseJSON",
		seed("known", `{"name":"SetupConnection.Success","fields":{"used_version":2,"flags":1},"trailing":"00"}`),
		seed("undecoded", `{"extension_type":0,"msg_type":1,"fields":{"used_version":3},"undecoded":"0102"}`),
		seed("unknown", `{"extension_type":9,"msg_type":1,"payload":"0102"}`),
		seed("list", `{"name":"SetGroupChannel","fields":{"group_channel_id":1,"channel_ids":[1,2]}}`),
		seed("option", `{"name":"NewMiningJob","fields":{"channel_id":1,"job_id":1,"min_ntime":null,"version":1,"merkle_root":"00"}}`),
		seed("empty", `{}`))
}

// FuzzParseJSON: what is a frame is the same one in JSON, as far as JSON shows it.
func FuzzParseJSON(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		frame, err := inspect.ParseJSON(text)
		if err != nil {
			return
		}
		shown := withoutFrame(t, inspect.AppendJSON(nil, frame))
		again, err := inspect.ParseJSON(shown)
		if err != nil || !bytes.Equal(withoutFrame(t, inspect.AppendJSON(nil, again)), shown) {
			t.Errorf("%.300s\nis %.300s\nand then %v", text, shown, err)
		}
	})
}
