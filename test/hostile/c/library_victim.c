/* The library's C interface as a victim of test/hostile: handshake, frames and messages, without a
 * session above them.
 *
 *     library_victim server [--key FILE --certificate FILE]
 *     library_victim client --connect PORT [--authority KEY]
 *
 * Everything is on 127.0.0.1. Each frame that decodes is answered with the same frame. The end of
 * each connection is a line "ended PEER-PORT STATUS". A server serves until its standard input
 * ends, and then wants no handle of the library left.
 */
#include <sv2.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000, SEALED_HEADROOM = SV2_TAG_SIZE };

struct link {
    int socket;
    unsigned peer;      /* port */
    long deadline;      /* milliseconds; 0 is none */
    sv2_status in_time; /* what a passed deadline means */
    sv2_transport transport;
    sv2_decoder decoder;
};

static sv2_identity identity;
static int is_encrypted;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned running;

static void require(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "library_victim: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static long now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for events until the deadline. */
static sv2_status await(const struct link *link, short events) {
    struct pollfd watched = {link->socket, events, 0};
    for (;;) {
        const long left = link->deadline - now_ms();
        const int ready = poll(&watched, 1, left > 0 ? (int)left : 0);
        if (ready > 0) {
            return SV2_OK;
        }
        if (ready == 0) {
            return link->in_time;
        }
    }
}

static sv2_status receive_some(const struct link *link, uint8_t *bytes, size_t size,
                               size_t *received) {
    const sv2_status status = await(link, POLLIN);
    if (status != SV2_OK) {
        return status;
    }
    const ssize_t n = recv(link->socket, bytes, size, 0);
    *received = n > 0 ? (size_t)n : 0;
    return n > 0 ? SV2_OK : SV2_ERR_PEER_CLOSED;
}

static sv2_status receive_all(const struct link *link, uint8_t *bytes, size_t size) {
    while (size > 0) {
        size_t n = 0;
        const sv2_status status = receive_some(link, bytes, size, &n);
        if (status != SV2_OK) {
            return status;
        }
        bytes += n;
        size -= n;
    }
    return SV2_OK;
}

static sv2_status send_all(const struct link *link, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        const sv2_status status = await(link, POLLOUT);
        if (status != SV2_OK) {
            return status;
        }
        const ssize_t n = send(link->socket, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) {
            return SV2_ERR_PEER_CLOSED;
        }
        bytes += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return SV2_OK;
}

static sv2_status send_frame(const struct link *link, const sv2_frame *frame) {
    const size_t headroom = is_encrypted ? SEALED_HEADROOM : 0;
    const size_t plain = SV2_FRAME_HEADER_SIZE + frame->payload_len;
    const size_t capacity = is_encrypted ? sv2_sealed_frame_size(frame->payload_len) : plain;
    uint8_t *buffer = malloc(capacity + headroom);
    require(buffer != NULL, "malloc");
    size_t size = 0;
    sv2_status status = sv2_frame_encode(frame, buffer + headroom, plain, &size, NULL);
    if (status == SV2_OK && is_encrypted) {
        status = sv2_transport_seal_in_place(link->transport, buffer, capacity, size, &size);
    }
    if (status == SV2_OK) {
        status = send_all(link, buffer, size);
    }
    free(buffer);
    return status;
}

static sv2_status serve_frames(struct link *link) {
    sv2_status status = is_encrypted ? sv2_decoder_new_sealed(NULL, link->transport, &link->decoder)
                                     : sv2_decoder_new(NULL, &link->decoder);
    while (status == SV2_OK) {
        sv2_frame frame;
        status = sv2_decoder_next(link->decoder, &frame, NULL, NULL);
        if (status == SV2_OK) {
            sv2_message message; /* one that is not known decodes too */
            status = sv2_message_decode(&frame, &message, NULL);
            link->in_time = SV2_ERR_INACTIVITY_TIMEOUT;
            link->deadline = now_ms() + PATIENCE_MS;
            if (status == SV2_OK) {
                status = send_frame(link, &frame);
            }
            continue;
        }
        uint8_t *memory = NULL;
        size_t capacity = 0;
        size_t received = 0;
        if (status == SV2_WANT_INPUT) {
            status = sv2_decoder_writable(link->decoder, &memory, &capacity);
        }
        if (status == SV2_OK) {
            status = receive_some(link, memory, capacity, &received);
        }
        if (status == SV2_OK) {
            status = sv2_decoder_commit(link->decoder, received);
        }
    }
    return status;
}

static sv2_status respond(struct link *link) {
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_status status = receive_all(link, act1.bytes, sizeof act1.bytes);
    if (status == SV2_OK) {
        status = sv2_identity_respond(identity, NULL, 0, &act1, &act2, &link->transport);
    }
    return status == SV2_OK ? send_all(link, act2.bytes, sizeof act2.bytes) : status;
}

static sv2_status initiate(struct link *link, const sv2_policy *policy) {
    sv2_initiator initiator = {0};
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_status status = sv2_initiator_new(policy, NULL, 0, &initiator, &act1);
    if (status == SV2_OK) {
        status = send_all(link, act1.bytes, sizeof act1.bytes);
    }
    if (status == SV2_OK) {
        status = receive_all(link, act2.bytes, sizeof act2.bytes);
    }
    if (status == SV2_OK) {
        status = sv2_initiator_finish(initiator, &act2, (uint64_t)time(NULL), &link->transport);
    }
    const sv2_status freed = sv2_initiator_free(&initiator);
    return status == SV2_OK ? freed : status;
}

/* One connection from its beginning to its end; policy is NULL for a server. */
static void serve(struct link *link, const sv2_policy *policy) {
    sv2_status status = SV2_OK;
    link->deadline = now_ms() + PATIENCE_MS;
    link->in_time = SV2_ERR_HANDSHAKE_TIMEOUT;
    if (is_encrypted) {
        status = policy == NULL ? respond(link) : initiate(link, policy);
    }
    if (status == SV2_OK) {
        link->in_time = SV2_ERR_SETUP_TIMEOUT;
        link->deadline = now_ms() + PATIENCE_MS;
        if (policy != NULL) {
            static const uint8_t ping[] = {1, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
            sv2_frame frame;
            memset(&frame, 0, sizeof frame);
            frame.extension_type = 0x4001;
            frame.payload = ping;
            frame.payload_len = sizeof ping;
            status = send_frame(link, &frame);
        }
    }
    if (status == SV2_OK) {
        status = serve_frames(link);
    }
    const sv2_status decoder_freed = sv2_decoder_free(&link->decoder);
    const sv2_status transport_freed = sv2_transport_free(&link->transport);
    if (decoder_freed < 0 || transport_freed < 0) {
        status = SV2_ERR_INTERNAL;
    }
    printf("ended %u %s\n", link->peer, sv2_status_name(status));
    (void)fflush(stdout);
    (void)close(link->socket);
}

static void *serve_client(void *argument) {
    struct link *link = argument;
    serve(link, NULL);
    free(link);
    (void)pthread_mutex_lock(&mutex);
    running--;
    (void)pthread_cond_signal(&changed);
    (void)pthread_mutex_unlock(&mutex);
    return NULL;
}

static void accept_client(int listener) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    struct link *link = calloc(1, sizeof *link);
    require(link != NULL, "calloc");
    link->socket = accept(listener, (struct sockaddr *)&address, &size);
    if (link->socket < 0) { /* it was reset before */
        free(link);
        return;
    }
    link->peer = ntohs(address.sin_port);
    (void)pthread_mutex_lock(&mutex);
    running++;
    (void)pthread_mutex_unlock(&mutex);
    pthread_attr_t attributes;
    pthread_t thread;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    require(pthread_create(&thread, &attributes, serve_client, link) == 0, "pthread_create");
    (void)pthread_attr_destroy(&attributes);
}

static void run_server(void) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    require(listener >= 0 && bind(listener, (struct sockaddr *)&address, size) == 0 &&
                listen(listener, 128) == 0 &&
                getsockname(listener, (struct sockaddr *)&address, &size) == 0,
            "listen");
    printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    (void)fflush(stdout);
    struct pollfd watched[] = {{listener, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    while (watched[1].revents == 0) {
        if (poll(watched, 2, -1) > 0 && watched[0].revents != 0) {
            accept_client(listener);
        }
    }
    (void)close(listener);
    (void)pthread_mutex_lock(&mutex);
    while (running > 0) {
        (void)pthread_cond_wait(&changed, &mutex);
    }
    (void)pthread_mutex_unlock(&mutex);
}

static void run_client(unsigned port, const char *authority) {
    sv2_policy policy = SV2_POLICY_INIT;
    policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    if (authority != NULL) {
        require(sv2_public_key_parse(authority, strlen(authority), &policy.authority) == SV2_OK,
                "--authority");
    }
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    struct link link;
    memset(&link, 0, sizeof link);
    link.peer = port;
    link.socket = socket(AF_INET, SOCK_STREAM, 0);
    require(link.socket >= 0 &&
                connect(link.socket, (struct sockaddr *)&address, sizeof address) == 0,
            "connect");
    serve(&link, &policy);
}

/* The text of a file, without what is behind its first line. */
static size_t read_line(const char *path, char *line, size_t capacity) {
    FILE *file = fopen(path, "rb");
    require(file != NULL && fgets(line, (int)capacity, file) != NULL, path);
    (void)fclose(file);
    return strcspn(line, "\n");
}

/* Both files are as sv2-key writes them. */
static void load(const char *key_file, const char *certificate_file, sv2_secret_key *key) {
    char line[2 * SV2_FULL_CERTIFICATE_SIZE + 2];
    size_t size = read_line(key_file, line, sizeof line);
    require(sv2_secret_key_parse(line, size, key) == SV2_OK, key_file);
    uint8_t encoded[SV2_FULL_CERTIFICATE_SIZE];
    size = read_line(certificate_file, line, sizeof line);
    for (size_t i = 0; i < sizeof encoded; i++) {
        unsigned byte = 0;
        require(2 * i + 1 < size && sscanf(line + 2 * i, "%2x", &byte) == 1, certificate_file);
        encoded[i] = (uint8_t)byte;
    }
    sv2_certificate certificate;
    require(sv2_certificate_decode(encoded, sizeof encoded, &certificate, NULL, NULL) == SV2_OK,
            certificate_file);
    require(sv2_identity_new(*key, &certificate, NULL, 0, &identity) == SV2_OK, "identity");
    is_encrypted = 1;
}

int main(int argc, char **argv) {
    sv2_secret_key key = {0};
    const int is_server = argc > 1 && strcmp(argv[1], "server") == 0;
    if (is_server && (argc == 2 || argc == 6)) {
        if (argc == 6) {
            load(argv[3], argv[5], &key);
        }
        run_server();
    } else if (argc == 4 || argc == 6) {
        is_encrypted = argc == 6;
        run_client((unsigned)strtoul(argv[3], NULL, 10), argc == 6 ? argv[5] : NULL);
    } else {
        return 2;
    }
    (void)sv2_identity_free(&identity);
    (void)sv2_secret_key_free(&key);
    size_t live = 0;
    const sv2_status status = sv2_live_handles(0, &live);
    if (status != SV2_OK || live != 0) {
        printf("%zu handles of libsv2 were not freed\n", live);
        return 1;
    }
    return 0;
}
