// Package inspect shows frames field by field, as text for people and as JSON for programs, and makes frames of that JSON again.
//
// The fields come from the registry of package sv2. A payload that breaks off is shown as far as it goes, the rest as bytes.
// Nothing here belongs into a path that has to be fast.
//
// # JSON
//
// A frame is one object, in the form of the project's frame vectors (sv2/testdata):
//
//	name            of the message, as the specification spells it; absent when it is not known
//	extension_type  without the channel_msg bit
//	msg_type
//	channel_msg     the bit as it was sent
//	fields          by the specification's names, in its order: integers and F32 as numbers, bytes as hexadecimal in the order
//	                of the wire, sequences as lists, an absent OPTION as null; NaN, +Inf and -Inf as strings
//	undecoded       bytes from the field that could not be read on, with error
//	payload         in place of fields, of a message that is not known
//	trailing        bytes behind the last field; absent when there are none
//	error           name of the kind that decoding ends with; absent when it succeeds
//	frame           all of it, header included
//
// Bits that mean nothing are in frame only and not in fields: those of a BOOL beside the lowest, and those that tell one NaN from
// another. U64 are written with all their digits: a reader that makes floating-point numbers of them loses those above 2^53.
package inspect
