package main

import "C"

// sv2i_bind_thread does nothing. The first call of a thread into Go is what gives it what the runtime needs of a thread;
// the shim makes that call apart from all others.
//
//export sv2i_bind_thread
func sv2i_bind_thread() {}
