package main

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// identities puts user identities behind shares: both sides write the same frame, and each finds the identity in the other's.
// Then it puts other TLVs around them: TL-01, TL-03, TL-07, E2-03, E2-05, E2-07, I3.
func identities(r *run) error {
	info := (&sv2.SubmitSharesExtended{}).Info()
	for range r.count {
		v := value{message: r.random.message(info)}
		identity := r.random.bytes(r.random.IntN(sv2.UserIdentityMax + 1))
		body := join([]byte{byte(len(identity))}, identity, appendMessage(nil, v, info.ChannelMsg))
		ours, theirs, err := r.askBoth([]request{{what: askWithIdentity, body: body, value: v}})
		if err != nil {
			return err
		}
		r.Cases++
		if !ours[0].ok() || !theirs[0].ok() || !bytes.Equal(ours[0].body, theirs[0].body) {
			r.unlisted("identity %x behind a share: %s %s, %s %s", identity, r.Side, ours[0], r.Peer, theirs[0])
			continue
		}
		found := fmt.Sprintf(`{"tlvs":[[2,1,"%x"]],"user_identity":"%x"}`, identity, identity)
		if err := r.compareTLVs(ours[0].body, found); err != nil {
			return err
		}

		// Of an extension that is not negotiated, before and behind it.
		tlv, err := sv2.AppendTLV(r.random.foreignTLV(), userIdentity(identity))
		if err != nil {
			return err
		}
		frame, err := v.message.AppendFrame(nil, append(tlv, r.random.foreignTLV()...))
		if err != nil {
			return err
		}
		if err := r.compareTLVs(frame, found); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) compareTLVs(frame []byte, wanted string) error {
	ours, theirs, err := r.askBoth([]request{{what: askTLVs, body: join([]byte{0}, frame)}})
	if err != nil {
		return err
	}
	r.Cases++
	if string(ours[0].body) != wanted || string(theirs[0].body) != wanted {
		r.unlisted("TLVs of %s: %s %s, %s %s", short(hex.EncodeToString(frame)), r.Side, ours[0], r.Peer, theirs[0])
	}
	return nil
}

// foreignTLV returns none or one of an extension other than 0x0002.
func (r random) foreignTLV() []byte {
	if r.IntN(2) == 0 {
		return nil
	}
	foreign := codec.TLV{ExtensionType: 0x0300 + uint16(r.bits(8)), FieldType: byte(r.bits(8)), Value: r.bytes(r.IntN(50))}
	tlv, kind := codec.AppendTLV(nil, foreign)
	if kind != 0 {
		panic(kind)
	}
	return tlv
}
