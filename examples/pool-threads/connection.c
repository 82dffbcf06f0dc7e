// SPDX-License-Identifier: MIT
#include "connection.h"

#include "client_session.h"
#include "connection_events.h"
#include "dial.h"
#include "log.h"
#include "monotonic_clock.h"
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

// Returns: false when the socket takes no more now.
static bool flush(struct connection *connection) {
    uint8_t out[4096];
    size_t len = 0;
    bool blocked = false;
    (void)pthread_mutex_lock(&connection->sending);
    while (!blocked && sv2_session_output(connection->session, out, sizeof out, &len) == SV2_OK &&
           len > 0) {
        ssize_t sent = send(connection->socket, out, len, MSG_NOSIGNAL);
        blocked = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (sent < 0 && !blocked && errno != EINTR) {
            sent = (ssize_t)len; // lost, but what the pool said before is still read
        }
        if (sent > 0 && sv2_session_sent(connection->session, (size_t)sent) != SV2_OK) {
            break;
        }
    }
    (void)pthread_mutex_unlock(&connection->sending);
    return !blocked;
}

void connection_flush(struct connection *connection) {
    if (!flush(connection)) {
        wake_pipe_wake(&connection->wake); // the receiving thread waits until there is room
    }
}

// --- The receiving thread ---

static void receive(struct connection *connection) {
    uint8_t in[4096];
    const ssize_t received = recv(connection->socket, in, sizeof in, 0);
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return;
    }
    sv2_status status = SV2_OK;
    size_t taken = 0;
    if (received <= 0) {
        connection->peer_closed = true;
        sv2_session_peer_closed(connection->session);
    }
    for (size_t at = 0; received > 0 && at < (size_t)received && status == SV2_OK; at += taken) {
        status =
            sv2_session_feed(connection->session, in + at, (size_t)received - at, NULL, &taken);
        connection_act_on_events(connection);
    }
}

// Blocks until the pool speaks, a deadline of the session passes, or another thread wakes it.
static void converse(struct connection *connection) {
    const int s = connection->socket;
    const int wake = connection->wake.ends[0];
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    while (sv2_session_info_get(connection->session, &info) == SV2_OK && !info.finished) {
        fd_set readable;
        fd_set writable;
        struct timeval timeout = monotonic_time_until(info.deadline);
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_SET(wake, &readable);
        if (!connection->peer_closed) {
            FD_SET(s, &readable);
        }
        if (info.waiting != 0) {
            FD_SET(s, &writable);
        }
        const int ready = select((s > wake ? s : wake) + 1, &readable, &writable, NULL, &timeout);
        if (ready > 0 && FD_ISSET(wake, &readable)) {
            wake_pipe_clear(&connection->wake);
        }
        sv2_session_tick(connection->session, NULL);
        if (ready > 0 && FD_ISSET(s, &readable)) {
            receive(connection);
        }
        connection_act_on_events(connection);
        (void)flush(connection); // what is left makes select() wait for the socket
    }
    connection_act_on_events(connection); // another thread may have closed it since
}

static void *run(void *argument) {
    struct connection *connection = argument;
    struct pool *pool = connection->pool;
    sv2_status status =
        dial(&connection->decision.endpoint, connection->wake.ends[0], &connection->socket);
    sv2_session session = {0};
    if (status == SV2_OK) {
        status = client_session_start(connection, &session);
    }
    (void)pthread_mutex_lock(&pool->lock);
    connection->session = session;
    const bool wanted = !connection->closing;
    (void)pthread_mutex_unlock(&pool->lock);
    if (status != SV2_OK) {
        log_line(connection->name, "%s", sv2_status_text(status));
        connection_report_failed(connection, status);
    } else if (wanted) {
        converse(connection);
        connection_report_failed(connection, SV2_ERR_CONNECTION_LOST); // unless the last event has
    } else {
        connection_report_failed(connection, SV2_ERR_CLOSED);
    }

    (void)pthread_mutex_lock(&pool->lock);
    if (pool->live == connection) {
        pool->live = NULL; // from here on the submitting thread does not come near
    }
    (void)sv2_session_free(&connection->session);
    if (connection->socket >= 0) {
        (void)close(connection->socket);
    }
    connection->state = CONNECTION_OVER;
    pool_changed(pool);
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

bool connection_start(struct connection *connection, struct pool *pool,
                      const sv2_failover_decision *decision) {
    const struct wake_pipe no_pipe = WAKE_PIPE_INIT;
    memset(connection, 0, sizeof *connection);
    connection->pool = pool;
    connection->decision = *decision;
    connection->socket = -1;
    connection->wake = no_pipe;
    (void)snprintf(connection->name, sizeof connection->name, "%s %.40s:%u", pool->name,
                   decision->endpoint.host, (unsigned)decision->endpoint.port);
    channel_init(&connection->channel, decision->id, connection->name, &pool->counts);
    (void)pthread_mutex_init(&connection->sending, NULL);
    log_line(connection->name, decision->action == SV2_FAILOVER_PROBE ? "probes" : "connects");
    if (!wake_pipe_open(&connection->wake) ||
        pthread_create(&connection->thread, NULL, run, connection) != 0) {
        wake_pipe_close(&connection->wake);
        (void)pthread_mutex_destroy(&connection->sending);
        return false;
    }
    connection->state = CONNECTION_RUNNING;
    return true;
}

void connection_close(struct connection *connection) {
    if (connection->closing) {
        return;
    }
    connection->closing = true;
    channel_close(&connection->channel, connection->session);
    // Its thread may not have a session yet, {0}, and looks at closing when it has.
    sv2_session_close(connection->session);
    wake_pipe_wake(&connection->wake);
}

void connection_join(struct connection *connection) {
    (void)pthread_join(connection->thread, NULL);
    wake_pipe_close(&connection->wake);
    (void)pthread_mutex_destroy(&connection->sending);
    connection->state = CONNECTION_UNUSED;
}
