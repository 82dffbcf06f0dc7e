/* Sessions of the C interface as a victim of test/hostile: the loop of the manual, with the
 * configuration and the answers of the victims in Go. See program.h. */
#include "program.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { PATIENCE_MS = 1000 };

static sv2_session_profile profile;

static const sv2_timeouts timeouts = {PATIENCE_MS, PATIENCE_MS, PATIENCE_MS, PATIENCE_MS,
                                      PATIENCE_MS};

static sv2_bytes text(const char *s) {
    const sv2_bytes bytes = {(const uint8_t *)s, strlen(s)};
    return bytes;
}

void prepare(const struct end *end) {
    static const uint16_t types[] = {SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING};
    static const sv2_service service = {SV2_PROTOCOL_MINING, SV2_SETUP_REQUIRES_STANDARD_JOBS, 0,
                                        0};
    const sv2_extension_list extensions = {types, 1};
    const uint32_t security = end->is_encrypted ? SV2_SECURITY_NOISE : SV2_SECURITY_PLAIN;
    sv2_status status;
    if (end->is_client) {
        sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
        config.security = security;
        config.policy = end->is_encrypted ? &end->policy : NULL;
        config.setup.protocol = SV2_PROTOCOL_MINING;
        config.setup.endpoint_host = text("127.0.0.1");
        config.setup.endpoint_port = 3333;
        config.setup.vendor = text("victim");
        config.refuse_flags = 1u << 31;
        config.required = extensions;
        config.timeouts = timeouts;
        status = sv2_session_profile_new_client(&config, NULL, &profile, NULL);
    } else {
        sv2_server_config config = SV2_SERVER_CONFIG_INIT;
        config.security = security;
        config.identity = end->identity;
        config.services = &service;
        config.service_count = 1;
        config.supported = extensions;
        config.timeouts = timeouts;
        status = sv2_session_profile_new_server(&config, NULL, &profile, NULL);
    }
    require(status == SV2_OK, sv2_status_name(status));
}

void finish(void) {
    (void)sv2_session_profile_free(&profile);
}

/* One connection. */
struct conversation {
    int socket;
    sv2_session session;
    sv2_status failed; /* of the program itself, which then closed the session */
    int drains;        /* the session has ended, and what it said last has to arrive */
    int ended;         /* the peer sends no more */
};

/* Answers each question. Long answers fill the queue of a peer that does not read. */
static sv2_status react(sv2_session session, const sv2_message *message) {
    static const char refusal[] =
        "no no no no no no no no no no no no no no no no no no no no no no no no no no";
    sv2_open_mining_channel_error error;
    sv2_submit_shares_standard share;
    memset(&error, 0, sizeof error);
    memset(&share, 0, sizeof share);
    switch (message->id) {
    case SV2_ID_OPEN_STANDARD_MINING_CHANNEL:
        error.request_id = message->as.open_standard_mining_channel.request_id;
        error.error_code = text(refusal);
        return sv2_open_mining_channel_error_send(session, &error, NULL, NULL);
    case SV2_ID_NEW_MINING_JOB:
        share.channel_id = message->as.new_mining_job.channel_id;
        share.job_id = message->as.new_mining_job.job_id;
        return sv2_submit_shares_standard_send(session, &share, NULL, NULL);
    default:
        return SV2_OK;
    }
}

static void take_events(struct conversation *c) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    while (sv2_session_next_event(c->session, &event) == SV2_OK) {
        if (event.kind == SV2_EVENT_END) {
            c->drains = event.drain;
        }
        if (event.kind != SV2_EVENT_MESSAGE) {
            continue;
        }
        sv2_message message;
        sv2_status status = sv2_message_decode(&event.frame, &message, NULL);
        if (status == SV2_OK) {
            status = react(c->session, &message);
        }
        if (status < 0 && c->failed == SV2_OK) {
            c->failed = status;
            require(sv2_session_close(c->session) == SV2_OK, "close");
        }
    }
}

/* Sends what waits, as far as the socket takes it. What is lost on a broken connection counts as
 * sent: what the peer has sent before is still read. */
static void send_some(struct conversation *c) {
    uint8_t bytes[16384];
    size_t len = 0;
    require(sv2_session_output(c->session, bytes, sizeof bytes, &len) == SV2_OK, "output");
    const ssize_t n = send(c->socket, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    require(sv2_session_sent(c->session, n < 0 ? len : (size_t)n) == SV2_OK, "sent");
}

static void receive_some(struct conversation *c) {
    uint8_t bytes[16384];
    const ssize_t n = recv(c->socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    c->ended = n <= 0;
    sv2_status status = SV2_OK;
    for (size_t at = 0, taken = 0; n > 0 && at < (size_t)n && status == SV2_OK; at += taken) {
        status = sv2_session_feed(c->session, bytes + at, (size_t)n - at, NULL, &taken);
        take_events(c);
    }
}

static uint64_t now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int milliseconds_until(uint64_t deadline) {
    const uint64_t now = now_ms();
    if (deadline == UINT64_MAX) {
        return -1;
    }
    return deadline <= now ? 0 : (int)(deadline - now < 60000 ? deadline - now : 60000);
}

/* Throws away what the peer still sends, but not for ever: closing a connection with unread bytes
 * discards what has not arrived yet. */
static void linger(int socket) {
    char bytes[4096];
    struct pollfd watched = {socket, POLLIN, 0};
    const uint64_t deadline = now_ms() + PATIENCE_MS;
    (void)shutdown(socket, SHUT_WR);
    while (now_ms() < deadline && poll(&watched, 1, milliseconds_until(deadline)) > 0 &&
           recv(socket, bytes, sizeof bytes, 0) > 0) {
    }
}

sv2_status serve(int socket, const struct end *end) {
    struct conversation c = {socket, {0}, SV2_OK, 0, 0};
    (void)end;
    const sv2_status started = sv2_session_start(profile, NULL, 0, NULL, &c.session);
    if (started != SV2_OK) {
        return started;
    }
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    while (sv2_session_info_get(c.session, &info) == SV2_OK && !info.finished) {
        if (c.ended && info.waiting == 0) { /* the answers to what came before are out */
            require(sv2_session_peer_closed(c.session) == SV2_OK, "peer_closed");
            take_events(&c);
            continue;
        }
        const int events = (c.ended ? 0 : POLLIN) | (info.waiting != 0 ? POLLOUT : 0);
        struct pollfd watched = {socket, (short)events, 0};
        (void)poll(&watched, 1, milliseconds_until(info.deadline));
        if (info.waiting != 0 && (watched.revents & (POLLOUT | POLLHUP | POLLERR)) != 0) {
            send_some(&c);
        }
        if (!c.ended && (watched.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            receive_some(&c);
        }
        const sv2_status told = sv2_session_tick(c.session, NULL);
        require(told != SV2_ERR_HANDLE, "tick");
        take_events(&c);
    }
    if (c.drains) {
        linger(socket);
    }
    sv2_session_error why = SV2_SESSION_ERROR_INIT;
    sv2_status status = sv2_session_error_get(c.session, &why);
    if (status == SV2_OK) {
        status = c.failed != SV2_OK ? c.failed : why.status;
    }
    const sv2_status freed = sv2_session_free(&c.session);
    return freed < 0 ? SV2_ERR_INTERNAL : status;
}
