// Package sv2 is the protocol Stratum V2: its messages, their registry, and frames as single pieces of bytes or as a stream.
//
// Every message is a struct with the fields of the specification in wire order. Decode borrows: byte strings and sequences
// in a decoded message are views into the payload and are valid until the payload's memory is reused; after an error the
// contents of the message are unspecified. Bytes behind the last field are handed back, they hold the TLVs of extensions.
//
// A message is known by the pair extension_type and msg_type; see [Lookup]. To decode whatever arrives, use [AnyMessage];
// to decode one expected message, use [DecodeFrame]. [FrameDecoder] finds frames in a stream that arrives in any pieces.
//
// Errors are [*Error], which wrap a [status.Kind] and name the message, the field and the offset. Nothing here opens a
// socket, starts a goroutine, or reads a clock. Values are not safe for concurrent use.
package sv2
