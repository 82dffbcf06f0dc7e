/* The misuse matrix of the encrypted link: what a program can get wrong in a call of each function
 * for keys, certificates, handshakes and links, and the status that it gets. */
#include <stdlib.h>

#include "check.h"
#include "header_tables.h"
#include "noise_server.h"

enum { CANARY = 0xa5, KINDS = 6 };

static noise_server server;
static uint8_t bytes[256];
static size_t size, other_size;

/* Lengths that must be refused before any arithmetic. */
static const size_t too_long[] = {
    (size_t)SV2_INPUT_SIZE_MAX + 1,
    SIZE_MAX / 2,
    SIZE_MAX / 2 + 1,
    SIZE_MAX - 22,
    SIZE_MAX - 1,
    SIZE_MAX,
};
enum { TOO_LONG = sizeof too_long / sizeof too_long[0] };

#define SPOIL(object) memset(&(object), CANARY, sizeof(object))
#define IS_ZERO(object) filled_with(&(object), sizeof(object), 0)
#define UNLESS(bit, pointer) (mask & (1u << (bit)) ? NULL : (pointer))

/* --- Handles ------------------------------------------------------------------------------------
 */

static void refuses_key(uint64_t handle, sv2_status want) {
    const sv2_secret_key key = {handle};
    sv2_public_key public;
    sv2_certificate certificate;
    sv2_identity identity;
    char text[SV2_KEY_TEXT_SIZE];
    memset(text, CANARY, sizeof text);
    size = 7;
    CHECK_STATUS(sv2_secret_key_text(key, text, sizeof text, &size), want);
    CHECK(size == 0 && filled_with(text, sizeof text, CANARY));
    SPOIL(public);
    CHECK_STATUS(sv2_secret_key_public(key, &public), want);
    CHECK(IS_ZERO(public));
    SPOIL(certificate);
    CHECK_STATUS(sv2_certificate_sign(key, &server.public, 1, 2, &certificate), want);
    CHECK(IS_ZERO(certificate));
    SPOIL(identity);
    CHECK_STATUS(sv2_identity_new(key, &server.certificate, NULL, 0, &identity), want);
    CHECK(IS_ZERO(identity));
    sv2_secret_key copy = key;
    CHECK_STATUS(sv2_secret_key_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_secret_key == handle);
}

static void refuses_identity(uint64_t handle, sv2_status want) {
    const sv2_identity identity = {handle};
    sv2_public_key public;
    sv2_certificate certificate;
    sv2_transport transport;
    sv2_act1 act1 = {{1}};
    sv2_act2 act2;
    CHECK_STATUS(sv2_identity_set_certificate(identity, &server.certificate), want);
    SPOIL(public);
    SPOIL(certificate);
    CHECK_STATUS(sv2_identity_server(identity, &public, &certificate), want);
    CHECK(IS_ZERO(public) && IS_ZERO(certificate));
    SPOIL(act2);
    SPOIL(transport);
    CHECK_STATUS(sv2_identity_respond(identity, NULL, 0, &act1, &act2, &transport), want);
    CHECK(IS_ZERO(act2) && IS_ZERO(transport));
    sv2_identity copy = identity;
    CHECK_STATUS(sv2_identity_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_identity == handle);
}

static void refuses_initiator(uint64_t handle, sv2_status want) {
    const sv2_initiator initiator = {handle};
    sv2_public_key public;
    sv2_certificate certificate;
    sv2_transport transport;
    sv2_act2 act2 = {{1}};
    SPOIL(transport);
    CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, &transport), want);
    CHECK(IS_ZERO(transport));
    SPOIL(public);
    SPOIL(certificate);
    CHECK_STATUS(sv2_initiator_server(initiator, &public, &certificate), want);
    CHECK(IS_ZERO(public) && IS_ZERO(certificate));
    sv2_initiator copy = initiator;
    CHECK_STATUS(sv2_initiator_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_initiator == handle);
}

static void refuses_transport(uint64_t handle, sv2_status want) {
    static const uint8_t plain[SV2_FRAME_HEADER_SIZE];
    const sv2_transport transport = {handle};
    sv2_frame frame;
    sv2_u256 hash;
    sv2_decoder decoder;
    memset(bytes, CANARY, sizeof bytes);
    size = 7;
    CHECK_STATUS(sv2_transport_seal(transport, plain, sizeof plain, bytes, sizeof bytes, &size),
                 want);
    CHECK_NUMBER(size, 0);
    size = 7;
    CHECK_STATUS(sv2_transport_seal_in_place(transport, bytes, sizeof bytes, 6, &size), want);
    CHECK_NUMBER(size, 0);
    size = other_size = 7;
    SPOIL(frame);
    CHECK_STATUS(
        sv2_transport_open_in_place(transport, bytes, sizeof bytes, 0, &frame, &size, &other_size),
        want);
    CHECK(IS_ZERO(frame) && size == 0 && other_size == 0);
    CHECK(filled_with(bytes, sizeof bytes, CANARY));
    SPOIL(hash);
    CHECK_STATUS(sv2_transport_handshake_hash(transport, &hash), want);
    CHECK(IS_ZERO(hash));
    SPOIL(decoder);
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, transport, &decoder), want);
    CHECK(IS_ZERO(decoder));
    sv2_transport copy = transport;
    CHECK_STATUS(sv2_transport_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_transport == handle);
}

static void refuses_admission(uint64_t handle, sv2_status want) {
    const sv2_admission admission = {handle};
    CHECK_STATUS(sv2_admission_take(admission, 1), want);
    sv2_admission copy = admission;
    CHECK_STATUS(sv2_admission_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_admission == handle);
}

static void refuses_decoder(uint64_t handle, sv2_status want) {
    const sv2_decoder decoder = {handle};
    sv2_frame frame;
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, 1, &size), want);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), want);
    CHECK_STATUS(sv2_decoder_buffered(decoder, &size), want);
    sv2_decoder copy = decoder;
    CHECK_STATUS(sv2_decoder_free(&copy), handle == 0 ? SV2_OK : want);
}

typedef void refusal(uint64_t, sv2_status);
static const struct {
    refusal *refuses;
    uint32_t kind;
} objects[KINDS] = {
    {refuses_key, SV2_HANDLE_SECRET_KEY},      {refuses_identity, SV2_HANDLE_IDENTITY},
    {refuses_initiator, SV2_HANDLE_INITIATOR}, {refuses_transport, SV2_HANDLE_TRANSPORT},
    {refuses_admission, SV2_HANDLE_ADMISSION}, {refuses_decoder, SV2_HANDLE_DECODER}};

/* One object of each kind, in the order of the table. */
static void make_objects(uint64_t handles[KINDS], sv2_transport *client) {
    sv2_secret_key key;
    sv2_identity identity;
    sv2_initiator initiator;
    sv2_transport transport;
    sv2_admission admission;
    sv2_decoder decoder;
    sv2_act1 act1;
    CHECK_STATUS(sv2_secret_key_generate(&key), SV2_OK);
    CHECK_STATUS(sv2_identity_new(server.key, &server.certificate, NULL, 0, &identity), SV2_OK);
    CHECK_STATUS(sv2_initiator_new(&server.policy, NULL, 0, &initiator, &act1), SV2_OK);
    noise_connect(&server, client, &transport);
    CHECK_STATUS(sv2_admission_new(1, 1, &admission), SV2_OK);
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, transport, &decoder), SV2_OK);
    handles[0] = key.sv2_priv_secret_key;
    handles[1] = identity.sv2_priv_identity;
    handles[2] = initiator.sv2_priv_initiator;
    handles[3] = transport.sv2_priv_transport;
    handles[4] = admission.sv2_priv_admission;
    handles[5] = decoder.sv2_priv_decoder;
    for (size_t i = 0; i < KINDS; i++) {
        CHECK_NUMBER(handles[i] >> 56, objects[i].kind);
    }
}

/* Frees an object, twice, and NULL: the caller's handle becomes {0}. */
static void free_objects(const uint64_t handles[KINDS], sv2_transport *client) {
    sv2_secret_key key = {handles[0]};
    sv2_identity identity = {handles[1]};
    sv2_initiator initiator = {handles[2]};
    sv2_transport transport = {handles[3]};
    sv2_admission admission = {handles[4]};
    sv2_decoder decoder = {handles[5]};
    for (int twice = 0; twice < 2; twice++) {
        CHECK_STATUS(sv2_secret_key_free(&key), SV2_OK);
        CHECK_STATUS(sv2_identity_free(&identity), SV2_OK);
        CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
        CHECK_STATUS(sv2_transport_free(&transport), SV2_OK);
        CHECK_STATUS(sv2_transport_free(client), SV2_OK);
        CHECK_STATUS(sv2_admission_free(&admission), SV2_OK);
        CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
        CHECK(IS_ZERO(key) && IS_ZERO(identity) && IS_ZERO(initiator) && IS_ZERO(transport));
        CHECK(IS_ZERO(*client) && IS_ZERO(admission) && IS_ZERO(decoder));
    }
    CHECK_STATUS(sv2_secret_key_free(NULL), SV2_OK);
    CHECK_STATUS(sv2_identity_free(NULL), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(NULL), SV2_OK);
    CHECK_STATUS(sv2_transport_free(NULL), SV2_OK);
    CHECK_STATUS(sv2_admission_free(NULL), SV2_OK);
}

static void handles(void) {
    static const uint64_t garbage[] = {1,
                                       0xff,
                                       0xdeadbeef,
                                       UINT64_C(0xcccccccccccccccc),
                                       UINT64_C(0x8000000000000000),
                                       (uint64_t)(HANDLE_KIND_MAX + 1) << 56 | 1 << 24,
                                       UINT64_MAX};
    uint64_t live[KINDS], later[KINDS];
    sv2_transport client, later_client;
    make_objects(live, &client);
    for (size_t i = 0; i < KINDS; i++) {
        objects[i].refuses(0, SV2_ERR_HANDLE);
        for (size_t g = 0; g < sizeof garbage / sizeof garbage[0]; g++) {
            objects[i].refuses(garbage[g], SV2_ERR_HANDLE);
        }
        for (size_t k = 0; k < KINDS; k++) { /* of another kind, by a cast */
            if (k != i) {
                objects[i].refuses(live[k], SV2_ERR_HANDLE_KIND);
            }
        }
        for (int bit = 8; bit < 56; bit++) { /* below are slots that others are in */
            objects[i].refuses(live[i] ^ UINT64_C(1) << bit, SV2_ERR_HANDLE);
        }
    }
    free_objects(live, &client);
    for (size_t i = 0; i < KINDS; i++) {
        objects[i].refuses(live[i], SV2_ERR_HANDLE);
    }
    make_objects(later, &later_client); /* in the same slots */
    for (size_t i = 0; i < KINDS; i++) {
        CHECK(live[i] != later[i]);
        objects[i].refuses(live[i], SV2_ERR_HANDLE);
    }
    free_objects(later, &later_client);
}

/* --- Pointers -----------------------------------------------------------------------------------
 */

static void key_pointers(void) {
    sv2_public_key public = server.public, out;
    sv2_secret_key key;
    sv2_certificate certificate = server.certificate;
    char text[SV2_KEY_TEXT_SIZE];
    CHECK_STATUS(sv2_public_key_parse("1", 1, NULL), SV2_ERR_NULL);
    SPOIL(out);
    CHECK_STATUS(sv2_public_key_parse(NULL, 1, &out), SV2_ERR_NULL);
    CHECK(IS_ZERO(out));
    CHECK_STATUS(sv2_public_key_parse(NULL, 0, &out), SV2_ERR_KEY_LENGTH);
    CHECK_STATUS(sv2_secret_key_generate(NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_secret_key_load(bytes, 32, NULL), SV2_ERR_NULL);
    SPOIL(key);
    CHECK_STATUS(sv2_secret_key_load(NULL, 32, &key), SV2_ERR_NULL);
    CHECK(IS_ZERO(key));
    CHECK_STATUS(sv2_secret_key_load(NULL, 0, &key), SV2_ERR_KEY_LENGTH);
    CHECK_STATUS(sv2_secret_key_parse("1", 1, NULL), SV2_ERR_NULL);
    SPOIL(key);
    CHECK_STATUS(sv2_secret_key_parse(NULL, 1, &key), SV2_ERR_NULL);
    CHECK(IS_ZERO(key));
    CHECK_STATUS(sv2_secret_key_public(server.key, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_certificate_decode(bytes, 74, NULL, NULL, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_certificate_decode(NULL, 74, &certificate, NULL, NULL), SV2_ERR_NULL);
    CHECK(IS_ZERO(certificate));
    for (size_t i = 0; i < TOO_LONG; i++) {
        SPOIL(out);
        CHECK_STATUS(sv2_public_key_parse("1", too_long[i], &out), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(out));
        SPOIL(key);
        CHECK_STATUS(sv2_secret_key_parse("1", too_long[i], &key), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(key));
        SPOIL(key);
        CHECK_STATUS(sv2_secret_key_load(bytes, too_long[i], &key), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(key));
        SPOIL(certificate);
        SPOIL(public);
        SPOIL(out);
        CHECK_STATUS(sv2_certificate_decode(bytes, too_long[i], &certificate, &public, &out),
                     SV2_ERR_LIMIT);
        CHECK(IS_ZERO(certificate) && IS_ZERO(public) && IS_ZERO(out));
    }
    public = server.public;
    certificate = server.certificate;
    for (unsigned mask = 1; mask < 8; mask++) {
        memset(text, CANARY, sizeof text);
        size = 7;
        CHECK_STATUS(
            sv2_public_key_text(UNLESS(0, &public), UNLESS(1, text), sizeof text, UNLESS(2, &size)),
            SV2_ERR_NULL);
        CHECK_STATUS(sv2_certificate_encode(UNLESS(0, &certificate), UNLESS(1, bytes), sizeof bytes,
                                            UNLESS(2, &size)),
                     SV2_ERR_NULL);
        CHECK_NUMBER(size, mask & 4 ? 7 : 0);
        CHECK(filled_with(text, sizeof text, CANARY));
        if (mask < 4) {
            CHECK_STATUS(
                sv2_secret_key_text(server.key, UNLESS(0, text), sizeof text, UNLESS(1, &size)),
                SV2_ERR_NULL);
            CHECK_STATUS(sv2_certificate_sign(server.authority, UNLESS(0, &public), 1, 2,
                                              UNLESS(1, &certificate)),
                         SV2_ERR_NULL);
            certificate = server.certificate;
        }
    }
    certificate.reserved = 1;
    size = 7;
    CHECK_STATUS(sv2_certificate_encode(&certificate, bytes, sizeof bytes, &size),
                 SV2_ERR_ARGUMENT);
    CHECK_NUMBER(size, 0);
    sv2_wipe(NULL, 0);
    sv2_wipe(NULL, 10);
}

/* Every capacity below the size writes nothing and reports the size. */
static void short_outputs(void) {
    char text[SV2_KEY_TEXT_SIZE];
    size_t needed, secret_needed;
    CHECK_STATUS(sv2_public_key_text(&server.public, NULL, 0, &needed), SV2_ERR_BUFFER_TOO_SMALL);
    CHECK_STATUS(sv2_secret_key_text(server.key, NULL, 0, &secret_needed),
                 SV2_ERR_BUFFER_TOO_SMALL);
    CHECK(needed <= SV2_KEY_TEXT_SIZE && secret_needed <= SV2_KEY_TEXT_SIZE);
    memset(text, CANARY, sizeof text);
    for (size_t cap = 0; cap < needed; cap++) {
        CHECK_STATUS(sv2_public_key_text(&server.public, text, cap, &size),
                     SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(size, needed);
    }
    for (size_t cap = 0; cap < secret_needed; cap++) {
        CHECK_STATUS(sv2_secret_key_text(server.key, text, cap, &size), SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(size, secret_needed);
    }
    CHECK(filled_with(text, sizeof text, CANARY));
    CHECK_STATUS(sv2_public_key_text(&server.public, text, needed, &size), SV2_OK);
    CHECK(strlen(text) + 1 == needed && size == needed);
    CHECK(filled_with(text + needed, sizeof text - needed, CANARY));
    CHECK_STATUS(sv2_secret_key_text(server.key, text, SIZE_MAX, &size), SV2_OK);
    CHECK(strlen(text) + 1 == secret_needed && size == secret_needed);
    sv2_wipe(text, sizeof text);
    memset(bytes, CANARY, sizeof bytes);
    for (size_t cap = 0; cap < SV2_CERTIFICATE_SIZE; cap++) {
        CHECK_STATUS(sv2_certificate_encode(&server.certificate, bytes, cap, &size),
                     SV2_ERR_BUFFER_TOO_SMALL);
        CHECK_NUMBER(size, SV2_CERTIFICATE_SIZE);
    }
    CHECK_STATUS(sv2_certificate_encode(&server.certificate, NULL, 0, &size),
                 SV2_ERR_BUFFER_TOO_SMALL);
    CHECK(filled_with(bytes, sizeof bytes, CANARY));
}

static void handshake_pointers(void) {
    sv2_initiator initiator;
    sv2_identity identity;
    sv2_transport transport;
    sv2_public_key public;
    sv2_certificate certificate = server.certificate;
    sv2_act1 act1;
    sv2_act2 act2;
    for (unsigned mask = 1; mask < 8; mask++) {
        CHECK_STATUS(sv2_initiator_new(UNLESS(0, &server.policy), NULL, 0, UNLESS(1, &initiator),
                                       UNLESS(2, &act1)),
                     SV2_ERR_NULL);
        memset(&act1, 1, sizeof act1);
        CHECK_STATUS(sv2_identity_respond(server.identity, NULL, 0, UNLESS(0, &act1),
                                          UNLESS(1, &act2), UNLESS(2, &transport)),
                     SV2_ERR_NULL);
        if (mask < 4) {
            CHECK_STATUS(sv2_identity_new(server.key, UNLESS(0, &certificate), NULL, 0,
                                          UNLESS(1, &identity)),
                         SV2_ERR_NULL);
            CHECK_STATUS(
                sv2_identity_server(server.identity, UNLESS(0, &public), UNLESS(1, &certificate)),
                SV2_ERR_NULL);
            certificate = server.certificate;
        }
    }
    CHECK_STATUS(sv2_identity_set_certificate(server.identity, NULL), SV2_ERR_NULL);
    certificate.reserved = 1;
    CHECK_STATUS(sv2_identity_set_certificate(server.identity, &certificate), SV2_ERR_ARGUMENT);
    SPOIL(identity);
    CHECK_STATUS(sv2_identity_new(server.key, &certificate, NULL, 0, &identity), SV2_ERR_ARGUMENT);
    CHECK(IS_ZERO(identity));
    certificate.reserved = 0;
    CHECK_STATUS(sv2_initiator_new(&server.policy, NULL, 1, &initiator, &act1), SV2_ERR_NULL);
    CHECK_STATUS(sv2_identity_new(server.key, &certificate, NULL, 1, &identity), SV2_ERR_NULL);
    CHECK_STATUS(sv2_identity_respond(server.identity, NULL, 1, &act1, &act2, &transport),
                 SV2_ERR_NULL);
    for (size_t i = 0; i < TOO_LONG; i++) {
        SPOIL(initiator);
        SPOIL(act1);
        CHECK_STATUS(sv2_initiator_new(&server.policy, bytes, too_long[i], &initiator, &act1),
                     SV2_ERR_LIMIT);
        CHECK(IS_ZERO(initiator) && IS_ZERO(act1));
        SPOIL(identity);
        CHECK_STATUS(sv2_identity_new(server.key, &certificate, bytes, too_long[i], &identity),
                     SV2_ERR_LIMIT);
        CHECK(IS_ZERO(identity));
        SPOIL(transport);
        SPOIL(act2);
        CHECK_STATUS(
            sv2_identity_respond(server.identity, bytes, too_long[i], &act1, &act2, &transport),
            SV2_ERR_LIMIT);
        CHECK(IS_ZERO(act2) && IS_ZERO(transport));
    }

    CHECK_STATUS(sv2_initiator_new(&server.policy, NULL, 0, &initiator, &act1), SV2_OK);
    CHECK_STATUS(sv2_identity_respond(server.identity, NULL, 0, &act1, &act2, &transport), SV2_OK);
    CHECK_STATUS(sv2_transport_free(&transport), SV2_OK);
    CHECK_STATUS(sv2_initiator_finish(initiator, NULL, NOISE_NOW, &transport), SV2_ERR_NULL);
    CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_initiator_server(initiator, NULL, &certificate), SV2_ERR_NULL);
    const sv2_policy unset = SV2_POLICY_INIT;
    CHECK_STATUS(sv2_certificate_verify(NULL, &public, &unset, 0), SV2_ERR_NULL);
    CHECK_STATUS(sv2_certificate_verify(&certificate, NULL, &unset, 0), SV2_ERR_NULL);
    CHECK_STATUS(sv2_certificate_verify(&certificate, &public, NULL, 0), SV2_ERR_NULL);
    CHECK_STATUS(sv2_certificate_verify(&certificate, &public, &unset, 0), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_initiator_server(initiator, &public, NULL), SV2_ERR_NULL);
    /* None of it harmed the handshake. */
    CHECK_STATUS(sv2_initiator_finish(initiator, &act2, NOISE_NOW, &transport), SV2_OK);
    CHECK_STATUS(sv2_transport_free(&transport), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    CHECK_STATUS(sv2_admission_new(1, 1, NULL), SV2_ERR_NULL);
}

/* struct_size: smaller ones take defaults, larger ones are good if the rest is zero. */
static void policy_sizes(void) {
    sv2_initiator initiator;
    sv2_act1 act1;
    struct {
        sv2_policy known;
        uint32_t rest[4];
    } newer;
    sv2_policy policy = server.policy;
    for (uint32_t wrong = 0; wrong < 4; wrong++) {
        policy.struct_size = wrong;
        SPOIL(initiator);
        CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_ARGUMENT);
        CHECK(IS_ZERO(initiator));
    }
    policy.struct_size = 4; /* without authentication, which has no default */
    CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_ARGUMENT);
    policy.struct_size = 8; /* without the authority's key */
    CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_KEY_INVALID);
    policy.authentication = SV2_AUTHENTICATION_INSECURE;
    policy.clock = UINT32_MAX; /* not looked at */
    CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    memset(&newer, 0, sizeof newer);
    newer.known = server.policy;
    newer.known.struct_size = sizeof newer;
    CHECK_STATUS(sv2_initiator_new(&newer.known, NULL, 0, &initiator, &act1), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    for (size_t i = 0; i < 4; i++) {
        memset(newer.rest, 0, sizeof newer.rest);
        newer.rest[i] = 0x01000000;
        CHECK_STATUS(sv2_initiator_new(&newer.known, NULL, 0, &initiator, &act1), SV2_ERR_ARGUMENT);
        CHECK(IS_ZERO(initiator));
    }
}

static void link_pointers(void) {
    uint8_t plain[64];
    sv2_transport client, other;
    sv2_decoder decoder;
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    sv2_frame frame;
    const size_t plain_len = noise_put_frame(plain, 10, 1);
    noise_connect(&server, &client, &other);
    CHECK_STATUS(sv2_transport_seal(client, NULL, 6, bytes, sizeof bytes, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, NULL, 1, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, bytes, sizeof bytes, NULL),
                 SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_seal_in_place(client, NULL, 100, 16, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_seal_in_place(client, NULL, 0, 16, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_seal_in_place(client, bytes, sizeof bytes, 16, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_open_in_place(client, NULL, 1, 0, &frame, &size, NULL),
                 SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_open_in_place(client, bytes, 22, 0, NULL, &size, NULL),
                 SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_open_in_place(client, bytes, 22, 0, &frame, NULL, NULL),
                 SV2_ERR_NULL);
    CHECK_STATUS(sv2_transport_open_in_place(client, NULL, 0, 0, &frame, &size, &other_size),
                 SV2_WANT_INPUT);
    CHECK_NUMBER(other_size, SV2_SEALED_HEADER_SIZE);
    CHECK_STATUS(sv2_transport_handshake_hash(client, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, client, NULL), SV2_ERR_NULL);
    for (size_t i = 0; i < TOO_LONG; i++) {
        size = other_size = 7;
        CHECK_STATUS(sv2_transport_seal(client, plain, too_long[i], bytes, sizeof bytes, &size),
                     SV2_ERR_LIMIT);
        CHECK_NUMBER(size, 0);
        SPOIL(frame);
        size = 7;
        CHECK_STATUS(
            sv2_transport_open_in_place(client, bytes, too_long[i], 0, &frame, &size, &other_size),
            SV2_ERR_LIMIT);
        CHECK(IS_ZERO(frame) && size == 0 && other_size == 0);
        memset(bytes, CANARY, sizeof bytes);
        CHECK_STATUS(sv2_transport_seal_in_place(client, bytes, sizeof bytes, too_long[i], &size),
                     SV2_ERR_TRUNCATED);
        CHECK(size == 0 && filled_with(bytes, sizeof bytes, CANARY));
    }
    config.max_payload_size = SV2_PAYLOAD_SIZE_MAX + 1;
    SPOIL(decoder);
    CHECK_STATUS(sv2_decoder_new_sealed(&config, other, &decoder), SV2_ERR_LIMIT);
    CHECK(IS_ZERO(decoder));
    config.struct_size = 3;
    CHECK_STATUS(sv2_decoder_new_sealed(&config, other, &decoder), SV2_ERR_ARGUMENT);

    /* None of it harmed the link, or took its only decoder. A capacity of SIZE_MAX is "enough". */
    CHECK_STATUS(sv2_decoder_new_sealed(NULL, other, &decoder), SV2_OK);
    CHECK_STATUS(sv2_transport_seal(client, plain, plain_len, bytes, SIZE_MAX, &size), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, size, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_feed(decoder, NULL, 1, &other_size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_feed(decoder, NULL, 0, &other_size), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, SIZE_MAX, &other_size), SV2_ERR_LIMIT);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, size, &other_size), SV2_OK);
    CHECK_NUMBER(other_size, size);
    CHECK_STATUS(sv2_decoder_next(decoder, NULL, NULL, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
    CHECK(noise_same_frame(&frame, plain));
    memcpy(bytes + SV2_TAG_SIZE, plain, plain_len);
    CHECK_STATUS(sv2_transport_seal_in_place(client, bytes, SIZE_MAX, plain_len, &size), SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(decoder, bytes, size, &other_size), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, NULL), SV2_OK);
    CHECK(noise_same_frame(&frame, plain));
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    noise_disconnect(&client, &other);
}

int main(void) {
    noise_server_open(&server);
    handles();
    key_pointers();
    short_outputs();
    handshake_pointers();
    policy_sizes();
    link_pointers();
    noise_server_close(&server);
    return check_end("noise_misuse");
}
