// SPDX-License-Identifier: MIT
#include "found_blocks.h"

#include <string.h>

struct found_block *found_blocks_add(struct found_blocks *found, const uint8_t hash[32],
                                     const uint8_t prev_hash[32]) {
    if (found->count == FOUND_BLOCKS_MAX) {
        found_blocks_remove(found, 0);
    }
    struct found_block *added = &found->blocks[found->count++];
    memcpy(added->hash, hash, sizeof added->hash);
    memcpy(added->prev_hash, prev_hash, sizeof added->prev_hash);
    added->is_abandoned = false;
    added->frame_size = 0;
    return added;
}

void found_blocks_remove(struct found_blocks *found, size_t index) {
    found->count--;
    memmove(&found->blocks[index], &found->blocks[index + 1],
            (found->count - index) * sizeof found->blocks[0]);
}

enum found_block_fate found_block_fate(const struct found_block *block,
                                       const uint8_t tip_prev_hash[32]) {
    if (memcmp(tip_prev_hash, block->hash, sizeof block->hash) == 0) {
        return FOUND_BLOCK_ACCEPTED;
    }
    if (memcmp(tip_prev_hash, block->prev_hash, sizeof block->prev_hash) == 0) {
        return FOUND_BLOCK_OPEN; // a tip that is announced again, with another template
    }
    return FOUND_BLOCK_LOST;
}

bool found_blocks_is_submitted(const struct found_blocks *found, const uint8_t prev_hash[32]) {
    for (size_t i = 0; i < found->count; i++) {
        const struct found_block *block = &found->blocks[i];
        if (!block->is_abandoned &&
            memcmp(block->prev_hash, prev_hash, sizeof block->prev_hash) == 0) {
            return true;
        }
    }
    return false;
}
