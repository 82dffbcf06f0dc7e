// SPDX-License-Identifier: MIT
#include "asic.h"

#include "log.h"
#include "monotonic_clock.h"
#include "stop.h"

#include <stdio.h>
#include <string.h>

enum { CHIPS = 2 }; // each is a worker of its own to the pool, by the last character of its name

// What hardware would do here: hash until a header is below the target. This one is not, and a pool
// that checks shares refuses it.
static struct share find_share(const struct pool *pool, const struct work *work, uint64_t number) {
    struct share share;
    memset(&share, 0, sizeof share);
    share.work = *work;
    share.nonce = (uint32_t)number;
    if (work->version_rolling_allowed) {
        share.work.version ^= ((uint32_t)number << 5) & SV2_VERSION_ROLLING_MASK;
    }
    // All bytes of the extranonce are sent, also those that are not rolled.
    for (size_t i = 0; i < sizeof number && i < work->extranonce_size; i++) {
        share.extranonce[i] = (uint8_t)(number >> (8 * i));
    }
    // A name that is too long loses its end, never the number.
    (void)snprintf(share.worker, sizeof share.worker, "%.*s.%u", WORKER_SIZE - 3,
                   pool->settings->user_identity, (unsigned)(number % CHIPS));
    return share;
}

static uint64_t answered(const struct asic *asic) {
    uint64_t sum = 0;
    for (size_t i = 0; i < asic->pool_count; i++) {
        const struct share_counts counts = pool_counts(&asic->pools[i]);
        sum += counts.accepted + counts.refused;
    }
    return sum;
}

static void *run(void *argument) {
    struct asic *asic = argument;
    uint64_t number = 0;
    (void)pthread_mutex_lock(&asic->lock);
    while (!asic->stopping) {
        struct pool *pool = &asic->pools[number % asic->pool_count];
        struct work work;
        if (pool_get_work(pool, &work)) {
            const struct share share = find_share(pool, &work, number);
            if (!share_queue_put(&pool->queue, &share)) {
                log_line("asic", "the queue is full, a share is thrown away");
            }
        }
        number++;
        if (asic->share_goal != 0 && answered(asic) >= asic->share_goal) {
            stop_request();
        }
        const uint64_t until = monotonic_ms() + asic->interval;
        while (!asic->stopping && monotonic_ms() < until) {
            monotonic_condition_wait(&asic->changed, &asic->lock, until);
        }
    }
    (void)pthread_mutex_unlock(&asic->lock);
    return NULL;
}

bool asic_start(struct asic *asic, struct pool *pools, size_t pool_count, uint32_t interval,
                uint64_t share_goal) {
    asic->pools = pools;
    asic->pool_count = pool_count;
    asic->interval = interval;
    asic->share_goal = share_goal;
    (void)pthread_mutex_init(&asic->lock, NULL);
    monotonic_condition_init(&asic->changed);
    asic->stopping = false;
    return pthread_create(&asic->thread, NULL, run, asic) == 0;
}

void asic_stop(struct asic *asic) {
    (void)pthread_mutex_lock(&asic->lock);
    asic->stopping = true;
    (void)pthread_cond_broadcast(&asic->changed);
    (void)pthread_mutex_unlock(&asic->lock);
    (void)pthread_join(asic->thread, NULL);
    (void)pthread_cond_destroy(&asic->changed);
    (void)pthread_mutex_destroy(&asic->lock);
}
