/* Sessions: one connection, either end. */
#include "session.h"

#include "shim.h"

const char *sv2_session_event_name(uint32_t kind) {
    return kind < sv2p_event_kind_count ? sv2p_event_kind_names[kind] : "unknown";
}

const char *sv2_session_phase_name(uint32_t phase) {
    return phase < sv2p_phase_count ? sv2p_phase_names[phase] : "unknown";
}

sv2_status sv2_session_start(sv2_session_profile profile, const uint8_t *random, size_t random_len,
                             const sv2_time *now, sv2_session *out) {
    uint8_t seed[SV2_RANDOM_SEED_SIZE];
    sv2i_hooks hooks;
    sv2_time time;
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_session = 0;
    sv2_status status = sv2p_input(random, random_len);
    if (status == SV2_OK && random_len > SV2_SESSION_RANDOM_MAX) {
        status = SV2_ERR_LIMIT;
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    if (status == SV2_OK) {
        status = sv2i_session_profile_hooks(profile.sv2_priv_session_profile, &hooks);
    }
    if (status != SV2_OK) {
        return status;
    }
    const int seeded = random_len == 0 && hooks.needs_random && hooks.random != 0;
    if (seeded) {
        if (sv2p_hook_random(&hooks, seed, sizeof seed) != SV2_OK) {
            sv2_wipe(seed, sizeof seed);
            return SV2_ERR_RANDOM;
        }
        random = seed;
        random_len = sizeof seed;
    }
    sv2p_hook_time(&hooks, now, &time);
    status = sv2i_session_start(profile.sv2_priv_session_profile, random, random_len,
                                (uint32_t)seeded, &time, &out->sv2_priv_session);
    if (seeded) {
        sv2_wipe(seed, sizeof seed);
    }
    return status;
}

sv2_status sv2_session_free(sv2_session *session) {
    return sv2p_free(session == NULL ? NULL : &session->sv2_priv_session, sv2i_session_free);
}

/* Enters the library, and takes the time from the hook or the system when the caller gives none. */
static sv2_status enter_at(sv2_session session, const sv2_time *now, sv2_time *out) {
    sv2i_hooks hooks;
    sv2_status status = sv2p_enter();
    if (status != SV2_OK) {
        return status;
    }
    if (now != NULL) {
        *out = *now;
        return SV2_OK;
    }
    status = sv2i_session_hooks(session.sv2_priv_session, &hooks);
    if (status == SV2_OK) {
        sv2p_hook_time(&hooks, NULL, out);
    }
    return status;
}

sv2_status sv2_session_feed(sv2_session session, const uint8_t *in, size_t in_len,
                            const sv2_time *now, size_t *taken) {
    sv2_time time;
    if (taken == NULL) {
        return SV2_ERR_NULL;
    }
    *taken = 0;
    sv2_status status = sv2p_input(in, in_len);
    if (status == SV2_OK) {
        status = enter_at(session, now, &time);
    }
    return status != SV2_OK ? status
                            : sv2i_session_feed(session.sv2_priv_session, in, in_len, &time, taken);
}

sv2_status sv2_session_peer_closed(sv2_session session) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_session_peer_closed(session.sv2_priv_session);
}

sv2_status sv2_session_next_event(sv2_session session, sv2_session_event *out) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2i_hooks hooks;
    uint8_t text[SV2_LOG_TEXT_SIZE];
    size_t text_len = 0;
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    /* Before the event is taken, so that none is lost. */
    sv2_status status = sv2p_info(out, &event, sizeof event);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    if (status != SV2_OK) {
        return status;
    }
    hooks.log = 0;
    status = sv2i_session_next_event(session.sv2_priv_session, &event, &hooks, text, &text_len);
    if (status == SV2_OK) {
        (void)sv2p_info(out, &event, sizeof event);
        sv2p_hook_log(&hooks, text, text_len);
    }
    return status;
}

sv2_status sv2_session_output(sv2_session session, uint8_t *out, size_t out_cap, size_t *len) {
    sv2p_clear_size(len);
    if (len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status
                            : sv2i_session_output(session.sv2_priv_session, out, out_cap, len);
}

sv2_status sv2_session_sent(sv2_session session, size_t size) {
    if (size > SV2_INPUT_SIZE_MAX) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_session_sent(session.sv2_priv_session, size);
}

sv2_status sv2_session_tick(sv2_session session, const sv2_time *now) {
    sv2_time time;
    const sv2_status status = enter_at(session, now, &time);
    return status != SV2_OK ? status : sv2i_session_tick(session.sv2_priv_session, &time);
}

sv2_status sv2_session_info_get(sv2_session session, sv2_session_info *out) {
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    sv2_status status = sv2p_info(out, &info, sizeof info);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    if (status == SV2_OK) {
        status = sv2i_session_info_get(session.sv2_priv_session, &info);
    }
    return status != SV2_OK ? status : sv2p_info(out, &info, sizeof info);
}

sv2_status sv2_session_extensions(sv2_session session, uint16_t *out, size_t out_cap,
                                  size_t *count) {
    sv2p_clear_size(count);
    if (count == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK
               ? status
               : sv2i_session_extensions(session.sv2_priv_session, out, out_cap, count);
}

sv2_status sv2_session_server(sv2_session session, sv2_public_key *server,
                              sv2_certificate *certificate) {
    if (server == NULL || certificate == NULL) {
        return SV2_ERR_NULL;
    }
    memset(server, 0, sizeof *server);
    memset(certificate, 0, sizeof *certificate);
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status
                            : sv2i_session_server(session.sv2_priv_session, server, certificate);
}

sv2_status sv2_session_error_get(sv2_session session, sv2_session_error *out) {
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    error.message.field = SV2_FIELD_NONE;
    sv2_status status = sv2p_info(out, &error, sizeof error);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    if (status == SV2_OK) {
        status = sv2i_session_error_get(session.sv2_priv_session, &error);
    }
    return status != SV2_OK ? status : sv2p_info(out, &error, sizeof error);
}

sv2_status sv2_session_accept_setup(sv2_session session, uint32_t flags) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_session_accept_setup(session.sv2_priv_session, flags);
}

sv2_status sv2_session_refuse_setup(sv2_session session, uint32_t flags, const char *error_code,
                                    size_t error_code_len) {
    sv2_status status = sv2p_input(error_code, error_code_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_session_refuse_setup(session.sv2_priv_session, flags, error_code,
                                                        error_code_len);
}

sv2_status sv2p_message_send(sv2_session session, uint32_t id, const void *message,
                             const sv2_bytes *trailing, sv2_error *error) {
    static const sv2_bytes none = {NULL, 0};
    if (message == NULL) {
        return sv2p_fail(SV2_ERR_NULL, error);
    }
    sv2p_clear_error(error);
    if (trailing == NULL) {
        trailing = &none;
    }
    sv2_status status = sv2p_input(trailing->data, trailing->len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_session_send(session.sv2_priv_session, id, message,
                                                trailing->data, trailing->len, error);
}

sv2_status sv2_session_send_share(sv2_session session, const sv2_submit_shares_extended *message,
                                  const uint8_t *user_identity, size_t user_identity_len,
                                  sv2_error *error) {
    sv2p_clear_error(error);
    sv2_status status =
        message == NULL ? SV2_ERR_NULL : sv2p_input(user_identity, user_identity_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_session_send_share(session.sv2_priv_session, message,
                                                      user_identity, user_identity_len, error);
}

static sv2_status enter_frame(const sv2_frame *frame) {
    if (frame != NULL && frame->channel_msg > 1) {
        return SV2_ERR_ARGUMENT;
    }
    return sv2p_frame(frame);
}

sv2_status sv2_session_send_frame(sv2_session session, const sv2_frame *frame, sv2_error *error) {
    sv2p_clear_error(error);
    const sv2_status status = enter_frame(frame);
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_session_send_frame(session.sv2_priv_session, frame, error);
}

sv2_status sv2_session_forward(sv2_session session, const sv2_frame *frame, sv2_error *error) {
    sv2p_clear_error(error);
    const sv2_status status = enter_frame(frame);
    return status != SV2_OK ? sv2p_fail(status, error)
                            : sv2i_session_forward(session.sv2_priv_session, frame, error);
}

sv2_status sv2_session_close(sv2_session session) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_session_close(session.sv2_priv_session);
}
