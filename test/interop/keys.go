package main

import (
	"bytes"
	"encoding/json"
)

// keys compares what both sides make of secret keys, of the texts of keys, and of texts with a mistake in them: NO-29.
func keys(r *run) error {
	for n := range r.count {
		secret := r.random.bytes(32)
		if n == 0 {
			clear(secret) // no key
		}
		ours, theirs, err := r.askBoth([]request{{what: askKey, body: secret}})
		if err != nil {
			return err
		}
		r.Cases++
		if ours[0].ok() != theirs[0].ok() || ours[0].ok() && !bytes.Equal(ours[0].body, theirs[0].body) {
			r.unlisted("key: %s %s, %s %s", r.Side, ours[0], r.Peer, theirs[0])
			continue
		}
		if !ours[0].ok() {
			r.Refused++
			continue
		}
		var key struct {
			Public     string `json:"public"`
			PublicText string `json:"public_text"`
			SecretText string `json:"secret_text"`
		}
		if err := json.Unmarshal(ours[0].body, &key); err != nil {
			return err
		}
		for _, text := range []request{
			{what: askParsePublicKey, body: []byte(key.PublicText)},
			{what: askParseSecretKey, body: []byte(key.SecretText)},
			{what: askParsePublicKey, body: r.random.mistype(key.PublicText)},
			{what: askParseSecretKey, body: r.random.mistype(key.SecretText)},
			{what: askParsePublicKey, body: []byte(key.SecretText)},
			{what: askParseSecretKey, body: []byte(key.PublicText)},
		} {
			ours, theirs, err := r.askBoth([]request{text})
			if err != nil {
				return err
			}
			r.Cases++
			if ours[0].ok() != theirs[0].ok() || ours[0].ok() && !bytes.Equal(ours[0].body, theirs[0].body) {
				r.unlisted("text %q as %c: %s %s, %s %s", text.body, text.what, r.Side, ours[0], r.Peer, theirs[0])
			} else if !ours[0].ok() {
				r.Refused++
			}
		}
	}
	r.bothDecisions()
	return nil
}

// mistype changes, drops or adds one character.
func (r random) mistype(text string) []byte {
	b := []byte(text)
	at := r.IntN(len(b))
	switch other := byte('!' + r.IntN('~'-'!'+1)); r.IntN(3) {
	case 0:
		b[at] = other
	case 1:
		b = append(b[:at], b[at+1:]...)
	default:
		b = append(b[:at], append([]byte{other}, b[at:]...)...)
	}
	return b
}
