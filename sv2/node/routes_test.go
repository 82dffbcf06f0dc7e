package node

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

func decide(context.Context, *Conn, *sv2.SetupConnection) (uint32, error) { return 0, nil }

// TestServerConfigurations: S3-04, S3-15: what is served and what has a handler must be the same, by errors of their own.
func TestServerConfigurations(t *testing.T) {
	r := newRecorder()
	services := func(protocols ...uint8) (list []session.Service) {
		for _, protocol := range protocols {
			list = append(list, session.Service{Protocol: protocol})
		}
		return list
	}
	for name, c := range map[string]struct {
		services []session.Service
		handlers ServerHandlers
		hold     bool
		want     error
	}{
		"mining":                 {services(0), ServerHandlers{Mining: r}, false, nil},
		"mining with Null":       {services(0), ServerHandlers{Mining: r, JobDeclaration: Null{}, TemplateDistribution: Null{}, Common: Null{}}, false, nil},
		"all":                    {services(0, 1, 2), ServerHandlers{Mining: r, JobDeclaration: r, TemplateDistribution: r}, false, nil},
		"no handler":             {services(0), ServerHandlers{}, false, ErrNullHandler},
		"Null handler":           {services(0), ServerHandlers{Mining: Null{}}, false, ErrNullHandler},
		"one of two":             {services(0, 2), ServerHandlers{Mining: r}, false, ErrNullHandler},
		"unused mining":          {services(1), ServerHandlers{Mining: r, JobDeclaration: r}, false, ErrUnusedHandler},
		"unused job declaration": {services(0), ServerHandlers{Mining: r, JobDeclaration: r}, false, ErrUnusedHandler},
		"unused template":        {services(0), ServerHandlers{Mining: r, TemplateDistribution: r}, false, ErrUnusedHandler},
		"HoldSetup":              {services(0), ServerHandlers{Mining: r, DecideSetup: decide}, true, nil},
		"only HoldSetup":         {services(0), ServerHandlers{Mining: r}, true, ErrDecideSetup},
		"only DecideSetup":       {services(0), ServerHandlers{Mining: r, DecideSetup: decide}, false, ErrDecideSetup},
	} {
		config := ServerConfig{
			Session: session.ServerConfig{Security: session.Plain(), Services: c.services, HoldSetup: c.hold}, Handlers: c.handlers,
		}
		s, err := NewServer(&config)
		if !errors.Is(err, c.want) || (s == nil) != (c.want != nil) || c.want != nil && !errors.Is(err, status.Argument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestClientConfigurations: S3-04, S3-15: the same for clients, which have one subprotocol.
func TestClientConfigurations(t *testing.T) {
	r := newRecorder()
	for name, c := range map[string]struct {
		protocol uint8
		handlers ClientHandlers
		want     error
	}{
		"mining":                {0, ClientHandlers{Mining: r}, nil},
		"job declaration":       {1, ClientHandlers{JobDeclaration: r, Common: r}, nil},
		"template":              {2, ClientHandlers{Mining: Null{}, TemplateDistribution: r}, nil},
		"none":                  {0, ClientHandlers{}, ErrNullHandler},
		"Null":                  {2, ClientHandlers{TemplateDistribution: Null{}}, ErrNullHandler},
		"another":               {0, ClientHandlers{Mining: r, TemplateDistribution: r}, ErrUnusedHandler},
		"another alone":         {1, ClientHandlers{Mining: r}, ErrUnusedHandler},
		"of no known protocol":  {9, ClientHandlers{}, ErrNullHandler},
		"unknown with handlers": {9, ClientHandlers{Mining: r}, ErrUnusedHandler},
	} {
		cc := clientConfig(session.Plain())
		cc.Setup.Protocol = c.protocol
		profile, err := session.NewClientProfile(&cc)
		check(t, err)
		a, b := net.Pipe()
		conn, err := NewClientConn(a, profile, c.handlers, nil)
		if !errors.Is(err, c.want) || (conn == nil) != (c.want != nil) {
			t.Errorf("%s: %v", name, err)
		}
		a.Close()
		b.Close()
	}
}

// TestWrongEnd: a profile of the other end, or none, and settings that make no sense are refused.
func TestWrongEnd(t *testing.T) {
	a, _ := net.Pipe()
	cc, sc := clientConfig(session.Plain()), serverConfig(session.Plain())
	client, err := session.NewClientProfile(&cc)
	check(t, err)
	server, err := session.NewServerProfile(&sc)
	check(t, err)
	r := newRecorder()
	for _, try := range []func() (*Conn, error){
		func() (*Conn, error) { return NewClientConn(a, server, ClientHandlers{Mining: r}, nil) },
		func() (*Conn, error) { return NewServerConn(a, client, ServerHandlers{Mining: r}, nil) },
		func() (*Conn, error) { return NewServerConn(a, nil, ServerHandlers{Mining: r}, nil) },
		func() (*Conn, error) {
			return NewClientConn(a, client, ClientHandlers{Mining: r}, &Options{WhenFull: 9})
		},
		func() (*Conn, error) {
			return NewClientConn(a, client, ClientHandlers{Mining: r}, &Options{WriteTimeout: -time.Second})
		},
	} {
		if c, err := try(); c != nil || !errors.Is(err, status.Argument) {
			t.Error(c, err)
		}
	}
	if _, err := NewServer(&ServerConfig{Session: sc, Handlers: ServerHandlers{Mining: r}, MaxClients: -1}); !errors.Is(err, status.Argument) {
		t.Error(err)
	}
}
