/* Frames of an encrypted link: NO-08, NO-10, NO-19, NO-23 to NO-28, and the errors I36 and I37 of
 * other implementations as far as they can be reached from outside. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "check.h"
#include "noise_server.h"

static noise_server server;
static const size_t sizes[] = {0,     1,     2,      15,     16,     1000,    65518,
                               65519, 65520, 131037, 131038, 131039, 16777215};
enum { SIZES = sizeof sizes / sizeof sizes[0], SMALL = 4096 };

static uint32_t state = 1;

/* A number below n; the same ones in every run. */
static size_t below(size_t n) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

static sv2_decoder open_decoder(sv2_transport link, uint32_t max_payload_size) {
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    sv2_decoder decoder;
    config.max_payload_size = max_payload_size;
    CHECK_STATUS(sv2_decoder_new_sealed(&config, link, &decoder), SV2_OK);
    return decoder;
}

/* NO-26, NO-27, I36: sizes, by the table of the specification's numbers. */
static void sealed_sizes(void) {
    static const size_t table[][2] = {
        {0, 0},         {1, 17},          {65518, 65534},   {65519, 65535},
        {65520, 65552}, {131038, 131070}, {131039, 131087}, {16777215, 16781327}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        CHECK_NUMBER(sv2_sealed_frame_size(table[i][0]), SV2_SEALED_HEADER_SIZE + table[i][1]);
    }
    CHECK_NUMBER(sv2_sealed_frame_size((size_t)SV2_PAYLOAD_SIZE_MAX + 1), 0);
    CHECK_NUMBER(sv2_sealed_frame_size(SIZE_MAX), 0);
    CHECK_NUMBER(sv2_sealed_frame_size(SIZE_MAX - 21), 0);
}

/* Feeds all of the bytes in pieces of at most piece(s), by either way; the frames that come out are
 * those of plain, in order. Returns how many came. */
static size_t decode(sv2_decoder decoder, const uint8_t *wire, size_t wire_len,
                     const uint8_t *plain, size_t piece, int random, int by_commit) {
    size_t at = 0, count = 0, held = 0, taken = 0;
    while (at < wire_len) {
        size_t n = random ? 1 + below(piece) : piece, consumed = 0;
        n = n < wire_len - at ? n : wire_len - at;
        if (by_commit) {
            uint8_t *out;
            size_t capacity;
            const sv2_status status = sv2_decoder_writable(decoder, &out, &capacity);
            CHECK_STATUS(status, SV2_OK);
            if (status != SV2_OK) {
                return count;
            }
            CHECK(capacity > 0 && out != NULL);
            consumed = n < capacity ? n : capacity;
            memcpy(out, wire + at, consumed);
            CHECK_STATUS(sv2_decoder_commit(decoder, consumed), SV2_OK);
        } else {
            CHECK_STATUS(sv2_decoder_feed(decoder, wire + at, n, &consumed), SV2_OK);
            CHECK(consumed > 0 && consumed <= n);
            if (consumed == 0) {
                return count;
            }
        }
        at += consumed;
        CHECK_STATUS(sv2_decoder_buffered(decoder, &held), SV2_OK);
        CHECK_NUMBER(held, at - taken); /* "Bytes that were fed and have not come out in frames" */
        for (;;) {
            sv2_frame frame;
            size_t missing = 99;
            const sv2_status status = sv2_decoder_next(decoder, &frame, &missing, NULL);
            if (status != SV2_OK) {
                CHECK_STATUS(status, SV2_WANT_INPUT);
                CHECK(missing > 0 && (at < wire_len || missing == SV2_SEALED_HEADER_SIZE));
                break;
            }
            CHECK_NUMBER(missing, 0);
            CHECK(noise_same_frame(&frame, plain));
            plain += SV2_FRAME_HEADER_SIZE + frame.payload_len;
            taken += sv2_sealed_frame_size(frame.payload_len);
            count++;
        }
    }
    CHECK_STATUS(sv2_decoder_buffered(decoder, &held), SV2_OK);
    CHECK_NUMBER(held, 0);
    return count;
}

/* Every size in every form: the same bytes, and the frame comes back. */
static void every_size(void) {
    sv2_transport a[2], b[2], c[2];
    for (int k = 0; k < 2; k++) { /* both directions */
        noise_connect(&server, &a[k], &a[1 - k]);
        noise_connect(&server, &b[k], &b[1 - k]);
        noise_connect(&server, &c[k], &c[1 - k]);
        sv2_decoder fed = open_decoder(b[1], SV2_PAYLOAD_SIZE_MAX);
        sv2_decoder committed = open_decoder(c[1], SV2_PAYLOAD_SIZE_MAX);
        for (size_t i = 0; i < SIZES; i++) {
            const size_t n = sizes[i], plain_len = SV2_FRAME_HEADER_SIZE + n;
            const size_t sealed_len = sv2_sealed_frame_size(n);
            uint8_t *plain = noise_memory(plain_len), *sealed = noise_memory(sealed_len);
            uint8_t *place = noise_memory(sealed_len);
            size_t len = 0, consumed = 0, missing = 99;
            sv2_frame frame;
            noise_put_frame(plain, n, (unsigned)i);

            sealed[sealed_len] = 0xa5;
            CHECK_STATUS(sv2_transport_seal(a[0], plain, plain_len, sealed, sealed_len, &len),
                         SV2_OK);
            CHECK_NUMBER(len, sealed_len);
            CHECK_NUMBER(sealed[sealed_len], 0xa5);
            CHECK_STATUS(sv2_transport_open_in_place(a[1], sealed, len, SV2_PAYLOAD_SIZE_MAX,
                                                     &frame, &consumed, &missing),
                         SV2_OK);
            CHECK(consumed == len && missing == 0);
            CHECK(noise_same_frame(&frame, plain));
            CHECK(n == 0 || (frame.payload >= sealed && frame.payload + n <= sealed + sealed_len));

            memcpy(place + SV2_TAG_SIZE, plain, plain_len);
            place[sealed_len] = 0xa5;
            CHECK_STATUS(sv2_transport_seal_in_place(b[0], place, sealed_len, plain_len, &len),
                         SV2_OK);
            CHECK_NUMBER(len, sealed_len);
            CHECK_NUMBER(place[sealed_len], 0xa5);
            CHECK_NUMBER(decode(fed, place, len, plain, n < 1000 ? 7 : 70000, 1, 0), 1);

            CHECK_STATUS(sv2_transport_seal(c[0], plain, plain_len, sealed, sealed_len, &len),
                         SV2_OK);
            CHECK_NUMBER(decode(committed, sealed, len, plain, 5000, 1, 1), 1);
            free(plain);
            free(sealed);
            free(place);
        }
        CHECK_STATUS(sv2_decoder_free(&fed), SV2_OK);
        CHECK_STATUS(sv2_decoder_free(&committed), SV2_OK);
        noise_disconnect(&a[0], &a[1]);
        noise_disconnect(&b[0], &b[1]);
        noise_disconnect(&c[0], &c[1]);
    }
}

/* A batch gives what its frames give one by one. */
static void batches(void) {
    static const size_t payloads[] = {3, 0, 70000, 0, 1, 65519};
    enum { COUNT = sizeof payloads / sizeof payloads[0] };
    const size_t room = 200000;
    uint8_t *plain = noise_memory(room), *sealed = noise_memory(room);
    sv2_transport client, other;
    size_t plain_len = 0, sealed_len = 0, len = 0, consumed = 0, at = 0, checked = 0;
    sv2_frame frame;
    noise_connect(&server, &client, &other);
    for (size_t i = 0; i < COUNT; i++) {
        plain_len += noise_put_frame(plain + plain_len, payloads[i], (unsigned)i);
        sealed_len += sv2_sealed_frame_size(payloads[i]);
    }
    for (int turn = 0; turn < 3; turn++) {
        CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, room, &len), SV2_OK);
        CHECK_NUMBER(len, sealed_len);
        at = checked = 0;
        for (size_t i = 0; i < COUNT; i++) {
            CHECK_STATUS(sv2_transport_open_in_place(other, sealed + at, len - at,
                                                     SV2_PAYLOAD_SIZE_MAX, &frame, &consumed, NULL),
                         SV2_OK);
            CHECK(noise_same_frame(&frame, plain + checked));
            at += consumed;
            checked += SV2_FRAME_HEADER_SIZE + payloads[i];
        }
        CHECK_NUMBER(at, len);
    }
    /* The same through a decoder, also when it is all there at once. */
    sv2_decoder decoder = open_decoder(other, SV2_PAYLOAD_SIZE_MAX);
    for (int by_commit = 0; by_commit < 2; by_commit++) {
        CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, room, &len), SV2_OK);
        CHECK_NUMBER(decode(decoder, sealed, len, plain, room, 0, by_commit), COUNT);
    }
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    /* No frame at all. */
    CHECK_STATUS(sv2_transport_seal(client, NULL, 0, NULL, 0, &len), SV2_OK);
    CHECK_NUMBER(len, 0);
    noise_disconnect(&client, &other);
    free(plain);
    free(sealed);
}

/* NO-24 to NO-27: a stream cut anywhere, in two and in three; byte by byte. */
static void every_cut(void) {
    static const size_t payloads[] = {0, 1, 17, 0, 40};
    uint8_t plain[SMALL], sealed[SMALL];
    sv2_transport client, other;
    size_t plain_len = 0, len = 0;
    noise_connect(&server, &client, &other);
    sv2_decoder decoder = open_decoder(other, 0);
    for (size_t i = 0; i < 5; i++) {
        plain_len += noise_put_frame(plain + plain_len, payloads[i], (unsigned)i);
    }
    for (int by_commit = 0; by_commit < 2; by_commit++) {
        for (size_t piece = 1; piece <= 250; piece++) {
            CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len),
                         SV2_OK);
            CHECK_NUMBER(decode(decoder, sealed, len, plain, piece, 0, by_commit), 5);
        }
        for (size_t cut = 0; cut <= len; cut++) {
            for (size_t second = cut; second <= len; second += 1 + (len - cut) / 5) {
                CHECK_STATUS(
                    sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len),
                    SV2_OK);
                const size_t ends[] = {cut, second, len};
                size_t at = 0, count = 0, checked = 0;
                for (size_t k = 0; k < 3; k++) {
                    while (at < ends[k]) {
                        sv2_frame frame;
                        size_t consumed = 0;
                        if (by_commit) {
                            uint8_t *out;
                            size_t capacity;
                            CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
                            consumed = ends[k] - at < capacity ? ends[k] - at : capacity;
                            memcpy(out, sealed + at, consumed);
                            CHECK_STATUS(sv2_decoder_commit(decoder, consumed), SV2_OK);
                        } else {
                            CHECK_STATUS(
                                sv2_decoder_feed(decoder, sealed + at, ends[k] - at, &consumed),
                                SV2_OK);
                        }
                        at += consumed;
                        while (sv2_decoder_next(decoder, &frame, NULL, NULL) == SV2_OK) {
                            CHECK(noise_same_frame(&frame, plain + checked));
                            checked += SV2_FRAME_HEADER_SIZE + frame.payload_len;
                            count++;
                        }
                    }
                }
                CHECK_NUMBER(count, 5);
            }
        }
    }
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    noise_disconnect(&client, &other);
}

/* open_in_place with bytes that arrive one by one: what is missing, and the header remembered. */
static void partial_open(void) {
    uint8_t plain[SMALL], sealed[SMALL], buffer[SMALL];
    sv2_transport client, other;
    sv2_frame frame;
    size_t len = 0, consumed = 0, missing = 0;
    noise_connect(&server, &client, &other);
    for (size_t payload = 0; payload < 60; payload += 20) {
        const size_t plain_len = noise_put_frame(plain, payload, 3);
        CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len),
                     SV2_OK);
        memcpy(buffer, sealed, len);
        for (size_t have = 0; have < len; have++) {
            consumed = missing = 99;
            CHECK_STATUS(
                sv2_transport_open_in_place(other, buffer, have, 0, &frame, &consumed, &missing),
                SV2_WANT_INPUT);
            CHECK_NUMBER(consumed, 0);
            CHECK_NUMBER(missing, (have < 22 ? 22 : len) - have);
            CHECK_STATUS(
                sv2_transport_open_in_place(other, buffer, have, 0, &frame, &consumed, NULL),
                SV2_WANT_INPUT);
            CHECK(filled_with(&frame, sizeof frame, 0));
            CHECK_BYTES(buffer, len, sealed, len);
        }
        CHECK_STATUS(
            sv2_transport_open_in_place(other, buffer, len, 0, &frame, &consumed, &missing),
            SV2_OK);
        CHECK(noise_same_frame(&frame, plain));
    }
    /* A link whose next header is open already cannot be given to a decoder; nothing is lost. */
    const size_t plain_len = noise_put_frame(plain, 20, 3);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len), SV2_OK);
    CHECK_STATUS(sv2_transport_open_in_place(other, sealed, 22, 0, &frame, &consumed, &missing),
                 SV2_WANT_INPUT);
    sv2_decoder decoder = {99};
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, other, &decoder), SV2_ERR_STATE);
    CHECK(decoder.sv2_priv_decoder == 0);
    CHECK_STATUS(sv2_transport_open_in_place(other, sealed, len, 0, &frame, &consumed, &missing),
                 SV2_OK);
    CHECK(noise_same_frame(&frame, plain));
    decoder = open_decoder(other, 0);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len), SV2_OK);
    CHECK_NUMBER(decode(decoder, sealed, len, plain, SMALL, 0, 0), 1);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    noise_disconnect(&client, &other);
}

/* The next frame that the link seals opens at the other end: no nonce was used up meanwhile. */
static void check_in_step(sv2_transport sender, sv2_transport receiver) {
    uint8_t plain[SMALL], sealed[SMALL];
    size_t len, consumed;
    sv2_frame frame;
    const size_t plain_len = noise_put_frame(plain, 30, 9);
    CHECK_STATUS(sv2_transport_seal(sender, plain, plain_len, sealed, sizeof sealed, &len), SV2_OK);
    CHECK_STATUS(sv2_transport_open_in_place(receiver, sealed, len, 0, &frame, &consumed, NULL),
                 SV2_OK);
    CHECK(noise_same_frame(&frame, plain));
}

static void refused_calls(void) {
    uint8_t plain[SMALL], out[SMALL], kept[SMALL];
    sv2_transport client, other;
    size_t len = 0;
    noise_connect(&server, &client, &other);
    size_t plain_len = noise_put_frame(plain, 100, 1);
    const size_t sealed_len = sv2_sealed_frame_size(100);
    for (size_t cap = 0; cap < sealed_len; cap++) {
        memset(out, 0xa5, sizeof out);
        CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, out, cap, &len),
                     SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(len, sealed_len);
        CHECK(filled_with(out, sizeof out, 0xa5));
        memcpy(out + SV2_TAG_SIZE, plain, plain_len);
        memcpy(kept, out, sizeof out);
        CHECK_STATUS(sv2_transport_seal_in_place(client, out, cap, plain_len, &len),
                     SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(len, sealed_len);
        CHECK_BYTES(out, sizeof out, kept, sizeof kept);
    }
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, NULL, 0, &len),
                 SV2_ERR_BUFFER_TOO_SMALL);
    CHECK_NUMBER(len, sealed_len);
    check_in_step(client, other);

    /* A second frame that does not fit: the first is not sealed either. */
    memset(out, 0xa5, sizeof out);
    plain_len = noise_put_frame(plain, 10, 1);
    plain_len += noise_put_frame(plain + plain_len, 10, 2);
    CHECK_STATUS(
        sv2_transport_seal(client, plain, plain_len, out, 2 * sv2_sealed_frame_size(10) - 1, &len),
        SV2_ERR_BUFFER_TOO_SMALL);
    CHECK_NUMBER(len, 2 * sv2_sealed_frame_size(10));
    CHECK(filled_with(out, sizeof out, 0xa5));
    /* Not whole frames. */
    for (size_t n = 1; n < plain_len; n++) {
        const sv2_status status = sv2_transport_seal(client, plain, n, out, sizeof out, &len);
        if (n == 16) {
            CHECK_STATUS(status, SV2_OK);
            sv2_frame frame;
            size_t consumed;
            CHECK_STATUS(sv2_transport_open_in_place(other, out, len, 0, &frame, &consumed, NULL),
                         SV2_OK);
            memset(out, 0xa5, sizeof out);
        } else {
            CHECK_STATUS(status, SV2_ERR_TRUNCATED);
            CHECK_NUMBER(len, 0);
            CHECK(filled_with(out, sizeof out, 0xa5));
        }
    }
    check_in_step(client, other);

    /* A frame_len that is not the one in the header, or none. */
    memset(out, 0xa5, sizeof out);
    plain_len = noise_put_frame(out + SV2_TAG_SIZE, 100, 1);
    memcpy(kept, out, sizeof out);
    static const size_t wrong[] = {0, 1, 5, 6, 7, 105, 107, 200, 16777221, 16777222, SIZE_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const sv2_status want = wrong[i] < 6 || wrong[i] > 16777221 ? SV2_ERR_TRUNCATED
                                : wrong[i] == 16777221              ? SV2_ERR_BUFFER_TOO_SMALL
                                                                    : SV2_ERR_ARGUMENT;
        CHECK_STATUS(sv2_transport_seal_in_place(client, out, sizeof out, wrong[i], &len), want);
        CHECK(len == 0 || want == SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_BYTES(out, sizeof out, kept, sizeof kept);
    }
    check_in_step(client, other);

    /* Overlap, by every distance. */
    plain_len = noise_put_frame(plain, 100, 1);
    for (size_t at = 0; at < sizeof out - 1000; at += at < 500 ? 1 : 50) {
        const size_t in = 300;
        memset(out, 0xa5, sizeof out);
        memcpy(out + in, plain, plain_len);
        memcpy(kept, out, sizeof out);
        const sv2_status status =
            sv2_transport_seal(client, out + in, plain_len, out + at, sizeof out - at, &len);
        if (at + sealed_len <= in || at >= in + plain_len) {
            sv2_frame frame;
            size_t consumed;
            CHECK_STATUS(status, SV2_OK);
            CHECK_STATUS(
                sv2_transport_open_in_place(other, out + at, len, 0, &frame, &consumed, NULL),
                SV2_OK);
            CHECK(noise_same_frame(&frame, plain));
        } else {
            CHECK_STATUS(status, SV2_ERR_ARGUMENT);
            CHECK_NUMBER(len, 0);
            CHECK_BYTES(out, sizeof out, kept, sizeof kept);
        }
    }
    check_in_step(client, other);
    check_in_step(other, client);
    noise_disconnect(&client, &other);
}

/* What a closed link answers to everything. */
static void check_closed(sv2_transport link) {
    uint8_t plain[64], out[256];
    size_t len = 7, consumed = 7, missing = 7;
    sv2_frame frame;
    sv2_u256 hash;
    sv2_decoder decoder = {99};
    const size_t plain_len = noise_put_frame(plain, 10, 1);
    memset(out, 0xa5, sizeof out);
    CHECK_STATUS(sv2_transport_seal(link, plain, plain_len, out, sizeof out, &len),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_transport_seal(link, plain, plain_len, out, 1, &len),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_transport_seal(link, plain, 3, out, sizeof out, &len),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_transport_seal(link, NULL, 0, out, sizeof out, &len),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK_NUMBER(len, 0);
    CHECK(filled_with(out, sizeof out, 0xa5));
    noise_put_frame(out + SV2_TAG_SIZE, 10, 1);
    CHECK_STATUS(sv2_transport_seal_in_place(link, out, sizeof out, 16, &len),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_transport_seal_in_place(link, out, 3, 16, &len), SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_transport_seal_in_place(link, out, sizeof out, 2, &len),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK_NUMBER(len, 0);
    CHECK_STATUS(sv2_transport_open_in_place(link, out, sizeof out, 0, &frame, &consumed, &missing),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_transport_open_in_place(link, out, 0, 0, &frame, &consumed, &missing),
                 SV2_ERR_TRANSPORT_CLOSED);
    CHECK(consumed == 0 && missing == 0);
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, link, &decoder), SV2_ERR_TRANSPORT_CLOSED);
    CHECK(decoder.sv2_priv_decoder == 0);
    CHECK_STATUS(sv2_transport_handshake_hash(link, &hash), SV2_OK);
}

/* NO-10, NO-19, NO-28: every byte altered on the way closes the link, both directions of it. */
static void tampered(void) {
    uint8_t plain[SMALL], sealed[SMALL], altered[SMALL];
    sv2_transport client, other;
    size_t len = 0, consumed = 0;
    sv2_frame frame;
    sv2_error error;
    const size_t plain_len = noise_put_frame(plain, 40, 1);
    for (size_t at = 0; at < sv2_sealed_frame_size(40); at++) {
        for (int with = 0; with < 3; with++) {
            noise_connect(&server, &client, &other);
            CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len),
                         SV2_OK);
            memcpy(altered, sealed, len);
            altered[at] ^= (uint8_t)(1u << at % 8);
            if (with == 0) {
                CHECK_STATUS(
                    sv2_transport_open_in_place(other, altered, len, 0, &frame, &consumed, NULL),
                    SV2_ERR_DECRYPT);
                CHECK(filled_with(&frame, sizeof frame, 0) && consumed == 0);
                memcpy(altered, sealed, len);
                CHECK_STATUS(
                    sv2_transport_open_in_place(other, altered, len, 0, &frame, &consumed, NULL),
                    SV2_ERR_TRANSPORT_CLOSED); /* the true bytes come too late */
                check_closed(other);
            } else {
                sv2_decoder decoder = open_decoder(other, 0);
                if (with == 1) {
                    CHECK_STATUS(sv2_decoder_feed(decoder, altered, len, &consumed),
                                 SV2_ERR_DECRYPT);
                } else {
                    uint8_t *out;
                    CHECK_STATUS(sv2_decoder_writable(decoder, &out, &consumed), SV2_OK);
                    memcpy(out, altered, len);
                    CHECK_STATUS(sv2_decoder_commit(decoder, len), SV2_ERR_DECRYPT);
                }
                CHECK_STATUS(sv2_decoder_feed(decoder, sealed, len, &consumed), SV2_ERR_POISONED);
                CHECK_NUMBER(consumed, 0);
                uint8_t *out;
                CHECK_STATUS(sv2_decoder_writable(decoder, &out, &consumed), SV2_ERR_POISONED);
                CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, &error), SV2_ERR_POISONED);
                CHECK_STATUS(error.status, SV2_ERR_POISONED);
                CHECK_STATUS(sv2_decoder_error(decoder, &error), SV2_OK);
                CHECK_STATUS(error.status, SV2_ERR_DECRYPT);
                check_closed(other);
                CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
            }
            noise_disconnect(&client, &other);
        }
    }
    /* A frame twice, a frame left out, a frame sent back. */
    for (int what = 0; what < 3; what++) {
        noise_connect(&server, &client, &other);
        CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len),
                     SV2_OK);
        memcpy(altered, sealed, len);
        if (what == 0) {
            CHECK_STATUS(
                sv2_transport_open_in_place(other, altered, len, 0, &frame, &consumed, NULL),
                SV2_OK);
        } else if (what == 1) {
            CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len),
                         SV2_OK);
        }
        CHECK_STATUS(sv2_transport_open_in_place(what == 2 ? client : other, sealed, len, 0, &frame,
                                                 &consumed, NULL),
                     SV2_ERR_DECRYPT);
        check_closed(what == 2 ? client : other);
        noise_disconnect(&client, &other);
    }
}

/* A header above the maximum closes the link before anything is reserved. */
static void oversize(void) {
    uint8_t *plain = noise_memory(70000), *sealed = noise_memory(70000);
    sv2_transport client, other;
    size_t len = 0, consumed = 0;
    sv2_frame frame;
    for (uint32_t max = 1; max < 40000; max = max * 3 + 1) {
        for (uint32_t above = 0; above < 2; above++) {
            const size_t plain_len = noise_put_frame(plain, max + above, 1);
            const sv2_status want = above ? SV2_ERR_FRAME_TOO_LARGE : SV2_OK;
            noise_connect(&server, &client, &other);
            CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, 70000, &len), SV2_OK);
            sv2_decoder decoder = open_decoder(other, max);
            CHECK_STATUS(sv2_decoder_feed(decoder, sealed, SV2_SEALED_HEADER_SIZE, &consumed),
                         want);
            CHECK_STATUS(sv2_decoder_feed(decoder, sealed + 22, len - 22, &consumed),
                         above ? SV2_ERR_POISONED : SV2_OK);
            CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL),
                         above ? SV2_ERR_POISONED : SV2_OK);
            if (above) {
                check_closed(other);
            }
            CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
            noise_disconnect(&client, &other);

            noise_connect(&server, &client, &other);
            CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, 70000, &len), SV2_OK);
            CHECK_STATUS(
                sv2_transport_open_in_place(other, sealed, len, max, &frame, &consumed, NULL),
                want);
            if (above) {
                check_closed(other);
            }
            noise_disconnect(&client, &other);
        }
    }
    free(plain);
    free(sealed);
}

/* The rules of links and their decoders. */
static void one_decoder(void) {
    uint8_t plain[SMALL], sealed[SMALL];
    sv2_transport client, other;
    size_t len = 0, consumed = 0, missing = 0, capacity = 0, held = 0;
    sv2_frame frame, frames[3];
    sv2_error error;
    uint8_t *out;
    noise_connect(&server, &client, &other);
    sv2_decoder decoder = open_decoder(other, 0), second = {99};
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, other, &second), SV2_ERR_STATE);
    CHECK(second.sv2_priv_decoder == 0);
    CHECK_STATUS(
        sv2_transport_open_in_place(other, sealed, sizeof sealed, 0, &frame, &consumed, &missing),
        SV2_ERR_STATE);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL), SV2_WANT_INPUT);
    CHECK_NUMBER(missing, SV2_SEALED_HEADER_SIZE);

    /* One frame at a time: feed stops behind a frame, writable waits for next. */
    size_t plain_len = noise_put_frame(plain, 10, 1);
    plain_len += noise_put_frame(plain + plain_len, 0, 2);
    plain_len += noise_put_frame(plain + plain_len, 20, 3);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, sealed, len, &consumed), SV2_OK);
    CHECK_NUMBER(consumed, sv2_sealed_frame_size(10));
    CHECK_STATUS(sv2_decoder_buffered(decoder, &held), SV2_OK);
    CHECK_NUMBER(held, consumed);
    size_t more = 7;
    CHECK_STATUS(sv2_decoder_feed(decoder, sealed + consumed, len - consumed, &more), SV2_OK);
    CHECK_NUMBER(more, 0);
    CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_ERR_LIMIT);
    CHECK(out == NULL && capacity == 0);
    size_t count = 0;
    missing = 7;
    CHECK_STATUS(sv2_decoder_next_batch(decoder, frames, 3, &count, &missing, &error), SV2_OK);
    CHECK_NUMBER(count, 1);
    CHECK(noise_same_frame(&frames[0], plain));
    CHECK_STATUS(sv2_decoder_next_batch(decoder, frames, 3, &count, &missing, &error), SV2_OK);
    CHECK_NUMBER(count, 0);
    CHECK_NUMBER(missing, SV2_SEALED_HEADER_SIZE);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), SV2_ERR_STATE);
    CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
    CHECK_STATUS(sv2_decoder_commit(decoder, capacity + 1), SV2_ERR_ARGUMENT);
    memcpy(out, sealed + consumed, len - consumed);
    CHECK_STATUS(sv2_decoder_commit(decoder, len - consumed), SV2_OK);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), SV2_ERR_STATE);
    CHECK_STATUS(sv2_decoder_buffered(decoder, &held), SV2_OK);
    CHECK_NUMBER(held, len - consumed);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL), SV2_OK);
    CHECK_NUMBER(frame.msg_type, 2);
    CHECK_NUMBER(frame.payload_len, 0);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL), SV2_OK);
    CHECK(noise_same_frame(&frame, plain + 22));

    /* "A decoder that reads it gets SV2_ERR_TRANSPORT_CLOSED", whatever it does first. */
    CHECK_STATUS(sv2_transport_free(&other), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, &error), SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(error.status, SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, &error), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_error(decoder, &error), SV2_OK);
    CHECK_STATUS(error.status, SV2_ERR_TRANSPORT_CLOSED);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK_STATUS(sv2_transport_free(&client), SV2_OK);

    for (int first = 0; first < 4; first++) {
        noise_connect(&server, &client, &other);
        decoder = open_decoder(other, 0);
        CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
        CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len),
                     SV2_OK);
        if (first == 3) { /* a frame that was opened before is still given */
            CHECK_STATUS(sv2_decoder_feed(decoder, sealed, len, &consumed), SV2_OK);
        }
        CHECK_STATUS(sv2_transport_free(&other), SV2_OK);
        switch (first) {
        case 0:
            CHECK_STATUS(sv2_decoder_feed(decoder, sealed, len, &consumed),
                         SV2_ERR_TRANSPORT_CLOSED);
            break;
        case 1:
            memcpy(out, sealed, len); /* the memory is the decoder's, not the link's */
            CHECK_STATUS(sv2_decoder_commit(decoder, len), SV2_ERR_TRANSPORT_CLOSED);
            break;
        case 2:
            CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_ERR_TRANSPORT_CLOSED);
            break;
        default:
            CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL), SV2_OK);
            CHECK(noise_same_frame(&frame, plain));
            CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL),
                         SV2_ERR_TRANSPORT_CLOSED);
        }
        CHECK_STATUS(sv2_decoder_feed(decoder, sealed, len, &consumed), SV2_ERR_POISONED);
        CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
        CHECK_STATUS(sv2_transport_free(&client), SV2_OK);
    }

    /* Freed in the middle of a frame: what it held is lost, so the link has no second decoder. The
     * sending half is not touched. */
    noise_connect(&server, &client, &other);
    decoder = open_decoder(other, 0);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, sealed, sizeof sealed, &len), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, sealed, 30, &consumed), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, other, &second), SV2_ERR_STATE);
    CHECK_STATUS(sv2_transport_open_in_place(other, sealed, len, 0, &frame, &consumed, &missing),
                 SV2_ERR_STATE);
    check_in_step(other, client);
    noise_disconnect(&client, &other);
}

/* --- Threads --- */

enum { FRAMES = 400, THREADED_PAYLOAD = 3000 };

typedef struct end {
    sv2_transport link;
    uint8_t *outgoing, *incoming; /* sealed frames */
    volatile size_t sent;
    struct end *peer;
    unsigned seed;
} end;

static void *seal_all(void *argument) {
    end *e = argument;
    uint8_t plain[SV2_FRAME_HEADER_SIZE + THREADED_PAYLOAD];
    size_t at = 0, len = 0;
    for (size_t i = 0; i < FRAMES; i++) {
        const size_t n = noise_put_frame(plain, i * 7 % THREADED_PAYLOAD, e->seed + (unsigned)i);
        CHECK_STATUS(sv2_transport_seal(e->link, plain, n, e->outgoing + at, SIZE_MAX, &len),
                     SV2_OK);
        at += len;
        __atomic_store_n(&e->sent, at, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void *open_all(void *argument) {
    end *e = argument;
    uint8_t plain[SV2_FRAME_HEADER_SIZE + THREADED_PAYLOAD];
    sv2_decoder decoder = open_decoder(e->link, 0);
    size_t at = 0, count = 0;
    while (count < FRAMES) {
        const size_t sent = __atomic_load_n(&e->peer->sent, __ATOMIC_ACQUIRE);
        size_t consumed = 0;
        sv2_frame frame;
        const sv2_status fed =
            sv2_decoder_feed(decoder, e->peer->outgoing + at, sent - at, &consumed);
        CHECK_STATUS(fed, SV2_OK);
        if (fed != SV2_OK) {
            break;
        }
        at += consumed;
        while (sv2_decoder_next(decoder, &frame, NULL, NULL) == SV2_OK) {
            noise_put_frame(plain, count * 7 % THREADED_PAYLOAD, e->peer->seed + (unsigned)count);
            CHECK(noise_same_frame(&frame, plain));
            count++;
        }
    }
    CHECK_NUMBER(count, FRAMES);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    return NULL;
}

/* "One thread may seal while another opens", on both ends. */
static void full_duplex(void) {
    end ends[2];
    pthread_t threads[4];
    memset(ends, 0, sizeof ends);
    noise_connect(&server, &ends[0].link, &ends[1].link);
    for (unsigned i = 0; i < 2; i++) {
        ends[i].peer = &ends[1 - i];
        ends[i].seed = i * 100;
        ends[i].outgoing = noise_memory(FRAMES * sv2_sealed_frame_size(THREADED_PAYLOAD));
    }
    for (size_t i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, i < 2 ? seal_all : open_all, &ends[i % 2]) == 0);
    }
    for (size_t i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    noise_disconnect(&ends[0].link, &ends[1].link);
    free(ends[0].outgoing);
    free(ends[1].outgoing);
}

/* One link, sealed on by many threads: every frame has a nonce of its own. */
typedef struct shared {
    sv2_transport link;
    pthread_mutex_t mutex; /* keeps the frames in the order in which they were sealed */
    uint8_t *wire;
    size_t len;
} shared;

static void *seal_shared(void *argument) {
    shared *s = argument;
    uint8_t plain[64];
    size_t len = 0;
    const size_t n = noise_put_frame(plain, 20, 5);
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&s->mutex);
        CHECK_STATUS(sv2_transport_seal(s->link, plain, n, s->wire + s->len, SIZE_MAX, &len),
                     SV2_OK);
        s->len += len;
        pthread_mutex_unlock(&s->mutex);
    }
    return NULL;
}

/* A link that is freed while another thread uses it: a status, nothing else. */
static void *seal_until_gone(void *argument) {
    const sv2_transport *link = argument;
    uint8_t plain[64], out[256];
    size_t len = 0;
    const size_t n = noise_put_frame(plain, 20, 5);
    sv2_status status = SV2_OK;
    while (status == SV2_OK) {
        status = sv2_transport_seal(*link, plain, n, out, sizeof out, &len);
    }
    CHECK_STATUS(status, SV2_ERR_HANDLE);
    return NULL;
}

static void *feed_until_gone(void *argument) {
    const sv2_decoder *decoder = argument;
    sv2_frame frame;
    sv2_status status = SV2_OK;
    while (status >= 0) { /* SV2_WANT_INPUT */
        status = sv2_decoder_next(*decoder, &frame, NULL, NULL);
    }
    CHECK_STATUS(status, SV2_ERR_TRANSPORT_CLOSED);
    return NULL;
}

static void shared_links(void) {
    shared s;
    sv2_transport other;
    pthread_t threads[4];
    memset(&s, 0, sizeof s);
    noise_connect(&server, &s.link, &other);
    s.wire = noise_memory(800 * sv2_sealed_frame_size(20));
    pthread_mutex_init(&s.mutex, NULL);
    for (size_t i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, seal_shared, &s) == 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    size_t at = 0, consumed = 0, count = 0;
    sv2_frame frame;
    while (at < s.len && sv2_transport_open_in_place(other, s.wire + at, s.len - at, 0, &frame,
                                                     &consumed, NULL) == SV2_OK) {
        at += consumed;
        count++;
    }
    CHECK_NUMBER(count, 800);
    pthread_mutex_destroy(&s.mutex);
    noise_disconnect(&s.link, &other);

    for (int turn = 0; turn < 5; turn++) {
        sv2_transport client, copy_client, copy_other;
        noise_connect(&server, &client, &other);
        sv2_decoder decoder = open_decoder(other, 0);
        copy_client = client;
        copy_other = other;
        CHECK(pthread_create(&threads[0], NULL, seal_until_gone, &copy_client) == 0);
        CHECK(pthread_create(&threads[1], NULL, feed_until_gone, &decoder) == 0);
        CHECK(pthread_create(&threads[2], NULL, seal_until_gone, &copy_other) == 0);
        sv2_u256 hash;
        for (int i = 0; i < 2000; i++) {
            CHECK_STATUS(sv2_transport_handshake_hash(client, &hash), SV2_OK);
        }
        noise_disconnect(&client, &other);
        for (size_t i = 0; i < 3; i++) {
            pthread_join(threads[i], NULL);
        }
        CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    }
    free(s.wire);
}

int main(void) {
    noise_server_open(&server);
    sealed_sizes();
    every_size();
    batches();
    every_cut();
    partial_open();
    refused_calls();
    tampered();
    oversize();
    one_decoder();
    full_duplex();
    shared_links();
    noise_server_close(&server);
    return check_end("noise_transport");
}
