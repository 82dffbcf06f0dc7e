// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"net"
	"sync"
)

// longestRecording bounds what the relay keeps of one direction of a connection. The demo needs some kilobytes.
const longestRecording = 16 << 20

// recording is the beginning of what one end of a connection sent. It has one writer, and is read after that has ended.
type recording []byte

func (r *recording) Write(p []byte) (int, error) {
	*r = append(*r, p[:min(len(p), longestRecording-len(*r))]...)
	return len(p), nil
}

// relay stands between miner and provider, as somebody on the way would, and records all that passes.
type relay struct {
	listener net.Listener
	target   string
	running  sync.WaitGroup

	mutex       sync.Mutex
	closed      bool
	connections []net.Conn
	recordings  []*recording // of both directions
}

func startRelay(target string) (*relay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{listener: listener, target: target}
	r.running.Add(1)
	go r.serve()
	return r, nil
}

func (r *relay) address() string { return r.listener.Addr().String() }

func (r *relay) serve() {
	defer r.running.Done()
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", r.target)
		if err != nil {
			client.Close()
			continue
		}
		r.join(client, server)
	}
}

func (r *relay) join(client, server net.Conn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.connections = append(r.connections, client, server)
	if r.closed {
		client.Close()
		server.Close()
		return
	}
	r.running.Add(2)
	go r.forward(server, client, r.record())
	go r.forward(client, server, r.record())
}

func (r *relay) record() *recording {
	r.recordings = append(r.recordings, new(recording))
	return r.recordings[len(r.recordings)-1]
}

// forward passes on all that comes, and its end.
func (r *relay) forward(to, from net.Conn, seen *recording) {
	defer r.running.Done()
	if _, err := io.Copy(to, io.TeeReader(from, seen)); err != nil {
		from.Close()
		to.Close()
		return
	}
	_ = to.(*net.TCPConn).CloseWrite()
}

// close ends all connections and returns what passed.
func (r *relay) close() [][]byte {
	r.listener.Close()
	r.mutex.Lock()
	r.closed = true
	for _, connection := range r.connections {
		connection.Close()
	}
	r.mutex.Unlock()
	r.running.Wait()
	var streams [][]byte
	for _, one := range r.recordings {
		streams = append(streams, *one)
	}
	return streams
}
