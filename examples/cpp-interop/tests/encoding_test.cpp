// SPDX-License-Identifier: MIT
// Hashes, trees, targets, transactions: known answers.
#include "../merkle.hpp"
#include "../sha256d.hpp"
#include "../target.hpp"
#include "../template_builder.hpp"
#include "../transaction.hpp"
#include "../witness_commitment.hpp"
#include "check.hpp"
#include "known_data.hpp"

using namespace template_provider;

static void test_compact_size() {
    const struct {
        std::uint64_t value;
        const char *encoded;
    } vectors[] = {
        {0, "00"},
        {252, "fc"},
        {253, "fdfd00"},
        {65535, "fdffff"},
        {65536, "fe00000100"},
        {0xffffffff, "feffffffff"},
        {0x100000000, "ff0000000001000000"},
    };
    for (const auto &vector : vectors) {
        Bytes encoded;
        append_compact_size(encoded, vector.value);
        CHECK_EQUAL(to_hex(encoded), vector.encoded);
    }
}

static void test_hexadecimal() {
    Bytes bytes;
    Hash256 hash{};
    CHECK(from_hex("", bytes) && bytes.empty());
    CHECK(from_hex("00fFA5", bytes) && to_hex(bytes) == "00ffa5");
    CHECK(!from_hex("0", bytes) && !from_hex("0g", bytes) && !from_hex("0 ", bytes));
    CHECK(!from_reversed_hex("00", hash) && !from_reversed_hex(std::string(66, '0'), hash));
}

static void test_merkle() {
    std::vector<Hash256> leaves;
    for (const char *txid : known_data::block_100000_txids)
        leaves.push_back(unhex_reversed(txid));
    CHECK_EQUAL(to_reversed_hex(merkle_root(leaves)), known_data::block_100000_merkle_root);

    const std::vector<Hash256> path =
        coinbase_merkle_path(std::vector<Hash256>(leaves.begin() + 1, leaves.end()));
    CHECK(path.size() == 2);
    CHECK(path.at(0) == leaves[1] && path.at(1) == sha256d(leaves[2], leaves[3]));
    CHECK_EQUAL(to_reversed_hex(merkle_root_from_path(leaves[0], path)),
                known_data::block_100000_merkle_root);

    // Block 170.
    CHECK_EQUAL(
        to_reversed_hex(merkle_root_from_path(
            unhex_reversed("b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082"),
            coinbase_merkle_path({unhex_reversed(known_data::first_payment_txid)}))),
        "7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff");

    // Every shape of tree: the path leads to the root that the leaves have.
    leaves.clear();
    for (std::uint8_t count = 1; count < 70; ++count) {
        leaves.push_back(sha256d(Bytes{count}));
        const std::vector<Hash256> others(leaves.begin() + 1, leaves.end());
        CHECK(merkle_root_from_path(leaves[0], coinbase_merkle_path(others)) ==
              merkle_root(leaves));
    }
    CHECK(coinbase_merkle_path({}).empty());
    CHECK(merkle_root({}) == Hash256{});
}

static void test_target() {
    const struct {
        std::uint32_t bits;
        const char *target; // nullptr: none
    } vectors[] = {
        {0x1d00ffff, "00000000ffff0000000000000000000000000000000000000000000000000000"},
        {0x1b04864c, "000000000004864c000000000000000000000000000000000000000000000000"},
        {0x207fffff, "7fffff0000000000000000000000000000000000000000000000000000000000"},
        {0x05009234, "0000000000000000000000000000000000000000000000000000000092340000"},
        {0x01120000, "0000000000000000000000000000000000000000000000000000000000000012"},
        {0x02123456, "0000000000000000000000000000000000000000000000000000000000001234"},
        {0x00123456, "0000000000000000000000000000000000000000000000000000000000000000"},
        {0x2100ffff, "ffff000000000000000000000000000000000000000000000000000000000000"},
        {0x220000ff, "ff00000000000000000000000000000000000000000000000000000000000000"},
        {0x2101ffff, nullptr},
        {0x23000001, nullptr},
        {0x04923456, nullptr}, // negative
    };
    for (const auto &vector : vectors) {
        Hash256 target{};
        const bool valid = target_from_bits(vector.bits, target);
        CHECK(valid == (vector.target != nullptr));
        if (valid && vector.target != nullptr)
            CHECK_EQUAL(to_reversed_hex(target), vector.target);
    }

    Hash256 target{}, hash{};
    CHECK(target_from_bits(0x1d00ffff, target));
    CHECK(hash_meets_target(target, target));
    hash = target;
    hash[0] = 1; // one more than the target
    CHECK(!hash_meets_target(hash, target));
    hash = unhex_reversed("00000000fffeffffffffffffffffffffffffffffffffffffffffffffffffffff");
    CHECK(hash_meets_target(hash, target)); // one less
    hash.fill(0);
    CHECK(hash_meets_target(hash, target));
    CHECK(hash_meets_target(hash, hash));
    hash.fill(0xff);
    CHECK(!hash_meets_target(hash, target));
    target.fill(0xff);
    CHECK(hash_meets_target(hash, target));
}

static void test_height_push() {
    CHECK_EQUAL(to_hex(bip34_height_push(0)), "00");
    for (std::uint8_t height = 1; height <= 16; ++height)
        CHECK(bip34_height_push(height) == Bytes{static_cast<std::uint8_t>(0x50 + height)});
    const struct {
        std::uint32_t height;
        const char *push;
    } vectors[] = {
        {17, "0111"},
        {127, "017f"},
        {128, "028000"},
        {255, "02ff00"},
        {256, "020001"},
        {32767, "02ff7f"},
        {32768, "03008000"},
        {65536, "03000001"},
        {500000, "0320a107"},
        {8388608, "0400008000"},
        {0x7fffffff, "04ffffff7f"},
        {0xffffffff, "05ffffffff00"},
    };
    for (const auto &vector : vectors)
        CHECK_EQUAL(to_hex(bip34_height_push(vector.height)), vector.push);
}

static void test_transactions() {
    const Bytes coinbase = unhex(known_data::block_100000_coinbase);
    const Transaction parsed = parse_transaction(coinbase);
    CHECK(parsed.is_coinbase && !parsed.has_witness);
    CHECK_EQUAL(to_reversed_hex(parsed.txid), known_data::block_100000_txids[0]);
    CHECK_EQUAL(to_hex(parsed.script_sig), "044c86041b020602");
    CHECK(parsed.weight == 4 * coinbase.size());

    const Bytes first = unhex(known_data::first_payment);
    CHECK_EQUAL(to_reversed_hex(parse_transaction(first).txid), known_data::first_payment_txid);
    CHECK(!parse_transaction(first).is_coinbase);

    const Bytes segwit = unhex(known_data::segwit_payment);
    const Transaction with_witness = parse_transaction(segwit);
    CHECK(with_witness.has_witness);
    CHECK_EQUAL(to_reversed_hex(with_witness.txid),
                "e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609");
    CHECK_EQUAL(to_reversed_hex(with_witness.wtxid),
                "c36c38370907df2324d9ce9d149d191192f338b37665a82e78e76a12c909b762");
    CHECK(with_witness.weight == 1042);

    for (const Bytes &whole : {coinbase, first, segwit}) {
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK(error_of<TransactionError>([&] {
                      parse_transaction(ByteView(whole.data(), size));
                  }) != "nothing was thrown");
        Bytes longer = whole;
        longer.push_back(0);
        CHECK_EQUAL(error_of<TransactionError>([&] { parse_transaction(longer); }),
                    "the transaction is followed by more bytes at byte " +
                        std::to_string(whole.size()));
    }

    const std::string outpoint(64 + 8, '0');
    CHECK_EQUAL(error_of<TransactionError>([&] { parse_transaction(unhex("01000000fd0100")); }),
                "the number of inputs is not in its shortest form at byte 7");
    CHECK_EQUAL(error_of<TransactionError>([&] {
                    parse_transaction(unhex("0100000001" + outpoint + "ffffffffffffffffff"));
                }),
                "a scriptSig is cut off at byte 50");
    CHECK_EQUAL(error_of<TransactionError>([&] {
                    parse_transaction(unhex("01000000000101" + outpoint + "00ffffffff" + "01" +
                                            "000000000000000000" + "00" + "00000000"));
                }),
                "the witness is empty, so it must be left out at byte 59");
}

static void test_witness_commitment() {
    // Of a block with nothing but its coinbase.
    CHECK_EQUAL(to_hex(witness_commitment_script(witness_commitment({}))),
                "6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9");
}

int main() {
    test_compact_size();
    test_hexadecimal();
    test_merkle();
    test_target();
    test_height_push();
    test_transactions();
    test_witness_commitment();
    return report("encoding_test");
}
