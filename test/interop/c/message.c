/* Messages as JSON, field by field from the table of the header. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"

static const message_row *row_of(uint16_t extension_type, uint8_t msg_type) {
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        if (messages[i].extension_type == extension_type && messages[i].msg_type == msg_type) {
            return &messages[i];
        }
    }
    return NULL;
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
