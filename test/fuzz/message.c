/* Every message, by its typed functions and by the generic ones: a payload that decodes encodes
 * into exactly the memory that was asked for, and decodes to the same; a struct with any values
 * encodes and decodes, or is refused. */
#include "../c/each_message.h"
#include "fuzz.h"

static void expect_error(const sv2_error *error, sv2_status status, size_t size) {
    char text[SV2_ERROR_TEXT_SIZE];
    size_t len;
    EXPECT(error->status == status);
    EXPECT(status != SV2_ERR_TRUNCATED || error->offset <= size);
    EXPECT(SANE(sv2_error_text(error, text, sizeof text, &len)) == SV2_OK);
    EXPECT(len > 1 && len <= sizeof text && text[len - 1] == 0);
}

/* Encodes in all sizes of memory that make a difference; the caller frees what it gets. */
static uint8_t *encode(const message_row *row, const void *message, sv2_bytes trailing,
                       size_t *len) {
    sv2_error error;
    size_t again;
    sv2_status status = SANE(row->encode(message, &trailing, NULL, 0, len, &error));
    if (status != SV2_ERR_BUFFER_TOO_SMALL) {
        expect_error(&error, status, *len);
        return NULL;
    }
    uint8_t *out = exact(*len);
    memset(out, 0xbb, *len);
    EXPECT(SANE(row->encode(message, &trailing, out, *len - 1, &again, &error)) ==
           SV2_ERR_BUFFER_TOO_SMALL);
    EXPECT(again == *len && out[0] == 0xbb && out[*len - 1] == 0xbb);
    EXPECT(SANE(row->encode(message, &trailing, out, *len, &again, &error)) == SV2_OK);
    EXPECT(again == *len);
    return out;
}

static void read_fields(const message_row *row, const void *message) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const size_t unit = fields[i].id == row->id ? unit_of(fields[i].type) : 0;
        if (unit > 0) { /* a pointer and a number of elements, or of bytes */
            sv2_bytes view;
            memcpy(&view, (const uint8_t *)message + fields[i].offset, sizeof view);
            read_all(view.data, view.len * unit);
        }
    }
}

/* The frame decodes, and encodes to bytes that decode to the same frame. */
static void round_trip(const message_row *row, const uint8_t *data, size_t size,
                       sv2_bytes expected) {
    sv2_frame frame;
    sv2_bytes trailing;
    sv2_error error;
    size_t consumed, len, len_again;
    uint8_t *message = exact(row->size);
    EXPECT(SANE(sv2_frame_decode(data, size, SV2_PAYLOAD_SIZE_MAX, &frame, &consumed, NULL,
                                 &error)) == SV2_OK &&
           consumed == size);
    EXPECT(SANE(row->decode(&frame, message, &trailing, &error)) == SV2_OK);
    EXPECT(same_bytes(trailing.data, trailing.len, expected.data, expected.len));
    uint8_t *again = encode(row, message, trailing, &len_again);
    EXPECT(again != NULL && same_bytes(again, len_again, data, size));
    sv2_message any;
    EXPECT(SANE(sv2_message_decode(&frame, &any, &error)) == SV2_OK && any.id == row->id);
    memset(again, 0, len_again);
    EXPECT(SANE(sv2_message_encode(&any, again, len_again, &len, &error)) == SV2_OK);
    EXPECT(same_bytes(again, len, data, size));
    free(again);
    free(message);
}

static void decode(const message_row *row, fuzz_input payload) {
    sv2_frame frame = {row->extension_type, row->msg_type, row->channel_msg, 0, NULL, 0};
    sv2_bytes trailing;
    sv2_error error;
    size_t len;
    uint8_t *copy = exact(payload.size);
    if (payload.size > 0) {
        memcpy(copy, payload.data, payload.size);
    }
    frame.payload = copy;
    frame.payload_len = payload.size;
    uint8_t *message = exact(row->size);
    const sv2_status status = SANE(row->decode(&frame, message, &trailing, &error));
    sv2_message any;
    EXPECT(SANE(sv2_message_decode(&frame, &any, NULL)) == status);
    if (status != SV2_OK) {
        expect_error(&error, status, payload.size);
    } else {
        read_fields(row, message);
        read_all(trailing.data, trailing.len);
        uint8_t *wire = encode(row, message, trailing, &len);
        EXPECT(wire != NULL && len == SV2_FRAME_HEADER_SIZE + payload.size);
        round_trip(row, wire, len, trailing);
        free(wire);
    }
    free(message);
    free(copy);
}

/* Fills a struct with what the input says; pointers go to runs of the input, at their true size. */
static void fill(const message_row *row, uint8_t *message, fuzz_input *in) {
    memset(message, 0, row->size);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        uint8_t *member = message + fields[i].offset;
        const size_t unit = unit_of(fields[i].type);
        if (fields[i].id != row->id) {
            continue;
        }
        if (fields[i].type == WIRE_SEQ0_64K_B0_16M) {
            const fuzz_input run = take_run(in, take_u8(in));
            const sv2_seq_b0_16m sequence = {run.data, run.size, take_u8(in) % 8};
            memcpy(member, &sequence, sizeof sequence);
        } else if (unit > 0) {
            const fuzz_input run = take_run(in, unit * take_u16(in));
            const sv2_bytes view = {run.data, run.size / unit};
            memcpy(member, &view, sizeof view);
        } else if (fields[i].type == WIRE_OPTION_U32) {
            const sv2_option_u32 option = {take_u32(in), take_u8(in) % 3};
            memcpy(member, &option, sizeof option);
        } else {
            take_into(in, member, filled_size(fields[i].type));
        }
    }
}

static void encode_any(const message_row *row, fuzz_input in) {
    size_t len;
    uint8_t *message = exact(row->size);
    fill(row, message, &in);
    const sv2_bytes trailing = {in.size > 0 ? in.data : NULL, in.size};
    uint8_t *wire = encode(row, message, trailing, &len);
    if (wire != NULL) {
        EXPECT(len - trailing.len <= row->frame_size_max);
        round_trip(row, wire, len, trailing);
        free(wire);
    }
    free(message);
}

/* A whole array of frames at once, against one after the other. */
static void decode_batch(fuzz_input in) {
    sv2_message batch[4], one;
    sv2_error error;
    size_t count, consumed, missing;
    const uint32_t most = 1 + take_u16(&in);
    const sv2_status status = SANE(sv2_message_decode_batch(in.data, in.size, most, batch, 4,
                                                            &count, &consumed, &missing, &error));
    size_t at = 0;
    EXPECT(count <= 4 && consumed <= in.size);
    for (size_t i = 0; i < count; i++) {
        sv2_frame frame;
        size_t taken;
        EXPECT(SANE(sv2_frame_decode(in.data + at, in.size - at, most, &frame, &taken, NULL,
                                     NULL)) == SV2_OK);
        EXPECT(SANE(sv2_message_decode(&frame, &one, NULL)) == SV2_OK);
        EXPECT(one.id == batch[i].id && one.trailing.data == batch[i].trailing.data &&
               one.trailing.len == batch[i].trailing.len);
        at += taken;
    }
    EXPECT(at == consumed || (at < consumed && status < 0));
    if (status != SV2_OK) {
        expect_error(&error, status, in.size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    const uint8_t which = take_u8(&in);
    const message_row *row = &messages[(which & 0x7f) % MESSAGE_COUNT];
    if ((which & 0x7f) == 0x7f) {
        decode_batch(in);
    } else if (which & 0x80) {
        encode_any(row, in);
    } else {
        decode(row, in);
    }
    expect_left(0);
    return 0;
}
