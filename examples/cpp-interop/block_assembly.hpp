// SPDX-License-Identifier: MIT
// From a solution to the block that the node is given.
#pragma once

#include "template_builder.hpp"

namespace template_provider {

// What SubmitSolution says (specification section 7.7).
struct Solution {
    std::uint32_t version = 0;
    std::uint32_t header_timestamp = 0;
    std::uint32_t header_nonce = 0;
    ByteView coinbase_tx; // with its witness
};

// The coinbase transaction of a solution is not one.
class SolutionError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct AssembledBlock {
    std::array<std::uint8_t, 80> header{};
    Hash256 hash{};
    bool meets_target = false; // hash <= target of the template
    // The client sent the coinbase without the witness that it must have; it was added, because
    // its only possible value is known and the block would be lost without it.
    bool coinbase_witness_added = false;
    Bytes bytes; // header, number of transactions, coinbase, the other transactions
};

// Throws SolutionError. A block that misses the target is assembled as well: `meets_target` says
// so, and the caller decides.
AssembledBlock assemble_block(const BuiltTemplate &built, const Solution &solution);

} // namespace template_provider
