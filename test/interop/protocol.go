package main

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/libsv2/libsv2/status"
)

// What a side can be asked for. On a pipe a request is its length (U32, little-endian), this byte, and a body; an answer is
// its length, an outcome, and the result or a reason. Numbers in bodies are U32, little-endian; handshakes and links are
// numbers that the side gave before.
const (
	askDecode         = 'D' // frame -> its message as JSON, see appendMessage
	askEncode         = 'E' // JSON of a message -> frame
	askTLVs           = 'T' // U8 1 to accept big-endian TLVs where the side can, frame -> JSON of what extension 0x0002 finds
	askWithIdentity   = 'S' // U8 length, user identity, JSON of a message -> frame with its TLV
	askCommonMessage  = 'C' // frame -> name of the message that a client without extensions takes it for
	askVersion        = 'V' // the server's min_version and max_version, the client's -> the version that the server uses
	askKey            = 'K' // secret key -> JSON of its public key and both texts
	askParsePublicKey = 'p' // text -> public key
	askParseSecretKey = 's' // text of a secret key -> its public key
	askStart          = 'I' // authority or 32 zeros, 32 bytes of randomness -> handshake, act 1
	askFinish         = 'F' // handshake, time, act 2 -> link
	askRespond        = 'R' // authority's secret key, validity in seconds, time, 32 bytes of randomness, act 1 -> link, act 2
	askPlainLink      = 'L' // largest payload, 0 for the default -> link without encryption; a side may have no limit
	askSeal           = 'X' // link, frame -> bytes of the stream
	askOpen           = 'O' // link, bytes of the stream -> the plain frames that they complete, one behind the other
	askForget         = 'Q' // link ->
)

// request is something that a side is asked for.
type request struct {
	what byte
	body []byte
	// value is what askEncode and askWithIdentity are about, for a side that does not read JSON.
	value value
}

// outcome is the first byte of an answer.
type outcome byte

const (
	done outcome = iota
	refused
	panicked
)

// answer is what a side says to a request: the result, or in words why there is none.
type answer struct {
	outcome outcome
	body    []byte
}

// ok reports whether the request was granted.
func (a answer) ok() bool { return a.outcome == done }

// refuses reports whether an answer of libsv2 is a refusal of this kind; both of its sides begin with its name.
func (a answer) refuses(kind status.Kind) bool {
	name, _, _ := strings.Cut(string(a.body), ":")
	return a.outcome == refused && name == kind.Name()
}

// String shows an answer in a report.
func (a answer) String() string {
	switch a.outcome {
	case done:
		return short(fmt.Sprintf("%q", a.body))
	case refused:
		return "refused: " + short(string(a.body))
	}
	return "panic"
}

// side is an implementation under test.
type side interface {
	// name is how the table shows it.
	name() string
	// ask returns the answers to requests, in order. An error means that the side itself is gone.
	ask(requests []request) ([]answer, error)
}

// askOne asks a side for one thing.
func askOne(s side, what byte, body ...[]byte) (answer, error) {
	answers, err := s.ask([]request{{what: what, body: join(body...)}})
	if err != nil {
		return answer{}, err
	}
	return answers[0], nil
}

func join(parts ...[]byte) []byte {
	var all []byte
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func number(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }

// short cuts a text to what a line of a report has room for.
func short(text string) string {
	const most = 160
	if len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s... (%d characters)", text[:most], len(text))
}
