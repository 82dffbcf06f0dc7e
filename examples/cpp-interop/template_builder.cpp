// SPDX-License-Identifier: MIT
#include "template_builder.hpp"

#include "merkle.hpp"
#include "witness_commitment.hpp"

#include <algorithm>

namespace template_provider {

namespace {

// Section 7.1: header 320, transaction count 12, fixed fields of the coinbase 236 (200 without
// SegWit), scriptSig 400, output count 12, witness commitment 188 (none without SegWit).
constexpr std::uint64_t fixed_weight_segwit = 320 + 12 + 236 + 400 + 12 + 188;
constexpr std::uint64_t fixed_weight_legacy = 320 + 12 + 200 + 400 + 12;
static_assert(fixed_weight_segwit == 1168 && fixed_weight_legacy == 944, "as in section 7.1");
constexpr std::uint64_t least_reserved_weight = 2000;
constexpr std::uint64_t weight_per_byte = 4; // outputs are no witness data

// Chooses the transactions that fit, in the node's order, and none without those it depends on.
// The node's order puts dependants last, so what is dropped comes from the end, except where a
// smaller transaction still fits behind a larger one.
std::vector<std::size_t> choose_transactions(const BlockTemplate &block_template,
                                             std::uint64_t weight, std::uint64_t sigops) {
    std::vector<std::size_t> included;
    std::vector<bool> is_included(block_template.transactions.size(), false);
    for (std::size_t i = 0; i < block_template.transactions.size(); ++i) {
        const TemplateTransaction &transaction = block_template.transactions[i];
        const bool complete = std::all_of(transaction.depends.begin(), transaction.depends.end(),
                                          [&](std::size_t index) { return is_included[index]; });
        if (!complete || transaction.weight > weight || transaction.sigops > sigops)
            continue;
        weight -= transaction.weight;
        sigops -= transaction.sigops;
        is_included[i] = true;
        included.push_back(i);
    }
    return included;
}

Bytes coinbase_prefix(std::uint32_t height) {
    Bytes prefix = bip34_height_push(height);
    // A scriptSig of a coinbase has at least two bytes, also when the miner adds none.
    if (prefix.size() < 2)
        prefix.push_back(0x00);
    return prefix;
}

} // namespace

Bytes bip34_height_push(std::uint32_t height) {
    if (height == 0)
        return {0x00};
    if (height <= 16)
        return {static_cast<std::uint8_t>(0x50 + height)}; // OP_1 to OP_16
    Bytes number;
    for (std::uint32_t rest = height; rest != 0; rest >>= 8)
        number.push_back(static_cast<std::uint8_t>(rest & 0xff));
    if ((number.back() & 0x80) != 0)
        number.push_back(0x00); // the highest bit is the sign
    number.insert(number.begin(), static_cast<std::uint8_t>(number.size()));
    return number;
}

std::uint64_t reserved_weight(const CoinbaseOutputConstraints &constraints, bool has_segwit) {
    const std::uint64_t additional =
        weight_per_byte * constraints.coinbase_output_max_additional_size;
    const std::uint64_t fixed = has_segwit ? fixed_weight_segwit : fixed_weight_legacy;
    return std::max(least_reserved_weight, fixed + additional);
}

BuiltTemplate build_template(std::shared_ptr<const BlockTemplate> block_template,
                             const CoinbaseOutputConstraints &constraints) {
    BuiltTemplate built;
    built.block_template = std::move(block_template);
    const BlockTemplate &source = *built.block_template;

    const std::uint64_t reserved = reserved_weight(constraints, source.has_segwit());
    const std::uint64_t reserved_sigops = constraints.coinbase_output_max_additional_sigops;
    if (reserved > source.weight_limit)
        throw TemplateBuildError("coinbase outputs of " +
                                 std::to_string(constraints.coinbase_output_max_additional_size) +
                                 " bytes do not fit into a block");
    if (reserved_sigops > source.sigop_limit)
        throw TemplateBuildError("coinbase outputs with " + std::to_string(reserved_sigops) +
                                 " signature operations do not fit into a block");
    built.included = choose_transactions(source, source.weight_limit - reserved,
                                         source.sigop_limit - reserved_sigops);

    std::vector<Hash256> txids, wtxids;
    std::uint64_t fees = 0, included_fees = 0;
    for (const TemplateTransaction &transaction : source.transactions)
        fees += transaction.fee;
    for (const std::size_t index : built.included) {
        const TemplateTransaction &transaction = source.transactions[index];
        txids.push_back(transaction.txid);
        wtxids.push_back(transaction.wtxid);
        included_fees += transaction.fee;
    }

    built.version = source.version;
    built.coinbase_prefix = coinbase_prefix(source.height);
    // The parser made sure that the value covers all fees.
    built.coinbase_tx_value_remaining = source.coinbasevalue - (fees - included_fees);
    built.merkle_path = coinbase_merkle_path(txids);
    if (source.has_segwit()) {
        const Bytes script = built.dropped() == 0
                                 ? *source.default_witness_commitment
                                 : witness_commitment_script(witness_commitment(wtxids));
        built.coinbase_tx_outputs_count = 1;
        append_u64(built.coinbase_tx_outputs, 0); // its value
        append_compact_size(built.coinbase_tx_outputs, script.size());
        append(built.coinbase_tx_outputs, script);
    }
    return built;
}

} // namespace template_provider
