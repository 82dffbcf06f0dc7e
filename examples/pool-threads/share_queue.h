// SPDX-License-Identifier: MIT
// Work for the ASIC, shares from it, and the queue between its thread and the one that submits.
#ifndef POOL_THREADS_SHARE_QUEUE_H
#define POOL_THREADS_SHARE_QUEUE_H

#include "sv2.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    EXTRANONCE_SIZE_MAX = 32,
    WORKER_SIZE = SV2_USER_IDENTITY_MAX + 1, // what is longer would be cut when it is sent
    SHARE_QUEUE_SIZE = 64
};

// What a share needs to know of its job. A copy: the ASIC may still work on it when the job is old.
struct work {
    uint64_t connection_id; // channel and job exist on this connection only
    uint32_t channel_id;
    uint32_t job_id;
    uint32_t version;
    uint32_t ntime;
    uint16_t extranonce_size;
    bool version_rolling_allowed;
};

struct share {
    struct work work; // with version and ntime as they were when it was found
    uint32_t nonce;
    uint8_t extranonce[EXTRANONCE_SIZE_MAX];
    char worker[WORKER_SIZE]; // the user_identity of extension 0x0002
};

struct share_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct share shares[SHARE_QUEUE_SIZE];
    uint32_t first, count;
    bool closed;
};

void share_queue_init(struct share_queue *queue);
// Returns: false when the queue is full or closed. The ASIC must not wait for a network.
bool share_queue_put(struct share_queue *queue, const struct share *share);
// Waits for a share. Returns: false when the queue is closed and nothing is left in it.
bool share_queue_take(struct share_queue *queue, struct share *out);
// Takes no more shares; those that are in it can still be taken out.
void share_queue_close(struct share_queue *queue);
void share_queue_destroy(struct share_queue *queue);

#endif
