package main

/*
#include "exports.h"
*/
import "C"

import (
	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/session"
	"golang.org/x/crypto/chacha20"
)

// Numbers of the header that Go packages state too. An index other than 0 does not compile.
var (
	_ = [1]struct{}{}[C.SV2_PARTY_CLIENT-sv2.Client]
	_ = [1]struct{}{}[C.SV2_PARTY_SERVER-sv2.Server]
	_ = [1]struct{}{}[C.SV2_TAG_SIZE-noise.TagSize]
	_ = [1]struct{}{}[C.SV2_SEALED_HEADER_SIZE-noise.SealedHeaderSize]
	_ = [1]struct{}{}[C.SV2_BLOCK_SIZE_MAX-noise.MaxChunk]
	_ = [1]struct{}{}[C.SV2_CERTIFICATE_SIZE-noise.CertificateSize]
	_ = [1]struct{}{}[C.SV2_FULL_CERTIFICATE_SIZE-noise.FullCertificateSize]
	_ = [1]struct{}{}[C.SV2_SECRET_KEY_SIZE-noise.SecretKeySize]
	_ = [1]struct{}{}[C.SV2_LEEWAY_DEFAULT-noise.DefaultLeeway]
	_ = [1]struct{}{}[C.SV2_EXTENSIONS_MAX-session.MaxExtensions]
	_ = [1]struct{}{}[C.SV2_NEVER-session.Never]
	_ = [1]struct{}{}[C.SV2_RANDOM_SEED_SIZE-chacha20.KeySize]
	_ = C.sv2_act1{bytes: [noise.Act1Size]C.uint8_t{}}
	_ = C.sv2_act2{bytes: [noise.Act2Size]C.uint8_t{}}
)
