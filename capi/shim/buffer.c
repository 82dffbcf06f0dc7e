/* Growable buffers and views of them. */
#include "shim.h"

sv2_status sv2_buf_new(size_t max_size, sv2_buf *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_buf = 0;
    if (max_size == 0) {
        return SV2_ERR_ARGUMENT;
    }
    if (max_size > SV2_INPUT_SIZE_MAX) {
        return SV2_ERR_LIMIT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_buf_new(max_size, &out->sv2_priv_buf);
}

sv2_status sv2_buf_free(sv2_buf *buf) {
    return sv2p_free(buf == NULL ? NULL : &buf->sv2_priv_buf, sv2i_buf_free);
}

sv2_status sv2_buf_writable(sv2_buf buf, size_t size, uint8_t **out, size_t *capacity) {
    if (out == NULL || capacity == NULL) {
        return SV2_ERR_NULL;
    }
    *out = NULL;
    *capacity = 0;
    if (size > SV2_INPUT_SIZE_MAX) {
        return SV2_ERR_LIMIT;
    }
    uintptr_t address = 0;
    sv2_status status = sv2p_enter();
    if (status == SV2_OK) {
        status = sv2i_buf_writable(buf.sv2_priv_buf, size, &address, capacity);
    }
    *out = (uint8_t *)address;
    return status;
}

sv2_status sv2_buf_commit(sv2_buf buf, size_t size) {
    if (size > SV2_INPUT_SIZE_MAX) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_buf_commit(buf.sv2_priv_buf, size);
}

static sv2_status append(sv2_buf buf, const uint8_t *prefix, size_t prefix_len, const uint8_t *data,
                         size_t data_len) {
    sv2_status status = sv2p_input(data, data_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_buf_append(buf.sv2_priv_buf, prefix, prefix_len, data, data_len);
}

sv2_status sv2_buf_append(sv2_buf buf, const uint8_t *data, size_t data_len) {
    return append(buf, NULL, 0, data, data_len);
}

sv2_status sv2_buf_append_u16(sv2_buf buf, uint16_t value) {
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    return append(buf, NULL, 0, bytes, sizeof bytes);
}

sv2_status sv2_buf_append_u32(sv2_buf buf, uint32_t value) {
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};
    return append(buf, NULL, 0, bytes, sizeof bytes);
}

sv2_status sv2_buf_append_b0_16m(sv2_buf buf, const uint8_t *data, size_t data_len) {
    if (data_len > SV2_PAYLOAD_SIZE_MAX) {
        return SV2_ERR_LIMIT;
    }
    const uint8_t prefix[3] = {(uint8_t)data_len, (uint8_t)(data_len >> 8),
                               (uint8_t)(data_len >> 16)};
    return append(buf, prefix, sizeof prefix, data, data_len);
}

sv2_status sv2_buf_consume(sv2_buf buf, size_t size) {
    if (size > SV2_INPUT_SIZE_MAX) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_buf_consume(buf.sv2_priv_buf, size);
}

static sv2_status view(sv2_buf buf, uint32_t lease, sv2_view *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    uintptr_t address = 0;
    sv2_status status = sv2p_enter();
    if (status == SV2_OK) {
        status = sv2i_buf_view(buf.sv2_priv_buf, lease, &address, &out->len, &out->epoch);
    }
    if (status == SV2_OK) {
        out->data = (const uint8_t *)address;
        out->owner = buf;
    }
    return status;
}

sv2_status sv2_buf_data(sv2_buf buf, sv2_view *out) {
    return view(buf, 0, out);
}

sv2_status sv2_buf_lock(sv2_buf buf, sv2_view *out) {
    return view(buf, 1, out);
}

sv2_status sv2_buf_unlock(sv2_buf buf) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_buf_unlock(buf.sv2_priv_buf);
}

sv2_status sv2_view_check(const sv2_view *view) {
    if (view == NULL) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_view_check(view->owner.sv2_priv_buf, view->epoch);
}
