/* The examples of sv2.h as they stand there, compiled and run: a client on a socket, and the loop
 * of a list of endpoints. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "session_pair.h"

#define ON_ERROR abort()

static noise_server keys;
static uint32_t client_events[32], server_events[32]; /* by kind */
static sv2_status client_end;

static int milliseconds_until(uint64_t deadline) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    const uint64_t at = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    return deadline == UINT64_MAX ? -1 : deadline <= at ? 0 : (int)(deadline - at);
}

static void act_on_events(sv2_session session) {
    static const sv2_update_channel update = {1, 1e12f, {{0}}};
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    while (sv2_session_next_event(session, &event) == SV2_OK) {
        client_events[event.kind]++;
        if (event.kind == SV2_EVENT_ESTABLISHED) {
            CHECK_STATUS(sv2_update_channel_send(session, &update, NULL, NULL), SV2_OK);
        } else if (event.kind == SV2_EVENT_END) {
            client_end = event.status;
        }
    }
}

static void client(int fd) {
    sv2_policy policy = keys.policy;
    sv2_session_profile profile;
    sv2_session session;
    sv2_error error;
    uint8_t in[100], out[100];
    size_t len;
    policy.clock = SV2_CLOCK_NONE; /* the certificate is of 2023 */
#include "manual_client.h"
    close(fd);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
}

/* Answers the client until a message has come, and closes the connection. */
static void *serve(void *argument) {
    const int fd = *(const int *)argument;
    sv2_server_config config = server_config();
    sv2_session_profile profile;
    sv2_session session;
    uint8_t bytes[500];
    config.security = SV2_SECURITY_NOISE;
    config.identity = keys.identity;
    CHECK_STATUS(sv2_session_profile_new_server(&config, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    while (server_events[SV2_EVENT_MESSAGE] == 0 && server_events[SV2_EVENT_END] == 0) {
        sv2_session_event event = SV2_SESSION_EVENT_INIT;
        size_t len = 0;
        const ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        for (size_t done = 0, taken = 0; n > 0 && done < (size_t)n; done += taken) {
            CHECK_STATUS(sv2_session_feed(session, bytes + done, (size_t)n - done, NULL, &taken),
                         SV2_OK);
            while (sv2_session_next_event(session, &event) == SV2_OK) {
                server_events[event.kind]++;
            }
        }
        CHECK_STATUS(sv2_session_output(session, bytes, sizeof bytes, &len), SV2_OK);
        CHECK(n > 0 && send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len);
        CHECK_STATUS(sv2_session_sent(session, len), SV2_OK);
    }
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    close(fd);
    return NULL;
}

static void client_on_a_socket(void) {
    pthread_t server;
    int fds[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    CHECK(pthread_create(&server, NULL, serve, &fds[1]) == 0);
    client(fds[0]);
    CHECK(pthread_join(server, NULL) == 0);
    CHECK_NUMBER(server_events[SV2_EVENT_MESSAGE], 1);
    CHECK_NUMBER(client_events[SV2_EVENT_SECURED], 1);
    CHECK_NUMBER(client_events[SV2_EVENT_ESTABLISHED], 1);
    CHECK_NUMBER(client_events[SV2_EVENT_END], 1);
    CHECK_STATUS(client_end, SV2_ERR_PEER_CLOSED);
}

/* What the loop of endpoints calls, with a clock that waiting moves on. */
static sv2_failover failover;
static sv2_status status;
static uint64_t at, begun, waited, shown;

static uint64_t now(void) {
    return at;
}

static void begin(const sv2_endpoint *endpoint, uint64_t id) {
    /* The first attempts fail for a while, the last one for good. */
    const sv2_status failure = ++begun < 3 ? SV2_ERR_CONNECT_FAILED : SV2_ERR_SETUP_REFUSED;
    CHECK_TEXT(endpoint->host, "pool.example");
    CHECK_STATUS(sv2_failover_report_failed(failover, id, failure, at, NULL, 0), SV2_OK);
}

static void begin_beside(const sv2_endpoint *endpoint, uint64_t id) {
    (void)endpoint;
    CHECK(id == 0); /* there is no better one */
}

static void wait_until(uint64_t until) {
    CHECK(until > at && until != SV2_FAILOVER_FOREVER);
    waited++;
    at = until;
}

static void show(const char *text) {
    CHECK_TEXT(text, sv2_status_text(SV2_ERR_SETUP_REFUSED));
    shown++;
}

static void stay_connected(void) {
#include "manual_failover.h"
}

static void endpoints(void) {
    sv2_endpoint endpoint;
    CHECK_STATUS(sv2_endpoint_make("pool.example", 12, 3333, &keys.authority_public, &endpoint),
                 SV2_OK);
    CHECK_STATUS(sv2_failover_new(NULL, &endpoint, 1, &failover), SV2_OK);
    stay_connected();
    CHECK_STATUS(status, SV2_OK);
    CHECK(begun == 3 && waited == 2 && shown == 1);
    CHECK_STATUS(sv2_failover_free(&failover), SV2_OK);
}

int main(void) {
    noise_server_open(&keys);
    client_on_a_socket();
    endpoints();
    noise_server_close(&keys);
    return check_end("manual");
}
