// SPDX-License-Identifier: MIT
// Blocks that were submitted and of which it is not known yet what became of them: SubmitSolution
// has no answer (section 7.7), only the next chain tip tells.
#ifndef MINER_FOUND_BLOCKS_H
#define MINER_FOUND_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One on each connection until the tip moves; more only after connections that broke.
#define FOUND_BLOCKS_MAX 4u

// Frame header, four integers, length, coinbase_tx.
#define SUBMIT_SOLUTION_FRAME_SIZE_MAX (6u + 8u + 4u + 4u + 4u + 2u + 65535u)

struct found_block {
    uint8_t hash[32];
    uint8_t prev_hash[32];
    bool is_abandoned; // its connection ended
    // The whole SubmitSolution, so that no block gets lost with its connection. It has its memory
    // from the start: a block must not get lost for want of memory either.
    uint8_t frame[SUBMIT_SOLUTION_FRAME_SIZE_MAX];
    size_t frame_size;
};

struct found_blocks {
    struct found_block blocks[FOUND_BLOCKS_MAX];
    size_t count;
};

enum found_block_fate { FOUND_BLOCK_OPEN, FOUND_BLOCK_ACCEPTED, FOUND_BLOCK_LOST };

// A new entry, its frame still to be filled in. The oldest one makes room for it if it must.
struct found_block *found_blocks_add(struct found_blocks *found, const uint8_t hash[32],
                                     const uint8_t prev_hash[32]);

void found_blocks_remove(struct found_blocks *found, size_t index);

// What a chain tip says about a block.
enum found_block_fate found_block_fate(const struct found_block *block,
                                       const uint8_t tip_prev_hash[32]);

// Whether a block on this tip was submitted on the connection that is still there.
bool found_blocks_is_submitted(const struct found_blocks *found, const uint8_t prev_hash[32]);

#endif
