/* The library's C interface as a victim of test/hostile: handshake, frames and messages, without a
 * session above them. Each frame that decodes is answered with the same frame. See program.h. */
#include "program.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { PATIENCE_MS = 1000, SEALED_HEADROOM = SV2_TAG_SIZE };

struct link {
    int socket;
    const struct end *end;
    long deadline;      /* milliseconds; 0 is none */
    sv2_status in_time; /* what a passed deadline means */
    sv2_transport transport;
    sv2_decoder decoder;
};

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
    const size_t headroom = link->end->is_encrypted ? SEALED_HEADROOM : 0;
    const size_t plain = SV2_FRAME_HEADER_SIZE + frame->payload_len;
    const size_t capacity =
        link->end->is_encrypted ? sv2_sealed_frame_size(frame->payload_len) : plain;
    uint8_t *buffer = malloc(capacity + headroom);
    require(buffer != NULL, "malloc");
    size_t size = 0;
    sv2_status status = sv2_frame_encode(frame, buffer + headroom, plain, &size, NULL);
    if (status == SV2_OK && link->end->is_encrypted) {
        status = sv2_transport_seal_in_place(link->transport, buffer, capacity, size, &size);
    }
    if (status == SV2_OK) {
        status = send_all(link, buffer, size);
    }
    free(buffer);
    return status;
}

static sv2_status serve_frames(struct link *link) {
    sv2_status status = link->end->is_encrypted
                            ? sv2_decoder_new_sealed(NULL, link->transport, &link->decoder)
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
        status = sv2_identity_respond(link->end->identity, NULL, 0, &act1, &act2, &link->transport);
    }
    return status == SV2_OK ? send_all(link, act2.bytes, sizeof act2.bytes) : status;
}

static sv2_status initiate(struct link *link) {
    sv2_initiator initiator = {0};
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_status status = sv2_initiator_new(&link->end->policy, NULL, 0, &initiator, &act1);
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

void prepare(const struct end *end) {
    (void)end;
}

void finish(void) {}

sv2_status serve(int socket, const struct end *end) {
    struct link link;
    memset(&link, 0, sizeof link);
    link.socket = socket;
    link.end = end;
    sv2_status status = SV2_OK;
    link.deadline = now_ms() + PATIENCE_MS;
    link.in_time = SV2_ERR_HANDSHAKE_TIMEOUT;
    if (end->is_encrypted) {
        status = end->is_client ? initiate(&link) : respond(&link);
    }
    if (status == SV2_OK) {
        link.in_time = SV2_ERR_SETUP_TIMEOUT;
        link.deadline = now_ms() + PATIENCE_MS;
        if (end->is_client) {
            static const uint8_t ping[] = {1, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
            sv2_frame frame;
            memset(&frame, 0, sizeof frame);
            frame.extension_type = 0x4001;
            frame.payload = ping;
            frame.payload_len = sizeof ping;
            status = send_frame(&link, &frame);
        }
    }
    if (status == SV2_OK) {
        status = serve_frames(&link);
    }
    const sv2_status decoder_freed = sv2_decoder_free(&link.decoder);
    const sv2_status transport_freed = sv2_transport_free(&link.transport);
    return decoder_freed < 0 || transport_freed < 0 ? SV2_ERR_INTERNAL : status;
}
