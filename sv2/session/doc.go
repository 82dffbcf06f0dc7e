// Package session is one connection of Stratum V2, either end of it, from the first byte to the last: Noise or a plain
// link, SetupConnection, the negotiation of extensions, then messages.
//
// It does no input or output. The program that owns the connection feeds what it received, sends what waits, takes events,
// and tells the time; the time is an argument, and randomness a reader given at the start:
//
//	profile, err := session.NewClientProfile(&config) // checked once, for any number of sessions
//	s, err := profile.Start(rand.Reader, now)
//	for !s.Finished() {
//		// send s.Output(), tell how much with s.Sent; receive; wait no longer than s.NextDeadline
//		taken, err := s.Feed(received, now) // less than all while events wait
//		for e, ok := s.NextEvent(); ok; e, ok = s.NextEvent() {
//			// act on e; s.Send answers
//		}
//	}
//
// # The phases
//
// What may be called and what the peer may send, by phase. A call that is not legal returns status.State and changes
// nothing; a message that is not legal ends the session with the kind that stands with it.
//
//	phase         calls                  messages of the peer                        else
//	handshake     -                      server: act 1. client: act 2                noise's kinds
//	setup         -                      server: SetupConnection                     UnexpectedMessage
//	                                     client: SetupConnection.Success, .Error;    UnexpectedMessage,
//	                                     those of extensions are ignored             ReconnectInSetup
//	decision      AcceptSetup,           server: all others wait                     DuplicateSetup,
//	              RefuseSetup                                                        EarlyMessages
//	negotiation   server: Send of        client: RequestExtensions.Success, .Error;  EarlyMessages,
//	              Reconnect              all others wait                             ExtensionsAnswer,
//	                                                                                 ReconnectInSetup
//	                                     server: RequestExtensions, once more after  ExtensionsRequired
//	                                     an Error; any other message means that the
//	                                     client wants no extensions
//	established   Send, SendShare,       those of the protocol and of negotiated     DuplicateSetup,
//	              SendWithTLVs, Forward  extensions                                  UnsolicitedAnswer,
//	                                                                                 DuplicateNegotiation
//	ended         -                      -                                           -
//
// In every phase after setup a message that is sent in the wrong direction is WrongDirection, and one of another protocol
// WrongProtocol. Feed, PeerClosed, NextEvent, Output, Sent, Tick, NextDeadline, Close, Release and the functions that only
// look are legal in every phase. What waits is bounded by Limits.EarlyMessages and EarlyBytes and acted on, in order, by the
// same code as what comes later.
//
// # The end
//
// An error ends the session for good: every later call returns the same [*Error], and the last event is EventEnd. When it
// has Drain set, as after a refused SetupConnection, what Output gives has to be sent before the connection is closed, or
// the peer never learns the reason; Finished tells when. Go on receiving meanwhile, and throw it away: a system that closes a
// connection with unread bytes may discard what it has not sent.
//
// # Servers
//
// Answering act 1 costs more than anything else a stranger can ask for. Take from a noise.Admission before feeding it, and
// bound the number of sessions that are not established; those that go no further end by their deadlines.
//
// # Memory
//
// [Profile.MemoryBound] is the most that a session ever holds. Buffers come from the Memory of the configuration, grow with
// what arrives or waits, and are wiped when they are given back.
package session
