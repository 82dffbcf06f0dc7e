// SPDX-License-Identifier: MIT
#include "connection.h"

#include "client_session.h"
#include "monotonic_clock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Calls on a session that has ended return why. That is no news: SV2_EVENT_END follows and tells
// more. What counts is that no call fails unseen.
static bool note(struct connection *connection, sv2_status status) {
    if (status < 0 && connection->failure == SV2_OK) {
        connection->failure = status;
    }
    return status >= 0;
}

void connection_begin(struct connection *connection, const sv2_failover_decision *decision) {
    memset(connection, 0, sizeof *connection);
    connection->is_open = true;
    connection->socket = -1;
    connection->id = decision->id;
    connection->is_probe = decision->action == SV2_FAILOVER_PROBE;
    connection->endpoint = decision->endpoint;
    (void)note(connection, dial_begin(&connection->dial, &decision->endpoint));
}

void connection_close(struct connection *connection) {
    if (!connection->is_open) {
        return;
    }
    (void)sv2_session_free(&connection->session);
    dial_end(&connection->dial);
    if (connection->socket >= 0) {
        (void)close(connection->socket);
    }
    connection->is_open = false;
}

static sv2_session_info info_of(const struct connection *connection) {
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    if (sv2_session_info_get(connection->session, &info) != SV2_OK) {
        info.deadline = 0; // the next call on the session tells what is wrong with it
    }
    return info;
}

struct pollfd connection_watched(const struct connection *connection, uint64_t *deadline_ms) {
    struct pollfd watched = {-1, 0, 0}; // poll() passes over a negative descriptor
    *deadline_ms = UINT64_MAX;
    if (!connection->is_open) {
        return watched;
    }
    if (connection->socket < 0) {
        watched.fd = connection->dial.socket;
        watched.events = POLLOUT;
        *deadline_ms = connection->dial.socket < 0 ? 0 : connection->dial.deadline_ms;
        return watched;
    }
    const sv2_session_info info = info_of(connection);
    watched.fd = connection->socket;
    watched.events = info.waiting > 0 ? POLLIN | POLLOUT : POLLIN;
    *deadline_ms = info.deadline; // the library reads the clock of monotonic_ms() by itself
    return watched;
}

void connection_flush(struct connection *connection) {
    uint8_t output[RECEIVE_SIZE];
    for (;;) {
        size_t size = 0;
        if (!note(connection,
                  sv2_session_output(connection->session, output, sizeof output, &size)) ||
            size == 0) {
            return;
        }
        ssize_t sent = send(connection->socket, output, size, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            return; // poll() tells when there is room
        }
        if (sent < 0) {
            // Lost. But what the peer sent before, such as its reason, is still read.
            connection->socket_error = errno;
            sent = (ssize_t)size;
        }
        if (!note(connection, sv2_session_sent(connection->session, (size_t)sent))) {
            return;
        }
    }
}

bool connection_receive(struct connection *connection) {
    if (!connection->is_open || connection->socket < 0 || connection->failure != SV2_OK ||
        connection->input_taken < connection->input_size) {
        return false;
    }
    const ssize_t received =
        recv(connection->socket, connection->input, sizeof connection->input, 0);
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return false;
    }
    if (received <= 0) {
        if (received < 0) {
            connection->socket_error = errno;
        }
        return note(connection, sv2_session_peer_closed(connection->session));
    }
    connection->input_size = (size_t)received;
    connection->input_taken = 0;
    return true;
}

// A session takes bytes up to the next event only, so that each is acted on in its turn.
static void feed(struct connection *connection) {
    size_t taken = 0;
    (void)note(connection,
               sv2_session_feed(connection->session, connection->input + connection->input_taken,
                                connection->input_size - connection->input_taken, NULL, &taken));
    connection->input_taken += taken;
}

bool connection_next_event(struct connection *connection, sv2_session_event *event) {
    bool knows_time = false;
    while (connection->is_open && connection->socket >= 0) {
        const sv2_status status = sv2_session_next_event(connection->session, event);
        if (status == SV2_OK) {
            return true;
        }
        if (!note(connection, status) || connection->failure != SV2_OK) {
            return false;
        }
        if (connection->input_taken < connection->input_size) {
            feed(connection);
        } else if (!knows_time) {
            // After what has come, which may have been in time.
            (void)note(connection, sv2_session_tick(connection->session, NULL));
            knows_time = true;
        } else {
            return false;
        }
    }
    return false;
}

static void continue_dial(struct connection *connection, short events,
                          const struct link_security *security) {
    switch (dial_continue(&connection->dial, events)) {
    case DIAL_UNDER_WAY:
        return;
    case DIAL_FAILED:
        (void)note(connection, SV2_ERR_CONNECT_FAILED);
        return;
    case DIAL_CONNECTED:
        break;
    }
    connection->socket = dial_take_socket(&connection->dial);
    dial_end(&connection->dial);
    if (note(connection,
             client_session_start(&connection->endpoint, security, &connection->session))) {
        connection_flush(connection); // a client speaks first
    }
}

void connection_serve(struct connection *connection, short events,
                      const struct link_security *security) {
    if (!connection->is_open || connection->failure != SV2_OK) {
        return;
    }
    if (connection->socket < 0) {
        continue_dial(connection, events, security);
        return;
    }
    if ((events & POLLOUT) != 0) {
        connection_flush(connection);
    }
    // Also on POLLHUP and POLLERR: there may be bytes in front of the end, and recv() names it.
    if ((events & ~POLLOUT) != 0) {
        (void)connection_receive(connection);
    }
}
