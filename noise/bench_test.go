package noise

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ellswift"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	flynn "github.com/flynn/noise"
)

// here is one handshake of this package, as its parts.
type here struct {
	s          *server
	act1       [Act1Size]byte
	act2       [Act2Size]byte
	initiator  Initiator
	responder  Responder
	link, back Transport
}

func (h *here) start(b testing.TB) {
	h.initiator = Initiator{}
	if err := h.initiator.Start(h.s.policy(), rand.Reader, &h.act1); err != nil {
		b.Fatal(err)
	}
}

func (h *here) respond(b testing.TB) {
	h.responder = Responder{}
	if err := h.responder.Respond(h.s.identity, rand.Reader, &h.act1, &h.act2, &h.back); err != nil {
		b.Fatal(err)
	}
}

func (h *here) finish(b testing.TB) {
	if err := h.initiator.Finish(&h.act2, testNow, &h.link); err != nil {
		b.Fatal(err)
	}
}

// plain is the same of flynn/noise and btcec, composed without cleverness: the
// certificate is signed beforehand and verified with schnorr, as here.
type plain struct {
	s                    *server
	static               flynn.DHKey
	act1, act2           []byte
	initiator, responder *flynn.HandshakeState
}

func newPlain(b testing.TB, s *server) *plain {
	return &plain{s: s, static: flynn.DHKey{
		Private: append(append([]byte{}, s.secretBytes[:]...), s.identity.encoding[:]...),
		Public:  s.identity.encoding[:]}}
}

func (p *plain) start(b testing.TB) {
	p.initiator = flynnState(b, true, flynn.DHKey{})
	var err error
	if p.act1, _, _, err = p.initiator.WriteMessage(nil, nil); err != nil {
		b.Fatal(err)
	}
}

func (p *plain) respond(b testing.TB) {
	p.responder = flynnState(b, false, p.static)
	if _, _, _, err := p.responder.ReadMessage(nil, p.act1); err != nil {
		b.Fatal(err)
	}
	certificate := p.s.identity.certificateBytes()
	var err error
	if p.act2, _, _, err = p.responder.WriteMessage(nil, certificate[:]); err != nil {
		b.Fatal(err)
	}
}

func (p *plain) finish(b testing.TB) {
	message, _, _, err := p.initiator.ReadMessage(nil, p.act2)
	if err != nil {
		b.Fatal(err)
	}
	certificate, err := ParseCertificate(message)
	if err != nil {
		b.Fatal(err)
	}
	var u, v btcec.FieldVal
	u.SetByteSlice(p.initiator.PeerStatic()[:32])
	v.SetByteSlice(p.initiator.PeerStatic()[32:])
	x, err := ellswift.XSwiftEC(u.Normalize(), v.Normalize())
	if err != nil {
		b.Fatal(err)
	}
	digest := certificate.Digest(PublicKey(*x.Normalize().Bytes()))
	public := p.s.authority.Public()
	key, err := schnorr.ParsePubKey(public[:])
	if err != nil {
		b.Fatal(err)
	}
	signature, err := schnorr.ParseSignature(certificate.Signature[:])
	if err != nil || !signature.Verify(digest[:], key) {
		b.Fatal("certificate", err)
	}
}

// BenchmarkHandshake runs both implementations in turns, so that the machine's
// moods hit both, and prints microseconds for the whole handshake and for each
// role, and the ratios. Budget: ratio of the whole at most 0.55.
func BenchmarkHandshake(b *testing.B) {
	s := newServer(b)
	h, p := &here{s: s}, newPlain(b, s)
	for range 3 { // tables, caches
		h.start(b)
		h.respond(b)
		h.finish(b)
		p.start(b)
		p.respond(b)
		p.finish(b)
	}
	var ours, theirs [2]time.Duration // initiator, responder
	lap := func(total *time.Duration, f func(testing.TB)) {
		begin := time.Now()
		f(b)
		*total += time.Since(begin)
	}
	rounds := 0
	for b.Loop() {
		lap(&ours[0], h.start)
		lap(&ours[1], h.respond)
		lap(&ours[0], h.finish)
		lap(&theirs[0], p.start)
		lap(&theirs[1], p.respond)
		lap(&theirs[0], p.finish)
		rounds++
	}
	micro := func(d time.Duration) float64 { return d.Seconds() * 1e6 / float64(rounds) }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(micro(ours[0]+ours[1]), "both-us")
	b.ReportMetric(micro(ours[0]), "initiator-us")
	b.ReportMetric(micro(ours[1]), "responder-us")
	b.ReportMetric(micro(theirs[0]+theirs[1]), "flynn+btcec-us")
	b.ReportMetric(micro(theirs[0]), "flynn+btcec-initiator-us")
	b.ReportMetric(micro(theirs[1]), "flynn+btcec-responder-us")
	b.ReportMetric((ours[0]+ours[1]).Seconds()/(theirs[0]+theirs[1]).Seconds(), "ratio")
	b.ReportMetric(ours[0].Seconds()/theirs[0].Seconds(), "initiator-ratio")
	b.ReportMetric(ours[1].Seconds()/theirs[1].Seconds(), "responder-ratio")
}

// BenchmarkHandshakeAllocations counts what one handshake of both sides
// allocates.
func BenchmarkHandshakeAllocations(b *testing.B) {
	h := &here{s: newServer(b)}
	b.ReportAllocs()
	for b.Loop() {
		h.start(b)
		h.respond(b)
		h.finish(b)
	}
}

// BenchmarkSealOpen seals and opens one frame, in each of the forms.
func BenchmarkSealOpen(b *testing.B) {
	for _, n := range []int{32, 100, 1024, 16 << 10, 64 << 10, 1 << 20} {
		frame := frameOf(n)
		header := (*[HeaderSize]byte)(frame)
		size := SealedFrameSize(n)
		b.Run(fmt.Sprintf("TwoBuffers/%d", n), func(b *testing.B) {
			link, back := newServer(b).connect(b)
			sealed, opened := make([]byte, size), make([]byte, n)
			var got [HeaderSize]byte
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := link.Seal(sealed, header, frame[HeaderSize:]); err != nil {
					b.Fatal(err)
				}
				if _, err := back.OpenHeader((*[SealedHeaderSize]byte)(sealed), &got); err != nil {
					b.Fatal(err)
				}
				if _, err := back.OpenPayload(opened, sealed[SealedHeaderSize:]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("InPlace/%d", n), func(b *testing.B) {
			link, back := newServer(b).connect(b)
			buf := make([]byte, size)
			copy(buf[Headroom:], frame)
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := link.SealInPlace(buf, len(frame)); err != nil {
					b.Fatal(err)
				}
				if _, _, err := back.OpenInPlace(buf, MaxPayload); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Decoder/%d", n), func(b *testing.B) {
			link, back := newServer(b).connect(b)
			sealed := make([]byte, size)
			var d Decoder
			if err := d.Initialize(back, MaxFrame, Memory{}); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := link.Seal(sealed, header, frame[HeaderSize:]); err != nil {
					b.Fatal(err)
				}
				if _, got, err := d.Feed(sealed); err != nil || got == nil {
					b.Fatal(err)
				}
			}
		})
	}
}
