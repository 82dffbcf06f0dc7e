/* Whole conversations between the two ends, plain and encrypted, with the stream cut at each byte:
 * S0-01, S2-04, E1-01, E1-05, E1-07, E1-14, FR-11. */
#include "session_pair.h"

static noise_server keys;

/* Where the transport stops once: at byte cut of direction, or nowhere. */
typedef struct cuts {
    size_t moved[2];
    size_t cut[2];
    size_t piece;
} cuts;

static size_t counted(end *from, end *to, cuts *c, int direction) {
    size_t most = c->piece;
    if (c->moved[direction] < c->cut[direction] && c->cut[direction] - c->moved[direction] < most) {
        most = c->cut[direction] - c->moved[direction];
    }
    const size_t n = carry(from, to, most);
    c->moved[direction] += n;
    return n;
}

static void move(end *client, end *server, cuts *c) {
    while (counted(client, server, c, 0) + counted(server, client, c, 1) != 0) {
    }
}

static void converse(end *client, end *server, int encrypted, cuts *c) {
    static const uint16_t wanted[] = {3, 2}, known[] = {0x4005}, offered[] = {2};
    static const uint8_t extranonce[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    cc.request = extension_list(wanted, 2);
    cc.supported = extension_list(known, 1);
    cc.user_identity = sv2_string("Worker_001");
    sc.supported = extension_list(offered, 1);
    sc.required = extension_list(known, 1);
    if (encrypted) {
        cc.security = sc.security = SV2_SECURITY_NOISE;
        cc.policy = &keys.policy;
        sc.identity = keys.identity;
    }
    start_client(client, &cc);
    start_server(server, &sc);
    move(client, server, c);
    sv2_submit_shares_extended share;
    memset(&share, 0, sizeof share);
    share.channel_id = 9;
    share.extranonce.data = extranonce;
    share.extranonce.len = sizeof extranonce;
    for (; share.sequence_number < 3; share.sequence_number++) {
        CHECK_STATUS(sv2_submit_shares_extended_send(client->session, &share, NULL, NULL), SV2_OK);
    }
    sv2_new_mining_job job;
    memset(&job, 0, sizeof job);
    job.channel_id = 1;
    job.job_id = 5;
    CHECK_STATUS(sv2_new_mining_job_send(server->session, &job, NULL, NULL), SV2_OK);
    const sv2_set_group_channel group = {0, {noise_memory(160), 40}};
    CHECK_STATUS(sv2_set_group_channel_send(server->session, &group, NULL, NULL), SV2_OK);
    free((void *)(uintptr_t)group.channel_ids.data);
    move(client, server, c);
    CHECK_STATUS(sv2_session_close(server->session), SV2_OK);
    move(client, server, c);
    take_events(server);
    CHECK_STATUS(sv2_session_peer_closed(client->session), SV2_OK);
    take_events(client);
}

/* Everything about two lists of events is the same. */
static int same_events(const end *a, const end *b) {
    if (a->count != b->count) {
        return 0;
    }
    for (size_t i = 0; i < a->count; i++) {
        const noted *x = &a->events[i], *y = &b->events[i];
        if (x->event.kind != y->event.kind || x->event.phase != y->event.phase ||
            x->event.status != y->event.status || x->event.flags != y->event.flags ||
            x->event.frame.msg_type != y->event.frame.msg_type ||
            x->event.frame.payload_len != y->event.frame.payload_len ||
            memcmp(x->payload, y->payload, sizeof x->payload) != 0 ||
            memcmp(x->user_identity, y->user_identity, sizeof x->user_identity) != 0 ||
            x->event.extensions.count != y->event.extensions.count ||
            memcmp(x->extensions, y->extensions, sizeof x->extensions) != 0) {
            return 0;
        }
    }
    return 1;
}

static const cuts whole = {{0, 0}, {0, 0}, SIZE_MAX};

static void in_one_go(int encrypted, end *client, end *server, cuts *total) {
    *total = whole;
    converse(client, server, encrypted, total);
    const noted *established = &client->events[encrypted ? 2 : 1];
    CHECK_NUMBER(established->event.kind, SV2_EVENT_ESTABLISHED);
    CHECK_NUMBER(established->event.extensions.count, 2);
    CHECK(established->extensions[0] == 2 && established->extensions[1] == 0x4005);
    uint16_t extensions[2] = {0, 0};
    size_t count = 0;
    CHECK_STATUS(sv2_session_extensions(server->session, extensions, 2, &count), SV2_OK);
    CHECK(count == 2 && extensions[0] == 2 && extensions[1] == 0x4005);
    const noted *share = &server->events[encrypted ? 5 : 4];
    CHECK_NUMBER(share->event.kind, SV2_EVENT_MESSAGE);
    CHECK_NUMBER(share->event.frame.msg_type, SV2_MSG_TYPE_SUBMIT_SHARES_EXTENDED);
    CHECK_NUMBER(share->event.has_user_identity, 1);
    CHECK_BYTES(share->user_identity, share->event.user_identity.len, (const uint8_t *)"Worker_001",
                10);
    sv2_submit_shares_extended decoded;
    sv2_bytes trailing;
    CHECK_STATUS(sv2_submit_shares_extended_decode(&share->event.frame, &decoded, &trailing, NULL),
                 SV2_OK);
    CHECK(decoded.channel_id == 9 && decoded.sequence_number == 2 && decoded.extranonce.len == 8);
    CHECK_NUMBER(trailing.len, SV2_TLV_HEADER_SIZE + 10);
    sv2_public_key key;
    sv2_certificate certificate;
    CHECK_STATUS(sv2_session_server(client->session, &key, &certificate),
                 encrypted ? SV2_OK : SV2_ERR_STATE);
    CHECK(memcmp(&key, &keys.public, sizeof key) == 0 || !encrypted);
    CHECK_STATUS(sv2_session_server(server->session, &key, &certificate), SV2_ERR_STATE);
    CHECK(info_of(client).role == SV2_PARTY_CLIENT && info_of(server).role == SV2_PARTY_SERVER);
    CHECK(info_of(client).used_version == 2 && info_of(server).used_version == 2);
    CHECK(info_of(client).settled == 1 && info_of(client).finished == 1);
}

static void expect_conversation(int encrypted, end *client, end *server) {
    end c = *client, s = *server;
    if (encrypted) {
        EXPECT(&c, SV2_EVENT_SECURED, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED, SV2_EVENT_MESSAGE,
               SV2_EVENT_MESSAGE, SV2_EVENT_END);
        EXPECT(&s, SV2_EVENT_SECURED, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED, SV2_EVENT_MESSAGE,
               SV2_EVENT_MESSAGE, SV2_EVENT_MESSAGE, SV2_EVENT_END);
    } else {
        EXPECT(&c, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED, SV2_EVENT_MESSAGE, SV2_EVENT_MESSAGE,
               SV2_EVENT_END);
        EXPECT(&s, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED, SV2_EVENT_MESSAGE, SV2_EVENT_MESSAGE,
               SV2_EVENT_MESSAGE, SV2_EVENT_END);
    }
    EXPECT_END(client, SV2_ERR_PEER_CLOSED, SV2_PHASE_ESTABLISHED);
    EXPECT_END(server, SV2_ERR_CLOSED, SV2_PHASE_ESTABLISHED);
}

static end client, server, want_client, want_server;

static void again(int encrypted, cuts c) {
    converse(&client, &server, encrypted, &c);
    CHECK(same_events(&client, &want_client));
    CHECK(same_events(&server, &want_server));
    free_end(&client);
    free_end(&server);
}

int main(void) {
    noise_server_open(&keys);
    for (int encrypted = 0; encrypted < 2; encrypted++) {
        cuts total;
        in_one_go(encrypted, &want_client, &want_server, &total);
        CHECK(total.moved[0] > 100 && total.moved[1] > 100);
        expect_conversation(encrypted, &want_client, &want_server);
        free_end(&want_client);
        free_end(&want_server);
        const size_t step = (size_t)(101 - check_rounds(100));
        for (int direction = 0; direction < 2; direction++) {
            for (size_t cut = 1; cut < total.moved[direction]; cut += step) {
                cuts c = whole;
                c.cut[direction] = cut;
                again(encrypted, c);
            }
        }
        for (size_t piece = 1; piece < 70; piece += step) {
            cuts c = whole;
            c.piece = piece;
            again(encrypted, c);
        }
    }
    noise_server_close(&keys);
    return check_end("session_conversation");
}
