// SPDX-License-Identifier: MIT

// Command client prints the templates that template providers send. It stays connected to the first URL that works, and goes
// back to an earlier one that works again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"syscall"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

func main() {
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: client [-verbose] stratum2+tcp://HOST:PORT/AUTHORITY-KEY ...") }
	verbose := flag.Bool("verbose", false, "log every try to connect")
	flag.Parse()
	if *verbose {
		slog.SetLogLoggerLevel(slog.LevelDebug)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flag.Args()); !errors.Is(err, status.Closed) {
		slog.Error("client ended", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, urls []string) error {
	var endpoints []endpoint.Endpoint
	for _, url := range urls {
		e, err := endpoint.Parse(url)
		if err != nil {
			return fmt.Errorf("%q: %w", url, err)
		}
		endpoints = append(endpoints, e)
	}
	client, err := node.NewClient(&node.ClientConfig{
		Session: session.ClientConfig{
			Setup:       sv2.SetupConnection{Protocol: sv2.ProtocolTemplateDistribution, Vendor: []byte("libsv2 example")},
			RefuseFlags: math.MaxUint32, // the protocol defines none that a server could set
		},
		Handlers:  node.ClientHandlers{TemplateDistribution: printer{}},
		Endpoints: endpoints,
		Options:   node.Options{Logger: slog.Default()},
	})
	if err != nil {
		return err
	}
	return client.Run(ctx)
}

// printer prints what comes.
type printer struct{}

// Established says how much room the outputs of this client's coinbase need; the provider answers with templates.
func (printer) Established(c *node.Conn) error {
	return c.Send(&sv2.CoinbaseOutputConstraints{CoinbaseOutputMaxAdditionalSize: 100})
}

func (printer) Ended(*node.Conn, error) { fmt.Println("no templates for now") }

// ReceiveTemplateDistribution gives up a provider that sends what cannot be read: whoever misses a message believes in the
// wrong block.
func (printer) ReceiveTemplateDistribution(_ *node.Conn, m node.Message) error {
	var template sv2.NewTemplate
	var prevHash sv2.TemplateSetNewPrevHash
	switch {
	case m.Is(template.Info()):
		if _, err := m.Decode(&template); err != nil {
			return node.End(err)
		}
		fmt.Printf("template %d, %d satoshi\n", template.TemplateID, template.CoinbaseTxValueRemaining)
	case m.Is(prevHash.Info()):
		if _, err := m.Decode(&prevHash); err != nil {
			return node.End(err)
		}
		fmt.Printf("template %d builds on %x\n", prevHash.TemplateID, prevHash.PrevHash)
	}
	return nil
}
