// SPDX-License-Identifier: MIT
#include "connection.h"

#include "descriptor.h"
#include "error_text.h"
#include "monotonic_clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_MS 5000u
#define SEND_TIMEOUT_MS 15000u
// Of a slow board, and of a busy server.
#define HANDSHAKE_TIMEOUT_MS 10000u

// The largest message to come is RequestTransactionData.Success: template_id, excess_data, and the
// transactions of a block with their lengths. A block has at most 4,000,000 bytes (BIP141).
#define PAYLOAD_SIZE_MAX (8u + (2u + 65535u) + 2u + 3u * 65535u + 4000000u)

// The largest that goes out is SubmitSolution with 64 KiB. Several fit, should the peer be slow.
#define OUTPUT_SIZE_MAX (4u * 65700u)

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static bool
fail(struct connection *connection, enum connection_state state, const char *format, ...) {
    if (connection->state != CONNECTION_OPEN) {
        return false; // the first reason is the true one
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(connection->failure, sizeof connection->failure, format, arguments);
    va_end(arguments);
    connection->state = state;
    return false;
}

static bool fail_by_error(struct connection *connection, const char *what, int number) {
    return fail(connection, CONNECTION_ENDED, "%s: %s", what, strerror(number));
}

static bool fail_by_status(struct connection *connection, const sv2_error *error) {
    char text[ERROR_TEXT_SIZE];
    enum connection_state state = CONNECTION_FAILED;
    switch (sv2_status_class(error->status)) {
    case SV2_CLASS_PROTOCOL:
        state = CONNECTION_BROKE_PROTOCOL;
        break;
    case SV2_CLASS_AUTH: // somebody on the way altered what came; the next link is a new one
        state = CONNECTION_ENDED;
        break;
    default:
        break;
    }
    return fail(connection, state, "%s", error_text(error, text));
}

// Waits until the descriptor is ready for the events. Returns 0 or an errno.
static int await(int descriptor, short events, uint64_t deadline, int stop_descriptor) {
    struct pollfd watched[] = {{descriptor, events, 0}, {stop_descriptor, POLLIN, 0}};
    int ready = 0;
    do {
        const uint64_t now = monotonic_ms();
        ready = poll(watched, 2, now < deadline ? (int)(deadline - now) : 0);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        return errno;
    }
    if (watched[1].revents != 0) {
        return ECANCELED;
    }
    return ready == 0 ? ETIMEDOUT : 0;
}

// Waits until a connect() under way is done. Returns 0 or an errno.
static int await_connection(int descriptor, int stop_descriptor) {
    int outcome = await(descriptor, POLLOUT, monotonic_ms() + CONNECT_TIMEOUT_MS, stop_descriptor);
    if (outcome != 0) {
        return outcome;
    }
    socklen_t size = sizeof outcome;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &outcome, &size) == 0 ? outcome : errno;
}

// Returns a connected socket; -1 with *number set to an errno.
static int connect_to(const struct addrinfo *address, int stop_descriptor, int *number) {
    const int descriptor = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (descriptor < 0) {
        *number = errno;
        return -1;
    }
    *number = 0;
    if (!descriptor_set_up(descriptor) ||
        connect(descriptor, address->ai_addr, address->ai_addrlen) != 0) {
        *number = errno == EINPROGRESS ? await_connection(descriptor, stop_descriptor) : errno;
    }
    if (*number != 0) {
        (void)close(descriptor);
        return -1;
    }
    // A solution must not wait for more bytes to fill a segment, and a peer that is gone for good
    // must be noticed: a provider may be silent until the next block.
    const int on = 1;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return descriptor;
}

static bool open_socket(struct connection *connection, const struct endpoint *endpoint,
                        int stop_descriptor) {
    char port[6];
    (void)snprintf(port, sizeof port, "%u", (unsigned)endpoint->port);
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    struct addrinfo *addresses = NULL;
    const int lookup = getaddrinfo(endpoint->host, port, &hints, &addresses);
    char place[ENDPOINT_TEXT_SIZE];
    endpoint_to_text(endpoint, place);
    if (lookup != 0) {
        return fail(connection, CONNECTION_ENDED, "cannot find %s: %s", place,
                    gai_strerror(lookup));
    }
    int number = 0;
    for (const struct addrinfo *one = addresses; one != NULL && connection->socket < 0;
         one = one->ai_next) {
        connection->socket = connect_to(one, stop_descriptor, &number);
    }
    freeaddrinfo(addresses);
    if (connection->socket < 0) {
        return fail(connection, CONNECTION_ENDED, "cannot connect to %s: %s", place,
                    strerror(number));
    }
    return true;
}

static bool fail_here(struct connection *connection, sv2_status status) {
    return fail(connection, CONNECTION_FAILED, "%s", sv2_status_text(status));
}

// Sends act 1 and receives act 2, of which not a byte more: what follows is for the decoder.
static bool exchange_acts(struct connection *connection, struct handshake *handshake,
                          int stop_descriptor) {
    const uint64_t deadline = monotonic_ms() + HANDSHAKE_TIMEOUT_MS;
    while (handshake->act2_received < sizeof handshake->act2.bytes) {
        const bool is_sending = handshake->act1_sent < sizeof handshake->act1.bytes;
        const int number =
            await(connection->socket, is_sending ? POLLOUT : POLLIN, deadline, stop_descriptor);
        if (number != 0) {
            return fail_by_error(connection, "handshake", number);
        }
        const ssize_t size =
            is_sending ? send(connection->socket, handshake->act1.bytes + handshake->act1_sent,
                              sizeof handshake->act1.bytes - handshake->act1_sent, MSG_NOSIGNAL)
                       : recv(connection->socket, handshake->act2.bytes + handshake->act2_received,
                              sizeof handshake->act2.bytes - handshake->act2_received, 0);
        if (size < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            return fail_by_error(connection, "handshake", errno);
        }
        if (size == 0) {
            return fail(connection, CONNECTION_ENDED,
                        "closed by the peer in the handshake, %zu of %zu bytes of which had come; "
                        "it may be busy, or not encrypt",
                        handshake->act2_received, sizeof handshake->act2.bytes);
        }
        if (size > 0 && is_sending) {
            handshake->act1_sent += (size_t)size;
        } else if (size > 0) {
            handshake->act2_received += (size_t)size;
        }
    }
    return true;
}

static bool fail_by_handshake(struct connection *connection, sv2_status status) {
    if (is_refused_certificate(status)) {
        char text[REFUSED_CERTIFICATE_TEXT_SIZE];
        refused_certificate_to_text(status, &connection->server, &connection->certificate, text);
        connection->trust_failure = status;
        return fail(connection, CONNECTION_UNTRUSTED, "%s", text);
    }
    if (status == SV2_ERR_DECRYPT) {
        return fail(connection, CONNECTION_BROKE_PROTOCOL,
                    "handshake: %s; the peer may not encrypt", sv2_status_text(status));
    }
    return fail_here(connection, status);
}

static bool shake_hands(struct connection *connection, const struct link_security *security,
                        int stop_descriptor) {
    struct handshake handshake;
    sv2_status status = handshake_start(&handshake, security);
    if (status != SV2_OK) {
        return fail_here(connection, status);
    }
    bool is_done = exchange_acts(connection, &handshake, stop_descriptor);
    if (is_done) {
        status = handshake_finish(&handshake, &connection->transport, &connection->server,
                                  &connection->certificate);
        is_done = status == SV2_OK || fail_by_handshake(connection, status);
    }
    handshake_end(&handshake);
    connection->is_encrypted = is_done;
    return is_done;
}

static bool make_buffers(struct connection *connection) {
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    config.max_payload_size = PAYLOAD_SIZE_MAX;
    sv2_status status =
        connection->is_encrypted
            ? sv2_decoder_new_sealed(&config, connection->transport, &connection->decoder)
            : sv2_decoder_new(&config, &connection->decoder);
    if (status == SV2_OK) {
        status = sv2_buf_new(OUTPUT_SIZE_MAX, &connection->output);
    }
    return status == SV2_OK || fail_here(connection, status);
}

bool connection_open(struct connection *connection, const struct endpoint *endpoint,
                     const struct link_security *security, int stop_descriptor) {
    memset(connection, 0, sizeof *connection);
    connection->socket = -1;
    if (security->protection == LINK_UNDECIDED) {
        return fail_here(connection, SV2_ERR_ARGUMENT);
    }
    if (open_socket(connection, endpoint, stop_descriptor) &&
        (security->protection == LINK_PLAIN ||
         shake_hands(connection, security, stop_descriptor)) &&
        make_buffers(connection)) {
        return true;
    }
    connection_close(connection);
    return false;
}

void connection_close(struct connection *connection) {
    (void)sv2_decoder_free(&connection->decoder);
    (void)sv2_transport_free(&connection->transport);
    (void)sv2_buf_free(&connection->output);
    if (connection->socket >= 0) {
        (void)close(connection->socket);
        connection->socket = -1;
    }
}

static sv2_status append_sealed(struct connection *connection, const uint8_t *frame,
                                size_t frame_size) {
    const size_t sealed_size = sv2_sealed_frame_size(frame_size - SV2_FRAME_HEADER_SIZE);
    uint8_t *space = NULL;
    size_t capacity = 0;
    size_t written = 0;
    sv2_status status = sv2_buf_writable(connection->output, sealed_size, &space, &capacity);
    if (status == SV2_OK) {
        status =
            sv2_transport_seal(connection->transport, frame, frame_size, space, capacity, &written);
    }
    return status == SV2_OK ? sv2_buf_commit(connection->output, written) : status;
}

bool connection_send(struct connection *connection, const uint8_t *frame, size_t frame_size) {
    if (connection->state != CONNECTION_OPEN) {
        return false;
    }
    if (!connection_has_output(connection)) {
        connection->output_progress_ms = monotonic_ms();
    }
    const sv2_status status = connection->is_encrypted
                                  ? append_sealed(connection, frame, frame_size)
                                  : sv2_buf_append(connection->output, frame, frame_size);
    if (status == SV2_ERR_LIMIT) {
        return fail(connection, CONNECTION_ENDED, "the peer takes nothing and the output is full");
    }
    if (status != SV2_OK) {
        return fail_here(connection, status);
    }
    return connection_flush(connection);
}

// Bytes to be sent; none if the connection has none, or no buffer.
static sv2_view pending_output(struct connection *connection) {
    sv2_view view;
    if (sv2_buf_data(connection->output, &view) != SV2_OK) {
        view.len = 0;
    }
    return view;
}

bool connection_has_output(struct connection *connection) {
    return pending_output(connection).len > 0;
}

bool connection_flush(struct connection *connection) {
    while (connection->state == CONNECTION_OPEN) {
        const sv2_view view = pending_output(connection);
        if (view.len == 0) {
            return true;
        }
        const ssize_t sent = send(connection->socket, view.data, view.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return true;
        }
        if (sent < 0) {
            return fail_by_error(connection, "cannot send", errno);
        }
        connection->output_progress_ms = monotonic_ms();
        const sv2_status status = sv2_buf_consume(connection->output, (size_t)sent);
        if (status != SV2_OK) {
            return fail_here(connection, status);
        }
    }
    return false;
}

uint64_t connection_send_deadline(struct connection *connection) {
    return connection_has_output(connection) ? connection->output_progress_ms + SEND_TIMEOUT_MS
                                             : UINT64_MAX;
}

void connection_give_up_sending(struct connection *connection) {
    (void)fail(connection, CONNECTION_ENDED, "the peer took nothing for %u s",
               SEND_TIMEOUT_MS / 1000);
}

static bool fail_by_decoder(struct connection *connection, sv2_status status) {
    sv2_error error;
    if (sv2_decoder_error(connection->decoder, &error) != SV2_OK || error.status == SV2_OK) {
        memset(&error, 0, sizeof error);
        error.status = status;
        error.field = SV2_FIELD_NONE;
    }
    return fail_by_status(connection, &error);
}

static bool peer_closed(struct connection *connection) {
    size_t unframed_size = 0;
    if (sv2_decoder_buffered(connection->decoder, &unframed_size) != SV2_OK || unframed_size == 0) {
        return fail(connection, CONNECTION_ENDED, "closed by the peer");
    }
    return fail(connection, CONNECTION_ENDED,
                "closed by the peer in the middle of a frame, %zu bytes of which had come",
                unframed_size);
}

bool connection_receive(struct connection *connection) {
    if (connection->state != CONNECTION_OPEN) {
        return false;
    }
    uint8_t *space = NULL;
    size_t capacity = 0;
    sv2_status status = sv2_decoder_writable(connection->decoder, &space, &capacity);
    if (status != SV2_OK) {
        return fail_by_decoder(connection, status);
    }
    ssize_t received = 0;
    do {
        received = recv(connection->socket, space, capacity, 0);
    } while (received < 0 && errno == EINTR);
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return false;
    }
    if (received < 0) {
        return fail_by_error(connection, "cannot receive", errno);
    }
    if (received == 0) {
        return peer_closed(connection);
    }
    status = sv2_decoder_commit(connection->decoder, (size_t)received);
    return status == SV2_OK || fail_by_decoder(connection, status);
}

bool connection_next(struct connection *connection, sv2_frame *frame) {
    if (connection->state != CONNECTION_OPEN) {
        return false;
    }
    sv2_error error;
    const sv2_status status = sv2_decoder_next(connection->decoder, frame, NULL, &error);
    if (status < 0) {
        return fail_by_status(connection, &error);
    }
    return status != SV2_WANT_INPUT;
}
