// SPDX-License-Identifier: MIT
// Proof of work: 256-bit integers, least significant byte first, compared exactly.
#pragma once

#include "bytes.hpp"

namespace template_provider {

// Expands the compact form of a block header. Returns false when the bits stand for a negative
// number or for one that does not fit into 256 bits.
bool target_from_bits(std::uint32_t bits, Hash256 &target);

// hash <= target
bool hash_meets_target(const Hash256 &hash, const Hash256 &target);

} // namespace template_provider
