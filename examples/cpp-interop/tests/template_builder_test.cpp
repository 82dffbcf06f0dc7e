// SPDX-License-Identifier: MIT
// Building templates for clients, and blocks from their solutions.
#include "../block_assembly.hpp"
#include "../merkle.hpp"
#include "../sha256d.hpp"
#include "../target.hpp"
#include "../transaction.hpp"
#include "../witness_commitment.hpp"
#include "check.hpp"
#include "known_data.hpp"

using namespace template_provider;

// The builder does not look into transactions, so any bytes will do.
static TemplateTransaction made_up(std::uint8_t number, std::uint64_t weight, std::uint64_t sigops,
                                   std::vector<std::size_t> depends = {}) {
    TemplateTransaction transaction;
    transaction.data = Bytes(10, number);
    transaction.txid = sha256d(transaction.data);
    transaction.wtxid = sha256d(transaction.txid);
    transaction.weight = weight;
    transaction.sigops = sigops;
    transaction.fee = 1000U * number;
    transaction.depends = std::move(depends);
    return transaction;
}

static BlockTemplate made_up_template(std::vector<TemplateTransaction> transactions,
                                      bool has_segwit = true) {
    BlockTemplate made;
    made.version = 0x20000000;
    made.bits = 0x207fffff;
    target_from_bits(made.bits, made.target);
    made.height = 301;
    made.coinbasevalue = 5000000000;
    made.weight_limit = 4000000;
    made.sigop_limit = 80000;
    made.transactions = std::move(transactions);
    std::vector<Hash256> wtxids;
    for (const TemplateTransaction &transaction : made.transactions) {
        made.coinbasevalue += transaction.fee;
        wtxids.push_back(transaction.wtxid);
    }
    if (has_segwit)
        made.default_witness_commitment = witness_commitment_script(witness_commitment(wtxids));
    return made;
}

static BuiltTemplate build(BlockTemplate source, std::uint32_t size, std::uint16_t sigops) {
    return build_template(std::make_shared<const BlockTemplate>(std::move(source)), {size, sigops});
}

static void test_reserved_weight() {
    CHECK(reserved_weight({0, 0}, true) == 2000 && reserved_weight({0, 0}, false) == 2000);
    CHECK(reserved_weight({208, 0}, true) == 2000 && reserved_weight({209, 0}, true) == 2004);
    CHECK(reserved_weight({264, 0}, false) == 2000 && reserved_weight({265, 0}, false) == 2004);
    CHECK(reserved_weight({100000, 0}, true) == 401168);
    CHECK(reserved_weight({0xffffffff, 0}, true) == 1168 + 4ULL * 0xffffffff);
}

static void test_everything_fits() {
    const BuiltTemplate built = build(
        made_up_template({made_up(1, 400, 0), made_up(2, 400, 4), made_up(3, 400, 0)}), 1000, 10);
    CHECK(built.included == (std::vector<std::size_t>{0, 1, 2}) && built.dropped() == 0);
    CHECK(built.coinbase_tx_value_remaining == 5000006000);
    CHECK(built.version == 0x20000000);
    CHECK_EQUAL(to_hex(built.coinbase_prefix), "022d01");
    CHECK(built.merkle_path.size() == 2);
    CHECK(built.coinbase_tx_outputs_count == 1 && built.has_witness_commitment());
    CHECK_EQUAL(to_hex(built.coinbase_tx_outputs),
                "0000000000000000"
                "26" +
                    to_hex(*built.block_template->default_witness_commitment));
}

static void test_weight_limit() {
    const BlockTemplate source =
        made_up_template({made_up(1, 1994000, 0), made_up(2, 2000, 0), made_up(3, 1998000, 0)});
    // 3994000 together leave 6000, which is 1168 + 4 * 1208.
    CHECK(build(source, 1208, 0).dropped() == 0);
    CHECK(build(source, 1209, 0).included == (std::vector<std::size_t>{0, 1}));

    // The largest size of all: 1168 + 4 * 999708 = 4000000.
    const BuiltTemplate none = build(source, 999708, 0);
    CHECK(none.included.empty() && none.merkle_path.empty());
    CHECK(none.coinbase_tx_value_remaining == 5000000000);
    CHECK_EQUAL(to_hex(none.coinbase_tx_outputs),
                "0000000000000000266a24aa21a9ed"
                "e2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9");
    CHECK_EQUAL(error_of<TemplateBuildError>([&] { build(source, 999709, 0); }),
                "coinbase outputs of 999709 bytes do not fit into a block");
}

static void test_dropping_respects_dependencies() {
    // The second does not fit; the third depends on it, the fourth on the third.
    const BuiltTemplate built =
        build(made_up_template({made_up(1, 400, 0), made_up(2, 3999000, 0), made_up(3, 400, 0, {1}),
                                made_up(4, 400, 0, {2}), made_up(5, 400, 0, {0})}),
              0, 0);
    CHECK(built.included == (std::vector<std::size_t>{0, 4}));
    CHECK(built.coinbase_tx_value_remaining == 5000000000 + 1000 + 5000);
    const std::vector<TemplateTransaction> &all = built.block_template->transactions;
    CHECK(built.merkle_path == coinbase_merkle_path({all[0].txid, all[4].txid}));
    CHECK_EQUAL(
        to_hex(built.coinbase_tx_outputs).substr(18),
        to_hex(witness_commitment_script(witness_commitment({all[0].wtxid, all[4].wtxid}))));
}

static void test_sigop_limit() {
    const BlockTemplate source =
        made_up_template({made_up(1, 400, 79000), made_up(2, 400, 600), made_up(3, 400, 0)});
    CHECK(build(source, 0, 400).dropped() == 0);
    CHECK(build(source, 0, 401).included == (std::vector<std::size_t>{0, 2}));
    BlockTemplate small = source;
    small.sigop_limit = 20000;
    CHECK_EQUAL(error_of<TemplateBuildError>([&] { build(small, 0, 20001); }),
                "coinbase outputs with 20001 signature operations do not fit into a block");
}

static void test_legacy() {
    const BuiltTemplate built = build(made_up_template({made_up(1, 400, 0)}, false), 0, 0);
    CHECK(built.coinbase_tx_outputs_count == 0 && built.coinbase_tx_outputs.empty());
    CHECK(!built.has_witness_commitment());
    BlockTemplate low = made_up_template({}, false);
    low.height = 7;
    CHECK_EQUAL(to_hex(build(low, 0, 0).coinbase_prefix), "5700"); // two bytes at least
}

static void test_assembly_of_block_100000() {
    BlockTemplate source;
    source.previous_hash = unhex_reversed(known_data::block_100000_previous);
    source.bits = known_data::block_100000_bits;
    CHECK(target_from_bits(source.bits, source.target));
    source.weight_limit = 4000000;
    for (std::size_t i = 1; i < 4; ++i) {
        TemplateTransaction transaction;
        transaction.txid = unhex_reversed(known_data::block_100000_txids[i]);
        transaction.data = Bytes{static_cast<std::uint8_t>(i)}; // stands for the real bytes
        source.transactions.push_back(transaction);
    }
    const BuiltTemplate built = build(source, 0, 0);
    const Bytes coinbase = unhex(known_data::block_100000_coinbase);
    Solution solution{1, known_data::block_100000_time, known_data::block_100000_nonce, coinbase};
    const AssembledBlock block = assemble_block(built, solution);
    CHECK_EQUAL(to_reversed_hex(block.hash), known_data::block_100000_hash);
    CHECK(block.meets_target && !block.coinbase_witness_added);
    CHECK_EQUAL(to_hex(block.bytes), to_hex(block.header) + "04" + to_hex(coinbase) + "010203");
    CHECK_EQUAL(to_hex(block.header).substr(72, 64),
                to_hex(unhex_reversed(known_data::block_100000_merkle_root)));

    solution.header_nonce += 1;
    CHECK(!assemble_block(built, solution).meets_target);
}

static void test_coinbase_witness() {
    const BuiltTemplate built = build(made_up_template({made_up(9, 400, 0)}), 0, 0);
    const std::string body = "01" + std::string(64, '0') +
                             "ffffffff"
                             "04022d0155"
                             "ffffffff"
                             "01"
                             "00f2052a01000000"
                             "0151";
    const Bytes stripped = unhex("02000000" + body + "00000000");
    const Bytes complete = unhex("02000000"
                                 "0001" +
                                 body + "0120" + std::string(64, '0') + "00000000");
    const AssembledBlock from_stripped = assemble_block(built, {1, 2, 3, stripped});
    const AssembledBlock from_complete = assemble_block(built, {1, 2, 3, complete});
    CHECK(from_stripped.coinbase_witness_added && !from_complete.coinbase_witness_added);
    CHECK(from_stripped.bytes == from_complete.bytes && from_stripped.hash == from_complete.hash);
    CHECK_EQUAL(to_hex(from_complete.bytes),
                to_hex(from_complete.header) + "02" + to_hex(complete) + "09090909090909090909");
    CHECK_EQUAL(to_hex(from_complete.header).substr(72, 64),
                to_hex(sha256d(parse_transaction(stripped).txid,
                               built.block_template->transactions[0].txid)));
}

static void test_bad_coinbase() {
    const BuiltTemplate built = build(made_up_template({}), 0, 0);
    const Bytes payment = unhex(known_data::first_payment);
    CHECK_EQUAL(error_of<SolutionError>([&] {
                    assemble_block(built, {1, 2, 3, payment});
                }),
                "coinbase_tx spends an output, so it is no coinbase");
    CHECK_EQUAL(error_of<SolutionError>([&] {
                    assemble_block(built, {1, 2, 3, ByteView()});
                }),
                "coinbase_tx: the version is cut off at byte 0");
}

int main() {
    test_reserved_weight();
    test_everything_fits();
    test_weight_limit();
    test_dropping_respects_dependencies();
    test_sigop_limit();
    test_legacy();
    test_assembly_of_block_100000();
    test_coinbase_witness();
    test_bad_coinbase();
    return report("template_builder_test");
}
