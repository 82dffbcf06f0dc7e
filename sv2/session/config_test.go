package session

import (
	"bytes"
	"testing"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestClientConfig: SE-03, SE-04: what a client cannot be configured to do.
func TestClientConfig(t *testing.T) {
	long := bytes.Repeat([]byte{'x'}, 256)
	many := make([]uint16, MaxExtensions+1)
	for i := range many {
		many[i] = uint16(i + 2)
	}
	for name, c := range map[string]struct {
		change func(*ClientConfig)
		want   status.Kind
	}{
		"no vendor":        {func(c *ClientConfig) { c.Setup.Vendor = nil }, status.Argument},
		"host not ASCII":   {func(c *ClientConfig) { c.Setup.EndpointHost = []byte("pöl") }, status.Argument},
		"field too long":   {func(c *ClientConfig) { c.Setup.Firmware = long }, status.FieldTooLong},
		"versions":         {func(c *ClientConfig) { c.Setup.MinVersion, c.Setup.MaxVersion = 3, 2 }, status.Argument},
		"extension 0":      {func(c *ClientConfig) { c.Extensions.Request = []uint16{0} }, status.Argument},
		"extension 1":      {func(c *ClientConfig) { c.Extensions.Required = []uint16{1} }, status.Argument},
		"extension 0x8002": {func(c *ClientConfig) { c.Extensions.Supported = []uint16{0x8002} }, status.Argument},
		"many extensions":  {func(c *ClientConfig) { c.Extensions.Request = many }, status.Argument},
		"policy":           {func(c *ClientConfig) { c.Extensions.OnTimeout = 9 }, status.Argument},
		"payload":          {func(c *ClientConfig) { c.Limits.Payload = sv2.PayloadSizeMax + 1 }, status.Limit},
		"payload below 0":  {func(c *ClientConfig) { c.Limits.Payload = -1 }, status.Limit},
		"output":           {func(c *ClientConfig) { c.Limits.Output = OutputMin - 1 }, status.Limit},
		"output above":     {func(c *ClientConfig) { c.Limits.Output = 1 << 30 }, status.Limit},
		"early":            {func(c *ClientConfig) { c.Limits.EarlyBytes = -1 }, status.Limit},
		"half a memory":    {func(c *ClientConfig) { c.Memory.Free = func([]byte) {} }, status.Argument},
	} {
		config := clientConfig()
		c.change(&config)
		if _, err := NewClientProfile(&config); err == nil || kindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestServerConfig: what contradicts itself is refused before any client comes.
func TestServerConfig(t *testing.T) {
	for name, change := range map[string]func(*ServerConfig){
		"no service":              func(c *ServerConfig) { c.Services = nil },
		"unknown protocol":        func(c *ServerConfig) { c.Services[0].Protocol = 3 },
		"twice":                   func(c *ServerConfig) { c.Services = append(c.Services, c.Services[0]) },
		"requires what it lacks":  func(c *ServerConfig) { c.Services[0].RequiredFlags = 8 },
		"fixed and rolling":       func(c *ServerConfig) { c.Services[0].Flags, c.Services[0].SuccessFlags = 4, 1 },
		"extended and standard":   func(c *ServerConfig) { c.Services[0].SuccessFlags = 2 },
		"versions":                func(c *ServerConfig) { c.MinVersion, c.MaxVersion = 3, 2 },
		"extensions, but ignored": func(c *ServerConfig) { c.Extensions = ServerExtensions{Supported: []uint16{2}, Ignore: true} },
		"extension 1":             func(c *ServerConfig) { c.Extensions.Supported = []uint16{1} },
	} {
		config := serverConfig()
		change(&config)
		if _, err := NewServerProfile(&config); err != status.Argument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProfileCopies: changing the memory of a configuration changes no session.
func TestProfileCopies(t *testing.T) {
	c := clientConfig()
	c.Extensions.Request = []uint16{5}
	p, err := NewClientProfile(&c)
	check(t, err)
	c.Setup.Vendor[0], c.Setup.EndpointHost[0], c.Extensions.Request[0] = 'X', 'X', 6
	client := start(t, p)
	if m := one[*sv2.SetupConnection](t, client); m.Vendor[0] != 'l' || m.EndpointHost[0] != 'p' {
		t.Error("vendor or host changed")
	}
	client.receive(frame(t, setupOK), 1000)
	if m := one[*sv2.RequestExtensions](t, client); m.RequestedExtensions.At(0) != 5 {
		t.Error("extensions changed")
	}
}

// TestServerIdentity: the client can show whom it talks to.
func TestServerIdentity(t *testing.T) {
	k := newKeys(t)
	cc, sc := clientConfig(), serverConfig()
	cc.Security, sc.Security = Initiate(noise.Insecure()), Respond(k.identity)
	client, server := connect(t, cc, sc)
	key, certificate, err := client.Server()
	if err != nil || key != k.identity.Public() || certificate != k.identity.Certificate() {
		t.Error("not the server", err)
	}
	if _, _, err := server.Server(); err != status.State {
		t.Error(err)
	}
	if client.Role() != sv2.Client || server.Role() != sv2.Server {
		t.Error("roles")
	}
}

// TestProfileTells: what a program that is built on profiles has to know of them.
func TestProfileTells(t *testing.T) {
	cc, sc := clientConfig(), serverConfig()
	cc.Setup.Protocol = sv2.ProtocolTemplateDistribution
	cc.Security = Initiate(noise.Insecure())
	sc.HoldSetup = true
	client, err := NewClientProfile(&cc)
	check(t, err)
	server, err := NewServerProfile(&sc)
	check(t, err)
	if client.Role() != sv2.Client || server.Role() != sv2.Server || !client.Encrypted() || server.Encrypted() {
		t.Error("role or encryption")
	}
	if client.HoldsSetup() || !server.HoldsSetup() {
		t.Error("HoldsSetup")
	}
	for protocol := range uint8(4) {
		if client.Speaks(protocol) != (protocol == sv2.ProtocolTemplateDistribution) ||
			server.Speaks(protocol) != (protocol == sv2.ProtocolMining) {
			t.Error("Speaks", protocol)
		}
	}
}
