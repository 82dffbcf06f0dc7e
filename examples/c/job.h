// SPDX-License-Identifier: MIT
// The search for a block on one template.
#ifndef MINER_JOB_H
#define MINER_JOB_H

#include "block_header.h"
#include "coinbase.h"
#include "template_store.h"

#include <stdbool.h>
#include <stdint.h>

struct job {
    bool is_active;
    // Never starts again from the beginning: the same work is not done twice, whatever the provider
    // sends twice.
    uint64_t extranonce;
    uint64_t template_id;
    struct chain_tip tip;
    struct coinbase coinbase;
    struct block_header header;       // of the hash that was tried last
    uint8_t bytes[BLOCK_HEADER_SIZE]; // header as it is hashed
    const uint8_t *merkle_path;       // of the template
    size_t merkle_path_count;
    uint64_t next_nonce; // 2^32: all were tried
};

// Starts on the current template of the store, which must stay there while the job is active.
// Returns: NULL, or why nothing can be mined; the job is then inactive.
const char *job_start(struct job *job, const struct template_store *store,
                      const struct coinbase_content *content);

void job_stop(struct job *job);

// Tries a number of headers, so that the caller gets back to its socket.
// Returns: true when one meets the target: job->header is the block's, hash its hash.
bool job_search(struct job *job, struct sha256d *hasher, uint64_t now_ms, uint32_t attempts,
                uint8_t hash[HASH_SIZE]);

#endif
