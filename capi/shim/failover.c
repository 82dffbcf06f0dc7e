/* Lists of endpoints: what to do next, and what came of it. */
#include "shim.h"

sv2_status sv2_failover_new(const sv2_failover_config *config, const sv2_endpoint *endpoints,
                            size_t endpoints_len, sv2_failover *out) {
    sv2_failover_config known = SV2_FAILOVER_CONFIG_INIT;
    sv2_backoff_config backoff = SV2_BACKOFF_CONFIG_INIT;
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_failover = 0;
    sv2_status status = config == NULL ? SV2_OK : sv2p_config(&known, sizeof known, config);
    if (status == SV2_OK && known.backoff != NULL) {
        status = sv2p_config(&backoff, sizeof backoff, known.backoff);
    }
    known.backoff = &backoff;
    if (status == SV2_OK && known.reserved != 0) {
        status = SV2_ERR_ARGUMENT;
    }
    if (status == SV2_OK) {
        status = sv2p_input(known.overrides, known.overrides_len);
    }
    if (status == SV2_OK) {
        status = sv2p_input(endpoints, endpoints_len);
    }
    if (status == SV2_OK && (known.overrides_len > SV2_FAILOVER_OVERRIDES_MAX ||
                             endpoints_len > SV2_FAILOVER_ENDPOINTS_MAX)) {
        status = SV2_ERR_LIMIT;
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK
               ? status
               : sv2i_failover_new(&known, endpoints, endpoints_len, &out->sv2_priv_failover);
}

sv2_status sv2_failover_free(sv2_failover *failover) {
    return sv2p_free(failover == NULL ? NULL : &failover->sv2_priv_failover, sv2i_failover_free);
}

sv2_status sv2_failover_next(sv2_failover failover, uint64_t now, sv2_failover_decision *out) {
    sv2_failover_decision decision = SV2_FAILOVER_DECISION_INIT;
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    sv2_status status = sv2p_info(out, &decision, sizeof decision);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    if (status == SV2_OK) {
        status = sv2i_failover_next(failover.sv2_priv_failover, now, &decision);
    }
    return status != SV2_OK ? status : sv2p_info(out, &decision, sizeof decision);
}

static sv2_status report(sv2_failover failover, sv2i_report *said, const uint8_t *random,
                         size_t random_len) {
    sv2_status status = sv2p_input(said->new_host, said->new_host_len);
    if (status == SV2_OK) {
        status = sv2p_input(random, random_len);
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK
               ? status
               : sv2i_failover_report(failover.sv2_priv_failover, said, random, random_len);
}

sv2_status sv2_failover_report_established(sv2_failover failover, uint64_t id, uint64_t now,
                                           const uint8_t *random, size_t random_len) {
    sv2i_report r = {id, now, NULL, 0, 0, SV2I_ESTABLISHED, 0};
    return report(failover, &r, random, random_len);
}

sv2_status sv2_failover_report_failed(sv2_failover failover, uint64_t id, sv2_status failure,
                                      uint64_t now, const uint8_t *random, size_t random_len) {
    sv2i_report r = {id, now, NULL, 0, failure, SV2I_FAILED, 0};
    return report(failover, &r, random, random_len);
}

sv2_status sv2_failover_report_redirected(sv2_failover failover, uint64_t id,
                                          const uint8_t *new_host, size_t new_host_len,
                                          uint16_t new_port, uint64_t now, const uint8_t *random,
                                          size_t random_len) {
    sv2i_report r = {id, now, new_host, new_host_len, 0, SV2I_REDIRECTED, new_port};
    return report(failover, &r, random, random_len);
}

sv2_status sv2_failover_network_restored(sv2_failover failover) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_failover_network_restored(failover.sv2_priv_failover);
}

sv2_status sv2_failover_readmit(sv2_failover failover, uint32_t index) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_failover_readmit(failover.sv2_priv_failover, index);
}

sv2_status sv2_failover_live(sv2_failover failover, uint32_t *index) {
    if (index == NULL) {
        return SV2_ERR_NULL;
    }
    *index = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_failover_live(failover.sv2_priv_failover, index);
}

sv2_status sv2_failover_all_failed(sv2_failover failover, uint32_t *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    *out = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_failover_all_failed(failover.sv2_priv_failover, out);
}

sv2_status sv2_failover_stopped(sv2_failover failover, uint32_t index, sv2_status *reason) {
    if (reason == NULL) {
        return SV2_ERR_NULL;
    }
    *reason = SV2_OK;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK
               ? status
               : sv2i_failover_failures(failover.sv2_priv_failover, index, reason, NULL);
}

sv2_status sv2_failover_last_failure(sv2_failover failover, uint32_t index, sv2_status *failure) {
    if (failure == NULL) {
        return SV2_ERR_NULL;
    }
    *failure = SV2_OK;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK
               ? status
               : sv2i_failover_failures(failover.sv2_priv_failover, index, NULL, failure);
}
