// SPDX-License-Identifier: MIT
#include "monotonic_clock.h"

#include <time.h>

enum { SELECT_MS_MAX = 60000 };

uint64_t monotonic_ms(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

struct timeval monotonic_time_until(uint64_t until) {
    const uint64_t now = monotonic_ms();
    uint64_t wait = until > now ? until - now : 0;
    if (wait > SELECT_MS_MAX) {
        wait = SELECT_MS_MAX;
    }
    const struct timeval out = {(time_t)(wait / 1000), (suseconds_t)(wait % 1000) * 1000};
    return out;
}

void monotonic_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(condition, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void monotonic_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t until) {
    if (until == UINT64_MAX) {
        (void)pthread_cond_wait(condition, lock);
        return;
    }
    const struct timespec when = {(time_t)(until / 1000u), (long)(until % 1000u) * 1000000L};
    (void)pthread_cond_timedwait(condition, lock, &when);
}
