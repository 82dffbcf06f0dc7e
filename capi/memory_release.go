//go:build !sv2debug

package main

// #include <stdlib.h>
import "C"

import "unsafe"

func retire(p unsafe.Pointer, _ int) { C.free(p) }
