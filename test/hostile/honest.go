package main

import (
	"fmt"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// reach goes on honestly from the connection to a stage.
func (p *peer) reach(s stage) error {
	if s >= secured && p.about.Encrypted {
		if err := p.shakeHands(honest); err != nil {
			return err
		}
	}
	if p.about.Has&NeedsSetup == 0 {
		return nil
	}
	if s >= settled {
		if err := p.setUp(); err != nil {
			return err
		}
	}
	if s >= established {
		return p.establish()
	}
	return nil
}

// shakeHands does a handshake; the certificate is a server's.
func (p *peer) shakeHands(certificate forgery) error {
	deadline := time.Now().Add(p.about.bound())
	if p.role == sv2.Server {
		act1, err := p.receive(noise.Act1Size, deadline)
		if err != nil {
			return fmt.Errorf("waiting for act 1: %w", err)
		}
		p.write(p.act2(act1, certificate))
		return nil
	}
	i := newInitiator()
	p.write(i.ephemeral.encoding[:])
	act2, err := p.receive(noise.Act2Size, deadline)
	if err != nil {
		return fmt.Errorf("waiting for act 2: %w", err)
	}
	l, server, shown, err := i.finish(act2)
	if err != nil {
		return err
	}
	p.link = l
	if p.about.Policy != nil {
		return p.about.Policy(&shown, server)
	}
	return nil
}

// act2 answers act 1 and makes the link.
func (p *peer) act2(act1 []byte, show forgery) []byte {
	static, certificate := show(p.about.Credentials)
	act2, l := respond(act1, static, certificate.Append(nil))
	p.link = l
	return act2
}

// setupConnection is the honest first message of a client.
func (p *peer) setupConnection() *sv2.SetupConnection {
	return &sv2.SetupConnection{
		Protocol: p.about.Protocol, MinVersion: sv2.ProtocolVersion, MaxVersion: sv2.ProtocolVersion,
		EndpointHost: []byte("127.0.0.1"), EndpointPort: 3333,
		Vendor: []byte("hostile"), HardwareVersion: []byte("none"), Firmware: []byte("none"),
	}
}

func (p *peer) setUp() error {
	if p.role == sv2.Client {
		p.send(p.setupConnection())
		return p.expect(new(sv2.SetupConnectionSuccess))
	}
	if err := p.expect(new(sv2.SetupConnection)); err != nil {
		return err
	}
	p.send(&sv2.SetupConnectionSuccess{UsedVersion: sv2.ProtocolVersion})
	return nil
}

// establish does what comes right behind the setup: extensions, and in Template Distribution the constraints.
func (p *peer) establish() error {
	templates := p.about.Protocol == sv2.ProtocolTemplateDistribution
	switch {
	case p.role == sv2.Client && templates:
		p.send(&sv2.CoinbaseOutputConstraints{CoinbaseOutputMaxAdditionalSize: 100})
	case p.role == sv2.Server && p.about.Has&NeedsNegotiation != 0:
		var asked sv2.RequestExtensions
		if err := p.expect(&asked); err != nil {
			return err
		}
		p.send(&sv2.RequestExtensionsSuccess{RequestID: asked.RequestID, SupportedExtensions: asked.RequestedExtensions})
	case p.role == sv2.Server && templates:
		return p.expect(new(sv2.CoinbaseOutputConstraints))
	}
	return nil
}

// converse is a whole honest conversation, with an answer at its end when the victim gives any.
func (p *peer) converse() error {
	if err := p.reach(established); err != nil {
		return err
	}
	if p.about.Has&NeedsSetup == 0 {
		return p.playPingPong()
	}
	if p.about.Has&NeedsAnswers != 0 {
		p.write(question(p))
		if _, err := p.receiveFrame(time.Now().Add(p.about.bound())); err != nil {
			return fmt.Errorf("waiting for an answer: %w", err)
		}
	}
	return p.broken
}

// pingPongExtension is that of examples/ping-pong.
const (
	pingPongExtension = 0x4001
	msgTypePing       = 0
	msgTypePong       = 1
)

// pingPongText is the payload: sequence number U32 and a B0_255.
var pingPongText = []byte{1, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'}

func (p *peer) pingOrPong() uint8 {
	if p.role == sv2.Client {
		return msgTypePing
	}
	return msgTypePong
}

// playPingPong is one ping and its pong.
func (p *peer) playPingPong() error {
	if p.role == sv2.Client {
		p.write(opening(p))
	}
	if _, err := p.receiveFrame(time.Now().Add(p.about.bound())); err != nil {
		return fmt.Errorf("waiting for a ping or a pong: %w", err)
	}
	if p.role == sv2.Server {
		p.write(opening(p))
	}
	return p.broken
}
