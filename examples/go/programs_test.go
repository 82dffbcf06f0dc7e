// Package programs tests the two example programs against each other.
package programs

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTemplatesArrive builds and runs both until the client has printed the second template, then ends both.
func TestTemplatesArrive(t *testing.T) {
	folder := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", folder, "./server", "./client").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	start := func(name string, arguments ...string) (output *bufio.Scanner, end func()) {
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
		return bufio.NewScanner(reader), func() {
			_ = command.Process.Signal(os.Interrupt)
			go io.Copy(io.Discard, reader)
			if err := <-ended; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	server, endServer := start("server", "-listen", "127.0.0.1:0", "-interval", "50ms")
	defer endServer()
	url := await(t, server, "url=")
	go func() {
		for server.Scan() { // or it would wait for somebody to read
		}
	}()
	client, endClient := start("client", url[strings.Index(url, "url=")+len("url="):])
	defer endClient()
	await(t, client, "template 2 builds on")
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
