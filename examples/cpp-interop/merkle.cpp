// SPDX-License-Identifier: MIT
#include "merkle.hpp"

#include "sha256d.hpp"

namespace template_provider {

Hash256 merkle_root(std::vector<Hash256> leaves) {
    if (leaves.empty())
        return Hash256{};
    while (leaves.size() > 1) {
        if (leaves.size() % 2 != 0)
            leaves.push_back(Hash256(leaves.back()));
        for (std::size_t i = 0; i < leaves.size() / 2; ++i)
            leaves[i] = sha256d(leaves[2 * i], leaves[2 * i + 1]);
        leaves.resize(leaves.size() / 2);
    }
    return leaves.front();
}

std::vector<Hash256> coinbase_merkle_path(const std::vector<Hash256> &other_leaves) {
    std::vector<Hash256> path;
    // One level of the tree without its first node, which depends on the coinbase.
    std::vector<Hash256> level = other_leaves;
    while (!level.empty()) {
        path.push_back(level.front());
        // With the first node the level has one more: an even rest makes it odd, and the last
        // node is then paired with itself.
        if (level.size() % 2 == 0)
            level.push_back(Hash256(level.back()));
        std::size_t above = 0;
        for (std::size_t i = 1; i + 1 < level.size(); i += 2)
            level[above++] = sha256d(level[i], level[i + 1]);
        level.resize(above);
    }
    return path;
}

Hash256 merkle_root_from_path(const Hash256 &coinbase_txid, const std::vector<Hash256> &path) {
    Hash256 root = coinbase_txid;
    for (const Hash256 &sibling : path)
        root = sha256d(root, sibling);
    return root;
}

} // namespace template_provider
