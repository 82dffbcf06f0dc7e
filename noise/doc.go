// Package noise is the encrypted link of Stratum V2, chapter 4 of the
// specification: the handshake Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256,
// certificates, authority keys, and sealed frames.
//
// Everything is bytes in, bytes out. Nothing here opens a socket, starts a
// goroutine, reads a clock, or draws randomness except from the io.Reader of
// the call. Numbers on the wire are little-endian; keys and signatures are most
// significant byte first, as in BIP340 and BIP324.
//
// A client:
//
//	var handshake noise.Initiator
//	var link noise.Transport
//	err := handshake.Start(noise.RequireAuthority(key), rand.Reader, &act1)
//	// send act1, receive act2
//	err = handshake.Finish(&act2, now, &link)
//
// A server, which keeps one Identity for all its connections:
//
//	var handshake noise.Responder
//	var link noise.Transport
//	// receive act1
//	err := handshake.Respond(identity, rand.Reader, &act1, &act2, &link)
//	// send act2
//
// Then Seal and a Decoder, or SealInPlace and OpenInPlace, for frames.
//
// # Randomness
//
// Start and Respond read 32 bytes for the ephemeral secret key (again while it
// is 0 or not below the group order), then 33 for each attempt at its
// encoding: u, most significant byte first, and one byte whose lowest three
// bits choose a branch of the inverse map. NewIdentity reads only the latter,
// GenerateSecretKey only the former, SignCertificate 32 bytes. A reader that
// gives the bytes of a recorded handshake reproduces it. In operation it must be
// a cryptographic source: crypto/rand.Reader, or getrandom.
//
// # Errors
//
// Every error is a status.Kind. After any failure of a handshake or a link it
// is over: keys are wiped and no call brings it back.
//
// # The handshake is written out, not taken from a module
//
// flynn/noise runs the same pattern and is the oracle of the tests. Measured
// without the curve, it takes 13.5 us and 170 allocations for both sides against
// 8 us and 10 here, adds 0.45 MB to a binary, accepts messages that are
// too long, panics where ChaCha20-Poly1305 is forbidden, and leaves every key in
// memory. The three functions it would save are the ones in symmetric.go.
package noise
