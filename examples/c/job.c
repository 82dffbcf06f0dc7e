// SPDX-License-Identifier: MIT
#include "job.h"

#include <string.h>

#define NONCES (UINT64_C(1) << 32)

const char *job_start(struct job *job, const struct template_store *store,
                      const struct coinbase_content *content) {
    const struct block_template *current = store->current;
    job->is_active = false;
    const char *refused = coinbase_build(&job->coinbase, current, content);
    if (refused != NULL) {
        return refused;
    }
    job->template_id = current->template_id;
    job->tip = store->tip;
    job->header.version = current->version; // no bit of it is rolled here (section 7.7)
    memcpy(job->header.prev_hash, store->tip.prev_hash, HASH_SIZE);
    job->header.nbits = store->tip.nbits;
    job->merkle_path = current->merkle_path;
    job->merkle_path_count = current->merkle_path_count;
    job->next_nonce = NONCES;
    job->is_active = true;
    return NULL;
}

void job_stop(struct job *job) {
    job->is_active = false;
    job->merkle_path = NULL;
}

// Section 7.7: not below SetNewPrevHash.header_timestamp, and not above it by more than the seconds
// that have passed since it arrived.
static uint32_t timestamp_now(const struct chain_tip *tip, uint64_t now_ms) {
    const uint64_t elapsed = (now_ms - tip->received_ms) / 1000;
    const uint64_t room = UINT32_MAX - tip->header_timestamp;
    return tip->header_timestamp + (uint32_t)(elapsed < room ? elapsed : room);
}

// Another extra nonce gives another Merkle root, with which all nonces are new again.
static void renew_header(struct job *job, struct sha256d *hasher, uint64_t now_ms) {
    uint8_t txid[HASH_SIZE];
    job->extranonce++;
    coinbase_set_extranonce(&job->coinbase, job->extranonce);
    coinbase_txid(&job->coinbase, hasher, txid);
    merkle_root_from_path(hasher, txid, job->merkle_path, job->merkle_path_count,
                          job->header.merkle_root);
    job->header.timestamp = timestamp_now(&job->tip, now_ms);
    job->header.nonce = 0;
    job->next_nonce = 0;
    block_header_write(&job->header, job->bytes);
}

bool job_search(struct job *job, struct sha256d *hasher, uint64_t now_ms, uint32_t attempts,
                uint8_t hash[HASH_SIZE]) {
    for (uint32_t i = 0; i < attempts; i++) {
        if (job->next_nonce == NONCES) {
            renew_header(job, hasher, now_ms);
        }
        job->header.nonce = (uint32_t)job->next_nonce++;
        block_header_write_nonce(job->bytes, job->header.nonce);
        sha256d_hash(hasher, job->bytes, sizeof job->bytes, hash);
        if (hash_meets_target(hash, job->tip.target)) {
            return true;
        }
    }
    return false;
}
