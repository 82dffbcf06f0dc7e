// SPDX-License-Identifier: MIT
#include "dial.h"

#include "descriptor.h"
#include "monotonic_clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS_TIMEOUT_MS 5000u
// How long bytes that were sent may stay without an answer: a solution must not wait in the queue
// of a dead link while another provider could have it.
#define UNANSWERED_TIMEOUT_MS 15000u

sv2_status dial_begin(struct dial *dial, const sv2_endpoint *endpoint) {
    memset(dial, 0, sizeof *dial);
    dial->socket = -1;
    dial->deadline_ms = UINT64_MAX;
    char port[6];
    (void)snprintf(port, sizeof port, "%u", (unsigned)endpoint->port);
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    const int lookup = getaddrinfo(endpoint->host, port, &hints, &dial->addresses);
    if (lookup != 0) {
        dial->addresses = NULL;
        (void)snprintf(dial->failure, sizeof dial->failure, "%s", gai_strerror(lookup));
        return SV2_ERR_RESOLVE_FAILED;
    }
    dial->next = dial->addresses;
    return SV2_OK;
}

static void set_up_options(int descriptor) {
    // A solution must not wait for more bytes to fill a segment, and a peer that is gone for good
    // must be noticed: a provider may be silent until the next block.
    const int on = 1;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_USER_TIMEOUT
    const unsigned timeout = UNANSWERED_TIMEOUT_MS;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
#endif
}

// Returns 0, or the errno of a connect() that failed; EINPROGRESS: poll() will tell.
static int try_address(struct dial *dial, const struct addrinfo *address) {
    dial->socket = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (dial->socket < 0 || !descriptor_set_up(dial->socket)) {
        return errno;
    }
    set_up_options(dial->socket);
    return connect(dial->socket, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
}

static void close_socket(struct dial *dial) {
    if (dial->socket >= 0) {
        (void)close(dial->socket);
        dial->socket = -1;
    }
    dial->deadline_ms = UINT64_MAX;
}

static int outcome_of_connect(const struct dial *dial, short events) {
    if (events == 0) {
        return monotonic_ms() < dial->deadline_ms ? EINPROGRESS : ETIMEDOUT;
    }
    int outcome = 0;
    socklen_t size = sizeof outcome;
    return getsockopt(dial->socket, SOL_SOCKET, SO_ERROR, &outcome, &size) == 0 ? outcome : errno;
}

static void fail_address(struct dial *dial, int number) {
    (void)snprintf(dial->failure, sizeof dial->failure, "%s", strerror(number));
    close_socket(dial);
}

static enum dial_state try_addresses(struct dial *dial) {
    while (dial->next != NULL) {
        const struct addrinfo *address = dial->next;
        dial->next = address->ai_next;
        const int outcome = try_address(dial, address);
        if (outcome == EINPROGRESS) {
            dial->deadline_ms = monotonic_ms() + ADDRESS_TIMEOUT_MS;
            return DIAL_UNDER_WAY;
        }
        if (outcome == 0) {
            return DIAL_CONNECTED;
        }
        fail_address(dial, outcome);
    }
    return DIAL_FAILED;
}

enum dial_state dial_continue(struct dial *dial, short events) {
    if (dial->socket < 0) {
        return try_addresses(dial);
    }
    const int outcome = outcome_of_connect(dial, events);
    if (outcome == EINPROGRESS) {
        return DIAL_UNDER_WAY;
    }
    if (outcome == 0) {
        return DIAL_CONNECTED;
    }
    fail_address(dial, outcome);
    return try_addresses(dial);
}

int dial_take_socket(struct dial *dial) {
    const int descriptor = dial->socket;
    dial->socket = -1;
    dial->failure[0] = '\0'; // of an address before
    return descriptor;
}

void dial_end(struct dial *dial) {
    close_socket(dial);
    if (dial->addresses != NULL) {
        freeaddrinfo(dial->addresses);
        dial->addresses = NULL;
    }
}
