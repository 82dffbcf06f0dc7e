/* Endpoints, and whether and when to try again. */
#include "shim.h"

static sv2_status parse(const char *text, size_t text_len, uint16_t default_port, uint32_t insecure,
                        sv2_endpoint *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    memset(out, 0, sizeof *out);
    sv2_status status = sv2p_input(text, text_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_endpoint_parse(text, text_len, default_port, insecure, out);
}

sv2_status sv2_endpoint_parse(const char *text, size_t text_len, uint16_t default_port,
                              sv2_endpoint *out) {
    return parse(text, text_len, default_port, 0, out);
}

sv2_status sv2_endpoint_parse_insecure(const char *text, size_t text_len, uint16_t default_port,
                                       sv2_endpoint *out) {
    return parse(text, text_len, default_port, 1, out);
}

static sv2_status make(const char *host, size_t host_len, uint16_t port,
                       const sv2_public_key *authority, sv2_endpoint *out) {
    memset(out, 0, sizeof *out);
    sv2_status status = sv2p_input(host, host_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status : sv2i_endpoint_make(host, host_len, port, authority, out);
}

sv2_status sv2_endpoint_make(const char *host, size_t host_len, uint16_t port,
                             const sv2_public_key *authority, sv2_endpoint *out) {
    if (authority == NULL || out == NULL) {
        return SV2_ERR_NULL;
    }
    const sv2_public_key key = *authority; /* it may be a part of out */
    return make(host, host_len, port, &key, out);
}

sv2_status sv2_endpoint_make_insecure(const char *host, size_t host_len, uint16_t port,
                                      sv2_endpoint *out) {
    return out == NULL ? SV2_ERR_NULL : make(host, host_len, port, NULL, out);
}

sv2_status sv2_endpoint_text(const sv2_endpoint *endpoint, char *out, size_t out_cap, size_t *len) {
    sv2p_clear_size(len);
    if (endpoint == NULL || len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_endpoint_text(endpoint, (uint8_t *)out, out_cap, len);
}

sv2_status sv2_endpoint_policy(const sv2_endpoint *endpoint, sv2_policy *out) {
    if (endpoint == NULL || out == NULL) {
        return SV2_ERR_NULL;
    }
    const sv2_policy none = {0, 0, 0, 0, {{0}}};
    sv2_status status = sv2p_info(out, &none, sizeof none);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    if (status == SV2_OK) {
        status = sv2i_endpoint_check(endpoint);
    }
    if (status != SV2_OK) {
        return status;
    }
    sv2_policy policy = SV2_POLICY_INIT;
    policy.authentication = endpoint->authentication;
    policy.authority = endpoint->authority;
    return sv2p_info(out, &policy, sizeof policy);
}

sv2_status sv2_endpoint_redirect(const sv2_endpoint *endpoint, const uint8_t *new_host,
                                 size_t new_host_len, uint16_t new_port, sv2_endpoint *out) {
    if (endpoint == NULL || out == NULL) {
        return SV2_ERR_NULL;
    }
    const sv2_endpoint from = *endpoint; /* out may be the same memory */
    memset(out, 0, sizeof *out);
    sv2_status status = sv2p_input(new_host, new_host_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_endpoint_redirect(&from, new_host, new_host_len, new_port, out);
}

sv2_status sv2_backoff_wait(const sv2_backoff_config *config, uint32_t failures,
                            const uint8_t *random, size_t random_len, uint32_t *wait) {
    sv2_backoff_config known = SV2_BACKOFF_CONFIG_INIT;
    if (wait == NULL) {
        return SV2_ERR_NULL;
    }
    *wait = 0;
    sv2_status status = config == NULL ? SV2_OK : sv2p_config(&known, sizeof known, config);
    if (status == SV2_OK) {
        status = sv2p_input(random, random_len);
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_backoff_wait(&known, failures, random, random_len, wait);
}

sv2_status sv2_status_verdict(sv2_status failure, uint32_t established, uint32_t *verdict) {
    if (verdict == NULL) {
        return SV2_ERR_NULL;
    }
    *verdict = 0;
    if (established > 1) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_status_verdict(failure, established, verdict);
}
