package main

import (
	"encoding/binary"
	"fmt"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/sealed"
)

// link is one end of a connection.
type link struct {
	transport *noise.Transport // nil without encryption
	decoder   interface {
		Feed([]byte) (int, error)
		Next() (sv2.Frame, int, error)
	}
}

func describeKey(secret []byte) ([]byte, error) {
	key, err := noise.NewSecretKey((*[noise.SecretKeySize]byte)(secret))
	if err != nil {
		return nil, err
	}
	defer key.Release()
	text, err := key.AppendText(nil)
	public := key.Public()
	return fmt.Appendf(nil, `{"public":"%x","public_text":%q,"secret_text":%q}`, public[:], public, text), err
}

// parseSecretKey returns the public key that belongs to the text of a secret one.
func parseSecretKey(text []byte) ([]byte, error) {
	key, err := noise.ParseSecretKey(text)
	if err != nil {
		return nil, err
	}
	defer key.Release()
	public := key.Public()
	return public[:], nil
}

func (l *library) keep(k *link) []byte {
	l.last++
	l.links[l.last] = k
	return number(l.last)
}

func (l *library) start(authority noise.PublicKey, seed []byte) ([]byte, error) {
	policy := noise.Insecure()
	if authority != (noise.PublicKey{}) {
		policy = noise.RequireAuthority(authority)
	}
	var act1 [noise.Act1Size]byte
	initiator := new(noise.Initiator)
	if err := initiator.Start(policy, seeded(seed), &act1); err != nil {
		return nil, err
	}
	l.last++
	l.started[l.last] = initiator
	return join(number(l.last), act1[:]), nil
}

func (l *library) finish(handshake, now uint32, act2 []byte) ([]byte, error) {
	initiator := l.started[handshake]
	delete(l.started, handshake)
	received, err := noise.Act2Bytes(act2)
	if err != nil {
		return nil, err
	}
	transport := new(noise.Transport)
	if err := initiator.Finish(received, uint64(now), transport); err != nil {
		return nil, err
	}
	return l.secured(transport)
}

func (l *library) respond(authority []byte, validity, now uint32, seed, act1 []byte) ([]byte, error) {
	source := seeded(seed)
	if l.server == nil {
		server, err := noise.GenerateSecretKey(source)
		if err != nil {
			return nil, err
		}
		l.server = server
	}
	identity, err := newIdentity(l.server, authority, validity, now, source)
	if err != nil {
		return nil, err
	}
	received, err := noise.Act1Bytes(act1)
	if err != nil {
		return nil, err
	}
	var act2 [noise.Act2Size]byte
	transport := new(noise.Transport)
	if err := new(noise.Responder).Respond(identity, source, received, &act2, transport); err != nil {
		return nil, err
	}
	k, err := l.secured(transport)
	return join(k, act2[:]), err
}

// newIdentity makes a certificate for a server's key, valid from now.
func newIdentity(server *noise.SecretKey, authority []byte, validity, now uint32, source random) (*noise.Identity, error) {
	signer, err := noise.NewSecretKey((*[noise.SecretKeySize]byte)(authority))
	if err != nil {
		return nil, err
	}
	defer signer.Release()
	from, after := noise.Window(uint64(now), 0, uint64(validity))
	certificate, err := noise.SignCertificate(signer, server.Public(), from, after, source)
	if err != nil {
		return nil, err
	}
	return noise.NewIdentity(server, &certificate, source)
}

func (l *library) secured(transport *noise.Transport) ([]byte, error) {
	decoder, err := sealed.NewFrameDecoder(transport, sv2.PayloadSizeMax, sv2.Memory{})
	if err != nil {
		return nil, err
	}
	return l.keep(&link{transport, decoder}), nil
}

// seeded is the random source of a request.
func seeded(seed []byte) random { return newRandom(binary.LittleEndian.Uint64(seed)) }

func (k *link) seal(frame []byte) ([]byte, error) {
	if k.transport == nil {
		return frame, nil
	}
	if len(frame) < noise.HeaderSize {
		return nil, status.Truncated
	}
	out := make([]byte, noise.SealedFrameSize(len(frame)-noise.HeaderSize))
	_, err := k.transport.Seal(out, (*[noise.HeaderSize]byte)(frame), frame[noise.HeaderSize:])
	return out, err
}

func (k *link) open(stream []byte) ([]byte, error) {
	var frames []byte
	for {
		taken, err := k.decoder.Feed(stream)
		if err != nil {
			return nil, err
		}
		stream = stream[taken:]
		for {
			f, _, err := k.decoder.Next()
			if err == status.WantInput {
				break
			}
			if err != nil {
				return nil, err
			}
			f.MsgLength = uint32(len(f.Payload))
			frames, _ = codec.AppendHeader(frames, f.Header)
			frames = append(frames, f.Payload...)
		}
		if len(stream) == 0 {
			return frames, nil
		}
	}
}
