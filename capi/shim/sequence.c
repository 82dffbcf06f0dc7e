/* Elements of sequences: plain arithmetic on the caller's bytes. */
#include "shim.h"

sv2_bytes sv2_string(const char *text) {
    sv2_bytes bytes = {NULL, 0};
    if (text != NULL && text[0] != '\0') {
        bytes.data = (const uint8_t *)text;
        bytes.len = strlen(text);
    }
    return bytes;
}

/* Element index of size bytes each, or NULL. */
static const uint8_t *element(const uint8_t *data, size_t count, size_t index, size_t size) {
    return data == NULL || index >= count || index > SV2_INPUT_SIZE_MAX / size
               ? NULL
               : data + index * size;
}

sv2_status sv2_seq_u256_at(sv2_seq_u256 sequence, size_t index, sv2_u256 *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    const uint8_t *p = element(sequence.data, sequence.count, index, sizeof out->bytes);
    if (p == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    memcpy(out->bytes, p, sizeof out->bytes);
    return SV2_OK;
}

sv2_status sv2_seq_u32_at(sv2_seq_u32 sequence, size_t index, uint32_t *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    *out = 0;
    const uint8_t *p = element(sequence.data, sequence.count, index, sizeof *out);
    if (p == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    *out = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return SV2_OK;
}

sv2_status sv2_seq_u16_at(sv2_seq_u16 sequence, size_t index, uint16_t *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    *out = 0;
    const uint8_t *p = element(sequence.data, sequence.count, index, sizeof *out);
    if (p == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    *out = (uint16_t)(p[0] | p[1] << 8);
    return SV2_OK;
}

sv2_status sv2_seq_b0_16m_at(sv2_seq_b0_16m sequence, size_t position, sv2_bytes *out,
                             size_t *next) {
    if (out == NULL || next == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    *next = 0;
    if (sequence.data == NULL || position >= sequence.len) {
        return SV2_ERR_ARGUMENT;
    }
    const uint8_t *p = sequence.data + position;
    const size_t left = sequence.len - position;
    if (left < 3) {
        return SV2_ERR_BAD_SEQUENCE;
    }
    const size_t len = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16;
    if (left - 3 < len) {
        return SV2_ERR_BAD_SEQUENCE;
    }
    out->data = len == 0 ? NULL : p + 3;
    out->len = len;
    *next = position + 3 + len;
    return SV2_OK;
}
