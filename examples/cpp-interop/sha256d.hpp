// SPDX-License-Identifier: MIT
// SHA-256 applied twice: block hashes, transaction ids, merkle trees.
#pragma once

#include "bytes.hpp"

namespace template_provider {

Hash256 sha256d(ByteView bytes);
// Of two hashes, one behind the other: a node of a merkle tree.
Hash256 sha256d(const Hash256 &left, const Hash256 &right);

} // namespace template_provider
