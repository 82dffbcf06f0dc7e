// SPDX-License-Identifier: MIT
// Merkle trees over transactions, and the path of the coinbase, which the miner completes.
#pragma once

#include "bytes.hpp"

namespace template_provider {

// The root of a tree with these leaves; all zeros when there is none.
Hash256 merkle_root(std::vector<Hash256> leaves);

// The siblings on the way from the coinbase, which is the first leaf and not known yet, to the
// root. The leaves are the ids of the other transactions, in the order of the block.
std::vector<Hash256> coinbase_merkle_path(const std::vector<Hash256> &other_leaves);

// The root of the tree whose first leaf is the coinbase.
Hash256 merkle_root_from_path(const Hash256 &coinbase_txid, const std::vector<Hash256> &path);

} // namespace template_provider
