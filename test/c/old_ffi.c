/* What the C interface of the reference implementation got wrong until it was removed in 2025, each
 * with the same use of this library. This file itself is the first point: that header was C++ only,
 * this is C99. */
#include <stdlib.h>

#include "check.h"
#include "each_message.h"

enum { CANARY = 0xa5, GUARD = 128 };

static sv2_error error;
static size_t len;

/* Old: encode on a busy encoder freed it, and the next call used it; a failed encode left it busy
 * for ever. Here: encoding needs no object. Failing in every way there is changes nothing; the
 * bytes that an earlier encode wrote stay. A buffer that someone reads from refuses to change, says
 * SV2_ERR_BUSY, and is the same afterwards. */
static void use_after_free_on_a_busy_encoder(void) {
    sv2_setup_connection_error message;
    uint8_t first[64], again[64], small[8];
    size_t first_len = 0;
    memset(&message, 0, sizeof message);
    message.error_code = sv2_string(SV2_ERROR_CODE_UNSUPPORTED_PROTOCOL);
    CHECK_STATUS(
        sv2_setup_connection_error_encode(&message, NULL, first, sizeof first, &first_len, &error),
        SV2_OK);
    for (int i = 0; i < 100; i++) {
        sv2_setup_connection_error wrong = message;
        CHECK_STATUS(
            sv2_setup_connection_error_encode(&message, NULL, small, sizeof small, &len, &error),
            SV2_ERR_BUFFER_TOO_SMALL);
        wrong.error_code.len = 256;
        CHECK_STATUS(
            sv2_setup_connection_error_encode(&wrong, NULL, again, sizeof again, &len, &error),
            SV2_ERR_FIELD_TOO_LONG);
        wrong.error_code.data = NULL;
        CHECK_STATUS(
            sv2_setup_connection_error_encode(&wrong, NULL, again, sizeof again, &len, &error),
            SV2_ERR_NULL);
        CHECK_STATUS(
            sv2_setup_connection_error_encode(&message, NULL, again, sizeof again, &len, &error),
            SV2_OK);
        CHECK_BYTES(again, len, first, first_len);
    }

    sv2_buf buf;
    sv2_view view, after;
    CHECK_STATUS(sv2_buf_new(1000, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append(buf, first, first_len), SV2_OK);
    CHECK_STATUS(sv2_buf_lock(buf, &view), SV2_OK);
    for (int i = 0; i < 100; i++) {
        sv2_buf copy = buf;
        CHECK_STATUS(sv2_buf_append(buf, first, first_len), SV2_ERR_BUSY);
        CHECK_STATUS(sv2_buf_free(&copy), SV2_ERR_BUSY);
        CHECK_BYTES(view.data, view.len, first, first_len);
    }
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append(buf, first, first_len), SV2_OK);
    CHECK_STATUS(sv2_buf_data(buf, &after), SV2_OK);
    CHECK_NUMBER(after.len, 2 * first_len);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

/* Old: next_frame on an incomplete header freed the decoder.
 * Here: an error belongs to a frame, the decoder goes on; an error that ends the stream leaves a
 * handle that answers, and that sv2_decoder_free frees once. */
static void decoder_freed_on_error(void) {
    static const uint8_t bad_then_good[] = {
        0, 0, 0x02, 3, 0, 0, 1, 2, 3,       /* SetupConnection.Error, cut short */
        0, 0, 0x01, 6, 0, 0, 2, 0, 0, 0, 0, /* SetupConnection.Success, with one byte to come */
    };
    static const uint8_t rest[] = {0, 9, 9, 0x77, 0xff, 0xff, 0xff};
    sv2_decoder decoder;
    sv2_frame frame;
    sv2_message message;
    size_t consumed, missing;
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
    const uint64_t handle = decoder.sv2_priv_decoder;
    for (int i = 0; i < 10; i++) {
        CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, &error), SV2_WANT_INPUT);
        CHECK_NUMBER(missing, SV2_FRAME_HEADER_SIZE);
    }
    CHECK_STATUS(sv2_decoder_feed(decoder, bad_then_good, sizeof bad_then_good, &consumed), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, &error), SV2_OK);
    CHECK_STATUS(sv2_message_decode(&frame, &message, &error), SV2_ERR_TRUNCATED);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, &error), SV2_WANT_INPUT);
    CHECK_NUMBER(missing, 1);
    CHECK_STATUS(sv2_decoder_feed(decoder, rest, 1, &consumed), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, &error), SV2_OK);
    CHECK_STATUS(sv2_message_decode(&frame, &message, &error), SV2_OK);
    CHECK_NUMBER(message.id, SV2_ID_SETUP_CONNECTION_SUCCESS);

    CHECK_STATUS(sv2_decoder_feed(decoder, rest + 1, 6, &consumed), SV2_ERR_FRAME_TOO_LARGE);
    CHECK(decoder.sv2_priv_decoder == handle);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &missing, NULL), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_error(decoder, &error), SV2_OK);
    CHECK_STATUS(error.status, SV2_ERR_FRAME_TOO_LARGE);
    CHECK_STATUS(sv2_live_handles(SV2_HANDLE_DECODER, &len), SV2_OK);
    CHECK_NUMBER(len, 1);
    const sv2_decoder copy = decoder;
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_error(copy, &error), SV2_ERR_HANDLE);
}

/* Old: all errors were MissingBytes, without a number, or Unknown, and extension_type was not
 * looked at. Here: one status per fault; only input that may still come is SV2_WANT_INPUT, with the
 * number of bytes. */
static void every_error_is_missing_bytes(void) {
#define LENGTH(n) (n) & 0xff, (n) >> 8 & 0xff, (n) >> 16 & 0xff
    static const struct {
        uint8_t bytes[16];
        size_t len;
        sv2_status frame, message; /* what sv2_frame_decode and sv2_message_decode say */
        uint32_t field, missing;
    } faults[] = {
        {{0, 0, 4}, 3, SV2_WANT_INPUT, SV2_OK, 0, 3},
        {{0, 0, 4, 9, 0, 0, 1}, 7, SV2_WANT_INPUT, SV2_OK, 0, 8},
        {{0, 0, 4, LENGTH(SV2_PAYLOAD_SIZE_DEFAULT)},
         6,
         SV2_WANT_INPUT,
         SV2_OK,
         0,
         SV2_PAYLOAD_SIZE_DEFAULT},
        {{0, 0, 4, LENGTH(SV2_PAYLOAD_SIZE_DEFAULT + 1)},
         6,
         SV2_ERR_FRAME_TOO_LARGE,
         SV2_OK,
         SV2_FIELD_NONE,
         0},
        {{0, 0, 4, 2, 0, 0, 5, 'h'}, 8, SV2_OK, SV2_ERR_TRUNCATED, 0, 0},
        {{0, 0, 4, 2, 0, 0, 0, 1}, 8, SV2_OK, SV2_ERR_TRUNCATED, 1, 0},
        {{0, 0x80, 0x19, 5, 0, 0, 1, 0, 0, 0, 33}, 11, SV2_OK, SV2_ERR_FIELD_TOO_LONG, 1, 0},
        {{0, 0x80, 0x15, 9, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2}, 15, SV2_OK, SV2_ERR_BAD_OPTION, 2, 0},
        {{7, 0x80, 4, 1, 0, 0, 9}, 7, SV2_OK, SV2_ERR_TRUNCATED, SV2_FIELD_NONE, 0},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        sv2_frame frame;
        sv2_message message;
        size_t consumed, missing;
        CHECK_STATUS(sv2_frame_decode(faults[i].bytes, faults[i].len, 0, &frame, &consumed,
                                      &missing, &error),
                     faults[i].frame);
        CHECK_NUMBER(missing, faults[i].missing);
        if (faults[i].frame == SV2_OK) {
            CHECK_STATUS(sv2_message_decode(&frame, &message, &error), faults[i].message);
        }
        if (faults[i].frame != SV2_WANT_INPUT) {
            CHECK_STATUS(error.status,
                         faults[i].frame == SV2_OK ? faults[i].message : faults[i].frame);
            CHECK_NUMBER(error.field, faults[i].field);
        }
    }
#undef LENGTH
    /* SetupConnection's number in another extension is not SetupConnection. */
    sv2_frame other;
    sv2_setup_connection setup;
    memset(&other, 0, sizeof other);
    other.extension_type = 1;
    CHECK_STATUS(sv2_setup_connection_decode(&other, &setup, NULL, &error),
                 SV2_ERR_UNEXPECTED_MESSAGE);
}

/* Old: no function freed an encoder, nor the vector that encode returned.
 * Here: what makes an object has its _free, encoders own nothing, and live objects can be counted.
 */
static void no_way_to_free_the_encoder(void) {
    for (int i = 0; i < 1000; i++) {
        sv2_buf buf;
        sv2_decoder decoder;
        uint8_t out[32];
        const sv2_coinbase_output_constraints message = {100, 4};
        CHECK_STATUS(
            sv2_coinbase_output_constraints_encode(&message, NULL, out, sizeof out, &len, &error),
            SV2_OK);
        CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
        CHECK_STATUS(sv2_buf_append(buf, out, len), SV2_OK);
        CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
        CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
        CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    }
    CHECK_STATUS(sv2_live_handles(0, &len), SV2_OK);
    CHECK_NUMBER(len, 0);
}

/* Old: the library wrote a struct of 88 bytes where the header had 40.
 * Here: the library fills the struct of the header to its last byte and not one more, for every
 * message and every other output. (zlayout.c has the compiler compare each member.) */
static void layout_of_header_and_library(void) {
    union {
        uint8_t bytes[GUARD + sizeof(sv2_message) + GUARD];
        uint64_t aligned;
    } space;
    uint8_t *const room = space.bytes;
    const size_t room_size = sizeof space.bytes;
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        const message_row *m = &messages[i];
        sv2_message filled;
        uint8_t bytes[512];
        sv2_frame frame;
        size_t consumed;
        memset(&filled, 0, sizeof filled);
        fill_message(m, &filled.as);
        CHECK_STATUS(m->encode(&filled.as, NULL, bytes, sizeof bytes, &len, &error), SV2_OK);
        CHECK_STATUS(sv2_frame_decode(bytes, len, 0, &frame, &consumed, NULL, &error), SV2_OK);

        /* alone, with guards at both sides and memory behind it that ends with the struct */
        memset(room, CANARY, room_size);
        CHECK_STATUS(m->decode(&frame, room + GUARD, NULL, &error), SV2_OK);
        CHECK(filled_with(room, GUARD, CANARY));
        CHECK(filled_with(room + GUARD + m->size, room_size - GUARD - m->size, CANARY));
        void *exact = malloc(m->size);
        CHECK_STATUS(m->decode(&frame, exact, NULL, &error), SV2_OK);
        CHECK(exact != NULL && memcmp(exact, room + GUARD, m->size) == 0);
        free(exact);

        /* in the union */
        memset(room, CANARY, room_size);
        CHECK_STATUS(sv2_message_decode(&frame, (void *)(room + GUARD), &error), SV2_OK);
        CHECK(filled_with(room, GUARD, CANARY));
        CHECK(filled_with(room + GUARD + sizeof(sv2_message), GUARD, CANARY));

        /* every member is where the header has it: the values come back by name */
        for (size_t k = 0; k < FIELD_COUNT; k++) {
            const field_row *f = &fields[k];
            if (f->id != m->id) {
                continue;
            }
            const uint8_t *member = room + GUARD + offsetof(sv2_message, as) + f->offset;
            sv2_bytes value;
            const size_t unit = unit_of(f->type);
            if (f->type == WIRE_OPTION_U32) {
                sv2_option_u32 option;
                memcpy(&option, member, sizeof option);
                CHECK(option.present == 1 && option.value == 0x01010101);
            } else if (unit == 0) {
                CHECK(filled_with(member, filled_size(f->type), 1));
            } else {
                memcpy(&value, member, sizeof value);
                CHECK(value.data > bytes && value.data < bytes + len);
                CHECK_NUMBER(value.len,
                             f->type == WIRE_SEQ0_64K_B0_16M ? sizeof filling_b0_16m : 2);
            }
        }
    }
    struct {
        uint8_t before[8];
        sv2_error error;
        uint8_t after[8];
    } guarded;
    memset(&guarded, CANARY, sizeof guarded);
    sv2_frame frame;
    CHECK_STATUS(sv2_frame_decode(NULL, 1, 0, &frame, &len, NULL, &guarded.error), SV2_ERR_NULL);
    CHECK(filled_with(guarded.before, 8, CANARY) && filled_with(guarded.after, 8, CANARY));
}

/* Old: strings had no NUL, and the example printed them as if they had; NULL and empty vectors were
 * undefined. Here: a length beside every pointer; what is empty is {NULL, 0}; both are legal to
 * pass in. */
static void strings_and_empty_bytes(void) {
    uint8_t out[64];
    sv2_frame frame;
    sv2_setup_connection message, back;
    size_t consumed;
    memset(&message, 0, sizeof message);
    message.vendor.data = out; /* a pointer with length 0 */
    CHECK_STATUS(sv2_setup_connection_encode(&message, NULL, out, sizeof out, &len, &error),
                 SV2_OK);
    CHECK_STATUS(sv2_frame_decode(out, len, 0, &frame, &consumed, NULL, &error), SV2_OK);
    CHECK_STATUS(sv2_setup_connection_decode(&frame, &back, NULL, &error), SV2_OK);
    CHECK(back.vendor.data == NULL && back.vendor.len == 0);
    CHECK(back.device_id.data == NULL && back.device_id.len == 0);
}

int main(void) {
    use_after_free_on_a_busy_encoder();
    decoder_freed_on_error();
    every_error_is_missing_bytes();
    no_way_to_free_the_encoder();
    layout_of_header_and_library();
    strings_and_empty_bytes();
    return check_end("old_ffi");
}
