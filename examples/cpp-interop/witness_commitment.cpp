// SPDX-License-Identifier: MIT
#include "witness_commitment.hpp"

#include "merkle.hpp"
#include "sha256d.hpp"

namespace template_provider {

Hash256 witness_commitment(const std::vector<Hash256> &wtxids) {
    std::vector<Hash256> leaves;
    leaves.reserve(wtxids.size() + 1);
    leaves.push_back(Hash256{});
    leaves.insert(leaves.end(), wtxids.begin(), wtxids.end());
    return sha256d(merkle_root(std::move(leaves)), witness_reserved_value);
}

Bytes witness_commitment_script(const Hash256 &commitment) {
    Bytes script{0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};
    append(script, commitment);
    return script;
}

} // namespace template_provider
