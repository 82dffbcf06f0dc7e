// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"net"
	"slices"
	"testing"
)

func TestListenIn(t *testing.T) {
	script := []byte{0, 20, 1, 2, 3}
	setup := append([]byte{0, 0, 0, 0x4b, 0, 0, 2, 2, 0, 2, 0, 0, 0, 0, 0, 6}, vendor...)
	for _, one := range []struct {
		name    string
		streams [][]byte
		want    eavesdropping
	}{
		{"nothing", nil, eavesdropping{}},
		{"zeros", [][]byte{make([]byte, 100)}, eavesdropping{Bytes: 100}},
		{"setup", [][]byte{{9}, append([]byte{0, 0, 0, 0, 0}, setup...)}, eavesdropping{Bytes: 28, Setup: true, Vendor: true}},
		{"cut", [][]byte{setup[:10]}, eavesdropping{Bytes: 10}},
		{"payout", [][]byte{append([]byte{7}, script...)}, eavesdropping{Bytes: 6, Payout: true}},
	} {
		if got := listenIn(one.streams, script); got != one.want {
			t.Errorf("%s: got %+v, want %+v", one.name, got, one.want)
		}
	}
}

func TestWhatALinkPromises(t *testing.T) {
	quiet, loud := eavesdropping{Bytes: 9}, eavesdropping{Bytes: 9, Setup: true, Vendor: true, Payout: true}
	for _, one := range []struct {
		heard     eavesdropping
		encrypted bool
		good      bool
	}{
		{quiet, true, true}, {loud, true, false}, {quiet, false, false}, {loud, false, true},
		{eavesdropping{}, true, false}, {eavesdropping{Bytes: 9, Vendor: true}, true, false},
	} {
		if err := one.heard.check(one.encrypted); (err == nil) != one.good {
			t.Errorf("%+v, encrypted %v: %v", one.heard, one.encrypted, err)
		}
	}
}

func TestRelay(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		connection, err := server.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		question, _ := io.ReadAll(connection)
		_, _ = connection.Write(append([]byte("answer to "), question...))
	}()
	relay, err := startRelay(server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial("tcp", relay.address())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write([]byte("question")); err != nil {
		t.Fatal(err)
	}
	if err := client.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(client)
	if err != nil || string(answer) != "answer to question" {
		t.Fatalf("%q %v", answer, err)
	}
	streams := relay.close()
	slices.SortFunc(streams, func(a, b []byte) int { return len(a) - len(b) })
	if len(streams) != 2 || string(streams[0]) != "question" || string(streams[1]) != string(answer) {
		t.Errorf("recorded %q", streams)
	}
	relay.close() // a second time does no harm
}
