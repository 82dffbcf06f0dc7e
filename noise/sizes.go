package noise

// Sizes in bytes (specification 4.5 and 4.6).
const (
	// Act1Size is the initiator's message: one ElligatorSwift encoding.
	Act1Size = 64
	// Act2Size is the responder's message: an encoding, the sealed encoding of
	// the static key, the sealed certificate. The "170 bytes" in the table of
	// 4.5.2 are from before ElligatorSwift.
	Act2Size = 64 + (64 + TagSize) + (CertificateSize + TagSize)
	// TagSize is what sealing adds to a block.
	TagSize = 16
	// HeaderSize is a frame header: extension type U16, message type U8,
	// payload length U24, little-endian.
	HeaderSize = 6
	// SealedHeaderSize is a sealed frame header.
	SealedHeaderSize = HeaderSize + TagSize
	// MaxChunk is the most payload in one block, MaxSealedChunk that block sealed.
	MaxChunk       = MaxSealedChunk - TagSize
	MaxSealedChunk = 65535
	// MaxPayload is the largest payload that the header's U24 can state.
	MaxPayload = 1<<24 - 1
	// MaxFrame is the largest plain frame.
	MaxFrame = HeaderSize + MaxPayload
)

// chunkCount returns the number of blocks of a payload: none for an empty one.
func chunkCount(payload int) int {
	return (payload + MaxChunk - 1) / MaxChunk
}

// SealedPayloadSize returns the size of a sealed payload, which is 0 for 0:
// an empty payload has no block. payload must be in 0..MaxPayload.
func SealedPayloadSize(payload int) int {
	return payload + chunkCount(payload)*TagSize
}

// SealedFrameSize returns the size of a sealed frame, header included, for a
// payload in 0..MaxPayload.
func SealedFrameSize(payload int) int {
	return SealedHeaderSize + SealedPayloadSize(payload)
}

// payloadSize reads the length field of a plain header.
func payloadSize(header *[HeaderSize]byte) int {
	return int(header[3]) | int(header[4])<<8 | int(header[5])<<16
}
