/* Frames of any sizes over an encrypted link, with bytes changed on the way, opened by a decoder or
 * in place: what comes out is what went in, up to the first change. */
#include "server.h"
#include "stream.h"

enum { FRAMES_MAX = 8, STREAM_MAX = 200000, PAYLOAD_MAX = 70000 };

typedef struct sealed_stream {
    uint8_t *plain, *wire;
    size_t plain_size, wire_size;
    size_t intact; /* bytes of plain in front of the first frame that was changed */
    int changed;
} sealed_stream;

static void append_frame(sealed_stream *s, sv2_transport link, size_t payload, fuzz_input *in,
                         int in_place) {
    uint8_t *frame = s->plain + s->plain_size;
    const fuzz_input run = take_run(in, payload < 16 ? payload : 16);
    const size_t size = SV2_FRAME_HEADER_SIZE + payload;
    const uint8_t header[] = {1,
                              0x40,
                              (uint8_t)payload,
                              (uint8_t)payload,
                              (uint8_t)(payload >> 8),
                              (uint8_t)(payload >> 16)};
    memcpy(frame, header, sizeof header);
    memset(frame + sizeof header, 0x5a, payload);
    if (run.size > 0) {
        memcpy(frame + sizeof header, run.data, run.size);
    }
    const size_t sealed_size = sv2_sealed_frame_size(payload);
    size_t len = 0;
    uint8_t *sealed = exact(sealed_size + SV2_TAG_SIZE);
    if (in_place) {
        memcpy(sealed + SV2_TAG_SIZE, frame, size);
        EXPECT(SANE(sv2_transport_seal_in_place(link, sealed, sealed_size + SV2_TAG_SIZE, size,
                                                &len)) == SV2_OK);
    } else {
        EXPECT(SANE(sv2_transport_seal(link, frame, size, sealed, sealed_size - 1, &len)) ==
               SV2_ERR_BUFFER_TOO_SMALL);
        EXPECT(len == sealed_size);
        EXPECT(SANE(sv2_transport_seal(link, frame, size, sealed, sealed_size, &len)) == SV2_OK);
    }
    EXPECT(len == sealed_size);
    memcpy(s->wire + s->wire_size, sealed, len);
    free(sealed);
    const uint32_t change = take_u32(in);
    if (change & 0xff) {
        if (!s->changed) {
            s->intact = s->plain_size;
        }
        s->wire[s->wire_size + (change >> 8) % len] ^= (uint8_t)change;
        s->changed = 1;
    }
    s->plain_size += size;
    s->wire_size += len;
    if (!s->changed) {
        s->intact = s->plain_size;
    }
}

/* Compares a frame with what stands at this place of the plain stream, and passes over it. */
static void expect_frame(const sealed_stream *s, size_t *at, const sv2_frame *got) {
    sv2_frame want;
    size_t consumed;
    EXPECT(sv2_frame_decode(s->plain + *at, s->intact - *at, PAYLOAD_MAX, &want, &consumed, NULL,
                            NULL) == SV2_OK);
    EXPECT(same_frame(got, &want));
    *at += consumed;
}

static sv2_status read_by_decoder(const sealed_stream *s, sv2_transport link, fuzz_input ways,
                                  size_t *at) {
    sv2_decoder decoder;
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    config.max_payload_size = PAYLOAD_MAX;
    EXPECT(SANE(sv2_decoder_new_sealed(&config, link, &decoder)) == SV2_OK);
    fuzz_input wire = {s->wire, s->wire_size};
    sv2_status status = SV2_OK;
    for (size_t turn = 0; wire.size > 0 && status >= 0; turn++) {
        size_t taken, missing;
        sv2_frame frame;
        status = give(decoder, wire, ways.size > 0 ? ways.data[turn % ways.size] : 0xff, &taken);
        take_run(&wire, taken);
        if (status == SV2_ERR_LIMIT) {
            status = SV2_OK;
        }
        while (status == SV2_OK) {
            status = SANE(sv2_decoder_next(decoder, &frame, &missing, NULL));
            if (status == SV2_OK) {
                expect_frame(s, at, &frame);
            }
        }
    }
    EXPECT(sv2_decoder_free(&decoder) == SV2_OK);
    return status;
}

static sv2_status read_in_place(sealed_stream *s, sv2_transport link, fuzz_input ways, size_t *at) {
    size_t front = 0, end = 0;
    sv2_status status = SV2_OK;
    for (size_t turn = 0; (end < s->wire_size || status == SV2_OK) && status >= 0; turn++) {
        const size_t more = 1 + (ways.size > 0 ? ways.data[turn % ways.size] * (size_t)64 : 9999);
        end = end + more < s->wire_size ? end + more : s->wire_size;
        do {
            sv2_frame frame;
            size_t consumed, missing;
            status = SANE(sv2_transport_open_in_place(link, s->wire + front, end - front,
                                                      PAYLOAD_MAX, &frame, &consumed, &missing));
            if (status == SV2_OK) {
                EXPECT(consumed <= end - front);
                expect_frame(s, at, &frame);
                front += consumed;
            }
            EXPECT(status != SV2_WANT_INPUT || missing > 0);
        } while (status == SV2_OK);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    sv2_transport client_link, server_link;
    sealed_stream s = {exact(STREAM_MAX), exact(STREAM_MAX), 0, 0, 0, 0};
    server_connect(server_get(), &client_link, &server_link);
    const uint8_t options = take_u8(&in);
    const fuzz_input ways = take_run(&in, take_u8(&in) % 8);
    for (int i = 0; i < FRAMES_MAX && in.size > 0; i++) {
        size_t payload = take_u8(&in);
        if (payload >= 250) { /* around the end of a block */
            payload = SV2_BLOCK_SIZE_MAX + payload - 252;
        }
        if (s.wire_size + payload + 200 < STREAM_MAX) {
            append_frame(&s, client_link, payload, &in, (options & 1) != 0);
        }
    }
    size_t at = 0;
    const sv2_status status = (options & 2) != 0 ? read_in_place(&s, server_link, ways, &at)
                                                 : read_by_decoder(&s, server_link, ways, &at);
    EXPECT(at == s.intact);
    EXPECT(status == (s.changed ? SV2_ERR_DECRYPT : s.wire_size > 0 ? SV2_WANT_INPUT : status));
    if (s.changed) {
        size_t len;
        EXPECT(sv2_transport_seal(server_link, s.plain, s.plain_size, s.wire, STREAM_MAX, &len) ==
               SV2_ERR_TRANSPORT_CLOSED);
    }
    EXPECT(sv2_transport_free(&client_link) == SV2_OK);
    EXPECT(sv2_transport_free(&server_link) == SV2_OK);
    expect_left(SERVER_OBJECTS);
    free(s.plain);
    free(s.wire);
    return 0;
}
