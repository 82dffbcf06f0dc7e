// Spans of sv2.hpp and std::span turn into each other, without a warning of -Wconversion. C++20.
#include <cstdint>
#include <span>

#include "../c/check.h"
#include "sv2.hpp"

namespace {

std::size_t count(std::span<const std::uint8_t> bytes) {
    return bytes.size();
}
std::size_t count_ours(sv2::const_span bytes) {
    return bytes.size();
}

} // namespace

int main() {
    std::uint8_t array[4] = {1, 2, 3, 4};
    const sv2::const_span constant(array);
    sv2::span<std::uint8_t> ours(array);
    const std::span<std::uint8_t> standard = ours;
    const std::span<const std::uint8_t> standard_constant = constant;
    CHECK(standard.data() == array && standard.size() == 4);
    CHECK(standard_constant.data() == array);
    CHECK_NUMBER(count(constant), 4);
    CHECK_NUMBER(count_ours(standard), 4);
    CHECK_NUMBER(count_ours(standard_constant), 4);
    return check_end("standard_span");
}
