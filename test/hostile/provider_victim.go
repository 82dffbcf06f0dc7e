package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// providerVictim is examples/cpp-interop: one process for all connections.
type providerVictim struct {
	about   *Description
	node    *bitcoinNode
	process *process
	address string
	folder  string
}

func newProviderVictim(build string, encrypted bool) (*providerVictim, error) {
	v := &providerVictim{about: &Description{
		Name: "template_provider, " + linkName(encrypted), Role: sv2.Server, Encrypted: encrypted,
		Protocol: sv2.ProtocolTemplateDistribution, MaxPayload: 8 + 4 + 4 + 4 + 2 + 65535 + 1024,
		Has:      NeedsSetup | NeedsDeadline | NeedsInactivity | NeedsConcurrency | NeedsAnswers | NamesKinds,
		Deadline: time.Second, Credentials: newCredentials(), Broken: status.ConnectionLost,
		// It has ended these itself: after a refusal, and when too much waits.
		Unnamed: []status.Kind{status.UnsupportedProtocol, status.UnsupportedVersion, status.UnsupportedFlags, status.QueueFull},
	}}
	if err := v.start(filepath.Join(build, "template_provider")); err != nil {
		v.Close()
		return nil, err
	}
	return v, nil
}

func (v *providerVictim) start(path string) (err error) {
	if err := built(path); err != nil {
		return err
	}
	if v.folder, err = os.MkdirTemp("", "hostile-"); err != nil {
		return err
	}
	if v.node, err = startBitcoinNode(); err != nil {
		return err
	}
	password := filepath.Join(v.folder, "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		return err
	}
	arguments := []string{"--listen", "127.0.0.1:0", "--json", "--rpc-url", v.node.url(), "--rpc-user", "hostile",
		"--rpc-password-file", password, "--setup-timeout", "1", "--send-timeout", "1", "--idle-timeout", "1",
		"--max-queued", "8000000", "--handshakes-per-second", "100000", "--handshake-burst", "100000"}
	if v.about.Encrypted {
		key, certificate, err := v.about.Credentials.write(v.folder)
		if err != nil {
			return err
		}
		arguments = append(arguments, "--key", key, "--certificate", certificate)
	} else {
		arguments = append(arguments, "--insecure")
	}
	if v.process, err = startProcess(path, arguments...); err != nil {
		return err
	}
	var ok bool
	if v.address, ok = listeningAddress(v.process); !ok {
		return errors.New("the provider does not listen")
	}
	_, ok = v.process.find(0, 10*time.Second, func(line string) bool { return eventOf(line).Event == "block_template" })
	if !ok {
		return errors.New("the provider gets no template")
	}
	return nil
}

// write makes the files of a server's key and certificate, as sv2-key does.
func (c *credentials) write(folder string) (key, certificate string, err error) {
	secret, err := noise.NewSecretKey(&c.server.secret)
	if err != nil {
		return "", "", err
	}
	defer secret.Release()
	line, err := secret.AppendText(nil)
	if err != nil {
		return "", "", err
	}
	full := noise.FullCertificate{Authority: c.authority.public, Server: c.server.public, Certificate: c.certificate()}
	key, certificate = filepath.Join(folder, "server.key"), filepath.Join(folder, "server.crt")
	return key, certificate, errors.Join(
		os.WriteFile(key, append(line, '\n'), 0o600),
		os.WriteFile(certificate, []byte(hex.EncodeToString(full.Append(nil))+"\n"), 0o600),
	)
}

// providerEvent is a line of the provider.
type providerEvent struct {
	Event   string
	Client  uint64
	Address string
	Reason  string
	Status  string
}

func eventOf(line string) (e providerEvent) {
	if json.Unmarshal([]byte(line), &e) != nil {
		return providerEvent{}
	}
	return e
}

func (v *providerVictim) Description() *Description { return v.about }

func (v *providerVictim) Meet() (*net.TCPConn, Encounter, error) {
	from := v.process.printed()
	conn, err := net.Dial("tcp", v.address)
	if err != nil {
		return nil, nil, err
	}
	return conn.(*net.TCPConn), providerEncounter{v, conn.LocalAddr().String(), from}, nil
}

type providerEncounter struct {
	victim *providerVictim
	peer   string
	from   int // lines that were printed before: an address comes again
}

func (e providerEncounter) Ended(within time.Duration) (said Testimony, ok bool) {
	var client uint64
	line, ok := e.victim.process.find(e.from, within, func(line string) bool {
		event := eventOf(line)
		if event.Event == "client_connected" && event.Address == e.peer {
			client = event.Client
		}
		return client != 0 && event.Event == "client_disconnected" && event.Client == client
	})
	if !ok {
		return said, false
	}
	event := eventOf(line)
	said.Text = event.Reason
	if said.Kind = kindIn(event.Status); said.Kind == 0 {
		said.Kind = kindIn(event.Reason)
	}
	if said.Kind == 0 && strings.HasPrefix(event.Reason, "connection lost") {
		said.Kind = status.ConnectionLost
	}
	if said.Kind == status.Internal {
		said.Fault = event.Reason
	}
	return said, true
}

func (v *providerVictim) Usage() (Usage, bool) { return processUsage(v.process.command.Process.Pid) }

func (v *providerVictim) Close() (err error) {
	if v.process != nil {
		err = v.process.stop(syscall.SIGTERM)
	}
	if v.node != nil {
		v.node.close()
	}
	return errors.Join(err, os.RemoveAll(v.folder))
}
