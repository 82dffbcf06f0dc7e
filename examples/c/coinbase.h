// SPDX-License-Identifier: MIT
// The coinbase transaction (sections 3.7 and 7.2).
#ifndef MINER_COINBASE_H
#define MINER_COINBASE_H

#include "block_template.h"
#include "payout.h"
#include "sha256d.h"

#include <stddef.h>
#include <stdint.h>

#define COINBASE_SIZE_MAX 65535u // SubmitSolution.coinbase_tx is B0_64K
#define EXTRANONCE_SIZE 8u
#define COINBASE_PUSH_SIZE_MAX 75u // what one opcode can push
#define COINBASE_TAG_SIZE_MAX (COINBASE_PUSH_SIZE_MAX - EXTRANONCE_SIZE)

// What the miner itself puts into every coinbase.
struct coinbase_content {
    struct payout payout;
    char tag[COINBASE_TAG_SIZE_MAX];
    size_t tag_size;
};

struct coinbase {
    uint8_t stripped[COINBASE_SIZE_MAX]; // without the fields of BIP141: what the txid is made of
    size_t stripped_size;
    size_t extranonce_offset;
    bool has_witness;
};

// Returns: NULL, or why there is no coinbase of this template.
const char *coinbase_build(struct coinbase *coinbase, const struct block_template *block_template,
                           const struct coinbase_content *content);

void coinbase_set_extranonce(struct coinbase *coinbase, uint64_t extranonce);

void coinbase_txid(const struct coinbase *coinbase, struct sha256d *hasher, uint8_t out[HASH_SIZE]);

// The transaction as it stands in a block, with the fields of BIP141 (section 3.7.3).
// Returns: its size.
size_t coinbase_with_witness(const struct coinbase *coinbase, uint8_t out[COINBASE_SIZE_MAX]);

#endif
