/* Single frames and batches of them. */
#include "shim.h"

sv2_status sv2p_frame(const sv2_frame *frame) {
    if (frame == NULL) {
        return SV2_ERR_NULL;
    }
    if ((frame->extension_type & SV2_CHANNEL_MSG_BIT) != 0) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_input(frame->payload, frame->payload_len);
    return status != SV2_OK ? status : sv2p_enter();
}

/* Clears the outputs of the two batch functions and checks their arguments. */
static sv2_status batch(const uint8_t *in, size_t in_len, uint32_t max_payload_size, void *out,
                        size_t out_cap, size_t item_size, size_t *count, size_t *consumed,
                        size_t *missing, sv2_error *error) {
    sv2p_clear_error(error);
    sv2p_clear_size(count);
    sv2p_clear_size(consumed);
    sv2p_clear_size(missing);
    if (out != NULL && out_cap != 0) {
        memset(out, 0, item_size);
    }
    if (out == NULL || count == NULL || consumed == NULL) {
        return SV2_ERR_NULL;
    }
    if (out_cap == 0) {
        return SV2_ERR_ARGUMENT;
    }
    if (out_cap > SV2_INPUT_SIZE_MAX / item_size || max_payload_size > SV2_PAYLOAD_SIZE_MAX) {
        return SV2_ERR_LIMIT;
    }
    const sv2_status status = sv2p_input(in, in_len);
    return status != SV2_OK ? status : sv2p_enter();
}

sv2_status sv2_frame_decode(const uint8_t *in, size_t in_len, uint32_t max_payload_size,
                            sv2_frame *out, size_t *consumed, size_t *missing, sv2_error *error) {
    size_t count = 0;
    size_t absent = 0;
    sv2p_clear_size(missing);
    const sv2_status status = sv2_frame_decode_batch(in, in_len, max_payload_size, out, 1, &count,
                                                     consumed, &absent, error);
    if (missing != NULL) {
        *missing = absent;
    }
    return status == SV2_OK && count == 0 ? SV2_WANT_INPUT : status;
}

sv2_status sv2_frame_decode_batch(const uint8_t *in, size_t in_len, uint32_t max_payload_size,
                                  sv2_frame *out, size_t out_cap, size_t *count, size_t *consumed,
                                  size_t *missing, sv2_error *error) {
    const sv2_status status = batch(in, in_len, max_payload_size, out, out_cap, sizeof *out, count,
                                    consumed, missing, error);
    if (status != SV2_OK) {
        return sv2p_fail(status, error);
    }
    return sv2i_frame_decode_batch(in, in_len, max_payload_size, out, out_cap, count, consumed,
                                   missing, error);
}

sv2_status sv2_message_decode_batch(const uint8_t *in, size_t in_len, uint32_t max_payload_size,
                                    sv2_message *out, size_t out_cap, size_t *count,
                                    size_t *consumed, size_t *missing, sv2_error *error) {
    const sv2_status status = batch(in, in_len, max_payload_size, out, out_cap, sizeof *out, count,
                                    consumed, missing, error);
    if (status != SV2_OK) {
        return sv2p_fail(status, error);
    }
    return sv2i_message_decode_batch(in, in_len, max_payload_size, out, out_cap, count, consumed,
                                     missing, error);
}

sv2_status sv2_frame_encode(const sv2_frame *frame, uint8_t *out, size_t out_cap, size_t *len,
                            sv2_error *error) {
    sv2p_clear_error(error);
    sv2p_clear_size(len);
    if (frame == NULL || len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    if (frame->channel_msg > 1) {
        return sv2p_fail(SV2_ERR_ARGUMENT, error);
    }
    const sv2_status status = sv2p_frame(frame);
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_frame_encode(frame, out, out_cap, len, error);
}

sv2_status sv2_frame_check(const sv2_frame *frame, uint32_t protocol, uint32_t from,
                           uint32_t strict) {
    const sv2_status status = sv2p_frame(frame);
    if (status != SV2_OK) {
        return status;
    }
    if ((from != SV2_PARTY_CLIENT && from != SV2_PARTY_SERVER) || strict > 1) {
        return SV2_ERR_ARGUMENT;
    }
    return sv2i_frame_check(frame, protocol, from, strict);
}
