package session

import (
	"bytes"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestCutUserIdentity: S0-13: at most 32 bytes, whole characters.
func TestCutUserIdentity(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"miner":                        "miner",
		strings.Repeat("a", 32):        strings.Repeat("a", 32),
		strings.Repeat("a", 33):        strings.Repeat("a", 32),
		strings.Repeat("é", 17):        strings.Repeat("é", 16),
		strings.Repeat("a", 31) + "é":  strings.Repeat("a", 31),
		strings.Repeat("a", 30) + "€":  strings.Repeat("a", 30),
		strings.Repeat("a", 29) + "😀x": strings.Repeat("a", 29),
		strings.Repeat("a", 28) + "😀x": strings.Repeat("a", 28) + "😀",
		strings.Repeat("\x80", 40):     strings.Repeat("\x80", 32),
		strings.Repeat("\xff", 40):     strings.Repeat("\xff", 32),
		"a" + strings.Repeat("\x80\x80", 9) + strings.Repeat("b", 40): "a" + strings.Repeat("\x80\x80", 9) + strings.Repeat("b", 13),
		"a" + strings.Repeat("\x80", 40):                              "a" + strings.Repeat("\x80", 31),
		strings.Repeat("a", 28) + strings.Repeat("\x80", 9):           strings.Repeat("a", 28) + strings.Repeat("\x80", 4),
	} {
		if got := cutUserIdentity([]byte(in)); string(got) != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func workers(t *testing.T, on bool) (client, server *end) {
	t.Helper()
	cc, sc := clientConfig(), serverConfig()
	cc.UserIdentity = []byte("Worker_001")
	cc.Extensions.Request, sc.Extensions.Supported = []uint16{2, 0x4001}, []uint16{0x4001}
	if on {
		sc.Extensions.Supported = []uint16{2, 0x4001}
	}
	return connect(t, cc, sc)
}

// TestUserIdentity: E2-01, E2-02, E2-03, E2-04, E2-07, S0-13, I3, TL-01, TL-02, TL-03: behind every share when negotiated, never
// otherwise.
func TestUserIdentity(t *testing.T) {
	share := &sv2.SubmitSharesExtended{ChannelID: 2, SequenceNumber: 7, Extranonce: []byte{1, 2, 3, 4}}
	raw := &sv2.Raw{MsgType: 0x1b, ChannelMsg: true}
	raw.Payload, _ = share.Append(nil)
	long := []byte(strings.Repeat("é", 17))
	for _, on := range []bool{true, false} {
		for _, c := range []struct {
			name string
			send func(e *end) error
			want string
			cut  bool
		}{
			{"configured", func(e *end) error { return e.Send(share) }, "Worker_001", false},
			{"raw", func(e *end) error { return e.Send(raw) }, "Worker_001", false},
			{"named", func(e *end) error { return e.SendShare(share, []byte("other")) }, "other", false},
			{"without a name", func(e *end) error { return e.SendShare(share, nil) }, "", false},
			{"too long", func(e *end) error { return e.SendShare(share, long) }, string(long[:32]), true},
		} {
			client, server := workers(t, on)
			check(t, c.send(client))
			check(t, client.Send(openFrame)) // other messages get nothing
			out := client.sent(t)
			want := frame(t, share)
			if on {
				want = frame(t, share, append([]byte{2, 0, 1, byte(len(c.want)), 0}, c.want...)...)
			}
			if want = append(want, frame(t, openFrame)...); !bytes.Equal(out, want) {
				t.Errorf("%s, negotiated %v:\n%x\nwant\n%x", c.name, on, out, want)
			}
			if client.take(); c.cut && on {
				client.expect(t, EventUserIdentityCut)
			} else {
				client.expect(t)
			}
			server.receive(out, 1000)
			server.take()
			kinds := server.kinds()
			v := server.events[len(kinds)-2]
			if v.Kind != EventMessage || v.HasUserIdentity != on || on && string(v.UserIdentity) != c.want {
				t.Errorf("%s, negotiated %v: %+v", c.name, on, v)
			}
			if last := server.last(t); last.HasUserIdentity {
				t.Error("an identity with another message")
			}
		}
	}
}

// TestUserIdentityCutOnce: the warning does not pile up.
func TestUserIdentityCutOnce(t *testing.T) {
	client, _ := workers(t, true)
	for range 100 {
		check(t, client.SendShare(&sv2.SubmitSharesExtended{}, make([]byte, 33)))
	}
	client.take()
	client.expect(t, EventUserIdentityCut)
	check(t, client.SendShare(&sv2.SubmitSharesExtended{}, make([]byte, 33)))
	client.take()
	client.expect(t, EventUserIdentityCut)
	// A share that does not fit has not been cut.
	share, sent := &sv2.SubmitSharesExtended{}, 0
	for ; client.SendShare(share, nil) == nil; sent++ {
	}
	if err := client.SendShare(share, make([]byte, 33)); err != status.QueueFull || sent == 0 {
		t.Fatal(err)
	}
	client.take()
	client.expect(t)
}

// TestUserIdentityReceived: E2-04, E2-05, TL-04, TL-05, TL-06, TL-07, I3, I4: scanned in any order when negotiated; broken or over-long is
// rejected with the message, and the connection goes on; nothing is looked at when it is not negotiated.
func TestUserIdentityReceived(t *testing.T) {
	tlv := func(extension uint16, n int) []byte {
		return append([]byte{byte(extension), byte(extension >> 8), 1, byte(n), byte(n >> 8)}, bytes.Repeat([]byte{'w'}, n)...)
	}
	for _, c := range []struct {
		name     string
		trailing []byte
		identity int // -1: none
		reject   status.Kind
	}{
		{"none", nil, -1, 0},
		{"10 bytes", tlv(2, 10), 10, 0},
		{"empty", tlv(2, 0), 0, 0},
		{"32 bytes", tlv(2, 32), 32, 0},
		{"behind another", append(tlv(0x4001, 300), tlv(2, 5)...), 5, 0},
		{"in front of another", append(tlv(2, 5), tlv(0x4001, 3)...), 5, 0},
		{"only another", tlv(0x4001, 3), -1, 0},
		{"33 bytes", tlv(2, 33), -1, status.TLVTooLong},
		{"cut header", []byte{2, 0, 1}, -1, status.BadTLV},
		{"cut value", tlv(2, 9)[:10], -1, status.BadTLV},
		{"big-endian", []byte{0, 2, 1, 0, 1, 'w'}, -1, status.BadTLV},
		{"twice", append(tlv(2, 4), tlv(2, 5)...), 4, 0},
		{"33 bytes behind another", append(tlv(2, 4), tlv(2, 33)...), -1, status.TLVTooLong},
		{"cut behind the identity", append(tlv(2, 4), 1, 0x40, 9), -1, status.BadTLV},
	} {
		for _, on := range []bool{true, false} {
			_, server := workers(t, on)
			server.take()
			server.events = nil
			server.receive(frame(t, &sv2.SubmitSharesExtended{SequenceNumber: 7}, c.trailing...), 1000)
			v := server.last(t)
			switch {
			case on && c.reject != 0:
				if v.Kind != EventRejected || v.Status != c.reject || v.HasUserIdentity {
					t.Errorf("%s: %+v", c.name, v)
				}
			case v.Kind != EventMessage || v.HasUserIdentity != (on && c.identity >= 0) || v.HasUserIdentity && len(v.UserIdentity) != c.identity:
				t.Errorf("%s, negotiated %v: %+v", c.name, on, v)
			}
			check(t, server.Err())
		}
	}
	cc, sc := clientConfig(), serverConfig()
	cc.Extensions.Request, sc.Extensions.Supported, sc.TLVs.AcceptBigEndian = []uint16{2}, []uint16{2}, true
	_, server := connect(t, cc, sc)
	server.receive(frame(t, &sv2.SubmitSharesExtended{}, 0, 2, 1, 0, 1, 'w'), 1000)
	if v := server.last(t); string(v.UserIdentity) != "w" {
		t.Errorf("I3: %+v", v)
	}
	server.receive(frame(t, &sv2.Raw{MsgType: 0x1b, Payload: []byte{1}}), 1000)
	if v := server.last(t); v.Kind != EventMessage {
		t.Errorf("malformed: %+v", v)
	}
}

// TestSendWithTLVs: TL-03, TL-04, E1-05, E2-07: of negotiated extensions, in order, the user identity first.
func TestSendWithTLVs(t *testing.T) {
	client, server := workers(t, true)
	share := &sv2.SubmitSharesExtended{ChannelID: 2}
	experimental := []byte{0x01, 0x40, 9, 2, 0, 'x', 'y'}
	for name, c := range map[string]struct {
		tlvs []byte
		want status.Kind
	}{
		"identity":       {[]byte{2, 0, 1, 1, 0, 'w'}, status.Argument},
		"not negotiated": {[]byte{3, 0, 1, 0, 0}, status.NotNegotiated},
		"order":          {append(bytes.Clone(experimental), 1, 0, 1, 0, 0), status.Argument},
		"cut":            {experimental[:6], status.BadTLV},
	} {
		if err := client.SendWithTLVs(share, c.tlvs); err == nil || kindOf(err) != c.want || len(client.Output()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	check(t, client.SendWithTLVs(share, experimental))
	want := frame(t, share, append([]byte("\x02\x00\x01\x0a\x00Worker_001"), experimental...)...)
	if out := client.sent(t); !bytes.Equal(out, want) {
		t.Errorf("%x\nwant\n%x", out, want)
	}
	server.receive(want, 1000)
	if v := server.last(t); string(v.UserIdentity) != "Worker_001" {
		t.Errorf("%+v", v)
	}
	// Several of one extension stay in the order that the extension gives them.
	check(t, client.SendWithTLVs(openFrame, append(bytes.Clone(experimental), 0x01, 0x40, 3, 0, 0)))
	if out := client.sent(t); !bytes.Equal(out, frame(t, openFrame, append(bytes.Clone(experimental), 0x01, 0x40, 3, 0, 0)...)) {
		t.Errorf("%x", out)
	}
	check(t, client.SendWithTLVs(openFrame, experimental))
	if out := client.sent(t); !bytes.Equal(out, frame(t, openFrame, experimental...)) {
		t.Errorf("%x", out)
	}
	client, _ = workers(t, false)
	client.Close()
	if err := client.SendWithTLVs(share, nil); err != client.Err() {
		t.Error(err)
	}
}

// TestKeptUserIdentity: a profile keeps no more of a configured identity than decides where it is cut, and the cut is the same
// (S0-13).
func TestKeptUserIdentity(t *testing.T) {
	for _, identity := range []string{"", "worker", strings.Repeat("w", 32), strings.Repeat("w", 33), strings.Repeat("w", 31) + "é", strings.Repeat("ü", 5000)} {
		kept := keptUserIdentity([]byte(identity))
		if len(kept) > sv2.UserIdentityMax+1 {
			t.Errorf("%.40q: %d bytes kept", identity, len(kept))
		}
		if got, want := string(cutUserIdentity(kept)), string(cutUserIdentity([]byte(identity))); got != want {
			t.Errorf("%.40q: cut to %q, expected %q", identity, got, want)
		}
	}
}
