// SPDX-License-Identifier: MIT
// What the provider has told: the chain tip, the template to mine on it, and templates for later.
#ifndef MINER_TEMPLATE_STORE_H
#define MINER_TEMPLATE_STORE_H

#include "block_template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

// A provider has one or two under way. The bound is for one that is out of order: it may take
// 16 times 72 KiB of memory, not all of it.
#define FUTURE_TEMPLATES_MAX 16u

// The fields of SetNewPrevHash (section 7.3).
struct chain_tip {
    uint8_t prev_hash[32];
    uint32_t header_timestamp;
    uint32_t nbits;
    uint8_t target[32];
    uint64_t received_ms; // monotonic
};

struct template_store {
    struct block_template *future[FUTURE_TEMPLATES_MAX];
    size_t future_count;
    struct block_template *current; // NULL before the first tip
    struct chain_tip tip;           // meaningful when current is not NULL
};

struct template_addition {
    const char *refused; // NULL, or why the template was not added
    bool has_evicted;    // the store was full: a template was forgotten
    uint64_t evicted_id;
};

// A future template is kept for its SetNewPrevHash. Any other replaces the current one, which is
// freed (section 7.2).
struct template_addition template_store_add(struct template_store *store,
                                            const sv2_new_template *message);

// Makes the future template that the message names the current one. Templates before it are freed.
// Returns: false if there is no such template; the store is then unchanged.
bool template_store_set_tip(struct template_store *store,
                            const sv2_template_set_new_prev_hash *message, uint64_t now_ms);

void template_store_clear(struct template_store *store);

#endif
