// SPDX-License-Identifier: MIT
// One connection to a pool: a socket, a session, and the thread that receives.
#ifndef POOL_THREADS_CONNECTION_H
#define POOL_THREADS_CONNECTION_H

#include "channel.h"
#include "sv2.h"
#include "wake_pipe.h"

#include <pthread.h>
#include <stdbool.h>

struct pool;

enum connection_state { CONNECTION_UNUSED, CONNECTION_RUNNING, CONNECTION_OVER };

struct connection {
    struct pool *pool;
    sv2_failover_decision decision; // where to, and its id for reports
    char name[64];
    pthread_t thread;
    int socket;
    struct wake_pipe wake;
    pthread_mutex_t sending; // from asking for output to telling what was sent
    bool peer_closed;        // nothing more comes
    bool end_reported;       // to sv2_failover

    // Under the lock of the pool:
    enum connection_state state;
    sv2_session session; // set once, so the receiving thread reads it without the lock
    bool closing;        // this end closes it: it was a probe, was replaced, or the program ends
    struct channel channel;
};

// Starts the receiving thread. The lock of the pool is held; the connection is CONNECTION_UNUSED.
bool connection_start(struct connection *connection, struct pool *pool,
                      const sv2_failover_decision *decision);
// Asks for the end. The lock of the pool is held.
void connection_close(struct connection *connection);
// Waits for the thread of a connection that is CONNECTION_OVER, or about to be.
void connection_join(struct connection *connection);

// For other threads: sends what the socket takes now; what is left is the receiving thread's.
void connection_flush(struct connection *connection);

#endif
