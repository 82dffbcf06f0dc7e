/* Frames from a stream. */
#include "shim.h"

static sv2_status configure(const sv2_decoder_config *config, sv2_decoder_config *c,
                            sv2_decoder *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_decoder = 0;
    sv2_status status = config == NULL ? SV2_OK : sv2p_config(c, sizeof *c, config);
    if (status == SV2_OK && c->max_payload_size > SV2_PAYLOAD_SIZE_MAX) {
        status = SV2_ERR_LIMIT;
    }
    return status != SV2_OK ? status : sv2p_enter();
}

sv2_status sv2_decoder_new(const sv2_decoder_config *config, sv2_decoder *out) {
    sv2_decoder_config c = SV2_DECODER_CONFIG_INIT;
    const sv2_status status = configure(config, &c, out);
    return status != SV2_OK ? status : sv2i_decoder_new(c.max_payload_size, &out->sv2_priv_decoder);
}

sv2_status sv2_decoder_new_sealed(const sv2_decoder_config *config, sv2_transport transport,
                                  sv2_decoder *out) {
    sv2_decoder_config c = SV2_DECODER_CONFIG_INIT;
    const sv2_status status = configure(config, &c, out);
    return status != SV2_OK
               ? status
               : sv2i_decoder_new_sealed(c.max_payload_size, transport.sv2_priv_transport,
                                         &out->sv2_priv_decoder);
}

sv2_status sv2_decoder_free(sv2_decoder *decoder) {
    return sv2p_free(decoder == NULL ? NULL : &decoder->sv2_priv_decoder, sv2i_decoder_free);
}

sv2_status sv2_decoder_feed(sv2_decoder decoder, const uint8_t *in, size_t in_len,
                            size_t *consumed) {
    if (consumed == NULL) {
        return SV2_ERR_NULL;
    }
    *consumed = 0;
    sv2_status status = sv2p_input(in, in_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_decoder_feed(decoder.sv2_priv_decoder, in, in_len, consumed);
}

sv2_status sv2_decoder_writable(sv2_decoder decoder, uint8_t **out, size_t *capacity) {
    if (out == NULL || capacity == NULL) {
        return SV2_ERR_NULL;
    }
    *out = NULL;
    *capacity = 0;
    uintptr_t address = 0;
    sv2_status status = sv2p_enter();
    if (status == SV2_OK) {
        status = sv2i_decoder_writable(decoder.sv2_priv_decoder, &address, capacity);
    }
    *out = (uint8_t *)address;
    return status;
}

sv2_status sv2_decoder_commit(sv2_decoder decoder, size_t size) {
    if (size > SV2_INPUT_SIZE_MAX) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_decoder_commit(decoder.sv2_priv_decoder, size);
}

sv2_status sv2_decoder_next(sv2_decoder decoder, sv2_frame *out, size_t *missing,
                            sv2_error *error) {
    size_t count = 0;
    size_t absent = 0;
    sv2p_clear_size(missing);
    const sv2_status status = sv2_decoder_next_batch(decoder, out, 1, &count, &absent, error);
    if (missing != NULL) {
        *missing = absent;
    }
    return status == SV2_OK && count == 0 ? SV2_WANT_INPUT : status;
}

sv2_status sv2_decoder_next_batch(sv2_decoder decoder, sv2_frame *out, size_t out_cap,
                                  size_t *count, size_t *missing, sv2_error *error) {
    sv2p_clear_error(error);
    sv2p_clear_size(count);
    sv2p_clear_size(missing);
    if (out != NULL && out_cap != 0) {
        memset(out, 0, sizeof *out);
    }
    if (out == NULL || count == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    if (out_cap == 0) {
        return sv2p_fail(SV2_ERR_ARGUMENT, error);
    }
    if (out_cap > SV2_INPUT_SIZE_MAX / sizeof *out) {
        return sv2p_fail(SV2_ERR_LIMIT, error);
    }
    sv2_status status = sv2p_enter();
    if (status == SV2_OK) {
        status =
            sv2i_decoder_next_batch(decoder.sv2_priv_decoder, out, out_cap, count, missing, error);
    }
    return status < 0 && (error == NULL || error->status == SV2_OK) ? sv2p_fail(status, error)
                                                                    : status;
}

sv2_status sv2_decoder_buffered(sv2_decoder decoder, size_t *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    *out = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_decoder_buffered(decoder.sv2_priv_decoder, out);
}

sv2_status sv2_decoder_error(sv2_decoder decoder, sv2_error *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    sv2p_clear_error(out);
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_decoder_error(decoder.sv2_priv_decoder, out);
}
