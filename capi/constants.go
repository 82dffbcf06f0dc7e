package main

/*
#include "exports.h"
*/
import "C"

import (
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
)

// Numbers of the header that Go packages state too: arrays of different lengths do not have the same type.
var (
	_ [C.SV2_PARTY_CLIENT]byte          = [sv2.Client]byte{}
	_ [C.SV2_PARTY_SERVER]byte          = [sv2.Server]byte{}
	_ [C.SV2_TAG_SIZE]byte              = [noise.TagSize]byte{}
	_ [C.SV2_SEALED_HEADER_SIZE]byte    = [noise.SealedHeaderSize]byte{}
	_ [C.SV2_BLOCK_SIZE_MAX]byte        = [noise.MaxChunk]byte{}
	_ [C.SV2_CERTIFICATE_SIZE]byte      = [noise.CertificateSize]byte{}
	_ [C.SV2_FULL_CERTIFICATE_SIZE]byte = [noise.FullCertificateSize]byte{}
	_ [C.SV2_SECRET_KEY_SIZE]byte       = [noise.SecretKeySize]byte{}
	_ [C.SV2_LEEWAY_DEFAULT]byte        = [noise.DefaultLeeway]byte{}
	_ C.sv2_act1                        = C.sv2_act1{bytes: [noise.Act1Size]C.uint8_t{}}
	_ C.sv2_act2                        = C.sv2_act2{bytes: [noise.Act2Size]C.uint8_t{}}
)
