#include "socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { TIMEOUT_SECONDS = 30 };

// Looks up HOST:PORT; the host of an IPv6 address stands in brackets. NULL after saying why.
static struct addrinfo *look_up(const char *address, int flags) {
    char host[256];
    const char *colon = strrchr(address, ':');
    const size_t size = colon == NULL ? 0 : (size_t)(colon - address);
    if (colon == NULL || size >= sizeof host) {
        fprintf(stderr, "%s is not HOST:PORT\n", address);
        return NULL;
    }
    const bool bracketed = size >= 2 && address[0] == '[' && address[size - 1] == ']';
    const size_t length = bracketed ? size - 2 : size;
    memcpy(host, address + (bracketed ? 1 : 0), length);
    host[length] = '\0';
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    struct addrinfo *found = NULL;
    const int status = getaddrinfo(length == 0 ? NULL : host, colon + 1, &hints, &found);
    if (status != 0) {
        fprintf(stderr, "cannot find %s: %s\n", address, gai_strerror(status));
        return NULL;
    }
    return found;
}

// A peer that stops answering must not block for ever, and a small frame must not wait for more.
static int set_up(int s) {
    const struct timeval timeout = {TIMEOUT_SECONDS, 0};
    const int on = 1;
    (void)setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    (void)setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    (void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return s;
}

static int failed(const char *what, int s) {
    perror(what);
    if (s >= 0) {
        (void)close(s);
    }
    return -1;
}

int socket_accept(const char *address) {
    struct addrinfo *found = look_up(address, AI_PASSIVE);
    if (found == NULL) {
        return -1;
    }
    const int on = 1;
    const int listener = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (listener >= 0) {
        (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    const bool bound = listener >= 0 && bind(listener, found->ai_addr, found->ai_addrlen) == 0 &&
                       listen(listener, 1) == 0;
    freeaddrinfo(found);
    struct sockaddr_storage own;
    socklen_t size = sizeof own;
    char host[64];
    char port[8];
    if (!bound || getsockname(listener, (struct sockaddr *)&own, &size) != 0 ||
        getnameinfo((struct sockaddr *)&own, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return failed(address, listener);
    }
    printf("listening on %s:%s\n", host, port);
    (void)fflush(stdout);
    int s = -1;
    do {
        s = accept(listener, NULL, NULL);
    } while (s < 0 && errno == EINTR);
    if (s < 0) {
        return failed("accept", listener);
    }
    (void)close(listener);
    return set_up(s);
}

int socket_connect(const char *address) {
    struct addrinfo *found = look_up(address, 0);
    if (found == NULL) {
        return -1;
    }
    int s = -1;
    for (const struct addrinfo *one = found; one != NULL && s < 0; one = one->ai_next) {
        s = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (s >= 0 && connect(s, one->ai_addr, one->ai_addrlen) != 0) {
            s = failed(address, s);
        }
    }
    freeaddrinfo(found);
    return s < 0 ? s : set_up(s);
}

bool socket_send(int s, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        const ssize_t n = send(s, bytes, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            perror("send");
            return false;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

long socket_receive_some(int s, uint8_t *bytes, size_t size) {
    ssize_t n = 0;
    do {
        n = recv(s, bytes, size, 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        perror("recv");
    }
    return (long)n;
}

bool socket_receive(int s, uint8_t *bytes, size_t size) {
    while (size > 0) {
        const long n = socket_receive_some(s, bytes, size);
        if (n == 0) {
            fprintf(stderr, "the peer closed the connection\n");
        }
        if (n <= 0) {
            return false;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

void socket_close(int s) {
    if (s >= 0) {
        (void)close(s);
    }
}
