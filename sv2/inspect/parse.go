package inspect

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// object is what ParseJSON looks at.
type object struct {
	Name          string         `json:"name"`
	ExtensionType *uint16        `json:"extension_type"`
	MsgType       *uint8         `json:"msg_type"`
	ChannelMsg    *bool          `json:"channel_msg"`
	Fields        map[string]any `json:"fields"`
	Undecoded     *string        `json:"undecoded"`
	Payload       *string        `json:"payload"`
	Trailing      string         `json:"trailing"`
	Frame         *string        `json:"frame"`
}

// ParseJSON makes a frame of one object, which may have other members beside those of [AppendJSON]. What it says about the
// message is taken from fields if there are any, else from payload, else from frame, so that a line with an edited field is a
// new message. extension_type and msg_type may be left out where name alone says which message it is, and channel_msg where it
// is that of the specification.
//
// All fields must be there, and no others, unless undecoded stands for the missing ones. Every error is of a [status.Kind]:
// [status.Argument] for what is not such an object, and those of [sv2.AppendField], in an [*sv2.Error] that names the field.
func ParseJSON(text []byte) (sv2.Frame, error) {
	var o object
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&o); err != nil {
		return sv2.Frame{}, fmt.Errorf("%w: %w", status.Argument, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return sv2.Frame{}, refuse("more than one object")
	}
	return o.frame()
}

func refuse(format string, values ...any) error {
	return fmt.Errorf("%w: %s", status.Argument, fmt.Sprintf(format, values...))
}

func (o *object) frame() (sv2.Frame, error) {
	if o.Fields == nil && o.Payload == nil {
		return o.wholeFrame()
	}
	h, err := o.header()
	if err != nil {
		return sv2.Frame{}, err
	}
	info := sv2.Lookup(h.ExtensionType, h.MsgType)
	h.ChannelMsg = h.ChannelMsg || o.ChannelMsg == nil && info != nil && info.ChannelMsg
	var payload []byte
	switch {
	case o.Fields == nil:
		payload, err = bytesOf("payload", *o.Payload)
	case info == nil:
		err = refuse("a message that is not known has a payload in place of fields")
	default:
		payload, err = o.payload(info)
	}
	if err != nil {
		return sv2.Frame{}, err
	}
	trailing, err := bytesOf("trailing", o.Trailing)
	if err != nil {
		return sv2.Frame{}, err
	}
	payload = append(payload, trailing...)
	if len(payload) > sv2.PayloadSizeMax {
		return sv2.Frame{}, status.FrameTooLarge
	}
	h.MsgLength = uint32(len(payload))
	return sv2.Frame{Header: h, Payload: payload}, nil
}

func (o *object) wholeFrame() (sv2.Frame, error) {
	if o.Frame == nil {
		return sv2.Frame{}, refuse("neither fields, payload nor frame")
	}
	b, err := bytesOf("frame", *o.Frame)
	if err != nil {
		return sv2.Frame{}, err
	}
	f, rest, _, err := sv2.TakeFrame(b, sv2.PayloadSizeMax)
	if err != nil || len(rest) > 0 {
		return sv2.Frame{}, refuse("frame is not exactly one frame")
	}
	return f, nil
}

// header finds out which message it is.
func (o *object) header() (h codec.Header, err error) {
	h.ChannelMsg = o.ChannelMsg != nil && *o.ChannelMsg
	switch {
	case o.ExtensionType != nil && o.MsgType != nil:
		h.ExtensionType, h.MsgType = *o.ExtensionType&^codec.ChannelMsgBit, *o.MsgType
		h.ChannelMsg = h.ChannelMsg || *o.ExtensionType&codec.ChannelMsgBit != 0
		return h, nil
	case o.ExtensionType != nil || o.MsgType != nil || o.Name == "":
		return h, refuse("extension_type and msg_type, or a name, are needed")
	}
	infos := Named(o.Name)
	if len(infos) != 1 {
		return h, refuse("%d messages have the name %q; extension_type and msg_type are needed", len(infos), o.Name)
	}
	h.ExtensionType, h.MsgType = infos[0].ExtensionType, infos[0].MsgType
	return h, nil
}

// Named returns the messages of that name, as the specification spells it: two for SetNewPrevHash, which exists in Mining and
// in Template Distribution, none for a name that is not known.
func Named(name string) []*sv2.Info {
	var infos []*sv2.Info
	for _, info := range sv2.Messages() {
		if info.Name == name {
			infos = append(infos, info)
		}
	}
	return infos
}

func (o *object) payload(info *sv2.Info) ([]byte, error) {
	var payload []byte
	used := 0
	for i, f := range info.Fields {
		v, ok := o.Fields[f.Name]
		if !ok && o.Undecoded != nil {
			break
		}
		value, fits := parseValue(f.Type, v)
		kind := status.Argument
		if ok && fits {
			payload, kind = sv2.AppendField(payload, f.Type, value)
		}
		if kind != 0 {
			return nil, &sv2.Error{Kind: kind, ExtensionType: info.ExtensionType, MsgType: info.MsgType, Field: i}
		}
		used++
	}
	if used != len(o.Fields) {
		return nil, refuse("%s: fields has a name that is not one of its fields, or is out of order with undecoded", info.Name)
	}
	if o.Undecoded == nil {
		return payload, nil
	}
	undecoded, err := bytesOf("undecoded", *o.Undecoded)
	return append(payload, undecoded...), err
}

func bytesOf(member, text string) ([]byte, error) {
	b, err := hex.DecodeString(text)
	if err != nil {
		return nil, refuse("%s is not hexadecimal", member)
	}
	return b, nil
}
