/* Frames of an encrypted link. */
#include "shim.h"

size_t sv2_sealed_frame_size(size_t payload_size) {
    if (payload_size > SV2_PAYLOAD_SIZE_MAX) {
        return 0;
    }
    const size_t blocks = (payload_size + SV2_BLOCK_SIZE_MAX - 1) / SV2_BLOCK_SIZE_MAX;
    return SV2_SEALED_HEADER_SIZE + payload_size + blocks * SV2_TAG_SIZE;
}

sv2_status sv2_transport_seal(sv2_transport transport, const uint8_t *frames, size_t frames_len,
                              uint8_t *out, size_t out_cap, size_t *len) {
    sv2p_clear_size(len);
    if (len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    sv2_status status = sv2p_input(frames, frames_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_transport_seal(transport.sv2_priv_transport, frames, frames_len,
                                                  out, out_cap, len);
}

sv2_status sv2_transport_seal_in_place(sv2_transport transport, uint8_t *buffer, size_t buffer_cap,
                                       size_t frame_len, size_t *len) {
    sv2p_clear_size(len);
    if (buffer == NULL || len == NULL) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status
                            : sv2i_transport_seal_in_place(transport.sv2_priv_transport, buffer,
                                                           buffer_cap, frame_len, len);
}

sv2_status sv2_transport_open_in_place(sv2_transport transport, uint8_t *buffer, size_t buffer_len,
                                       uint32_t max_payload_size, sv2_frame *out, size_t *consumed,
                                       size_t *missing) {
    sv2p_clear_size(consumed);
    sv2p_clear_size(missing);
    if (out == NULL || consumed == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    sv2_status status = sv2p_input(buffer, buffer_len);
    if (status == SV2_OK && max_payload_size > SV2_PAYLOAD_SIZE_MAX) {
        status = SV2_ERR_LIMIT;
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK
               ? status
               : sv2i_transport_open_in_place(transport.sv2_priv_transport, buffer, buffer_len,
                                              max_payload_size, out, consumed, missing);
}

sv2_status sv2_transport_handshake_hash(sv2_transport transport, sv2_u256 *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status
                            : sv2i_transport_handshake_hash(transport.sv2_priv_transport, out);
}

sv2_status sv2_transport_free(sv2_transport *transport) {
    return sv2p_free(transport == NULL ? NULL : &transport->sv2_priv_transport,
                     sv2i_transport_free);
}
