// SPDX-License-Identifier: MIT
#include "pool.h"

#include "log.h"
#include "monotonic_clock.h"
#include "stop.h"

#include <stdio.h>
#include <string.h>

static const char no_thread[] = "the system gives no thread";

// What to do about a failure is told by its class, never by its text.
static const char *advice(sv2_status reason) {
    switch (sv2_status_class(reason)) {
    case SV2_CLASS_AUTH:
        return "not the server it should be";
    case SV2_CLASS_CONFIGURATION:
        return "a setting is wrong";
    case SV2_CLASS_TRANSIENT:
        return "may pass";
    case SV2_CLASS_PROTOCOL:
        return "the server breaks the protocol";
    default:
        return "a fault of this program";
    }
}

// --- The watch thread ---

// The lock is held. Threads of connections that are over are joined here.
static struct connection *unused_connection(struct pool *pool) {
    struct connection *found = NULL;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *one = &pool->connections[i];
        if (one->state == CONNECTION_OVER) {
            connection_join(one); // it returns at once: this was the thread's last step
        }
        if (one->state == CONNECTION_UNUSED && found == NULL) {
            found = one;
        }
    }
    return found;
}

// The lock is held.
static void begin(struct pool *pool, const sv2_failover_decision *decision) {
    struct connection *connection = unused_connection(pool);
    if (connection != NULL && connection_start(connection, pool, decision)) {
        return;
    }
    log_line(pool->name, "%s", no_thread);
    if (sv2_failover_report_failed(pool->failover, decision->id, SV2_ERR_NO_MEMORY, monotonic_ms(),
                                   NULL, 0) < 0) {
        log_line(pool->name, "cannot report");
    }
}

// The lock is held. Returns: when to decide again at the latest.
static uint64_t decide(struct pool *pool) {
    sv2_failover_decision decision = SV2_FAILOVER_DECISION_INIT;
    const sv2_status status = sv2_failover_next(pool->failover, monotonic_ms(), &decision);
    if (status < 0) {
        pool->reason = status;
        return UINT64_MAX;
    }
    switch (decision.action) {
    case SV2_FAILOVER_CONNECT:
    case SV2_FAILOVER_PROBE:
        begin(pool, &decision);
        return 0;
    case SV2_FAILOVER_WAIT:
        return decision.until; // SV2_FAILOVER_FOREVER is UINT64_MAX
    default:                   // SV2_FAILOVER_STOP
        if (pool->reason == SV2_OK) {
            log_line(pool->name, "gives up: %s: %s (%s)", advice(decision.reason),
                     sv2_status_text(decision.reason), sv2_status_name(decision.reason));
            pool->reason = decision.reason;
            stop_look(); // is another pool left?
        }
        return UINT64_MAX;
    }
}

static void *watch(void *argument) {
    struct pool *pool = argument;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        const uint32_t reports = pool->reports;
        const uint64_t until = decide(pool);
        while (reports == pool->reports && !pool->stopping && monotonic_ms() < until) {
            monotonic_condition_wait(&pool->changed, &pool->lock, until);
        }
    }
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *one = &pool->connections[i];
        if (one->state == CONNECTION_RUNNING) {
            connection_close(one);
            while (one->state == CONNECTION_RUNNING) {
                monotonic_condition_wait(&pool->changed, &pool->lock, UINT64_MAX);
            }
        }
    }
    (void)unused_connection(pool);
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

// --- The submitting thread ---

static void *submit(void *argument) {
    struct pool *pool = argument;
    struct share share;
    while (share_queue_take(&pool->queue, &share)) {
        (void)pthread_mutex_lock(&pool->lock);
        sv2_status status = SV2_ERR_QUEUE_FULL;
        while (status == SV2_ERR_QUEUE_FULL) {
            struct connection *live = pool->live;
            if (live == NULL || live->decision.id != share.work.connection_id) {
                status = SV2_ERR_CONNECTION_LOST; // the channel of this share is gone with it
                break;
            }
            status = channel_submit(&live->channel, live->session, &share);
            connection_flush(live);
            if (status == SV2_ERR_QUEUE_FULL) {
                if (pool->draining) {
                    break; // what the pool does not take now is lost
                }
                // The pool reads slowly. Room comes with what it answers, or with the end.
                monotonic_condition_wait(&pool->changed, &pool->lock, monotonic_ms() + 1000);
            }
        }
        if (status != SV2_OK) {
            pool->counts.lost++;
            log_line(pool->name, "a share is lost: %s", sv2_status_text(status));
        }
        (void)pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

// --- The pool ---

static sv2_status new_failover(struct pool *pool, const sv2_endpoint *endpoints, size_t count) {
    sv2_backoff_config backoff = SV2_BACKOFF_CONFIG_INIT;
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    backoff.initial = pool->settings->retry;
    config.backoff = &backoff;
    config.probe_interval = pool->settings->probe;
    config.probe_time = 2 * pool->settings->probe; // the time of the least number of probes, 3
    return sv2_failover_new(&config, endpoints, count, &pool->failover);
}

static void pool_free(struct pool *pool) {
    (void)sv2_failover_free(&pool->failover);
    share_queue_destroy(&pool->queue);
    (void)pthread_cond_destroy(&pool->changed);
    (void)pthread_mutex_destroy(&pool->lock);
}

bool pool_start(struct pool *pool, const struct pool_settings *settings, uint32_t number,
                const sv2_endpoint *endpoints, size_t count) {
    memset(pool, 0, sizeof *pool);
    pool->settings = settings;
    (void)snprintf(pool->name, sizeof pool->name, "pool %u", (unsigned)number);
    (void)pthread_mutex_init(&pool->lock, NULL);
    monotonic_condition_init(&pool->changed);
    share_queue_init(&pool->queue);
    const sv2_status status = new_failover(pool, endpoints, count);
    if (status < 0) {
        log_line(pool->name, "cannot use the list of pools: %s", sv2_status_text(status));
        pool_free(pool);
        return false;
    }
    if (pthread_create(&pool->submit, NULL, submit, pool) != 0) {
        log_line(pool->name, "%s", no_thread);
        pool_free(pool);
        return false;
    }
    if (pthread_create(&pool->watch, NULL, watch, pool) != 0) {
        log_line(pool->name, "%s", no_thread);
        share_queue_close(&pool->queue);
        (void)pthread_join(pool->submit, NULL);
        pool_free(pool);
        return false;
    }
    return true;
}

struct share_counts pool_stop(struct pool *pool) {
    // Shares first: those that wait in the queue are sent while there is a connection.
    share_queue_close(&pool->queue);
    (void)pthread_mutex_lock(&pool->lock);
    pool->draining = true;
    pool_changed(pool);
    (void)pthread_mutex_unlock(&pool->lock);
    (void)pthread_join(pool->submit, NULL);

    (void)pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pool_changed(pool);
    (void)pthread_mutex_unlock(&pool->lock);
    (void)pthread_join(pool->watch, NULL);
    pool_free(pool);
    return pool->counts;
}

bool pool_get_work(struct pool *pool, struct work *out) {
    (void)pthread_mutex_lock(&pool->lock);
    const bool has_work = pool->live != NULL && pool->live->channel.has_work;
    if (has_work) {
        *out = pool->live->channel.work;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return has_work;
}

bool pool_gave_up(struct pool *pool) {
    (void)pthread_mutex_lock(&pool->lock);
    const bool gave_up = pool->reason != SV2_OK;
    (void)pthread_mutex_unlock(&pool->lock);
    return gave_up;
}

struct share_counts pool_counts(struct pool *pool) {
    (void)pthread_mutex_lock(&pool->lock);
    const struct share_counts counts = pool->counts;
    (void)pthread_mutex_unlock(&pool->lock);
    return counts;
}

void pool_changed(struct pool *pool) {
    pool->reports++;
    (void)pthread_cond_broadcast(&pool->changed);
}
