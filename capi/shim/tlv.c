/* TLVs behind a message. */
#include "shim.h"

static sv2_status enter(const uint8_t *in, size_t in_len, uint32_t flags) {
    const sv2_status status = sv2p_input(in, in_len);
    if (status != SV2_OK) {
        return status;
    }
    return (flags & ~SV2_TLV_ACCEPT_BIG_ENDIAN) != 0 ? SV2_ERR_ARGUMENT : sv2p_enter();
}

sv2_status sv2_tlv_decode(const uint8_t *in, size_t in_len, uint32_t flags, sv2_tlv *out,
                          size_t *consumed, sv2_error *error) {
    sv2p_clear_error(error);
    sv2p_clear_size(consumed);
    if (out == NULL || consumed == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    memset(out, 0, sizeof *out);
    const sv2_status status = enter(in, in_len, flags);
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_tlv_decode(in, in_len, flags, out, consumed, error);
}

sv2_status sv2_tlv_find(const uint8_t *in, size_t in_len, uint32_t flags, uint16_t extension_type,
                        uint8_t field_type, sv2_bytes *value, sv2_error *error) {
    sv2p_clear_error(error);
    if (value == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    memset(value, 0, sizeof *value);
    const sv2_status status = enter(in, in_len, flags);
    if (status != SV2_OK) {
        return sv2p_fail(status, error);
    }
    return sv2i_tlv_find(in, in_len, flags, extension_type, field_type, value, error);
}

sv2_status sv2_tlv_encode(const sv2_tlv *tlv, uint8_t *out, size_t out_cap, size_t *len,
                          sv2_error *error) {
    sv2p_clear_error(error);
    sv2p_clear_size(len);
    if (tlv == NULL || len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    if (tlv->reserved != 0) {
        return sv2p_fail(SV2_ERR_ARGUMENT, error);
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_tlv_encode(tlv, out, out_cap, len, error);
}
