package main

import (
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// remoteVictim is an implementation of somebody else's, known by its address only.
type remoteVictim struct {
	about    *Description
	address  string
	listener *net.TCPListener // for a client
	turn     sync.Mutex
}

// listenFor waits for a client to connect, once for each conversation. Such clients try again by themselves.
func listenFor(about *Description, address string) (*remoteVictim, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "hostile: listening on %s\n", listener.Addr())
	if about.Encrypted {
		fmt.Fprintf(os.Stderr, "hostile: authority %s\n", about.Credentials.authority.text())
	}
	return &remoteVictim{about: about, address: address, listener: listener.(*net.TCPListener)}, nil
}

func (v *remoteVictim) Description() *Description { return v.about }

func (v *remoteVictim) Meet() (*net.TCPConn, Encounter, error) {
	if v.listener != nil {
		v.turn.Lock()
		defer v.turn.Unlock()
		v.listener.SetDeadline(time.Now().Add(time.Minute)) // its back-off
		conn, err := v.listener.AcceptTCP()
		return conn, silent{}, err
	}
	conn, err := net.DialTimeout("tcp", v.address, v.about.Deadline)
	if err != nil {
		return nil, nil, err
	}
	return conn.(*net.TCPConn), silent{}, nil
}

func (v *remoteVictim) Usage() (Usage, bool) { return Usage{}, false }

func (v *remoteVictim) Close() error {
	if v.listener != nil {
		return v.listener.Close()
	}
	return nil
}
