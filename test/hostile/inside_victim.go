package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// inside is what victims in this process have in common: connections by TCP, and what is held.
type inside struct {
	about    *Description
	listener *net.TCPListener                              // of a server
	connect  func(address *net.TCPAddr) (Encounter, error) // of a client: connects there
	memory   account
	secret   *noise.SecretKey
	running  sync.WaitGroup
	mutex    sync.Mutex
	awaited  map[string]chan Testimony // by the addresses of the connection
}

func newInside(about *Description) *inside {
	return &inside{about: about, awaited: make(map[string]chan Testimony)}
}

func (v *inside) Description() *Description { return v.about }

func (v *inside) listen() (err error) {
	v.listener, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	return err
}

// account counts the bytes of buffers that are held.
type account struct {
	mutex sync.Mutex
	held  int64
	dirty bool // something was given back that had not been wiped
}

func (a *account) memory() sv2.Memory {
	return sv2.Memory{
		Alloc: func(n int) []byte {
			a.mutex.Lock()
			defer a.mutex.Unlock()
			a.held += int64(n)
			return make([]byte, n)
		},
		Free: func(b []byte) {
			a.mutex.Lock()
			defer a.mutex.Unlock()
			a.held -= int64(len(b))
			for _, one := range b {
				a.dirty = a.dirty || one != 0
			}
		},
	}
}

// addresses are the two ends of a connection, as the victim sees them.
func addresses(conn *net.TCPConn) string {
	return conn.LocalAddr().String() + " " + conn.RemoteAddr().String()
}

// insideEncounter is one connection.
type insideEncounter struct {
	victim *inside
	ends   string
}

// tell says how the connection between two addresses ended.
func (v *inside) tell(ends string, said Testimony) { v.encounter(ends) <- said }

// encounter is where the end of a connection is told. Who is first makes the place.
func (v *inside) encounter(ends string) chan Testimony {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.awaited[ends] == nil {
		v.awaited[ends] = make(chan Testimony, 1)
	}
	return v.awaited[ends]
}

func (e insideEncounter) Ended(within time.Duration) (Testimony, bool) {
	defer func() {
		e.victim.mutex.Lock()
		defer e.victim.mutex.Unlock()
		delete(e.victim.awaited, e.ends) // the same addresses may come again
	}()
	select {
	case said := <-e.victim.encounter(e.ends):
		return said, true
	case <-time.After(within):
		return Testimony{}, false
	}
}

func (v *inside) Meet() (*net.TCPConn, Encounter, error) {
	if v.about.Role == sv2.Server {
		conn, err := net.DialTCP("tcp", nil, v.listener.Addr().(*net.TCPAddr))
		if err != nil {
			return nil, nil, err
		}
		return conn, insideEncounter{v, conn.RemoteAddr().String() + " " + conn.LocalAddr().String()}, nil
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	encounter, err := v.connect(listener.Addr().(*net.TCPAddr))
	if err != nil {
		return nil, nil, err
	}
	listener.SetDeadline(time.Now().Add(v.about.bound()))
	conn, err := listener.AcceptTCP()
	return conn, encounter, err
}

// told is an encounter whose end is told once.
type told chan Testimony

func (t told) Ended(within time.Duration) (Testimony, bool) {
	select {
	case said := <-t:
		return said, true
	case <-time.After(within):
		return Testimony{}, false
	}
}

// Usage is that of this process, in which nothing else may run meanwhile.
func (v *inside) Usage() (u Usage, ok bool) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u = Usage{Bytes: int64(m.HeapAlloc), Threads: runtime.NumGoroutine()}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		u.Descriptors = len(files)
	}
	v.memory.mutex.Lock()
	defer v.memory.mutex.Unlock()
	u.Live = v.memory.held
	return u, true
}

func (v *inside) Close() error {
	if v.listener != nil {
		v.listener.Close()
	}
	v.running.Wait()
	if v.secret != nil {
		v.secret.Release()
	}
	if v.memory.dirty {
		return fmt.Errorf("memory was given back that had not been wiped")
	}
	return nil
}
