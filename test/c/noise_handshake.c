/* Handshakes, certificates and keys, good and bad: NO-05, NO-06, NO-13 to NO-22, NO-29, NO-31, and
 * the errors I5 and I7 to I9 of other implementations. */
#include <stdlib.h>

#include "check.h"
#include "json_reader.h"
#include "noise_server.h"

static size_t live(uint32_t kind) {
    size_t count = 99;
    CHECK_STATUS(sv2_live_handles(kind, &count), SV2_OK);
    return count;
}

/* Two ends agree: the hash is the same, another one for every link, and frames go both ways. */
static void check_linked(sv2_transport client, sv2_transport server) {
    uint8_t plain[64], sealed[128];
    sv2_u256 a, b;
    size_t len, consumed;
    sv2_frame frame;
    CHECK_STATUS(sv2_transport_handshake_hash(client, &a), SV2_OK);
    CHECK_STATUS(sv2_transport_handshake_hash(server, &b), SV2_OK);
    CHECK_BYTES(a.bytes, sizeof a.bytes, b.bytes, sizeof b.bytes);
    const size_t size = noise_put_frame(plain, 50, 1);
    for (int side = 0; side < 2; side++) {
        CHECK_STATUS(
            sv2_transport_seal(side ? server : client, plain, size, sealed, sizeof sealed, &len),
            SV2_OK);
        CHECK_STATUS(sv2_transport_open_in_place(side ? client : server, sealed, len, 0, &frame,
                                                 &consumed, NULL),
                     SV2_OK);
        CHECK(noise_same_frame(&frame, plain));
        CHECK_NUMBER(consumed, len);
    }
}

static void good(const noise_server *s) {
    sv2_transport client, server, other_client, other_server;
    sv2_initiator initiator;
    sv2_public_key key;
    sv2_certificate certificate;
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_u256 a, b;
    CHECK_STATUS(sv2_initiator_new(&s->policy, NULL, 0, &initiator, &act1), SV2_OK);
    CHECK_STATUS(sv2_initiator_server(initiator, &key, &certificate), SV2_ERR_STATE);
    CHECK(filled_with(&key, sizeof key, 0) && filled_with(&certificate, sizeof certificate, 0));
    CHECK_STATUS(sv2_identity_respond(s->identity, NULL, 0, &act1, &act2, &server), SV2_OK);
    CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, &client), SV2_OK);
    CHECK_STATUS(sv2_initiator_server(initiator, &key, &certificate), SV2_OK);
    CHECK_BYTES(key.bytes, 32, s->public.bytes, 32);
    CHECK(memcmp(&certificate, &s->certificate, sizeof certificate) == 0);
    CHECK_STATUS(sv2_identity_server(s->identity, &key, &certificate), SV2_OK);
    CHECK_BYTES(key.bytes, 32, s->public.bytes, 32);
    CHECK(memcmp(&certificate, &s->certificate, sizeof certificate) == 0);

    /* A second finish changes nothing, not the link either. */
    other_client.sv2_priv_transport = 99;
    CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, &other_client),
                 SV2_ERR_HANDSHAKE_ORDER);
    CHECK(other_client.sv2_priv_transport == 0);
    CHECK_STATUS(sv2_initiator_server(initiator, &key, &certificate), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    check_linked(client, server); /* "The link that it made stays." */

    noise_connect(s, &other_client, &other_server);
    CHECK_STATUS(sv2_transport_handshake_hash(client, &a), SV2_OK);
    CHECK_STATUS(sv2_transport_handshake_hash(other_client, &b), SV2_OK);
    CHECK(memcmp(&a, &b, sizeof a) != 0);
    check_linked(other_client, other_server);
    noise_disconnect(&client, &server);
    noise_disconnect(&other_client, &other_server);
}

/* NO-15, NO-16, NO-19: every byte of both messages, changed on the way. With either policy. */
static void flipped(const noise_server *s, const sv2_policy *policy) {
    uint8_t random[32 + 33 * 64];
    srand(7);
    for (size_t i = 0; i < sizeof random; i++) {
        random[i] = (uint8_t)(rand() >> 7);
    }
    sv2_initiator initiator;
    sv2_transport client, server;
    sv2_public_key key;
    sv2_certificate certificate;
    sv2_act1 act1, changed1, again;
    sv2_act2 act2, changed2;
    for (size_t at = 0; at < sizeof act1.bytes; at++) {
        CHECK_STATUS(sv2_initiator_new(policy, random, sizeof random, &initiator, &act1), SV2_OK);
        changed1 = act1;
        changed1.bytes[at] ^= (uint8_t)(1u << at % 8);
        CHECK_STATUS(sv2_identity_respond(s->identity, NULL, 0, &changed1, &act2, &server), SV2_OK);
        client.sv2_priv_transport = 99;
        CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, &client), SV2_ERR_DECRYPT);
        CHECK(client.sv2_priv_transport == 0);
        CHECK_STATUS(sv2_transport_free(&server), SV2_OK);
        CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    }
    CHECK_STATUS(sv2_identity_respond(s->identity, NULL, 0, &act1, &act2, &server), SV2_OK);
    for (size_t at = 0; at < sizeof act2.bytes; at++) {
        CHECK_STATUS(sv2_initiator_new(policy, random, sizeof random, &initiator, &again), SV2_OK);
        CHECK_BYTES(again.bytes, sizeof again.bytes, act1.bytes, sizeof act1.bytes);
        changed2 = act2;
        changed2.bytes[at] ^= (uint8_t)(1u << at % 8);
        client.sv2_priv_transport = 99;
        CHECK_STATUS(sv2_initiator_finish(initiator, &changed2, NOISE_NOW, &client),
                     SV2_ERR_DECRYPT);
        CHECK(client.sv2_priv_transport == 0);
        CHECK_STATUS(sv2_initiator_server(initiator, &key, &certificate), SV2_ERR_STATE);
        /* "Any error ends the handshake for good": the true message comes too late. */
        CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, &client),
                     SV2_ERR_HANDSHAKE_FAILED);
        CHECK(client.sv2_priv_transport == 0);
        CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    }
    CHECK_STATUS(sv2_initiator_new(policy, random, sizeof random, &initiator, &again), SV2_OK);
    CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, &client), SV2_OK);
    check_linked(client, server);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    noise_disconnect(&client, &server);
}

/* I7: all 64-byte messages are valid. */
static void any_act1(const noise_server *s) {
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_transport server;
    for (int i = 0; i < 50; i++) {
        for (size_t k = 0; k < sizeof act1.bytes; k++) {
            act1.bytes[k] = i == 0 ? 0 : i == 1 ? 0xff : (uint8_t)(rand() >> 7);
        }
        CHECK_STATUS(sv2_identity_respond(s->identity, NULL, 0, &act1, &act2, &server), SV2_OK);
        CHECK(!filled_with(&act2, sizeof act2, 0));
        CHECK_STATUS(sv2_transport_free(&server), SV2_OK);
    }
}

/* NO-22, I8, I9: the window, to the second. */
static void window(const noise_server *s, uint32_t from, uint32_t to, uint32_t leeway) {
    sv2_certificate certificate;
    sv2_transport client, server;
    sv2_policy policy = s->policy;
    policy.leeway = leeway;
    CHECK_STATUS(sv2_certificate_sign(s->authority, &s->public, from, to, &certificate), SV2_OK);
    CHECK_STATUS(sv2_identity_set_certificate(s->identity, &certificate), SV2_OK);
    const uint64_t first = from > leeway ? (uint64_t)from - leeway : 0;
    const uint64_t last = (uint64_t)to + leeway;
    const struct {
        uint64_t now;
        sv2_status want;
    } times[] = {
        {first, SV2_OK},
        {last, SV2_OK},
        {from, SV2_OK},
        {to, SV2_OK},
        {last + 1, SV2_ERR_CERTIFICATE_EXPIRED},
        {UINT64_MAX, SV2_ERR_CERTIFICATE_EXPIRED},
        {UINT64_MAX - leeway, SV2_ERR_CERTIFICATE_EXPIRED},
        {first == 0 ? last + 1 : first - 1,
         first == 0 ? SV2_ERR_CERTIFICATE_EXPIRED : SV2_ERR_CERTIFICATE_NOT_YET_VALID},
        {0, first == 0 ? SV2_OK : SV2_ERR_CERTIFICATE_NOT_YET_VALID},
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        const sv2_status got = noise_shake(s, &policy, times[i].now, &client, &server);
        CHECK_STATUS(got, times[i].want);
        if (got == SV2_OK) {
            noise_disconnect(&client, &server);
        }
        /* Without a clock all of these are good. */
        sv2_policy clockless = policy;
        clockless.clock = SV2_CLOCK_NONE;
        CHECK_STATUS(noise_shake(s, &clockless, times[i].now, &client, &server), SV2_OK);
        noise_disconnect(&client, &server);
    }
    CHECK_STATUS(sv2_identity_set_certificate(s->identity, &s->certificate), SV2_OK);
}

/* Certificates that a server may show, though it should not. */
static void certificates(const noise_server *s) {
    sv2_certificate c = s->certificate;
    sv2_transport client, server;
    sv2_policy insecure = SV2_POLICY_INIT, clockless = s->policy;
    insecure.authentication = SV2_AUTHENTICATION_INSECURE;
    clockless.clock = SV2_CLOCK_NONE;
    const sv2_public_key nobody = {{0}};

    /* SV2_CLOCK_NONE drops the check of the times and no other; insecure drops all. */
#define SHOWN(want)                                                                                \
    do {                                                                                           \
        CHECK_STATUS(sv2_identity_set_certificate(s->identity, &c), SV2_OK);                       \
        CHECK_STATUS(noise_shake(s, &s->policy, NOISE_NOW, &client, &server), want);               \
        CHECK_STATUS(noise_shake(s, &clockless, NOISE_NOW, &client, &server), want);               \
        CHECK_STATUS(noise_shake(s, &insecure, NOISE_NOW, &client, &server), SV2_OK);              \
        check_linked(client, server);                                                              \
        noise_disconnect(&client, &server);                                                        \
        c = s->certificate;                                                                        \
    } while (0)
    memset(c.signature + 32, 0xff, 32); /* s is not below the group order */
    SHOWN(SV2_ERR_CERTIFICATE_SIGNATURE);
    memset(c.signature, 0, 32); /* R is not on the curve */
    SHOWN(SV2_ERR_CERTIFICATE_SIGNATURE);
    c.signature[63] ^= 1;
    SHOWN(SV2_ERR_CERTIFICATE_AUTHORITY);
    c.valid_from--; /* the signature covers the times */
    SHOWN(SV2_ERR_CERTIFICATE_AUTHORITY);
    c.not_valid_after++;
    SHOWN(SV2_ERR_CERTIFICATE_AUTHORITY);
    CHECK_STATUS(sv2_certificate_sign(s->key, &s->public, NOISE_FROM, NOISE_TO, &c), SV2_OK);
    SHOWN(SV2_ERR_CERTIFICATE_AUTHORITY); /* signed by itself */
    CHECK_STATUS(sv2_certificate_sign(s->authority, &s->authority_public, NOISE_FROM, NOISE_TO, &c),
                 SV2_OK);
    SHOWN(SV2_ERR_CERTIFICATE_AUTHORITY); /* of another server */
#undef SHOWN
    CHECK_STATUS(sv2_identity_set_certificate(s->identity, &s->certificate), SV2_OK);

    sv2_policy other = s->policy;
    other.authority = s->public;
    CHECK_STATUS(noise_shake(s, &other, NOISE_NOW, &client, &server),
                 SV2_ERR_CERTIFICATE_AUTHORITY);

    /* What a server cannot show. */
    c.version = 1;
    CHECK_STATUS(sv2_identity_set_certificate(s->identity, &c), SV2_ERR_CERTIFICATE_VERSION);
    sv2_identity none = {99};
    CHECK_STATUS(sv2_identity_new(s->key, &c, NULL, 0, &none), SV2_ERR_CERTIFICATE_VERSION);
    CHECK(none.sv2_priv_identity == 0);
    c = s->certificate;
    c.not_valid_after = c.valid_from - 1;
    CHECK_STATUS(sv2_identity_set_certificate(s->identity, &c), SV2_ERR_CERTIFICATE_WINDOW);
    CHECK_STATUS(sv2_identity_new(s->key, &c, NULL, 0, &none), SV2_ERR_CERTIFICATE_WINDOW);
    noise_connect(s, &client, &server); /* the refused ones changed nothing */
    noise_disconnect(&client, &server);

    /* What an authority does not sign. */
    memset(&c, 0xa5, sizeof c);
    CHECK_STATUS(sv2_certificate_sign(s->authority, &s->public, 2, 1, &c),
                 SV2_ERR_CERTIFICATE_WINDOW);
    CHECK(filled_with(&c, sizeof c, 0));
    CHECK_STATUS(sv2_certificate_sign(s->authority, &nobody, 1, 2, &c), SV2_ERR_KEY_INVALID);
    CHECK_STATUS(sv2_certificate_sign(s->authority, &s->public, 1, 1, &c), SV2_OK);
    CHECK(c.version == 0 && c.reserved == 0 && c.valid_from == 1 && c.not_valid_after == 1);
}

/* Handshakes with servers that cheat in ways in which this library does not let a server cheat. */
static void cheating_servers(void) {
    const char *path = "noise/testdata/refused_certificates.json";
    const json file = json_file(path);
    CHECK(file.at != NULL);
    if (file.at == NULL) {
        fprintf(stderr, "cannot read %s; run me in the repository's root\n", path);
        return;
    }
    const json list = {json_space(file.at, file.end), file.end};
    unsigned versions = 0, windows = 0;
    for (json v = json_after(list, (json){NULL, NULL}); v.at != NULL; v = json_after(list, v)) {
        uint8_t random[1024], act1_want[64];
        sv2_policy policy = SV2_POLICY_INIT;
        sv2_initiator initiator;
        sv2_transport client;
        sv2_public_key key;
        sv2_certificate certificate;
        sv2_act1 act1;
        sv2_act2 act2;
        const json wanted = json_member(v, "status");
        const sv2_status want = (sv2_status)strtol(wanted.at, NULL, 10);
        const size_t size = json_hex(json_member(v, "initiator_random"), random, sizeof random);
        policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
        CHECK_NUMBER(json_hex(json_member(v, "authority_xonly"), policy.authority.bytes, 32), 32);
        CHECK_NUMBER(json_hex(json_member(v, "act1"), act1_want, 64), 64);
        CHECK_NUMBER(json_hex(json_member(v, "act2"), act2.bytes, 234), 234);
        CHECK_STATUS(sv2_initiator_new(&policy, random, size, &initiator, &act1), SV2_OK);
        CHECK_BYTES(act1.bytes, 64, act1_want, 64);
        CHECK_STATUS(
            sv2_initiator_finish(initiator, &act2, json_number(json_member(v, "now")), &client),
            want);
        CHECK((client.sv2_priv_transport == 0) == (want != SV2_OK));
        /* Shown also when it was refused: a user wants to know what the server has. */
        CHECK_STATUS(sv2_initiator_server(initiator, &key, &certificate), SV2_OK);
        CHECK_STATUS(
            sv2_certificate_verify(&certificate, &key, &policy, json_number(json_member(v, "now"))),
            want);
        CHECK_STATUS(sv2_transport_free(&client), SV2_OK);
        CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
        versions += want == SV2_ERR_CERTIFICATE_VERSION;
        windows += want == SV2_ERR_CERTIFICATE_WINDOW;

        /* An insecure client takes it, and is told what the server claims. */
        policy.authentication = SV2_AUTHENTICATION_INSECURE;
        CHECK_STATUS(sv2_initiator_new(&policy, random, size, &initiator, &act1), SV2_OK);
        CHECK_STATUS(sv2_initiator_finish(initiator, &act2, 0, &client), SV2_OK);
        CHECK_STATUS(sv2_initiator_server(initiator, &key, &certificate), SV2_OK);
        CHECK_STATUS(sv2_transport_free(&client), SV2_OK);
        CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    }
    CHECK(versions >= 2 && windows >= 2);
    free((void *)(uintptr_t)file.at);
}

static void policies(const noise_server *s) {
    sv2_initiator initiator;
    sv2_act1 act1;
    sv2_policy policy = SV2_POLICY_INIT;
    CHECK_NUMBER(policy.struct_size, sizeof policy);
    CHECK_NUMBER(policy.leeway, SV2_LEEWAY_DEFAULT);
    CHECK_NUMBER(policy.clock, SV2_CLOCK_REQUIRED);
    policy.authority = s->authority_public;
    static const uint32_t no_authentication[] = {0, 3, 4, 0x101, 0x80000001, UINT32_MAX};
    for (size_t i = 0; i < sizeof no_authentication / sizeof no_authentication[0]; i++) {
        policy.authentication = no_authentication[i];
        initiator.sv2_priv_initiator = 99;
        memset(&act1, 0xa5, sizeof act1);
        CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_ARGUMENT);
        CHECK(initiator.sv2_priv_initiator == 0 && filled_with(&act1, sizeof act1, 0));
    }
    policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    static const uint32_t no_clock[] = {2, 3, 0x100, UINT32_MAX};
    for (size_t i = 0; i < sizeof no_clock / sizeof no_clock[0]; i++) {
        policy.clock = no_clock[i];
        CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_ARGUMENT);
    }
    policy.clock = SV2_CLOCK_REQUIRED;
    memset(&policy.authority, 0, sizeof policy.authority);
    CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_KEY_INVALID);
    memset(&policy.authority, 0xff, sizeof policy.authority);
    CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_KEY_INVALID);
    CHECK(initiator.sv2_priv_initiator == 0 && filled_with(&act1, sizeof act1, 0));
}

/* Randomness that ends, and secrets out of range in it: NO-06. */
static void randomness(const noise_server *s) {
    uint8_t random[32 + 32 + 33 * 40];
    sv2_initiator initiator;
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_identity identity;
    sv2_transport server;
    srand(11);
    for (size_t i = 0; i < sizeof random; i++) {
        random[i] = (uint8_t)(rand() >> 7);
    }
    for (size_t n = 1; n < 65; n++) {
        initiator.sv2_priv_initiator = 99;
        CHECK_STATUS(sv2_initiator_new(&s->policy, random, n, &initiator, &act1), SV2_ERR_RANDOM);
        CHECK(initiator.sv2_priv_initiator == 0 && filled_with(&act1, sizeof act1, 0));
        act1.bytes[3] = 1;
        memset(&act2, 0xa5, sizeof act2);
        server.sv2_priv_transport = 99;
        CHECK_STATUS(sv2_identity_respond(s->identity, random, n, &act1, &act2, &server),
                     SV2_ERR_RANDOM);
        CHECK(server.sv2_priv_transport == 0 && filled_with(&act2, sizeof act2, 0));
        if (n < 33) {
            identity.sv2_priv_identity = 99;
            CHECK_STATUS(sv2_identity_new(s->key, &s->certificate, random, n, &identity),
                         SV2_ERR_RANDOM);
            CHECK(identity.sv2_priv_identity == 0);
        }
    }
    /* 0 and numbers not below the group order are passed over. */
    sv2_act1 from_first, from_second;
    CHECK_STATUS(
        sv2_initiator_new(&s->policy, random + 32, sizeof random - 32, &initiator, &from_second),
        SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    for (int fill = 0; fill < 256; fill += 255) {
        memset(random, fill, 32);
        CHECK_STATUS(sv2_initiator_new(&s->policy, random, sizeof random, &initiator, &from_first),
                     SV2_OK);
        CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
        CHECK_BYTES(from_first.bytes, 64, from_second.bytes, 64);
    }
    /* The system's is another one every time. */
    CHECK_STATUS(sv2_initiator_new(&s->policy, NULL, 0, &initiator, &from_first), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    CHECK_STATUS(sv2_initiator_new(&s->policy, NULL, 0, &initiator, &from_second), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    CHECK(memcmp(&from_first, &from_second, sizeof from_first) != 0);
}

/* A new certificate while links stand and a handshake is under way. */
static void certificate_swap(void) {
    noise_server s;
    sv2_transport client, server, later_client, later_server, crossing;
    sv2_initiator initiator;
    sv2_certificate next, seen;
    sv2_public_key key;
    sv2_act1 act1;
    sv2_act2 act2;
    noise_server_open(&s);
    noise_connect(&s, &client, &server);
    CHECK_STATUS(sv2_initiator_new(&s.policy, NULL, 0, &initiator, &act1), SV2_OK);
    CHECK_STATUS(sv2_certificate_sign(s.authority, &s.public, NOISE_FROM, UINT32_MAX, &next),
                 SV2_OK);
    CHECK_STATUS(sv2_identity_set_certificate(s.identity, &next), SV2_OK);
    CHECK_STATUS(sv2_identity_server(s.identity, &key, &seen), SV2_OK);
    CHECK(memcmp(&seen, &next, sizeof next) == 0);
    check_linked(client, server);
    CHECK_STATUS(sv2_identity_respond(s.identity, NULL, 0, &act1, &act2, &crossing), SV2_OK);
    CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_TO + 1000, &later_client), SV2_OK);
    CHECK_STATUS(sv2_initiator_server(initiator, &key, &seen), SV2_OK);
    CHECK(memcmp(&seen, &next, sizeof next) == 0);
    check_linked(later_client, crossing);
    noise_disconnect(&later_client, &crossing);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);

    /* All may go while the links stand. */
    noise_connect(&s, &later_client, &later_server);
    noise_server_close(&s);
    CHECK_NUMBER(live(0), 4);
    check_linked(client, server);
    check_linked(later_client, later_server);
    noise_disconnect(&client, &server);
    noise_disconnect(&later_client, &later_server);
}

static void key_freed(void) {
    noise_server s;
    sv2_transport client, server, none = {99};
    sv2_initiator initiator;
    sv2_act1 act1;
    sv2_act2 act2;
    noise_server_open(&s);
    noise_connect(&s, &client, &server);
    CHECK_STATUS(sv2_secret_key_free(&s.key), SV2_OK);
    CHECK(s.key.sv2_priv_secret_key == 0);
    CHECK_STATUS(sv2_initiator_new(&s.policy, NULL, 0, &initiator, &act1), SV2_OK);
    memset(&act2, 0xa5, sizeof act2);
    CHECK_STATUS(sv2_identity_respond(s.identity, NULL, 0, &act1, &act2, &none),
                 SV2_ERR_KEY_RELEASED);
    CHECK(none.sv2_priv_transport == 0 && filled_with(&act2, sizeof act2, 0));
    check_linked(client, server);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    noise_disconnect(&client, &server);
    noise_server_close(&s); /* frees {0} as well */
}

static void admission(void) {
    sv2_admission a;
    a.sv2_priv_admission = 99;
    CHECK_STATUS(sv2_admission_new(0, 1, &a), SV2_ERR_ARGUMENT);
    CHECK(a.sv2_priv_admission == 0);
    CHECK_STATUS(sv2_admission_new(1, 0, &a), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_admission_new(10, 5, &a), SV2_OK);
    uint64_t now = 1000000;
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(sv2_admission_take(a, now), SV2_OK);
    }
    CHECK_STATUS(sv2_admission_take(a, now), SV2_ERR_HANDSHAKE_RATE);
    CHECK_STATUS(sv2_admission_take(a, now + 99), SV2_ERR_HANDSHAKE_RATE);
    CHECK_STATUS(sv2_admission_take(a, now + 100), SV2_OK);
    CHECK_STATUS(sv2_admission_take(a, 0), SV2_ERR_HANDSHAKE_RATE); /* a clock that goes back */
    CHECK_STATUS(sv2_admission_take(a, now + 199), SV2_ERR_HANDSHAKE_RATE);
    CHECK_STATUS(sv2_admission_take(a, now + 200), SV2_OK);
    int admitted = 0;
    for (now += 200; now <= 1010200; now++) { /* ten seconds */
        admitted += sv2_admission_take(a, now) == SV2_OK;
    }
    CHECK_NUMBER(admitted, 100);
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(sv2_admission_take(a, UINT64_MAX), SV2_OK);
    }
    CHECK_STATUS(sv2_admission_take(a, UINT64_MAX), SV2_ERR_HANDSHAKE_RATE);
    CHECK_STATUS(sv2_admission_free(&a), SV2_OK);
    CHECK_STATUS(sv2_admission_new(UINT32_MAX, UINT32_MAX, &a), SV2_OK);
    CHECK_STATUS(sv2_admission_take(a, 0), SV2_OK);
    CHECK_STATUS(sv2_admission_free(&a), SV2_OK);
}

/* NO-29: the text of keys, each malformed form by its own kind. */
static void key_texts(void) {
    static const char good_text[] = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72";
    static const char spec_text[] = "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh";
    static const char secret_text[] = "mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n";
    static const uint8_t spec_key[32] = {0x76, 0x63, 0x70, 0x00, 0x97, 0x9c, 0x1c, 0x11,
                                         0xaf, 0x0c, 0x30, 0x0b, 0xcd, 0x8c, 0x7f, 0xe4,
                                         0x86, 0x10, 0xfc, 0xe9, 0xb9, 0xc1, 0x1e, 0x3d,
                                         0xae, 0xe3, 0x5a, 0xe0, 0xb0, 0x8a, 0x74, 0x55};
    /* The last ones have a right checksum: other versions, then an x that is not on the curve, 0,
     * p. */
    static const struct {
        const char *text;
        sv2_status want;
    } bad[] = {
        {"", SV2_ERR_KEY_LENGTH},
        {"1", SV2_ERR_KEY_LENGTH},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH7", SV2_ERR_KEY_LENGTH},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH7222", SV2_ERR_KEY_LENGTH},
        {"19auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72", SV2_ERR_KEY_LENGTH},
        {"mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n", SV2_ERR_KEY_LENGTH},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH73", SV2_ERR_KEY_CHECKSUM},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH7l", SV2_ERR_KEY_CHARACTER},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH70", SV2_ERR_KEY_CHARACTER},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH7O", SV2_ERR_KEY_CHARACTER},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH7I", SV2_ERR_KEY_CHARACTER},
        {" 9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72", SV2_ERR_KEY_CHARACTER},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72\n", SV2_ERR_KEY_CHARACTER},
        {"JAYQfbtaNR7bYpQZNtA3WSpY15rdSWz11a1scRn7diKBa6MRbxT", SV2_ERR_KEY_VERSION},
        {"13E1X7YFv1WsecTA8fzT7aSp3oAgFgNYuxprwtH2fru1QJQrLVf", SV2_ERR_KEY_VERSION},
        {"11HGLt6E4aqeWnsTE6NTAFr38gYxbyXg8Kkkhjb8gCtcuit9qd9", SV2_ERR_KEY_VERSION},
        {"9cragUSS4verAdDiD4tFHfw4UzpWfx6iMaxRQENX9ccHjavJ8uX", SV2_ERR_KEY_VERSION},
        {"9adaAMuB9v8yX1mZ5PtoB6VFSCeqRGjASd8ZTM6VUkiHLnHWfDH", SV2_ERR_KEY_INVALID},
        {"9adaAMuB9v8yX1mZ5PtoB6VFSCeqRGjASd8ZTM6VUkiHLCsb6WJ", SV2_ERR_KEY_INVALID},
        {"9caKLbMD1LpCeqMFyyWo8R62MKGZ4ya3EGCfhVnNjbCSN1bkrty", SV2_ERR_KEY_INVALID},
    };
    sv2_public_key key;
    sv2_secret_key secret;
    char text[SV2_KEY_TEXT_SIZE];
    size_t len;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memset(&key, 0xa5, sizeof key);
        CHECK_STATUS(sv2_public_key_parse(bad[i].text, strlen(bad[i].text), &key), bad[i].want);
        CHECK(filled_with(&key, sizeof key, 0));
    }
    CHECK_STATUS(sv2_public_key_parse(good_text, sizeof good_text, &key),
                 SV2_ERR_KEY_CHARACTER); /* NUL */
    CHECK_STATUS(sv2_public_key_parse(spec_text, strlen(spec_text), &key), SV2_OK);
    CHECK_BYTES(key.bytes, 32, spec_key, 32);
    CHECK_STATUS(sv2_public_key_text(&key, text, sizeof text, &len), SV2_OK);
    CHECK_TEXT(text, spec_text);
    CHECK_NUMBER(len, sizeof spec_text);
    /* A typing error anywhere is noticed. */
    for (size_t i = 0; i < sizeof good_text - 1; i++) {
        memcpy(text, good_text, sizeof good_text);
        text[i] = text[i] == 'z' ? 'y' : 'z';
        const sv2_status status = sv2_public_key_parse(text, sizeof good_text - 1, &key);
        CHECK(status == SV2_ERR_KEY_CHECKSUM || status == SV2_ERR_KEY_LENGTH);
    }

    CHECK_STATUS(sv2_secret_key_parse(secret_text, strlen(secret_text), &secret), SV2_OK);
    CHECK_STATUS(sv2_secret_key_public(secret, &key), SV2_OK);
    CHECK_STATUS(sv2_public_key_text(&key, text, sizeof text, &len), SV2_OK);
    CHECK_TEXT(text, good_text); /* the pair that the reference implementation publishes */
    CHECK_STATUS(sv2_secret_key_text(secret, text, sizeof text, &len), SV2_OK);
    CHECK_TEXT(text, secret_text);
    CHECK_NUMBER(len, sizeof secret_text);
    sv2_wipe(text, sizeof text);
    CHECK(filled_with(text, sizeof text, 0));
    CHECK_STATUS(sv2_secret_key_free(&secret), SV2_OK);
    static const struct {
        const char *text;
        sv2_status want;
    } bad_secret[] = {
        {"", SV2_ERR_KEY_LENGTH},
        {"mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSr", SV2_ERR_KEY_LENGTH},
        {"9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72", SV2_ERR_KEY_LENGTH},
        {"mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2m", SV2_ERR_KEY_CHECKSUM},
        {"mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn20", SV2_ERR_KEY_CHARACTER},
        {"11111111111111111111111111111111273Yts", SV2_ERR_KEY_INVALID},
        {"2wkBET2rRgE8pahuaczxKbhPFFp7gb6Kvp7zHyaJMz1jJfMAKc", SV2_ERR_KEY_INVALID},
        {"2wkBET2rRgE8pahuaczxKbmv7ciehqsne57F9gtzf1PVZS9BEY", SV2_ERR_KEY_INVALID},
        {"12KM5KYi2fBdRoijHVrpPx71buoU5bG8Yq7rVpEG7srk3Fr", SV2_ERR_KEY_LENGTH},
        {"1SeLqn3UAUoRymWmwW7axrzJK7JfNaBR2cHCryA6cFsgARhLa", SV2_ERR_KEY_LENGTH},
    };
    for (size_t i = 0; i < sizeof bad_secret / sizeof bad_secret[0]; i++) {
        secret.sv2_priv_secret_key = 99;
        CHECK_STATUS(sv2_secret_key_parse(bad_secret[i].text, strlen(bad_secret[i].text), &secret),
                     bad_secret[i].want);
        CHECK(secret.sv2_priv_secret_key == 0);
    }
}

static void secret_bytes(void) {
    static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
                                      0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b,
                                      0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
    uint8_t bytes[34] = {0};
    sv2_secret_key key;
    sv2_public_key one, minus_one;
    CHECK_STATUS(sv2_secret_key_load(bytes, 32, &key), SV2_ERR_KEY_INVALID); /* 0 */
    CHECK(key.sv2_priv_secret_key == 0);
    CHECK_STATUS(sv2_secret_key_load(order, 32, &key), SV2_ERR_KEY_INVALID); /* n */
    memcpy(bytes, order, 32);
    bytes[31]++;
    CHECK_STATUS(sv2_secret_key_load(bytes, 32, &key), SV2_ERR_KEY_INVALID); /* n + 1 */
    memset(bytes, 0xff, 32);
    CHECK_STATUS(sv2_secret_key_load(bytes, 32, &key), SV2_ERR_KEY_INVALID);
    memcpy(bytes, order, 32);
    bytes[31]--;
    CHECK_STATUS(sv2_secret_key_load(bytes, 32, &key), SV2_OK); /* n - 1 */
    CHECK_STATUS(sv2_secret_key_public(key, &minus_one), SV2_OK);
    CHECK_STATUS(sv2_secret_key_free(&key), SV2_OK);
    memset(bytes, 0, sizeof bytes);
    bytes[31] = 1;
    CHECK_STATUS(sv2_secret_key_load(bytes, 32, &key), SV2_OK);
    CHECK_STATUS(sv2_secret_key_public(key, &one), SV2_OK);
    CHECK_STATUS(sv2_secret_key_free(&key), SV2_OK);
    CHECK_BYTES(one.bytes, 32, minus_one.bytes, 32); /* G and -G have one x */
    for (size_t n = 0; n < sizeof bytes; n++) {
        if (n != 32) {
            key.sv2_priv_secret_key = 99;
            CHECK_STATUS(sv2_secret_key_load(bytes, n, &key), SV2_ERR_KEY_LENGTH);
            CHECK(key.sv2_priv_secret_key == 0);
        }
    }
}

/* NO-17: the bytes of a certificate, alone and with both keys. */
static void certificate_bytes(const noise_server *s) {
    uint8_t bytes[SV2_CERTIFICATE_SIZE], full[SV2_FULL_CERTIFICATE_SIZE + 1];
    sv2_certificate c = s->certificate, back;
    sv2_public_key server, authority;
    size_t len;
    CHECK_STATUS(sv2_certificate_encode(&c, bytes, sizeof bytes, &len), SV2_OK);
    CHECK_NUMBER(len, 74);
    CHECK_NUMBER(bytes[0] | bytes[1] << 8, 0);
    for (size_t i = 0; i < 4; i++) {
        CHECK_NUMBER(bytes[2 + i], c.valid_from >> 8 * i & 0xff);
        CHECK_NUMBER(bytes[6 + i], c.not_valid_after >> 8 * i & 0xff);
    }
    CHECK_BYTES(bytes + 10, 64, c.signature, 64);
    memset(&server, 0xa5, sizeof server);
    memset(&authority, 0xa5, sizeof authority);
    CHECK_STATUS(sv2_certificate_decode(bytes, len, &back, &server, &authority), SV2_OK);
    CHECK(memcmp(&back, &c, sizeof c) == 0);
    CHECK(filled_with(&server, sizeof server, 0) && filled_with(&authority, sizeof authority, 0));
    CHECK_STATUS(sv2_certificate_decode(bytes, len, &back, NULL, NULL), SV2_OK);

    memset(full, 0, sizeof full);
    memcpy(full, bytes, 10);
    memcpy(full + 10, s->public.bytes, 32);
    memcpy(full + 42, s->authority_public.bytes, 32);
    memcpy(full + 74, c.signature, 64);
    for (size_t n = 0; n <= sizeof full; n++) {
        sv2_status want = SV2_ERR_CERTIFICATE_LENGTH;
        memset(&back, 0xa5, sizeof back);
        if (n == SV2_CERTIFICATE_SIZE || n == SV2_FULL_CERTIFICATE_SIZE) {
            want = SV2_OK;
        }
        CHECK_STATUS(sv2_certificate_decode(full, n, &back, &server, &authority), want);
        if (want != SV2_OK) {
            CHECK(filled_with(&back, sizeof back, 0) && filled_with(&server, sizeof server, 0));
        }
    }
    CHECK_STATUS(
        sv2_certificate_decode(full, SV2_FULL_CERTIFICATE_SIZE, &back, &server, &authority),
        SV2_OK);
    CHECK(memcmp(&back, &c, sizeof c) == 0);
    CHECK_BYTES(server.bytes, 32, s->public.bytes, 32);
    CHECK_BYTES(authority.bytes, 32, s->authority_public.bytes, 32);
    CHECK_STATUS(sv2_certificate_decode(full, SV2_FULL_CERTIFICATE_SIZE, &back, NULL, NULL),
                 SV2_OK);
    for (size_t key = 10; key <= 42; key += 32) {
        uint8_t kept[32];
        memcpy(kept, full + key, 32);
        memset(full + key, 0xff, 32);
        CHECK_STATUS(
            sv2_certificate_decode(full, SV2_FULL_CERTIFICATE_SIZE, &back, &server, &authority),
            SV2_ERR_KEY_INVALID);
        CHECK(filled_with(&back, sizeof back, 0) && filled_with(&server, sizeof server, 0) &&
              filled_with(&authority, sizeof authority, 0));
        memcpy(full + key, kept, 32);
    }
    /* It checks nothing else. */
    memset(bytes, 0xff, sizeof bytes);
    CHECK_STATUS(sv2_certificate_decode(bytes, sizeof bytes, &back, NULL, NULL), SV2_OK);
    CHECK_NUMBER(back.version, 65535);
    CHECK_NUMBER(back.reserved, 0);
}

int main(void) {
    noise_server s;
    noise_server_open(&s);
    sv2_policy insecure = SV2_POLICY_INIT;
    insecure.authentication = SV2_AUTHENTICATION_INSECURE;
    good(&s);
    flipped(&s, &s.policy);
    flipped(&s, &insecure);
    any_act1(&s);
    static const uint32_t leeways[] = {0, 1, SV2_LEEWAY_DEFAULT, 3600, UINT32_MAX};
    for (size_t i = 0; i < sizeof leeways / sizeof leeways[0]; i++) {
        window(&s, NOISE_FROM, NOISE_TO, leeways[i]);
        window(&s, 5, UINT32_MAX, leeways[i]);
        window(&s, 0, 0, leeways[i]);
        window(&s, UINT32_MAX, UINT32_MAX, leeways[i]);
    }
    certificates(&s);
    cheating_servers();
    policies(&s);
    randomness(&s);
    certificate_bytes(&s);
    noise_server_close(&s);
    CHECK_NUMBER(live(0), 0);
    certificate_swap();
    key_freed();
    admission();
    key_texts();
    secret_bytes();
    for (uint32_t kind = 0; kind <= SV2_HANDLE_ADMISSION; kind++) {
        CHECK_NUMBER(live(kind), 0);
    }
    return check_end("noise_handshake");
}
