// SPDX-License-Identifier: MIT
// The output of the coinbase that commits to all witnesses of a block (BIP141).
#pragma once

#include "bytes.hpp"

namespace template_provider {

// The witness of the coinbase's only input: 32 zero bytes (specification sections 3.7.4 and 7.2).
constexpr Hash256 witness_reserved_value{};

// SHA256d(witness merkle root || witness reserved value). The wtxids are those of the other
// transactions; the coinbase counts as zero.
Hash256 witness_commitment(const std::vector<Hash256> &wtxids);

// OP_RETURN, a push of 36 bytes, the header aa21a9ed, the commitment.
Bytes witness_commitment_script(const Hash256 &commitment);

} // namespace template_provider
