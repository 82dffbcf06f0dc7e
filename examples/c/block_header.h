// SPDX-License-Identifier: MIT
// The 80 bytes that are hashed, the Merkle root in them, and whether their hash is good enough.
#ifndef MINER_BLOCK_HEADER_H
#define MINER_BLOCK_HEADER_H

#include "sha256d.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_HEADER_SIZE 80u

struct block_header {
    uint32_t version;
    uint8_t prev_hash[HASH_SIZE];
    uint8_t merkle_root[HASH_SIZE];
    uint32_t timestamp;
    uint32_t nbits;
    uint32_t nonce;
};

// Folds a Merkle path, deepest node first, into the txid of the coinbase (section 7.2).
void merkle_root_from_path(struct sha256d *hasher, const uint8_t coinbase_txid[HASH_SIZE],
                           const uint8_t *path, size_t count, uint8_t out[HASH_SIZE]);

void block_header_write(const struct block_header *header, uint8_t out[BLOCK_HEADER_SIZE]);

// Replaces the nonce in a header that was written before.
void block_header_write_nonce(uint8_t header[BLOCK_HEADER_SIZE], uint32_t nonce);

// hash <= target: both are 256-bit integers, least significant byte first.
bool hash_meets_target(const uint8_t hash[HASH_SIZE], const uint8_t target[HASH_SIZE]);

#endif
