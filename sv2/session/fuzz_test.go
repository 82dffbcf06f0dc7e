package session

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// variant makes sessions of both roles and of different configurations from a byte.
func variant(t testing.TB, v byte, security [2]Security, a *account) (*end, *Profile) {
	t.Helper()
	limits := Limits{Payload: 2000, Output: OutputMin, EarlyBytes: 600}
	var p *Profile
	var err error
	if v&1 == 0 {
		c := clientConfig()
		c.Security, c.Limits, c.Memory = security[0], limits, a.memory()
		c.StrictChannelBit = v&8 != 0
		if v&2 != 0 {
			c.Extensions = ClientExtensions{Request: []uint16{2, 3}, Supported: []uint16{5}}
		}
		if v&4 != 0 {
			c.Extensions.Required = []uint16{2}
		}
		if v&0x10 != 0 {
			c.RefuseFlags, c.UserIdentity = 4, []byte("worker")
			c.Extensions.OnTimeout = OnTimeoutFail
		}
		if v&0x20 != 0 {
			c.Setup.Flags, c.Extensions.OnTimeout = sv2.SetupRequiresVersionRolling, OnTimeoutReconnect
			c.Timeouts.Inactivity = 4000
		}
		p, err = NewClientProfile(&c)
	} else {
		c := serverConfig()
		c.Security, c.Limits, c.Memory = security[1], limits, a.memory()
		c.Extensions = ServerExtensions{Supported: []uint16{2}}
		c.HoldSetup = v&8 != 0
		if v&4 != 0 {
			c.Extensions.Required = []uint16{5}
		}
		if v&2 != 0 {
			c.Extensions = ServerExtensions{Ignore: true}
		}
		if v&0x10 != 0 {
			c.Services = append(c.Services, Service{Protocol: sv2.ProtocolJobDeclaration, Flags: 1, RequiredFlags: 1})
			c.Services[0].SuccessFlags, c.Services[0].Flags = 4, 7
			c.TLVs.AcceptBigEndian = true
		}
		if v&0x20 != 0 {
			c.Services[0].Flags, c.Services[0].RequiredFlags = 7, 4
			c.StrictChannelBit, c.Timeouts.Inactivity = true, 4000
		}
		p, err = NewServerProfile(&c)
	}
	check(t, err)
	return start(t, p), p
}

// attack feeds a session and holds it to what it promises: it takes everything or ends with an error that is the peer's
// doing, its events and its memory stay bounded.
func attack(t testing.TB, s *end, a *account, p *Profile, in []byte, piece int) {
	t.Helper()
	for turn := 0; len(in) > 0; turn++ {
		n, err := s.Feed(in[:min(len(in), piece)], at(1000))
		in = in[n:]
		events := 0
		for v, ok := s.NextEvent(); ok; v, ok = s.NextEvent() {
			if events++; events > 20 {
				t.Fatal("events without end")
			}
			if v.Kind == EventSetupRequest && len(v.Frame.Payload)%2 == 0 {
				check(t, s.AcceptSetup(0))
			} else if v.Kind == EventSetupRequest && len(v.Frame.Payload)%3 == 0 {
				check(t, s.RefuseSetup(0, "invalid-user-identity"))
			}
			if v.Kind == EventMessage {
				s.Send(&sv2.SubmitSharesExtended{})
				s.Send(&sv2.ChannelEndpointChanged{})
			}
		}
		if a.peak > p.MemoryBound()-sessionMemory {
			t.Fatalf("%d bytes, %d announced", a.peak, p.MemoryBound())
		}
		if turn%2 == 0 {
			s.Sent(len(s.Output()))
		}
		if err == nil {
			err = s.Err()
		}
		if err != nil {
			expectPeersFault(t, err)
			break
		}
		if n == 0 && events == 0 {
			t.Fatal("neither takes nor fails")
		}
	}
	if s.Err() == nil {
		s.PeerClosed()
		for _, ok := s.NextEvent(); ok; _, ok = s.NextEvent() {
		}
		if s.Err() == nil {
			t.Fatal("goes on without a peer")
		}
	}
	s.Release()
	if a.held != 0 || a.dirty {
		t.Fatalf("%d bytes kept, wiped %v", a.held, !a.dirty)
	}
}

func expectPeersFault(t testing.TB, err error) {
	t.Helper()
	var why *Error
	if !errors.As(err, &why) || why.Error() == "" {
		t.Fatalf("%T %v", err, err)
	}
	switch why.Kind.Class() {
	case status.ClassProtocol, status.ClassAuth, status.ClassTransient, status.ClassConfiguration:
	default:
		t.Fatalf("blames %v: %v", why.Kind.Class(), err)
	}
}

// FuzzPlain: anything, to either end of a plain connection.
func FuzzPlain(f *testing.F) {
	f.Fuzz(func(t *testing.T, v, piece byte, in []byte) {
		var a account
		s, p := variant(t, v, [2]Security{Plain(), Plain()}, &a)
		attack(t, s, &a, p, in, int(piece)+1)
	})
}

// FuzzSealed: anything, to either end of an encrypted connection after a real handshake: as frames sealed with the right keys
// or, with the highest bit of the variant, as it is.
func FuzzSealed(f *testing.F) {
	k := newKeys(f)
	f.Fuzz(func(t *testing.T, v, piece byte, in []byte) {
		var a account
		s, p := variant(t, v, [2]Security{Initiate(noise.Insecure()), Respond(k.identity)}, &a)
		link := shake(t, s, k)
		if v&0x80 == 0 {
			in = seal(t, link, in)
		}
		attack(t, s, &a, p, in, int(piece)+1)
	})
}

// FuzzHandshake: anything in place of the other end's act, and behind it.
func FuzzHandshake(f *testing.F) {
	k := newKeys(f)
	f.Fuzz(func(t *testing.T, v byte, in []byte) {
		var a account
		s, p := variant(t, v, [2]Security{Initiate(policyOf(k)), Respond(k.identity)}, &a)
		attack(t, s, &a, p, in, 50)
	})
}

// shake is the other end of the handshake, with its keys in hand.
func shake(t testing.TB, s *end, k keys) *noise.Transport {
	t.Helper()
	random := rand.NewChaCha8([32]byte{9})
	link := new(noise.Transport)
	var act1 [noise.Act1Size]byte
	var act2 [noise.Act2Size]byte
	if s.isClient() {
		var r noise.Responder
		check(t, r.Respond(k.identity, random, (*[noise.Act1Size]byte)(s.sent(t)), &act2, link))
		s.receive(act2[:], 1000)
	} else {
		var i noise.Initiator
		check(t, i.Start(noise.Insecure(), random, &act1))
		s.receive(act1[:], 1000)
		check(t, i.Finish((*[noise.Act2Size]byte)(s.sent(t)), testUnix, link))
	}
	check(t, s.Err())
	s.events = nil
	return link
}

// seal seals the frames that in holds; what is left of it becomes the payload of a last one.
func seal(t testing.TB, link *noise.Transport, in []byte) (out []byte) {
	t.Helper()
	for len(in) > 0 {
		var header [codec.HeaderSize]byte
		n := copy(header[:], in)
		in = in[n:]
		size := min(int(header[3])|int(header[4])<<8, len(in))
		header[3], header[4], header[5] = byte(size), byte(size>>8), 0
		sealed := make([]byte, noise.SealedFrameSize(size))
		_, err := link.Seal(sealed, &header, in[:size])
		check(t, err)
		out, in = append(out, sealed...), in[size:]
	}
	return out
}
