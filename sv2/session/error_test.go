package session

import (
	"errors"
	"testing"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// TestErrorIs: S2-06, S0-04: errors are told apart by program, and know the message.
func TestErrorIs(t *testing.T) {
	client := startClient(t, clientConfig())
	client.receive(frame(t, job), 1000)
	err := client.Err()
	var about *sv2.Error
	if !errors.Is(err, status.UnexpectedMessage) || errors.Is(err, status.Decrypt) || !errors.As(err, &about) ||
		about.ExtensionType != 0 || about.MsgType != 0x15 {
		t.Errorf("%v", err)
	}
	if err.Error() != "setup: NewMiningJob: "+status.UnexpectedMessage.Error()+" (45 bytes)" {
		t.Errorf("%v", err)
	}
	refused := &Error{Kind: status.SetupRefused, Phase: PhaseSetup, Code: "a\nb", Flags: 6, Extensions: []uint16{2, 0x4001}}
	if refused.Error() != `setup: the server refused SetupConnection: "a\nb", flags 0x6, extensions 0x2 0x4001` {
		t.Error(refused)
	}
	ended := &Error{Kind: status.PeerClosed, Phase: PhaseSetup, Err: status.Truncated}
	if ended.Error() != "setup: "+status.PeerClosed.Error()+": "+status.Truncated.Error() {
		t.Error(ended)
	}
	if kindOf(errors.New("x")) != status.Internal {
		t.Error("an error of no kind")
	}
}

// TestClasses: S1-08: what a program does next follows from the class: try again, or not.
func TestClasses(t *testing.T) {
	for class, kinds := range map[status.Class][]status.Kind{
		status.ClassTransient: {
			status.HandshakeTimeout, status.SetupTimeout, status.NegotiationTimeout, status.InactivityTimeout, status.PeerClosed,
			status.QueueFull, status.ReconnectInSetup,
		},
		status.ClassConfiguration: {
			status.SetupRefused, status.SuccessFlags, status.ExtensionsRequired, status.ExtensionsDemanded, status.ExtensionsIgnored,
		},
		status.ClassProtocol: {
			status.UsedVersion, status.DuplicateSetup, status.UnsolicitedAnswer, status.EarlyMessages, status.ExtensionsAnswer,
			status.DuplicateNegotiation, status.TooManyExtensions,
		},
		status.ClassCaller: {status.Closed, status.NotNegotiated},
	} {
		for _, kind := range kinds {
			if kind.Class() != class || kind > -192 || kind < -223 {
				t.Errorf("%s: class %v, number %d", kind.Name(), kind.Class(), kind)
			}
		}
	}
}

// TestNames: every event and phase has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for k := EventSecured; k <= EventEnd; k++ {
		seen[k.String()] = true
	}
	for p := PhaseHandshake; p <= PhaseEnded; p++ {
		seen["phase "+p.String()] = true
	}
	if len(seen) != int(EventEnd)+int(PhaseEnded)+1 || EventKind(200).String() != "unknown" || Phase(200).String() != "unknown" {
		t.Errorf("%d names", len(seen))
	}
}
