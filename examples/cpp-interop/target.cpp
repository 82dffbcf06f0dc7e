// SPDX-License-Identifier: MIT
#include "target.hpp"

#include <algorithm>

namespace template_provider {

bool target_from_bits(std::uint32_t bits, Hash256 &target) {
    const unsigned exponent = bits >> 24;
    const std::uint32_t mantissa = bits & 0x7fffff;
    const bool negative = (bits & 0x800000) != 0 && mantissa != 0;
    if (negative)
        return false;
    Hash256 expanded{};
    // The exponent counts bytes; the mantissa is the highest three of them.
    for (unsigned i = 0; i < 3; ++i) {
        const auto byte = static_cast<std::uint8_t>(mantissa >> (8 * i) & 0xff);
        if (exponent + i < 3)
            continue; // below the least significant byte: cut off
        const std::size_t position = exponent + i - 3;
        if (position < expanded.size())
            expanded[position] = byte;
        else if (byte != 0)
            return false;
    }
    target = expanded;
    return true;
}

bool hash_meets_target(const Hash256 &hash, const Hash256 &target) {
    return !std::lexicographical_compare(target.rbegin(), target.rend(), hash.rbegin(),
                                         hash.rend());
}

} // namespace template_provider
