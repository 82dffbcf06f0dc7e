// Package codec turns bytes into the data types of Stratum V2 (specification section 3.1) and back, and reads and writes
// frame headers (3.2) and TLVs (3.4.3). Every multi-byte integer is little-endian.
//
// Take functions read one value from the front of b and return it with the rest of b. Their third result is 0, or the
// [status.Kind] that says why b does not start with such a value; value and rest are then meaningless and nothing was read
// past the end of b. Byte strings and sequences that they return borrow b: they are valid until b is reused, and their
// capacity ends where they end, so that appending to them cannot overwrite what follows.
//
// Append functions add one value to dst and return the extended slice. Values that a type cannot hold are refused with a
// kind, and dst comes back as it was.
//
// Nothing here allocates beyond the growth of dst, keeps state, or depends on anything but the table of kinds. All
// functions may be called from any goroutine.
package codec
