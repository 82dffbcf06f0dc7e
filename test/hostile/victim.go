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

// kindIn finds the kind that a line of a program names, by its name in C or by its whole text. A name says more than a text,
// and what is said first more than what explains it.
func kindIn(line string) status.Kind {
	for _, mark := range []func(status.Kind) string{status.Kind.Name, status.Kind.Error} {
		var found status.Kind
		first, longest := len(line), 0
		for _, kind := range status.All() {
			m := mark(kind)
			at := strings.Index(line, m)
			if kind.Class() == status.ClassNotDone || !hasPhrase(line, m) || at > first || at == first && len(m) < longest {
				continue
			}
			found, first, longest = kind, at, len(m)
		}
		if found != 0 {
			return found
		}
	}
	return 0
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
