// SPDX-License-Identifier: MIT
#include "coinbase.h"

#include "byte_writer.h"

#include <string.h>

#define VERSION_SIZE 4u
#define LOCKTIME_SIZE 4u
#define SCRIPT_SIG_SIZE_MAX 100u // consensus: 2 to 100 bytes
#define OUTPOINT_HASH_SIZE 32u
#define NO_OUTPUT_INDEX 0xffffffffu

// Marker and flag stand behind the version, the witness in front of the lock time: one item, the
// reserved value, which is always 32 zeros (section 3.7.4).
static const uint8_t marker_and_flag[] = {0x00, 0x01};
static const uint8_t witness[2 + 32] = {1, 32};

#define WITNESS_SIZE (sizeof marker_and_flag + sizeof witness)

// scriptSig: the provider's prefix first (section 7.2), then one push of extra nonce and tag. A
// node counts signature operations in this script too; bytes that are pushed are never counted.
static void write_script_sig(struct coinbase *coinbase, const struct block_template *block_template,
                             const struct coinbase_content *content, struct byte_writer *writer) {
    static const uint8_t no_extranonce_yet[EXTRANONCE_SIZE];
    const size_t push_size = EXTRANONCE_SIZE + content->tag_size;
    const size_t script_size = block_template->coinbase_prefix_size + 1 + push_size;

    write_compact_size(writer, script_size);
    write_bytes(writer, block_template->coinbase_prefix, block_template->coinbase_prefix_size);
    write_u8(writer, (uint8_t)push_size);
    coinbase->extranonce_offset = writer->size;
    write_bytes(writer, no_extranonce_yet, EXTRANONCE_SIZE);
    write_bytes(writer, (const uint8_t *)content->tag, content->tag_size);
}

const char *coinbase_build(struct coinbase *coinbase, const struct block_template *block_template,
                           const struct coinbase_content *content) {
    static const uint8_t no_output[OUTPOINT_HASH_SIZE];
    if (content->tag_size > COINBASE_TAG_SIZE_MAX ||
        block_template->coinbase_prefix_size + 1 + EXTRANONCE_SIZE + content->tag_size >
            SCRIPT_SIG_SIZE_MAX) {
        return "its scriptSig would be too long";
    }
    struct byte_writer writer = {coinbase->stripped, sizeof coinbase->stripped, 0, false};
    coinbase->has_witness = block_template->has_witness_commitment;

    write_u32(&writer, block_template->coinbase_tx_version);
    write_compact_size(&writer, 1); // inputs
    write_bytes(&writer, no_output, sizeof no_output);
    write_u32(&writer, NO_OUTPUT_INDEX);
    write_script_sig(coinbase, block_template, content, &writer);
    write_u32(&writer, block_template->coinbase_tx_input_sequence);

    // The miner's outputs first; those of the template are the last, byte for byte (section 7.2).
    write_compact_size(&writer, UINT64_C(1) + block_template->coinbase_tx_outputs_count);
    payout_write_output(&content->payout, block_template->coinbase_tx_value_remaining, &writer);
    write_bytes(&writer, block_template->coinbase_tx_outputs,
                block_template->coinbase_tx_outputs_size);
    write_u32(&writer, block_template->coinbase_tx_locktime);

    const size_t reserved = coinbase->has_witness ? WITNESS_SIZE : 0;
    if (writer.overflowed || writer.size > COINBASE_SIZE_MAX - reserved) {
        return "its coinbase transaction does not fit into SubmitSolution";
    }
    coinbase->stripped_size = writer.size;
    return NULL;
}

void coinbase_set_extranonce(struct coinbase *coinbase, uint64_t extranonce) {
    struct byte_writer writer = {coinbase->stripped + coinbase->extranonce_offset, EXTRANONCE_SIZE,
                                 0, false};
    write_u64(&writer, extranonce);
}

void coinbase_txid(const struct coinbase *coinbase, struct sha256d *hasher,
                   uint8_t out[HASH_SIZE]) {
    sha256d_hash(hasher, coinbase->stripped, coinbase->stripped_size, out);
}

size_t coinbase_with_witness(const struct coinbase *coinbase, uint8_t out[COINBASE_SIZE_MAX]) {
    if (!coinbase->has_witness) {
        memcpy(out, coinbase->stripped, coinbase->stripped_size);
        return coinbase->stripped_size;
    }
    const size_t locktime_offset = coinbase->stripped_size - LOCKTIME_SIZE;
    struct byte_writer writer = {out, COINBASE_SIZE_MAX, 0, false};
    write_bytes(&writer, coinbase->stripped, VERSION_SIZE);
    write_bytes(&writer, marker_and_flag, sizeof marker_and_flag);
    write_bytes(&writer, coinbase->stripped + VERSION_SIZE, locktime_offset - VERSION_SIZE);
    write_bytes(&writer, witness, sizeof witness);
    write_bytes(&writer, coinbase->stripped + locktime_offset, LOCKTIME_SIZE);
    return writer.size; // fits: coinbase_build kept room for it
}
