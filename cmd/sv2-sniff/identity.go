package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/libsv2/libsv2/internal/keyfile"
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/sv2/endpoint"
)

// identity returns what this server shows to clients, and the authority that they have to trust.
func (o *options) identity(warn keyfile.Warn) (s sniffer.Security, authority noise.PublicKey, release func(), err error) {
	switch {
	case o.plainDownstream:
		return sniffer.Plain(), authority, func() {}, nil
	case o.key != "":
		return o.readIdentity(warn)
	}
	keys, err := sniffer.NewKeys()
	if err != nil {
		return s, authority, nil, err
	}
	return sniffer.Respond(keys.Identity), keys.Authority, keys.Release, nil
}

func (o *options) readIdentity(warn keyfile.Warn) (s sniffer.Security, authority noise.PublicKey, release func(), err error) {
	certificate, err := keyfile.ReadCertificate(o.certificate)
	if err != nil {
		return s, authority, nil, err
	}
	key, err := keyfile.ReadSecretKey(o.key, warn)
	if err != nil {
		return s, authority, nil, err
	}
	if key.Public() != certificate.Server {
		key.Release()
		return s, authority, nil, fmt.Errorf("%s is not the certificate of the key in %s", o.certificate, o.key)
	}
	policy := noise.RequireAuthority(certificate.Authority)
	if err := policy.Verify(&certificate.Certificate, certificate.Server, uint64(max(time.Now().Unix(), 0))); err != nil {
		warn("clients will refuse the certificate: " + err.Error())
	}
	identity, err := noise.NewIdentity(key, &certificate.Certificate, rand.Reader)
	if err != nil {
		key.Release()
		return s, authority, nil, err
	}
	return sniffer.Respond(identity), certificate.Authority, key.Release, nil
}

// announce tells what clients have to be configured with.
func announce(w io.Writer, listening net.Addr, o *options, authority noise.PublicKey) {
	if o.plainDownstream {
		fmt.Fprintf(w, "sv2-sniff: clients connect to %v, without encryption\n", listening)
		return
	}
	made := ""
	if o.key == "" {
		made = "; its key is good for this run only"
	}
	fmt.Fprintf(w, "sv2-sniff: clients connect to %s%s\n", clientURL(listening, authority), made)
}

// clientURL is the URL of this server. Listening on all addresses, it does not know which one clients reach it by.
func clientURL(listening net.Addr, authority noise.PublicKey) string {
	host, port, _ := net.SplitHostPort(listening.String())
	number, _ := strconv.ParseUint(port, 10, 16)
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		return fmt.Sprintf("%s://THIS-MACHINE:%s/%v", endpoint.Scheme, port, authority)
	}
	e, err := endpoint.New(host, uint16(number), authority)
	if err != nil {
		return err.Error()
	}
	return e.String()
}
