// SPDX-License-Identifier: MIT
// The answer of a node to getblocktemplate (BIP22, BIP23, BIP145), checked and in binary.
#pragma once

#include "bytes.hpp"

#include <optional>
#include <stdexcept>

#include <nlohmann/json_fwd.hpp>

namespace template_provider {

// The node's answer is not a usable block template. The text names the field.
class BlockTemplateError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct TemplateTransaction {
    Bytes data; // with witness
    Hash256 txid{};
    Hash256 wtxid{};
    std::uint64_t weight = 0;
    std::uint64_t sigops = 0; // as the node counts them against sigop_limit
    std::uint64_t fee = 0;    // satoshi
    // Indices into BlockTemplate::transactions, all smaller than this transaction's own.
    std::vector<std::size_t> depends;
};

struct BlockTemplate {
    std::uint32_t version = 0;
    Hash256 previous_hash{};
    std::uint32_t bits = 0;
    Hash256 target{};
    std::uint32_t curtime = 0;
    std::uint32_t mintime = 0;
    std::uint32_t height = 0;
    std::uint64_t coinbasevalue = 0; // satoshi, with the fees of all transactions
    std::uint64_t weight_limit = 0;
    std::uint64_t sigop_limit = 0;
    std::vector<TemplateTransaction> transactions;
    // The scriptPubKey that commits to the witnesses of all transactions (BIP141).
    std::optional<Bytes> default_witness_commitment;
    std::string longpollid; // empty when the node has no long poll

    // Whether the rules of BIP141 apply to this block, as far as the template tells.
    bool has_segwit() const { return default_witness_commitment.has_value(); }
};

// Throws BlockTemplateError.
BlockTemplate parse_block_template(const nlohmann::json &answer);

} // namespace template_provider
