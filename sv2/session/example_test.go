package session_test

import (
	"fmt"

	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// A client and a server in one program, connected by nothing but two byte slices.
func Example() {
	client, err := session.NewClientProfile(&session.ClientConfig{
		Security:   session.Plain(), // session.Initiate(noise.RequireAuthority(key)) for the Internet
		Setup:      sv2.SetupConnection{Protocol: sv2.ProtocolMining, Vendor: []byte("example 1.0")},
		Extensions: session.ClientExtensions{Request: []uint16{sv2.ExtensionWorkerSpecificHashrateTracking}},
	})
	if err != nil {
		panic(err)
	}
	server, err := session.NewServerProfile(&session.ServerConfig{
		Security:   session.Plain(),
		Services:   []session.Service{{Protocol: sv2.ProtocolMining}},
		Extensions: session.ServerExtensions{Supported: []uint16{sv2.ExtensionWorkerSpecificHashrateTracking}},
	})
	if err != nil {
		panic(err)
	}
	now := session.Time{Monotonic: 1, Unix: 1_700_000_000}
	c, _ := client.Start(nil, now)
	s, _ := server.Start(nil, now)
	for range 3 {
		show("server", s, c.Output(), now)
		c.Sent(len(c.Output()))
		show("client", c, s.Output(), now)
		s.Sent(len(s.Output()))
		c.SendShare(&sv2.SubmitSharesExtended{ChannelID: 1}, []byte("worker"))
	}
	// Output:
	// server: setup
	// client: setup
	// server: established [2]
	// client: established [2]
	// server: message 0x1b of worker
}

// show feeds everything, and prints the events.
func show(who string, s *session.Session, in []byte, now session.Time) {
	for len(in) > 0 {
		n, err := s.Feed(in, now)
		if err != nil {
			fmt.Println(who, err)
			return
		}
		in = in[n:]
		for e, ok := s.NextEvent(); ok; e, ok = s.NextEvent() {
			switch e.Kind {
			case session.EventEstablished:
				fmt.Printf("%s: %v %d\n", who, e.Kind, e.Extensions)
			case session.EventMessage:
				fmt.Printf("%s: %v %#x of %s\n", who, e.Kind, e.Frame.MsgType, e.UserIdentity)
			default:
				fmt.Printf("%s: %v\n", who, e.Kind)
			}
		}
	}
}
