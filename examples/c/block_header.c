// SPDX-License-Identifier: MIT
#include "block_header.h"

#include "byte_writer.h"

#include <string.h>

#define NONCE_OFFSET 76u

void merkle_root_from_path(struct sha256d *hasher, const uint8_t coinbase_txid[HASH_SIZE],
                           const uint8_t *path, size_t count, uint8_t out[HASH_SIZE]) {
    uint8_t pair[2 * HASH_SIZE];
    memcpy(pair, coinbase_txid, HASH_SIZE);
    for (size_t i = 0; i < count; i++) {
        // The coinbase is the first transaction, so its side is always the left one.
        memcpy(pair + HASH_SIZE, path + i * HASH_SIZE, HASH_SIZE);
        sha256d_hash(hasher, pair, sizeof pair, pair);
    }
    memcpy(out, pair, HASH_SIZE);
}

void block_header_write(const struct block_header *header, uint8_t out[BLOCK_HEADER_SIZE]) {
    struct byte_writer writer = {out, BLOCK_HEADER_SIZE, 0, false};
    write_u32(&writer, header->version);
    write_bytes(&writer, header->prev_hash, HASH_SIZE);
    write_bytes(&writer, header->merkle_root, HASH_SIZE);
    write_u32(&writer, header->timestamp);
    write_u32(&writer, header->nbits);
    write_u32(&writer, header->nonce);
}

void block_header_write_nonce(uint8_t header[BLOCK_HEADER_SIZE], uint32_t nonce) {
    struct byte_writer writer = {header + NONCE_OFFSET, BLOCK_HEADER_SIZE - NONCE_OFFSET, 0, false};
    write_u32(&writer, nonce);
}

bool hash_meets_target(const uint8_t hash[HASH_SIZE], const uint8_t target[HASH_SIZE]) {
    for (size_t i = HASH_SIZE; i > 0; i--) {
        if (hash[i - 1] != target[i - 1]) {
            return hash[i - 1] < target[i - 1];
        }
    }
    return true; // equal is good enough
}
