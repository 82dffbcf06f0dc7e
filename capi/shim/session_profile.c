/* Configurations of sessions, and the hooks of the program. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "session.h"
#include "shim.h"

typedef void log_function(void *context, uint32_t level, const char *text, size_t text_len);
typedef void clock_function(void *context, sv2_time *out);
typedef sv2_status random_function(void *context, uint8_t *out, size_t out_len);

sv2_status sv2p_hook_random(const sv2i_hooks *hooks, uint8_t *out, size_t out_len) {
    uint8_t any = 0;
    memset(out, 0, out_len);
    if (((random_function *)hooks->random)((void *)hooks->context, out, out_len) != SV2_OK) {
        return SV2_ERR_RANDOM;
    }
    /* A source that says that it wrote and did not would give every device the same keys. */
    for (size_t i = 0; i < out_len; i++) {
        any |= out[i];
    }
    return any == 0 ? SV2_ERR_RANDOM : SV2_OK;
}

static uint64_t milliseconds(clockid_t clock_id) {
    struct timespec t = {0, 0};
    (void)clock_gettime(clock_id, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

void sv2p_hook_time(const sv2i_hooks *hooks, const sv2_time *now, sv2_time *out) {
    if (now != NULL) {
        *out = *now;
    } else if (hooks->clock != 0) {
        memset(out, 0, sizeof *out);
        ((clock_function *)hooks->clock)((void *)hooks->context, out);
    } else {
        out->monotonic = milliseconds(CLOCK_MONOTONIC);
        out->unix_time = milliseconds(CLOCK_REALTIME) / 1000u;
    }
}

void sv2p_hook_log(const sv2i_hooks *hooks, const uint8_t *text, size_t text_len) {
    if (hooks->log != 0) {
        ((log_function *)hooks->log)((void *)hooks->context, hooks->log_level, (const char *)text,
                                     text_len);
    }
}

static sv2_status hook_numbers(const sv2_hooks *hooks, sv2i_hooks *out) {
    sv2_hooks known = SV2_HOOKS_INIT;
    sv2_status status = hooks == NULL ? SV2_OK : sv2p_config(&known, sizeof known, hooks);
    if (status == SV2_OK && known.log_level > SV2_LOG_DEBUG) {
        status = SV2_ERR_ARGUMENT;
    }
    out->log_level = known.log_level;
    out->needs_random = 0;
    out->context = (uintptr_t)known.context;
    out->log = (uintptr_t)known.log;
    out->clock = (uintptr_t)known.clock;
    out->random = (uintptr_t)known.random;
    return status;
}

sv2_status sv2_session_profile_new_client(const sv2_client_config *config, const sv2_hooks *hooks,
                                          sv2_session_profile *out, sv2_error *error) {
    sv2_client_config c = SV2_CLIENT_CONFIG_INIT;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2i_hooks numbers;
    sv2p_clear_error(error);
    if (out == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    out->sv2_priv_session_profile = 0;
    sv2_status status = config == NULL ? SV2_ERR_NULL : sv2p_config(&c, sizeof c, config);
    if (status == SV2_OK && c.policy != NULL) {
        status = sv2p_config(&policy, sizeof policy, c.policy);
    }
    if (status == SV2_OK) {
        status = hook_numbers(hooks, &numbers);
    }
    if (status == SV2_OK && c.reserved != 0) {
        status = SV2_ERR_ARGUMENT;
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK
               ? sv2p_fail(status, error)
               : sv2i_session_profile_new_client(&c, c.policy == NULL ? NULL : &policy, &numbers,
                                                 &out->sv2_priv_session_profile, error);
}

sv2_status sv2_session_profile_new_server(const sv2_server_config *config, const sv2_hooks *hooks,
                                          sv2_session_profile *out, sv2_error *error) {
    sv2_server_config c = SV2_SERVER_CONFIG_INIT;
    sv2i_hooks numbers;
    sv2p_clear_error(error);
    if (out == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    out->sv2_priv_session_profile = 0;
    sv2_status status = config == NULL ? SV2_ERR_NULL : sv2p_config(&c, sizeof c, config);
    if (status == SV2_OK) {
        status = hook_numbers(hooks, &numbers);
    }
    if (status == SV2_OK && (c.reserved != 0 || (c.tlv_flags & ~SV2_TLV_ACCEPT_BIG_ENDIAN) != 0)) {
        status = SV2_ERR_ARGUMENT;
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_session_profile_new_server(
                                  &c, &numbers, &out->sv2_priv_session_profile, error);
}

sv2_status sv2_session_profile_memory_bound(sv2_session_profile profile, size_t *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    *out = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK
               ? status
               : sv2i_session_profile_memory_bound(profile.sv2_priv_session_profile, out);
}

sv2_status sv2_session_profile_free(sv2_session_profile *profile) {
    return sv2p_free(profile == NULL ? NULL : &profile->sv2_priv_session_profile,
                     sv2i_session_profile_free);
}
