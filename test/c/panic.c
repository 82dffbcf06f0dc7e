/* Faults inside of the library, raised by the functions that only the debug library has: they are
 * caught, counted, and end the object that they happened on. Also what the debug library does to
 * freed memory. */
#include "check.h"

sv2_status sv2_debug_panic(uint64_t handle, uint32_t kind);
uint64_t sv2_debug_panic_count(void);

enum { FREED = 0xdd };

static void without_object(void) {
    size_t live;
    const uint64_t before = sv2_debug_panic_count();
    for (uint64_t i = 1; i <= 100; i++) {
        CHECK_STATUS(sv2_debug_panic(0, 0), SV2_ERR_INTERNAL);
        CHECK_NUMBER(sv2_debug_panic_count(), before + i);
        CHECK_STATUS(sv2_live_handles(0, &live), SV2_OK);
    }
    CHECK_NUMBER(sv2_status_class(SV2_ERR_INTERNAL), SV2_CLASS_INTERNAL);
}

static void on_a_decoder(void) {
    sv2_decoder decoder, other;
    sv2_frame frame;
    sv2_error error;
    uint8_t *out = (uint8_t *)&frame;
    size_t n = 9, count = 9;
    static const uint8_t bytes[] = {0, 0, 4, 0, 0, 0};
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_new(NULL, &other), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, sizeof bytes, &n), SV2_OK);
    const uint64_t before = sv2_debug_panic_count();
    CHECK_STATUS(sv2_debug_panic(decoder.sv2_priv_decoder, SV2_HANDLE_DECODER), SV2_ERR_INTERNAL);
    CHECK_NUMBER(sv2_debug_panic_count(), before + 1);
    /* "answers SV2_ERR_POISONED to all but _free, its _error and sv2_buf_unlock" */
    CHECK_STATUS(sv2_debug_panic(decoder.sv2_priv_decoder, SV2_HANDLE_DECODER), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, sizeof bytes, &n), SV2_ERR_POISONED);
    CHECK_NUMBER(n, 0);
    CHECK_STATUS(sv2_decoder_feed(decoder, NULL, 0, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_writable(decoder, &out, &n), SV2_ERR_POISONED);
    CHECK(out == NULL && n == 0);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_buffered(decoder, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &n, &error), SV2_ERR_POISONED);
    CHECK_STATUS(error.status, SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_next_batch(decoder, &frame, 1, &count, &n, &error), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_decoder_error(decoder, &error), SV2_OK);
    CHECK_STATUS(error.status, SV2_ERR_INTERNAL);
    /* no other object is touched */
    CHECK_STATUS(sv2_decoder_feed(other, bytes, sizeof bytes, &n), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(other, &frame, NULL, &error), SV2_OK);
    sv2_decoder copy = decoder;
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK(decoder.sv2_priv_decoder == 0);
    CHECK_STATUS(sv2_decoder_free(&copy), SV2_ERR_HANDLE);
    CHECK_STATUS(sv2_decoder_free(&other), SV2_OK);
    /* the place is good for a new object */
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, sizeof bytes, &n), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
}

static void on_a_buffer(void) {
    sv2_buf buf;
    sv2_view view, other;
    uint8_t *out;
    size_t n;
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_OK);
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_STATUS(sv2_debug_panic(buf.sv2_priv_buf, SV2_HANDLE_BUF), SV2_ERR_INTERNAL);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_append_u16(buf, 1), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, NULL, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_append(buf, NULL, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_writable(buf, 1, &out, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_commit(buf, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_consume(buf, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_data(buf, &other), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_lock(buf, &other), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_ERR_STATE);
    CHECK(sv2_view_check(&view) != SV2_OK);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

/* A lease can be ended on a poisoned buffer, or it would keep the buffer from being freed. */
static void under_a_lease(void) {
    sv2_buf buf;
    sv2_view view;
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_OK);
    CHECK_STATUS(sv2_buf_lock(buf, &view), SV2_OK);
    CHECK_STATUS(sv2_debug_panic(buf.sv2_priv_buf, SV2_HANDLE_BUF), SV2_ERR_INTERNAL);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_ERR_BUSY);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

static void on_a_failover(void) {
    sv2_endpoint endpoint;
    sv2_failover failover;
    sv2_failover_decision d = SV2_FAILOVER_DECISION_INIT;
    uint32_t n;
    sv2_status status;
    static const uint8_t host[] = {'h'};
    CHECK_STATUS(sv2_endpoint_make_insecure("pool.example", 12, 1, &endpoint), SV2_OK);
    CHECK_STATUS(sv2_failover_new(NULL, &endpoint, 1, &failover), SV2_OK);
    CHECK_STATUS(sv2_failover_next(failover, 0, &d), SV2_OK);
    CHECK_STATUS(sv2_debug_panic(failover.sv2_priv_failover, SV2_HANDLE_FAILOVER),
                 SV2_ERR_INTERNAL);
    CHECK_STATUS(sv2_failover_next(failover, 0, &d), SV2_ERR_POISONED);
    CHECK_NUMBER(d.action, 0);
    CHECK_STATUS(sv2_failover_report_established(failover, 1, 0, NULL, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_report_failed(failover, 1, SV2_ERR_DECRYPT, 0, NULL, 0),
                 SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_report_redirected(failover, 1, host, 1, 1, 0, NULL, 0),
                 SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_network_restored(failover), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_readmit(failover, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_live(failover, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_all_failed(failover, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_stopped(failover, 0, &status), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_last_failure(failover, 0, &status), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_failover_free(&failover), SV2_OK);
}

static void wrong_handles(void) {
    sv2_buf buf;
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    const uint64_t before = sv2_debug_panic_count();
    CHECK_STATUS(sv2_debug_panic(buf.sv2_priv_buf, SV2_HANDLE_DECODER), SV2_ERR_HANDLE_KIND);
    CHECK_STATUS(sv2_debug_panic(UINT64_MAX, SV2_HANDLE_BUF), SV2_ERR_HANDLE);
    CHECK_NUMBER(sv2_debug_panic_count(), before);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

/* Memory that the library gives back shows itself: the debug library keeps it for a while, filled
 * with 0xDD. */
static void freed_memory(void) {
    sv2_buf buf;
    sv2_decoder decoder;
    sv2_view view;
    sv2_frame frame;
    size_t n;
    static const uint8_t secret[700] = {1, 2, 3};
    CHECK_STATUS(sv2_buf_new(10000, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append(buf, secret, sizeof secret), SV2_OK);
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_BYTES(view.data, view.len, secret, sizeof secret);
    CHECK_STATUS(sv2_buf_append(buf, secret, sizeof secret), SV2_OK);
    CHECK_STATUS(sv2_view_check(&view), SV2_ERR_STALE_VIEW);
    CHECK_STATUS(sv2_buf_append(buf, secret, sizeof secret), SV2_OK); /* the memory has moved */
    CHECK(filled_with(view.data, view.len, FREED));
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    CHECK(filled_with(view.data, view.len, FREED));

    static const uint8_t bytes[] = {7, 0, 1, 5, 0, 0, 'f', 'r', 'a', 'm', 'e'};
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, sizeof bytes, &n), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
    CHECK_BYTES(frame.payload, frame.payload_len, bytes + 6, 5);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    CHECK(filled_with(frame.payload, frame.payload_len, FREED));
}

static sv2_session session_of(sv2_session_profile *profile) {
    const sv2_time now = {1000, 0};
    sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
    sv2_session session;
    config.security = SV2_SECURITY_PLAIN;
    config.setup.vendor = sv2_string("test");
    CHECK_STATUS(sv2_session_profile_new_client(&config, NULL, profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(*profile, NULL, 0, &now, &session), SV2_OK);
    return session;
}

/* Every function of a poisoned session but _free and _error_get, and of its profile but _free. */
static void on_a_session(void) {
    const sv2_time now = {1000, 0};
    const sv2_submit_shares_extended share = {0};
    const sv2_frame frame = {0x4001, 1, 0, 0, NULL, 0};
    const sv2_reconnect reconnect = {{NULL, 0}, 0};
    sv2_session_profile profile;
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    sv2_session_error why = SV2_SESSION_ERROR_INIT;
    sv2_public_key key;
    sv2_certificate certificate;
    sv2_error error;
    uint8_t bytes[64];
    uint16_t types[1];
    size_t n = 9;
    sv2_session other, session = session_of(&profile);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &now, &other), SV2_OK);
    CHECK_STATUS(sv2_debug_panic(session.sv2_priv_session, SV2_HANDLE_SESSION), SV2_ERR_INTERNAL);
    CHECK_STATUS(sv2_session_feed(session, bytes, 1, &now, &n), SV2_ERR_POISONED);
    CHECK_NUMBER(n, 0);
    CHECK_STATUS(sv2_session_feed(session, bytes, 1, NULL, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_peer_closed(session), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_next_event(session, &event), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_output(session, bytes, sizeof bytes, &n), SV2_ERR_POISONED);
    CHECK_NUMBER(n, 0);
    CHECK_STATUS(sv2_session_sent(session, 1), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_tick(session, &now), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_tick(session, NULL), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_info_get(session, &info), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_extensions(session, types, 1, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_server(session, &key, &certificate), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_accept_setup(session, 0), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_refuse_setup(session, 0, "x", 1), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_send_share(session, &share, NULL, 0, &error), SV2_ERR_POISONED);
    CHECK_STATUS(error.status, SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_send_frame(session, &frame, &error), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_forward(session, &frame, &error), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_reconnect_send(session, &reconnect, NULL, &error), SV2_ERR_POISONED);
    CHECK_STATUS(error.status, SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_close(session), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_error_get(session, &why), SV2_OK);
    CHECK_STATUS(why.status, SV2_ERR_INTERNAL);
    CHECK(why.status_class == SV2_CLASS_INTERNAL && why.text.len != 0);
    CHECK_STATUS(sv2_session_tick(other, &now), SV2_OK); /* no other object is touched */
    /* One that had ended keeps the reason for that, and the views of it. */
    sv2_session_error before = SV2_SESSION_ERROR_INIT;
    CHECK_STATUS(sv2_session_close(other), SV2_OK);
    CHECK_STATUS(sv2_session_error_get(other, &before), SV2_OK);
    CHECK_STATUS(sv2_debug_panic(other.sv2_priv_session, SV2_HANDLE_SESSION), SV2_ERR_INTERNAL);
    CHECK_STATUS(sv2_session_error_get(other, &why), SV2_OK);
    CHECK_STATUS(why.status, SV2_ERR_CLOSED);
    CHECK(why.text.data == before.text.data && why.text.len == before.text.len);
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    CHECK_STATUS(sv2_session_free(&other), SV2_OK);

    CHECK_STATUS(sv2_debug_panic(profile.sv2_priv_session_profile, SV2_HANDLE_SESSION_PROFILE),
                 SV2_ERR_INTERNAL);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &now, &session), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_profile_memory_bound(profile, &n), SV2_ERR_POISONED);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
}

/* What an event and an error point to is given back, wiped, when they say so. */
static void views_of_a_session(void) {
    const sv2_time now = {1000, 0};
    const sv2_setup_connection_success success = {2, 0};
    const sv2_close_channel message = {5, sv2_string("a reason")};
    const sv2_setup_connection_error refusal = {0, sv2_string("refused")};
    sv2_session_profile profile;
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_session_error why = SV2_SESSION_ERROR_INIT;
    uint8_t bytes[128];
    size_t len = 0, n = 0;
    sv2_session session = session_of(&profile);
    CHECK_STATUS(
        sv2_setup_connection_success_encode(&success, NULL, bytes, sizeof bytes, &len, NULL),
        SV2_OK);
    CHECK_STATUS(sv2_session_feed(session, bytes, len, &now, &n), SV2_OK);
    while (sv2_session_next_event(session, &event) == SV2_OK) {
    }
    CHECK_STATUS(sv2_close_channel_encode(&message, NULL, bytes, sizeof bytes, &len, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_feed(session, bytes, len, &now, &n), SV2_OK);
    CHECK_STATUS(sv2_session_next_event(session, &event), SV2_OK);
    CHECK_BYTES(event.frame.payload, event.frame.payload_len, bytes + SV2_FRAME_HEADER_SIZE,
                len - SV2_FRAME_HEADER_SIZE);
    /* sending, telling the time and closing leave it as it is */
    const sv2_close_channel own = {6, sv2_string("another")};
    CHECK_STATUS(sv2_close_channel_send(session, &own, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_tick(session, &now), SV2_OK);
    CHECK_STATUS(sv2_session_close(session), SV2_OK);
    CHECK_BYTES(event.frame.payload, event.frame.payload_len, bytes + SV2_FRAME_HEADER_SIZE,
                len - SV2_FRAME_HEADER_SIZE);
    sv2_session_event end = SV2_SESSION_EVENT_INIT;
    CHECK_STATUS(sv2_session_next_event(session, &end), SV2_OK);
    CHECK(end.kind == SV2_EVENT_END && end.status == SV2_ERR_CLOSED);
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    CHECK(filled_with(event.frame.payload, event.frame.payload_len, FREED));

    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &now, &session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    CHECK_STATUS(sv2_setup_connection_error_encode(&refusal, NULL, bytes, sizeof bytes, &len, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_session_feed(session, bytes, len, &now, &n), SV2_ERR_SETUP_REFUSED);
    CHECK_STATUS(sv2_session_next_event(session, &event), SV2_OK);
    CHECK_STATUS(sv2_session_next_event(session, &end), SV2_WANT_INPUT);
    CHECK_STATUS(sv2_session_error_get(session, &why), SV2_OK);
    CHECK(why.error_code.len == 7 && memcmp(why.error_code.data, "refused", 7) == 0);
    CHECK(why.text.len != 0 && strstr((const char *)why.text.data, "\"refused\"") != NULL);
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    CHECK(filled_with(why.error_code.data, why.error_code.len, FREED));
    CHECK(filled_with(why.text.data, why.text.len, FREED));
}

int main(void) {
    on_a_session();
    views_of_a_session();
    without_object();
    on_a_decoder();
    on_a_buffer();
    on_a_failover();
    wrong_handles();
    freed_memory();
    under_a_lease();
    return check_end("panic");
}
