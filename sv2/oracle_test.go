package sv2

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/codec"
)

// oracle is another implementation in a process of its own. It is asked over pipes: a request is its length (U32,
// little-endian), 'D', and a frame; an answer is its length, an outcome, and the message as JSON or the reason.
type oracle struct {
	in  io.Writer
	out *bufio.Reader
}

// oracleOutcome is the first byte of an answer.
type oracleOutcome byte

const (
	oracleDone oracleOutcome = iota
	oracleRefused
	oraclePanicked
)

// startOracle starts the command that the environment variable SV2_ORACLE names, or skips.
func startOracle(t testing.TB) *oracle {
	t.Helper()
	words := strings.Fields(os.Getenv("SV2_ORACLE"))
	if len(words) == 0 {
		t.Skip("SV2_ORACLE names no other implementation")
	}
	command := exec.Command(words[0], words[1:]...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		command.Wait()
	})
	return &oracle{in, bufio.NewReader(out)}
}

// decode asks for the message in a frame.
func (o *oracle) decode(t testing.TB, frame []byte) (oracleOutcome, []byte) {
	t.Helper()
	request := append(binary.LittleEndian.AppendUint32(nil, uint32(1+len(frame))), 'D')
	if _, err := o.in.Write(append(request, frame...)); err != nil {
		t.Fatal(err)
	}
	var size [4]byte
	if _, err := io.ReadFull(o.out, size[:]); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, binary.LittleEndian.Uint32(size[:]))
	if _, err := io.ReadFull(o.out, answer); err != nil || len(answer) == 0 {
		t.Fatal(err)
	}
	return oracleOutcome(answer[0]), answer[1:]
}

// oracleForm is a value as the oracle writes it: as in frame vectors, but F32 as the hex of its bytes, so that a NaN compares.
func oracleForm(v any) string {
	if f, ok := v.(float32); ok {
		return hex.EncodeToString(codec.AppendF32(nil, f))
	}
	return render(v)
}

// FuzzOracle decodes any frame with libsv2 and with another implementation: both refuse it, or both find the same fields and the
// same bytes behind them. What they are known to see differently stands in knownDifference.
func FuzzOracle(f *testing.F) {
	o := startOracle(f)
	f.Fuzz(func(t *testing.T, which byte, payload []byte) {
		infos := Messages()
		info := infos[int(which)%len(infos)]
		m := new(AnyMessage).pick(info.ExtensionType, info.MsgType)
		header := codec.Header{ExtensionType: info.ExtensionType, ChannelMsg: info.ChannelMsg, MsgType: info.MsgType}
		frame, err := appendHeader(nil, header, len(payload))
		if err != nil {
			t.Fatal(err)
		}
		trailing, err := m.Decode(payload)
		outcome, answer := o.decode(t, append(frame, payload...))
		if knownDifference(m, err) {
			return
		}
		if (err == nil) != (outcome == oracleDone) {
			t.Fatalf("%s %x: %v, oracle %d %s", info.Name, payload, err, outcome, answer)
		}
		if err != nil {
			return
		}
		var theirs struct {
			Fields   map[string]any `json:"fields"`
			Trailing string         `json:"trailing"`
		}
		d := json.NewDecoder(bytes.NewReader(answer))
		d.UseNumber()
		if err := d.Decode(&theirs); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(trailing); got != theirs.Trailing {
			t.Fatalf("%s %x: %s behind it, oracle %s", info.Name, payload, got, theirs.Trailing)
		}
		for i, field := range info.Fields {
			ours, want := oracleForm(reflect.ValueOf(m).Elem().Field(i).Interface()), fmt.Sprint(theirs.Fields[field.Name])
			if ours != want {
				t.Fatalf("%s.%s in %x: %s, oracle %s", info.Name, field.Name, payload, ours, want)
			}
		}
	})
}

// knownDifference reports whether the two are known to differ about this message.
func knownDifference(m Message, err error) bool {
	setup, ok := m.(*SetupConnection)
	// The reference implementation does not decode a protocol that it does not know, and so cannot answer the client.
	return ok && err == nil && setup.Protocol > ProtocolTemplateDistribution
}
