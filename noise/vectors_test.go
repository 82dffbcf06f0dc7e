package noise

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/libsv2/libsv2/internal/secp256k1"
)

// vectorFile is the form of the files that SV2_NOISE_VECTORS may name.
type vectorFile struct {
	PayloadPattern string   `json:"payload_pattern"`
	Vectors        []vector `json:"vectors"`
}

type vector struct {
	AuthoritySecret            hexBytes `json:"authority_secret"`
	AuthorityX                 hexBytes `json:"authority_xonly"`
	AuthorityText              string   `json:"authority_base58check"`
	ResponderStaticSecret      hexBytes `json:"responder_static_secret"`
	ResponderStaticX           hexBytes `json:"responder_static_xonly"`
	ResponderStaticEllswift    hexBytes `json:"responder_static_ellswift"`
	InitiatorEphemeralSecret   hexBytes `json:"initiator_ephemeral_secret"`
	InitiatorEphemeralEllswift hexBytes `json:"initiator_ephemeral_ellswift"`
	ResponderEphemeralSecret   hexBytes `json:"responder_ephemeral_secret"`
	ResponderEphemeralEllswift hexBytes `json:"responder_ephemeral_ellswift"`
	CertVersion                uint16   `json:"cert_version"`
	CertValidFrom              uint32   `json:"cert_valid_from"`
	CertNotValidAfter          uint32   `json:"cert_not_valid_after"`
	CertHash                   hexBytes `json:"cert_hash"`
	CertSignature              hexBytes `json:"cert_signature"`
	ECDHee                     hexBytes `json:"ecdh_ee"`
	ECDHes                     hexBytes `json:"ecdh_es"`
	HashAfterAct1              hexBytes `json:"h_after_act1"`
	Act1                       hexBytes `json:"act1"`
	Act2                       hexBytes `json:"act2"`
	HashFinal                  hexBytes `json:"h_final"`
	ChainFinal                 hexBytes `json:"ck_final"`
	KeyInitiatorToResponder    hexBytes `json:"k_initiator_to_responder"`
	KeyResponderToInitiator    hexBytes `json:"k_responder_to_initiator"`
	Frames                     []frameVector

	zeroAuxiliary bool // the certificate was signed with zeros as auxiliary randomness
}

type frameVector struct {
	From          string   `json:"from"`
	ExtensionType uint16   `json:"extension_type"`
	MsgType       byte     `json:"msg_type"`
	PayloadLen    int      `json:"payload_len"`
	WireLen       int      `json:"wire_len"`
	WireSHA256    hexBytes `json:"wire_sha256"`
	Wire          hexBytes `json:"wire"`
}

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

// vectorFiles are read unless SV2_NOISE_VECTORS names another one. The second was written by the Rust reference implementation
// (test/interop/sri), which shows fewer intermediate values.
var vectorFiles = []string{"testdata/noise_nx.json", "testdata/noise_nx_sri.json"}

func loadVectors(t testing.TB) vectorFile {
	t.Helper()
	paths := vectorFiles
	if path := os.Getenv("SV2_NOISE_VECTORS"); path != "" {
		paths = []string{path}
	}
	var all vectorFile
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) && !filepath.IsAbs(path) {
			text, err = os.ReadFile(filepath.Join("..", path)) // from where go test was called
		}
		if err != nil {
			t.Fatal(err)
		}
		var file vectorFile
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		if len(file.Vectors) == 0 {
			t.Fatal("no vectors in " + path)
		}
		if file.PayloadPattern != "byte[i]=(i*7+13)&0xff" {
			t.Fatalf("payload pattern %q in %s", file.PayloadPattern, path)
		}
		for i := range file.Vectors {
			file.Vectors[i].zeroAuxiliary = path == vectorFiles[0]
		}
		all.Vectors = append(all.Vectors, file.Vectors...)
	}
	return all
}

// recorded returns the bytes that a random source must give for this key and
// encoding: the branch is the one of eight whose inverse map gives the encoding.
func recorded(t testing.TB, secret, encoding []byte) []byte {
	t.Helper()
	for branch := range byte(8) {
		draw := append(append([]byte{}, encoding[:32]...), branch)
		var got [64]byte
		err := secp256k1.Encode(&got, (*[32]byte)(secret), bytes.NewReader(draw))
		if err == nil && bytes.Equal(got[:], encoding) {
			return draw
		}
	}
	t.Fatalf("no branch gives %x", encoding)
	return nil
}

// equal compares a value with that of the file. A generator may not know all intermediate values; parties requires the others.
func equal(t *testing.T, name string, got, want []byte) {
	t.Helper()
	if want == nil {
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got %x\nwant %x", name, got, want)
	}
}

// parties replays both ends of a vector up to the transports.
func (v *vector) parties(t *testing.T) (initiator, responder *Transport) {
	t.Helper()
	if v.Act1 == nil || v.Act2 == nil || v.ResponderStaticX == nil || len(v.Frames) == 0 {
		t.Fatal("the vector has no act1, act2, responder_static_xonly or frames")
	}
	secret, err := NewSecretKey((*[32]byte)(v.ResponderStaticSecret))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(secret.Release)
	certificate := Certificate{Version: v.CertVersion, ValidFrom: v.CertValidFrom, NotValidAfter: v.CertNotValidAfter,
		Signature: [64]byte(v.CertSignature)}
	identity, err := NewIdentity(secret, &certificate,
		bytes.NewReader(recorded(t, v.ResponderStaticSecret, v.ResponderStaticEllswift)))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "responder_static_ellswift", identity.encoding[:], v.ResponderStaticEllswift)

	var act1 [Act1Size]byte
	var act2 [Act2Size]byte
	var i Initiator
	var r Responder
	initiator, responder = new(Transport), new(Transport)
	random := append(append([]byte{}, v.InitiatorEphemeralSecret...),
		recorded(t, v.InitiatorEphemeralSecret, v.InitiatorEphemeralEllswift)...)
	if err := i.Start(RequireAuthority(PublicKey(v.AuthorityX)), bytes.NewReader(random), &act1); err != nil {
		t.Fatal(err)
	}
	equal(t, "act1", act1[:], v.Act1)
	equal(t, "h_after_act1", i.state.h[:], v.HashAfterAct1)

	random = append(append([]byte{}, v.ResponderEphemeralSecret...),
		recorded(t, v.ResponderEphemeralSecret, v.ResponderEphemeralEllswift)...)
	if err := r.Respond(identity, bytes.NewReader(random), &act1, &act2, responder); err != nil {
		t.Fatal(err)
	}
	equal(t, "act2", act2[:], v.Act2)
	if err := i.Finish(&act2, uint64(v.CertValidFrom), initiator); err != nil {
		t.Fatal(err)
	}
	server, seen, err := i.Server()
	if err != nil || seen != certificate {
		t.Errorf("certificate %+v %v", seen, err)
	}
	equal(t, "responder_static_xonly", server[:], v.ResponderStaticX)
	return initiator, responder
}

// NO-13 to NO-18, NO-20: every value of the vectors, computed from the secrets.
func TestVectorsHandshake(t *testing.T) {
	for n, v := range loadVectors(t).Vectors {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			v := &v
			initiator, responder := v.parties(t)
			for _, link := range []*Transport{initiator, responder} {
				equal(t, "h_final", link.hash[:], v.HashFinal)
			}
			equal(t, "k_initiator_to_responder", initiator.sender.key[:], v.KeyInitiatorToResponder)
			equal(t, "k_initiator_to_responder", responder.receiver.key[:], v.KeyInitiatorToResponder)
			equal(t, "k_responder_to_initiator", initiator.receiver.key[:], v.KeyResponderToInitiator)
			equal(t, "k_responder_to_initiator", responder.sender.key[:], v.KeyResponderToInitiator)

			// The intermediates, along the same functions.
			var shared [32]byte
			var s symmetricState
			s.initialize()
			s.mixHash(v.Act1)
			s.mixHash(nil)
			s.mixHash(v.Act2[:64])
			mix := func(name string, secret, ours, theirs hexBytes, initiator bool, want hexBytes) {
				err := secp256k1.ECDH(&shared, (*[32]byte)(secret), (*[64]byte)(ours), (*[64]byte)(theirs), initiator)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, name, shared[:], want)
			}
			mix("ecdh_ee", v.InitiatorEphemeralSecret, v.InitiatorEphemeralEllswift, v.ResponderEphemeralEllswift, true, v.ECDHee)
			mix("ecdh_ee", v.ResponderEphemeralSecret, v.ResponderEphemeralEllswift, v.InitiatorEphemeralEllswift, false, v.ECDHee)
			if err := s.mixKey(&shared); err != nil {
				t.Fatal(err)
			}
			s.mixHash(v.Act2[64:144])
			mix("ecdh_es", v.InitiatorEphemeralSecret, v.InitiatorEphemeralEllswift, v.ResponderStaticEllswift, true, v.ECDHes)
			mix("ecdh_es", v.ResponderStaticSecret, v.ResponderStaticEllswift, v.InitiatorEphemeralEllswift, false, v.ECDHes)
			if err := s.mixKey(&shared); err != nil {
				t.Fatal(err)
			}
			equal(t, "ck_final", s.ck[:], v.ChainFinal)
		})
	}
}

// NO-20, NO-29: keys and certificates of the vectors.
func TestVectorsCertificate(t *testing.T) {
	for _, v := range loadVectors(t).Vectors {
		authority, err := NewSecretKey((*[32]byte)(v.AuthoritySecret))
		if err != nil {
			t.Fatal(err)
		}
		defer authority.Release()
		public := authority.Public()
		equal(t, "authority_xonly", public[:], v.AuthorityX)
		if public.String() != v.AuthorityText {
			t.Errorf("authority_base58check %s", public)
		}
		c, err := SignCertificate(authority, PublicKey(v.ResponderStaticX), v.CertValidFrom, v.CertNotValidAfter,
			bytes.NewReader(make([]byte, 32)))
		if err != nil {
			t.Fatal(err)
		}
		digest := c.Digest(PublicKey(v.ResponderStaticX))
		equal(t, "cert_hash", digest[:], v.CertHash)
		if v.zeroAuxiliary {
			equal(t, "cert_signature", c.Signature[:], v.CertSignature)
		}
		c.Signature = [SignatureSize]byte(v.CertSignature)
		policy := RequireAuthority(public)
		if err := policy.Verify(&c, PublicKey(v.ResponderStaticX), uint64(v.CertValidFrom)); err != nil {
			t.Error(err)
		}
	}
}

// frame builds the plain frame of a frame vector.
func (f *frameVector) frame() []byte {
	b := []byte{byte(f.ExtensionType), byte(f.ExtensionType >> 8), f.MsgType,
		byte(f.PayloadLen), byte(f.PayloadLen >> 8), byte(f.PayloadLen >> 16)}
	for i := range f.PayloadLen {
		b = append(b, byte(i*7+13))
	}
	return b
}

// NO-23 to NO-27: every frame, sealed and opened in each form.
func TestVectorsFrames(t *testing.T) {
	file := loadVectors(t)
	total := 0
	for n, v := range file.Vectors {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			seal := [2]*Transport{}
			inPlace := [2]*Transport{}
			open := [2]*Transport{}
			openInPlace := [2]*Transport{}
			seal[0], seal[1] = v.parties(t)
			inPlace[0], inPlace[1] = v.parties(t)
			open[0], open[1] = v.parties(t)
			openInPlace[0], openInPlace[1] = v.parties(t)
			var decoders [2]Decoder
			for side := range decoders {
				link, other := v.parties(t)
				if side == 1 {
					link = other
				}
				if err := decoders[side].Initialize(link, MaxFrame, Memory{}); err != nil {
					t.Fatal(err)
				}
			}
			for i, f := range v.Frames {
				total++
				from := 0
				if f.From == "responder" {
					from = 1
				}
				frame := f.frame()
				wire := make([]byte, SealedFrameSize(f.PayloadLen))
				size, err := seal[from].Seal(wire, (*[6]byte)(frame), frame[6:])
				if err != nil || size != f.WireLen {
					t.Fatalf("frame %d: %d %v", i, size, err)
				}
				if f.WireSHA256 == nil {
					t.Fatalf("frame %d has no wire_sha256", i)
				}
				sum := sha256.Sum256(wire)
				equal(t, "wire_sha256", sum[:], f.WireSHA256)
				if f.Wire != nil {
					equal(t, "wire", wire, f.Wire)
				}

				buf := make([]byte, SealedFrameSize(f.PayloadLen))
				copy(buf[Headroom:], frame)
				if _, err := inPlace[from].SealInPlace(buf, len(frame)); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(buf, wire) {
					t.Fatalf("frame %d: SealInPlace differs", i)
				}

				var header [6]byte
				payload := make([]byte, f.PayloadLen)
				if _, err := open[1-from].OpenHeader((*[22]byte)(wire), &header); err != nil {
					t.Fatal(err)
				}
				if f.PayloadLen > 0 {
					if _, err := open[1-from].OpenPayload(payload, wire[22:]); err != nil {
						t.Fatal(err)
					}
				}
				if !bytes.Equal(frame, append(header[:], payload...)) {
					t.Fatalf("frame %d: opened differs", i)
				}

				consumed, decoded, err := decoders[1-from].Feed(wire)
				if err != nil || consumed != len(wire) || !bytes.Equal(decoded, frame) {
					t.Fatalf("frame %d: decoder %d %v", i, consumed, err)
				}

				frameSize, consumed, err := openInPlace[1-from].OpenInPlace(buf, MaxPayload)
				if err != nil || consumed != len(wire) || !bytes.Equal(buf[Headroom:Headroom+frameSize], frame) {
					t.Fatalf("frame %d: OpenInPlace %d %d %v", i, frameSize, consumed, err)
				}
			}
		})
	}
	t.Logf("%d frames", total)
}
