// SPDX-License-Identifier: MIT
#include "block_assembly.hpp"

#include "merkle.hpp"
#include "sha256d.hpp"
#include "target.hpp"
#include "transaction.hpp"
#include "witness_commitment.hpp"

#include <algorithm>

namespace template_provider {

namespace {

constexpr std::size_t version_size = 4;
constexpr std::size_t lock_time_size = 4;

Transaction parse_coinbase(ByteView bytes) {
    try {
        Transaction coinbase = parse_transaction(bytes);
        if (!coinbase.is_coinbase)
            throw SolutionError("coinbase_tx spends an output, so it is no coinbase");
        return coinbase;
    } catch (const TransactionError &error) {
        throw SolutionError(std::string("coinbase_tx: ") + error.what());
    }
}

void append_with_witness(Bytes &to, ByteView bytes, const Transaction &coinbase) {
    append(to, ByteView(bytes.data, version_size));
    append(to, Bytes{0x00, 0x01}); // marker, flag
    append(to, coinbase.inputs_and_outputs);
    to.push_back(1); // witness items of the only input
    append_compact_size(to, witness_reserved_value.size());
    append(to, witness_reserved_value);
    append(to, ByteView(bytes.end() - lock_time_size, lock_time_size));
}

} // namespace

AssembledBlock assemble_block(const BuiltTemplate &built, const Solution &solution) {
    const BlockTemplate &source = *built.block_template;
    const Transaction coinbase = parse_coinbase(solution.coinbase_tx);

    Bytes header;
    append_u32(header, solution.version);
    append(header, source.previous_hash);
    append(header, merkle_root_from_path(coinbase.txid, built.merkle_path));
    append_u32(header, solution.header_timestamp);
    append_u32(header, source.bits);
    append_u32(header, solution.header_nonce);

    AssembledBlock block;
    std::copy(header.begin(), header.end(), block.header.begin());
    block.hash = sha256d(block.header);
    block.meets_target = hash_meets_target(block.hash, source.target);

    block.bytes = std::move(header);
    append_compact_size(block.bytes, built.included.size() + 1);
    block.coinbase_witness_added = built.has_witness_commitment() && !coinbase.has_witness;
    if (block.coinbase_witness_added)
        append_with_witness(block.bytes, solution.coinbase_tx, coinbase);
    else
        append(block.bytes, solution.coinbase_tx);
    for (const std::size_t index : built.included)
        append(block.bytes, source.transactions[index].data);
    return block;
}

} // namespace template_provider
