// SPDX-License-Identifier: MIT
#include "sha256d.hpp"

#include <algorithm>

#include <openssl/sha.h>

namespace template_provider {

static_assert(SHA256_DIGEST_LENGTH == 32, "a SHA-256 digest fills a Hash256");

Hash256 sha256d(ByteView bytes) {
    Hash256 once, twice;
    SHA256(bytes.data, bytes.size, once.data());
    SHA256(once.data(), once.size(), twice.data());
    return twice;
}

Hash256 sha256d(const Hash256 &left, const Hash256 &right) {
    std::array<std::uint8_t, 64> both;
    std::copy(left.begin(), left.end(), both.begin());
    std::copy(right.begin(), right.end(), both.begin() + 32);
    return sha256d(both);
}

} // namespace template_provider
