package sv2

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
)

// frameVector is one entry of a file of frame vectors.
type frameVector struct {
	Name          string          `json:"name"`
	Frame         string          `json:"frame"`
	ExtensionType uint16          `json:"extension_type"`
	MsgType       uint8           `json:"msg_type"`
	Fields        map[string]any  `json:"fields"`
	Trailing      string          `json:"trailing"`
	Error         string          `json:"error"`
	Note          json.RawMessage `json:"note"`
}

// TestVectors reads testdata/frames.json and testdata/frames_sri.json, which the Rust reference implementation wrote
// (test/interop/sri), or the file that SV2_FRAME_VECTORS names: a list of vectors, or an object whose member vectors is one.
// Every frame must decode to the stated fields, and the fields must encode to the frame; or decoding must end with the stated
// kind. The first file covers FR-02, E1-03, TL-01, I1, I10, I11, I13, I15.
func TestVectors(t *testing.T) {
	files := []string{"testdata/frames.json", "testdata/frames_sri.json"}
	if file := os.Getenv("SV2_FRAME_VECTORS"); file != "" {
		files = []string{file}
	}
	for _, file := range files {
		vectors := readVectors(t, file)
		if len(vectors) == 0 {
			t.Fatalf("%s holds no vectors", file)
		}
		for _, v := range vectors {
			t.Run(v.Name, func(t *testing.T) { v.check(t) })
		}
	}
}

func readVectors(t *testing.T, file string) []frameVector {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []frameVector
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("[")) {
		decodeJSON(t, content, &vectors)
		return vectors
	}
	var wrapped struct {
		Vectors []frameVector `json:"vectors"`
	}
	decodeJSON(t, content, &wrapped)
	return wrapped.Vectors
}

func decodeJSON(t *testing.T, content []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func (v frameVector) check(t *testing.T) {
	frame := unhex(t, v.Frame)
	m, trailing, f, err := decodeWhole(frame)
	if v.Error != "" {
		if !sameKind(kindOf(err), v.Error) {
			t.Fatalf("decoding ended with %v, want %s", err, v.Error)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if f.ExtensionType != v.ExtensionType&^codec.ChannelMsgBit || f.MsgType != v.MsgType {
		t.Fatalf("pair is (%#x, %#x), want (%#x, %#x)", f.ExtensionType, f.MsgType, v.ExtensionType, v.MsgType)
	}
	if !bytes.Equal(trailing, unhex(t, v.Trailing)) {
		t.Errorf("trailing bytes are %x, want %s", trailing, v.Trailing)
	}
	compareFields(t, m, v.Fields)
	encoded, err := m.AppendFrame(nil, trailing)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encoded, frame) && !differsByIgnoredBits(m.Info(), f, encoded) {
		t.Errorf("encodes to %x, want %x", encoded, frame)
	}
}

// decodeWhole decodes one frame and requires that nothing follows it and that its message is known.
func decodeWhole(frame []byte) (Message, []byte, Frame, error) {
	f, rest, _, err := TakeFrame(frame, PayloadSizeMax)
	if err != nil {
		return nil, nil, f, err
	}
	if len(rest) != 0 {
		return nil, nil, f, status.Trailing
	}
	m, trailing, err := new(AnyMessage).Decode(f)
	if err == nil && m.Info() == nil {
		err = status.UnknownMessage
	}
	return m, trailing, f, err
}

// differsByIgnoredBits reports whether a frame may encode differently: its channel_msg bit is not that of section 8, or its
// message has a BOOL, whose upper bits a receiver ignores.
func differsByIgnoredBits(info *Info, f Frame, encoded []byte) bool {
	ignored := info.ChannelMsg != f.ChannelMsg
	for _, field := range info.Fields {
		ignored = ignored || field.Type == FieldBool
	}
	return ignored && len(encoded) == codec.HeaderSize+len(f.Payload)
}

func compareFields(t *testing.T, m Message, fields map[string]any) {
	t.Helper()
	value := reflect.ValueOf(m).Elem()
	if len(fields) != value.NumField() {
		t.Errorf("%d fields, want %d", value.NumField(), len(fields))
	}
	for i, f := range m.Info().Fields {
		want, ok := fields[f.Name]
		if !ok {
			t.Errorf("%s is not among the vector's fields", f.Name)
			continue
		}
		if got, want := render(value.Field(i).Interface()), fmt.Sprint(want); got != want && !sameFloat(value.Field(i).Interface(), want) {
			t.Errorf("%s is %s, want %s", f.Name, got, want)
		}
	}
}

// render prints a field value as its JSON form prints.
func render(v any) string {
	switch v := v.(type) {
	case []byte:
		return hex.EncodeToString(v)
	case codec.U256:
		return hex.EncodeToString(v[:])
	case codec.OptionU32:
		if !v.Present {
			return fmt.Sprint(nil)
		}
		return fmt.Sprint(v.Value)
	case codec.SeqU256:
		return renderSequence(v.Len(), func(i int) any { u := v.At(i); return hex.EncodeToString(u[:]) })
	case codec.SeqU32:
		return renderSequence(v.Len(), func(i int) any { return v.At(i) })
	case codec.SeqU16:
		return renderSequence(v.Len(), func(i int) any { return v.At(i) })
	case codec.SeqB016M:
		items := []any{}
		for item := range v.All() {
			items = append(items, hex.EncodeToString(item))
		}
		return fmt.Sprint(items)
	}
	return fmt.Sprint(v)
}

func renderSequence(n int, at func(int) any) string {
	items := make([]any, n)
	for i := range items {
		items[i] = at(i)
	}
	return fmt.Sprint(items)
}

func sameFloat(got any, want string) bool {
	f, ok := got.(float32)
	var w float64
	if _, err := fmt.Sscan(want, &w); !ok || err != nil {
		return false
	}
	return f == float32(w)
}

// sameKind compares a kind with its Go name, its C name or its text, whatever the case and the separators.
func sameKind(kind status.Kind, name string) bool {
	plain := func(s string) string {
		s = strings.TrimPrefix(strings.ToLower(s), "sv2_")
		return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.TrimPrefix(s, "err"))
	}
	wanted := plain(name)
	return wanted == strings.TrimPrefix(plain(kind.Name()), "err") || wanted == plain(kind.Error())
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
