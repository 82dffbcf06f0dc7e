// SPDX-License-Identifier: MIT
// The clock that the library reads, too, when a call passes no time.
#ifndef POOL_THREADS_MONOTONIC_CLOCK_H
#define POOL_THREADS_MONOTONIC_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <sys/time.h>

// Milliseconds that nobody sets.
uint64_t monotonic_ms(void);

// How long select() may wait for a time in milliseconds: at most a minute, so that none is too
// large for it.
struct timeval monotonic_time_until(uint64_t until);

// A condition whose waits are measured by that clock.
void monotonic_condition_init(pthread_cond_t *condition);

// Waits until the condition is signalled, or until a time in milliseconds; UINT64_MAX: for ever.
void monotonic_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t until);

#endif
