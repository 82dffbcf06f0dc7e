// SPDX-License-Identifier: MIT
#include "hexadecimal.h"
#include "miner.h"
#include "monotonic_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// Headers between two looks at the socket: some ten milliseconds of a slow core.
#define ATTEMPTS_PER_SLICE 8192u

// --- Found blocks ------------------------------------------------------------------------------

// What was sent may not have arrived, so the frame is shown in full: another tool can bring it to a
// node.
void work_abandon(struct miner *miner) {
    for (size_t i = 0; i < miner->found.count; i++) {
        struct found_block *block = &miner->found.blocks[i];
        if (block->is_abandoned) {
            continue;
        }
        block->is_abandoned = true;
        char hash[HASH_TEXT_SIZE];
        hash_to_text(block->hash, hash);
        const struct report_field fields[] = {
            REPORT_TEXT("hash", hash), REPORT_BYTES("frame", block->frame, block->frame_size),
            REPORT_END};
        report_event(&miner->report, REPORT_PROBLEM, "unconfirmed", fields,
                     "unconfirmed %s: the connection ended before the tip moved; its "
                     "SubmitSolution frame:",
                     hash);
    }
}

// A tip that jumped over the found block, to one on top of it, cannot be told from a lost race.
static void resolve_found_blocks(struct miner *miner) {
    const uint8_t *tip = miner->client.store.tip.prev_hash;
    for (size_t i = 0; i < miner->found.count;) {
        const struct found_block *block = &miner->found.blocks[i];
        const enum found_block_fate fate = found_block_fate(block, tip);
        if (fate == FOUND_BLOCK_OPEN) {
            i++;
            continue;
        }
        char hash[HASH_TEXT_SIZE];
        char tip_hash[HASH_TEXT_SIZE];
        hash_to_text(block->hash, hash);
        hash_to_text(tip, tip_hash);
        if (fate == FOUND_BLOCK_ACCEPTED) {
            miner->accepted++;
            const struct report_field fields[] = {
                REPORT_TEXT("hash", hash), REPORT_NUMBER("accepted", miner->accepted), REPORT_END};
            report_event(&miner->report, REPORT_RESULT, "accepted", fields,
                         "accepted %s: it is the new tip, number %" PRIu64 " of this run", hash,
                         miner->accepted);
        } else {
            const struct report_field fields[] = {REPORT_TEXT("hash", hash),
                                                  REPORT_TEXT("tip", tip_hash), REPORT_END};
            report_event(&miner->report, REPORT_PROBLEM, "lost", fields,
                         "lost race %s: the new tip is %s", hash, tip_hash);
        }
        found_blocks_remove(&miner->found, i);
    }
}

// Section 7.7: at once. The search ends with it; only another tip starts it again.
static void submit(struct miner *miner, const uint8_t hash[HASH_SIZE]) {
    const struct job *job = &miner->job;
    struct found_block *block = found_blocks_add(&miner->found, hash, job->header.prev_hash);

    sv2_submit_solution solution;
    memset(&solution, 0, sizeof solution);
    solution.template_id = job->template_id;
    solution.version = job->header.version;
    solution.header_timestamp = job->header.timestamp;
    solution.header_nonce = job->header.nonce;
    solution.coinbase_tx.data = miner->coinbase_tx;
    solution.coinbase_tx.len = coinbase_with_witness(&job->coinbase, miner->coinbase_tx);
    // The frame is kept beside what the session sends, to be shown if the link ends.
    sv2_status status = sv2_submit_solution_encode(&solution, NULL, block->frame,
                                                   sizeof block->frame, &block->frame_size, NULL);
    const bool is_encoded = status == SV2_OK;
    if (is_encoded) {
        status = sv2_submit_solution_send(miner->client.session, &solution, NULL, NULL);
        connection_flush(miner->live);
    }

    // Told after it was sent: a terminal may be slow.
    char text[HASH_TEXT_SIZE];
    hash_to_text(hash, text);
    const struct report_field fields[] = {REPORT_TEXT("hash", text),
                                          REPORT_NUMBER("template_id", job->template_id),
                                          REPORT_NUMBER("timestamp", job->header.timestamp),
                                          REPORT_NUMBER("nonce", job->header.nonce), REPORT_END};
    report_event(&miner->report, REPORT_RESULT, "block", fields,
                 "found block %s with template %" PRIu64 ", nonce %" PRIu32, text, job->template_id,
                 job->header.nonce);
    if (!is_encoded) {
        const struct report_field parts[] = {
            REPORT_BYTES("header", job->bytes, sizeof job->bytes),
            REPORT_BYTES("coinbase_tx", solution.coinbase_tx.data, solution.coinbase_tx.len),
            REPORT_END};
        report_event(
            &miner->report, REPORT_PROBLEM, "fault", parts,
            "cannot encode SubmitSolution (%s); header and coinbase_tx:", sv2_status_text(status));
        miner_end(miner, EXIT_FAULT);
    } else if (status != SV2_OK && miner->live->failure == SV2_OK) {
        miner->live->failure = status; // such as SV2_ERR_QUEUE_FULL: the provider takes nothing
    }
    job_stop(&miner->job);
}

// --- The search --------------------------------------------------------------------------------

static void restart_job(struct miner *miner) {
    const struct template_store *store = &miner->client.store;
    job_stop(&miner->job);
    if (found_blocks_is_submitted(&miner->found, store->tip.prev_hash)) {
        report_event(&miner->report, REPORT_DETAIL, "waiting", NULL,
                     "waiting: a solution for this tip has been submitted");
        return;
    }
    const char *refused = job_start(&miner->job, store, &miner->options.content);
    if (refused != NULL) {
        char text[REPORT_LINE_SIZE];
        (void)snprintf(text, sizeof text, "template %" PRIu64 ": %s", store->current->template_id,
                       refused);
        providers_violation(miner, SV2_ERR_UNEXPECTED_MESSAGE, text);
    }
}

void work_restart(struct miner *miner, bool is_new_tip) {
    if (is_new_tip) {
        resolve_found_blocks(miner);
        if (miner->options.blocks > 0 && miner->accepted >= miner->options.blocks) {
            miner_end(miner, EXIT_DONE);
            return;
        }
    }
    restart_job(miner);
}

void work_search(struct miner *miner) {
    uint8_t hash[HASH_SIZE];
    const bool found =
        job_search(&miner->job, &miner->hasher, monotonic_ms(), ATTEMPTS_PER_SLICE, hash);
    if (miner->hasher.failed) {
        miner_fault(miner, "libcrypto cannot hash");
    } else if (found) {
        submit(miner, hash);
    }
}
