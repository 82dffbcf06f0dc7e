package main

import (
	"net"
	"strings"
	"time"

	"github.com/libsv2/libsv2/status"
)

// Victim is a program, or a part of one, that meets hostile peers.
type Victim interface {
	Description() *Description
	// Meet makes a connection between the victim and a peer of this program's. Several may be made at a time.
	Meet() (*net.TCPConn, Encounter, error)
	// Usage is what the victim holds now; ok is false when that cannot be known.
	Usage() (u Usage, ok bool)
	// Close ends the victim. Its error says what was left behind.
	Close() error
}

// Encounter is one connection, from the victim's side.
type Encounter interface {
	// Ended waits until the victim has said how the connection ended.
	Ended(within time.Duration) (Testimony, bool)
}

// Testimony is what a victim says about the end of a connection.
type Testimony struct {
	Kind  status.Kind // 0 when it names none
	Text  string
	Fault string // what must never happen: a crash, something not freed
}

// silent is the encounter with a victim that says nothing.
type silent struct{}

func (silent) Ended(time.Duration) (Testimony, bool) { return Testimony{}, false }

// kindIn finds the kind that a line of a program names, by its name in C or by its whole text.
func kindIn(line string) status.Kind {
	var found status.Kind
	longest := 0
	for _, kind := range status.All() {
		if kind.Class() == status.ClassNotDone {
			continue
		}
		for _, mark := range []string{kind.Name(), kind.Error()} {
			if len(mark) > longest && hasPhrase(line, mark) {
				found, longest = kind, len(mark)
			}
		}
	}
	return found
}

// hasPhrase reports whether a line holds a text that goes neither on nor further back: "the connection ended" is the text of a
// kind, but not in "the connection ended in the middle of a message".
func hasPhrase(line, phrase string) bool {
	at := strings.Index(line, phrase)
	if at < 0 {
		return false
	}
	before, after := strings.TrimRight(line[:at], " "), line[at+len(phrase):]
	return (before == "" || strings.HasSuffix(before, ":") || strings.HasPrefix(phrase, "SV2_") || strings.HasSuffix(before, `"`)) &&
		(after == "" || strings.ContainsAny(after[:1], `;,:"`) || strings.HasPrefix(after, " ("))
}
