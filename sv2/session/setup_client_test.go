package session

import (
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestDeviceInformation: SE-04, SE-05, SE-06: what the device is goes out as it was configured; what was left out is empty and
// never made up.
func TestDeviceInformation(t *testing.T) {
	cc := clientConfig()
	cc.Setup.HardwareVersion, cc.Setup.Firmware, cc.Setup.DeviceID = []byte("S9i 13.5"), []byte("os-1.0"), []byte("serial\xff")
	m := one[*sv2.SetupConnection](t, startClient(t, cc))
	if string(m.Vendor) != "libsv2 test" || string(m.HardwareVersion) != "S9i 13.5" || string(m.Firmware) != "os-1.0" || string(m.DeviceID) != "serial\xff" {
		t.Errorf("%+v", m)
	}
	m = one[*sv2.SetupConnection](t, startClient(t, clientConfig()))
	if len(m.Vendor) == 0 || len(m.HardwareVersion)+len(m.Firmware)+len(m.DeviceID) != 0 {
		t.Errorf("%+v", m)
	}
}

// TestProbing: SE-08, SE-13, SE-14: all flags set give a client the same answer from each session and each server of one
// configuration, for each protocol: the full set of what is not supported. Asking for the rest is accepted.
func TestProbing(t *testing.T) {
	services := []Service{
		{Protocol: sv2.ProtocolMining, Flags: sv2.SetupRequiresVersionRolling | sv2.SetupRequiresWorkSelection},
		{Protocol: sv2.ProtocolJobDeclaration, Flags: sv2.SetupDeclareTxData},
		{Protocol: sv2.ProtocolTemplateDistribution},
	}
	var servers []*Profile
	for range 2 {
		sc := serverConfig()
		sc.Services = services
		p, err := NewServerProfile(&sc)
		check(t, err)
		servers = append(servers, p)
	}
	for _, service := range services {
		setup := func(flags uint32) []byte {
			return frame(t, &sv2.SetupConnection{Protocol: service.Protocol, MinVersion: 2, MaxVersion: 2, Flags: flags, Vendor: []byte("v")})
		}
		for _, p := range []*Profile{servers[0], servers[0], servers[1]} {
			server := start(t, p)
			server.receive(setup(0xffff_ffff), 1000)
			server.expectEnd(t, status.UnsupportedFlags, PhaseSetup)
			answer := one[*sv2.SetupConnectionError](t, server)
			if answer.Flags != ^service.Flags {
				t.Errorf("protocol %d: flags %x, want %x", service.Protocol, answer.Flags, ^service.Flags)
			}
			server = start(t, p)
			server.receive(setup(^answer.Flags), 1000)
			one[*sv2.SetupConnectionSuccess](t, server)
		}
	}
}

// TestRequiredFlags: SE-13, SE-15: a server says which flag it misses; only that of Job Declaration has a code of its own.
func TestRequiredFlags(t *testing.T) {
	sc := serverConfig()
	sc.Services[0].RequiredFlags = sv2.SetupRequiresWorkSelection
	for flags, want := range map[uint32]uint32{0: 2, sv2.SetupRequiresStandardJobs: 2, sv2.SetupRequiresWorkSelection: 0} {
		server := startServer(t, sc)
		server.receive(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Flags: flags, Vendor: []byte("v")}), 1000)
		if want == 0 {
			one[*sv2.SetupConnectionSuccess](t, server)
			continue
		}
		server.expectEnd(t, status.MissingFlags, PhaseSetup)
		if m := one[*sv2.SetupConnectionError](t, server); m.Flags != want || string(m.ErrorCode) != sv2.ErrorCodeUnsupportedFeatureFlags {
			t.Errorf("%+v", m)
		}
	}
}

// TestServerIsSilent: SE-18: before its answer a server can be made to send nothing, not even Reconnect.
func TestServerIsSilent(t *testing.T) {
	sc := serverConfig()
	sc.HoldSetup = true
	server := startServer(t, sc)
	silent := func(phase Phase) {
		t.Helper()
		for _, m := range []sv2.Message{&sv2.Reconnect{}, job, &sv2.ChannelEndpointChanged{}, setupOK} {
			if err := server.Send(m); err != status.State || len(server.Output()) != 0 || server.Phase() != phase {
				t.Errorf("%T: %v in %v", m, err, server.Phase())
			}
		}
	}
	silent(PhaseSetup)
	server.receive(frame(t, &sv2.SetupConnection{MinVersion: 2, MaxVersion: 2, Vendor: []byte("v")}), 1000)
	silent(PhaseDecision)
	check(t, server.AcceptSetup(0))
	one[*sv2.SetupConnectionSuccess](t, server)
}
