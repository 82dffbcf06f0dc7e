/* Two sessions talk over a relay that the input drives: how many bytes arrive and when, what is
 * sent, how much time goes by, who closes, and what happens to the bytes. Phases go forward, an end
 * is final and explained, views can be read, and as long as the relay is honest neither end blames
 * the other for breaking the protocol. */
#include "server.h"

enum { FLIGHT_MAX = 65536, CALLS_MAX = 300 };

typedef struct fuzz_end {
    sv2_session session;
    uint8_t flight[FLIGHT_MAX]; /* towards this end */
    size_t flying;
    uint32_t phase;
    sv2_status end;
    int ended; /* its SV2_EVENT_END was given */
} fuzz_end;

typedef struct conversation {
    fuzz_end ends[2];
    sv2_time now;
    int honest;
} conversation;

static int hook_context;

static void check_line(void *context, uint32_t level, const char *text, size_t text_len) {
    EXPECT(context == &hook_context && level >= SV2_LOG_ERROR && level <= SV2_LOG_DEBUG);
    EXPECT(text_len < SV2_LOG_TEXT_SIZE && text[text_len] == 0 && strlen(text) == text_len);
    EXPECT(strpbrk(text, "\r\n") == NULL);
}

static sv2_extension_list take_extensions(fuzz_input *in, uint16_t *types, size_t most) {
    const size_t count = take_u8(in) % (most + 1);
    for (size_t i = 0; i < count; i++) {
        types[i] = (uint16_t)(2 + take_u8(in) % 6);
    }
    const sv2_extension_list list = {types, count};
    return list;
}

static sv2_limits take_limits(fuzz_input *in) {
    sv2_limits limits = {0, 0, 0, 0};
    const uint8_t what = take_u8(in);
    limits.payload = what & 1 ? 2000 : 0;
    limits.output = what & 2 ? 4096 : 0;
    limits.early_messages = what & 4 ? SV2_EARLY_MESSAGES_NONE : what & 8 ? 1 : 0;
    limits.early_bytes = what & 16 ? 600 : 0;
    return limits;
}

static sv2_hooks take_hooks(fuzz_input *in) {
    sv2_hooks hooks = SV2_HOOKS_INIT;
    hooks.log_level = take_u8(in) % 5;
    hooks.log = hooks.log_level > 0 ? check_line : NULL;
    hooks.context = &hook_context;
    return hooks;
}

static sv2_status start_client(fuzz_input *in, int encrypted, fuzz_end *end, const sv2_time *now) {
    sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
    const sv2_hooks hooks = take_hooks(in);
    uint16_t request[4], required[4], supported[4];
    sv2_session_profile profile;
    sv2_error error;
    size_t random_len;
    config.security = encrypted ? SV2_SECURITY_NOISE : SV2_SECURITY_PLAIN;
    config.policy = encrypted ? &server_get()->policy : NULL;
    config.setup.vendor = sv2_string("fuzz");
    config.setup.flags = take_u8(in) % 8;
    config.on_timeout = take_u8(in) % 4;
    config.request = take_extensions(in, request, 4);
    config.required = take_extensions(in, required, 4);
    config.supported = take_extensions(in, supported, 4);
    config.user_identity = sv2_string("worker");
    config.strict_channel_bit = take_u8(in) % 2;
    config.limits = take_limits(in);
    sv2_status status = SANE(sv2_session_profile_new_client(&config, &hooks, &profile, &error));
    if (status == SV2_OK) {
        const uint8_t *random = server_random(2, &random_len);
        status = SANE(sv2_session_start(profile, random, random_len, now, &end->session));
        EXPECT(sv2_session_profile_free(&profile) == SV2_OK);
    }
    return status;
}

/* A server that does not know extension 0x0001 may send more than its client can keep while that
 * waits for an answer: it is then not honest, in the sense of check_end. */
static sv2_status start_server(fuzz_input *in, int encrypted, fuzz_end *end, const sv2_time *now,
                               int *honest) {
    sv2_server_config config = SV2_SERVER_CONFIG_INIT;
    const sv2_hooks hooks = take_hooks(in);
    uint16_t required[4], supported[4];
    sv2_session_profile profile;
    sv2_error error;
    size_t random_len;
    sv2_service service = {SV2_PROTOCOL_MINING, 7, 0, 0};
    service.required_flags = take_u8(in) % 8;
    service.success_flags = take_u8(in) % 4;
    config.security = encrypted ? SV2_SECURITY_NOISE : SV2_SECURITY_PLAIN;
    if (encrypted) {
        config.identity = server_get()->identity;
    }
    config.services = &service;
    config.service_count = 1;
    const uint8_t what = take_u8(in);
    config.hold_setup = what & 1;
    config.ignore_extensions = (what >> 1) & (what >> 2) & (what >> 3) & 1;
    *honest = !config.ignore_extensions;
    config.strict_channel_bit = (what >> 4) & 1;
    config.tlv_flags = (what >> 5) & 1;
    config.supported = take_extensions(in, supported, 4);
    config.required = take_extensions(in, required, 2);
    config.limits = take_limits(in);
    sv2_status status = SANE(sv2_session_profile_new_server(&config, &hooks, &profile, &error));
    if (status == SV2_OK) {
        const uint8_t *random = server_random(3, &random_len);
        status = SANE(sv2_session_start(profile, random, random_len, now, &end->session));
        EXPECT(sv2_session_profile_free(&profile) == SV2_OK);
    }
    return status;
}

static void take_events(fuzz_end *end) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_message message;
    sv2_status status;
    int count = 0;
    while ((status = SANE(sv2_session_next_event(end->session, &event))) == SV2_OK) {
        EXPECT(++count < 80 && !end->ended);
        EXPECT(event.kind >= SV2_EVENT_SECURED && event.kind <= SV2_EVENT_END);
        EXPECT(event.phase >= end->phase && event.phase <= SV2_PHASE_ENDED);
        read_all(event.frame.payload, event.frame.payload_len);
        read_all(event.user_identity.data, event.user_identity.len);
        read_all(event.error_code.data, event.error_code.len);
        read_all((const uint8_t *)event.extensions.types, 2 * event.extensions.count);
        if (event.kind == SV2_EVENT_MESSAGE) {
            SANE(sv2_message_decode(&event.frame, &message, NULL));
        }
        end->ended = event.kind == SV2_EVENT_END;
    }
    EXPECT(status == SV2_WANT_INPUT);
}

/* Takes what an end wants to send, at most so many bytes, and puts it under way. */
static void take_output(conversation *c, int from, size_t most) {
    fuzz_end *to = &c->ends[1 - from];
    const size_t room = FLIGHT_MAX - to->flying;
    uint8_t *out = exact(most < room ? most : room);
    size_t len = 0;
    EXPECT(SANE(sv2_session_output(c->ends[from].session, out, most < room ? most : room, &len)) ==
           SV2_OK);
    EXPECT(len <= room && len <= most);
    if (len > 0) {
        memcpy(to->flight + to->flying, out, len);
        to->flying += len;
        EXPECT(sv2_session_sent(c->ends[from].session, len) == SV2_OK);
    }
    free(out);
}

static void deliver(conversation *c, int which, size_t most) {
    fuzz_end *to = &c->ends[which];
    size_t taken = 1;
    for (int turn = 0; turn < 20 && taken > 0 && to->flying > 0; turn++) {
        const size_t size = to->flying < most ? to->flying : most;
        uint8_t *copy = exact(size);
        memcpy(copy, to->flight, size);
        take_events(to);
        const sv2_status status = SANE(sv2_session_feed(to->session, copy, size, &c->now, &taken));
        EXPECT(taken <= size && (status == SV2_OK || status == to->end || to->end == SV2_OK));
        free(copy);
        take_events(to);
        to->flying -= taken;
        memmove(to->flight, to->flight + taken, to->flying);
    }
}

static void send_something(sv2_session session, fuzz_input *in) {
    const sv2_open_extended_mining_channel open = {.request_id = 1};
    const sv2_new_mining_job job = {.channel_id = 1};
    const sv2_submit_shares_extended share = {.channel_id = 1};
    const sv2_channel_endpoint_changed changed = {.channel_id = 1};
    const sv2_reconnect reconnect = {.new_port = 1};
    const sv2_frame foreign = {3, 9, 1, 1, (const uint8_t *)"12345", 5};
    const uint8_t what = take_u8(in);
    const fuzz_input run = take_run(in, what >> 4);
    const sv2_bytes trailing = {run.size > 0 ? run.data : NULL, run.size};
    sv2_error error;
    switch (what % 8) {
    case 0:
        SANE(sv2_open_extended_mining_channel_send(session, &open, &trailing, &error));
        break;
    case 1:
        SANE(sv2_new_mining_job_send(session, &job, &trailing, &error));
        break;
    case 2:
        SANE(sv2_submit_shares_extended_send(session, &share, &trailing, &error));
        break;
    case 3:
        SANE(sv2_channel_endpoint_changed_send(session, &changed, NULL, &error));
        break;
    case 4:
        SANE(sv2_reconnect_send(session, &reconnect, NULL, &error));
        break;
    case 5:
        SANE(sv2_session_send_share(session, &share, run.data, run.size, &error));
        break;
    case 6:
        SANE(sv2_session_send_frame(session, &foreign, &error));
        break;
    default:
        SANE(sv2_session_forward(session, &foreign, &error));
        break;
    }
}

static void tamper(conversation *c, int which, fuzz_input *in) {
    fuzz_end *to = &c->ends[which];
    if (to->flying > 0) {
        const size_t at = take_u16(in) % to->flying;
        const uint8_t change = take_u8(in);
        c->honest = c->honest && change == 0;
        to->flight[at] ^= change;
    } else {
        const fuzz_input run = take_run(in, take_u8(in));
        c->honest = c->honest && run.size == 0;
        if (run.size > 0) {
            memcpy(to->flight, run.data, run.size);
            to->flying = run.size;
        }
    }
}

static void step(conversation *c, fuzz_input *in) {
    const uint8_t what = take_u8(in);
    const int which = what & 1;
    const sv2_session session = c->ends[which].session;
    switch ((what >> 1) % 9) {
    case 0:
    case 1:
        take_output(c, which, 16u * take_u8(in) + 1);
        deliver(c, 1 - which, 16u * take_u8(in) + 1);
        break;
    case 2:
        send_something(session, in);
        break;
    case 3:
        c->now.monotonic += 64u * take_u8(in);
        SANE(sv2_session_tick(session, &c->now));
        break;
    case 4:
        SANE(sv2_session_accept_setup(c->ends[1].session, take_u8(in) % 4));
        break;
    case 5: {
        const fuzz_input code = take_run(in, take_u8(in) % 32);
        SANE(sv2_session_refuse_setup(c->ends[1].session, 0, (const char *)code.data, code.size));
        break;
    }
    case 6:
        SANE(sv2_session_peer_closed(session));
        break;
    case 7:
        SANE(sv2_session_close(session));
        break;
    default:
        tamper(c, which, in);
        break;
    }
}

/* Holds an end to what is true at any time. */
static void check_end(const conversation *c, fuzz_end *end) {
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    uint16_t extensions[SV2_EXTENSIONS_MAX];
    size_t count;
    EXPECT(SANE(sv2_session_info_get(end->session, &info)) == SV2_OK);
    EXPECT(SANE(sv2_session_error_get(end->session, &error)) == SV2_OK);
    EXPECT(SANE(sv2_session_extensions(end->session, extensions, SV2_EXTENSIONS_MAX, &count)) ==
           SV2_OK);
    EXPECT(info.phase >= end->phase && info.phase <= SV2_PHASE_ENDED);
    EXPECT((info.phase == SV2_PHASE_ENDED) == (error.status != SV2_OK));
    EXPECT(!info.finished || (error.status != SV2_OK && info.waiting == 0));
    EXPECT(end->end == SV2_OK || end->end == error.status);
    read_all(error.error_code.data, error.error_code.len);
    read_all((const uint8_t *)error.extensions.types, 2 * error.extensions.count);
    if (error.status != SV2_OK) {
        EXPECT(error.text.len > 0 && error.text.data[error.text.len] == 0);
        EXPECT(error.status_class == sv2_status_class(error.status));
        /* An answer that comes when its client has gone on without: late, but from an honest peer.
         */
        const int late = error.status == SV2_ERR_UNSOLICITED_ANSWER && c->now.monotonic > 31000;
        EXPECT(!c->honest || late ||
               (error.status_class != SV2_CLASS_PROTOCOL && error.status_class != SV2_CLASS_AUTH));
    }
    end->phase = info.phase;
    end->end = error.status;
}

static void finish(conversation *c) {
    for (int i = 0; i < 2; i++) {
        fuzz_end *end = &c->ends[i];
        EXPECT(SANE(sv2_session_peer_closed(end->session)) == SV2_OK || end->end != SV2_OK);
        take_events(end);
        for (int turn = 0; turn < 3 && !end->ended; turn++) {
            c->now.monotonic += 100000;
            SANE(sv2_session_tick(end->session, &c->now));
            take_events(end);
        }
        EXPECT(end->ended);
        EXPECT(sv2_session_free(&end->session) == SV2_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static conversation c;
    fuzz_input in = {data, size};
    memset(&c, 0, sizeof c);
    server_get();
    c.now.monotonic = 1000;
    c.now.unix_time = SERVER_NOW;
    const int encrypted = take_u8(&in) % 4 == 0;
    if (start_client(&in, encrypted, &c.ends[0], &c.now) == SV2_OK) {
        if (start_server(&in, encrypted, &c.ends[1], &c.now, &c.honest) == SV2_OK) {
            for (int i = 0; i < CALLS_MAX && in.size > 0; i++) {
                step(&c, &in);
                check_end(&c, &c.ends[0]);
                check_end(&c, &c.ends[1]);
            }
            finish(&c);
        } else {
            EXPECT(sv2_session_free(&c.ends[0].session) == SV2_OK);
        }
    }
    expect_left(SERVER_OBJECTS);
    return 0;
}
