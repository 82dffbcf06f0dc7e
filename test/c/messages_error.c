/* What is wrong with a message, and where: every kind of failure names message, field and offset;
 * and what looks wrong but is none. */
#include <stdlib.h>

#include "check.h"
#include "each_message.h"

enum { FRAME_MAX = 512, PATTERN = 0x3c };

static sv2_error error;
static size_t size;

#define FAILS(call, want)                                                                          \
    do {                                                                                           \
        memset(&error, PATTERN, sizeof error);                                                     \
        CHECK_STATUS(call, want);                                                                  \
        CHECK_STATUS(error.status, want);                                                          \
    } while (0)

static void check_error(uint32_t id, uint32_t field, size_t offset, size_t have, size_t limit) {
    CHECK_NUMBER(error.extension_type, id >> 8 & 0xffff);
    CHECK_NUMBER(error.msg_type, id & 0xff);
    CHECK_NUMBER(error.field, field);
    CHECK_NUMBER(error.offset, offset);
    CHECK_NUMBER(error.size, have);
    CHECK_NUMBER(error.limit, limit);
}

/* The text for a log starts with what the error concerns. */
static void check_error_text(const char *start) {
    char text[256];
    CHECK_STATUS(sv2_error_text(&error, text, sizeof text, &size), SV2_OK);
    CHECK_NUMBER(size, strlen(text) + 1);
    if (strncmp(text, start, strlen(start)) != 0) {
        CHECK_TEXT(text, start);
    }
}

static const message_row *row_of(uint32_t id) {
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        if (messages[i].id == id) {
            return &messages[i];
        }
    }
    return NULL;
}

/* A frame of a message in caller memory. */
static sv2_frame frame_of(const message_row *m, const uint8_t *payload, size_t len) {
    sv2_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.extension_type = m->extension_type;
    frame.msg_type = m->msg_type;
    frame.channel_msg = m->channel_msg;
    frame.payload = len == 0 ? NULL : payload;
    frame.payload_len = len;
    return frame;
}

/* The payload of a message with all fields filled; returns its size. */
static size_t filled_payload(const message_row *m, uint8_t *out) {
    sv2_message any;
    uint8_t bytes[FRAME_MAX];
    memset(&any, 0, sizeof any);
    fill_message(m, &any.as);
    CHECK_STATUS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, NULL), SV2_OK);
    memcpy(out, bytes + SV2_FRAME_HEADER_SIZE, size - SV2_FRAME_HEADER_SIZE);
    return size - SV2_FRAME_HEADER_SIZE;
}

/* TY-17: every strict prefix of every message fails at the field in which it ends. The payload lies
 * at the end of a block of its own, so that a read past it shows itself under valgrind and
 * AddressSanitizer. */
static void truncated_everywhere(const message_row *m) {
    uint8_t payload[FRAME_MAX];
    const size_t len = filled_payload(m, payload);
    size_t start = 0, end = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].id != m->id) {
            continue;
        }
        start = end;
        end = start + filled_size(fields[i].type);
        char name[128];
        snprintf(name, sizeof name, "%s.%s", m->name, fields[i].name);
        CHECK_TEXT(sv2_field_name(m->extension_type, m->msg_type, fields[i].index), fields[i].name);
        for (size_t cut = start; cut < end; cut++) {
            uint8_t *copy = malloc(cut + 1);
            if (copy == NULL) {
                abort();
            }
            memcpy(copy, payload, cut);
            uint8_t *exact = cut == 0 ? NULL : realloc(copy, cut);
            if (exact != NULL) {
                copy = exact;
            }
            const sv2_frame frame = frame_of(m, copy, cut);
            sv2_message out;
            sv2_bytes trailing;
            memset(&out, PATTERN, sizeof out);
            memset(&trailing, PATTERN, sizeof trailing);
            FAILS(m->decode(&frame, &out.as, &trailing, &error), SV2_ERR_TRUNCATED);
            check_error(m->id, fields[i].index, start, cut, 0);
            check_error_text(name);
            CHECK(filled_with(&out.as, m->size, 0));
            CHECK(trailing.data == NULL && trailing.len == 0);
            CHECK_STATUS(m->decode(&frame, &out.as, NULL, NULL), SV2_ERR_TRUNCATED);
            memset(&out, PATTERN, sizeof out);
            FAILS(sv2_message_decode(&frame, &out, &error), SV2_ERR_TRUNCATED);
            check_error(m->id, fields[i].index, start, cut, 0);
            CHECK(filled_with(&out, sizeof out, 0));
            free(copy);
        }
    }
    CHECK_NUMBER(end, len);
    CHECK_STATUS(sv2_message_info_get(m->extension_type, m->msg_type, NULL), SV2_ERR_NULL);
}

/* The same for NewTemplate with the field names of section 7.2 written out, independent of the
 * header. */
static void truncated_new_template(void) {
    static const struct {
        const char *name;
        size_t start;
    } expected[] = {
        {"NewTemplate.template_id", 0},
        {"NewTemplate.future_template", 8},
        {"NewTemplate.version", 9},
        {"NewTemplate.coinbase_tx_version", 13},
        {"NewTemplate.coinbase_prefix", 17},
        {"NewTemplate.coinbase_tx_input_sequence", 22},
        {"NewTemplate.coinbase_tx_value_remaining", 26},
        {"NewTemplate.coinbase_tx_outputs_count", 34},
        {"NewTemplate.coinbase_tx_outputs", 38},
        {"NewTemplate.coinbase_tx_locktime", 43},
        {"NewTemplate.merkle_path", 47},
    };
    enum { LAST = sizeof expected / sizeof expected[0] - 1, END = 47 + 1 + 64 };
    uint8_t payload[END] = {0};
    payload[17] = 4; /* coinbase_prefix, 4 bytes */
    payload[38] = 3; /* coinbase_tx_outputs, 3 bytes */
    payload[47] = 2; /* merkle_path, 2 elements */
    const message_row *m = row_of(SV2_ID_NEW_TEMPLATE);
    size_t field = 0;
    sv2_new_template out;
    for (size_t cut = 0; cut < END; cut++) {
        while (field < LAST && cut >= expected[field + 1].start) {
            field++;
        }
        const sv2_frame frame = frame_of(m, payload, cut);
        FAILS(sv2_new_template_decode(&frame, &out, NULL, &error), SV2_ERR_TRUNCATED);
        check_error(SV2_ID_NEW_TEMPLATE, (uint32_t)field, expected[field].start, cut, 0);
        check_error_text(expected[field].name);
        char text[256];
        CHECK_STATUS(sv2_error_text(&error, text, sizeof text, &size), SV2_OK);
        CHECK(strstr(text, sv2_status_text(SV2_ERR_TRUNCATED)) != NULL);
        char offset[32];
        snprintf(offset, sizeof offset, " at offset %zu:", expected[field].start);
        CHECK((strstr(text, offset) != NULL) == (expected[field].start != 0));
    }
    const sv2_frame whole = frame_of(m, payload, END);
    CHECK_STATUS(sv2_new_template_decode(&whole, &out, NULL, &error), SV2_OK);
    CHECK_NUMBER(out.coinbase_prefix.len, 4);
    CHECK_NUMBER(out.coinbase_tx_outputs.len, 3);
    CHECK_NUMBER(out.merkle_path.count, 2);
}

/* TY-07 to TY-10, TY-15: the longest value of each field encodes and comes back; one element more
 * does not. */
static void longest_values(const message_row *m) {
    static uint8_t many[65536 * 32];
    const size_t room = sizeof many + FRAME_MAX;
    uint8_t *out = malloc(room);
    if (out == NULL) {
        abort();
    }
    size_t start = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const field_row *f = &fields[i];
        if (f->id != m->id) {
            continue;
        }
        const size_t at = start;
        start += filled_size(f->type);
        const size_t unit = unit_of(f->type);
        if (unit == 0 || f->type == WIRE_SEQ0_64K_B0_16M) {
            continue;
        }
        sv2_message any, back;
        sv2_frame frame;
        sv2_bytes value = {many, most_of(f->type)};
        memset(&any, 0, sizeof any);
        fill_message(m, &any.as);
        memcpy((uint8_t *)&any.as + f->offset, &value, sizeof value);
        CHECK_STATUS(m->encode(&any.as, NULL, out, room, &size, &error), SV2_OK);
        size_t consumed = 0;
        CHECK_STATUS(
            sv2_frame_decode(out, size, SV2_PAYLOAD_SIZE_MAX, &frame, &consumed, NULL, NULL),
            SV2_OK);
        CHECK_STATUS(m->decode(&frame, &back.as, NULL, &error), SV2_OK);
        sv2_bytes got;
        memcpy(&got, (uint8_t *)&back.as + f->offset, sizeof got);
        CHECK_NUMBER(got.len, value.len);
        CHECK_BYTES(got.data, got.len * unit, many, value.len * unit);

        value.len++;
        memcpy((uint8_t *)&any.as + f->offset, &value, sizeof value);
        FAILS(m->encode(&any.as, NULL, out, room, &size, &error), SV2_ERR_FIELD_TOO_LONG);
        check_error(m->id, f->index, 0, value.len * unit, most_of(f->type) * unit);
        CHECK_NUMBER(size, 0);
        FAILS(m->encode(&any.as, NULL, NULL, 0, &size, &error), SV2_ERR_FIELD_TOO_LONG);
        CHECK_NUMBER(size, 0);

        /* TY-08: a B0_32 of 33 bytes is an error of that field on the way in, too. */
        if (f->type == WIRE_B0_32) {
            for (unsigned stated = 33; stated <= 255; stated++) {
                uint8_t payload[FRAME_MAX + 256] = {0};
                filled_payload(m, payload);
                payload[at] = (uint8_t)stated;
                frame = frame_of(m, payload, sizeof payload);
                FAILS(m->decode(&frame, &back.as, &got, &error), SV2_ERR_FIELD_TOO_LONG);
                CHECK_NUMBER(error.field, f->index);
                CHECK_NUMBER(error.offset, at);
                CHECK_NUMBER(error.msg_type, m->msg_type);
                FAILS(sv2_message_decode(&frame, &back, &error), SV2_ERR_FIELD_TOO_LONG);
                CHECK_NUMBER(error.field, f->index);
                CHECK_NUMBER(error.offset, at);
            }
        }
    }
    free(out);
}

/* SV2_FRAME_SIZE_MAX_<MESSAGE>: what the longest values of all fields together come to. */
static void largest_frame(const message_row *m) {
    static uint8_t many[65535 * 32], out[SV2_FRAME_HEADER_SIZE + 4 * 65535 * 32];
    sv2_message any;
    int unlimited = 0;
    memset(&any, 0, sizeof any);
    fill_message(m, &any.as);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const field_row *f = &fields[i];
        if (f->id == m->id && f->type == WIRE_SEQ0_64K_B0_16M) {
            unlimited = 1;
        } else if (f->id == m->id && unit_of(f->type) != 0) {
            const sv2_bytes value = {many, most_of(f->type)};
            memcpy((uint8_t *)&any.as + f->offset, &value, sizeof value);
        }
    }
    if (unlimited) {
        CHECK_NUMBER(m->frame_size_max, SV2_FRAME_HEADER_SIZE + SV2_PAYLOAD_SIZE_MAX);
        return;
    }
    CHECK_STATUS(m->encode(&any.as, NULL, NULL, 0, &size, NULL), SV2_ERR_BUFFER_TOO_SMALL);
    CHECK_NUMBER(m->frame_size_max, size);
    CHECK_STATUS(m->encode(&any.as, NULL, out, m->frame_size_max, &size, NULL), SV2_OK);
    CHECK_NUMBER(m->frame_size_max, size);
}

/* TY-14, I15: OPTION with 2 or more. TY-02, TY-03, I13: BOOL reads bit 0. */
static void options_and_bools(const message_row *m) {
    size_t start = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const field_row *f = &fields[i];
        if (f->id != m->id) {
            continue;
        }
        const size_t at = start;
        start += filled_size(f->type);
        sv2_message any, back;
        uint8_t payload[FRAME_MAX], bytes[FRAME_MAX];
        const size_t len = filled_payload(m, payload);
        sv2_frame frame = frame_of(m, payload, len);
        memset(&any, 0, sizeof any);
        fill_message(m, &any.as);
        if (f->type == WIRE_OPTION_U32) {
            sv2_option_u32 option;
            for (unsigned stated = 2; stated <= 255; stated++) {
                payload[at] = (uint8_t)stated;
                FAILS(m->decode(&frame, &back.as, NULL, &error), SV2_ERR_BAD_OPTION);
                check_error(m->id, f->index, at, len, 0);
                FAILS(sv2_message_decode(&frame, &back, &error), SV2_ERR_BAD_OPTION);
            }
            static const uint32_t not_bits[] = {2, 255, 256, UINT32_MAX};
            for (size_t k = 0; k < sizeof not_bits / sizeof not_bits[0]; k++) {
                option.value = 1;
                option.present = not_bits[k];
                memcpy((uint8_t *)&any.as + f->offset, &option, sizeof option);
                FAILS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error),
                      SV2_ERR_ARGUMENT);
                CHECK_NUMBER(error.field, f->index);
                CHECK_NUMBER(error.msg_type, m->msg_type);
                CHECK_NUMBER(size, 0);
            }
            option.present = 0; /* absent: one byte, whatever value holds */
            memcpy((uint8_t *)&any.as + f->offset, &option, sizeof option);
            CHECK_STATUS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error), SV2_OK);
            CHECK_NUMBER(size, SV2_FRAME_HEADER_SIZE + len - 4);
            CHECK_NUMBER(bytes[SV2_FRAME_HEADER_SIZE + at], 0);
            frame = frame_of(m, bytes + SV2_FRAME_HEADER_SIZE, size - SV2_FRAME_HEADER_SIZE);
            CHECK_STATUS(m->decode(&frame, &back.as, NULL, &error), SV2_OK);
            memcpy(&option, (uint8_t *)&back.as + f->offset, sizeof option);
            CHECK(option.present == 0 && option.value == 0);
        } else if (f->type == WIRE_BOOL) {
            for (unsigned value = 0; value <= 255; value++) {
                payload[at] = (uint8_t)value; /* 0x02 and 0xfe are false, 0x03 and 0xff are true */
                CHECK_STATUS(m->decode(&frame, &back.as, NULL, &error), SV2_OK);
                CHECK_NUMBER(((uint8_t *)&back.as)[f->offset], value & 1);
                CHECK_STATUS(sv2_message_decode(&frame, &back, &error), SV2_OK);
                CHECK_NUMBER(((uint8_t *)&back.as)[f->offset], value & 1);
                memset((uint8_t *)&any.as + f->offset, (int)value, 1);
                if (value < 2) {
                    CHECK_STATUS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error),
                                 SV2_OK);
                    CHECK_NUMBER(bytes[SV2_FRAME_HEADER_SIZE + at], value);
                    continue;
                }
                FAILS(m->encode(&any.as, NULL, bytes, sizeof bytes, &size, &error),
                      SV2_ERR_ARGUMENT);
                CHECK_NUMBER(error.field, f->index);
                CHECK_NUMBER(error.msg_type, m->msg_type);
                CHECK_NUMBER(size, 0);
            }
        }
    }
}

/* FR-14: bytes behind the last field are returned, or refused when there is nowhere to return them.
 */
static void trailing_bytes(const message_row *m) {
    uint8_t payload[FRAME_MAX];
    sv2_message any, back;
    sv2_bytes trailing;
    const size_t len = filled_payload(m, payload);
    for (size_t more = 0; more < 4; more++) {
        memset(payload + len, PATTERN, more);
        const sv2_frame frame = frame_of(m, payload, len + more);
        CHECK_STATUS(m->decode(&frame, &back.as, &trailing, &error), SV2_OK);
        CHECK_NUMBER(trailing.len, more);
        CHECK(trailing.data == (more == 0 ? NULL : payload + len));
        CHECK_STATUS(sv2_message_decode(&frame, &any, &error), SV2_OK);
        CHECK_NUMBER(any.id, m->id);
        CHECK_NUMBER(any.trailing.len, more);
        CHECK(memcmp(&any.as, &back.as, m->size) == 0);
        /* and they come out of an encoder as they went in */
        uint8_t bytes[FRAME_MAX];
        CHECK_STATUS(sv2_message_encode(&any, bytes, sizeof bytes, &size, &error), SV2_OK);
        CHECK_BYTES(bytes + SV2_FRAME_HEADER_SIZE, size - SV2_FRAME_HEADER_SIZE, payload,
                    len + more);
        CHECK_STATUS(m->encode(&back.as, &trailing, bytes, sizeof bytes, &size, &error), SV2_OK);
        CHECK_BYTES(bytes + SV2_FRAME_HEADER_SIZE, size - SV2_FRAME_HEADER_SIZE, payload,
                    len + more);
        CHECK_NUMBER(bytes[0] | bytes[1] << 8,
                     m->extension_type | (m->channel_msg ? SV2_CHANNEL_MSG_BIT : 0));
        if (more != 0) {
            memset(&back, PATTERN, sizeof back);
            FAILS(m->decode(&frame, &back.as, NULL, &error), SV2_ERR_TRAILING);
            check_error(m->id, SV2_FIELD_NONE, len, len + more, 0);
            check_error_text(m->name);
            CHECK(filled_with(&back.as, m->size, 0));
        } else {
            CHECK_STATUS(m->decode(&frame, &back.as, NULL, &error), SV2_OK);
        }
    }
}

/* I28: the pair of extension and type decides, never the type alone. */
static void unexpected_message(const message_row *m) {
    uint8_t payload[FRAME_MAX];
    const size_t len = filled_payload(m, payload);
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        const message_row *other = &messages[i];
        sv2_message back;
        const sv2_frame frame = frame_of(m, payload, len);
        if (other == m) {
            continue;
        }
        memset(&back, PATTERN, sizeof back);
        FAILS(other->decode(&frame, &back.as, NULL, &error), SV2_ERR_UNEXPECTED_MESSAGE);
        check_error(m->id, SV2_FIELD_NONE, 0, len, 0);
        CHECK(filled_with(&back.as, other->size, 0));
    }
    static const uint16_t other_extension[] = {2, 0x0777, 0x7fff};
    for (size_t i = 0; i < 3; i++) {
        sv2_message back;
        sv2_frame frame = frame_of(m, payload, len);
        frame.extension_type = other_extension[i];
        FAILS(m->decode(&frame, &back.as, NULL, &error), SV2_ERR_UNEXPECTED_MESSAGE);
        CHECK_STATUS(sv2_message_decode(&frame, &back, &error), SV2_OK);
        CHECK_NUMBER(back.id, SV2_ID_UNKNOWN);
        CHECK_NUMBER(back.reserved, 0);
        CHECK_NUMBER(back.trailing.len, 0);
        CHECK_NUMBER(back.as.unknown.extension_type, other_extension[i]);
        CHECK_NUMBER(back.as.unknown.msg_type, m->msg_type);
        CHECK(back.as.unknown.payload == payload && back.as.unknown.payload_len == len);
        CHECK_STATUS(sv2_frame_check(&frame, (uint32_t)m->group % 3, SV2_PARTY_CLIENT, 0),
                     SV2_ERR_UNKNOWN_MESSAGE);
        uint8_t bytes[FRAME_MAX];
        CHECK_STATUS(sv2_message_encode(&back, bytes, sizeof bytes, &size, &error), SV2_OK);
        CHECK_BYTES(bytes + SV2_FRAME_HEADER_SIZE, size - SV2_FRAME_HEADER_SIZE, payload, len);
    }
}

/* FR-10: the channel_msg bit of section 8, written out. */
static int channel_bit_of(uint16_t extension_type, uint8_t msg_type) {
    return extension_type == 0 && (msg_type == 0x03 || (msg_type >= 0x15 && msg_type <= 0x24));
}

static void info_and_frame_check(const message_row *m) {
    sv2_message_info info = SV2_MESSAGE_INFO_INIT;
    CHECK_NUMBER(info.struct_size, sizeof info);
    CHECK_STATUS(sv2_message_info_get(m->extension_type, m->msg_type, &info), SV2_OK);
    CHECK_NUMBER(info.struct_size, sizeof info);
    CHECK_NUMBER(info.extension_type, m->extension_type);
    CHECK_NUMBER(info.msg_type, m->msg_type);
    CHECK_NUMBER(info.channel_msg, m->channel_msg);
    CHECK_NUMBER(info.channel_msg, channel_bit_of(m->extension_type, m->msg_type));
    CHECK_NUMBER(info.from, m->from);
    CHECK_TEXT(info.name, m->name);
    CHECK_TEXT(info.spec, m->spec);
    CHECK_TEXT(sv2_message_name(m->extension_type, m->msg_type), m->name);
    uint32_t field_count = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        field_count += fields[i].id == m->id;
    }
    CHECK_NUMBER(info.field_count, field_count);
    CHECK_TEXT(sv2_field_name(m->extension_type, m->msg_type, field_count), "unknown");
    CHECK_TEXT(sv2_field_name(m->extension_type, m->msg_type, SV2_FIELD_NONE), "unknown");

    static const uint8_t payload[8];
    const int every_protocol = m->group == GROUP_COMMON || m->group == GROUP_EXTENSIONS_NEGOTIATION;
    for (uint32_t protocol = 0; protocol < 3; protocol++) {
        for (uint32_t from = SV2_PARTY_CLIENT; from <= SV2_PARTY_SERVER; from++) {
            for (uint32_t strict = 0; strict < 2; strict++) {
                for (uint8_t bit = 0; bit < 2; bit++) {
                    sv2_frame frame = frame_of(m, payload, sizeof payload);
                    frame.channel_msg = bit;
                    sv2_status want = SV2_OK;
                    if (!every_protocol && (uint32_t)m->group != protocol) {
                        want = SV2_ERR_WRONG_PROTOCOL;
                    } else if ((m->from & from) == 0) {
                        want = SV2_ERR_WRONG_DIRECTION;
                    } else if (strict && bit != m->channel_msg) {
                        want = SV2_ERR_WRONG_CHANNEL_BIT;
                    }
                    CHECK_STATUS(sv2_frame_check(&frame, protocol, from, strict), want);
                }
            }
        }
    }
}

/* FR-11: no other pair is a message; 0x1e is reserved. */
static void no_other_messages(void) {
    sv2_version_info version = SV2_VERSION_INFO_INIT;
    CHECK_STATUS(sv2_version_info_get(&version), SV2_OK);
    CHECK_NUMBER(version.message_count, MESSAGE_COUNT);
    size_t known = 0;
    for (uint32_t extension = 0; extension <= 0xffff; extension += extension < 16 ? 1 : 0x111) {
        for (uint32_t type = 0; type < 256; type++) {
            sv2_message_info info = SV2_MESSAGE_INFO_INIT;
            const sv2_status status =
                sv2_message_info_get((uint16_t)extension, (uint8_t)type, &info);
            if (status == SV2_OK) {
                known++;
                continue;
            }
            CHECK_STATUS(status, SV2_ERR_UNKNOWN_MESSAGE);
        }
    }
    CHECK_NUMBER(known, MESSAGE_COUNT);
}

/* An element of a sequence of B0_16M that is cut short, or a count that does not fit, is the
 * field's error. */
static void bad_sequences(void) {
    static const uint8_t two[] = {2, 0, 0, 0xaa, 0xbb, 1, 0, 0, 0xcc};
    uint8_t bytes[FRAME_MAX];
    sv2_provide_missing_transactions_success message;
    memset(&message, 0, sizeof message);
    message.transaction_list.data = two;
    for (size_t len = 0; len <= sizeof two; len++) {
        for (size_t count = 0; count < 4; count++) {
            message.transaction_list.len = len;
            message.transaction_list.count = count;
            const int good =
                (len == 0 && count == 0) || (len == 5 && count == 1) || (len == 9 && count == 2);
            if (good) {
                CHECK_STATUS(sv2_provide_missing_transactions_success_encode(
                                 &message, NULL, bytes, sizeof bytes, &size, &error),
                             SV2_OK);
                continue;
            }
            FAILS(sv2_provide_missing_transactions_success_encode(&message, NULL, bytes,
                                                                  sizeof bytes, &size, &error),
                  SV2_ERR_BAD_SEQUENCE);
            CHECK_NUMBER(error.field, 1);
            CHECK_NUMBER(error.msg_type, SV2_MSG_TYPE_PROVIDE_MISSING_TRANSACTIONS_SUCCESS);
            CHECK_NUMBER(size, 0);
        }
    }
    message.transaction_list.len = sizeof two;
    message.transaction_list.count = 65536;
    FAILS(sv2_provide_missing_transactions_success_encode(&message, NULL, bytes, sizeof bytes,
                                                          &size, &error),
          SV2_ERR_FIELD_TOO_LONG);
    CHECK_NUMBER(error.field, 1);
    message.transaction_list.count = SIZE_MAX;
    FAILS(sv2_provide_missing_transactions_success_encode(&message, NULL, bytes, sizeof bytes,
                                                          &size, &error),
          SV2_ERR_FIELD_TOO_LONG);
}

/* What decodes although it looks wrong. */
static void strange_but_legal(void) {
    uint8_t bytes[FRAME_MAX];
    size_t consumed;
    sv2_frame frame;
    /* TY-16: an F32 that is not a number, infinite or negative, bit for bit. */
    static const uint32_t floats[] = {0x7fc00001, 0xffc00000, 0x7f800001, 0x7f800000, 0xff800000,
                                      0x80000000, 0xbf800000, 0x00000001, 0x7f7fffff};
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        sv2_update_channel message, back;
        memset(&message, 0, sizeof message);
        memcpy(&message.nominal_hash_rate, &floats[i], sizeof floats[i]);
        CHECK_STATUS(sv2_update_channel_encode(&message, NULL, bytes, sizeof bytes, &size, NULL),
                     SV2_OK);
        CHECK_NUMBER(bytes[SV2_FRAME_HEADER_SIZE + 4], floats[i] & 0xff);
        CHECK_NUMBER(bytes[SV2_FRAME_HEADER_SIZE + 7], floats[i] >> 24);
        CHECK_STATUS(sv2_frame_decode(bytes, size, 0, &frame, &consumed, NULL, NULL), SV2_OK);
        CHECK_STATUS(sv2_update_channel_decode(&frame, &back, NULL, NULL), SV2_OK);
        CHECK(memcmp(&back.nominal_hash_rate, &floats[i], sizeof floats[i]) == 0);
    }
    /* An unknown protocol, so that it can be answered; strings that are no UTF-8 or hold a NUL
     * (TY-07, I14). */
    static const uint8_t odd[] = {0xff, 0x00, 0xfe, 0x80};
    sv2_setup_connection setup, back;
    memset(&setup, 0, sizeof setup);
    setup.protocol = 0xff;
    setup.vendor.data = odd;
    setup.vendor.len = sizeof odd;
    CHECK_STATUS(sv2_setup_connection_encode(&setup, NULL, bytes, sizeof bytes, &size, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_frame_decode(bytes, size, 0, &frame, &consumed, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_setup_connection_decode(&frame, &back, NULL, NULL), SV2_OK);
    CHECK_NUMBER(back.protocol, 0xff);
    CHECK_BYTES(back.vendor.data, back.vendor.len, odd, sizeof odd);
}

/* FR-12: a message whose payload has 2^24-1 bytes, and one more. */
static void largest_message(void) {
    const size_t len = SV2_PAYLOAD_SIZE_MAX - 15; /* template_id 8, excess_data 2, count 2, U24 3 */
    uint8_t *element = calloc(1, len + 4);
    uint8_t *out = malloc(SV2_FRAME_HEADER_SIZE + (size_t)SV2_PAYLOAD_SIZE_MAX);
    if (element == NULL || out == NULL) {
        abort();
    }
    sv2_request_transaction_data_success message, back;
    memset(&message, 0, sizeof message);
    element[0] = (uint8_t)len;
    element[1] = (uint8_t)(len >> 8);
    element[2] = (uint8_t)(len >> 16);
    element[2 + len] = 0x77;
    message.transaction_list.data = element;
    message.transaction_list.len = len + 3;
    message.transaction_list.count = 1;
    CHECK_STATUS(sv2_request_transaction_data_success_encode(
                     &message, NULL, out, SV2_FRAME_HEADER_SIZE + (size_t)SV2_PAYLOAD_SIZE_MAX,
                     &size, &error),
                 SV2_OK);
    CHECK_NUMBER(size, SV2_FRAME_HEADER_SIZE + SV2_PAYLOAD_SIZE_MAX);
    sv2_frame frame;
    size_t consumed, next;
    CHECK_STATUS(sv2_frame_decode(out, size, SV2_PAYLOAD_SIZE_MAX, &frame, &consumed, NULL, &error),
                 SV2_OK);
    CHECK_STATUS(sv2_request_transaction_data_success_decode(&frame, &back, NULL, &error), SV2_OK);
    sv2_bytes transaction;
    CHECK_STATUS(sv2_seq_b0_16m_at(back.transaction_list, 0, &transaction, &next), SV2_OK);
    CHECK_NUMBER(transaction.len, len);
    CHECK_NUMBER(transaction.data[len - 1], 0x77);
    CHECK_NUMBER(next, back.transaction_list.len);

    const sv2_bytes one_more = {element, 1};
    memset(out, PATTERN, 64);
    FAILS(sv2_request_transaction_data_success_encode(
              &message, &one_more, out, SV2_FRAME_HEADER_SIZE + (size_t)SV2_PAYLOAD_SIZE_MAX, &size,
              &error),
          SV2_ERR_FRAME_TOO_LARGE);
    check_error(SV2_ID_REQUEST_TRANSACTION_DATA_SUCCESS, SV2_FIELD_NONE, 0,
                (size_t)SV2_PAYLOAD_SIZE_MAX + 1, SV2_PAYLOAD_SIZE_MAX);
    CHECK_NUMBER(size, 0);
    CHECK(filled_with(out, 64, PATTERN));
    FAILS(sv2_request_transaction_data_success_encode(&message, &one_more, NULL, 0, &size, &error),
          SV2_ERR_FRAME_TOO_LARGE);
    CHECK_NUMBER(size, 0);
    free(element);
    free(out);
}

/* A batch: what does not decode is passed over with its frame, and the stream goes on behind it. */
static void batch_of_messages(void) {
    static const uint8_t in[] = {
        0, 0, 0x73, 8, 0, 0, 1,    0,    0, 0, 0, 0, 0,    0, /* RequestTransactionData */
        7, 0, 0x42, 2, 0, 0, 0xaa, 0xbb,                      /* unknown */
        0, 0, 0x01, 7, 0, 0, 2,    0,    5, 0, 0, 0, 0x99, /* SetupConnection.Success, trailing byte
                                                            */
        0, 0, 0x73, 3, 0, 0, 1,    2,    3,                /* cut short */
        0, 0, 0x73, 8, 0, 0, 2,    0,    0, 0, 0, 0, 0,    0, /* fine again */
        0, 0, 0x73, 8, 0, 0, 3,                               /* not here yet */
    };
    enum { FIRST = 14, SECOND = 8, THIRD = 13, FOURTH = 9, FIFTH = 14 };
    sv2_message out[4];
    size_t count, consumed, missing, at;
    memset(out, PATTERN, sizeof out);
    memset(&error, PATTERN, sizeof error);
    FAILS(sv2_message_decode_batch(in, sizeof in, 0, out, 4, &count, &consumed, &missing, &error),
          SV2_ERR_TRUNCATED);
    check_error(SV2_ID_REQUEST_TRANSACTION_DATA, 0, 0, 3, 0);
    CHECK_NUMBER(count, 3);
    CHECK_NUMBER(consumed, FIRST + SECOND + THIRD + FOURTH);
    CHECK_NUMBER(missing, 0);
    CHECK_NUMBER(out[0].id, SV2_ID_REQUEST_TRANSACTION_DATA);
    CHECK_NUMBER(out[0].as.request_transaction_data.template_id, 1);
    CHECK_NUMBER(out[1].id, SV2_ID_UNKNOWN);
    CHECK_NUMBER(out[1].as.unknown.extension_type, 7);
    CHECK(out[1].as.unknown.payload == in + FIRST + SV2_FRAME_HEADER_SIZE);
    CHECK_NUMBER(out[2].id, SV2_ID_SETUP_CONNECTION_SUCCESS);
    CHECK_NUMBER(out[2].as.setup_connection_success.flags, 5);
    CHECK_NUMBER(out[2].trailing.len, 1);
    /* Every member of every message is written: what comes out can be encoded again. */
    for (size_t i = 0; i < 3; i++) {
        uint8_t bytes[64];
        CHECK_NUMBER(out[i].reserved, 0);
        CHECK_NUMBER(out[i].trailing.len, i == 2 ? 1 : 0);
        CHECK((out[i].trailing.data == NULL) == (i != 2));
        CHECK_STATUS(sv2_message_encode(&out[i], bytes, sizeof bytes, &size, NULL), SV2_OK);
    }

    at = consumed;
    memset(out, PATTERN, sizeof out);
    CHECK_STATUS(sv2_message_decode_batch(in + at, sizeof in - at, 0, out, 4, &count, &consumed,
                                          &missing, &error),
                 SV2_OK);
    CHECK_STATUS(error.status, SV2_OK);
    CHECK_NUMBER(count, 1);
    CHECK_NUMBER(consumed, FIFTH);
    CHECK_NUMBER(missing, 7);
    CHECK_NUMBER(out[0].as.request_transaction_data.template_id, 2);
    /* Room for one message only. */
    CHECK_STATUS(
        sv2_message_decode_batch(in, sizeof in, 0, out, 1, &count, &consumed, &missing, &error),
        SV2_OK);
    CHECK(count == 1 && consumed == FIRST && missing == 0);
    /* No frame at all. */
    CHECK_STATUS(sv2_message_decode_batch(NULL, 0, 0, out, 4, &count, &consumed, &missing, &error),
                 SV2_OK);
    CHECK(count == 0 && consumed == 0 && missing == SV2_FRAME_HEADER_SIZE);
    /* A frame above the maximum ends the stream, and is not passed over. */
    FAILS(sv2_message_decode_batch(in, sizeof in, 7, out, 4, &count, &consumed, &missing, &error),
          SV2_ERR_FRAME_TOO_LARGE);
    CHECK(count == 0 && consumed == 0 && missing == 0);
    check_error(SV2_ID_REQUEST_TRANSACTION_DATA, SV2_FIELD_NONE, 0, 8, 7);
}

/* "SV2_ERROR_TEXT_SIZE bytes are always enough", for any message, field and status, also for those
 * that do not exist. */
static void every_error_text_fits(void) {
    static const sv2_status statuses[] = {
#define STATUS(name, number, class_number, text) name,
        SV2_STATUS_MAP(STATUS)
#undef STATUS
            SV2_OK,
        -999, INT32_MIN, INT32_MAX};
    char text[SV2_ERROR_TEXT_SIZE];
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        for (size_t k = 0; k < sizeof statuses / sizeof statuses[0]; k++) {
            memset(&error, 0xff, sizeof error);
            error.status = statuses[k];
            error.extension_type = (uint16_t)(fields[i].id >> 8);
            error.msg_type = (uint8_t)fields[i].id;
            error.field = fields[i].index;
            CHECK_STATUS(sv2_error_text(&error, text, sizeof text, &size), SV2_OK);
            error.msg_type = 0xff;
            CHECK_STATUS(sv2_error_text(&error, text, sizeof text, &size), SV2_OK);
        }
    }
    /* The example of the header. */
    memset(&error, 0, sizeof error);
    error.status = SV2_ERR_TRUNCATED;
    error.msg_type = SV2_MSG_TYPE_NEW_TEMPLATE;
    error.field = 4;
    error.offset = 13;
    check_error_text("NewTemplate.coinbase_prefix at offset 13: the input ends ");
}

int main(void) {
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        const message_row *m = &messages[i];
        truncated_everywhere(m);
        longest_values(m);
        largest_frame(m);
        options_and_bools(m);
        trailing_bytes(m);
        unexpected_message(m);
        info_and_frame_check(m);
    }
    truncated_new_template();
    no_other_messages();
    bad_sequences();
    strange_but_legal();
    largest_message();
    batch_of_messages();
    every_error_text_fits();
    return check_end("messages_error");
}
