package main

import (
	"bytes"
	"fmt"
	"math"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// leeway is how many seconds both implementations grant the clock of the other end.
const leeway = noise.DefaultLeeway

// handshake is what the two ends of one are given.
type handshake struct {
	initiator, responder side
	demanded             noise.PublicKey // by the initiator; zero demands nothing
	authority            []byte          // secret key that signs the responder's certificate
	issued, validity     uint32          // of that certificate
	now                  uint32          // the initiator's time
	alter1, alter2       func([]byte)    // on the way
}

// end is a link of one side.
type end struct {
	side
	link []byte
}

// shake runs a handshake. The answer is the initiator's to act 2, the only step that may fail.
func (r *run) shake(h handshake) (initiator, responder end, finished answer, err error) {
	first, err := askOne(h.initiator, askStart, h.demanded[:], r.random.bytes(32))
	if err != nil || len(first.body) != 4+noise.Act1Size {
		return end{}, end{}, first, fmt.Errorf("act 1 of %s: %s %w", h.initiator.name(), first, err)
	}
	act1 := first.body[4:]
	if h.alter1 != nil {
		h.alter1(act1)
	}
	second, err := askOne(h.responder, askRespond, h.authority, number(h.validity), number(h.issued), r.random.bytes(32), act1)
	if err != nil || len(second.body) != 4+noise.Act2Size {
		return end{}, end{}, second, fmt.Errorf("act 2 of %s: %s %w", h.responder.name(), second, err)
	}
	act2 := second.body[4:]
	if h.alter2 != nil {
		h.alter2(act2)
	}
	finished, err = askOne(h.initiator, askFinish, first.body[:4], number(h.now), act2)
	return end{h.initiator, finished.body}, end{h.responder, second.body[:4]}, finished, err
}

// forget ends a handshake's links.
func forget(ends ...end) error {
	for _, e := range ends {
		if len(e.link) != 4 {
			continue // the handshake failed
		}
		if _, err := askOne(e.side, askForget, e.link); err != nil {
			return err
		}
	}
	return nil
}

// newHandshake is one that succeeds, with a new authority and at a random time.
func (r *run) newHandshake(initiator, responder side) (handshake, error) {
	h := handshake{initiator: initiator, responder: responder, authority: r.random.bytes(32), validity: 3600}
	h.issued = 1_000_000 + r.random.Uint32N(math.MaxUint32-2_000_000)
	h.now = h.issued
	key, err := noise.NewSecretKey((*[noise.SecretKeySize]byte)(h.authority))
	if err != nil {
		return h, err
	}
	defer key.Release()
	h.demanded = key.Public()
	return h, nil
}

func initiators(r *run) error { return r.links(r.ours, r.theirs) }
func responders(r *run) error { return r.links(r.theirs, r.ours) }

// links makes links and sends frames over each, both ways, in any pieces: NO-13 to NO-18, I5, I6.
func (r *run) links(initiator, responder side) error {
	for range max(1, r.count/4) {
		h, err := r.newHandshake(initiator, responder)
		if err != nil {
			return err
		}
		a, b, finished, err := r.shake(h)
		if err != nil {
			return err
		}
		r.Cases++
		if !finished.ok() {
			r.unlisted("%s does not accept the handshake of %s: %s", initiator.name(), responder.name(), finished.body)
			continue
		}
		for range 3 {
			sizes := []int{r.random.length(300), r.random.length(300), r.random.length(300)}
			if err := r.send(a, b, sizes); err != nil {
				return err
			}
			if err := r.send(b, a, sizes); err != nil {
				return err
			}
		}
		if err := forget(a, b); err != nil {
			return err
		}
	}
	return nil
}

// certificates runs handshakes in both roles with certificates that are good and that are not: NO-22, I8, I9.
func certificates(r *run) error {
	cases := []struct {
		name   string
		change func(*handshake)
		kind   status.Kind // of the refusal, 0 for what is good
	}{
		{"now", func(*handshake) {}, 0},
		{"before, within the leeway", func(h *handshake) { h.now = h.issued - leeway }, 0},
		{"before the leeway", func(h *handshake) { h.now = h.issued - leeway - 1 }, status.CertificateNotYetValid},
		{"long before", func(h *handshake) { h.now = 0 }, status.CertificateNotYetValid},
		{"at the end", func(h *handshake) { h.now = h.issued + h.validity }, 0},
		{"after, within the leeway", func(h *handshake) { h.now = h.issued + h.validity + leeway }, 0},
		{"after the leeway", func(h *handshake) { h.now = h.issued + h.validity + leeway + 1 }, status.CertificateExpired},
		{"long after", func(h *handshake) { h.now = math.MaxUint32 }, status.CertificateExpired},
		{"valid for one moment", func(h *handshake) { h.validity = 0 }, 0},
		{"valid for ever", func(h *handshake) { h.validity, h.now = math.MaxUint32, math.MaxUint32 }, 0},
		{"of another authority", func(h *handshake) { h.authority = r.random.bytes(32) }, status.CertificateAuthority},
		{"for an initiator that demands none", func(h *handshake) { h.demanded = noise.PublicKey{} }, 0},
		{"expired, for an initiator that demands none", func(h *handshake) {
			h.demanded, h.now = noise.PublicKey{}, math.MaxUint32
		}, 0},
	}
	for range max(1, r.count/100) {
		for _, c := range cases {
			for _, roles := range [][2]side{{r.ours, r.theirs}, {r.theirs, r.ours}} {
				h, err := r.newHandshake(roles[0], roles[1])
				if err != nil {
					return err
				}
				c.change(&h)
				a, b, finished, err := r.shake(h)
				if err != nil {
					return err
				}
				r.Cases++
				asWanted := finished.ok() == (c.kind == 0)
				if c.kind != 0 && h.initiator == r.ours {
					asWanted = finished.refuses(c.kind)
				}
				if !asWanted {
					r.unlisted("certificate %s: %s says %s to %s", c.name, h.initiator.name(), finished, h.responder.name())
				}
				if err := forget(a, b); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// altered flips a bit of a handshake or of a sealed frame. Nobody accepts either, nor the right frame afterwards: NO-19, NO-28.
func altered(r *run) error {
	flip := func(b []byte) { b[r.random.IntN(len(b))] ^= 1 << r.random.IntN(8) }
	for n := range max(6, r.count/4) {
		roles := [2]side{r.ours, r.theirs}
		if n%2 == 0 {
			roles = [2]side{r.theirs, r.ours}
		}
		h, err := r.newHandshake(roles[0], roles[1])
		if err != nil {
			return err
		}
		switch n % 3 {
		case 0:
			h.alter1 = flip
		case 1:
			h.alter2 = flip
		}
		a, b, finished, err := r.shake(h)
		if err != nil {
			return err
		}
		r.Cases++
		if n%3 != 2 {
			if finished.ok() {
				r.unlisted("%s accepts an altered handshake", roles[0].name())
			}
		} else if err := r.sendAltered(a, b, flip); err != nil {
			return err
		}
		if err := forget(a, b); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) sendAltered(from, to end, flip func([]byte)) error {
	frame := r.random.frame(r.random.length(300))
	sealed, err := askOne(from.side, askSeal, from.link, frame)
	if err != nil {
		return err
	}
	wrong := bytes.Clone(sealed.body)
	flip(wrong)
	answers, err := to.ask([]request{
		{what: askOpen, body: join(to.link, wrong)}, {what: askOpen, body: join(to.link, sealed.body)},
	})
	if err != nil {
		return err
	}
	if answers[0].ok() || answers[1].ok() {
		r.unlisted("%s opens an altered frame, or the right one after it: %s, %s", to.name(), answers[0], answers[1])
	}
	return nil
}
