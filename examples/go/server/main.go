// SPDX-License-Identifier: MIT

// Command server is a template provider without a node: every few seconds it sends all its clients a template that it made
// up. It makes its keys when it starts and prints the URL that clients need.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8442", "address to listen at")
	interval := flag.Duration("interval", 5*time.Second, "time between templates")
	verbose := flag.Bool("verbose", false, "log connections that are not set up, too")
	flag.Parse()
	if *verbose {
		slog.SetLogLoggerLevel(slog.LevelDebug)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *interval); !errors.Is(err, status.Closed) {
		slog.Error("server ended", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address string, interval time.Duration) error {
	identity, authority, err := newIdentity()
	if err != nil {
		return err
	}
	p := &provider{latest: 1}
	server, err := node.NewServer(&node.ServerConfig{
		Session: session.ServerConfig{
			Security: session.Respond(identity),
			Services: []session.Service{{Protocol: sv2.ProtocolTemplateDistribution}},
		},
		Handlers: node.ServerHandlers{TemplateDistribution: p},
		Options:  node.Options{Logger: slog.Default()},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	bound := listener.Addr().(*net.TCPAddr)
	here, err := endpoint.New(bound.IP.String(), uint16(bound.Port), authority)
	if err != nil {
		return err
	}
	slog.Info("listening", "url", here.String())
	go p.renew(ctx, server, interval)
	return server.Serve(ctx, listener)
}

// newIdentity makes an authority, and a server key that it has signed. A server in operation reads its own from files that
// sv2-key made, and never has the authority's secret.
func newIdentity() (*noise.Identity, noise.PublicKey, error) {
	authority, err := noise.GenerateSecretKey(rand.Reader)
	if err != nil {
		return nil, noise.PublicKey{}, err
	}
	defer authority.Release()
	secret, err := noise.GenerateSecretKey(rand.Reader) // kept as long as the identity
	if err != nil {
		return nil, noise.PublicKey{}, err
	}
	const hour, day = 3600, 24 * 3600
	from, until := noise.Window(uint64(time.Now().Unix()), hour, 30*day)
	certificate, err := noise.SignCertificate(authority, secret.Public(), from, until, rand.Reader)
	if err != nil {
		return nil, noise.PublicKey{}, err
	}
	identity, err := noise.NewIdentity(secret, &certificate, rand.Reader)
	return identity, authority.Public(), err
}

// provider is the handler of all clients.
type provider struct {
	mu     sync.Mutex // so that no client gets a template between another and its SetNewPrevHash
	latest uint64     // template_id
}

func (p *provider) Established(*node.Conn) error { return nil }

func (p *provider) Ended(*node.Conn, error) {}

// ServeTemplateDistribution sends the first template when the client has said how large its coinbase outputs are.
func (p *provider) ServeTemplateDistribution(c *node.Conn, m node.Message) error {
	var constraints sv2.CoinbaseOutputConstraints
	var request sv2.RequestTransactionData
	switch {
	case m.Is(constraints.Info()):
		if _, err := m.Decode(&constraints); err != nil {
			return node.End(err)
		}
		slog.Info("constraints", "client", c.ID(), "size", constraints.CoinbaseOutputMaxAdditionalSize)
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.send(c.Send)
	case m.Is(request.Info()):
		if _, err := m.Decode(&request); err != nil {
			return node.End(err)
		}
		return c.Send(&sv2.RequestTransactionDataError{
			TemplateID: request.TemplateID, ErrorCode: []byte(sv2.ErrorCodeTemplateIDNotFound),
		})
	}
	return nil // SubmitSolution: there is no node that would take it
}

// renew makes templates until the context ends.
func (p *provider) renew(ctx context.Context, server *node.Server, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			p.mu.Lock()
			p.latest++
			_ = p.send(func(m sv2.Message) error { server.Broadcast(m); return nil })
			p.mu.Unlock()
		}
	}
}

// send sends the latest template and the block that it builds on. The lock is held; sending does not wait.
func (p *provider) send(send func(sv2.Message) error) error {
	id := p.latest
	err := send(&sv2.NewTemplate{
		TemplateID: id, FutureTemplate: true, Version: 0x20000000, CoinbaseTxVersion: 2, CoinbaseTxValueRemaining: 312_500_000,
	})
	if err != nil {
		return err
	}
	return send(&sv2.TemplateSetNewPrevHash{TemplateID: id, HeaderTimestamp: uint32(time.Now().Unix()), NBits: 0x207fffff})
}
