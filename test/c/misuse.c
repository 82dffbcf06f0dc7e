/* The misuse matrix: what a program can get wrong in a call, for every public function, and the
 * status that it gets. Nothing here may crash, write where it should not, or leave an object
 * behind. Wrong types of handles do not compile, see refused_handles.c; fork, faults and wrong
 * states have programs of their own. */
#include <stdlib.h>

#include "check.h"
#include "each_message.h"

enum { CANARY = 0xa5 };

static sv2_error error;
static uint8_t bytes[64];
static size_t size, other_size;

/* Lengths that must be refused before any arithmetic. */
static const size_t too_long[] = {
    (size_t)SV2_INPUT_SIZE_MAX + 1,   SIZE_MAX / 32 + 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1,
    SIZE_MAX - SV2_FRAME_HEADER_SIZE, SIZE_MAX - 1,      SIZE_MAX,
};
enum { TOO_LONG = sizeof too_long / sizeof too_long[0] };

/* The call fails, and its sv2_error says the same. */
#define FAILS(call, want)                                                                          \
    do {                                                                                           \
        memset(&error, CANARY, sizeof error);                                                      \
        CHECK_STATUS(call, want);                                                                  \
        CHECK_STATUS(error.status, want);                                                          \
    } while (0)

/* What an argument found wrong before any message was looked at leaves in sv2_error. */
#define FAILS_PLAINLY(call, want)                                                                  \
    do {                                                                                           \
        FAILS(call, want);                                                                         \
        CHECK(error.field == SV2_FIELD_NONE && error.extension_type == 0 && error.msg_type == 0);  \
        CHECK(error.offset == 0 && error.size == 0 && error.limit == 0);                           \
    } while (0)

#define SPOIL(object) memset(&(object), CANARY, sizeof(object))
#define IS_ZERO(object) filled_with(&(object), sizeof(object), 0)

/* A NULL frame, and frames whose payload is no memory. */
static sv2_frame bad_frame(const uint8_t *payload, size_t len) {
    sv2_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.payload = payload;
    frame.payload_len = len;
    return frame;
}

/* --- Functions without objects ------------------------------------------------------------------
 */

static void plain_functions(void) {
    CHECK_STATUS(sv2_live_handles(0, NULL), SV2_ERR_NULL);
    for (uint32_t kind = HANDLE_KIND_MAX + 1; kind != 0; kind = kind << 1 | 1) {
        size = 7;
        CHECK_STATUS(sv2_live_handles(kind, &size), SV2_ERR_ARGUMENT);
        CHECK_NUMBER(size, 0);
        if (kind == UINT32_MAX) {
            break;
        }
    }
    CHECK_STATUS(sv2_version_info_get(NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_message_info_get(0, 0, NULL), SV2_ERR_NULL);
    const sv2_bytes none = sv2_string(NULL);
    CHECK(none.data == NULL && none.len == 0);
    CHECK_TEXT(sv2_message_name(0, 0x1e), "unknown");
    CHECK_TEXT(sv2_message_name(0xffff, 0xff), "unknown");
    CHECK_TEXT(sv2_field_name(0, 0x1e, 0), "unknown");
    CHECK_TEXT(sv2_field_name(0, 0, 10), "unknown");
    CHECK_TEXT(sv2_field_name(0, 0, UINT32_MAX), "unknown");
}

/* struct_size of structs that the library fills: too small for itself or no size at all is refused;
 * "members that there is room for are filled", and nothing behind them is written. */
static void info_struct_sizes(void) {
    static const uint32_t wrong[] = {0, 1, 3, 0x7fffffff, 0xcccccccc, UINT32_MAX};
    sv2_version_info version, whole_version = SV2_VERSION_INFO_INIT;
    sv2_message_info message, whole_message = SV2_MESSAGE_INFO_INIT;
    CHECK_STATUS(sv2_version_info_get(&whole_version), SV2_OK);
    CHECK_STATUS(sv2_message_info_get(0, 0x71, &whole_message), SV2_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        SPOIL(version);
        version.struct_size = wrong[i];
        CHECK_STATUS(sv2_version_info_get(&version), SV2_ERR_ARGUMENT);
        CHECK(filled_with((uint8_t *)&version + 4, sizeof version - 4, CANARY));
        SPOIL(message);
        message.struct_size = wrong[i];
        CHECK_STATUS(sv2_message_info_get(0, 0, &message), SV2_ERR_ARGUMENT);
        CHECK(filled_with((uint8_t *)&message + 4, sizeof message - 4, CANARY));
    }
    struct {
        union {
            sv2_version_info version;
            sv2_message_info message;
            uint8_t bytes[64];
        } as;
        uint8_t guard[16];
    } out;
    for (uint32_t have = 4; have <= sizeof out.as; have += 4) {
        SPOIL(out);
        out.as.version.struct_size = have;
        CHECK_STATUS(sv2_version_info_get(&out.as.version), SV2_OK);
        const size_t known = have < sizeof version ? have : sizeof version;
        CHECK_NUMBER(out.as.version.struct_size, have);
        CHECK(memcmp(out.as.bytes + 4, (uint8_t *)&whole_version + 4, known - 4) == 0);
        CHECK(filled_with(out.as.bytes + known, have - known, 0));
        CHECK(filled_with(out.as.bytes + have, sizeof out - have, CANARY));

        SPOIL(out);
        out.as.message.struct_size = have;
        CHECK_STATUS(sv2_message_info_get(0, 0x71, &out.as.message), SV2_OK);
        const size_t known_too = have < sizeof message ? have : sizeof message;
        CHECK_NUMBER(out.as.message.struct_size, have);
        CHECK(memcmp(out.as.bytes + 4, (uint8_t *)&whole_message + 4, known_too - 4) == 0);
        CHECK(filled_with(out.as.bytes + known_too, have - known_too, 0));
        CHECK(filled_with(out.as.bytes + have, sizeof out - have, CANARY));
    }
    /* A message that is not known leaves nothing behind but the size. */
    SPOIL(message);
    message.struct_size = sizeof message;
    CHECK_STATUS(sv2_message_info_get(0, 0x1e, &message), SV2_ERR_UNKNOWN_MESSAGE);
    CHECK(message.name == NULL && message.spec == NULL && message.field_count == 0);
}

static void error_text(void) {
    sv2_error some;
    char text[16];
    memset(&some, 0, sizeof some);
    some.status = SV2_ERR_NULL;
    some.field = SV2_FIELD_NONE;
    for (unsigned mask = 1; mask < 4; mask++) {
        size = 7;
        CHECK_STATUS(
            sv2_error_text(mask & 1 ? NULL : &some, text, sizeof text, mask & 2 ? NULL : &size),
            SV2_ERR_NULL);
        CHECK_NUMBER(size, mask & 2 ? 7 : 0);
    }
    CHECK_STATUS(sv2_error_text(&some, NULL, 1, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_error_text(&some, NULL, 0, &size), SV2_ERR_BUFFER_TOO_SMALL);
    CHECK_NUMBER(size, strlen(sv2_status_text(SV2_ERR_NULL)) + 1);
    memset(text, CANARY, sizeof text);
    CHECK_STATUS(sv2_error_text(&some, text, sizeof text, &size), SV2_ERR_BUFFER_TOO_SMALL);
    CHECK_NUMBER(size, strlen(sv2_status_text(SV2_ERR_NULL)) + 1);
    CHECK(filled_with(text, sizeof text, CANARY));
}

static void sequences(void) {
    sv2_u256 u256;
    uint32_t u32;
    uint16_t u16;
    sv2_bytes view;
    const sv2_seq_u256 seq_u256 = {bytes, 2};
    const sv2_seq_u32 seq_u32 = {bytes, 2};
    const sv2_seq_u16 seq_u16 = {bytes, 2};
    const sv2_seq_b0_16m seq_b0_16m = {bytes, 3, 1};
    CHECK_STATUS(sv2_seq_u256_at(seq_u256, 0, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_seq_u32_at(seq_u32, 0, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_seq_u16_at(seq_u16, 0, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_seq_b0_16m_at(seq_b0_16m, 0, NULL, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_seq_b0_16m_at(seq_b0_16m, 0, &view, NULL), SV2_ERR_NULL);
    for (size_t i = 0; i < TOO_LONG; i++) {
        SPOIL(u256);
        CHECK_STATUS(sv2_seq_u256_at(seq_u256, too_long[i], &u256), SV2_ERR_ARGUMENT);
        CHECK(IS_ZERO(u256));
        SPOIL(u32);
        CHECK_STATUS(sv2_seq_u32_at(seq_u32, too_long[i], &u32), SV2_ERR_ARGUMENT);
        CHECK(IS_ZERO(u32));
        SPOIL(u16);
        CHECK_STATUS(sv2_seq_u16_at(seq_u16, too_long[i], &u16), SV2_ERR_ARGUMENT);
        CHECK(IS_ZERO(u16));
        SPOIL(view);
        size = 7;
        CHECK_STATUS(sv2_seq_b0_16m_at(seq_b0_16m, too_long[i], &view, &size), SV2_ERR_ARGUMENT);
        CHECK(IS_ZERO(view) && size == 0);
    }
    /* NULL data with a count. */
    const sv2_seq_u256 no_u256 = {NULL, SIZE_MAX};
    const sv2_seq_u32 no_u32 = {NULL, SIZE_MAX};
    const sv2_seq_u16 no_u16 = {NULL, SIZE_MAX};
    const sv2_seq_b0_16m no_b0_16m = {NULL, SIZE_MAX, SIZE_MAX};
    CHECK(sv2_seq_u256_at(no_u256, 0, &u256) < 0);
    CHECK(sv2_seq_u32_at(no_u32, 0, &u32) < 0);
    CHECK(sv2_seq_u16_at(no_u16, 0, &u16) < 0);
    CHECK(sv2_seq_b0_16m_at(no_b0_16m, 0, &view, &size) < 0);
}

/* --- Frames -------------------------------------------------------------------------------------
 */

static void frames(void) {
    static const uint8_t input[] = {0, 0, 4, 0, 0, 0, 0, 0};
    sv2_frame frame, batch[2];
    size_t count;
    for (unsigned mask = 1; mask < 4; mask++) {
        for (int with_error = 0; with_error < 2; with_error++) {
            memset(&error, 0, sizeof error);
            CHECK_STATUS(sv2_frame_decode(input, sizeof input, 0, mask & 1 ? NULL : &frame,
                                          mask & 2 ? NULL : &size, NULL,
                                          with_error ? &error : NULL),
                         SV2_ERR_NULL);
            CHECK_STATUS(error.status, with_error ? SV2_ERR_NULL : SV2_OK);
        }
    }
    for (unsigned mask = 1; mask < 8; mask++) {
        size = count = other_size = 7;
        FAILS_PLAINLY(sv2_frame_decode_batch(input, sizeof input, 0, mask & 1 ? NULL : batch, 2,
                                             mask & 2 ? NULL : &count, mask & 4 ? NULL : &size,
                                             &other_size, &error),
                      SV2_ERR_NULL);
        CHECK_NUMBER(other_size, 0);
    }
    SPOIL(frame);
    size = other_size = 7;
    FAILS_PLAINLY(sv2_frame_decode(NULL, 1, 0, &frame, &size, &other_size, &error), SV2_ERR_NULL);
    CHECK(size == 0 && other_size == 0);
    CHECK(IS_ZERO(frame)); /* "Outputs are zeroed when a call begins" */
    for (size_t i = 0; i < TOO_LONG; i++) {
        SPOIL(frame);
        size = other_size = 7;
        FAILS_PLAINLY(sv2_frame_decode(input, too_long[i], 0, &frame, &size, &other_size, &error),
                      SV2_ERR_LIMIT);
        CHECK(size == 0 && other_size == 0);
        CHECK(IS_ZERO(frame));
        FAILS_PLAINLY(
            sv2_frame_decode_batch(input, too_long[i], 0, batch, 2, &count, &size, NULL, &error),
            SV2_ERR_LIMIT);
        FAILS_PLAINLY(sv2_frame_decode_batch(input, sizeof input, 0, batch, too_long[i], &count,
                                             &size, NULL, &error),
                      SV2_ERR_LIMIT);
    }
    FAILS_PLAINLY(sv2_frame_decode_batch(NULL, 9, 0, batch, 2, &count, &size, NULL, &error),
                  SV2_ERR_NULL);
    FAILS_PLAINLY(
        sv2_frame_decode_batch(input, sizeof input, 0, batch, 0, &count, &size, NULL, &error),
        SV2_ERR_ARGUMENT);
    /* NULL with length 0 is legal: it asks for a header. */
    CHECK_STATUS(sv2_frame_decode(NULL, 0, 0, &frame, &size, &other_size, &error), SV2_WANT_INPUT);
    CHECK_NUMBER(other_size, SV2_FRAME_HEADER_SIZE);
    CHECK_STATUS(error.status, SV2_OK);
}

static void frame_encode(void) {
    sv2_frame frame = bad_frame(filling, 5);
    for (unsigned mask = 1; mask < 8; mask++) {
        size = 7;
        memset(bytes, CANARY, sizeof bytes);
        FAILS_PLAINLY(sv2_frame_encode(mask & 1 ? NULL : &frame, mask & 2 ? NULL : bytes,
                                       sizeof bytes, mask & 4 ? NULL : &size, &error),
                      SV2_ERR_NULL);
        CHECK_NUMBER(size, mask & 4 ? 7 : 0);
        CHECK(filled_with(bytes, sizeof bytes, CANARY));
    }
    frame = bad_frame(NULL, 1);
    FAILS_PLAINLY(sv2_frame_encode(&frame, bytes, sizeof bytes, &size, &error), SV2_ERR_NULL);
    for (size_t i = 0; i < TOO_LONG; i++) {
        frame = bad_frame(filling, too_long[i]);
        FAILS_PLAINLY(sv2_frame_encode(&frame, bytes, sizeof bytes, &size, &error), SV2_ERR_LIMIT);
        CHECK_NUMBER(size, 0);
        CHECK_STATUS(sv2_frame_check(&frame, 0, SV2_PARTY_CLIENT, 0), SV2_ERR_LIMIT);
    }
    /* FR-12: the largest payload fits, one byte more does not; neither is read to find that out. */
    frame = bad_frame(filling, SV2_PAYLOAD_SIZE_MAX);
    FAILS(sv2_frame_encode(&frame, NULL, 0, &size, &error), SV2_ERR_BUFFER_TOO_SMALL);
    CHECK_NUMBER(size, SV2_FRAME_HEADER_SIZE + SV2_PAYLOAD_SIZE_MAX);
    frame = bad_frame(filling, SV2_PAYLOAD_SIZE_MAX + 1);
    FAILS(sv2_frame_encode(&frame, NULL, 0, &size, &error), SV2_ERR_FRAME_TOO_LARGE);
    CHECK_NUMBER(size, 0);
    frame = bad_frame(filling, SV2_INPUT_SIZE_MAX);
    FAILS(sv2_frame_encode(&frame, NULL, 0, &size, &error), SV2_ERR_FRAME_TOO_LARGE);
    CHECK_NUMBER(error.size, SV2_INPUT_SIZE_MAX);
    CHECK_NUMBER(error.limit, SV2_PAYLOAD_SIZE_MAX);
    /* extension_type with bit 15, channel_msg above 1, no channel_id: also when only the size is
     * asked for. */
    for (size_t cap = 0; cap <= sizeof bytes; cap += sizeof bytes) {
        memset(bytes, CANARY, sizeof bytes);
        frame = bad_frame(filling, 5);
        frame.extension_type = 0x8001;
        FAILS(sv2_frame_encode(&frame, bytes, cap, &size, &error), SV2_ERR_ARGUMENT);
        CHECK_NUMBER(size, 0);
        frame = bad_frame(filling, 5);
        frame.channel_msg = 2;
        FAILS(sv2_frame_encode(&frame, bytes, cap, &size, &error), SV2_ERR_ARGUMENT);
        CHECK_NUMBER(size, 0);
        for (size_t len = 0; len < 4; len++) {
            frame = bad_frame(filling, len);
            frame.channel_msg = 1;
            frame.extension_type = 0x0777;
            FAILS(sv2_frame_encode(&frame, bytes, cap, &size, &error), SV2_ERR_TRUNCATED);
            CHECK_NUMBER(size, 0);
        }
        CHECK(filled_with(bytes, sizeof bytes, CANARY));
    }
    /* A short buffer: the size is reported, nothing is written. */
    frame = bad_frame(filling, 5);
    for (size_t cap = 0; cap < SV2_FRAME_HEADER_SIZE + 5; cap++) {
        memset(bytes, CANARY, sizeof bytes);
        FAILS(sv2_frame_encode(&frame, bytes, cap, &size, &error), SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(size, SV2_FRAME_HEADER_SIZE + 5);
        CHECK(filled_with(bytes, sizeof bytes, CANARY));
    }
    CHECK_STATUS(sv2_frame_encode(&frame, bytes, SIZE_MAX, &size, &error), SV2_OK);
    CHECK(filled_with(bytes + size, sizeof bytes - size, CANARY));
}

static void frame_check(void) {
    sv2_frame frame = bad_frame(NULL, 1);
    CHECK_STATUS(sv2_frame_check(NULL, 0, SV2_PARTY_CLIENT, 0), SV2_ERR_NULL);
    CHECK_STATUS(sv2_frame_check(&frame, 0, SV2_PARTY_CLIENT, 0), SV2_ERR_NULL);
    frame.payload_len = 0;
    CHECK_STATUS(sv2_frame_check(&frame, 0, SV2_PARTY_CLIENT, 0), SV2_OK);
    CHECK_STATUS(sv2_frame_check(&frame, 3, SV2_PARTY_CLIENT, 0), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_frame_check(&frame, UINT32_MAX, SV2_PARTY_CLIENT, 0), SV2_ERR_ARGUMENT);
    static const uint32_t no_party[] = {0, SV2_PARTY_BOTH, 4, UINT32_MAX};
    for (size_t i = 0; i < sizeof no_party / sizeof no_party[0]; i++) {
        CHECK_STATUS(sv2_frame_check(&frame, 0, no_party[i], 0), SV2_ERR_ARGUMENT);
    }
    CHECK_STATUS(sv2_frame_check(&frame, 0, SV2_PARTY_CLIENT, 2), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_frame_check(&frame, 0, SV2_PARTY_CLIENT, UINT32_MAX), SV2_ERR_ARGUMENT);
}

/* --- TLVs ---------------------------------------------------------------------------------------
 */

static void tlvs(void) {
    static const uint8_t input[] = {7, 0, 1, 1, 0, 9};
    sv2_tlv tlv;
    sv2_bytes value;
    for (unsigned mask = 1; mask < 4; mask++) {
        FAILS_PLAINLY(sv2_tlv_decode(input, sizeof input, 0, mask & 1 ? NULL : &tlv,
                                     mask & 2 ? NULL : &size, &error),
                      SV2_ERR_NULL);
    }
    FAILS_PLAINLY(sv2_tlv_find(input, sizeof input, 0, 7, 1, NULL, &error), SV2_ERR_NULL);
    SPOIL(tlv);
    SPOIL(value);
    size = 7;
    FAILS_PLAINLY(sv2_tlv_decode(NULL, 1, 0, &tlv, &size, &error), SV2_ERR_NULL);
    FAILS_PLAINLY(sv2_tlv_find(NULL, 1, 0, 7, 1, &value, &error), SV2_ERR_NULL);
    CHECK(IS_ZERO(tlv) && IS_ZERO(value) && size == 0);
    for (size_t i = 0; i < TOO_LONG; i++) {
        SPOIL(tlv);
        SPOIL(value);
        FAILS_PLAINLY(sv2_tlv_decode(input, too_long[i], 0, &tlv, &size, &error), SV2_ERR_LIMIT);
        FAILS_PLAINLY(sv2_tlv_find(input, too_long[i], 0, 7, 1, &value, &error), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(tlv) && IS_ZERO(value));
    }
    for (uint32_t flags = 2; flags != 0; flags <<= 1) {
        FAILS_PLAINLY(sv2_tlv_decode(input, sizeof input, flags, &tlv, &size, &error),
                      SV2_ERR_ARGUMENT);
        FAILS_PLAINLY(sv2_tlv_find(input, sizeof input, flags | 1, 7, 1, &value, &error),
                      SV2_ERR_ARGUMENT);
    }

    memset(&tlv, 0, sizeof tlv);
    tlv.extension_type = 7;
    tlv.value.data = filling;
    tlv.value.len = 5;
    for (unsigned mask = 1; mask < 8; mask++) {
        memset(bytes, CANARY, sizeof bytes);
        FAILS_PLAINLY(sv2_tlv_encode(mask & 1 ? NULL : &tlv, mask & 2 ? NULL : bytes, sizeof bytes,
                                     mask & 4 ? NULL : &size, &error),
                      SV2_ERR_NULL);
        CHECK(filled_with(bytes, sizeof bytes, CANARY));
    }
    for (size_t cap = 0; cap < SV2_TLV_HEADER_SIZE + 5; cap++) {
        memset(bytes, CANARY, sizeof bytes);
        FAILS(sv2_tlv_encode(&tlv, bytes, cap, &size, &error), SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(size, SV2_TLV_HEADER_SIZE + 5);
        CHECK(filled_with(bytes, sizeof bytes, CANARY));
    }
    tlv.reserved = 1;
    FAILS_PLAINLY(sv2_tlv_encode(&tlv, bytes, sizeof bytes, &size, &error), SV2_ERR_ARGUMENT);
    CHECK_NUMBER(size, 0);
    tlv.reserved = 0;
    tlv.value.data = NULL;
    FAILS(sv2_tlv_encode(&tlv, bytes, sizeof bytes, &size, &error), SV2_ERR_NULL);
    tlv.value.data = filling;
    for (size_t i = 0; i < TOO_LONG; i++) {
        tlv.value.len = too_long[i];
        FAILS(sv2_tlv_encode(&tlv, bytes, sizeof bytes, &size, &error), SV2_ERR_LIMIT);
        CHECK_NUMBER(size, 0);
    }
}

/* --- Messages -----------------------------------------------------------------------------------
 */

static void message_pointers(const message_row *m) {
    sv2_message any, out;
    sv2_bytes trailing;
    memset(&any, 0, sizeof any);
    any.id = m->id;
    for (unsigned mask = 1; mask < 8; mask++) {
        size = 7;
        memset(bytes, CANARY, sizeof bytes);
        FAILS_PLAINLY(m->encode(mask & 1 ? NULL : &any.as, NULL, mask & 2 ? NULL : bytes,
                                sizeof bytes, mask & 4 ? NULL : &size, &error),
                      SV2_ERR_NULL);
        CHECK_NUMBER(size, mask & 4 ? 7 : 0);
        FAILS_PLAINLY(sv2_message_encode(mask & 1 ? NULL : &any, mask & 2 ? NULL : bytes,
                                         sizeof bytes, mask & 4 ? NULL : &size, &error),
                      SV2_ERR_NULL);
        CHECK(filled_with(bytes, sizeof bytes, CANARY));
    }
    sv2_frame frame = bad_frame(filling, sizeof filling);
    frame.extension_type = m->extension_type;
    frame.msg_type = m->msg_type;
    FAILS_PLAINLY(m->decode(NULL, &out.as, &trailing, &error), SV2_ERR_NULL);
    FAILS_PLAINLY(m->decode(&frame, NULL, &trailing, &error), SV2_ERR_NULL);
    FAILS_PLAINLY(m->decode(NULL, NULL, NULL, &error), SV2_ERR_NULL);
    CHECK_STATUS(m->decode(NULL, NULL, NULL, NULL), SV2_ERR_NULL);
    frame.payload = NULL;
    SPOIL(out);
    SPOIL(trailing);
    FAILS_PLAINLY(m->decode(&frame, &out.as, &trailing, &error), SV2_ERR_NULL);
    CHECK(filled_with(&out.as, m->size, 0) && IS_ZERO(trailing));
    SPOIL(out);
    FAILS_PLAINLY(sv2_message_decode(&frame, &out, &error), SV2_ERR_NULL);
    CHECK(IS_ZERO(out));
    frame.payload = filling;
    for (size_t i = 0; i < TOO_LONG; i++) {
        frame.payload_len = too_long[i];
        SPOIL(out);
        FAILS_PLAINLY(m->decode(&frame, &out.as, &trailing, &error), SV2_ERR_LIMIT);
        CHECK(filled_with(&out.as, m->size, 0));
        FAILS_PLAINLY(sv2_message_decode(&frame, &out, &error), SV2_ERR_LIMIT);

        const sv2_bytes behind = {filling, too_long[i]};
        FAILS_PLAINLY(m->encode(&any.as, &behind, bytes, sizeof bytes, &size, &error),
                      SV2_ERR_LIMIT);
        any.trailing = behind;
        FAILS_PLAINLY(sv2_message_encode(&any, bytes, sizeof bytes, &size, &error), SV2_ERR_LIMIT);
        memset(&any.trailing, 0, sizeof any.trailing);
    }
    const sv2_bytes nowhere = {NULL, 1};
    FAILS_PLAINLY(m->encode(&any.as, &nowhere, bytes, sizeof bytes, &size, &error), SV2_ERR_NULL);
    /* Trailing bytes that no frame has room for are refused without being read. */
    const sv2_bytes largest = {filling, SV2_INPUT_SIZE_MAX};
    FAILS(m->encode(&any.as, &largest, bytes, sizeof bytes, &size, &error),
          SV2_ERR_FRAME_TOO_LARGE);
    CHECK_NUMBER(size, 0);
}

/* Every capacity below the size writes nothing and reports the size. */
static void message_short_output(const message_row *m) {
    uint8_t out[512];
    size_t needed = 0;
    sv2_message any;
    memset(&any, 0, sizeof any);
    any.id = m->id;
    fill_message(m, &any.as);
    FAILS(m->encode(&any.as, NULL, NULL, 0, &needed, &error), SV2_ERR_BUFFER_TOO_SMALL);
    CHECK(needed >= SV2_FRAME_HEADER_SIZE && needed < sizeof out);
    for (size_t cap = 0; cap < needed; cap++) {
        memset(out, CANARY, sizeof out);
        size = 0;
        CHECK_STATUS(m->encode(&any.as, NULL, out, cap, &size, &error), SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(size, needed);
        size = 0;
        CHECK_STATUS(sv2_message_encode(&any, out, cap, &size, NULL), SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(size, needed);
        CHECK(filled_with(out, sizeof out, CANARY));
    }
    CHECK_STATUS(m->encode(&any.as, NULL, out, needed, &size, &error), SV2_OK);
    CHECK_STATUS(error.status, SV2_OK);
    CHECK_NUMBER(size, needed);
    CHECK(filled_with(out + needed, sizeof out - needed, CANARY));
    CHECK_STATUS(m->encode(&any.as, NULL, out, SIZE_MAX, &size, &error), SV2_OK);
}

/* Pointers and lengths inside of the structs: the error names message and field. */
static void message_fields(const message_row *m) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const field_row *f = &fields[i];
        const size_t unit = unit_of(f->type);
        if (f->id != m->id || unit == 0) {
            continue;
        }
        sv2_message any;
        memset(&any, 0, sizeof any);
        fill_message(m, &any.as);
        uint8_t *member = (uint8_t *)&any.as + f->offset;
        sv2_bytes value = {NULL, 1};
        memcpy(member, &value, sizeof value);
        FAILS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error), SV2_ERR_NULL);
        CHECK_NUMBER(error.field, f->index);
        CHECK_NUMBER(error.msg_type, m->msg_type);
        CHECK_NUMBER(error.extension_type, m->extension_type);
        CHECK_NUMBER(size, 0);
        for (size_t k = 0; k < TOO_LONG; k++) {
            value.data = filling;
            value.len = too_long[k];
            memcpy(member, &value, sizeof value);
            FAILS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error), SV2_ERR_LIMIT);
            CHECK_NUMBER(error.field, f->index);
        }
        value.len = SV2_INPUT_SIZE_MAX / unit + 1;
        memcpy(member, &value, sizeof value);
        FAILS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error), SV2_ERR_LIMIT);
        CHECK_NUMBER(error.field, f->index);
        if (f->type == WIRE_SEQ0_64K_B0_16M) {
            continue; /* its bytes are looked at, see sequences.c */
        }
        value.len = SV2_INPUT_SIZE_MAX / unit; /* legal as a length, and refused unread */
        memcpy(member, &value, sizeof value);
        FAILS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error), SV2_ERR_FIELD_TOO_LONG);
        CHECK_NUMBER(error.field, f->index);
        CHECK_NUMBER(error.size, value.len * unit);
        CHECK_NUMBER(error.limit, most_of(f->type) * unit);
        value.data = NULL; /* NULL with length 0 is legal */
        value.len = 0;
        memcpy(member, &value, sizeof value);
        FAILS(m->encode(&any.as, NULL, NULL, 0, &size, &error), SV2_ERR_BUFFER_TOO_SMALL);
    }
}

static void union_of_messages(void) {
    sv2_message any, out[2];
    size_t count;
    memset(&any, 0, sizeof any);
    static const uint32_t no_id[] = {1,          0x0000ffff, 0x00ffffff, 0x0100001e,
                                     0x01000103, 0x02000000, 0x81000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof no_id / sizeof no_id[0]; i++) {
        any.id = no_id[i];
        FAILS(sv2_message_encode(&any, bytes, sizeof bytes, &size, &error), SV2_ERR_ARGUMENT);
        CHECK_NUMBER(size, 0);
    }
    any.id = SV2_ID_RECONNECT;
    any.reserved = 1;
    FAILS_PLAINLY(sv2_message_encode(&any, bytes, sizeof bytes, &size, &error), SV2_ERR_ARGUMENT);
    any.reserved = 0;
    FAILS_PLAINLY(sv2_message_decode(NULL, &any, &error), SV2_ERR_NULL);
    const sv2_frame frame = bad_frame(NULL, 0);
    FAILS_PLAINLY(sv2_message_decode(&frame, NULL, &error), SV2_ERR_NULL);

    static const uint8_t input[] = {0, 0, 4, 3, 0, 0, 0, 0, 0};
    for (unsigned mask = 1; mask < 8; mask++) {
        FAILS_PLAINLY(sv2_message_decode_batch(input, sizeof input, 0, mask & 1 ? NULL : out, 2,
                                               mask & 2 ? NULL : &count, mask & 4 ? NULL : &size,
                                               &other_size, &error),
                      SV2_ERR_NULL);
    }
    SPOIL(out);
    FAILS_PLAINLY(sv2_message_decode_batch(NULL, 1, 0, out, 2, &count, &size, NULL, &error),
                  SV2_ERR_NULL);
    CHECK(IS_ZERO(out[0]));
    FAILS_PLAINLY(
        sv2_message_decode_batch(input, sizeof input, 0, out, 0, &count, &size, NULL, &error),
        SV2_ERR_ARGUMENT);
    for (size_t i = 0; i < TOO_LONG; i++) {
        FAILS_PLAINLY(
            sv2_message_decode_batch(input, too_long[i], 0, out, 2, &count, &size, NULL, &error),
            SV2_ERR_LIMIT);
        FAILS_PLAINLY(sv2_message_decode_batch(input, sizeof input, 0, out, too_long[i], &count,
                                               &size, NULL, &error),
                      SV2_ERR_LIMIT);
    }
    FAILS_PLAINLY(sv2_message_decode_batch(input, sizeof input, 0, out, SV2_INPUT_SIZE_MAX, &count,
                                           &size, NULL, &error),
                  SV2_ERR_LIMIT);
}

/* --- Handles ------------------------------------------------------------------------------------
 */

/* Every function that takes a buffer refuses this one. */
static void refuses_buf(sv2_buf buf, sv2_status want) {
    uint8_t *memory = bytes;
    sv2_view view;
    size = 7;
    CHECK_STATUS(sv2_buf_writable(buf, 1, &memory, &size), want);
    CHECK(memory == NULL && size == 0);
    CHECK_STATUS(sv2_buf_commit(buf, 0), want);
    CHECK_STATUS(sv2_buf_append(buf, filling, 1), want);
    CHECK_STATUS(sv2_buf_append_u16(buf, 1), want);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), want);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, filling, 1), want);
    CHECK_STATUS(sv2_buf_consume(buf, 0), want);
    SPOIL(view);
    CHECK_STATUS(sv2_buf_data(buf, &view), want);
    CHECK(IS_ZERO(view));
    SPOIL(view);
    CHECK_STATUS(sv2_buf_lock(buf, &view), want);
    CHECK(IS_ZERO(view));
    CHECK_STATUS(sv2_buf_unlock(buf), want);
    view.owner = buf;
    CHECK_STATUS(sv2_view_check(&view), SV2_ERR_STALE_VIEW);
    sv2_buf copy = buf;
    CHECK_STATUS(sv2_buf_free(&copy), buf.sv2_priv_buf == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_buf == buf.sv2_priv_buf);
}

static void refuses_decoder(sv2_decoder decoder, sv2_status want) {
    uint8_t *memory = bytes;
    sv2_frame frame[2];
    size_t count = 7;
    size = 7;
    CHECK_STATUS(sv2_decoder_feed(decoder, filling, 1, &size), want);
    CHECK_NUMBER(size, 0);
    size = 7;
    CHECK_STATUS(sv2_decoder_writable(decoder, &memory, &size), want);
    CHECK(memory == NULL && size == 0);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), want);
    SPOIL(frame[0]);
    size = 7;
    FAILS_PLAINLY(sv2_decoder_next(decoder, frame, &size, &error), want);
    CHECK(IS_ZERO(frame[0]) && size == 0);
    SPOIL(frame[0]);
    size = 7;
    FAILS_PLAINLY(sv2_decoder_next_batch(decoder, frame, 2, &count, &size, &error), want);
    CHECK(IS_ZERO(frame[0]) && size == 0 && count == 0);
    size = 7;
    CHECK_STATUS(sv2_decoder_buffered(decoder, &size), want);
    CHECK_NUMBER(size, 0);
    SPOIL(error);
    CHECK_STATUS(sv2_decoder_error(decoder, &error), want);
    CHECK_STATUS(error.status, SV2_OK);
    sv2_decoder copy = decoder;
    CHECK_STATUS(sv2_decoder_free(&copy), decoder.sv2_priv_decoder == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_decoder == decoder.sv2_priv_decoder);
}

static void forged_handles(void) {
    sv2_buf buf;
    sv2_decoder decoder;
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);

    /* Zero and garbage. */
    static const uint64_t garbage[] = {1,
                                       0xff,
                                       0xdeadbeef,
                                       UINT64_C(0x0100000000000000),
                                       UINT64_C(0x0100000001ffffff),
                                       UINT64_C(0x01ffffffff000000),
                                       (uint64_t)(HANDLE_KIND_MAX + 1) << 56 | 1 << 24,
                                       UINT64_C(0xcccccccccccccccc),
                                       UINT64_C(0x8000000000000000),
                                       UINT64_MAX};
    refuses_buf((sv2_buf){0}, SV2_ERR_HANDLE);
    refuses_decoder((sv2_decoder){0}, SV2_ERR_HANDLE);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        const uint64_t kind = garbage[i] >> 56;
        const int known = kind != 0 && kind <= HANDLE_KIND_MAX;
        refuses_buf((sv2_buf){garbage[i]},
                    known && kind != SV2_HANDLE_BUF ? SV2_ERR_HANDLE_KIND : SV2_ERR_HANDLE);
        refuses_decoder((sv2_decoder){garbage[i]},
                        known && kind != SV2_HANDLE_DECODER ? SV2_ERR_HANDLE_KIND : SV2_ERR_HANDLE);
    }

    /* Another kind, by a cast. */
    refuses_buf((sv2_buf){decoder.sv2_priv_decoder}, SV2_ERR_HANDLE_KIND);
    refuses_decoder((sv2_decoder){buf.sv2_priv_buf}, SV2_ERR_HANDLE_KIND);

    /* Any single bit that is not the object's. */
    for (int bit = 0; bit < 64; bit++) {
        sv2_buf other = {buf.sv2_priv_buf ^ UINT64_C(1) << bit};
        sv2_view view;
        const sv2_status status = sv2_buf_data(other, &view);
        CHECK(status == SV2_ERR_HANDLE || status == SV2_ERR_HANDLE_KIND);
        CHECK(sv2_buf_free(&other) < 0);
        sv2_decoder flipped = {decoder.sv2_priv_decoder ^ UINT64_C(1) << bit};
        CHECK(sv2_decoder_free(&flipped) < 0);
    }

    /* A thousand random ones. */
    srand(1);
    for (int i = 0; i < 1000; i++) {
        const uint64_t random = (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand();
        if (random == buf.sv2_priv_buf || random == decoder.sv2_priv_decoder) {
            continue;
        }
        CHECK(sv2_buf_commit((sv2_buf){random}, 0) < 0);
        CHECK(sv2_decoder_commit((sv2_decoder){random}, 0) < 0);
    }

    /* Freed: the copy is stale for every function; the freed handle is zero, and freeing it again
     * is nothing. */
    const sv2_buf stale_buf = buf;
    const sv2_decoder stale_decoder = decoder;
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK(buf.sv2_priv_buf == 0 && decoder.sv2_priv_decoder == 0);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    refuses_buf(stale_buf, SV2_ERR_HANDLE);
    refuses_decoder(stale_decoder, SV2_ERR_HANDLE);

    /* Also when a new object has taken the slot. */
    sv2_buf bufs[8];
    sv2_decoder decoders[8];
    for (int i = 0; i < 8; i++) {
        CHECK_STATUS(sv2_buf_new(100, &bufs[i]), SV2_OK);
        CHECK_STATUS(sv2_decoder_new(NULL, &decoders[i]), SV2_OK);
        CHECK(bufs[i].sv2_priv_buf != stale_buf.sv2_priv_buf);
        CHECK(decoders[i].sv2_priv_decoder != stale_decoder.sv2_priv_decoder);
    }
    refuses_buf(stale_buf, SV2_ERR_HANDLE);
    refuses_decoder(stale_decoder, SV2_ERR_HANDLE);
    CHECK_STATUS(sv2_live_handles(0, &size), SV2_OK);
    CHECK_NUMBER(size, 16);
    CHECK_STATUS(sv2_live_handles(SV2_HANDLE_BUF, &size), SV2_OK);
    CHECK_NUMBER(size, 8);
    CHECK_STATUS(sv2_live_handles(SV2_HANDLE_DECODER, &size), SV2_OK);
    CHECK_NUMBER(size, 8);
    for (int i = 0; i < 8; i++) {
        CHECK_STATUS(sv2_buf_free(&bufs[i]), SV2_OK);
        CHECK_STATUS(sv2_decoder_free(&decoders[i]), SV2_OK);
    }
    CHECK_STATUS(sv2_buf_free(NULL), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(NULL), SV2_OK);
}

static void buffers(void) {
    sv2_buf buf;
    uint8_t *memory = bytes;
    sv2_view view;
    SPOIL(buf);
    CHECK_STATUS(sv2_buf_new(1, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_buf_new(0, &buf), SV2_ERR_ARGUMENT);
    CHECK(buf.sv2_priv_buf == 0);
    for (size_t i = 0; i < TOO_LONG; i++) {
        SPOIL(buf);
        CHECK_STATUS(sv2_buf_new(too_long[i], &buf), SV2_ERR_LIMIT);
        CHECK(buf.sv2_priv_buf == 0);
    }
    CHECK_STATUS(sv2_buf_new(SV2_INPUT_SIZE_MAX, &buf), SV2_OK);
    for (unsigned mask = 1; mask < 4; mask++) {
        CHECK_STATUS(sv2_buf_writable(buf, 1, mask & 1 ? NULL : &memory, mask & 2 ? NULL : &size),
                     SV2_ERR_NULL);
    }
    CHECK_STATUS(sv2_buf_append(buf, NULL, 1), SV2_ERR_NULL);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, NULL, 1), SV2_ERR_NULL);
    CHECK_STATUS(sv2_buf_data(buf, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_buf_lock(buf, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_ERR_STATE);
    CHECK_STATUS(sv2_view_check(NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, filling, SV2_PAYLOAD_SIZE_MAX + 1), SV2_ERR_LIMIT);
    for (size_t i = 0; i < TOO_LONG; i++) {
        memory = bytes;
        CHECK_STATUS(sv2_buf_writable(buf, too_long[i], &memory, &size), SV2_ERR_LIMIT);
        CHECK(memory == NULL && size == 0);
        CHECK_STATUS(sv2_buf_append(buf, filling, too_long[i]), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_append_b0_16m(buf, filling, too_long[i]), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_consume(buf, too_long[i]), SV2_ERR_ARGUMENT);
    }
    CHECK_STATUS(sv2_buf_writable(buf, 10, &memory, &size), SV2_OK);
    for (size_t i = 0; i < TOO_LONG; i++) {
        CHECK_STATUS(sv2_buf_commit(buf, too_long[i]), SV2_ERR_ARGUMENT);
    }
    CHECK_STATUS(sv2_buf_commit(buf, size + 1), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_NUMBER(view.len, 0);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    /* A view that nobody gave. */
    memset(&view, 0, sizeof view);
    CHECK_STATUS(sv2_view_check(&view), SV2_ERR_STALE_VIEW);
    memset(&view, 0xff, sizeof view);
    CHECK_STATUS(sv2_view_check(&view), SV2_ERR_STALE_VIEW);
}

static void decoders(void) {
    sv2_decoder decoder;
    sv2_frame frame;
    size_t count = 7;
    uint8_t *memory = bytes;
    CHECK_STATUS(sv2_decoder_new(NULL, NULL), SV2_ERR_NULL);

    struct {
        sv2_decoder_config known;
        uint32_t rest[4];
    } newer;
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    CHECK_NUMBER(config.struct_size, sizeof config);
    CHECK_NUMBER(config.max_payload_size, 0);
    for (uint32_t wrong = 0; wrong < 4; wrong++) {
        SPOIL(decoder);
        config.struct_size = wrong;
        CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_ERR_ARGUMENT);
        CHECK(decoder.sv2_priv_decoder == 0);
    }
    config.struct_size = 4; /* an older program, without max_payload_size: the default */
    config.max_payload_size = UINT32_MAX;
    CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    config.struct_size = sizeof config;
    config.max_payload_size = SV2_PAYLOAD_SIZE_MAX + 1;
    SPOIL(decoder);
    CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_ERR_LIMIT);
    CHECK(decoder.sv2_priv_decoder == 0);
    config.max_payload_size = UINT32_MAX;
    CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_ERR_LIMIT);
    memset(&newer, 0, sizeof newer);
    newer.known.struct_size = sizeof newer;
    CHECK_STATUS(sv2_decoder_new(&newer.known, &decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    for (size_t i = 0; i < 4; i++) {
        memset(newer.rest, 0, sizeof newer.rest);
        newer.rest[i] = 0x01000000;
        CHECK_STATUS(sv2_decoder_new(&newer.known, &decoder), SV2_ERR_ARGUMENT);
        CHECK(decoder.sv2_priv_decoder == 0);
    }

    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, filling, 1, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_feed(decoder, NULL, 1, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_feed(decoder, NULL, 0, &size), SV2_OK);
    for (size_t i = 0; i < TOO_LONG; i++) {
        size = 7;
        CHECK_STATUS(sv2_decoder_feed(decoder, filling, too_long[i], &size), SV2_ERR_LIMIT);
        CHECK_NUMBER(size, 0);
        FAILS_PLAINLY(sv2_decoder_next_batch(decoder, &frame, too_long[i], &count, NULL, &error),
                      SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_decoder_commit(decoder, too_long[i]), SV2_ERR_ARGUMENT);
    }
    for (unsigned mask = 1; mask < 4; mask++) {
        CHECK_STATUS(
            sv2_decoder_writable(decoder, mask & 1 ? NULL : &memory, mask & 2 ? NULL : &size),
            SV2_ERR_NULL);
        FAILS_PLAINLY(sv2_decoder_next_batch(decoder, mask & 1 ? NULL : &frame, 1,
                                             mask & 2 ? NULL : &count, NULL, &error),
                      SV2_ERR_NULL);
    }
    FAILS_PLAINLY(sv2_decoder_next(decoder, NULL, NULL, &error), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_next(decoder, NULL, NULL, NULL), SV2_ERR_NULL);
    FAILS_PLAINLY(sv2_decoder_next_batch(decoder, &frame, 0, &count, NULL, &error),
                  SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_decoder_error(decoder, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_buffered(decoder, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), SV2_ERR_STATE);
    CHECK_STATUS(sv2_decoder_writable(decoder, &memory, &size), SV2_OK);
    CHECK_STATUS(sv2_decoder_commit(decoder, size + 1), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), SV2_OK);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), SV2_ERR_STATE);
    /* None of it harmed the decoder. */
    CHECK_STATUS(sv2_decoder_feed(decoder, filling + 16, SV2_FRAME_HEADER_SIZE, &size), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, &error), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
}

int main(void) {
    plain_functions();
    info_struct_sizes();
    error_text();
    sequences();
    frames();
    frame_encode();
    frame_check();
    tlvs();
    CHECK_NUMBER(MESSAGE_COUNT, 44);
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        message_pointers(&messages[i]);
        message_short_output(&messages[i]);
        message_fields(&messages[i]);
    }
    union_of_messages();
    forged_handles();
    buffers();
    decoders();
    return check_end("misuse");
}
