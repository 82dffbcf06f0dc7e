package main

import (
	"cmp"
	"strings"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// difference is a behaviour in which libsv2 is not like SRI on purpose. docs/interop.md has a row for each, written from
// here.
type difference struct {
	ID   string
	What string // the situation
	SRI  string // what SRI does
	Ours string // what libsv2 does
	Why  string // with the section of the specification
	// Pair is the pair that brings both into the situation, if it is not purpose; it is conversationName for a conversation
	// over TCP.
	Pair string
	// show does so for the pair purpose: it returns what each side made of the situation.
	show func(*run) (ours, theirs answer, err error)
	// sri and we are how the answers of the two begin; refuses stands for we when libsv2 refuses.
	sri, we string
	refuses status.Kind
}

// pair is the pair that shows the difference.
func (d *difference) pair() string { return cmp.Or(d.Pair, purposeName) }

// differences is the one list of them. Those of shares, targets, jobs and templates follow with the sessions of their
// protocols.
var differences = []difference{
	{
		ID:   "unknown-protocol",
		What: "SetupConnection names a protocol other than 0, 1 and 2",
		SRI:  "does not decode the message, so its server cannot answer and closes",
		Ours: "decodes it; a session answers SetupConnection.Error unsupported-protocol",
		Why:  "the client learns the reason (3.6.1, 3.6.3)",
		show: func(r *run) (answer, answer, error) {
			return r.decodeBoth(&sv2.SetupConnection{Protocol: 3, MinVersion: 2, MaxVersion: 2}, nil)
		},
		sri: "1", we: `0{"extension_type":0,"msg_type":0,"channel_msg":false,"fields":{"protocol":3,`,
	},
	{
		ID:   "extension-ignored",
		What: "A message of an extension that is not negotiated has the msg_type of a common message",
		SRI:  "handlers without extensions look at msg_type alone and act on it as the common message",
		Ours: "looks at extension_type and msg_type; the frame is no known message and is ignored",
		Why:  "messages of unknown extensions are to be discarded (3.4.1)",
		show: func(r *run) (answer, answer, error) {
			payload, err := (&sv2.SetupConnectionSuccess{UsedVersion: 2}).Append(nil)
			if err != nil {
				return answer{}, answer{}, err
			}
			raw := sv2.Raw{ExtensionType: 0x0abc, MsgType: 0x01, Payload: payload}
			frame, err := raw.AppendFrame(nil, nil)
			if err != nil {
				return answer{}, answer{}, err
			}
			return r.askBothOne(askCommonMessage, frame)
		},
		sri: "0SetupConnection.Success", refuses: status.UnknownMessage,
	},
	{
		ID:   "long-identity",
		What: "A user identity behind a share is longer than 32 bytes",
		SRI:  "sees a TLV that is no user identity, and handles the share as if there were none",
		Ours: "refuses the TLV; a session rejects the share",
		Why:  "a receiver must reject a longer one (extension 0x0002)",
		show: func(r *run) (answer, answer, error) {
			tlv, kind := codec.AppendTLV(nil, userIdentity(make([]byte, sv2.UserIdentityMax+1)))
			if kind != 0 {
				return answer{}, answer{}, kind
			}
			return r.tlvsBoth(0, tlv)
		},
		sri: `0{"tlvs":[[2,1,"0000`, refuses: status.TLVTooLong,
	},
	{
		ID:   "cut-tlv",
		What: "The TLV behind a share ends before its value does",
		SRI:  "drops it in silence, and handles the share as if there were none",
		Ours: "refuses the TLVs; a session rejects the share",
		Why:  "what the sender meant is unknown, so nobody must be paid for it (3.4.3)",
		show: func(r *run) (answer, answer, error) { return r.tlvsBoth(0, []byte{2, 0, 1, 10, 0, 'w', 'o'}) },
		sri:  `0{"tlvs":[],"user_identity":null}`, refuses: status.BadTLV,
	},
	{
		ID:   "stray-bytes",
		What: "One to four bytes, too few for a TLV, are behind a share or behind its last TLV",
		SRI:  "ignores them",
		Ours: "refuses the TLVs; a session rejects the share",
		Why:  "as for a TLV that is cut",
		show: func(r *run) (answer, answer, error) { return r.tlvsBoth(0, []byte{2, 0, 1}) },
		sri:  `0{"tlvs":[],"user_identity":null}`, refuses: status.BadTLV,
	},
	{
		ID:   "big-endian-tlv",
		What: "The TLV has the byte order of the example in 3.4.3, and the receiver was told to accept it",
		SRI:  "has no such option and sees a TLV of extension 0x0200",
		Ours: "reads it; without the option it sees what SRI sees",
		Why:  "3.1 says little-endian, the example big-endian; both are on the wire",
		show: func(r *run) (answer, answer, error) { return r.tlvsBoth(1, []byte{0, 2, 1, 0, 2, 'w', 'o'}) },
		sri:  `0{"tlvs":[],"user_identity":null}`, we: `0{"tlvs":[[2,1,"776f"]],"user_identity":"776f"}`,
	},
	{
		ID:   "payload-limit",
		What: "A header states the largest payload there can be, 2^24-1 bytes",
		SRI:  "waits for it and reserves memory as it comes; there is no limit to set",
		Ours: "refuses it at the header unless the limit was raised; the default is 0x40400 bytes",
		Why:  "a peer must not decide how much memory a connection takes",
		show: func(r *run) (answer, answer, error) {
			header, kind := codec.AppendHeader(nil, codec.Header{MsgType: 0x71, MsgLength: sv2.PayloadSizeMax})
			if kind != 0 {
				return answer{}, answer{}, kind
			}
			ours, theirs, err := r.askBothOne(askPlainLink, number(0))
			if err != nil {
				return ours, theirs, err
			}
			a, err := askOne(r.ours, askOpen, ours.body, header)
			if err != nil {
				return a, a, err
			}
			b, err := askOne(r.theirs, askOpen, theirs.body, header)
			if err != nil {
				return a, b, err
			}
			return a, b, forget(end{r.ours, ours.body}, end{r.theirs, theirs.body})
		},
		sri: "0", refuses: status.FrameTooLarge,
	},
	{
		ID:   "reversed-window",
		What: "A certificate ends before it begins, by less than twice the leeway",
		SRI:  "accepts it between the two",
		Ours: "refuses it whenever it ends before it begins",
		Why:  "no time is in such a window (4.5.3.2); only a mistake of the signer makes one",
		Pair: forgeriesName,
	},
	{
		ID:   "insecure-version",
		What: "The initiator has no authority key, and the certificate is not of version 0",
		SRI:  "refuses it, though it checks neither signature nor times",
		Ours: "accepts it: noise.Insecure demands nothing",
		Why:  "the mode is for links to anybody; half a check would look like one",
		Pair: forgeriesName,
	},
	{
		ID:   "empty-version-range",
		What: "SetupConnection has a min_version above its max_version",
		SRI:  "finds a version when the server's range touches both ends",
		Ours: "answers SetupConnection.Error protocol-version-mismatch",
		Why:  "no version is in that range (3.6.1)",
		show: func(r *run) (answer, answer, error) {
			// Always the Go package: what the C ABI's session answers is among the conversations.
			ours, err := askOne(newLibrary(), askVersion, number(2), number(3), number(3), number(2))
			if err != nil {
				return ours, ours, err
			}
			theirs, err := askOne(r.theirs, askVersion, number(2), number(3), number(3), number(2))
			return ours, theirs, err
		},
		sri: "0\x02\x00\x00\x00", refuses: status.UnsupportedVersion,
	},
	{
		ID:   "long-identity-to-send",
		What: "The program's own user identity is longer than 32 bytes",
		SRI:  "refuses to make the TLV",
		Ours: "refuses to make the TLV too, but a session cuts the identity to 32 bytes, sends the share, and warns",
		Why:  "a long worker name must not cost the share",
		Pair: conversationName,
		show: func(r *run) (answer, answer, error) {
			v := value{message: &sv2.SubmitSharesExtended{}}
			identity := make([]byte, sv2.UserIdentityMax+1)
			ask := []request{{what: askWithIdentity, value: v,
				body: join([]byte{byte(len(identity))}, identity, appendMessage(nil, v, true))}}
			ours, theirs, err := r.askBoth(ask)
			if err != nil {
				return answer{}, answer{}, err
			}
			return ours[0], theirs[0], nil
		},
		sri: "1UserIdentity exceeds 32 bytes", refuses: status.TLVTooLong,
	},
}

// purpose shows each difference that two sides can show alone: a change of either behaviour is found here. TL-05, I3, I4,
// I28.
func purpose(r *run) error {
	for _, d := range differences {
		if d.show == nil {
			continue
		}
		ours, theirs, err := d.show(r)
		if err != nil {
			return err
		}
		r.Cases++
		asWanted := ours.begins(d.we)
		if d.refuses != 0 {
			asWanted = ours.refuses(d.refuses)
		}
		if !asWanted || !theirs.begins(d.sri) {
			r.unlisted("%s: %s %s, %s %s", d.ID, r.Side, ours, r.Peer, theirs)
			continue
		}
		r.listed(d.ID)
	}
	return nil
}

// begins reports whether an answer is its outcome in one digit and then this.
func (a answer) begins(text string) bool {
	return strings.HasPrefix(string('0'+byte(a.outcome))+string(a.body), text)
}

func (r *run) askBothOne(what byte, body ...[]byte) (ours, theirs answer, err error) {
	if ours, err = askOne(r.ours, what, body...); err != nil {
		return ours, theirs, err
	}
	theirs, err = askOne(r.theirs, what, body...)
	return ours, theirs, err
}

func (r *run) decodeBoth(m sv2.Message, trailing []byte) (ours, theirs answer, err error) {
	frame, err := m.AppendFrame(nil, trailing)
	if err != nil {
		return ours, theirs, err
	}
	return r.askBothOne(askDecode, frame)
}

func (r *run) tlvsBoth(options byte, tlvs []byte) (ours, theirs answer, err error) {
	frame, err := (&sv2.SubmitSharesExtended{}).AppendFrame(nil, tlvs)
	if err != nil {
		return ours, theirs, err
	}
	return r.askBothOne(askTLVs, []byte{options}, frame)
}
