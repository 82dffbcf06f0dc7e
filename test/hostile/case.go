package main

import (
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Step is where in a conversation a peer turns bad. The corpus is in this order.
type Step uint8

const (
	StepConnection Step = iota
	StepAct1
	StepAct2
	StepHeader
	StepLength
	StepChunk
	StepType
	StepOrder
	StepSize
	StepFlood
	StepTrickle
	StepHalfClose
	StepNeverReading
)

var stepNames = [...]string{"connection", "act 1", "act 2", "header", "length", "chunk", "type", "order", "size", "flood",
	"trickle", "half-close", "never reading"}

func (s Step) String() string { return stepNames[s] }

// Links are the kinds of connection that a case is for.
type Links uint8

const (
	OnPlain Links = 1 << iota
	OnNoise
	OnBoth = OnPlain | OnNoise
)

func linkOf(encrypted bool) Links {
	if encrypted {
		return OnNoise
	}
	return OnPlain
}

// stage is how far a peer goes honestly before it turns bad.
type stage uint8

const (
	connected   stage = iota // nothing was sent
	secured                  // the Noise handshake, if there is one
	settled                  // SetupConnection and SetupConnection.Success
	established              // what each protocol wants first, extensions too: messages flow
)

// Ending is what can be seen of a victim from outside.
type Ending uint8

const (
	Ends   Ending = iota // the victim ends the connection
	Stays                // the victim does not mind
	Leaves               // the hostile peer goes first
	Either               // any of these: the victim has to survive
)

var endingNames = [...]string{"ends", "stays", "left", "survives"}

func (e Ending) String() string { return endingNames[e] }

// Needs are what a case wants of a victim beside the role and the link.
type Needs uint16

const (
	NeedsSetup       Needs = 1 << iota // a protocol of Stratum V2, which begins with SetupConnection
	NeedsMining                        // the Mining protocol
	NeedsNegotiation                   // extension 0x0001
	NeedsRequirement                   // of a client: extension 0x0002, without which it ends the connection
	NeedsDeadline                      // deadlines that are over before the case is
	NeedsInactivity                    // a limit for silence on an established connection
	NeedsConcurrency                   // many connections at a time
	NeedsAnswers                       // a message that it answers each time
	NeedsDecoding                      // it decodes each message as soon as the link stands, without a session above
	NeedsAuthority                     // the victim trusts the run's authority
	NamesKinds                         // not for cases: the victim names a kind for each end of a connection
)

// Case is one bad peer.
type Case struct {
	Name string
	Step Step
	By   sv2.Party // the end that is hostile
	Row  string    // of the conformance table, or the number of a known interoperability bug
	On   Links
	From stage
	Acts []act

	Want   Ending
	Answer *sv2.Info   // message that the victim has to send first, or nil
	Flags  uint32      // of that message
	Kind   status.Kind // that the victim ends the connection with; PeerClosed when the hostile peer goes first
	Needs  Needs
	// Payload is the size of one that the victim has to accept; 0 where it does not matter.
	Payload int
}

// Victim returns the end that the case is for.
func (c *Case) Victim() sv2.Party { return c.By ^ (sv2.Client | sv2.Server) }

// Description is what has to be known of a victim in order to be hostile to it.
type Description struct {
	Name       string
	Role       sv2.Party
	Encrypted  bool
	Fresh      bool  // each connection is to a process of its own: no case is before another one
	Protocol   uint8 // sv2.Protocol*
	Has        Needs // what it has of what cases need
	MaxPayload int   // largest payload that it accepts
	// Deadline is the longest time after which the victim gives up a peer that does not go on.
	Deadline time.Duration
	// Credentials are what clients trust, and what a server of ours shows; nil for a server of somebody else's.
	Credentials *credentials
	Policy      peerPolicy
	Question    piece         // that it answers each time, if it has NeedsAnswers; nil for that of its protocol
	Unnamed     []status.Kind // of those that cases are about, the kinds that it does not name although it has NamesKinds
	// Broken is the kind that it names in place of PeerClosed when the system says that the connection is broken, as it does
	// when a peer goes away without having read everything; 0 if it makes no difference.
	Broken status.Kind
}

// applies reports whether a case can be tried on the victim.
func (d *Description) applies(c *Case) bool {
	return c.Victim() == d.Role && c.On&linkOf(d.Encrypted) != 0 && c.needs()&^d.Has == 0 && c.Payload <= d.MaxPayload
}

// needs adds what follows from the step.
func (c *Case) needs() Needs {
	if c.From >= settled {
		return c.Needs | NeedsSetup
	}
	return c.Needs
}

// brokenBy reports whether a kind says no more than that the peer went away, though not in order.
func (d *Description) brokenBy(c *Case, kind status.Kind) bool {
	return kind != 0 && kind == d.Broken && c.Kind == status.PeerClosed && c.Want != Ends
}

// distinct is from which length on a deadline can be told from a busy machine.
const distinct = 3 * time.Second

// late reports whether a connection that had to be ended at once lasted as long as a deadline. Where a kind is named, that says
// more.
func (d *Description) late(c *Case, lasted time.Duration) bool {
	atOnce := c.Want == Ends && c.Needs&(NeedsDeadline|NeedsInactivity) == 0 && c.Step != StepNeverReading
	return atOnce && d.Deadline >= distinct && lasted >= d.Deadline
}

// bound is how long a victim may take to end a connection.
func (d *Description) bound() time.Duration { return d.Deadline + 3*time.Second }
