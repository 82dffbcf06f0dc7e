// Command capi is the C ABI of libsv2: the functions that the C shim calls. It is built with -buildmode=c-archive; see
// scripts/build_library.sh. Nothing here decides anything of the protocol: it checks handles, turns C values into Go values
// and back, and turns errors into statuses.
//
// Rules that every export follows. It never stores a Go pointer, and never a pointer-typed value, into C memory: addresses
// go out as uintptr, because the write barrier would read what was there before. It recovers panics into
// status.Internal and poisons the object. It allocates nothing unless it fails or a buffer grows.
package main

func main() {}
