/* Handshakes with either end made by the input: its policy, its randomness, its time, and what the
 * other end sends. Only an unchanged answer of the right server, for a policy that it meets, makes
 * a link. */
#include "server.h"

/* A policy of a program that may be newer than the library. */
typedef struct large_policy {
    sv2_policy policy;
    uint8_t beyond[UINT8_MAX];
} large_policy;

/* A policy that is mostly the right one. */
static large_policy take_policy(fuzz_input *in, const fuzz_server *server) {
    large_policy large = {server->policy, {0}};
    const uint8_t what = take_u8(in);
    if (what & 1) {
        large.policy.authentication = SV2_AUTHENTICATION_INSECURE;
    }
    if (what & 2) {
        large.policy.clock = SV2_CLOCK_NONE;
    }
    if (what & 4) {
        large.policy.leeway = take_u32(in);
    }
    if (what & 8) {
        take_into(in, &large.policy.authority, sizeof large.policy.authority);
    }
    if (what & 16) {
        large.policy.authentication = take_u8(in);
    }
    if (what & 32) {
        large.policy.struct_size = take_u8(in);
    }
    if (what & 64) {
        large.beyond[take_u8(in) % sizeof large.beyond] = take_u8(in);
    }
    return large;
}

/* Both ends seal for each other. */
static void expect_link(sv2_transport from, sv2_transport to) {
    static const uint8_t frame[] = {1, 0, 2, 3, 0, 0, 'a', 'b', 'c'};
    uint8_t wire[128];
    size_t len, consumed;
    sv2_frame got;
    EXPECT(sv2_transport_seal(from, frame, sizeof frame, wire, sizeof wire, &len) == SV2_OK);
    EXPECT(sv2_transport_open_in_place(to, wire, len, 0, &got, &consumed, NULL) == SV2_OK);
    EXPECT(consumed == len && same_bytes(got.payload, got.payload_len, frame + 6, 3));
}

static void handshake(const fuzz_server *server, fuzz_input *in) {
    sv2_initiator initiator = {0};
    sv2_transport client = {0}, link = {0};
    sv2_act1 act1;
    sv2_act2 act2, genuine;
    size_t size;
    const uint8_t how = take_u8(in);
    const large_policy large = take_policy(in, server);
    const sv2_policy policy = large.policy;
    const uint64_t now = how & 1 ? take_u64(in) : SERVER_NOW;
    const uint8_t *random = server_random(2, &size);
    const fuzz_input own = take_run(in, how & 2 ? take_u8(in) : 0);
    sv2_status status =
        how & 2 ? sv2_initiator_new(&large.policy, own.data, own.size, &initiator, &act1)
                : sv2_initiator_new(&large.policy, random, size, &initiator, &act1);
    if (SANE(status) != SV2_OK) {
        EXPECT(initiator.sv2_priv_initiator == 0);
        return;
    }
    const sv2_act1 sent = act1;
    if (how & 4) {
        take_into(in, &act1, sizeof act1);
    }
    random = server_random(3, &size);
    const fuzz_input drawn = take_run(in, how & 8 ? take_u8(in) : 0);
    status = how & 8 ? sv2_identity_respond(server->identity, drawn.data, drawn.size, &act1,
                                            &genuine, &link)
                     : sv2_identity_respond(server->identity, random, size, &act1, &genuine, &link);
    EXPECT(SANE(status) == SV2_OK || (status == SV2_ERR_RANDOM && drawn.size < size));
    act2 = genuine;
    if (how & 16) {
        take_into(in, &act2, sizeof act2);
    } else {
        const size_t at = take_u8(in);
        const fuzz_input change = take_run(in, how & 32 ? 8 : 0);
        for (size_t i = 0; i < change.size; i++) {
            act2.bytes[(at + i) % sizeof act2] ^= change.data[i];
        }
    }
    const int intact = status == SV2_OK && same_bytes(&act1, sizeof act1, &sent, sizeof sent) &&
                       same_bytes(&act2, sizeof act2, &genuine, sizeof genuine);
    status = SANE(sv2_initiator_finish(initiator, &act2, now, &client));
    EXPECT(intact || status == SV2_ERR_DECRYPT);
    EXPECT((status == SV2_OK) == (client.sv2_priv_transport != 0));
    if (intact && (how & 1) == 0 && memcmp(&policy, &server->policy, sizeof policy) == 0) {
        EXPECT(status == SV2_OK);
    }
    if (status == SV2_OK) {
        EXPECT(policy.authentication == SV2_AUTHENTICATION_INSECURE ||
               same_bytes(&policy.authority, 32, &server->authority_public, 32));
        expect_link(client, link);
        expect_link(link, client);
    }
    sv2_transport none;
    EXPECT(sv2_initiator_finish(initiator, &act2, now, &none) ==
           (status == SV2_OK ? SV2_ERR_HANDSHAKE_ORDER : SV2_ERR_HANDSHAKE_FAILED));
    sv2_public_key key;
    sv2_certificate certificate;
    if (SANE(sv2_initiator_server(initiator, &key, &certificate)) == SV2_OK) {
        EXPECT(same_bytes(&key, 32, &server->public, 32));
    }
    EXPECT(sv2_initiator_free(&initiator) == SV2_OK);
    EXPECT(sv2_transport_free(&client) == SV2_OK);
    EXPECT(sv2_transport_free(&link) == SV2_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    handshake(server_get(), &in);
    expect_left(SERVER_OBJECTS);
    return 0;
}
