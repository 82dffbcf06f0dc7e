package session

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/sv2"
)

// conversation is a whole connection between the two halves: setup, extensions with one retry, messages both ways with and
// without payloads of several blocks, and an end.
func conversation(t testing.TB, k keys, encrypted bool, move func(client, server *end)) (client, server *end) {
	t.Helper()
	cc, sc := clientConfig(), serverConfig()
	cc.Extensions = ClientExtensions{Request: []uint16{3, 2}, Supported: []uint16{0x4005}}
	cc.UserIdentity = []byte("Worker_001")
	sc.Extensions = ServerExtensions{Supported: []uint16{2}, Required: []uint16{0x4005}}
	if encrypted {
		cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	}
	client, server = startClient(t, cc), startServer(t, sc)
	move(client, server)
	for i := range uint32(3) {
		if err := client.Send(&sv2.SubmitSharesExtended{ChannelID: 9, SequenceNumber: i, Extranonce: make([]byte, 8)}); err != nil {
			t.Fatal(err)
		}
	}
	check(t, server.Send(job))
	check(t, server.Send(&sv2.SetGroupChannel{ChannelIDs: make([]byte, 4*40)}))
	move(client, server)
	server.Close()
	move(client, server)
	client.take()
	server.take()
	client.PeerClosed()
	client.take()
	return client, server
}

func (e *end) summary() string {
	var b bytes.Buffer
	for _, v := range e.events {
		b.WriteString(v.Kind.String() + " " + v.Status.Name() + " " + strconv.Itoa(int(v.Frame.MsgType)) + " ")
		b.Write(v.Frame.Payload)
		b.WriteString(string(v.UserIdentity) + "\n")
		for _, x := range v.Extensions {
			b.WriteString(strconv.Itoa(int(x)) + " ")
		}
	}
	return b.String()
}

// TestConversation: S0-01, S2-04, E1-01, E1-05, E1-07, E1-14: both halves, plain and encrypted, go through every phase in
// order, and the negotiated set is known before the first message.
func TestConversation(t *testing.T) {
	k := newKeys(t)
	for _, encrypted := range []bool{false, true} {
		client, server := conversation(t, k, encrypted, func(c, s *end) { pump(t, c, s, 1000, 0) })
		var opening []EventKind
		if encrypted {
			opening = []EventKind{EventSecured}
		}
		wantClient := append(slices.Clone(opening), EventSetup, EventEstablished, EventMessage, EventMessage, EventEnd)
		wantServer := append(slices.Clone(opening), EventSetup, EventEstablished, EventMessage, EventMessage, EventMessage, EventEnd)
		if !slices.Equal(client.kinds(), wantClient) || !slices.Equal(server.kinds(), wantServer) {
			t.Fatalf("encrypted %v\nclient %v\nserver %v", encrypted, client.kinds(), server.kinds())
		}
		for _, e := range []*end{client, server} {
			established := e.events[slices.Index(e.kinds(), EventEstablished)]
			if !slices.Equal(established.Extensions, []uint16{2, 0x4005}) {
				t.Errorf("extensions %x", established.Extensions)
			}
		}
		if _, _, err := client.Server(); (err == nil) != encrypted {
			t.Errorf("encrypted %v: Server: %v", encrypted, err)
		}
	}
}

// script runs a whole connection; move carries bytes both ways until nothing moves.
type script func(t testing.TB, k keys, encrypted bool, move func(client, server *end)) (client, server *end)

// redirection is a connection whose setup waits for the program, whose channel changes its endpoint, and which ends with
// Reconnect.
func redirection(t testing.TB, k keys, encrypted bool, move func(client, server *end)) (client, server *end) {
	t.Helper()
	cc, sc := clientConfig(), serverConfig()
	cc.Extensions.Request, sc.Extensions.Supported, sc.HoldSetup = []uint16{2}, []uint16{2}, true
	if encrypted {
		cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	}
	client, server = startClient(t, cc), startServer(t, sc)
	move(client, server)
	check(t, server.AcceptSetup(sv2.SetupSuccessRequiresExtendedChannels))
	move(client, server)
	share := &sv2.SubmitSharesExtended{ChannelID: 9}
	for range 2 {
		check(t, client.SendShare(share, []byte("w")))
		check(t, server.Send(&sv2.ChannelEndpointChanged{ChannelID: 9}))
		move(client, server)
	}
	check(t, client.SendShare(share, []byte("w")))
	check(t, server.Send(&sv2.Reconnect{NewHost: []byte("two.example"), NewPort: 4}))
	move(client, server)
	client.Close()
	server.PeerClosed()
	client.take()
	server.take()
	return client, server
}

// refused is a connection that the server refuses.
func refused(t testing.TB, k keys, encrypted bool, move func(client, server *end)) (client, server *end) {
	t.Helper()
	cc, sc := clientConfig(), serverConfig()
	cc.Setup.Flags = 0xffff_ffff
	if encrypted {
		cc.Security, sc.Security = Initiate(policyOf(k)), Respond(k.identity)
	}
	client, server = startClient(t, cc), startServer(t, sc)
	move(client, server)
	return client, server
}

// TestEveryByteBoundary: I29: connections in which the transport stops once, at each byte of each direction in turn, and
// such in pieces of each small size, give the same events as one in one go.
func TestEveryByteBoundary(t *testing.T) {
	k := newKeys(t)
	for _, s := range []struct {
		name string
		script
		atLeast int      // bytes each way
		ends    []string // in the events of both ends
	}{
		{"conversation", conversation, 100, []string{"established", "message"}},
		{"redirection", redirection, 80, []string{"established", "message"}},
		{"refused", refused, 30, []string{"end"}},
	} {
		for _, encrypted := range []bool{false, true} {
			t.Run(s.name+map[bool]string{false: ", plain", true: ", encrypted"}[encrypted], func(t *testing.T) {
				everyBoundary(t, s.atLeast, s.ends, func(move func(client, server *end)) (string, string) {
					client, server := s.script(t, k, encrypted, move)
					return client.summary(), server.summary()
				})
			})
		}
	}
}

func everyBoundary(t *testing.T, atLeast int, events []string, run func(move func(client, server *end)) (string, string)) {
	t.Helper()
	var sizes [2]int
	wantClient, wantServer := run(func(c, s *end) {
		for counted(t, c, s, &sizes[0], -1) || counted(t, s, c, &sizes[1], -1) {
		}
	})
	for _, event := range events {
		if sizes[0] < atLeast || sizes[1] < atLeast || !strings.Contains(wantClient, event) || !strings.Contains(wantServer, event) {
			t.Fatalf("%v bytes, events\n%s\n%s", sizes, wantClient, wantServer)
		}
	}
	expectSame := func(what string, client, server string) {
		t.Helper()
		if client != wantClient || server != wantServer {
			t.Fatalf("%s:\n%s\n%s\nwant\n%s\n%s", what, client, server, wantClient, wantServer)
		}
	}
	for direction := range 2 {
		for cut := 1; cut < sizes[direction]; cut++ {
			var moved [2]int
			cuts := [2]int{-1, -1}
			cuts[direction] = cut
			client, server := run(func(c, s *end) {
				for counted(t, c, s, &moved[0], cuts[0]) || counted(t, s, c, &moved[1], cuts[1]) {
				}
			})
			expectSame("cut at "+strconv.Itoa(cut), client, server)
		}
	}
	for piece := 1; piece < 70; piece++ {
		client, server := run(func(c, s *end) { pump(t, c, s, 1000, piece) })
		expectSame("pieces of "+strconv.Itoa(piece), client, server)
	}
}

// counted carries what there is but stops at byte number cut of the direction: the sender learns of a partial write, the
// receiver of a partial read.
func counted(t *testing.T, from, to *end, moved *int, cut int) bool {
	t.Helper()
	from.take()
	out := from.Output()
	if len(out) == 0 {
		return false
	}
	if *moved < cut && cut < *moved+len(out) {
		out = out[:cut-*moved]
	}
	*moved += len(out)
	in := bytes.Clone(out)
	check(t, from.Sent(len(in)))
	to.receive(in, 1000)
	return true
}
