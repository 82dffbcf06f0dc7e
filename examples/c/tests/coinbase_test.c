// SPDX-License-Identifier: MIT
// Coinbase, Merkle root, header and target: known answers. Those of made-up templates were computed
// with another program in another language (Python's struct and hashlib).
#include "../block_header.h"
#include "../block_template.h"
#include "../coinbase.h"
#include "../hexadecimal.h"
#include "../payout.h"
#include "../sha256d.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
static struct sha256d hasher;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);        \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

#define CHECK_HASH(hash, wanted) check_hash(hash, wanted, __LINE__)

static void check_hash(const uint8_t hash[HASH_SIZE], const char *wanted, int line) {
    char text[HASH_TEXT_SIZE];
    hash_to_text(hash, text);
    if (strcmp(text, wanted) != 0) {
        (void)fprintf(stderr, "%s:%d:\n  got    %s\n  wanted %s\n", __FILE__, line, text, wanted);
        failures++;
    }
}

static size_t unhex(const char *text, uint8_t *out, size_t capacity) {
    size_t size = 0;
    if (!bytes_from_hexadecimal(text, out, capacity, &size)) {
        abort();
    }
    return size;
}

// A hash as it stands in a header, from the order in which it is printed.
static void unhex_hash(const char *text, uint8_t out[HASH_SIZE]) {
    uint8_t reversed[HASH_SIZE];
    (void)unhex(text, reversed, sizeof reversed);
    for (size_t i = 0; i < HASH_SIZE; i++) {
        out[i] = reversed[HASH_SIZE - 1 - i];
    }
}

static sv2_bytes view(const uint8_t *data, size_t size) {
    const sv2_bytes bytes = {data, size};
    return bytes;
}

static struct block_template *copy_of(const sv2_new_template *message) {
    struct block_template *copy = NULL;
    const char *refused = block_template_copy(message, &copy);
    if (refused != NULL) {
        (void)fprintf(stderr, "template refused: %s\n", refused);
        abort();
    }
    return copy;
}

static bool is_refused(const sv2_new_template *message) {
    struct block_template *copy = NULL;
    const char *refused = block_template_copy(message, &copy);
    free(copy);
    return refused != NULL;
}

static struct coinbase_content content_of(const char *script, const char *tag) {
    struct coinbase_content content;
    memset(&content, 0, sizeof content);
    content.payout.script_size = unhex(script, content.payout.script, sizeof content.payout.script);
    content.tag_size = strlen(tag);
    memcpy(content.tag, tag, content.tag_size);
    return content;
}

static struct payout payout_of(const char *script) {
    return content_of(script, "").payout;
}

static uint64_t extranonce_of(const char bytes[EXTRANONCE_SIZE]) {
    uint64_t value = 0;
    for (size_t i = EXTRANONCE_SIZE; i > 0; i--) {
        value = value << 8 | (uint8_t)bytes[i - 1];
    }
    return value;
}

// The first block fits the miner's own layout: a prefix, then one push, which begins with the
// letters "The Time".
static void test_genesis_block(void) {
    static struct coinbase coinbase;
    static uint8_t full[COINBASE_SIZE_MAX];
    const uint8_t prefix[] = {0x04, 0xff, 0xff, 0x00, 0x1d, 0x01, 0x04};
    sv2_new_template message;
    memset(&message, 0, sizeof message);
    message.coinbase_tx_version = 1;
    message.coinbase_prefix = view(prefix, sizeof prefix);
    message.coinbase_tx_input_sequence = 0xffffffff;
    message.coinbase_tx_value_remaining = UINT64_C(5000000000);
    struct block_template *made = copy_of(&message);
    const struct coinbase_content content =
        content_of("4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4c"
                   "ef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac",
                   "s 03/Jan/2009 Chancellor on brink of second bailout for banks");
    CHECK(coinbase_build(&coinbase, made, &content) == NULL);
    coinbase_set_extranonce(&coinbase, extranonce_of("The Time"));

    struct block_header header = {1, {0}, {0}, 1231006505, 0x1d00ffff, 2083236893};
    uint8_t txid[HASH_SIZE];
    coinbase_txid(&coinbase, &hasher, txid);
    CHECK_HASH(txid, "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
    merkle_root_from_path(&hasher, txid, made->merkle_path, made->merkle_path_count,
                          header.merkle_root);
    CHECK_HASH(header.merkle_root,
               "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");

    uint8_t bytes[BLOCK_HEADER_SIZE];
    uint8_t hash[HASH_SIZE];
    block_header_write(&header, bytes);
    sha256d_hash(&hasher, bytes, sizeof bytes, hash);
    CHECK_HASH(hash, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    uint8_t target[HASH_SIZE];
    unhex_hash("00000000ffff0000000000000000000000000000000000000000000000000000", target);
    CHECK(hash_meets_target(hash, target));

    block_header_write_nonce(bytes, header.nonce + 1);
    sha256d_hash(&hasher, bytes, sizeof bytes, hash);
    CHECK(!hash_meets_target(hash, target));
    block_header_write_nonce(bytes, header.nonce);
    sha256d_hash(&hasher, bytes, sizeof bytes, hash);
    CHECK(hash_meets_target(hash, target));

    // No commitment, no witness: both forms are one.
    CHECK(coinbase_with_witness(&coinbase, full) == coinbase.stripped_size);
    CHECK(memcmp(full, coinbase.stripped, coinbase.stripped_size) == 0);
    free(made);
}

// Block 100000 of the main network, which has four transactions.
static void test_merkle_path(void) {
    uint8_t pair[2 * HASH_SIZE];
    uint8_t path[2 * HASH_SIZE];
    uint8_t coinbase[HASH_SIZE];
    uint8_t root[HASH_SIZE];
    unhex_hash("8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87", coinbase);
    unhex_hash("fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4", path);
    unhex_hash("6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4", pair);
    unhex_hash("e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
               pair + HASH_SIZE);
    sha256d_hash(&hasher, pair, sizeof pair, path + HASH_SIZE);
    merkle_root_from_path(&hasher, coinbase, path, 2, root);
    CHECK_HASH(root, "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766");
}

static const uint8_t prefix_of_900000[] = {0x03, 0xa0, 0xbb, 0x0d};
static const char payout_script[] = "0014751e76e8199196d454941c45d1b3a323f1433bd6";

static sv2_new_template made_up_template(void) {
    sv2_new_template message;
    memset(&message, 0, sizeof message);
    message.version = 0x20000000;
    message.coinbase_tx_version = 2;
    message.coinbase_prefix = view(prefix_of_900000, sizeof prefix_of_900000);
    message.coinbase_tx_input_sequence = 0xfffffffe;
    message.coinbase_tx_value_remaining = 312500000;
    message.coinbase_tx_locktime = 899999;
    return message;
}

static void test_segwit(void) {
    static struct coinbase coinbase;
    static uint8_t full[COINBASE_SIZE_MAX];
    uint8_t outputs[64];
    uint8_t path[2 * HASH_SIZE];
    uint8_t wanted[256];
    memset(path, 0x01, HASH_SIZE);
    memset(path + HASH_SIZE, 0x02, HASH_SIZE);
    sv2_new_template message = made_up_template();
    message.coinbase_tx_outputs_count = 2;
    message.coinbase_tx_outputs =
        view(outputs, unhex("220200000000000001510000000000000000266a24aa21a9ed000102030405060708"
                            "090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                            outputs, sizeof outputs));
    message.merkle_path.data = path;
    message.merkle_path.count = 2;
    struct block_template *made = copy_of(&message);
    // The template must not borrow from the message.
    memset(outputs, 0, sizeof outputs);
    memset(path, 0, sizeof path);

    const struct coinbase_content content = content_of(payout_script, "/libsv2 miner/");
    CHECK(coinbase_build(&coinbase, made, &content) == NULL);
    coinbase_set_extranonce(&coinbase, UINT64_C(0x0807060504030201));
    const size_t wanted_size =
        unhex("02000000000101000000000000000000000000000000000000000000000000000000000000"
              "0000ffffffff1b03a0bb0d1601020304050607082f6c6962737632206d696e65722ffeffff"
              "ff03205fa01200000000160014751e76e8199196d454941c45d1b3a323f1433bd622020000"
              "0000000001510000000000000000266a24aa21a9ed000102030405060708090a0b0c0d0e0f"
              "101112131415161718191a1b1c1d1e1f012000000000000000000000000000000000000000"
              "000000000000000000000000009fbb0d00",
              wanted, sizeof wanted);
    CHECK(coinbase_with_witness(&coinbase, full) == wanted_size);
    CHECK(memcmp(full, wanted, wanted_size) == 0);

    uint8_t txid[HASH_SIZE];
    uint8_t hash[HASH_SIZE];
    struct block_header header = {0x20000000, {0}, {0}, 1700000000, 0x207fffff, 0xdeadbeef};
    memset(header.prev_hash, 0x03, HASH_SIZE);
    coinbase_txid(&coinbase, &hasher, txid);
    CHECK_HASH(txid, "8afa1274149162954146e4f3a0e59b317e0caaa094b2c0ae745ba47b302deb4a");
    merkle_root_from_path(&hasher, txid, made->merkle_path, made->merkle_path_count,
                          header.merkle_root);
    CHECK_HASH(header.merkle_root,
               "d6e251e1c5f7b9395b307e1e2e027f4178c4f6c93dcd832ce9b19b697cf6fe4c");
    uint8_t bytes[BLOCK_HEADER_SIZE];
    block_header_write(&header, bytes);
    sha256d_hash(&hasher, bytes, sizeof bytes, hash);
    CHECK_HASH(hash, "9d027f704169a4db8bab853d5e27b2718f433b893a29ffa42fcb5f58753db4cd");
    free(made);
}

// 253 outputs need a CompactSize of three bytes.
static void test_many_outputs(void) {
    static struct coinbase coinbase;
    uint8_t outputs[252 * 10];
    for (size_t i = 0; i < 252; i++) {
        (void)unhex("22020000000000000151", outputs + 10 * i, 10);
    }
    sv2_new_template message = made_up_template();
    message.coinbase_tx_outputs_count = 252;
    message.coinbase_tx_outputs = view(outputs, sizeof outputs);
    struct block_template *made = copy_of(&message);
    const struct coinbase_content content = content_of(payout_script, "");
    CHECK(coinbase_build(&coinbase, made, &content) == NULL);
    coinbase_set_extranonce(&coinbase, UINT64_C(0x0807060504030201));
    CHECK(coinbase.stripped_size == 2617 && !coinbase.has_witness);
    uint8_t txid[HASH_SIZE];
    coinbase_txid(&coinbase, &hasher, txid);
    CHECK_HASH(txid, "18bb7283995c2a591915d2db6cbad595186b258db9ed8141c434d878209a8ca9");
    free(made);
}

// Finds the largest output of the template that still goes into SubmitSolution, which is where the
// whole transaction has 65,535 bytes.
static void test_largest(void) {
    static struct coinbase coinbase;
    static uint8_t full[COINBASE_SIZE_MAX];
    static uint8_t output[65535];
    const struct coinbase_content content = content_of(payout_script, "");
    const size_t rest = 2617 - 252 * 10 - 2; // of the transaction above, whose count was longer
    const size_t largest = COINBASE_SIZE_MAX - rest;
    for (size_t size = largest; size <= largest + 1; size++) {
        const size_t script_size = size - 8 - 3;
        memset(output, 0, sizeof output);
        output[8] = 0xfd;
        output[9] = (uint8_t)(script_size & 0xff);
        output[10] = (uint8_t)(script_size >> 8);
        sv2_new_template message = made_up_template();
        message.coinbase_tx_outputs_count = 1;
        message.coinbase_tx_outputs = view(output, size);
        struct block_template *made = copy_of(&message);
        const char *refused = coinbase_build(&coinbase, made, &content);
        CHECK((refused == NULL) == (size == largest));
        if (refused == NULL) {
            CHECK(coinbase_with_witness(&coinbase, full) == COINBASE_SIZE_MAX);
        }
        free(made);
    }
}

static void test_refused_templates(void) {
    const struct {
        uint32_t count;
        const char *outputs;
    } bad[] = {
        {1, ""},
        {0, "22020000000000000151"},
        {2, "22020000000000000151"},
        {1, "2202000000000000015151"},
        {1, "2202000000000000"},
        {1, "22020000000000000251"},
        {1, "2202000000000000fd"},
        {1, "2202000000000000fd010051"}, // not the shortest form
        {1, "2202000000000000ffffffffffffffffff51"},
        {0xffffffff, "22020000000000000151"},
    };
    uint8_t outputs[64];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sv2_new_template message = made_up_template();
        message.coinbase_tx_outputs_count = bad[i].count;
        message.coinbase_tx_outputs = view(outputs, unhex(bad[i].outputs, outputs, sizeof outputs));
        CHECK(is_refused(&message));
    }
    const uint8_t prefix[COINBASE_PREFIX_SIZE_MAX + 1] = {0};
    sv2_new_template message = made_up_template();
    CHECK(!is_refused(&message));
    message.coinbase_prefix = view(prefix, COINBASE_PREFIX_SIZE_MAX);
    CHECK(!is_refused(&message));
    message.coinbase_prefix = view(prefix, sizeof prefix);
    CHECK(is_refused(&message));
    message = made_up_template();
    message.coinbase_tx_value_remaining = UINT64_C(2100000000000001);
    CHECK(is_refused(&message));
}

static void test_target(void) {
    uint8_t hash[HASH_SIZE];
    uint8_t target[HASH_SIZE];
    memset(hash, 0x55, sizeof hash);
    memset(target, 0x55, sizeof target);
    CHECK(hash_meets_target(hash, target)); // equal
    for (size_t i = 0; i < HASH_SIZE; i++) {
        // The more significant byte decides, whatever stands in those below it.
        memset(hash, 0x55, sizeof hash);
        memset(hash, 0xff, i);
        hash[i] = 0x54;
        CHECK(hash_meets_target(hash, target));
        memset(hash, 0x00, i);
        hash[i] = 0x56;
        CHECK(!hash_meets_target(hash, target));
    }
}

static void test_payout(void) {
    const struct {
        const char *script;
        uint32_t output_size;
        uint16_t sigop_cost;
    } cases[] = {
        {"0014751e76e8199196d454941c45d1b3a323f1433bd6", 31, 0},
        {"76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", 34, 4},
        {"51", 10, 0},
        {"5151ae", 12, 80},
        {"adaf", 11, 84},
        {"01acac", 12, 4},       // the first is data
        {"4c02acacac", 14, 4},   // so are these
        {"4d0200acacac", 15, 4}, // and these
        {"4e02000000acacac", 17, 4},
        {"ac4cff51ac", 14, 4}, // a push behind the end hides the rest
        {"ac4c", 11, 4},
        {"ac4effffffff", 15, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct payout payout = payout_of(cases[i].script);
        CHECK(payout_output_size(&payout) == cases[i].output_size);
        CHECK(payout_sigop_cost(&payout) == cases[i].sigop_cost);
    }
    struct payout largest;
    memset(&largest, 0xae, sizeof largest);
    largest.script_size = PAYOUT_SCRIPT_SIZE_MAX;
    CHECK(payout_output_size(&largest) == 8 + 3 + 520);
    CHECK(payout_sigop_cost(&largest) == 520 * 80);
}

int main(void) {
    if (!sha256d_init(&hasher)) {
        (void)fputs("libcrypto does not start\n", stderr);
        return 1;
    }
    test_genesis_block();
    test_merkle_path();
    test_segwit();
    test_many_outputs();
    test_largest();
    test_refused_templates();
    test_target();
    test_payout();
    CHECK(!hasher.failed);
    sha256d_free(&hasher);
    if (failures == 0) {
        (void)puts("coinbase_test: ok");
    }
    return failures == 0 ? 0 : 1;
}
