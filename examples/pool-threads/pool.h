// SPDX-License-Identifier: MIT
// A pool, or a list of pools of which one is used: the threads that keep it connected, and the
// queue of shares for it.
//
//     watch thread     asks sv2_failover what to do and starts connections
//     receiving thread of each connection: the handshake, then messages; it reports to sv2_failover
//     submitting thread takes shares from the queue and sends them on the connection in use
//
// A session is used by two of them at once, the one that receives and the one that submits: calls
// on one session are serialised inside the library.
#ifndef POOL_THREADS_POOL_H
#define POOL_THREADS_POOL_H

#include "channel.h"
#include "connection.h"
#include "share_queue.h"
#include "sv2.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// In milliseconds; 0 for the default.
struct pool_settings {
    const char *user_identity; // of the channel, and of workers with a dot and a number behind it
    uint32_t silence;          // a pool that is silent for so long is lost; 90 s
    uint32_t retry;            // first wait after a failure; as sv2_backoff_config.initial
    uint32_t probe;            // between probes of a better pool; as sv2_failover_config
    bool has_clock;            // false: expired certificates are accepted
};

enum { CONNECTIONS_MAX = 4 }; // in use, one replaced that still sends, one attempt; and one more

struct pool {
    const struct pool_settings *settings;
    char name[16];
    sv2_failover failover;
    struct share_queue queue;
    pthread_t watch, submit;

    pthread_mutex_t lock; // of all below
    pthread_cond_t changed;
    struct connection connections[CONNECTIONS_MAX];
    struct connection *live; // the connection that shares are sent on, or NULL
    struct share_counts counts;
    uint32_t reports; // to sv2_failover, so that the watch thread misses none
    bool draining;    // what is in the queue is sent, nothing is waited for
    bool stopping;
    sv2_status reason; // why every endpoint was given up, or SV2_OK
};

// endpoints: the best one first. Returns: false after saying why.
bool pool_start(struct pool *pool, const struct pool_settings *settings, uint32_t number,
                const sv2_endpoint *endpoints, size_t count);
// Sends what is in the queue, closes channel and connection in order, and waits for all threads.
struct share_counts pool_stop(struct pool *pool);

// Work for the ASIC. Returns: false when there is none now.
bool pool_get_work(struct pool *pool, struct work *out);
// Returns: true when every endpoint was given up, so that waiting longer does not help.
bool pool_gave_up(struct pool *pool);
struct share_counts pool_counts(struct pool *pool);
// The lock is held.
void pool_changed(struct pool *pool);

#endif
