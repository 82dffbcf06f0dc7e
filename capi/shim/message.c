/* What all message functions have in common, and the tables about messages. */
#include "shim.h"

sv2_status sv2p_message_encode(uint32_t id, const void *message, const sv2_bytes *trailing,
                               uint8_t *out, size_t out_cap, size_t *len, sv2_error *error) {
    static const sv2_bytes none = {NULL, 0};
    sv2p_clear_error(error);
    sv2p_clear_size(len);
    if (message == NULL || len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    if (trailing == NULL) {
        trailing = &none;
    }
    sv2_status status = sv2p_input(trailing->data, trailing->len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    if (status != SV2_OK) {
        return sv2p_fail(status, error);
    }
    return sv2i_message_encode(id, message, trailing->data, trailing->len, out, out_cap, len,
                               error);
}

sv2_status sv2p_message_decode(uint32_t id, const sv2_frame *frame, void *out, size_t size,
                               sv2_bytes *trailing, sv2_error *error) {
    sv2p_clear_error(error);
    if (trailing != NULL) {
        memset(trailing, 0, sizeof *trailing);
    }
    if (out == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    memset(out, 0, size);
    const sv2_status status = sv2p_frame(frame);
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_message_decode(id, frame, out, trailing, error);
}

sv2_status sv2_message_encode(const sv2_message *message, uint8_t *out, size_t out_cap, size_t *len,
                              sv2_error *error) {
    sv2p_clear_error(error);
    sv2p_clear_size(len);
    if (message == NULL || len == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    if (message->reserved != 0) {
        return sv2p_fail(SV2_ERR_ARGUMENT, error);
    }
    if (message->id == SV2_ID_UNKNOWN) {
        if (message->trailing.len != 0) {
            return sv2p_fail(SV2_ERR_ARGUMENT, error);
        }
        return sv2_frame_encode(&message->as.unknown, out, out_cap, len, error);
    }
    return sv2p_message_encode(message->id, &message->as, &message->trailing, out, out_cap, len,
                               error);
}

sv2_status sv2_message_decode(const sv2_frame *frame, sv2_message *out, sv2_error *error) {
    sv2p_clear_error(error);
    if (out == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    memset(out, 0, sizeof *out);
    const sv2_status status = sv2p_frame(frame);
    return status != SV2_OK ? sv2p_fail(status, error) : sv2i_message_decode_any(frame, out, error);
}

const sv2p_message *sv2p_message_find(uint16_t extension_type, uint8_t msg_type) {
    for (size_t i = 0; i < sv2p_message_count; i++) {
        if (sv2p_messages[i].extension_type == extension_type &&
            sv2p_messages[i].msg_type == msg_type) {
            return &sv2p_messages[i];
        }
    }
    return NULL;
}

const char *sv2_message_name(uint16_t extension_type, uint8_t msg_type) {
    const sv2p_message *m = sv2p_message_find(extension_type, msg_type);
    return m == NULL ? "unknown" : m->name;
}

const char *sv2_field_name(uint16_t extension_type, uint8_t msg_type, uint32_t field) {
    const sv2p_message *m = sv2p_message_find(extension_type, msg_type);
    return m == NULL || field >= m->field_count ? "unknown" : m->fields[field];
}

sv2_status sv2_message_info_get(uint16_t extension_type, uint8_t msg_type, sv2_message_info *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    sv2_message_info info = SV2_MESSAGE_INFO_INIT;
    const sv2p_message *m = sv2p_message_find(extension_type, msg_type);
    if (m != NULL) {
        info.extension_type = m->extension_type;
        info.msg_type = m->msg_type;
        info.channel_msg = m->channel_msg;
        info.from = m->from;
        info.field_count = m->field_count;
        info.name = m->name;
        info.spec = m->spec;
    }
    const sv2_status status = sv2p_info(out, &info, sizeof info);
    return status == SV2_OK && m == NULL ? SV2_ERR_UNKNOWN_MESSAGE : status;
}
