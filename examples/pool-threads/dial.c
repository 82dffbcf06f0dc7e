// SPDX-License-Identifier: MIT
#include "dial.h"

#include "monotonic_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 5000 };

// Waits until the socket is connected, or has failed, or it takes too long.
static bool is_connected(int s, int wake) {
    const uint64_t deadline = monotonic_ms() + CONNECT_MS;
    fd_set readable;
    fd_set writable;
    int ready = 0;
    do {
        struct timeval timeout = monotonic_time_until(deadline);
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_SET(wake, &readable);
        FD_SET(s, &writable);
        ready = select((s > wake ? s : wake) + 1, &readable, &writable, NULL, &timeout);
    } while (ready < 0 && errno == EINTR); // a signal of the program came to this thread
    if (ready < 1 || FD_ISSET(wake, &readable)) {
        return false;
    }
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

static int connect_to(const struct addrinfo *address, int wake) {
    const int on = 1;
    const int s = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (s < 0) {
        return -1;
    }
    (void)fcntl(s, F_SETFD, FD_CLOEXEC);
    (void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // select() cannot look at a larger descriptor.
    const bool usable = s < FD_SETSIZE && fcntl(s, F_SETFL, O_NONBLOCK) == 0;
    if (usable && (connect(s, address->ai_addr, address->ai_addrlen) == 0 ||
                   (errno == EINPROGRESS && is_connected(s, wake)))) {
        return s;
    }
    (void)close(s);
    return -1;
}

sv2_status dial(const sv2_endpoint *endpoint, int wake, int *out) {
    char port[8];
    struct addrinfo wanted;
    struct addrinfo *found = NULL;
    memset(&wanted, 0, sizeof wanted);
    wanted.ai_socktype = SOCK_STREAM;
    (void)snprintf(port, sizeof port, "%u", (unsigned)endpoint->port);
    *out = -1;
    if (getaddrinfo(endpoint->host, port, &wanted, &found) != 0) {
        return SV2_ERR_RESOLVE_FAILED;
    }
    for (const struct addrinfo *one = found; one != NULL && *out < 0; one = one->ai_next) {
        *out = connect_to(one, wake);
    }
    freeaddrinfo(found);
    return *out < 0 ? SV2_ERR_CONNECT_FAILED : SV2_OK;
}
