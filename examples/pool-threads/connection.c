// SPDX-License-Identifier: MIT
#include "connection.h"

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

enum { SILENCE_DEFAULT_MS = 90000 };

static void on_log(void *context, uint32_t level, const char *text, size_t text_len) {
    const struct connection *connection = context;
    (void)level;
    (void)text_len;
    log_line(connection->name, "%s", text);
}

// --- The session ---

static sv2_status start_session(struct connection *connection, sv2_session *out) {
    static const uint16_t worker_identity[] = {SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING};
    const struct pool_settings *settings = connection->pool->settings;
    const sv2_endpoint *endpoint = &connection->decision.endpoint;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_status status = sv2_endpoint_policy(endpoint, &policy);
    if (status < 0) {
        return status;
    }
    policy.clock = settings->has_clock ? SV2_CLOCK_REQUIRED : SV2_CLOCK_NONE;

    sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
    config.security = SV2_SECURITY_NOISE;
    config.policy = &policy;
    config.setup.protocol = SV2_PROTOCOL_MINING;
    config.setup.flags = SV2_SETUP_REQUIRES_VERSION_ROLLING;
    config.setup.endpoint_host = sv2_string(endpoint->host);
    config.setup.endpoint_port = endpoint->port;
    config.setup.vendor = sv2_string("libsv2 example");
    config.setup.hardware_version = sv2_string("pretended");
    config.setup.firmware = sv2_string("pool-threads 1");
    config.request.types = worker_identity;
    config.request.count = sizeof worker_identity / sizeof worker_identity[0];
    config.timeouts.inactivity = settings->silence != 0 ? settings->silence : SILENCE_DEFAULT_MS;

    sv2_hooks hooks = SV2_HOOKS_INIT;
    hooks.log_level = SV2_LOG_INFO;
    hooks.context = connection;
    hooks.log = on_log;

    // A profile for each connection: the policy is the endpoint's, and the log names it.
    sv2_session_profile profile = {0};
    status = sv2_session_profile_new_client(&config, &hooks, &profile, NULL);
    if (status == SV2_OK) {
        status = sv2_session_start(profile, NULL, 0, NULL, out);
    }
    (void)sv2_session_profile_free(&profile);
    return status;
}

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

// --- Events, in the receiving thread ---

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

static void report_failed(struct connection *connection, sv2_status failure) {
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
        report_failed(connection, status);
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

static void act_on_events(struct connection *connection) {
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
                report_failed(connection, event.status);
            }
            break;
        default: // the library's log line says it
            break;
        }
    }
}

// --- The receiving thread ---

static struct timeval time_until(uint64_t deadline) {
    const uint64_t now = monotonic_ms();
    uint64_t wait = deadline > now ? deadline - now : 0;
    if (wait > SILENCE_DEFAULT_MS) {
        wait = SILENCE_DEFAULT_MS;
    }
    const struct timeval out = {(time_t)(wait / 1000), (suseconds_t)(wait % 1000) * 1000};
    return out;
}

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
        act_on_events(connection);
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
        struct timeval timeout = time_until(info.deadline);
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
        act_on_events(connection);
        (void)flush(connection); // what is left makes select() wait for the socket
    }
    act_on_events(connection); // another thread may have closed it since
}

static void *run(void *argument) {
    struct connection *connection = argument;
    struct pool *pool = connection->pool;
    sv2_status status =
        dial(&connection->decision.endpoint, connection->wake.ends[0], &connection->socket);
    sv2_session session = {0};
    if (status == SV2_OK) {
        status = start_session(connection, &session);
    }
    (void)pthread_mutex_lock(&pool->lock);
    connection->session = session;
    const bool wanted = !connection->closing;
    (void)pthread_mutex_unlock(&pool->lock);
    if (status != SV2_OK) {
        log_line(connection->name, "%s", sv2_status_text(status));
        report_failed(connection, status);
    } else if (wanted) {
        converse(connection);
        report_failed(connection, SV2_ERR_CONNECTION_LOST); // unless the last event has
    } else {
        report_failed(connection, SV2_ERR_CLOSED);
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
