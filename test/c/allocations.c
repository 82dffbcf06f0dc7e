/* What a miner and its pool do all day takes nothing from the Go heap: no call of it allocates
 * there once the connection is established. The debug library counts. */
#include "session_pair.h"

uint64_t sv2_debug_allocations(void);

enum { ROUNDS = 1000 };

static noise_server keys;
static uint8_t wire[4096];

/* Rounds of a call that take nothing from the heap, but for what the runtime itself does meanwhile.
 */
static void expect_none(void (*round)(void *), void *argument, int line) {
    round(argument); /* buffers, and messages that are used again */
    const uint64_t before = sv2_debug_allocations();
    for (int i = 0; i < ROUNDS; i++) {
        round(argument);
    }
    check_number((sv2_debug_allocations() - before) / ROUNDS, 0, __FILE__, line,
                 "allocations of a round");
}

#define EXPECT_NONE(round, argument) expect_none(round, argument, __LINE__)

static const uint8_t extranonce[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static const sv2_submit_shares_extended share = {1, 2, 3, 4, 5, 6, {extranonce, 8}};

static void message(void *unused) {
    sv2_submit_shares_extended m;
    sv2_message any;
    sv2_frame frame;
    sv2_bytes trailing;
    size_t len, consumed, count;
    (void)unused;
    CHECK_STATUS(sv2_submit_shares_extended_encode(&share, NULL, wire, sizeof wire, &len, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_frame_decode(wire, len, 0, &frame, &consumed, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_submit_shares_extended_decode(&frame, &m, &trailing, NULL), SV2_OK);
    CHECK_STATUS(sv2_message_decode(&frame, &any, NULL), SV2_OK);
    CHECK_STATUS(sv2_message_decode_batch(wire, len, 0, &any, 1, &count, &consumed, NULL, NULL),
                 SV2_OK);
}

static void decoder(void *handle) {
    const sv2_decoder *d = handle;
    sv2_frame frames[2];
    size_t len, taken, count;
    CHECK_STATUS(sv2_submit_shares_extended_encode(&share, NULL, wire, sizeof wire, &len, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(*d, wire, len, &taken), SV2_OK);
    CHECK_STATUS(sv2_decoder_next_batch(*d, frames, 2, &count, NULL, NULL), SV2_OK);
    CHECK_NUMBER(count, 1);
}

typedef struct link {
    sv2_transport client, server;
    sv2_decoder decoder; /* of the client's */
} link;

static void sealed(void *ends) {
    const link *l = ends;
    uint8_t plain[128];
    sv2_frame frames[2], frame;
    size_t len, sealed_len, taken, count;
    CHECK_STATUS(sv2_submit_shares_extended_encode(&share, NULL, plain, sizeof plain, &len, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_transport_seal(l->server, plain, len, wire, sizeof wire, &sealed_len), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(l->decoder, wire, sealed_len, &taken), SV2_OK);
    CHECK_STATUS(sv2_decoder_next_batch(l->decoder, frames, 2, &count, NULL, NULL), SV2_OK);
    CHECK_NUMBER(count, 1);
    CHECK_STATUS(sv2_transport_seal(l->client, plain, len, wire, sizeof wire, &sealed_len), SV2_OK);
    CHECK_STATUS(sv2_transport_open_in_place(l->server, wire, sealed_len, 0, &frame, &taken, NULL),
                 SV2_OK);
}

static void links(void) {
    link l;
    noise_connect(&keys, &l.client, &l.server);
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, l.client, &l.decoder), SV2_OK);
    EXPECT_NONE(sealed, &l);
    CHECK_STATUS(sv2_decoder_free(&l.decoder), SV2_OK);
    noise_disconnect(&l.client, &l.server);
}

typedef struct pair {
    end client, server;
} pair;

/* Carries what waits, which is one frame, and takes the event that it causes. */
static void carry_frame(sv2_session from, sv2_session to, uint8_t msg_type) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    size_t len, taken;
    CHECK_STATUS(sv2_session_output(from, wire, sizeof wire, &len), SV2_OK);
    CHECK_STATUS(sv2_session_sent(from, len), SV2_OK);
    CHECK_STATUS(sv2_session_feed(to, wire, len, &start_time, &taken), SV2_OK);
    CHECK_NUMBER(taken, len);
    CHECK_STATUS(sv2_session_next_event(to, &event), SV2_OK);
    CHECK(event.kind == SV2_EVENT_MESSAGE && event.frame.msg_type == msg_type);
    CHECK_STATUS(sv2_session_next_event(to, &event), SV2_WANT_INPUT);
}

/* Both ways to send a share, its answer, and what a loop asks in between. */
static void conversation(void *ends) {
    const pair *p = ends;
    static const uint8_t worker[] = "worker";
    static const sv2_submit_shares_success success = {1, 2, 1, 1};
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    CHECK_STATUS(sv2_session_send_share(p->client.session, &share, worker, 6, NULL), SV2_OK);
    carry_frame(p->client.session, p->server.session, SV2_MSG_TYPE_SUBMIT_SHARES_EXTENDED);
    CHECK_STATUS(sv2_submit_shares_extended_send(p->client.session, &share, NULL, NULL), SV2_OK);
    carry_frame(p->client.session, p->server.session, SV2_MSG_TYPE_SUBMIT_SHARES_EXTENDED);
    CHECK_STATUS(sv2_submit_shares_success_send(p->server.session, &success, NULL, NULL), SV2_OK);
    carry_frame(p->server.session, p->client.session, SV2_MSG_TYPE_SUBMIT_SHARES_SUCCESS);
    CHECK_STATUS(sv2_session_tick(p->client.session, &start_time), SV2_OK);
    CHECK_STATUS(sv2_session_tick(p->client.session, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_info_get(p->client.session, &info), SV2_OK);
}

static void sessions(int encrypted) {
    static const uint16_t tracking = SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING;
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    pair p;
    cc.request = sc.supported = extension_list(&tracking, 1);
    if (encrypted) {
        cc.security = sc.security = SV2_SECURITY_NOISE;
        cc.policy = &keys.policy;
        sc.identity = keys.identity;
    }
    connect_ends(&p.client, &cc, &p.server, &sc);
    EXPECT_NONE(conversation, &p);
    free_end(&p.client);
    free_end(&p.server);
}

/* The check can fail: a handle is an object of the Go heap. */
static void counted(void *unused) {
    sv2_buf buf;
    (void)unused;
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

int main(void) {
    noise_server_open(&keys);
    const uint64_t before = sv2_debug_allocations();
    for (int i = 0; i < ROUNDS; i++) {
        counted(NULL);
    }
    CHECK(sv2_debug_allocations() - before >= ROUNDS);
    sv2_decoder d;
    EXPECT_NONE(message, NULL);
    CHECK_STATUS(sv2_decoder_new(NULL, &d), SV2_OK);
    EXPECT_NONE(decoder, &d);
    CHECK_STATUS(sv2_decoder_free(&d), SV2_OK);
    links();
    sessions(0);
    sessions(1);
    noise_server_close(&keys);
    return check_end("allocations");
}
