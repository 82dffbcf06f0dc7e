package session

import (
	"unicode/utf8"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// userIdentityField is the field_type of user_identity in extension 0x0002.
const userIdentityField = 0x01

// identityTLV makes the TLV that extension 0x0002 wants behind each share, also of a worker without a name. cut tells that
// the name was too long: a miner is never refused for its name.
func (s *Session) identityTLV(userIdentity []byte) (tlv []byte, cut bool) {
	short := cutUserIdentity(userIdentity)
	tlv, _ = codec.AppendTLV(s.trailer[:0], codec.TLV{
		ExtensionType: sv2.ExtensionWorkerSpecificHashrateTracking, FieldType: userIdentityField, Value: short,
	})
	return tlv, len(short) < len(userIdentity)
}

// cutUserIdentity shortens b to 32 bytes or, where that would split a UTF-8 character, to fewer.
func cutUserIdentity(b []byte) []byte {
	if len(b) <= sv2.UserIdentityMax {
		return b
	}
	end := sv2.UserIdentityMax
	for end > sv2.UserIdentityMax-utf8.UTFMax && !utf8.RuneStart(b[end]) {
		end--
	}
	if !utf8.RuneStart(b[end]) {
		end = sv2.UserIdentityMax // not UTF-8: no character to keep whole
	}
	return b[:end]
}

// keptUserIdentity returns what is looked at of a user identity: one byte more than is sent shows where to cut.
func keptUserIdentity(b []byte) []byte { return b[:min(len(b), sv2.UserIdentityMax+1)] }

// shareOfWorker gives a share to the program with the user identity behind it. A share that does not decode is given as it
// is, like every other message: who decodes it finds out.
func (s *Session) shareOfWorker(f sv2.Frame) {
	var share sv2.SubmitSharesExtended
	trailing, err := share.Decode(f.Payload)
	if err != nil {
		s.show(EventMessage, f, 0)
		return
	}
	identity, err := s.identityBehind(trailing)
	if err != nil {
		s.show(EventRejected, f, kindOf(err))
		return
	}
	s.show(EventMessage, f, 0)
	s.identity = identity
}

// identityBehind returns the first user identity in the TLVs of a share, nil when there is none. All TLVs are looked at: one
// that is broken makes the message wrong wherever it stands.
func (s *Session) identityBehind(trailing []byte) (identity []byte, err error) {
	for r := sv2.NewTLVReader(trailing, s.profile.tlvs); ; {
		t, ok, err := r.Next()
		if err != nil || !ok {
			return identity, err
		}
		if identity == nil && t.ExtensionType == sv2.ExtensionWorkerSpecificHashrateTracking && t.FieldType == userIdentityField {
			identity = t.Value
		}
	}
}
