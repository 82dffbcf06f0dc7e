/* Keys and certificates. */
#include "shim.h"

void sv2_wipe(void *memory, size_t size) {
    volatile uint8_t *p = memory;
    while (p != NULL && size-- > 0) {
        *p++ = 0;
    }
}

/* A text or byte array that comes in, an output that is not NULL, and the library. */
static sv2_status parse(const void *in, size_t in_len, const void *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_input(in, in_len);
    return status != SV2_OK ? status : sv2p_enter();
}

sv2_status sv2_public_key_parse(const char *text, size_t text_len, sv2_public_key *out) {
    if (out != NULL) {
        memset(out, 0, sizeof *out);
    }
    const sv2_status status = parse(text, text_len, out);
    return status != SV2_OK ? status : sv2i_public_key_parse(text, text_len, out);
}

sv2_status sv2_public_key_text(const sv2_public_key *key, char *out, size_t out_cap, size_t *len) {
    sv2p_clear_size(len);
    if (key == NULL || len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_public_key_text(key, (uint8_t *)out, out_cap, len);
}

sv2_status sv2_secret_key_generate(sv2_secret_key *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_secret_key = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_secret_key_generate(&out->sv2_priv_secret_key);
}

sv2_status sv2_secret_key_load(const uint8_t *bytes, size_t bytes_len, sv2_secret_key *out) {
    if (out != NULL) {
        out->sv2_priv_secret_key = 0;
    }
    const sv2_status status = parse(bytes, bytes_len, out);
    return status != SV2_OK ? status
                            : sv2i_secret_key_load(bytes, bytes_len, &out->sv2_priv_secret_key);
}

sv2_status sv2_secret_key_parse(const char *text, size_t text_len, sv2_secret_key *out) {
    if (out != NULL) {
        out->sv2_priv_secret_key = 0;
    }
    const sv2_status status = parse(text, text_len, out);
    return status != SV2_OK ? status
                            : sv2i_secret_key_parse(text, text_len, &out->sv2_priv_secret_key);
}

sv2_status sv2_secret_key_text(sv2_secret_key key, char *out, size_t out_cap, size_t *len) {
    sv2p_clear_size(len);
    if (len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK
               ? status
               : sv2i_secret_key_text(key.sv2_priv_secret_key, (uint8_t *)out, out_cap, len);
}

sv2_status sv2_secret_key_public(sv2_secret_key key, sv2_public_key *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_secret_key_public(key.sv2_priv_secret_key, out);
}

sv2_status sv2_secret_key_free(sv2_secret_key *key) {
    return sv2p_free(key == NULL ? NULL : &key->sv2_priv_secret_key, sv2i_secret_key_free);
}

sv2_status sv2_certificate_sign(sv2_secret_key authority, const sv2_public_key *server,
                                uint32_t valid_from, uint32_t not_valid_after,
                                sv2_certificate *out) {
    if (server == NULL || out == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status
                            : sv2i_certificate_sign(authority.sv2_priv_secret_key, server,
                                                    valid_from, not_valid_after, out);
}

sv2_status sv2_certificate_encode(const sv2_certificate *certificate, uint8_t *out, size_t out_cap,
                                  size_t *len) {
    sv2p_clear_size(len);
    if (certificate == NULL || len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    if (certificate->reserved != 0) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_certificate_encode(certificate, out, out_cap, len);
}

sv2_status sv2_certificate_decode(const uint8_t *in, size_t in_len, sv2_certificate *out,
                                  sv2_public_key *server, sv2_public_key *authority) {
    if (server != NULL) {
        memset(server, 0, sizeof *server);
    }
    if (authority != NULL) {
        memset(authority, 0, sizeof *authority);
    }
    if (out != NULL) {
        memset(out, 0, sizeof *out);
    }
    const sv2_status status = parse(in, in_len, out);
    return status != SV2_OK ? status : sv2i_certificate_decode(in, in_len, out, server, authority);
}
