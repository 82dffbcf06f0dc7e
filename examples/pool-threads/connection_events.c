// SPDX-License-Identifier: MIT
#include "connection_events.h"

#include "log.h"
#include "monotonic_clock.h"
#include "pool.h"

static void report_established(struct connection *connection) {
    struct pool *pool = connection->pool;
    sv2_status status = sv2_failover_report_established(pool->failover, connection->decision.id,
                                                        monotonic_ms(), NULL, 0);
    (void)pthread_mutex_lock(&pool->lock);
    if (status < 0 || connection->decision.action == SV2_FAILOVER_PROBE || pool->stopping) {
        connection->end_reported = connection->decision.action == SV2_FAILOVER_PROBE;
        connection_close(connection);
    } else {
        if (pool->live != NULL) {
            connection_close(pool->live); // only now: there was no moment without a pool
        }
        pool->live = connection;
        status =
            channel_open(&connection->channel, connection->session, pool->settings->user_identity);
        if (status < 0) {
            log_line(connection->name, "cannot open a channel: %s", sv2_status_text(status));
            connection_close(connection);
        }
    }
    pool_changed(pool);
    (void)pthread_mutex_unlock(&pool->lock);
}

void connection_report_failed(struct connection *connection, sv2_status failure) {
    struct pool *pool = connection->pool;
    if (connection->end_reported) {
        return;
    }
    connection->end_reported = true;
    const sv2_status status = sv2_failover_report_failed(pool->failover, connection->decision.id,
                                                         failure, monotonic_ms(), NULL, 0);
    if (status < 0) {
        log_line(connection->name, "cannot report: %s", sv2_status_text(status));
    }
}

// The server names another address. The key stays, so nobody can be sent to a stranger.
static void report_redirected(struct connection *connection, const sv2_frame *frame) {
    sv2_reconnect message;
    sv2_bytes trailing;
    sv2_status status = sv2_reconnect_decode(frame, &message, &trailing, NULL);
    if (status == SV2_OK) {
        log_line(connection->name, "is sent away");
        status = sv2_failover_report_redirected(connection->pool->failover, connection->decision.id,
                                                message.new_host.data, message.new_host.len,
                                                message.new_port, monotonic_ms(), NULL, 0);
    }
    if (status < 0) {
        connection_report_failed(connection, status);
    }
    connection->end_reported = true;
    (void)pthread_mutex_lock(&connection->pool->lock);
    connection_close(connection);
    (void)pthread_mutex_unlock(&connection->pool->lock);
}

static bool is_reconnect(const sv2_frame *frame) {
    return frame->extension_type == SV2_EXTENSION_TYPE_RECONNECT &&
           frame->msg_type == SV2_MSG_TYPE_RECONNECT;
}

static void on_message(struct connection *connection, const sv2_frame *frame) {
    struct pool *pool = connection->pool;
    if (is_reconnect(frame)) {
        report_redirected(connection, frame);
        return;
    }
    (void)pthread_mutex_lock(&pool->lock);
    // What is received while closing is only for the counts.
    if (!channel_receive(&connection->channel, frame) && !connection->closing) {
        connection_close(connection);
    }
    pool_changed(pool);
    (void)pthread_mutex_unlock(&pool->lock);
}

void connection_act_on_events(struct connection *connection) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    while (sv2_session_next_event(connection->session, &event) == SV2_OK) {
        switch (event.kind) {
        case SV2_EVENT_ESTABLISHED:
            report_established(connection);
            break;
        case SV2_EVENT_MESSAGE:
            on_message(connection, &event.frame);
            break;
        case SV2_EVENT_END:
            if (event.status == SV2_ERR_RECONNECT_IN_SETUP) {
                report_redirected(connection, &event.frame);
            } else {
                connection_report_failed(connection, event.status);
            }
            break;
        default: // the library's log line says it
            break;
        }
    }
}
