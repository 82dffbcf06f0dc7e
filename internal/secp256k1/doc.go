// Package secp256k1 is the curve work of the Noise handshake: secret keys,
// x-only Diffie-Hellman over ElligatorSwift encodings (BIP324), and Schnorr
// signatures (BIP340).
//
// # Contract
//
//   - A secret scalar is only ever used in constant time: no branch, no memory
//     address and no variable-time instruction depends on it. There is one
//     multiplication of a point, and it is the constant-time one.
//   - A function whose time depends on its arguments says Vartime in its name.
//     Those see public values only: encodings, public keys, signatures.
//   - Secret keys outside 0 < d < n are refused, and so are signatures with
//     s >= n. Nothing is reduced in silence.
//   - Every 64-byte string is a valid ElligatorSwift encoding.
//   - Randomness comes from the io.Reader of the call and nowhere else.
//   - Nothing is kept but one table of public multiples of the generator.
//
// # How it computes
//
// The field is four 64-bit limbs with products by math/bits, values below
// 2^256, no lazy reduction. Points are projective and use the complete formulas
// of Renes, Costello and Batina, which have no special cases. A secret scalar
// is split by the curve's endomorphism into two halves of 128 bits, recoded to
// signed digits of four bits, and every digit reads its whole table.
// ElligatorSwift is decoded as a fraction, straight to a projective point,
// with one square root for each candidate and no inversion.
//
// # Why its own field
//
// Measured on one amd64 machine. A multiplication of a point takes 37 us here
// (constant time), 71 us in secp256k1-voi (constant time), 105 us in btcec
// (variable time). A product in the field takes 16 ns here, 60 ns in btcec,
// and 22 ns (a square 26 ns) in gnark-crypto, which branches on values and asks
// for the newest patch release of Go; secp256k1-voi keeps its field to itself.
// secp256k1-voi for the secret scalars and gnark-crypto for the public maps
// would bring a handshake to an estimated 0.45 of flynn/noise with btcec;
// measured, this package brings it to 0.26, with no dependency, 19 kB in a
// binary and a table of 33 kB that is computed on first use in 0.4 ms.
//
// The tests compare every field and scalar operation with math/big on random
// and edge values, the field, keys, shared secrets and signatures with btcec,
// and all of it with the vectors of BIP324 and BIP340. The limbs stay 64 bits
// wide on 32-bit machines, where everything is five to six times slower.
package secp256k1
