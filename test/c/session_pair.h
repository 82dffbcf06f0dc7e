/* Two sessions in one program, connected by nothing but byte arrays, for the tests of sessions. */
#ifndef SESSION_PAIR_H
#define SESSION_PAIR_H

#include "check.h"
#include "noise_server.h"

/* What a test notes of an event; views are copied. */
typedef struct noted {
    sv2_session_event event;
    uint8_t payload[512], user_identity[64], error_code[256];
    uint16_t extensions[SV2_EXTENSIONS_MAX];
} noted;

enum { NOTED = 24 };

/* One end of a conversation, with the events that it has had. */
typedef struct end {
    sv2_session session;
    noted events[NOTED];
    size_t count;
} end;

static const sv2_time start_time = {1000, NOISE_NOW};

static inline sv2_client_config client_config(void) {
    sv2_client_config c = SV2_CLIENT_CONFIG_INIT;
    c.security = SV2_SECURITY_PLAIN;
    c.setup.protocol = SV2_PROTOCOL_MINING;
    c.setup.endpoint_host = sv2_string("pool.example");
    c.setup.endpoint_port = 3333;
    c.setup.vendor = sv2_string("libsv2 test");
    return c;
}

static const sv2_service mining_service = {
    SV2_PROTOCOL_MINING, SV2_SETUP_REQUIRES_STANDARD_JOBS | SV2_SETUP_REQUIRES_WORK_SELECTION, 0,
    0};

static inline sv2_server_config server_config(void) {
    sv2_server_config c = SV2_SERVER_CONFIG_INIT;
    c.security = SV2_SECURITY_PLAIN;
    c.services = &mining_service;
    c.service_count = 1;
    return c;
}

static inline sv2_extension_list extension_list(const uint16_t *types, size_t count) {
    const sv2_extension_list l = {types, count};
    return l;
}

static inline void start_end(end *e, sv2_session_profile *profile) {
    memset(e, 0, sizeof *e);
    CHECK_STATUS(sv2_session_start(*profile, NULL, 0, &start_time, &e->session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(profile), SV2_OK);
}

static inline void start_client(end *e, const sv2_client_config *c) {
    sv2_session_profile profile;
    sv2_error error;
    CHECK_STATUS(sv2_session_profile_new_client(c, NULL, &profile, &error), SV2_OK);
    start_end(e, &profile);
}

static inline void start_server(end *e, const sv2_server_config *c) {
    sv2_session_profile profile;
    sv2_error error;
    CHECK_STATUS(sv2_session_profile_new_server(c, NULL, &profile, &error), SV2_OK);
    start_end(e, &profile);
}

static inline void note(noted *n, const sv2_session_event *e) {
    n->event = *e;
    if (e->frame.payload_len <= sizeof n->payload && e->frame.payload_len != 0) {
        memcpy(n->payload, e->frame.payload, e->frame.payload_len);
    }
    n->event.frame.payload = n->payload;
    if (e->user_identity.len <= sizeof n->user_identity && e->user_identity.len != 0) {
        memcpy(n->user_identity, e->user_identity.data, e->user_identity.len);
    }
    n->event.user_identity.data = n->user_identity;
    if (e->error_code.len != 0) {
        memcpy(n->error_code, e->error_code.data, e->error_code.len);
    }
    n->event.error_code.data = n->error_code;
    if (e->extensions.count != 0) {
        memcpy(n->extensions, e->extensions.types, e->extensions.count * sizeof(uint16_t));
    }
    n->event.extensions.types = n->extensions;
}

/* Notes the events that there are. */
static inline void take_events(end *e) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_status status;
    while ((status = sv2_session_next_event(e->session, &event)) == SV2_OK) {
        CHECK(e->count < NOTED);
        if (e->count < NOTED) {
            note(&e->events[e->count++], &event);
        }
    }
    CHECK_STATUS(status, SV2_WANT_INPUT);
    CHECK(event.kind == 0 && event.struct_size == sizeof event);
}

/* Feeds everything and notes the events; returns the last status. */
static inline sv2_status receive(end *e, const uint8_t *in, size_t in_len, const sv2_time *now) {
    sv2_status status = SV2_OK;
    take_events(e);
    for (size_t at = 0, taken = 0; at < in_len && status == SV2_OK; at += taken) {
        status = sv2_session_feed(e->session, in + at, in_len - at, now, &taken);
        CHECK(taken <= in_len - at && (taken != 0 || status != SV2_OK));
        take_events(e);
    }
    return status;
}

static inline sv2_session_info info_of(const end *e) {
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    CHECK_STATUS(sv2_session_info_get(e->session, &info), SV2_OK);
    return info;
}

/* Carries what waits, at most most bytes; returns how much that was. */
static inline size_t carry_at(end *from, end *to, size_t most, const sv2_time *now) {
    uint8_t bytes[2048];
    size_t len = 0;
    take_events(from);
    CHECK_STATUS(
        sv2_session_output(from->session, bytes, most < sizeof bytes ? most : sizeof bytes, &len),
        SV2_OK);
    if (len != 0) {
        CHECK_STATUS(sv2_session_sent(from->session, len), SV2_OK);
        (void)receive(to, bytes, len, now);
    }
    return len;
}

static inline size_t carry(end *from, end *to, size_t most) {
    return carry_at(from, to, most, &start_time);
}

/* Carries both ways until nothing moves. */
static inline void pump(end *client, end *server, size_t most) {
    for (size_t moved = 1; moved != 0;) {
        moved = carry(client, server, most);
        moved += carry(server, client, most);
    }
}

static inline void free_end(end *e) {
    CHECK_STATUS(sv2_session_free(&e->session), SV2_OK);
    CHECK(e->session.sv2_priv_session == 0);
}

/* The kinds of the events so far, which are forgotten. */
static inline void expect_kinds(end *e, const uint32_t *kinds, size_t count, int line) {
    int same = e->count == count;
    for (size_t i = 0; same && i < count; i++) {
        same = e->events[i].event.kind == kinds[i];
    }
    if (check_note(same, __FILE__, line, "events")) {
        for (size_t i = 0; i < e->count; i++) {
            fprintf(stderr, " %s", sv2_session_event_name(e->events[i].event.kind));
        }
        fprintf(stderr, "\n");
    }
    e->count = 0;
}

#define EXPECT(e, ...)                                                                             \
    expect_kinds(e, (const uint32_t[]){__VA_ARGS__},                                               \
                 sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), __LINE__)

/* The session has ended with this status in this phase, and says so in each way. */
static inline void expect_end_at(end *e, sv2_status want, uint32_t phase, int line) {
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    sv2_session_event last = SV2_SESSION_EVENT_INIT;
    size_t taken = 9;
    take_events(e);
    if (e->count != 0) {
        last = e->events[e->count - 1].event;
    }
    check_number(last.kind, SV2_EVENT_END, __FILE__, line, "last event");
    check_status(last.status, want, __FILE__, line, "status of the last event");
    CHECK_NUMBER(last.status_class, sv2_status_class(want));
    CHECK_STATUS(sv2_session_error_get(e->session, &error), SV2_OK);
    check_status(error.status, want, __FILE__, line, "error");
    check_number(error.phase, phase, __FILE__, line, "phase of the error");
    CHECK_NUMBER(error.status_class, sv2_status_class(want));
    CHECK(error.text.len != 0 && strlen((const char *)error.text.data) == error.text.len);
    CHECK_NUMBER(info_of(e).phase, SV2_PHASE_ENDED);
    CHECK_STATUS(sv2_session_feed(e->session, (const uint8_t *)"", 1, &start_time, &taken), want);
    CHECK_NUMBER(taken, 0);
    CHECK_STATUS(sv2_session_tick(e->session, &start_time), want);
    CHECK_STATUS(sv2_session_accept_setup(e->session, 0), want);
    const sv2_reconnect reconnect = {{NULL, 0}, 0};
    CHECK_STATUS(sv2_reconnect_send(e->session, &reconnect, NULL, NULL), want);
    CHECK_STATUS(sv2_session_peer_closed(e->session), SV2_OK);
    CHECK_STATUS(sv2_session_close(e->session), SV2_OK);
}

#define EXPECT_END(e, want, phase) expect_end_at(e, want, phase, __LINE__)

/* A connection that is established; its events are forgotten. */
static inline void connect_ends(end *client, const sv2_client_config *cc, end *server,
                                const sv2_server_config *sc) {
    start_client(client, cc);
    start_server(server, sc);
    pump(client, server, SIZE_MAX);
    CHECK_NUMBER(info_of(client).phase, SV2_PHASE_ESTABLISHED);
    client->count = server->count = 0;
}

#endif
