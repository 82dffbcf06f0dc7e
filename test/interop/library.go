package main

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// library is libsv2 through its Go packages.
type library struct {
	any     sv2.AnyMessage
	server  *noise.SecretKey // of all links in which this side responds
	last    uint32
	started map[uint32]*noise.Initiator
	links   map[uint32]*link
}

func newLibrary() *library {
	return &library{started: map[uint32]*noise.Initiator{}, links: map[uint32]*link{}}
}

func (l *library) name() string { return "Go" }

func (l *library) ask(requests []request) ([]answer, error) {
	answers := make([]answer, len(requests))
	for i, r := range requests {
		body, err := l.answer(r)
		if err != nil {
			answers[i] = refusal(err)
		} else {
			answers[i] = answer{done, body}
		}
	}
	return answers, nil
}

// refusal says why in the word of the C ABI, and behind it what the error knows beside.
func refusal(err error) answer {
	var kind status.Kind
	if !errors.As(err, &kind) {
		return answer{refused, []byte(err.Error())}
	}
	return answer{refused, []byte(kind.Name() + ": " + err.Error())}
}

func (l *library) answer(r request) ([]byte, error) {
	b := body{rest: r.body}
	switch r.what {
	case askDecode:
		f, v, err := l.decode(r.body)
		if err != nil {
			return nil, err
		}
		return appendMessage(nil, v, f.ChannelMsg), nil
	case askEncode:
		return r.value.message.AppendFrame(nil, r.value.trailing)
	case askTLVs:
		return l.tlvs(sv2.TLVOptions{AcceptBigEndian: b.take(1)[0] == 1}, b.rest)
	case askWithIdentity:
		identity := b.take(int(b.take(1)[0]))
		tlv, err := sv2.AppendTLV(nil, userIdentity(identity))
		if err != nil {
			return nil, err
		}
		return r.value.message.AppendFrame(nil, tlv)
	case askCommonMessage:
		_, v, err := l.decode(r.body)
		if err != nil {
			return nil, err
		}
		return []byte(v.message.Info().Name), nil
	case askVersion:
		return usedVersion(uint16(b.number()), uint16(b.number()), uint16(b.number()), uint16(b.number()))
	case askKey:
		return describeKey(b.take(32))
	case askParsePublicKey:
		key, err := noise.ParsePublicKey(r.body)
		return key[:], err
	case askParseSecretKey:
		return parseSecretKey(r.body)
	case askStart:
		return l.start(noise.PublicKey(b.take(32)), b.take(32))
	case askFinish:
		return l.finish(b.number(), b.number(), b.rest)
	case askRespond:
		return l.respond(b.take(32), b.number(), b.number(), b.take(32), b.rest)
	case askPlainLink:
		decoder, err := sv2.NewFrameDecoder(int(b.number()), sv2.Memory{})
		if err != nil {
			return nil, err
		}
		return l.keep(&link{decoder: decoder}), nil
	case askSeal:
		return l.links[b.number()].seal(b.rest)
	case askOpen:
		return l.links[b.number()].open(b.rest)
	case askForget:
		delete(l.links, b.number())
		return nil, nil
	}
	return nil, errors.New("no such request")
}

// body reads the parts of a request. This process writes requests itself, so a part that is missing is a mistake here.
type body struct{ rest []byte }

func (b *body) take(n int) []byte {
	part := b.rest[:n]
	b.rest = b.rest[n:]
	return part
}

func (b *body) number() uint32 { return binary.LittleEndian.Uint32(b.take(4)) }

// decode decodes one whole frame with a known message.
func (l *library) decode(b []byte) (sv2.Frame, value, error) {
	f, rest, _, err := sv2.TakeFrame(b, sv2.PayloadSizeMax)
	if err == nil && len(rest) > 0 {
		err = status.Trailing
	}
	if err != nil {
		return f, value{}, err
	}
	m, trailing, err := l.any.Decode(f)
	if err == nil && m.Info() == nil {
		err = status.UnknownMessage
	}
	return f, value{m, trailing}, err
}

func userIdentity(identity []byte) codec.TLV {
	return codec.TLV{ExtensionType: sv2.ExtensionWorkerSpecificHashrateTracking, FieldType: 1, Value: identity}
}

func (l *library) tlvs(options sv2.TLVOptions, frame []byte) ([]byte, error) {
	_, v, err := l.decode(frame)
	if err != nil {
		return nil, err
	}
	dst := []byte(`{"tlvs":[`)
	var identity []byte
	found := false
	for reader := sv2.NewTLVReader(v.trailing, options); ; {
		t, ok, err := reader.Next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if t.ExtensionType != sv2.ExtensionWorkerSpecificHashrateTracking {
			continue
		}
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		dst = fmt.Appendf(dst, `[%d,%d,"%x"]`, t.ExtensionType, t.FieldType, t.Value)
		if t.FieldType == 1 && !found {
			identity, found = t.Value, true
		}
	}
	if !found {
		return append(dst, `],"user_identity":null}`...), nil
	}
	return fmt.Appendf(dst, `],"user_identity":"%x"}`, identity), nil
}

// usedVersion returns the version that a server's session answers a client with.
func usedVersion(serverMin, serverMax, clientMin, clientMax uint16) ([]byte, error) {
	profile, err := session.NewServerProfile(&session.ServerConfig{
		Security: session.Plain(), Services: []session.Service{{}}, MinVersion: serverMin, MaxVersion: serverMax,
	})
	if err != nil {
		return nil, err
	}
	s, err := profile.Start(nil, session.Time{})
	if err != nil {
		return nil, err
	}
	defer s.Release()
	frame, err := (&sv2.SetupConnection{MinVersion: clientMin, MaxVersion: clientMax}).AppendFrame(nil, nil)
	if err != nil {
		return nil, err
	}
	if _, err := s.Feed(frame, session.Time{}); err != nil {
		return nil, err
	}
	_, version, _, _, ok := s.Setup()
	if !ok {
		return nil, status.State
	}
	return number(uint32(version)), nil
}
