package main

import (
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
)

// fields are those of a message in a configuration of sri-peer, changed where a conversation wants another value.
type fields map[string]any

func setupFields(change fields) fields {
	f := fields{
		"protocol": 0, "min_version": 2, "max_version": 2, "flags": 0, "endpoint_host": "706f6f6c", "endpoint_port": 34254,
		"vendor": "737269", "hardware_version": "", "firmware": "", "device_id": "",
	}
	for name, value := range change {
		f[name] = value
	}
	return f
}

// client is libsv2's client for a setup.
func client(setup sv2.SetupConnection, extensions session.ClientExtensions) *session.ClientConfig {
	setup.Vendor = []byte("libsv2")
	return &session.ClientConfig{Setup: setup, Extensions: extensions}
}

// server is libsv2's server for a service.
func server(service session.Service, extensions session.ServerExtensions) *session.ServerConfig {
	return &session.ServerConfig{Services: []session.Service{service}, Extensions: extensions}
}

// conversations returns all of them. libsv2's end is reported by program, SRI's by sri-peer.
func conversations() []conversation {
	return append(append(clients(), servers()...), shares()...)
}
