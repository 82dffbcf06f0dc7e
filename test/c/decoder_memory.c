/* How much memory a decoder and a buffer reserve, counted at calloc and free: never more than twice
 * what arrived, never more than the maximum, and nothing for bytes that a header only announces. */
#include <stdlib.h>

#include "check.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

enum { BLOCKS = 64, AT_FIRST = 512 };

/* Blocks that this thread got from calloc while counting was on. Go's own threads are not counted.
 */
static __thread int counting;
static struct {
    void *p;
    size_t size;
} blocks[BLOCKS];
static size_t live, peak, calls;

extern void *__libc_calloc(size_t count, size_t size);
extern void __libc_free(void *p);

void *calloc(size_t count, size_t size) {
    void *p = __libc_calloc(count, size);
    if (counting && p != NULL) {
        for (int i = 0; i < BLOCKS; i++) {
            if (blocks[i].p == NULL) {
                blocks[i].p = p;
                blocks[i].size = count * size;
                live += count * size;
                peak = live > peak ? live : peak;
                calls++;
                break;
            }
        }
    }
    return p;
}

void free(void *p) {
    if (counting && p != NULL) {
        for (int i = 0; i < BLOCKS; i++) {
            if (blocks[i].p == p) {
                blocks[i].p = NULL;
                live -= blocks[i].size;
                break;
            }
        }
    }
    __libc_free(p);
}

static void start_counting(void) {
    memset(blocks, 0, sizeof blocks);
    live = peak = calls = 0;
    counting = 1;
}

static void put_header(uint8_t *out, uint32_t len) {
    memset(out, 0, SV2_FRAME_HEADER_SIZE);
    out[3] = (uint8_t)len;
    out[4] = (uint8_t)(len >> 8);
    out[5] = (uint8_t)(len >> 16);
}

/* A frame of payload bytes arrives in pieces; each time the decoder holds no more than it may. */
static void arrives(uint32_t max_payload, uint32_t payload, size_t piece, int by_commit) {
    static uint8_t in[SV2_FRAME_HEADER_SIZE + 300000];
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    sv2_decoder decoder;
    size_t at = 0, size = SV2_FRAME_HEADER_SIZE + payload;
    int twice = 1, most = 1;
    put_header(in, payload);
    config.max_payload_size = max_payload;
    start_counting();
    CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_OK);
    CHECK_NUMBER(live, 0); /* "It reserves memory as bytes arrive" */
    while (at < size) {
        const size_t n = piece < size - at ? piece : size - at;
        if (by_commit) {
            uint8_t *out;
            size_t capacity;
            CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
            const size_t written = n < capacity ? n : capacity;
            memcpy(out, in + at, written);
            CHECK_STATUS(sv2_decoder_commit(decoder, written), SV2_OK);
            at += written;
        } else {
            size_t consumed;
            CHECK_STATUS(sv2_decoder_feed(decoder, in + at, n, &consumed), SV2_OK);
            CHECK_NUMBER(consumed, n);
            at += n;
            twice = twice && (live <= 2 * at || live <= AT_FIRST);
        }
        most = most && live <= SV2_FRAME_HEADER_SIZE + max_payload;
    }
    CHECK(twice);
    CHECK(most);
    /* "while it grows, also the block that it grows from": that one holds less than what has
     * arrived. */
    CHECK(peak <= 3 * at || peak <= AT_FIRST);
    CHECK(peak <= 2 * (size_t)(SV2_FRAME_HEADER_SIZE + max_payload));
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK_NUMBER(live, 0);
    CHECK(calls > 0);
    counting = 0;
}

/* A header that announces much and then nothing comes. */
static void announced_only(void) {
    uint8_t header[SV2_FRAME_HEADER_SIZE];
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    sv2_decoder decoder;
    size_t consumed, missing;
    sv2_frame frame;
    config.max_payload_size = SV2_PAYLOAD_SIZE_MAX;
    put_header(header, SV2_PAYLOAD_SIZE_MAX);
    start_counting();
    CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, header, sizeof header, &consumed), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL), SV2_WANT_INPUT);
    CHECK_NUMBER(missing, SV2_PAYLOAD_SIZE_MAX);
    CHECK(peak <= AT_FIRST);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK_NUMBER(live, 0);
    counting = 0;
}

/* Messages cost no memory: "All of them ... allocate nothing". */
static void messages_allocate_nothing(void) {
    uint8_t out[256];
    size_t len, consumed;
    sv2_frame frame;
    sv2_setup_connection setup;
    sv2_message message;
    memset(&setup, 0, sizeof setup);
    setup.vendor = sv2_string("libsv2");
    start_counting();
    for (int i = 0; i < 1000; i++) {
        CHECK_STATUS(sv2_setup_connection_encode(&setup, NULL, out, sizeof out, &len, NULL),
                     SV2_OK);
        CHECK_STATUS(sv2_frame_decode(out, len, 0, &frame, &consumed, NULL, NULL), SV2_OK);
        CHECK_STATUS(sv2_setup_connection_decode(&frame, &setup, NULL, NULL), SV2_OK);
        CHECK_STATUS(sv2_message_decode(&frame, &message, NULL), SV2_OK);
        setup.vendor = sv2_string("libsv2");
    }
    CHECK_NUMBER(calls, 0);
    counting = 0;
}

static void buffer_grows_with_its_bytes(void) {
    sv2_buf buf;
    static const uint8_t data[1000];
    int twice = 1;
    start_counting();
    CHECK_STATUS(sv2_buf_new(SV2_INPUT_SIZE_MAX, &buf), SV2_OK);
    CHECK_NUMBER(live, 0); /* "memory is reserved as bytes come" */
    for (size_t n = 1; n <= 100; n++) {
        CHECK_STATUS(sv2_buf_append(buf, data, sizeof data), SV2_OK);
        twice = twice && (live <= 2 * n * sizeof data || live <= AT_FIRST);
    }
    CHECK(twice);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    CHECK_NUMBER(live, 0);
    counting = 0;
    /* Never more than the maximum. */
    start_counting();
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append(buf, data, 100), SV2_OK);
    CHECK(live <= 100);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    counting = 0;
}

int main(void) {
    size_t handles;
    CHECK_STATUS(sv2_live_handles(0, &handles), SV2_OK);
    start_counting();
    counting = 0;
    arrives(300000, 300000, 1000, 0);
    arrives(300000, 300000, 70000, 0);
    arrives(300000, 100000, 1000, 0);
    arrives(300000, 100000, 1000, 1);
    arrives(100, 100, 10, 0);
    arrives(1000, 1000, 1, 0);
    announced_only();
    messages_allocate_nothing();
    buffer_grows_with_its_bytes();
    return check_end("decoder_memory");
}

#else

int main(void) {
    printf("decoder_memory: not counted with this C library or sanitizer\n");
    return 0;
}

#endif
