// SPDX-License-Identifier: MIT
// A thread in place of an ASIC: it pretends to find shares, for each pool that has work.
#ifndef POOL_THREADS_ASIC_H
#define POOL_THREADS_ASIC_H

#include "pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct asic {
    struct pool *pools;
    size_t pool_count;
    uint32_t interval;
    uint64_t share_goal;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping; // under lock
};

// interval: milliseconds between shares. share_goal: ends the program once so many were answered;
// 0: never.
bool asic_start(struct asic *asic, struct pool *pools, size_t pool_count, uint32_t interval,
                uint64_t share_goal);
void asic_stop(struct asic *asic);

#endif
