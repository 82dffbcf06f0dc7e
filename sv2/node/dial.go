package node

import (
	"context"
	"net"
	"time"

	"github.com/libsv2/libsv2/sv2/endpoint"
	"github.com/libsv2/libsv2/sv2/session"
)

// DialTimeout is how long resolving a host and connecting to it may take, if the context does not end before.
const DialTimeout = 5 * time.Second

// Dial connects to an endpoint by TCP. The profile is made of the configuration, with the endpoint's host and port in
// SetupConnection, and the endpoint's authority required, unless config.Security says otherwise. Then comes Handshake.
// Kinds: ResolveFailed, ConnectFailed; those of session.NewClientProfile and [NewClientConn].
//
// For a connection without endpoint, such as a plain one in a local network, there are net.Dial and NewClientConn.
func Dial(
	ctx context.Context, e endpoint.Endpoint, config *session.ClientConfig, handlers ClientHandlers, options *Options,
) (*Conn, error) {
	profile, err := clientProfile(e, config)
	if err != nil {
		return nil, err
	}
	if err := handlers.routes().check(profile, profile.Role()); err != nil {
		return nil, err
	}
	conn, err := dialTCP(ctx, e.Address())
	if err != nil {
		return nil, err
	}
	c, err := NewClientConn(conn, profile, handlers, options)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

// clientProfile is that of a connection to an endpoint.
func clientProfile(e endpoint.Endpoint, config *session.ClientConfig) (*session.Profile, error) {
	own := *config
	if own.Security == (session.Security{}) {
		own.Security = session.Initiate(e.Policy())
	}
	own.Setup.EndpointHost, own.Setup.EndpointPort = []byte(e.Host()), e.Port()
	return session.NewClientProfile(&own)
}

func dialTCP(ctx context.Context, address string) (net.Conn, error) {
	return dialWithin(ctx, address, new(net.Dialer).DialContext)
}

func dialWithin(
	ctx context.Context, address string, dial func(ctx context.Context, network, address string) (net.Conn, error),
) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, DialTimeout)
	defer cancel()
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, dialError(err)
	}
	return conn, nil
}
