/* The stream decoder: any pieces, both ways of feeding, batches, limits, and what happens to a
 * stream that cannot go on. */
#include <stdlib.h>

#include "check.h"

enum { STREAM_MAX = 1024, FRAMES_MAX = 16, PATTERN = 0x3c };

static uint8_t stream[STREAM_MAX];
static size_t stream_len;
static sv2_frame expected[FRAMES_MAX];
static size_t expected_count;

static uint8_t body[256];

static void add(uint16_t extension_type, uint8_t msg_type, uint8_t channel_msg, size_t len) {
    sv2_frame *frame = &expected[expected_count++];
    memset(frame, 0, sizeof *frame);
    frame->extension_type = extension_type;
    frame->msg_type = msg_type;
    frame->channel_msg = channel_msg;
    frame->payload = len == 0 ? NULL : body;
    frame->payload_len = len;
    frame->channel_id = channel_msg != 0 && len >= 4 ? 0x03020100 : 0;
    uint8_t *out = stream + stream_len;
    out[0] = (uint8_t)extension_type;
    out[1] = (uint8_t)(extension_type >> 8 | (channel_msg != 0 ? 0x80 : 0));
    out[2] = msg_type;
    out[3] = (uint8_t)len;
    out[4] = (uint8_t)(len >> 8);
    out[5] = (uint8_t)(len >> 16);
    memcpy(out + SV2_FRAME_HEADER_SIZE, body, len);
    stream_len += SV2_FRAME_HEADER_SIZE + len;
}

/* Frames of every kind: empty ones, unknown extensions and types, channel_msg with and without room
 * for a channel_id. */
static void make_stream(void) {
    for (size_t i = 0; i < sizeof body; i++) {
        body[i] = (uint8_t)i;
    }
    add(0, 0x01, 0, 6);
    add(0, 0x1b, 1, 44);
    add(0x0777, 0x42, 0, 0); /* zero-length payload, unknown extension */
    add(0x0777, 0x42, 1, 4); /* nothing but a channel_id */
    add(0x7fff, 0xff, 1, 3); /* channel_msg without 4 bytes */
    add(0x0001, 0x00, 0, 6);
    add(0, 0x1e, 0, 1); /* reserved msg_type */
    add(0, 0x70, 0, 6);
    add(0, 0xff, 1, 0);
    add(0, 0x71, 0, 200);
}

static void check_frame(const sv2_frame *got, const sv2_frame *want) {
    CHECK_NUMBER(got->extension_type, want->extension_type);
    CHECK_NUMBER(got->msg_type, want->msg_type);
    CHECK_NUMBER(got->channel_msg, want->channel_msg);
    CHECK_NUMBER(got->channel_id, want->channel_id);
    CHECK_BYTES(got->payload, got->payload_len, want->payload, want->payload_len);
    CHECK((got->payload == NULL) == (want->payload_len == 0));
}

/* Takes every frame that there is; returns how many there are now. */
static size_t take(sv2_decoder decoder, size_t have) {
    for (;;) {
        sv2_frame frame;
        size_t missing = 99;
        sv2_error error;
        memset(&frame, PATTERN, sizeof frame);
        const sv2_status status = sv2_decoder_next(decoder, &frame, &missing, &error);
        CHECK_STATUS(error.status, SV2_OK);
        if (status != SV2_OK) {
            CHECK_STATUS(status, SV2_WANT_INPUT);
            CHECK(missing > 0);
            CHECK(filled_with(&frame, sizeof frame, 0));
            return have;
        }
        CHECK_NUMBER(missing, 0);
        CHECK(have < expected_count);
        check_frame(&frame, &expected[have++]);
    }
}

static void feed_all(sv2_decoder decoder, const uint8_t *in, size_t len) {
    size_t consumed = 99;
    CHECK_STATUS(sv2_decoder_feed(decoder, in, len, &consumed), SV2_OK);
    CHECK_NUMBER(consumed, len);
}

/* Gives bytes by writable and commit, at most piece at a time. */
static void write_all(sv2_decoder decoder, const uint8_t *in, size_t len, size_t piece) {
    while (len > 0) {
        uint8_t *out = NULL;
        size_t capacity = 0;
        CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
        CHECK(out != NULL && capacity >= 1);
        size_t n = capacity < len ? capacity : len;
        n = n < piece ? n : piece;
        memcpy(out, in, n);
        CHECK_STATUS(sv2_decoder_commit(decoder, n), SV2_OK);
        in += n;
        len -= n;
    }
}

static sv2_decoder make(uint32_t max_payload_size) {
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    sv2_decoder decoder = {0};
    config.max_payload_size = max_payload_size;
    CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_OK);
    return decoder;
}

static void drop(sv2_decoder decoder) {
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
}

static void cut_at_every_byte(void) {
    for (size_t cut = 0; cut <= stream_len; cut++) {
        sv2_decoder fed = make(0);
        feed_all(fed, stream, cut);
        size_t have = take(fed, 0);
        feed_all(fed, stream + cut, stream_len - cut);
        CHECK_NUMBER(take(fed, have), expected_count);
        drop(fed);

        sv2_decoder written = make(0);
        write_all(written, stream, cut, SIZE_MAX);
        have = take(written, 0);
        write_all(written, stream + cut, stream_len - cut, SIZE_MAX);
        CHECK_NUMBER(take(written, have), expected_count);
        drop(written);
    }
}

static void pieces_of_every_size(void) {
    for (size_t piece = 1; piece < 64; piece++) {
        sv2_decoder fed = make(0);
        sv2_decoder written = make(0);
        size_t have_fed = 0, have_written = 0;
        for (size_t at = 0; at < stream_len; at += piece) {
            const size_t n = piece < stream_len - at ? piece : stream_len - at;
            feed_all(fed, stream + at, n);
            have_fed = take(fed, have_fed);
            write_all(written, stream + at, n, 1 + piece / 2);
            have_written = take(written, have_written);
        }
        CHECK_NUMBER(have_fed, expected_count);
        CHECK_NUMBER(have_written, expected_count);
        drop(fed);
        drop(written);
    }
}

/* missing is exact: the rest of the header, then the rest of the payload. */
static void missing_bytes(void) {
    sv2_decoder decoder = make(0);
    const size_t size = SV2_FRAME_HEADER_SIZE + expected[0].payload_len;
    for (size_t have = 0; have < size; have++) {
        sv2_frame frame;
        size_t missing = 0, count = 9, consumed = 9;
        CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL), SV2_WANT_INPUT);
        CHECK_NUMBER(missing,
                     have < SV2_FRAME_HEADER_SIZE ? SV2_FRAME_HEADER_SIZE - have : size - have);
        CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_WANT_INPUT);
        missing = 0;
        CHECK_STATUS(sv2_decoder_next_batch(decoder, &frame, 1, &count, &missing, NULL), SV2_OK);
        CHECK_NUMBER(count, 0);
        CHECK_NUMBER(missing,
                     have < SV2_FRAME_HEADER_SIZE ? SV2_FRAME_HEADER_SIZE - have : size - have);
        /* The calls without a decoder say the same. */
        CHECK_STATUS(sv2_frame_decode(stream, have, 0, &frame, &consumed, &missing, NULL),
                     SV2_WANT_INPUT);
        CHECK_NUMBER(missing,
                     have < SV2_FRAME_HEADER_SIZE ? SV2_FRAME_HEADER_SIZE - have : size - have);
        CHECK_NUMBER(consumed, 0);
        feed_all(decoder, stream + have, 1);
    }
    CHECK_NUMBER(take(decoder, 0), 1);
    drop(decoder);
}

/* What has not come out: not 0 when the peer closes inside a frame. */
static void buffered_bytes(void) {
    sv2_decoder decoder = make(0);
    sv2_frame frame;
    size_t n = 9, fed = 0, left = 0;
    CHECK_STATUS(sv2_decoder_buffered(decoder, &n), SV2_OK);
    CHECK_NUMBER(n, 0);
    for (; fed < stream_len; fed++) {
        feed_all(decoder, stream + fed, 1);
        left++;
        CHECK_STATUS(sv2_decoder_buffered(decoder, &n), SV2_OK);
        CHECK_NUMBER(n, left);
        if (sv2_decoder_next(decoder, &frame, NULL, NULL) == SV2_OK) {
            left -= SV2_FRAME_HEADER_SIZE + frame.payload_len;
            CHECK_STATUS(sv2_decoder_buffered(decoder, &n), SV2_OK);
            CHECK_NUMBER(n, left);
        }
    }
    CHECK_NUMBER(left, 0);
    write_all(decoder, stream, 3, 3);
    CHECK_STATUS(sv2_decoder_buffered(decoder, &n), SV2_OK);
    CHECK_NUMBER(n, 3);
    drop(decoder);
}

static void batches(void) {
    for (size_t room = 1; room <= expected_count + 2; room++) {
        sv2_decoder decoder = make(0);
        sv2_frame frames[FRAMES_MAX], before[FRAMES_MAX];
        size_t have = 0, count = 0, missing = 0;
        feed_all(decoder, stream, stream_len);
        feed_all(decoder, stream, 3); /* and a bit of one more */
        do {
            memset(frames, PATTERN, sizeof frames);
            CHECK_STATUS(sv2_decoder_next_batch(decoder, frames, room, &count, &missing, NULL),
                         SV2_OK);
            for (size_t i = 0; i < count; i++) {
                before[have] = frames[i];
                check_frame(&frames[i], &expected[have++]);
            }
            CHECK_NUMBER(missing, count == room ? 0 : 3);
            CHECK(filled_with(frames + room, sizeof frames - room * sizeof *frames, PATTERN));
        } while (count == room);
        CHECK_NUMBER(have, expected_count);
        /* All of them are valid until the next feed. */
        for (size_t i = 0; i < have; i++) {
            check_frame(&before[i], &expected[i]);
        }
        drop(decoder);

        /* The same from an array. */
        const uint8_t *in = stream;
        size_t left = stream_len, consumed = 0;
        have = 0;
        do {
            CHECK_STATUS(sv2_frame_decode_batch(in, left, 0, frames, room, &count, &consumed,
                                                &missing, NULL),
                         SV2_OK);
            for (size_t i = 0; i < count; i++) {
                check_frame(&frames[i], &expected[have++]);
                CHECK(frames[i].payload == NULL ||
                      (frames[i].payload > in && frames[i].payload < stream + stream_len));
            }
            in += consumed;
            left -= consumed;
        } while (left > 0 && count > 0);
        CHECK_NUMBER(left, 0);
        CHECK_NUMBER(have, expected_count);
    }
}

static void put_header(uint8_t *out, uint32_t len) {
    const uint8_t header[SV2_FRAME_HEADER_SIZE] = {
        0x77, 0x87, 0x42, (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16)};
    memcpy(out, header, sizeof header);
}

static void check_too_large(const sv2_error *error, uint32_t size, uint32_t limit) {
    CHECK_STATUS(error->status, SV2_ERR_FRAME_TOO_LARGE);
    CHECK_NUMBER(error->extension_type, 0x0777);
    CHECK_NUMBER(error->msg_type, 0x42);
    CHECK_NUMBER(error->field, SV2_FIELD_NONE);
    CHECK_NUMBER(error->size, size);
    CHECK_NUMBER(error->limit, limit);
}

/* The stream has ended: everything but error and free refuses. */
static void check_ended(sv2_decoder decoder, uint32_t size, uint32_t limit) {
    sv2_frame frame;
    sv2_error error;
    size_t n = 9;
    uint8_t *out = stream;
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, &error), SV2_ERR_POISONED);
        CHECK_STATUS(error.status, SV2_ERR_POISONED);
        CHECK(filled_with(&frame, sizeof frame, 0));
        CHECK_STATUS(sv2_decoder_next_batch(decoder, &frame, 1, &n, NULL, NULL), SV2_ERR_POISONED);
        CHECK_NUMBER(n, 0);
        n = 9;
        CHECK_STATUS(sv2_decoder_feed(decoder, stream, 1, &n), SV2_ERR_POISONED);
        CHECK_NUMBER(n, 0);
        CHECK_STATUS(sv2_decoder_writable(decoder, &out, &n), SV2_ERR_POISONED);
        CHECK(out == NULL && n == 0);
        CHECK(sv2_decoder_commit(decoder, 0) < 0);
        memset(&error, PATTERN, sizeof error);
        CHECK_STATUS(sv2_decoder_error(decoder, &error), SV2_OK);
        check_too_large(&error, size, limit);
    }
    drop(decoder);
}

/* FR-12: a header that states too much ends the stream when its last byte arrives, and not before.
 */
static void oversize_header(void) {
    static const uint32_t limits[] = {1, 100, SV2_PAYLOAD_SIZE_DEFAULT, SV2_PAYLOAD_SIZE_MAX - 1};
    uint8_t header[2 * SV2_FRAME_HEADER_SIZE];
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const uint32_t limit = limits[i];
        const uint32_t config = limit == SV2_PAYLOAD_SIZE_DEFAULT ? 0 : limit;
        sv2_error error;
        sv2_frame frame;
        size_t consumed, missing, count;
        uint8_t *out;
        put_header(header, limit + 1);

        sv2_decoder bytewise = make(config);
        feed_all(bytewise, header, 5);
        CHECK_STATUS(sv2_decoder_error(bytewise, &error), SV2_OK);
        CHECK_STATUS(error.status, SV2_OK);
        CHECK_NUMBER(error.field, SV2_FIELD_NONE);
        CHECK_STATUS(sv2_decoder_feed(bytewise, header + 5, 1, &consumed), SV2_ERR_FRAME_TOO_LARGE);
        check_ended(bytewise, limit + 1, limit);

        sv2_decoder written = make(config);
        CHECK_STATUS(sv2_decoder_writable(written, &out, &consumed), SV2_OK);
        if (consumed >= sizeof header / 2) {
            memcpy(out, header, sizeof header / 2);
            CHECK_STATUS(sv2_decoder_commit(written, sizeof header / 2), SV2_ERR_FRAME_TOO_LARGE);
            check_ended(written, limit + 1, limit);
        } else {
            drop(written);
        }

        /* Behind a good frame the good one still comes out. */
        put_header(header, 0);
        put_header(header + SV2_FRAME_HEADER_SIZE, limit + 1);
        if (limit >= SV2_FRAME_HEADER_SIZE) {
            sv2_decoder behind = make(config);
            feed_all(behind, header, sizeof header);
            CHECK_STATUS(sv2_decoder_next(behind, &frame, NULL, &error), SV2_OK);
            CHECK_NUMBER(frame.payload_len, 0);
            CHECK_STATUS(sv2_decoder_next(behind, &frame, &missing, &error),
                         SV2_ERR_FRAME_TOO_LARGE);
            check_too_large(&error, limit + 1, limit);
            CHECK_NUMBER(missing, 0);
            check_ended(behind, limit + 1, limit);

            sv2_decoder batch = make(config);
            feed_all(batch, header, sizeof header);
            sv2_frame two[2];
            CHECK_STATUS(sv2_decoder_next_batch(batch, two, 2, &count, &missing, &error),
                         SV2_ERR_FRAME_TOO_LARGE);
            CHECK_NUMBER(count, 1);
            CHECK_NUMBER(two[0].msg_type, 0x42);
            check_too_large(&error, limit + 1, limit);
            check_ended(batch, limit + 1, limit);
        }

        /* The calls without a decoder. */
        sv2_frame two[2];
        CHECK_STATUS(sv2_frame_decode_batch(header, sizeof header, config, two, 2, &count,
                                            &consumed, &missing, &error),
                     SV2_ERR_FRAME_TOO_LARGE);
        CHECK_NUMBER(count, 1);
        CHECK_NUMBER(consumed, SV2_FRAME_HEADER_SIZE);
        CHECK_NUMBER(missing, 0);
        check_too_large(&error, limit + 1, limit);
        CHECK_STATUS(sv2_frame_decode(header + SV2_FRAME_HEADER_SIZE, SV2_FRAME_HEADER_SIZE, config,
                                      &frame, &consumed, &missing, &error),
                     SV2_ERR_FRAME_TOO_LARGE);
        CHECK_NUMBER(consumed, 0);
        check_too_large(&error, limit + 1, limit);

        /* Exactly the limit is fine. */
        put_header(header, limit);
        sv2_decoder good = make(config);
        feed_all(good, header, SV2_FRAME_HEADER_SIZE);
        CHECK_STATUS(sv2_decoder_next(good, &frame, &missing, &error), SV2_WANT_INPUT);
        CHECK_NUMBER(missing, limit);
        drop(good);
    }
}

static void largest_frame(void) {
    const size_t size = SV2_FRAME_HEADER_SIZE + (size_t)SV2_PAYLOAD_SIZE_MAX;
    uint8_t *big = malloc(size);
    if (big == NULL) {
        CHECK(big != NULL);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        big[i] = (uint8_t)(i * 7 >> 3);
    }
    put_header(big, SV2_PAYLOAD_SIZE_MAX);
    for (int way = 0; way < 3; way++) {
        sv2_decoder decoder = make(SV2_PAYLOAD_SIZE_MAX);
        if (way == 0) {
            feed_all(decoder, big, size);
        } else if (way == 1) {
            for (size_t at = 0; at < size;) {
                const size_t n = 65521 < size - at ? 65521 : size - at;
                feed_all(decoder, big + at, n);
                at += n;
            }
        } else {
            write_all(decoder, big, size, SIZE_MAX);
        }
        sv2_frame frame;
        CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
        CHECK_NUMBER(frame.payload_len, SV2_PAYLOAD_SIZE_MAX);
        CHECK_BYTES(frame.payload, frame.payload_len, big + SV2_FRAME_HEADER_SIZE,
                    size - SV2_FRAME_HEADER_SIZE);
        drop(decoder);
    }
    free(big);
}

/* Complete frames fill the decoder: it takes no more until they are taken, and loses none. */
static void flood(void) {
    enum { FLOOD = 1000, LIMIT = 100 };
    static uint8_t in[FLOOD * SV2_FRAME_HEADER_SIZE];
    for (size_t i = 0; i < FLOOD; i++) {
        put_header(in + i * SV2_FRAME_HEADER_SIZE, 0);
        in[i * SV2_FRAME_HEADER_SIZE + 2] = (uint8_t)i;
    }
    sv2_decoder decoder = make(LIMIT);
    size_t at = 0, seen = 0, consumed = 0, capacity = 9;
    uint8_t *out = in;
    CHECK_STATUS(sv2_decoder_feed(decoder, in, sizeof in, &consumed), SV2_OK);
    CHECK_NUMBER(consumed, SV2_FRAME_HEADER_SIZE + LIMIT);
    at = consumed;
    CHECK_STATUS(sv2_decoder_feed(decoder, in + at, 1, &consumed), SV2_OK);
    CHECK_NUMBER(consumed, 0);
    CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_ERR_LIMIT);
    CHECK(out == NULL && capacity == 0);
    for (int rounds = 0; rounds < FLOOD && seen < FLOOD; rounds++) {
        sv2_frame frames[7];
        size_t count = 0;
        do {
            CHECK_STATUS(sv2_decoder_next_batch(decoder, frames, 7, &count, NULL, NULL), SV2_OK);
            for (size_t i = 0; i < count; i++) {
                CHECK_NUMBER(frames[i].msg_type, (uint8_t)seen);
                seen++;
            }
        } while (count == 7);
        CHECK_STATUS(sv2_decoder_feed(decoder, in + at, sizeof in - at, &consumed), SV2_OK);
        at += consumed;
    }
    CHECK_NUMBER(seen, FLOOD);
    CHECK_NUMBER(at, sizeof in);
    drop(decoder);

    /* One frame taken is room for one frame, by writable too. */
    decoder = make(LIMIT);
    CHECK_STATUS(sv2_decoder_feed(decoder, in, sizeof in, &consumed), SV2_OK);
    sv2_frame frame;
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
    CHECK(capacity >= 1 && capacity <= SV2_FRAME_HEADER_SIZE);
    drop(decoder);
}

/* FR-07: channel_msg promises a channel_id; a message of an unknown extension without one is an
 * error of that message, and the stream goes on. */
static void channel_bit_without_channel_id(void) {
    static const uint8_t in[] = {0x77, 0x87, 0x42, 3, 0, 0, 1, 2, 3, 0, 0, 0x73, 0, 0, 0};
    sv2_decoder decoder = make(0);
    sv2_frame frame;
    sv2_message message;
    sv2_error error;
    feed_all(decoder, in, sizeof in);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, &error), SV2_OK);
    CHECK_NUMBER(frame.channel_msg, 1);
    CHECK_NUMBER(frame.channel_id, 0);
    CHECK_NUMBER(frame.payload_len, 3);
    CHECK_STATUS(sv2_message_decode(&frame, &message, &error), SV2_ERR_TRUNCATED);
    CHECK_NUMBER(error.extension_type, 0x0777);
    CHECK_NUMBER(error.msg_type, 0x42);
    CHECK_NUMBER(error.size, 3);
    CHECK_NUMBER(error.field,
                 SV2_FIELD_NONE); /* the message has no fields that the library knows */
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, &error), SV2_OK);
    CHECK_NUMBER(frame.msg_type, 0x73);
    drop(decoder);
}

static void independent_decoders(void) {
    sv2_decoder many[64];
    for (size_t i = 0; i < 64; i++) {
        many[i] = make(0);
    }
    size_t have[64] = {0};
    for (size_t at = 0; at < stream_len; at++) {
        for (size_t i = 0; i < 64; i++) {
            feed_all(many[i], stream + at, 1);
            have[i] = take(many[i], have[i]);
        }
    }
    for (size_t i = 0; i < 64; i++) {
        CHECK_NUMBER(have[i], expected_count);
        drop(many[i]);
    }
}

/* Freed with bytes, frames and memory in it. */
static void freed_in_the_middle(void) {
    sv2_decoder decoder = make(0);
    uint8_t *out;
    size_t capacity;
    sv2_frame frame;
    feed_all(decoder, stream, stream_len - 10);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_decoder_writable(decoder, &out, &capacity), SV2_OK);
    /* Taking frames between writable and commit is allowed: it does not end the memory. */
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
    out[0] = stream[stream_len - 10];
    CHECK_STATUS(sv2_decoder_commit(decoder, 1), SV2_OK);
    drop(decoder);
    drop(make(1)); /* and never used */
}

int main(void) {
    make_stream();
    cut_at_every_byte();
    pieces_of_every_size();
    missing_bytes();
    buffered_bytes();
    batches();
    oversize_header();
    largest_frame();
    flood();
    channel_bit_without_channel_id();
    independent_decoders();
    freed_in_the_middle();
    return check_end("decoder");
}
