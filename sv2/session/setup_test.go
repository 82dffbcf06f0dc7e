package session

import (
	"bytes"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestSetupRefused: SE-11, SE-12, SE-13, SE-15, SE-16, SE-17, SE-18, S3-06, I29, conversation T4: each reason, checked in
// the order protocol, version, flags; the answer is flushed before the close, and the client learns it.
func TestSetupRefused(t *testing.T) {
	jobDeclaration := Service{Protocol: sv2.ProtocolJobDeclaration, Flags: sv2.SetupDeclareTxData, RequiredFlags: sv2.SetupDeclareTxData}
	for _, c := range []struct {
		name  string
		m     sv2.SetupConnection
		kind  status.Kind
		flags uint32
		code  string
	}{
		{"protocol", sv2.SetupConnection{Protocol: 2, MinVersion: 2, MaxVersion: 2}, status.UnsupportedProtocol, 0, "unsupported-protocol"},
		{"unknown protocol", sv2.SetupConnection{Protocol: 77, MinVersion: 2, MaxVersion: 2}, status.UnsupportedProtocol, 0, "unsupported-protocol"},
		{"protocol before version", sv2.SetupConnection{Protocol: 77, MinVersion: 3, MaxVersion: 3, Flags: 8}, status.UnsupportedProtocol, 0, "unsupported-protocol"},
		{"version above", sv2.SetupConnection{MinVersion: 3, MaxVersion: 3}, status.UnsupportedVersion, 0, "protocol-version-mismatch"},
		{"version below", sv2.SetupConnection{MinVersion: 0, MaxVersion: 1}, status.UnsupportedVersion, 0, "protocol-version-mismatch"},
		{"min above max", sv2.SetupConnection{MinVersion: 3, MaxVersion: 2}, status.UnsupportedVersion, 0, "protocol-version-mismatch"},
		{"version before flags", sv2.SetupConnection{MinVersion: 3, MaxVersion: 3, Flags: 8}, status.UnsupportedVersion, 0, "protocol-version-mismatch"},
		{"flags", sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Flags: 0x8000_000f}, status.UnsupportedFlags, 0x8000_000c, "unsupported-feature-flags"},
		{"missing flag", sv2.SetupConnection{Protocol: 1, MinVersion: 2, MaxVersion: 2}, status.MissingFlags, 1, "missing-declare-tx-data-flag"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sc := serverConfig()
			sc.Services = append(sc.Services, jobDeclaration)
			server := startServer(t, sc)
			if len(server.Output()) != 0 {
				t.Fatal("SE-18: the server speaks first")
			}
			c.m.Vendor = []byte("v")
			server.receive(frame(t, &c.m), 1000)
			why := server.expectEnd(t, c.kind, PhaseSetup)
			if why.Code != c.code || why.Flags != c.flags {
				t.Fatalf("%+v", why)
			}
			if v := server.last(t); !v.Drain || v.ErrorCode != c.code || v.Flags != c.flags || server.Finished() {
				t.Fatalf("nothing to drain: %+v", v)
			}
			// Partial writes after the end.
			first := bytes.Clone(server.Output()[:7])
			check(t, server.Sent(7))
			answer := append(first, server.sent(t)...)
			if !server.Finished() {
				t.Fatal("not finished")
			}
			messages := messagesOf(t, answer)
			m, ok := messages[0].(*sv2.SetupConnectionError)
			if len(messages) != 1 || !ok || m.Flags != c.flags || string(m.ErrorCode) != c.code {
				t.Fatalf("answer %+v", messages)
			}
			client := startClient(t, clientConfig())
			client.receive(answer, 1000)
			why = client.expectEnd(t, status.SetupRefused, PhaseSetup)
			if why.Code != c.code || why.Flags != c.flags || why.Kind.Class() != status.ClassConfiguration {
				t.Fatalf("client: %+v", why)
			}
		})
	}
}

// TestSetupRefusedOverNoise: I29: the refusal passes the encrypted link although the keys are wiped at the end.
func TestSetupRefusedOverNoise(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	cc.Setup.Flags = 0xffff_ffff // SE-08: probing
	client, server := startClient(t, cc), startServer(t, sc)
	pump(t, client, server, 1000, 5)
	server.expectEnd(t, status.UnsupportedFlags, PhaseSetup)
	if why := client.expectEnd(t, status.SetupRefused, PhaseSetup); why.Flags != 0xffff_fffc {
		t.Fatalf("flags %x", why.Flags)
	}
}

// TestSetupConnectionSent: SE-01, SE-02, SE-06: the client's first message, and nothing else before the answer.
func TestSetupConnectionSent(t *testing.T) {
	cc := clientConfig()
	cc.Extensions.Request = []uint16{2}
	client := startClient(t, cc)
	m := one[*sv2.SetupConnection](t, client)
	if m.Protocol != 0 || m.MinVersion != 2 || m.MaxVersion != 2 || string(m.EndpointHost) != "pool.example" || m.EndpointPort != 3333 ||
		string(m.Vendor) != "libsv2 test" || len(m.DeviceID) != 0 {
		t.Fatalf("%+v", m)
	}
	if err := client.Send(openFrame); err != status.State {
		t.Fatalf("Send during setup: %v", err)
	}
}

// TestSetupSuccess: SE-07, SE-09, SE-10, SE-17, I16, S1-02: what a client accepts.
func TestSetupSuccess(t *testing.T) {
	for _, c := range []struct {
		name            string
		protocol        uint8
		request, refuse uint32
		min, max        uint16
		m               sv2.SetupConnectionSuccess
		want            status.Kind // 0: established
		flags           uint32
	}{
		{name: "plain", m: sv2.SetupConnectionSuccess{UsedVersion: 2}},
		{name: "flags to act on", m: sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: 3}},
		{name: "bits without a meaning", m: sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: 0xf0}},
		{name: "in the range", min: 2, max: 4, m: sv2.SetupConnectionSuccess{UsedVersion: 3}},
		{name: "version below", m: sv2.SetupConnectionSuccess{UsedVersion: 1}, want: status.UsedVersion},
		{name: "version above", m: sv2.SetupConnectionSuccess{UsedVersion: 3}, want: status.UsedVersion},
		{name: "fixed version, rolling", request: 4, m: sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: 1}, want: status.SuccessFlags, flags: 1},
		{name: "extended channels, standard jobs", request: 1, m: sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: 3}, want: status.SuccessFlags, flags: 2},
		{name: "configured", refuse: 2, m: sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: 2}, want: status.SuccessFlags, flags: 2},
		{name: "another namespace", protocol: 1, request: 1, m: sv2.SetupConnectionSuccess{UsedVersion: 2, Flags: 3}},
		{name: "template distribution", protocol: 2, m: sv2.SetupConnectionSuccess{UsedVersion: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cc := clientConfig()
			cc.Setup.Protocol, cc.Setup.Flags, cc.RefuseFlags = c.protocol, c.request, c.refuse
			cc.Setup.MinVersion, cc.Setup.MaxVersion = c.min, c.max
			client := startClient(t, cc)
			client.receive(frame(t, &c.m), 1000)
			if c.want != 0 {
				if why := client.expectEnd(t, c.want, PhaseSetup); why.Flags != c.flags {
					t.Errorf("flags %x", why.Flags)
				}
				return
			}
			events := client.expect(t, EventSetup, EventEstablished)
			if events[0].UsedVersion != c.m.UsedVersion || events[0].Flags != c.m.Flags {
				t.Errorf("%+v", events[0])
			}
			protocol, version, request, success, ok := client.Setup()
			if protocol != c.protocol || version != c.m.UsedVersion || request != c.request || success != c.m.Flags || !ok {
				t.Error("Setup does not say what was settled")
			}
		})
	}
}

// TestVersionChosen: SE-16: the highest version that both have.
func TestVersionChosen(t *testing.T) {
	for _, c := range []struct{ clientMin, clientMax, serverMin, serverMax, used uint16 }{
		{2, 2, 2, 2, 2}, {2, 5, 2, 3, 3}, {1, 2, 2, 9, 2}, {0, 65535, 2, 2, 2},
	} {
		sc := serverConfig()
		sc.MinVersion, sc.MaxVersion = c.serverMin, c.serverMax
		server := startServer(t, sc)
		server.receive(frame(t, &sv2.SetupConnection{MinVersion: c.clientMin, MaxVersion: c.clientMax, Vendor: []byte("v")}), 1000)
		if m := one[*sv2.SetupConnectionSuccess](t, server); m.UsedVersion != c.used || m.Flags != 0 {
			t.Errorf("%+v: %+v", c, m)
		}
	}
}

// TestEmptyRange: SE-18: a range that ends before it begins has no version in it, also when both numbers are supported.
func TestEmptyRange(t *testing.T) {
	sc := serverConfig()
	sc.MinVersion, sc.MaxVersion = 2, 5
	server := startServer(t, sc)
	server.receive(frame(t, &sv2.SetupConnection{MinVersion: 4, MaxVersion: 3, Vendor: []byte("v")}), 1000)
	server.expectEnd(t, status.UnsupportedVersion, PhaseSetup)
}

// TestSuccessFlagsAreNotAnEcho: SE-17, JS-01, I16.
func TestSuccessFlagsAreNotAnEcho(t *testing.T) {
	sc := serverConfig()
	sc.Services[0].SuccessFlags = sv2.SetupSuccessRequiresFixedVersion
	server := startServer(t, sc)
	server.receive(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Flags: 3, Vendor: []byte("v")}), 1000)
	if m := one[*sv2.SetupConnectionSuccess](t, server); m.Flags != 1 {
		t.Errorf("flags %x", m.Flags)
	}
}

// TestFirstMessage: SE-01, SE-18, I28, S3-16, S2-08, S3-13, S1-06: what may not come before, instead of, or a second time.
func TestFirstMessage(t *testing.T) {
	setup := &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")}
	extensions := &sv2.RequestExtensions{RequestID: 1, RequestedExtensions: list(2)}
	unknown := &sv2.Raw{ExtensionType: 0x4000, MsgType: 1}
	for _, c := range []struct {
		name  string
		send  []sv2.Message
		want  status.Kind
		phase Phase
	}{
		{"another message", []sv2.Message{openFrame}, status.UnexpectedMessage, PhaseSetup},
		{"extensions", []sv2.Message{extensions}, status.UnexpectedMessage, PhaseSetup},
		{"of an unknown extension", []sv2.Message{unknown}, status.UnexpectedMessage, PhaseSetup},
		{"wrong direction", []sv2.Message{setupOK}, status.WrongDirection, PhaseSetup},
		{"second", []sv2.Message{setup, setup}, status.DuplicateSetup, PhaseNegotiation},
		{"second, late", []sv2.Message{setup, openFrame, setup}, status.DuplicateSetup, PhaseEstablished},
		{"answer", []sv2.Message{setup, openFrame, setupOK}, status.WrongDirection, PhaseEstablished},
	} {
		t.Run("server "+c.name, func(t *testing.T) {
			server := startServer(t, serverConfig())
			for _, m := range c.send {
				server.receive(frame(t, m), 1000)
			}
			server.expectEnd(t, c.want, c.phase)
		})
	}
	refused := &sv2.SetupConnectionError{ErrorCode: []byte("x")}
	for _, c := range []struct {
		name  string
		send  []sv2.Message
		want  status.Kind
		phase Phase
	}{
		{"another message", []sv2.Message{job}, status.UnexpectedMessage, PhaseSetup},
		{"I28: msg_type of Success, extension 1", []sv2.Message{success(1)}, status.UnsolicitedAnswer, PhaseSetup},
		{"Reconnect", []sv2.Message{&sv2.Reconnect{}}, status.ReconnectInSetup, PhaseSetup},
		{"wrong direction", []sv2.Message{setup}, status.WrongDirection, PhaseSetup},
		{"unknown type", []sv2.Message{&sv2.Raw{MsgType: 0xee}}, status.UnexpectedMessage, PhaseSetup},
		{"unknown type, extension 1", []sv2.Message{&sv2.Raw{ExtensionType: 1, MsgType: 9}}, status.UnexpectedMessage, PhaseSetup},
		{"second Success", []sv2.Message{setupOK, setupOK}, status.UnsolicitedAnswer, PhaseEstablished},
		{"late Error", []sv2.Message{setupOK, job, refused}, status.UnsolicitedAnswer, PhaseEstablished},
	} {
		t.Run("client "+c.name, func(t *testing.T) {
			client := startClient(t, clientConfig())
			for _, m := range c.send {
				client.receive(frame(t, m), 1000)
			}
			why := client.expectEnd(t, c.want, c.phase)
			if why.Err == nil || why.Err.Error() == "" {
				t.Error("the error does not name the message")
			}
		})
	}
	client := startClient(t, clientConfig())
	client.receive(frame(t, &sv2.Reconnect{NewHost: []byte("other"), NewPort: 7}), 1000)
	var m sv2.Reconnect
	if _, err := sv2.DecodeFrame(client.last(t).Frame, &m); err != nil || string(m.NewHost) != "other" || m.NewPort != 7 {
		t.Errorf("S1-06: %+v %v", m, err)
	}
	if status.ReconnectInSetup.Class() != status.ClassTransient {
		t.Error("S1-08: ReconnectInSetup is fatal")
	}
}

// TestMalformedSetup: FR-14, TY-17: a cut message ends the session with its field named; bytes behind it are TLVs and are
// ignored.
func TestMalformedSetup(t *testing.T) {
	cut := &sv2.Raw{MsgType: 0, Payload: []byte{0, 2, 0, 2}}
	server := startServer(t, serverConfig())
	server.receive(frame(t, cut), 1000)
	if why := server.expectEnd(t, status.Truncated, PhaseSetup); !strings.Contains(why.Error(), "SetupConnection.") {
		t.Errorf("%v", why)
	}
	client := startClient(t, clientConfig())
	client.receive(frame(t, &sv2.Raw{MsgType: 1, Payload: []byte{2, 0}}), 1000)
	client.expectEnd(t, status.Truncated, PhaseSetup)
	client = startClient(t, clientConfig())
	client.receive(frame(t, &sv2.Raw{MsgType: 2, Payload: []byte{2, 0}}), 1000)
	client.expectEnd(t, status.Truncated, PhaseSetup)
	client = startClient(t, clientConfig())
	client.receive(frame(t, setupOK, 0xff, 0xff, 1, 0, 0), 1000)
	client.expect(t, EventSetup, EventEstablished)
}

// TestErrorCodes: ER-01, ER-02, ER-03, ER-04, ER-05, I35: any text ends in the same kind; it is quoted for people.
func TestErrorCodes(t *testing.T) {
	for _, code := range []string{"", "unsupported-protocol", "no such\ncode\x00\xff", strings.Repeat("x", 255)} {
		client := startClient(t, clientConfig())
		client.receive(frame(t, &sv2.SetupConnectionError{Flags: 8, ErrorCode: []byte(code)}), 1000)
		why := client.expectEnd(t, status.SetupRefused, PhaseSetup)
		if why.Code != code || !printable(why.Error()) {
			t.Errorf("%q: %q", code, why.Error())
		}
	}
	for _, code := range sv2.ErrorCodeUnsupportedProtocol + sv2.ErrorCodeMissingDeclareTxDataFlag {
		if code < ' ' || code > '~' {
			t.Errorf("ER-04: %q", code)
		}
	}
}

func printable(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// TestHoldSetup: S2-01, S2-11: the program decides with the message in hand; what comes meanwhile waits.
func TestHoldSetup(t *testing.T) {
	setup := &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Flags: 2, Vendor: []byte("v"), DeviceID: []byte("device")}
	hold := func() *end {
		sc := serverConfig()
		sc.HoldSetup = true
		sc.Extensions.Supported = []uint16{2}
		server := startServer(t, sc)
		if err := server.AcceptSetup(0); err != status.State {
			t.Fatal(err)
		}
		server.receive(frame(t, setup), 1000)
		v := server.expect(t, EventSetupRequest)[0]
		var m sv2.SetupConnection
		if _, err := sv2.DecodeFrame(v.Frame, &m); err != nil || string(m.DeviceID) != "device" || v.Flags != 2 || v.UsedVersion != 2 {
			t.Fatalf("%+v %v", v, err)
		}
		if len(server.Output()) != 0 || server.Phase() != PhaseDecision {
			t.Fatal("answered by itself")
		}
		return server
	}
	server := hold()
	server.receive(frame(t, &sv2.RequestExtensions{RequestID: 4, RequestedExtensions: list(2)}), 1000)
	server.receive(frame(t, openFrame), 1000)
	server.expect(t)
	check(t, server.AcceptSetup(sv2.SetupSuccessRequiresExtendedChannels))
	server.take()
	server.expect(t, EventSetup, EventEstablished, EventMessage)
	messages := messagesOf(t, server.sent(t))
	if len(messages) != 2 || messages[0].(*sv2.SetupConnectionSuccess).Flags != 2 || messages[1].(*sv2.RequestExtensionsSuccess).RequestID != 4 {
		t.Fatalf("%+v", messages)
	}

	server = hold()
	for _, bad := range []string{"", "tab\t", "é", strings.Repeat("x", 256)} {
		if err := server.RefuseSetup(0, bad); err != status.Argument {
			t.Errorf("ER-05: %q: %v", bad, err)
		}
	}
	if err := server.RefuseSetup(4, "x"); err != status.Argument {
		t.Errorf("flags that were not requested: %v", err)
	}
	check(t, server.RefuseSetup(2, "banned"))
	server.expectEnd(t, status.SetupDeclined, PhaseDecision)
	if m := one[*sv2.SetupConnectionError](t, server); string(m.ErrorCode) != "banned" || m.Flags != 2 {
		t.Errorf("%+v", m)
	}

	server = hold()
	check(t, server.RefuseSetup(0, strings.Repeat("x", 255)))
	if m := one[*sv2.SetupConnectionError](t, server); len(m.ErrorCode) != 255 {
		t.Errorf("%+v", m)
	}

	server = hold()
	server.receive(frame(t, setup), 1000)
	server.expectEnd(t, status.DuplicateSetup, PhaseDecision)
}
