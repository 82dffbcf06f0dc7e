// SPDX-License-Identifier: MIT
#include "bytes.hpp"

#include <algorithm>

namespace template_provider {

namespace {

void append_little_endian(Bytes &to, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
        to.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xff));
}

int digit_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

} // namespace

void append(Bytes &to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_u32(Bytes &to, std::uint32_t value) {
    append_little_endian(to, value, 4);
}

void append_u64(Bytes &to, std::uint64_t value) {
    append_little_endian(to, value, 8);
}

void append_compact_size(Bytes &to, std::uint64_t value) {
    if (value < 0xfd) {
        append_little_endian(to, value, 1);
    } else if (value <= 0xffff) {
        to.push_back(0xfd);
        append_little_endian(to, value, 2);
    } else if (value <= 0xffffffff) {
        to.push_back(0xfe);
        append_little_endian(to, value, 4);
    } else {
        to.push_back(0xff);
        append_little_endian(to, value, 8);
    }
}

std::string to_hex(ByteView bytes) {
    static const char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size);
    for (const std::uint8_t byte : bytes) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

std::string to_reversed_hex(const Hash256 &hash) {
    Hash256 reversed = hash;
    std::reverse(reversed.begin(), reversed.end());
    return to_hex(reversed);
}

bool from_hex(std::string_view text, Bytes &bytes) {
    if (text.size() % 2 != 0)
        return false;
    Bytes parsed;
    parsed.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit_value(text[i]);
        const int low = digit_value(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        parsed.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    bytes = std::move(parsed);
    return true;
}

bool from_reversed_hex(std::string_view text, Hash256 &hash) {
    Bytes bytes;
    if (!from_hex(text, bytes) || bytes.size() != hash.size())
        return false;
    std::reverse_copy(bytes.begin(), bytes.end(), hash.begin());
    return true;
}

} // namespace template_provider
