package noise

import "crypto/sha256"

const protocolName = "Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256"

// initialChain is HASH(protocolName), the name being longer than a hash, and
// initialHash is that with the empty prologue mixed in (4.5.1).
var (
	initialChain = sha256.Sum256([]byte(protocolName))
	initialHash  = sha256.Sum256(initialChain[:])
)

// symmetricState is the hash, the chaining key and the cipher that both sides
// of a handshake carry along (4.4.2).
type symmetricState struct {
	h, ck  [32]byte
	cipher cipherState
}

func (s *symmetricState) initialize() {
	s.h, s.ck = initialHash, initialChain
	s.cipher = cipherState{}
}

// mixHash sets h = HASH(h || data), for data of at most 80 bytes.
func (s *symmetricState) mixHash(data []byte) {
	var buffer [32 + longestMix]byte
	copy(buffer[:], s.h[:])
	n := copy(buffer[32:], data)
	s.h = sha256.Sum256(buffer[:32+n])
}

// longestMix is the longest piece that the handshake hashes: the sealed
// certificate.
const longestMix = CertificateSize + TagSize

// mixKey derives the next chaining key and the key of the next sealed piece.
func (s *symmetricState) mixKey(input *[32]byte) error {
	var key [keySize]byte
	deriveKeys(&s.ck, &key, &s.ck, input[:])
	s.cipher.wipe()
	err := s.cipher.initialize(&key)
	wipe(key[:])
	return err
}

// sealAndHash seals plaintext into dst (TagSize longer) and mixes the result in.
func (s *symmetricState) sealAndHash(dst, plaintext []byte) error {
	if err := s.cipher.seal(dst, plaintext, s.h[:]); err != nil {
		return err
	}
	s.mixHash(dst)
	return nil
}

// openAndHash opens sealed into dst (TagSize shorter) and mixes sealed in.
func (s *symmetricState) openAndHash(dst, sealed []byte) error {
	if err := s.cipher.open(dst, sealed, s.h[:]); err != nil {
		return err
	}
	s.mixHash(sealed)
	return nil
}

// split derives the keys of the transport: initiator to responder, and back.
func (s *symmetricState) split(toResponder, toInitiator *[keySize]byte) {
	deriveKeys(toResponder, toInitiator, &s.ck, nil)
}

func (s *symmetricState) wipe() {
	s.cipher.wipe()
	wipe(s.ck[:])
	wipe(s.h[:])
}

// deriveKeys is HKDF (RFC 5869) with an empty info and two outputs. first may
// be the chaining key itself.
func deriveKeys(first, second *[32]byte, chain *[32]byte, input []byte) {
	temporary := hmac(chain, input)
	var message [33]byte
	message[0] = 1
	*first = hmac(&temporary, message[:1])
	copy(message[:], first[:])
	message[32] = 2
	*second = hmac(&temporary, message[:])
	wipe(temporary[:])
	wipe(message[:])
}

// hmac is HMAC-SHA256 (RFC 2104) for a key of 32 bytes and a message of at most
// 33, in memory of its own.
func hmac(key *[32]byte, message []byte) [32]byte {
	const block = sha256.BlockSize
	var inner [block + 33]byte
	var outer [block + 32]byte
	for i := range block {
		var k byte
		if i < len(key) {
			k = key[i]
		}
		inner[i] = k ^ 0x36
		outer[i] = k ^ 0x5c
	}
	n := copy(inner[block:], message)
	sum := sha256.Sum256(inner[:block+n])
	copy(outer[block:], sum[:])
	sum = sha256.Sum256(outer[:])
	wipe(inner[:])
	wipe(outer[:])
	return sum
}
