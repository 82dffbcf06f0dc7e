/* Messages as JSON in the form of test/interop/value.go, field by field from the table of the
 * header. */
#include <stdlib.h>
#include <string.h>

#include "each_message.h"
#include "json_reader.h"
#include "peer.h"

static const message_row *row_of(uint16_t extension_type, uint8_t msg_type) {
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        if (messages[i].extension_type == extension_type && messages[i].msg_type == msg_type) {
            return &messages[i];
        }
    }
    return NULL;
}

static uint64_t number_at(const uint8_t *member, size_t size) {
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (size) {
    case 1:
        memcpy(&u8, member, size);
        return u8;
    case 2:
        memcpy(&u16, member, size);
        return u16;
    case 4:
        memcpy(&u32, member, size);
        return u32;
    default:
        memcpy(&u64, member, sizeof u64);
        return u64;
    }
}

static void set_number(uint8_t *member, size_t size, uint64_t number) {
    const uint8_t u8 = (uint8_t)number;
    const uint16_t u16 = (uint16_t)number;
    const uint32_t u32 = (uint32_t)number;
    memcpy(member,
           size == 1   ? (const void *)&u8
           : size == 2 ? (const void *)&u16
           : size == 4 ? (const void *)&u32
                       : (const void *)&number,
           size);
}

/* Bytes of an integer member. */
static size_t number_size(wire_type type) {
    switch (type) {
    case WIRE_U16:
        return 2;
    case WIRE_U32:
        return 4;
    case WIRE_U64:
        return 8;
    default:
        return 1;
    }
}

static void put_string(output *out, const uint8_t *data, size_t size) {
    put_text(out, "\"");
    put_hex(out, data, size);
    put_text(out, "\"");
}

/* A sequence of integers of unit bytes, little-endian, or of U256. */
static void put_elements(output *out, const uint8_t *data, size_t count, size_t unit) {
    put_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;
        put_text(out, i > 0 ? "," : "");
        if (unit == sizeof(sv2_u256)) {
            put_string(out, data + unit * i, unit);
            continue;
        }
        for (size_t k = unit; k-- > 0;) {
            number = number << 8 | data[unit * i + k];
        }
        put_number(out, number);
    }
    put_text(out, "]");
}

static sv2_status put_transactions(output *out, sv2_seq_b0_16m sequence) {
    put_text(out, "[");
    for (size_t position = 0; position < sequence.len;) {
        sv2_bytes item;
        put_text(out, position > 0 ? "," : "");
        const sv2_status status = sv2_seq_b0_16m_at(sequence, position, &item, &position);
        if (status != SV2_OK) {
            return status;
        }
        put_string(out, item.data, item.len);
    }
    put_text(out, "]");
    return SV2_OK;
}

static sv2_status put_field(output *out, wire_type type, const uint8_t *member) {
    sv2_option_u32 option;
    sv2_seq_b0_16m transactions;
    sv2_bytes bytes; /* every other member with a pointer: a pointer, and a number of elements */
    uint8_t f32[4];
    switch (type) {
    case WIRE_U8:
    case WIRE_U16:
    case WIRE_U32:
    case WIRE_U64:
        put_number(out, number_at(member, number_size(type)));
        return SV2_OK;
    case WIRE_BOOL:
        put_text(out, *member == 1 ? "true" : "false");
        return SV2_OK;
    case WIRE_F32:
        for (size_t i = 0; i < sizeof f32; i++) {
            f32[i] = (uint8_t)(number_at(member, sizeof f32) >> 8 * i);
        }
        put_string(out, f32, sizeof f32);
        return SV2_OK;
    case WIRE_U256:
        put_string(out, member, sizeof(sv2_u256));
        return SV2_OK;
    case WIRE_OPTION_U32:
        memcpy(&option, member, sizeof option);
        if (option.present == 1) {
            put_number(out, option.value);
        } else {
            put_text(out, "null");
        }
        return SV2_OK;
    case WIRE_SEQ0_64K_B0_16M:
        memcpy(&transactions, member, sizeof transactions);
        return put_transactions(out, transactions);
    default:
        memcpy(&bytes, member, sizeof bytes);
        if (unit_of(type) == 1) {
            put_string(out, bytes.data, bytes.len);
        } else {
            put_elements(out, bytes.data, bytes.len, unit_of(type));
        }
        return SV2_OK;
    }
}

/* The frame that is all of the input, and the message in it. */
static sv2_status read_frame(input in, sv2_frame *frame, const message_row **row, void *message,
                             sv2_bytes *trailing) {
    size_t consumed = 0;
    sv2_error error;
    sv2_status status =
        sv2_frame_decode(in.data, in.len, SV2_PAYLOAD_SIZE_MAX, frame, &consumed, NULL, &error);
    if (status != SV2_OK) {
        return status;
    }
    if (consumed != in.len) {
        return SV2_ERR_TRAILING;
    }
    *row = row_of(frame->extension_type, frame->msg_type);
    return *row == NULL ? SV2_ERR_UNKNOWN_MESSAGE
                        : (*row)->decode(frame, message, trailing, &error);
}

sv2_status decode_message(input in, output *out) {
    sv2_frame frame;
    const message_row *row = NULL;
    sv2_message message;
    sv2_bytes trailing = {NULL, 0};
    sv2_status status = read_frame(in, &frame, &row, &message.as, &trailing);
    if (status != SV2_OK) {
        return status;
    }
    put_text(out, "{\"extension_type\":");
    put_number(out, row->extension_type);
    put_text(out, ",\"msg_type\":");
    put_number(out, row->msg_type);
    put_text(out, ",\"channel_msg\":");
    put_text(out, frame.channel_msg == 1 ? "true" : "false");
    put_text(out, ",\"fields\":{");
    for (size_t i = 0; i < FIELD_COUNT && status == SV2_OK; i++) {
        if (fields[i].id != row->id) {
            continue;
        }
        put_text(out, fields[i].index > 0 ? ",\"" : "\"");
        put_text(out, sv2_field_name(row->extension_type, row->msg_type, fields[i].index));
        put_text(out, "\":");
        status = put_field(out, fields[i].type, (const uint8_t *)&message.as + fields[i].offset);
    }
    put_text(out, "},\"trailing\":");
    put_string(out, trailing.data, trailing.len);
    put_text(out, "}");
    return status;
}

/* Memory for what the members of a message point to. */
typedef struct arena {
    uint8_t *at, *end;
} arena;

static sv2_status get_elements(json value, size_t unit, arena *memory, sv2_bytes *out) {
    out->data = memory->at;
    out->len = 0;
    for (json item = json_after(value, (json){NULL, NULL}); item.at != NULL;
         item = json_after(value, item)) {
        if ((size_t)(memory->end - memory->at) < unit) {
            return SV2_ERR_LIMIT;
        }
        if (unit == sizeof(sv2_u256)) {
            if (json_hex(item, memory->at, unit) != unit) {
                return SV2_ERR_ARGUMENT;
            }
        } else {
            for (size_t k = 0; k < unit; k++) {
                memory->at[k] = (uint8_t)(json_number(item) >> 8 * k);
            }
        }
        memory->at += unit;
        out->len++;
    }
    return SV2_OK;
}

static sv2_status get_transactions(json value, arena *memory, sv2_seq_b0_16m *out) {
    enum { PREFIX = 3 };
    out->data = memory->at;
    out->count = 0;
    for (json item = json_after(value, (json){NULL, NULL}); item.at != NULL;
         item = json_after(value, item)) {
        if (memory->end - memory->at < PREFIX) {
            return SV2_ERR_LIMIT;
        }
        const size_t room = (size_t)(memory->end - memory->at) - PREFIX;
        const size_t size = json_hex(item, memory->at + PREFIX, room);
        if (size == SIZE_MAX) {
            return SV2_ERR_ARGUMENT;
        }
        for (size_t k = 0; k < PREFIX; k++) {
            memory->at[k] = (uint8_t)(size >> 8 * k);
        }
        memory->at += PREFIX + size;
        out->count++;
    }
    out->len = (size_t)(memory->at - out->data);
    return SV2_OK;
}

static sv2_status get_field(json value, wire_type type, arena *memory, uint8_t *member) {
    sv2_option_u32 option = {0, 0};
    sv2_seq_b0_16m transactions;
    sv2_bytes bytes;
    uint8_t f32[4];
    sv2_status status = SV2_OK;
    if (value.at == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    switch (type) {
    case WIRE_U8:
    case WIRE_U16:
    case WIRE_U32:
    case WIRE_U64:
        set_number(member, number_size(type), json_number(value));
        return SV2_OK;
    case WIRE_BOOL:
        *member = *value.at == 't';
        return SV2_OK;
    case WIRE_F32:
        if (json_hex(value, f32, sizeof f32) != sizeof f32) {
            return SV2_ERR_ARGUMENT;
        }
        set_number(member, sizeof f32,
                   (uint32_t)f32[0] | (uint32_t)f32[1] << 8 | (uint32_t)f32[2] << 16 |
                       (uint32_t)f32[3] << 24);
        return SV2_OK;
    case WIRE_U256:
        return json_hex(value, member, sizeof(sv2_u256)) == sizeof(sv2_u256) ? SV2_OK
                                                                             : SV2_ERR_ARGUMENT;
    case WIRE_OPTION_U32:
        if (*value.at != 'n') {
            option.value = (uint32_t)json_number(value);
            option.present = 1;
        }
        memcpy(member, &option, sizeof option);
        return SV2_OK;
    case WIRE_SEQ0_64K_B0_16M:
        status = get_transactions(value, memory, &transactions);
        memcpy(member, &transactions, sizeof transactions);
        return status;
    default:
        break;
    }
    if (unit_of(type) == 1) {
        bytes.data = memory->at;
        bytes.len = json_hex(value, memory->at, (size_t)(memory->end - memory->at));
        if (bytes.len == SIZE_MAX) {
            return SV2_ERR_ARGUMENT;
        }
        memory->at += bytes.len;
    } else {
        status = get_elements(value, unit_of(type), memory, &bytes);
    }
    memcpy(member, &bytes, sizeof bytes);
    return status;
}

static sv2_status encode_fields(json object, const message_row *row, const sv2_bytes *trailing,
                                arena *memory, output *out) {
    sv2_message message;
    sv2_error error;
    size_t len = 0;
    memset(&message, 0, sizeof message);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].id != row->id) {
            continue;
        }
        const char *name = sv2_field_name(row->extension_type, row->msg_type, fields[i].index);
        const sv2_status status = get_field(json_member(object, name), fields[i].type, memory,
                                            (uint8_t *)&message.as + fields[i].offset);
        if (status != SV2_OK) {
            return status;
        }
    }
    sv2_status status = row->encode(&message.as, trailing, NULL, 0, &len, &error);
    if (status == SV2_ERR_BUFFER_TOO_SMALL) {
        const size_t room = len;
        status = row->encode(&message.as, trailing, reserve(out, room), room, &len, &error);
    }
    if (status == SV2_OK) {
        out->len += len;
    }
    return status;
}

sv2_status encode_message(input in, const sv2_bytes *trailing, output *out) {
    const json whole = {(const char *)in.data, (const char *)in.data + in.len};
    const message_row *row = row_of((uint16_t)json_number(json_member(whole, "extension_type")),
                                    (uint8_t)json_number(json_member(whole, "msg_type")));
    /* The bytes of a value take no more room than twice its text: "0," is an element of U32. */
    const size_t room = 2 * in.len + sizeof(sv2_u256);
    uint8_t *memory = malloc(room);
    sv2_status status = SV2_ERR_NO_MEMORY;
    if (row == NULL) {
        status = SV2_ERR_UNKNOWN_MESSAGE;
    } else if (memory != NULL) {
        arena a = {memory, memory + room};
        status = encode_fields(json_member(whole, "fields"), row, trailing, &a, out);
    }
    free(memory);
    return status;
}

sv2_status encode_with_identity(input request, output *out) {
    uint8_t bytes[SV2_TLV_HEADER_SIZE + SV2_USER_IDENTITY_MAX];
    sv2_tlv tlv = {SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING, 1, 0, {NULL, 0}};
    sv2_bytes trailing = {bytes, 0};
    const uint8_t *size = take(&request, 1);
    if (size == NULL || (tlv.value.data = take(&request, *size)) == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    tlv.value.len = *size;
    const sv2_status status = sv2_tlv_encode(&tlv, bytes, sizeof bytes, &trailing.len, NULL);
    return status == SV2_OK ? encode_message(request, &trailing, out) : status;
}

sv2_status decode_tlvs(input request, output *out) {
    const uint8_t *options = take(&request, 1);
    sv2_frame frame;
    const message_row *row = NULL;
    sv2_message message;
    sv2_bytes rest = {NULL, 0}, identity = {NULL, 0};
    sv2_status status = read_frame(request, &frame, &row, &message.as, &rest);
    const char *separator = "[";
    if (status != SV2_OK) {
        return status;
    }
    const sv2_bytes trailing = rest;
    const uint32_t flags = *options == 1 ? SV2_TLV_ACCEPT_BIG_ENDIAN : 0;
    put_text(out, "{\"tlvs\":[");
    while (rest.len > 0) {
        sv2_tlv tlv;
        size_t consumed = 0;
        status = sv2_tlv_decode(rest.data, rest.len, flags, &tlv, &consumed, NULL);
        if (status != SV2_OK) {
            return status;
        }
        rest.data += consumed;
        rest.len -= consumed;
        if (tlv.extension_type == SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING) {
            put_text(out, separator);
            put_number(out, tlv.extension_type);
            put_text(out, ",");
            put_number(out, tlv.field_type);
            put_text(out, ",");
            put_string(out, tlv.value.data, tlv.value.len);
            put_text(out, "]");
            separator = ",[";
        }
    }
    put_text(out, "],\"user_identity\":");
    status = sv2_tlv_find(trailing.data, trailing.len, flags,
                          SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING, 1, &identity, NULL);
    if (status == SV2_OK) {
        put_string(out, identity.data, identity.len);
    } else if (status == SV2_NOT_FOUND) {
        put_text(out, "null");
    } else {
        return status;
    }
    put_text(out, "}");
    return SV2_OK;
}

sv2_status name_message(input in, output *out) {
    sv2_frame frame;
    const message_row *row = NULL;
    sv2_message message;
    sv2_bytes trailing;
    const sv2_status status = read_frame(in, &frame, &row, &message.as, &trailing);
    if (status == SV2_OK) {
        put_text(out, row->name);
    }
    return status;
}
