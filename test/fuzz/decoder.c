/* Any stream in any pieces, given and taken in all ways that there are: the frames and the end are
 * those of the whole array. */
#include "stream.h"

enum { BATCH = 3 };

typedef struct reader {
    fuzz_input whole; /* behind the frames that came out */
    uint32_t most;
} reader;

static void expect_next(reader *r, const sv2_frame *got) {
    sv2_frame want;
    size_t consumed;
    EXPECT(SANE(sv2_frame_decode(r->whole.data, r->whole.size, r->most, &want, &consumed, NULL,
                                 NULL)) == SV2_OK);
    EXPECT(same_frame(got, &want));
    take_run(&r->whole, consumed);
}

/* The stream stops here: with too little, or with a frame that is too large. */
static void expect_stop(const reader *r, sv2_status status, size_t missing) {
    sv2_frame frame;
    size_t consumed, wanted;
    const sv2_status want = SANE(
        sv2_frame_decode(r->whole.data, r->whole.size, r->most, &frame, &consumed, &wanted, NULL));
    EXPECT(status != SV2_ERR_FRAME_TOO_LARGE || want == status);
    EXPECT(status != SV2_WANT_INPUT || missing > 0);
}

/* Takes all frames; returns whether the stream goes on. given is what giving bytes to it ended
 * with: an error is told once. */
static int take_frames(sv2_decoder decoder, reader *r, int in_batches, sv2_status given) {
    for (;;) {
        sv2_frame frames[BATCH];
        sv2_error error;
        size_t count = 0, missing = 0;
        sv2_status status;
        if (in_batches) {
            status = SANE(sv2_decoder_next_batch(decoder, frames, BATCH, &count, &missing, &error));
        } else {
            status = SANE(sv2_decoder_next(decoder, frames, &missing, &error));
            count = status == SV2_OK;
        }
        EXPECT(count <= BATCH);
        for (size_t i = 0; i < count; i++) {
            expect_next(r, &frames[i]);
        }
        if (status < 0) {
            EXPECT(status == (given < 0 ? SV2_ERR_POISONED : SV2_ERR_FRAME_TOO_LARGE));
            EXPECT(error.status == status || given < 0);
            expect_stop(r, SV2_ERR_FRAME_TOO_LARGE, missing);
            return 0;
        }
        if (status == SV2_WANT_INPUT || (in_batches && count < BATCH)) {
            expect_stop(r, SV2_WANT_INPUT, missing);
            return 1;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    sv2_decoder decoder;
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    config.max_payload_size = 1 + take_u16(&in) % 1500;
    const fuzz_input ways = take_run(&in, take_u8(&in) % 16);
    reader r = {in, config.max_payload_size};
    int going = 1;
    EXPECT(SANE(sv2_decoder_new(&config, &decoder)) == SV2_OK);
    for (size_t turn = 0; in.size > 0 && going; turn++) {
        const uint8_t way = ways.size > 0 ? ways.data[turn % ways.size] : 0xfe;
        size_t taken, held;
        const sv2_status status = give(decoder, in, way, &taken);
        take_run(&in, taken);
        EXPECT(taken > 0 || status != SV2_OK);
        EXPECT(status == SV2_OK || status == SV2_ERR_FRAME_TOO_LARGE ||
               (status == SV2_ERR_LIMIT && (way & 1) == 1));
        const sv2_status given = status == SV2_ERR_LIMIT ? SV2_OK : status;
        going = take_frames(decoder, &r, (way & 2) != 0, given);
        EXPECT(status != SV2_ERR_FRAME_TOO_LARGE || !going);
        if (going) {
            EXPECT(sv2_decoder_buffered(decoder, &held) == SV2_OK);
            EXPECT(held == r.whole.size - in.size && held < 6 + (size_t)r.most);
        }
    }
    sv2_error error;
    EXPECT(sv2_decoder_error(decoder, &error) == SV2_OK && (error.status == SV2_OK) == going);
    if (!going) {
        size_t taken;
        EXPECT(sv2_decoder_feed(decoder, data, size, &taken) == SV2_ERR_POISONED && taken == 0);
    }
    EXPECT(sv2_decoder_free(&decoder) == SV2_OK);
    expect_left(0);
    return 0;
}
