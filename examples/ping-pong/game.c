#include "game.h"

#include "socket.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// An extension type from the range for experiments (section 3.4.1), and its two messages:
// sequence number U32 and payload B0_255.
#define PING_PONG_EXTENSION 0x4001u
#define MSG_TYPE_PING 0x00u
#define MSG_TYPE_PONG 0x01u

enum { NUMBER_SIZE = 4, PAYLOAD_MAX = NUMBER_SIZE + 1 + 255 };
enum { FRAME_MAX = SV2_FRAME_HEADER_SIZE + PAYLOAD_MAX, SEALED_MAX = FRAME_MAX + 2 * SV2_TAG_SIZE };

struct message {
    uint8_t type;
    uint32_t number;
    sv2_bytes text;
};

bool game_failed(const char *what, sv2_status status) {
    fprintf(stderr, "%s: %s\n", what, sv2_status_text(status));
    return false;
}

static bool send_message(struct peer *peer, const struct message *message) {
    uint8_t payload[PAYLOAD_MAX];
    for (size_t i = 0; i < NUMBER_SIZE; i++) {
        payload[i] = (uint8_t)(message->number >> (8 * i));
    }
    payload[NUMBER_SIZE] = (uint8_t)message->text.len;
    memcpy(payload + NUMBER_SIZE + 1, message->text.data, message->text.len);
    sv2_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.extension_type = PING_PONG_EXTENSION;
    frame.msg_type = message->type;
    frame.payload = payload;
    frame.payload_len = NUMBER_SIZE + 1 + message->text.len;

    // The room in front of the plain frame is what sealing it in place needs.
    uint8_t buffer[SEALED_MAX];
    uint8_t *plain = buffer + (peer->is_sealed ? SV2_TAG_SIZE : 0);
    size_t size = 0;
    sv2_status status = sv2_frame_encode(&frame, plain, FRAME_MAX, &size, NULL);
    if (status == SV2_OK && peer->is_sealed) {
        status = sv2_transport_seal_in_place(peer->link, buffer, sizeof buffer, size, &size);
    }
    return status == SV2_OK ? socket_send(peer->socket, buffer, size)
                            : game_failed("cannot send", status);
}

static bool read_message(const sv2_frame *frame, struct message *out) {
    const uint8_t *p = frame->payload;
    if (frame->extension_type != PING_PONG_EXTENSION || frame->msg_type > MSG_TYPE_PONG ||
        frame->payload_len <= NUMBER_SIZE ||
        frame->payload_len != NUMBER_SIZE + 1u + p[NUMBER_SIZE]) {
        fprintf(stderr, "the peer sent something that is no ping and no pong\n");
        return false;
    }
    out->type = frame->msg_type;
    out->number =
        (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    out->text.data = p + NUMBER_SIZE + 1;
    out->text.len = p[NUMBER_SIZE];
    return true;
}

// Takes the next message, whose text lives until the next call. *closed: the peer has closed, and
// not in the middle of a frame.
static bool receive_message(struct peer *peer, struct message *out, bool *closed) {
    for (;;) {
        sv2_frame frame;
        sv2_status status = sv2_decoder_next(peer->decoder, &frame, NULL, NULL);
        if (status == SV2_OK) {
            return read_message(&frame, out);
        }
        uint8_t *memory = NULL;
        size_t capacity = 0;
        if (status == SV2_WANT_INPUT) {
            status = sv2_decoder_writable(peer->decoder, &memory, &capacity);
        }
        if (status != SV2_OK) {
            return game_failed("cannot receive", status);
        }
        const long received = socket_receive_some(peer->socket, memory, capacity);
        if (received < 0) {
            return false;
        }
        if (received == 0) {
            size_t held = 0;
            status = sv2_decoder_buffered(peer->decoder, &held);
            *closed = status == SV2_OK && held == 0;
            if (!*closed) {
                fprintf(stderr, "the peer closed in the middle of a frame\n");
            }
            return *closed;
        }
        status = sv2_decoder_commit(peer->decoder, (size_t)received);
        if (status != SV2_OK) {
            return game_failed("cannot receive", status);
        }
    }
}

// The text is the peer's, so a terminal gets nothing of it that it would obey.
static void print_message(const char *what, const struct message *message) {
    printf("%s %" PRIu32 ": ", what, message->number);
    for (size_t i = 0; i < message->text.len; i++) {
        const uint8_t c = message->text.data[i];
        (void)putchar(c >= ' ' && c <= '~' ? c : '?');
    }
    (void)putchar('\n');
}

bool game_read_count(const char *text, uint32_t *out) {
    char *end = NULL;
    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    *out = (uint32_t)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && value <= UINT32_MAX;
}

bool game_play(struct peer *peer, uint32_t count) {
    for (uint32_t number = 1; number <= count; number++) {
        const struct message ping = {MSG_TYPE_PING, number, sv2_string("hello")};
        struct message pong;
        bool closed = false;
        if (!send_message(peer, &ping) || !receive_message(peer, &pong, &closed)) {
            return false;
        }
        if (closed || pong.type != MSG_TYPE_PONG || pong.number != number) {
            fprintf(stderr, "no pong for ping %" PRIu32 "\n", number);
            return false;
        }
        print_message("pong", &pong);
    }
    return true;
}

bool game_answer(struct peer *peer) {
    uint32_t answered = 0;
    for (;;) {
        struct message message;
        bool closed = false;
        if (!receive_message(peer, &message, &closed)) {
            return false;
        }
        if (closed) {
            printf("answered %" PRIu32 " pings\n", answered);
            return true;
        }
        if (message.type != MSG_TYPE_PING) {
            fprintf(stderr, "the peer sent a pong to a server\n");
            return false;
        }
        print_message("ping", &message);
        message.type = MSG_TYPE_PONG;
        if (!send_message(peer, &message)) {
            return false;
        }
        answered++;
    }
}
