// SPDX-License-Identifier: MIT
// The byte types that the node side of the template provider is written in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace template_provider {

using Bytes = std::vector<std::uint8_t>;

// A hash, transaction id or target in the order in which it is hashed and sent: the least
// significant byte first. Nodes print the reverse order.
using Hash256 = std::array<std::uint8_t, 32>;

// Bytes that somebody else owns (std::span is C++20).
struct ByteView {
    const std::uint8_t *data = nullptr;
    std::size_t size = 0;

    ByteView() = default;
    ByteView(const std::uint8_t *first, std::size_t count) : data(first), size(count) {}
    ByteView(const Bytes &bytes) : data(bytes.data()), size(bytes.size()) {}
    template <std::size_t N>
    ByteView(const std::array<std::uint8_t, N> &bytes) : data(bytes.data()), size(N) {}

    const std::uint8_t *begin() const { return data; }
    const std::uint8_t *end() const { return data + size; }
};

void append(Bytes &to, ByteView bytes);
void append_u32(Bytes &to, std::uint32_t value);
void append_u64(Bytes &to, std::uint64_t value);
// Bitcoin's variable-length integer, which counts things in transactions and blocks.
void append_compact_size(Bytes &to, std::uint64_t value);

std::string to_hex(ByteView bytes);
// The order in which nodes print hashes.
std::string to_reversed_hex(const Hash256 &hash);
// Both return false when the text is not hexadecimal or, for a hash, has not 64 digits.
bool from_hex(std::string_view text, Bytes &bytes);
bool from_reversed_hex(std::string_view text, Hash256 &hash);

} // namespace template_provider
