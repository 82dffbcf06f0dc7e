/* Calls on handles that live, were freed, belong to another kind or were never given out, in any
 * order. There is no model: nothing may crash, and everything can be freed in the end. */
#include "fuzz.h"

enum { SEEN_MAX = 64 };

static uint64_t seen[SEEN_MAX];
static size_t seen_count;

/* A handle that was just given out, and never before. */
static void note(uint64_t handle) {
    if (handle != 0) {
        EXPECT(seen_count < SEEN_MAX);
        for (size_t i = 0; i < seen_count; i++) {
            EXPECT(seen[i] != handle);
        }
        seen[seen_count++] = handle;
    }
}

/* A handle that was given out, perhaps with some bits changed. */
static uint64_t pick(fuzz_input *in) {
    const uint8_t which = take_u8(in);
    const uint64_t handle = seen_count > 0 ? seen[(which & 0x3f) % seen_count] : 0;
    switch (which >> 6) {
    case 0:
        return handle ^ (UINT64_C(1) << (take_u8(in) & 63));
    case 1:
        return (which & 0x3f) == 0 ? take_u64(in) : handle;
    default:
        return handle;
    }
}

static void make(fuzz_input *in) {
    static const uint8_t secret[SV2_SECRET_KEY_SIZE] = {1, 2, 3};
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_certificate certificate = {0};
    sv2_act1 act1 = {{0}};
    sv2_act2 act2;
    sv2_buf buf = {0};
    sv2_decoder decoder = {0};
    sv2_secret_key key = {0};
    sv2_identity identity = {0};
    sv2_initiator initiator = {0};
    sv2_transport transport = {0};
    sv2_admission admission = {0};
    sv2_session_profile profile = {0};
    sv2_session session = {0};
    sv2_error error;
    policy.authentication = SV2_AUTHENTICATION_INSECURE;
    certificate.not_valid_after = UINT32_MAX;
    switch (take_u8(in) % 13) {
    case 0:
        SANE(sv2_buf_new(1 + take_u16(in), &buf));
        note(buf.sv2_priv_buf);
        break;
    case 1:
        SANE(sv2_decoder_new(NULL, &decoder));
        note(decoder.sv2_priv_decoder);
        break;
    case 2:
        SANE(sv2_secret_key_load(secret, sizeof secret, &key));
        note(key.sv2_priv_secret_key);
        break;
    case 3:
        SANE(sv2_identity_new((sv2_secret_key){pick(in)}, &certificate, NULL, 0, &identity));
        note(identity.sv2_priv_identity);
        break;
    case 4:
        SANE(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1));
        note(initiator.sv2_priv_initiator);
        break;
    case 5:
        SANE(sv2_identity_respond((sv2_identity){pick(in)}, NULL, 0, &act1, &act2, &transport));
        note(transport.sv2_priv_transport);
        break;
    case 6:
        SANE(sv2_admission_new(1 + take_u8(in), 1 + take_u8(in), &admission));
        note(admission.sv2_priv_admission);
        break;
    case 7:
        SANE(sv2_decoder_new_sealed(NULL, (sv2_transport){pick(in)}, &decoder));
        note(decoder.sv2_priv_decoder);
        break;
    case 8: {
        sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
        config.security = SV2_SECURITY_PLAIN;
        config.setup.vendor = sv2_string("fuzz");
        SANE(sv2_session_profile_new_client(&config, NULL, &profile, &error));
        note(profile.sv2_priv_session_profile);
        break;
    }
    case 9: {
        const sv2_service service = {SV2_PROTOCOL_MINING, 7, 0, 0};
        sv2_server_config config = SV2_SERVER_CONFIG_INIT;
        config.security = SV2_SECURITY_NOISE;
        config.identity.sv2_priv_identity = pick(in);
        config.services = &service;
        config.service_count = 1;
        SANE(sv2_session_profile_new_server(&config, NULL, &profile, &error));
        note(profile.sv2_priv_session_profile);
        break;
    }
    case 10:
        SANE(sv2_session_start((sv2_session_profile){pick(in)}, NULL, 0, NULL, &session));
        note(session.sv2_priv_session);
        break;
    case 12: {
        sv2_endpoint endpoint;
        sv2_failover failover = {0};
        EXPECT(sv2_endpoint_make_insecure("a", 1, 1, &endpoint) == SV2_OK);
        SANE(sv2_failover_new(NULL, &endpoint, 1, &failover));
        note(failover.sv2_priv_failover);
        break;
    }
    default: /* a whole handshake with an identity, whose link is a live one */
        if (sv2_initiator_new(&policy, NULL, 0, &initiator, &act1) == SV2_OK) {
            sv2_transport other = {0};
            if (SANE(sv2_identity_respond((sv2_identity){pick(in)}, NULL, 0, &act1, &act2,
                                          &other)) == SV2_OK) {
                EXPECT(SANE(sv2_initiator_finish(initiator, &act2, 1, &transport)) == SV2_OK);
            }
            note(initiator.sv2_priv_initiator);
            note(transport.sv2_priv_transport);
            note(other.sv2_priv_transport);
        }
        break;
    }
}

/* Frees the object behind a number, whatever it is; returns whether there was one. */
static int free_any(uint64_t handle) {
    sv2_buf buf = {handle};
    sv2_decoder decoder = {handle};
    sv2_secret_key key = {handle};
    sv2_identity identity = {handle};
    sv2_initiator initiator = {handle};
    sv2_transport transport = {handle};
    sv2_admission admission = {handle};
    sv2_session_profile profile = {handle};
    sv2_session session = {handle};
    sv2_failover failover = {handle};
    int freed = 0;
    if (handle == 0) {
        return 0;
    }
    while (sv2_buf_unlock(buf) == SV2_OK) {
    }
    freed += SANE(sv2_decoder_free(&decoder)) == SV2_OK;
    freed += SANE(sv2_transport_free(&transport)) == SV2_OK;
    freed += SANE(sv2_identity_free(&identity)) == SV2_OK;
    freed += SANE(sv2_buf_free(&buf)) == SV2_OK;
    freed += SANE(sv2_secret_key_free(&key)) == SV2_OK;
    freed += SANE(sv2_initiator_free(&initiator)) == SV2_OK;
    freed += SANE(sv2_admission_free(&admission)) == SV2_OK;
    freed += SANE(sv2_session_profile_free(&profile)) == SV2_OK;
    freed += SANE(sv2_session_free(&session)) == SV2_OK;
    freed += SANE(sv2_failover_free(&failover)) == SV2_OK;
    EXPECT(freed <= 1); /* one number is never two objects */
    return freed;
}

static void use_buffer(sv2_buf buf, uint8_t what, fuzz_input *in) {
    sv2_view view = {0};
    uint8_t *out;
    size_t capacity;
    switch (what % 6) {
    case 0:
        SANE(sv2_buf_append(buf, in->data, in->size));
        break;
    case 1:
        if (SANE(sv2_buf_writable(buf, what, &out, &capacity)) == SV2_OK) {
            memset(out, what, capacity);
            SANE(sv2_buf_commit(buf, take_u8(in)));
        }
        break;
    case 2:
        if (SANE(sv2_buf_data(buf, &view)) == SV2_OK) {
            read_all(view.data, view.len);
        }
        view.owner.sv2_priv_buf = pick(in);
        SANE(sv2_view_check(&view));
        break;
    case 3:
        SANE(sv2_buf_consume(buf, what));
        break;
    case 4:
        SANE(sv2_buf_lock(buf, &view));
        break;
    default:
        SANE(sv2_buf_commit(buf, what));
        break;
    }
}

static void use_decoder(sv2_decoder decoder, uint8_t what, fuzz_input *in) {
    sv2_frame frame;
    sv2_error error;
    uint8_t *out;
    size_t size, missing;
    switch (what % 4) {
    case 0:
        SANE(sv2_decoder_feed(decoder, in->data, in->size, &size));
        break;
    case 1:
        if (SANE(sv2_decoder_writable(decoder, &out, &size)) == SV2_OK) {
            memset(out, what, size);
            SANE(sv2_decoder_commit(decoder, what));
        }
        break;
    case 2:
        if (SANE(sv2_decoder_next(decoder, &frame, &missing, &error)) == SV2_OK) {
            read_all(frame.payload, frame.payload_len);
        }
        break;
    default:
        SANE(sv2_decoder_buffered(decoder, &size));
        SANE(sv2_decoder_error(decoder, &error));
        break;
    }
}

static void use_link(uint64_t handle, uint8_t what, fuzz_input *in) {
    static uint8_t buffer[2048];
    const sv2_transport transport = {handle};
    const sv2_certificate certificate = {0};
    sv2_certificate signed_certificate;
    sv2_public_key public_key = {{0}};
    sv2_transport made = {0};
    sv2_act2 act2;
    sv2_u256 hash;
    sv2_frame frame;
    char text[SV2_KEY_TEXT_SIZE];
    size_t len, consumed;
    const fuzz_input run = take_run(in, 64);
    switch (what % 9) {
    case 0:
        SANE(sv2_transport_seal(transport, run.data, run.size, buffer, sizeof buffer, &len));
        break;
    case 1:
        memset(buffer, what, sizeof buffer);
        SANE(sv2_transport_open_in_place(transport, buffer, what, 0, &frame, &consumed, NULL));
        break;
    case 2:
        SANE(sv2_transport_handshake_hash(transport, &hash));
        break;
    case 3:
        SANE(sv2_identity_set_certificate((sv2_identity){handle}, &certificate));
        break;
    case 4:
        SANE(sv2_identity_server((sv2_identity){handle}, &public_key, &signed_certificate));
        break;
    case 5:
        memset(&act2, what, sizeof act2);
        SANE(sv2_initiator_finish((sv2_initiator){handle}, &act2, 0, &made));
        note(made.sv2_priv_transport);
        break;
    case 6:
        SANE(sv2_admission_take((sv2_admission){handle}, take_u64(in)));
        break;
    case 7:
        SANE(sv2_secret_key_text((sv2_secret_key){handle}, text, sizeof text, &len));
        SANE(sv2_secret_key_public((sv2_secret_key){handle}, &public_key));
        break;
    default:
        SANE(sv2_secret_key_public((sv2_secret_key){pick(in)}, &public_key));
        SANE(
            sv2_certificate_sign((sv2_secret_key){handle}, &public_key, 0, 1, &signed_certificate));
        break;
    }
}

static void use_session(sv2_session session, uint8_t what, fuzz_input *in) {
    static uint8_t out[512];
    const sv2_time now = {take_u8(in), 0};
    const sv2_new_mining_job job = {.channel_id = 1};
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_session_error why = SV2_SESSION_ERROR_INIT;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    size_t size;
    switch (what % 10) {
    case 9: {
        sv2_failover_decision d = SV2_FAILOVER_DECISION_INIT;
        const sv2_failover failover = {session.sv2_priv_session};
        SANE(sv2_failover_next(failover, 1, &d));
        SANE(sv2_failover_report_established(failover, d.id, 1, out, 8));
        break;
    }
    case 0:
        SANE(sv2_session_feed(session, in->data, in->size, &now, &size));
        break;
    case 1:
        if (SANE(sv2_session_next_event(session, &event)) == SV2_OK) {
            read_all(event.frame.payload, event.frame.payload_len);
        }
        break;
    case 2:
        SANE(sv2_session_output(session, out, sizeof out, &size));
        SANE(sv2_session_sent(session, take_u8(in)));
        break;
    case 3:
        SANE(sv2_session_tick(session, &now));
        break;
    case 4:
        if (SANE(sv2_session_error_get(session, &why)) == SV2_OK) {
            read_all(why.text.data, why.text.len);
        }
        break;
    case 5:
        SANE(sv2_session_info_get(session, &info));
        SANE(sv2_session_peer_closed(session));
        break;
    case 6:
        SANE(sv2_session_close(session));
        break;
    case 7:
        SANE(sv2_new_mining_job_send(session, &job, NULL, NULL));
        break;
    default:
        SANE(sv2_session_accept_setup(session, 0));
        SANE(sv2_session_profile_memory_bound((sv2_session_profile){session.sv2_priv_session},
                                              &size));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    seen_count = 0;
    while (in.size > 0 && seen_count + 3 <= SEEN_MAX) {
        const uint8_t what = take_u8(&in);
        if (what < 64) {
            make(&in);
            continue;
        }
        const uint64_t handle = pick(&in);
        if (what < 96) {
            free_any(handle);
        } else if (what < 160) {
            use_buffer((sv2_buf){handle}, what, &in);
        } else if (what < 192) {
            use_decoder((sv2_decoder){handle}, what, &in);
        } else if (what < 224) {
            use_session((sv2_session){handle}, what, &in);
        } else {
            use_link(handle, what, &in);
        }
    }
    for (size_t i = seen_count; i > 0; i--) {
        free_any(seen[i - 1]);
    }
    for (size_t i = 0; i < seen_count; i++) {
        EXPECT(!free_any(seen[i]));
    }
    expect_left(0);
    return 0;
}
