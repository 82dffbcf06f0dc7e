/* How much memory a sealed decoder reserves, counted at calloc and free: what has been received
 * decides, never what a header announces; nothing above a frame's size but the room that writable
 * gives. */
#include <stdlib.h>

#include "check.h"
#include "noise_server.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

enum { BLOCKS = 64, STAGING = 4096, AT_FIRST = 1024 };

/* Blocks that this thread got from calloc while counting was on. */
static __thread int counting;
static struct {
    void *p;
    size_t size;
} blocks[BLOCKS];
static size_t live, peak;

extern void *__libc_calloc(size_t count, size_t size);
extern void __libc_free(void *p);

void *calloc(size_t count, size_t size) {
    void *p = __libc_calloc(count, size);
    for (int i = 0; counting && p != NULL && i < BLOCKS; i++) {
        if (blocks[i].p == NULL) {
            blocks[i].p = p;
            blocks[i].size = count * size;
            live += count * size;
            peak = live > peak ? live : peak;
            break;
        }
    }
    return p;
}

void free(void *p) {
    for (int i = 0; counting && p != NULL && i < BLOCKS; i++) {
        if (blocks[i].p == p) {
            blocks[i].p = NULL;
            live -= blocks[i].size;
            break;
        }
    }
    __libc_free(p);
}

static noise_server server;

static void arrives(size_t payload, size_t piece, int by_commit) {
    const size_t plain_len = SV2_FRAME_HEADER_SIZE + payload,
                 wire_len = sv2_sealed_frame_size(payload);
    uint8_t *plain = noise_memory(plain_len), *wire = noise_memory(wire_len);
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    sv2_transport client, other;
    sv2_decoder decoder;
    sv2_frame frame;
    size_t at = 0, len = 0, consumed = 0;
    int twice = 1, most = 1;
    noise_connect(&server, &client, &other);
    noise_put_frame(plain, payload, 1);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, wire, wire_len, &len), SV2_OK);
    config.max_payload_size = SV2_PAYLOAD_SIZE_MAX;
    live = peak = 0;
    counting = 1;
    CHECK_STATUS(sv2_decoder_new_sealed(&config, other, &decoder), SV2_OK);
    CHECK_NUMBER(live, 0);
    while (at < wire_len) {
        consumed = piece < wire_len - at ? piece : wire_len - at;
        if (by_commit) {
            uint8_t *out;
            size_t capacity = 0;
            CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
            CHECK(capacity <= STAGING);
            consumed = consumed < capacity ? consumed : capacity;
            memcpy(out, wire + at, consumed);
            CHECK_STATUS(sv2_decoder_commit(decoder, consumed), SV2_OK);
        } else {
            CHECK_STATUS(sv2_decoder_feed(decoder, wire + at, consumed, &consumed), SV2_OK);
        }
        at += consumed;
        if (consumed == 0) {
            break;
        }
        const size_t buffer =
            live > (by_commit ? STAGING : 0) ? live - (by_commit ? STAGING : 0) : 0;
        twice = twice && (buffer <= 2 * at || buffer <= AT_FIRST);
        most = most && buffer <= (plain_len + SV2_TAG_SIZE > AT_FIRST ? plain_len + SV2_TAG_SIZE
                                                                      : AT_FIRST);
        CHECK(at > SV2_SEALED_HEADER_SIZE || buffer == 0); /* nothing for a header */
    }
    CHECK(twice);
    CHECK(most);
    /* "while it grows, also the block that it grows from" */
    CHECK(peak <= 2 * (plain_len + SV2_TAG_SIZE) + STAGING || peak <= AT_FIRST + STAGING);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
    CHECK(noise_same_frame(&frame, plain));
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK_NUMBER(live, 0);
    counting = 0;
    noise_disconnect(&client, &other);
    free(plain);
    free(wire);
}

/* Sealing and opening in place, and handshakes' links, cost the C heap nothing. */
static void links_reserve_nothing(void) {
    uint8_t plain[200], buffer[400];
    sv2_transport client, other;
    sv2_frame frame;
    size_t len = 0, consumed = 0;
    const size_t plain_len = noise_put_frame(plain, 100, 1);
    live = peak = 0;
    counting = 1;
    noise_connect(&server, &client, &other);
    for (int i = 0; i < 1000; i++) {
        CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, buffer, sizeof buffer, &len),
                     SV2_OK);
        CHECK_STATUS(sv2_transport_open_in_place(other, buffer, len, 0, &frame, &consumed, NULL),
                     SV2_OK);
    }
    noise_disconnect(&client, &other);
    CHECK_NUMBER(peak, 0);
    counting = 0;
}

int main(void) {
    static const size_t payloads[] = {0, 1, 100, 5000, 65519, 65520, 300000};
    noise_server_open(&server);
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        arrives(payloads[i], 100, 0);
        arrives(payloads[i], 70000, 0);
        arrives(payloads[i], 100, 1);
        arrives(payloads[i], 4096, 1);
    }
    links_reserve_nothing();
    noise_server_close(&server);
    return check_end("noise_memory");
}

#else

int main(void) {
    printf("noise_memory: not counted with this C library or sanitizer\n");
    return 0;
}

#endif
