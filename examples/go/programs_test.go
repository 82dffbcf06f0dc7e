// Package programs tests the two example programs against each other.
package programs

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/node"
	"github.com/libsv2/libsv2/sv2/session"
)

// TestTemplatesArrive runs both until the client has printed the second template, then ends both.
func TestTemplatesArrive(t *testing.T) {
	folder := build(t)
	client := start(t, folder, "client", startServer(t, folder))
	await(t, client, "template 2 builds on")
}

// TestRequestsAreAnswered asks the server for the transactions of a template: it has none.
func TestRequestsAreAnswered(t *testing.T) {
	url := startServer(t, build(t))
	e, err := endpoint.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	answers := make(asker)
	client, err := node.NewClient(&node.ClientConfig{
		Session: session.ClientConfig{Setup: sv2.SetupConnection{
			Protocol: sv2.ProtocolTemplateDistribution, Vendor: []byte("test"),
		}},
		Handlers:  node.ClientHandlers{TemplateDistribution: answers},
		Endpoints: []endpoint.Endpoint{e},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- client.Run(ctx) }()
	defer func() {
		cancel()
		<-ended
	}()
	select {
	case got := <-answers:
		if got.TemplateID != asked || string(got.ErrorCode) != sv2.ErrorCodeTemplateIDNotFound {
			t.Errorf("template %d: %q", got.TemplateID, got.ErrorCode)
		}
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
}

const asked = 77

// asker asks for transactions and gives on what the server says.
type asker chan sv2.RequestTransactionDataError

func (asker) Established(c *node.Conn) error {
	return c.Send(&sv2.RequestTransactionData{TemplateID: asked})
}

func (asker) Ended(*node.Conn, error) {}

func (a asker) ReceiveTemplateDistribution(_ *node.Conn, m node.Message) error {
	var answer sv2.RequestTransactionDataError
	if !m.Is(answer.Info()) {
		return nil
	}
	if _, err := m.Decode(&answer); err != nil {
		return err
	}
	a <- sv2.RequestTransactionDataError{
		TemplateID: answer.TemplateID, ErrorCode: []byte(string(answer.ErrorCode)),
	}
	return nil
}

// build returns the folder with both programs.
func build(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", folder, "./server", "./client").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

// startServer returns the URL of a server that runs until the test ends.
func startServer(t *testing.T, folder string) string {
	t.Helper()
	server := start(t, folder, "server", "-listen", "127.0.0.1:0", "-interval", "50ms")
	line := await(t, server, "url=")
	go func() {
		for server.Scan() { // or it would wait for somebody to read
		}
	}()
	return line[strings.Index(line, "url=")+len("url="):]
}

// start runs a program until the test ends; then it has to end without an error.
func start(t *testing.T, folder, name string, arguments ...string) (output *bufio.Scanner) {
	t.Helper()
	command := exec.Command(filepath.Join(folder, name), arguments...)
	reader, writer := io.Pipe()
	command.Stdout, command.Stderr = writer, writer
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- command.Wait()
		writer.Close()
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		go io.Copy(io.Discard, reader)
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	return bufio.NewScanner(reader)
}

// await returns the first line that contains the text.
func await(t *testing.T, output *bufio.Scanner, text string) string {
	t.Helper()
	for output.Scan() {
		if strings.Contains(output.Text(), text) {
			return output.Text()
		}
	}
	t.Fatalf("the program ended without %q", text)
	return ""
}
