/* What a program lends to sessions: a log, a clock and randomness; called on its own thread, inside
 * its own calls, with no lock held. */
#include <pthread.h>

#include "session_pair.h"

enum { LINES = 64 };

/* What hooks have seen. */
typedef struct seen {
    char lines[LINES][SV2_LOG_TEXT_SIZE];
    uint32_t levels[LINES];
    size_t lines_count, clock_calls, random_calls, random_bytes;
    uint64_t now;
    sv2_status random_status;
    uint8_t random_byte;
    int random_nothing;
    sv2_session session; /* to call the library with */
    sv2_session free_in_clock, free_in_log;
    sv2_session_profile free_in_random;
    pthread_t thread;
} seen;

static noise_server keys;

static void note_line(void *context, uint32_t level, const char *text, size_t text_len) {
    seen *s = context;
    CHECK(pthread_equal(pthread_self(), s->thread));
    CHECK(strlen(text) == text_len && text_len < SV2_LOG_TEXT_SIZE);
    CHECK(strchr(text, '\n') == NULL);
    if (s->lines_count < LINES) {
        memcpy(s->lines[s->lines_count], text, text_len + 1);
        s->levels[s->lines_count++] = level;
    }
    if (s->session.sv2_priv_session != 0) { /* the lock of the session is free */
        sv2_session_info info = SV2_SESSION_INFO_INIT;
        CHECK_STATUS(sv2_session_info_get(s->session, &info), SV2_OK);
    }
    CHECK_STATUS(sv2_session_free(&s->free_in_log), SV2_OK);
}

static void read_clock(void *context, sv2_time *out) {
    seen *s = context;
    CHECK(out->monotonic == 0 && out->unix_time == 0);
    s->clock_calls++;
    out->monotonic = s->now;
    out->unix_time = NOISE_NOW;
    if (s->session.sv2_priv_session != 0) {
        sv2_session_info info = SV2_SESSION_INFO_INIT;
        CHECK_STATUS(sv2_session_info_get(s->session, &info), SV2_OK);
    }
    CHECK_STATUS(sv2_session_free(&s->free_in_clock), SV2_OK);
}

static sv2_status draw(void *context, uint8_t *out, size_t out_len) {
    seen *s = context;
    s->random_calls++;
    s->random_bytes += out_len;
    if (!s->random_nothing) {
        memset(out, s->random_byte, out_len);
    }
    CHECK_STATUS(sv2_session_profile_free(&s->free_in_random), SV2_OK);
    return s->random_status;
}

static sv2_hooks hooks_of(seen *s, uint32_t level) {
    sv2_hooks hooks = SV2_HOOKS_INIT;
    hooks.log_level = level;
    hooks.context = s;
    hooks.log = note_line;
    hooks.clock = read_clock;
    hooks.random = draw;
    s->thread = pthread_self();
    s->random_byte = s->random_byte == 0 ? 1 : s->random_byte; /* zeros are no randomness */
    return hooks;
}

static void open_pair(seen *c, seen *s, uint32_t level, sv2_session *client, sv2_session *server,
                      int encrypted) {
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    const sv2_hooks client_hooks = hooks_of(c, level), server_hooks = hooks_of(s, level);
    sv2_session_profile profile;
    if (encrypted) {
        cc.security = sc.security = SV2_SECURITY_NOISE;
        cc.policy = &keys.policy;
        sc.identity = keys.identity;
    }
    CHECK_STATUS(sv2_session_profile_new_client(&cc, &client_hooks, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, client), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    CHECK_STATUS(sv2_session_profile_new_server(&sc, &server_hooks, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, server), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    c->session = *client;
    s->session = *server;
}

/* Carries what waits with the time of the hooks; returns how much that was. */
static size_t carry_by_hook(sv2_session from, sv2_session to) {
    uint8_t bytes[1024];
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    size_t len = 0, taken = 0;
    CHECK_STATUS(sv2_session_output(from, bytes, sizeof bytes, &len), SV2_OK);
    CHECK_STATUS(sv2_session_sent(from, len), SV2_OK);
    for (size_t at = 0; at < len; at += taken) {
        if (sv2_session_feed(to, bytes + at, len - at, NULL, &taken) < 0) {
            at = len;
        }
        while (sv2_session_next_event(to, &event) == SV2_OK) {
        }
    }
    return len;
}

static void pump_by_hook(sv2_session client, sv2_session server) {
    while (carry_by_hook(client, server) + carry_by_hook(server, client) != 0) {
    }
}

/* The same seeds give the same handshake, other seeds another; one call of the hook each. */
static void randomness(void) {
    uint8_t act1[3][64], act2[3][234];
    for (int i = 0; i < 3; i++) {
        seen c, s;
        sv2_session client, server;
        size_t len = 0, taken = 0;
        memset(&c, 0, sizeof c);
        memset(&s, 0, sizeof s);
        c.now = s.now = 1000;
        c.random_byte = i == 2 ? 9 : 1;
        s.random_byte = i == 2 ? 8 : 2;
        open_pair(&c, &s, SV2_LOG_NONE, &client, &server, 1);
        CHECK(c.random_calls == 1 && c.random_bytes == SV2_RANDOM_SEED_SIZE);
        CHECK(s.random_calls == 1 && s.random_bytes == SV2_RANDOM_SEED_SIZE);
        CHECK_STATUS(sv2_session_output(client, act1[i], sizeof act1[i], &len), SV2_OK);
        CHECK_NUMBER(len, sizeof act1[i]);
        CHECK_STATUS(sv2_session_sent(client, len), SV2_OK);
        CHECK_STATUS(sv2_session_feed(server, act1[i], len, NULL, &taken), SV2_OK);
        CHECK_STATUS(sv2_session_output(server, act2[i], sizeof act2[i], &len), SV2_OK);
        CHECK_NUMBER(len, sizeof act2[i]);
        pump_by_hook(client, server);
        sv2_session_info info = SV2_SESSION_INFO_INIT;
        CHECK_STATUS(sv2_session_info_get(client, &info), SV2_OK);
        CHECK_NUMBER(info.phase, SV2_PHASE_ESTABLISHED);
        CHECK(c.random_calls == 1 && s.random_calls == 1 && c.lines_count == 0);
        CHECK_STATUS(sv2_session_free(&client), SV2_OK);
        CHECK_STATUS(sv2_session_free(&server), SV2_OK);
    }
    CHECK(memcmp(act1[0], act1[1], sizeof act1[0]) == 0);
    CHECK(memcmp(act2[0], act2[1], sizeof act2[0]) == 0);
    CHECK(memcmp(act1[0], act1[2], sizeof act1[0]) != 0);
    CHECK(memcmp(act2[0], act2[2], sizeof act2[0]) != 0);
}

/* A source that fails starts no session; a plain connection draws nothing. */
static void failing_randomness(void) {
    sv2_client_config cc = client_config();
    sv2_session_profile profile;
    sv2_session session = {7};
    seen s;
    memset(&s, 0, sizeof s);
    const sv2_hooks hooks = hooks_of(&s, SV2_LOG_NONE);
    s.random_status = SV2_ERR_RANDOM;
    CHECK_STATUS(sv2_session_profile_new_client(&cc, &hooks, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_OK);
    CHECK_NUMBER(s.random_calls, 0);
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    cc.security = SV2_SECURITY_NOISE;
    cc.policy = &keys.policy;
    CHECK_STATUS(sv2_session_profile_new_client(&cc, &hooks, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_ERR_RANDOM);
    CHECK(session.sv2_priv_session == 0 && s.random_calls == 1);
    static const uint8_t few[40] = {1};
    CHECK_STATUS(sv2_session_start(profile, few, sizeof few, &start_time, &session),
                 SV2_ERR_RANDOM);
    CHECK(session.sv2_priv_session == 0 && s.random_calls == 1);
    /* One that says neither yes nor no, one that forgot to write, and one that knows but zeros. */
    s.random_byte = 1;
    s.random_status = SV2_WANT_INPUT;
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_ERR_RANDOM);
    s.random_status = SV2_OK;
    s.random_nothing = 1;
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_ERR_RANDOM);
    s.random_nothing = s.random_byte = 0;
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_ERR_RANDOM);
    CHECK(session.sv2_priv_session == 0 && s.random_calls == 4);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
}

/* A clock that goes back adds no time, one that is at its end ends what has a deadline, and nothing
 * wraps. */
static void clocks_of_nonsense(void) {
    seen c, s;
    sv2_session client, server;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    size_t taken = 0;
    memset(&c, 0, sizeof c);
    memset(&s, 0, sizeof s);
    c.now = s.now = 5000;
    open_pair(&c, &s, SV2_LOG_NONE, &client, &server, 0);
    c.now = 14000;
    CHECK_STATUS(sv2_session_tick(client, NULL), SV2_OK);
    c.now = 0;
    CHECK_STATUS(sv2_session_tick(client, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_feed(client, NULL, 0, NULL, &taken), SV2_OK);
    CHECK_STATUS(sv2_session_info_get(client, &info), SV2_OK);
    CHECK_NUMBER(info.deadline, 15000);
    s.now = UINT64_MAX;
    CHECK_STATUS(sv2_session_tick(server, NULL), SV2_ERR_SETUP_TIMEOUT);
    CHECK_STATUS(sv2_session_info_get(server, &info), SV2_OK);
    CHECK(info.finished == 1 && info.deadline == UINT64_MAX);
    CHECK_STATUS(sv2_session_free(&client), SV2_OK);
    CHECK_STATUS(sv2_session_free(&server), SV2_OK);
    c.session.sv2_priv_session = s.session.sv2_priv_session = 0;
    c.now = s.now = UINT64_MAX; /* from the start */
    open_pair(&c, &s, SV2_LOG_NONE, &client, &server, 1);
    CHECK_STATUS(sv2_session_tick(client, NULL), SV2_ERR_HANDSHAKE_TIMEOUT);
    CHECK_STATUS(sv2_session_feed(server, NULL, 0, NULL, &taken), SV2_ERR_HANDSHAKE_TIMEOUT);
    CHECK_STATUS(sv2_session_info_get(client, &info), SV2_OK);
    CHECK_NUMBER(info.finished, 1);
    CHECK_STATUS(sv2_session_free(&client), SV2_OK);
    CHECK_STATUS(sv2_session_free(&server), SV2_OK);
}

/* Each hook frees the object that it is called for: the call goes on without it, or says that it is
 * gone. */
static void hooks_that_free(void) {
    static const uint8_t reconnect[] = {0, 0, 4, 3, 0, 0, 0, 0, 0};
    sv2_client_config cc = client_config();
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_session_profile profile;
    sv2_session session = {7};
    sv2_hooks hooks;
    seen s;
    size_t taken = 9;
    memset(&s, 0, sizeof s);
    hooks = hooks_of(&s, SV2_LOG_DEBUG);
    CHECK_STATUS(sv2_session_profile_new_client(&cc, &hooks, &profile, NULL), SV2_OK);

    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &session), SV2_OK);
    s.free_in_clock = session;
    CHECK_STATUS(sv2_session_feed(session, reconnect, sizeof reconnect, NULL, &taken),
                 SV2_ERR_HANDLE);
    CHECK(taken == 0 && s.free_in_clock.sv2_priv_session == 0);

    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &session), SV2_OK);
    s.free_in_clock = session;
    CHECK_STATUS(sv2_session_tick(session, NULL), SV2_ERR_HANDLE);

    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &session), SV2_OK);
    CHECK_STATUS(sv2_session_feed(session, reconnect, sizeof reconnect, NULL, &taken),
                 SV2_ERR_RECONNECT_IN_SETUP);
    s.free_in_log = session;
    CHECK_STATUS(sv2_session_next_event(session, &event), SV2_OK);
    CHECK(event.kind == SV2_EVENT_END && s.free_in_log.sv2_priv_session == 0);
    CHECK(s.lines_count == 1);
    CHECK_STATUS(sv2_session_next_event(session, &event), SV2_ERR_HANDLE);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);

    cc.security = SV2_SECURITY_NOISE;
    cc.policy = &keys.policy;
    CHECK_STATUS(sv2_session_profile_new_client(&cc, &hooks, &profile, NULL), SV2_OK);
    s.random_byte = 1;
    s.free_in_random = profile;
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &session), SV2_ERR_HANDLE);
    CHECK(session.sv2_priv_session == 0 && s.free_in_random.sv2_priv_session_profile == 0);
}

/* The hook is asked when no time is given, and only then. */
static void clocks(void) {
    seen c, s;
    sv2_session client, server;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    memset(&c, 0, sizeof c);
    memset(&s, 0, sizeof s);
    c.now = 5000;
    open_pair(&c, &s, SV2_LOG_NONE, &client, &server, 0);
    CHECK_NUMBER(c.clock_calls, 1);
    CHECK_STATUS(sv2_session_info_get(client, &info), SV2_OK);
    CHECK_NUMBER(info.deadline, 15000);
    CHECK_STATUS(sv2_session_tick(client, &start_time), SV2_OK);
    CHECK_NUMBER(c.clock_calls, 1);
    c.now = 14999;
    CHECK_STATUS(sv2_session_tick(client, NULL), SV2_OK);
    c.now = 15000;
    CHECK_STATUS(sv2_session_tick(client, NULL), SV2_ERR_SETUP_TIMEOUT);
    CHECK_NUMBER(c.clock_calls, 3);
    CHECK_STATUS(sv2_session_free(&client), SV2_OK);
    CHECK_STATUS(sv2_session_tick(c.session, NULL), SV2_ERR_HANDLE);
    CHECK_NUMBER(c.clock_calls, 3);
    CHECK_STATUS(sv2_session_free(&server), SV2_OK);
}

/* Without a hook the clocks of the system run, and a certificate is checked against the real time.
 */
static void system_clocks(void) {
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    sv2_session_profile profile;
    sv2_session client, server;
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    sv2_hooks silent = SV2_HOOKS_INIT;
    silent.log_level = SV2_LOG_DEBUG; /* without a function nothing is logged */
    cc.security = sc.security = SV2_SECURITY_NOISE;
    cc.policy = &keys.policy;
    sc.identity = keys.identity;
    CHECK_STATUS(sv2_session_profile_new_client(&cc, &silent, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &client), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    CHECK_STATUS(sv2_session_profile_new_server(&sc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &server), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    CHECK_STATUS(sv2_session_info_get(client, &info), SV2_OK);
    CHECK(info.deadline >= 10000 && info.deadline != UINT64_MAX);
    pump_by_hook(client, server);
    CHECK_STATUS(sv2_session_error_get(client, &error), SV2_OK);
    CHECK_STATUS(error.status, SV2_ERR_CERTIFICATE_EXPIRED); /* that of 2023 */
    CHECK_NUMBER(error.status_class, SV2_CLASS_AUTH);
    sv2_public_key refused_key; /* what was refused is shown */
    sv2_certificate refused;
    CHECK_STATUS(sv2_session_server(client, &refused_key, &refused), SV2_OK);
    CHECK(memcmp(&refused_key, &keys.public, sizeof refused_key) == 0);
    CHECK_STATUS(sv2_session_free(&client), SV2_OK);
    CHECK_STATUS(sv2_session_free(&server), SV2_OK);
}

static int logged(const seen *s, uint32_t level, const char *text) {
    for (size_t i = 0; i < s->lines_count; i++) {
        if (s->levels[i] == level && strstr(s->lines[i], text) == s->lines[i]) {
            return 1;
        }
    }
    return 0;
}

/* Each level has the lines of those before it; what is in messages is not logged. */
static void logs(void) {
    static const size_t lines[] = {0, 0, 0, 4, 5};
    for (uint32_t level = SV2_LOG_NONE; level <= SV2_LOG_DEBUG; level++) {
        seen c, s;
        sv2_session client, server;
        memset(&c, 0, sizeof c);
        memset(&s, 0, sizeof s);
        open_pair(&c, &s, level, &client, &server, 1);
        pump_by_hook(client, server);
        const sv2_reconnect m = {sv2_string("secret.example"), 1};
        CHECK_STATUS(sv2_reconnect_send(server, &m, NULL, NULL), SV2_OK);
        pump_by_hook(client, server);
        CHECK_STATUS(sv2_session_close(client), SV2_OK);
        pump_by_hook(client, server);
        sv2_session_event event = SV2_SESSION_EVENT_INIT;
        CHECK_STATUS(sv2_session_next_event(client, &event), SV2_OK);
        CHECK_NUMBER(c.lines_count, lines[level]);
        CHECK(level < SV2_LOG_INFO || logged(&c, SV2_LOG_INFO, "secured"));
        CHECK(level < SV2_LOG_INFO ||
              logged(&c, SV2_LOG_INFO, "setup: protocol 0, used_version 2"));
        CHECK(level < SV2_LOG_INFO || logged(&c, SV2_LOG_INFO, "established: extensions none"));
        CHECK(level < SV2_LOG_INFO || logged(&c, SV2_LOG_INFO, "end: established: "));
        CHECK(level < SV2_LOG_DEBUG || logged(&c, SV2_LOG_DEBUG, "message: Reconnect, 17 bytes"));
        for (size_t i = 0; i < c.lines_count; i++) {
            CHECK(strstr(c.lines[i], "secret.example") == NULL);
        }
        CHECK_STATUS(sv2_session_free(&client), SV2_OK);
        CHECK_STATUS(sv2_session_free(&server), SV2_OK);
    }
}

/* A line that would be longer is cut in front of a whole character; error_code is whole. */
static void long_line(const uint8_t *code, size_t code_len, size_t shortest) {
    uint8_t bytes[512];
    const sv2_setup_connection_error m = {1, {code, code_len}};
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    size_t len = 0, taken = 0;
    seen c, s;
    sv2_session client, server;
    memset(&c, 0, sizeof c);
    memset(&s, 0, sizeof s);
    CHECK_STATUS(sv2_setup_connection_error_encode(&m, NULL, bytes, sizeof bytes, &len, NULL),
                 SV2_OK);
    open_pair(&c, &s, SV2_LOG_ERROR, &client, &server, 0);
    CHECK_STATUS(sv2_session_feed(client, bytes, len, NULL, &taken), SV2_ERR_SETUP_REFUSED);
    CHECK_STATUS(sv2_session_next_event(client, &event), SV2_OK);
    CHECK_BYTES(event.error_code.data, event.error_code.len, code, code_len);
    CHECK(c.lines_count == 1 && c.levels[0] == SV2_LOG_ERROR);
    const size_t line = strlen(c.lines[0]);
    CHECK(line >= shortest && line <= SV2_LOG_TEXT_SIZE - 1);
    CHECK(strstr(c.lines[0], "\\xff\\xff") != NULL);
    CHECK((uint8_t)c.lines[0][line - 1] != 0xc3); /* half of an e with an accent */
    CHECK_STATUS(sv2_session_free(&client), SV2_OK);
    CHECK_STATUS(sv2_session_free(&server), SV2_OK);
}

static void long_lines(void) {
    uint8_t code[255];
    memset(code, 0xff, sizeof code); /* four characters each when quoted */
    long_line(code, sizeof code, SV2_LOG_TEXT_SIZE - 1);
    for (size_t pad = 0; pad < 2; pad++) {
        memset(code, 'x', pad);
        memset(code + pad, 0xff, 80);
        for (size_t i = 0; i < 174; i += 2) {
            code[pad + 80 + i] = 0xc3;
            code[pad + 80 + i + 1] = 0xa9;
        }
        long_line(code, pad + 254, SV2_LOG_TEXT_SIZE - 2);
    }
}

int main(void) {
    noise_server_open(&keys);
    randomness();
    failing_randomness();
    clocks();
    clocks_of_nonsense();
    hooks_that_free();
    system_clocks();
    logs();
    long_lines();
    noise_server_close(&keys);
    return check_end("session_hooks");
}
