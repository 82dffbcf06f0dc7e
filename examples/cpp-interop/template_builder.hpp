// SPDX-License-Identifier: MIT
// From the node's block template and a client's constraints to the fields of NewTemplate.
#pragma once

#include "block_template.hpp"

#include <memory>

namespace template_provider {

// What CoinbaseOutputConstraints says (specification section 7.1).
struct CoinbaseOutputConstraints {
    std::uint32_t coinbase_output_max_additional_size = 0;
    // Counted against the same limit as the node's own "sigops", as Bitcoin Core does with it.
    std::uint16_t coinbase_output_max_additional_sigops = 0;
};

// No block can satisfy the constraints.
class TemplateBuildError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The fields of NewTemplate carry their names from the specification (section 7.2).
struct BuiltTemplate {
    std::shared_ptr<const BlockTemplate> block_template;
    // Indices into block_template->transactions, ascending: the block without its coinbase.
    std::vector<std::size_t> included;

    std::uint32_t version = 0;
    std::uint32_t coinbase_tx_version = 2;
    Bytes coinbase_prefix;
    std::uint32_t coinbase_tx_input_sequence = 0xffffffff;
    std::uint64_t coinbase_tx_value_remaining = 0;
    std::uint32_t coinbase_tx_outputs_count = 0;
    Bytes coinbase_tx_outputs; // the outputs one behind the other, without a count
    std::uint32_t coinbase_tx_locktime = 0;
    std::vector<Hash256> merkle_path;

    // With a witness commitment the coinbase needs a witness as well (BIP141).
    bool has_witness_commitment() const { return coinbase_tx_outputs_count != 0; }
    std::size_t dropped() const { return block_template->transactions.size() - included.size(); }
};

// The height as BIP34 wants it at the start of the coinbase's scriptSig.
Bytes bip34_height_push(std::uint32_t height);

// The weight that the block keeps free for header, counts and coinbase (sections 7 and 7.1).
std::uint64_t reserved_weight(const CoinbaseOutputConstraints &constraints, bool has_segwit);

// Throws TemplateBuildError.
BuiltTemplate build_template(std::shared_ptr<const BlockTemplate> block_template,
                             const CoinbaseOutputConstraints &constraints);

} // namespace template_provider
