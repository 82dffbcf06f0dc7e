/* Sessions on sockets: the loop of the manual on both ends, while another thread submits shares,
 * and the peer that goes away in the middle. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "session_pair.h"

enum { SHARES = 500, SUBMITTERS = 2 };

static noise_server keys;

/* One end in a thread of its own. */
typedef struct connection {
    sv2_session session;
    int fd, wake[2];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int established; /* under lock */
    uint32_t shares, answers, last_phase;
    sv2_status status, end;
} connection;

static void act_on_events(connection *c) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    while (sv2_session_next_event(c->session, &event) == SV2_OK) {
        sv2_submit_shares_extended share;
        sv2_submit_shares_success success;
        sv2_bytes trailing;
        memset(&success, 0, sizeof success);
        c->last_phase = event.phase;
        switch (event.kind) {
        case SV2_EVENT_ESTABLISHED:
            pthread_mutex_lock(&c->lock);
            c->established = 1;
            pthread_cond_broadcast(&c->changed);
            pthread_mutex_unlock(&c->lock);
            break;
        case SV2_EVENT_MESSAGE:
            if (event.frame.msg_type != SV2_MSG_TYPE_SUBMIT_SHARES_EXTENDED) {
                c->answers++;
                break;
            }
            CHECK_STATUS(sv2_submit_shares_extended_decode(&event.frame, &share, &trailing, NULL),
                         SV2_OK);
            CHECK(event.user_identity.len == 1 &&
                  event.user_identity.data[0] == (uint8_t)('0' + share.channel_id));
            success.channel_id = share.channel_id;
            success.last_sequence_number = share.sequence_number;
            success.new_submits_accepted_count = 1;
            CHECK_STATUS(sv2_submit_shares_success_send(c->session, &success, NULL, NULL), SV2_OK);
            c->shares++;
            break;
        case SV2_EVENT_END:
            c->end = event.status;
            break;
        default:
            break;
        }
    }
}

static int milliseconds_until(uint64_t deadline) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    const uint64_t now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    if (deadline == UINT64_MAX) {
        return -1;
    }
    return deadline <= now ? 0 : (int)(deadline - now < 60000 ? deadline - now : 60000);
}

/* The loop of the manual, with a pipe for the threads that send. */
static void *run(void *argument) {
    connection *c = argument;
    uint8_t in[300], out[300];
    size_t len = 0;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    while (sv2_session_info_get(c->session, &info) == SV2_OK && !info.finished) {
        struct pollfd p[2] = {{c->fd, (short)(info.waiting != 0 ? POLLIN | POLLOUT : POLLIN), 0},
                              {c->wake[0], POLLIN, 0}};
        poll(p, 2, milliseconds_until(info.deadline));
        if (p[1].revents & POLLIN) {
            CHECK(read(c->wake[0], in, sizeof in) > 0);
        }
        sv2_status status = SV2_OK;
        if (p[0].revents & POLLOUT) {
            status = sv2_session_output(c->session, out, sizeof out, &len);
            ssize_t n = send(c->fd, out, len, MSG_NOSIGNAL);
            if (n < 0 && errno != EAGAIN) {
                n = (ssize_t)len; /* lost, but what the peer sent before is still read */
            }
            if (n > 0) {
                status = sv2_session_sent(c->session, (size_t)n);
            }
        }
        if (p[0].revents & (POLLIN | POLLHUP | POLLERR)) {
            const ssize_t n = recv(c->fd, in, sizeof in, 0);
            if (n == 0 || (n < 0 && errno != EAGAIN)) {
                status = sv2_session_peer_closed(c->session);
            }
            for (size_t at = 0, taken = 0; n > 0 && at < (size_t)n && status == SV2_OK;
                 at += taken) {
                status = sv2_session_feed(c->session, in + at, (size_t)n - at, NULL, &taken);
                act_on_events(c);
            }
        }
        status = sv2_session_tick(c->session, NULL);
        act_on_events(c);
        c->status = status;
    }
    close(c->fd);
    return NULL;
}

typedef struct submitter {
    connection *to;
    uint32_t number;
} submitter;

/* The ASIC's thread. */
static void *submit(void *argument) {
    const submitter *s = argument;
    const uint8_t name = (uint8_t)('0' + s->number);
    sv2_submit_shares_extended share;
    memset(&share, 0, sizeof share);
    share.channel_id = s->number;
    pthread_mutex_lock(&s->to->lock);
    while (!s->to->established) {
        pthread_cond_wait(&s->to->changed, &s->to->lock);
    }
    pthread_mutex_unlock(&s->to->lock);
    while (share.sequence_number < SHARES) {
        const sv2_status status = sv2_session_send_share(s->to->session, &share, &name, 1, NULL);
        CHECK(status == SV2_OK || status == SV2_ERR_QUEUE_FULL);
        share.sequence_number += status == SV2_OK;
        CHECK(write(s->to->wake[1], "", 1) == 1);
    }
    return NULL;
}

static void open_connection(connection *c, int fd, int encrypted, int is_client) {
    static const uint16_t two[] = {2};
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    sv2_session_profile profile;
    sv2_hooks hooks = SV2_HOOKS_INIT;
    memset(c, 0, sizeof *c);
    cc.request = sc.supported = extension_list(two, 1);
    cc.limits.output = sc.limits.output = 20000;
    if (encrypted) {
        cc.security = sc.security = SV2_SECURITY_NOISE;
        cc.policy = &keys.policy;
        sc.identity = keys.identity;
    }
    CHECK_STATUS(is_client ? sv2_session_profile_new_client(&cc, &hooks, &profile, NULL)
                           : sv2_session_profile_new_server(&sc, &hooks, &profile, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &c->session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    c->fd = fd;
    CHECK(pipe(c->wake) == 0);
    CHECK(pthread_mutex_init(&c->lock, NULL) == 0 && pthread_cond_init(&c->changed, NULL) == 0);
}

static void close_connection(connection *c) {
    close(c->wake[0]);
    close(c->wake[1]);
    CHECK_STATUS(sv2_session_free(&c->session), SV2_OK);
}

static void shares_over_a_socket(int encrypted) {
    connection client, server;
    pthread_t loops[2], submitters[SUBMITTERS];
    submitter numbers[SUBMITTERS];
    int fds[2];
    sv2_policy policy = keys.policy;
    keys.policy.clock = SV2_CLOCK_NONE; /* the certificate is of 2023 */
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    open_connection(&client, fds[0], encrypted, 1);
    open_connection(&server, fds[1], encrypted, 0);
    keys.policy = policy;
    CHECK(pthread_create(&loops[0], NULL, run, &client) == 0);
    CHECK(pthread_create(&loops[1], NULL, run, &server) == 0);
    for (uint32_t i = 0; i < SUBMITTERS; i++) {
        numbers[i].to = &client;
        numbers[i].number = i;
        CHECK(pthread_create(&submitters[i], NULL, submit, &numbers[i]) == 0);
    }
    for (uint32_t i = 0; i < SUBMITTERS; i++) {
        CHECK(pthread_join(submitters[i], NULL) == 0);
    }
    /* What is queued is sent before the connection is closed. */
    CHECK_STATUS(sv2_session_close(client.session), SV2_OK);
    CHECK(write(client.wake[1], "", 1) == 1);
    CHECK(pthread_join(loops[0], NULL) == 0);
    CHECK(pthread_join(loops[1], NULL) == 0);
    CHECK_NUMBER(server.shares, SUBMITTERS * SHARES);
    CHECK_STATUS(client.end, SV2_ERR_CLOSED);
    CHECK_STATUS(server.end, SV2_ERR_PEER_CLOSED);
    CHECK_NUMBER(client.shares, 0);
    close_connection(&client);
    close_connection(&server);
}

/* The server's program dies at once: the client's loop ends by itself. */
static void peer_goes_away(void) {
    connection client;
    int fds[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    open_connection(&client, fds[0], 0, 1);
    close(fds[1]);
    (void)run(&client);
    act_on_events(&client);
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    CHECK_STATUS(sv2_session_info_get(client.session, &info), SV2_OK);
    CHECK_STATUS(client.end, SV2_ERR_PEER_CLOSED);
    CHECK(info.finished == 1);
    close_connection(&client);
}

int main(void) {
    noise_server_open(&keys);
    shares_over_a_socket(0);
    shares_over_a_socket(1);
    peer_goes_away();
    noise_server_close(&keys);
    return check_end("session_poll");
}
