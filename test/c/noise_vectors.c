/* The vectors of another implementation, bit for bit and in both roles: NO-05, NO-13 to NO-18,
 * NO-20, NO-23 to NO-27, NO-29. SV2_NOISE_VECTORS names another file of the same form. */
#include <stdlib.h>

#include "check.h"
#include "json_reader.h"
#include "sha256.h"

typedef struct secret {
    uint8_t scalar[32], encoding[64];
    uint8_t random[65]; /* what makes the library draw this secret and this encoding of it */
} secret;

typedef struct vector {
    secret server, initiator, responder;
    sv2_public_key authority, server_public;
    sv2_certificate certificate;
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_u256 hash;
    int has_hash;
    json frames;
} vector;

#define HEX(object, name, out)                                                                     \
    CHECK_NUMBER(json_hex(json_member(object, name), out, sizeof(out)), sizeof(out))

/* Finds the branch of the inverse map that gives the encoding: the lowest bits of the last byte. */
static void find_branch(secret *s) {
    sv2_policy policy = SV2_POLICY_INIT;
    policy.authentication = SV2_AUTHENTICATION_INSECURE;
    memcpy(s->random, s->scalar, 32);
    memcpy(s->random + 32, s->encoding, 32);
    int found = 0;
    for (unsigned branch = 0; branch < 8 && !found; branch++) {
        sv2_initiator initiator;
        sv2_act1 act1;
        s->random[64] = (uint8_t)branch;
        const sv2_status status =
            sv2_initiator_new(&policy, s->random, sizeof s->random, &initiator, &act1);
        CHECK(status == SV2_OK || status == SV2_ERR_RANDOM);
        found = status == SV2_OK && memcmp(act1.bytes, s->encoding, sizeof act1.bytes) == 0;
        CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    }
    CHECK(found);
}

static void read_vector(json v, vector *out) {
    memset(out, 0, sizeof *out);
    HEX(v, "responder_static_secret", out->server.scalar);
    HEX(v, "responder_static_ellswift", out->server.encoding);
    HEX(v, "initiator_ephemeral_secret", out->initiator.scalar);
    HEX(v, "initiator_ephemeral_ellswift", out->initiator.encoding);
    HEX(v, "responder_ephemeral_secret", out->responder.scalar);
    HEX(v, "responder_ephemeral_ellswift", out->responder.encoding);
    HEX(v, "authority_xonly", out->authority.bytes);
    HEX(v, "responder_static_xonly", out->server_public.bytes);
    HEX(v, "cert_signature", out->certificate.signature);
    HEX(v, "act1", out->act1.bytes);
    HEX(v, "act2", out->act2.bytes);
    /* The reference implementation does not show it. */
    out->has_hash = json_member(v, "h_final").at != NULL;
    if (out->has_hash) {
        HEX(v, "h_final", out->hash.bytes);
    }
    out->certificate.version = (uint16_t)json_number(json_member(v, "cert_version"));
    out->certificate.valid_from = (uint32_t)json_number(json_member(v, "cert_valid_from"));
    out->certificate.not_valid_after =
        (uint32_t)json_number(json_member(v, "cert_not_valid_after"));
    out->frames = json_member(v, "frames");
    find_branch(&out->server);
    find_branch(&out->initiator);
    find_branch(&out->responder);
}

/* The authority's key in its forms. */
static void check_authority(json v, const vector *expected) {
    uint8_t scalar[32];
    char text[SV2_KEY_TEXT_SIZE];
    size_t len;
    sv2_secret_key key;
    sv2_public_key public;
    HEX(v, "authority_secret", scalar);
    CHECK_STATUS(sv2_secret_key_load(scalar, sizeof scalar, &key), SV2_OK);
    CHECK_STATUS(sv2_secret_key_public(key, &public), SV2_OK);
    CHECK_BYTES(public.bytes, sizeof public.bytes, expected->authority.bytes, 32);
    CHECK_STATUS(sv2_public_key_text(&public, text, sizeof text, &len), SV2_OK);
    CHECK_NUMBER(len, strlen(text) + 1);
    CHECK(json_is(json_member(v, "authority_base58check"), text));
    CHECK_STATUS(sv2_public_key_parse(text, len - 1, &public), SV2_OK);
    CHECK_BYTES(public.bytes, sizeof public.bytes, expected->authority.bytes, 32);
    CHECK_STATUS(sv2_secret_key_free(&key), SV2_OK);
}

/* Both ends of the recorded handshake, each against the recorded message of the other. */
static void shake(const vector *v, sv2_transport link[2]) {
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_secret_key key;
    sv2_identity identity;
    sv2_initiator initiator;
    sv2_public_key server;
    sv2_certificate certificate;
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_u256 hash;
    policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    policy.authority = v->authority;
    CHECK_STATUS(sv2_initiator_new(&policy, v->initiator.random, sizeof v->initiator.random,
                                   &initiator, &act1),
                 SV2_OK);
    CHECK_BYTES(act1.bytes, sizeof act1.bytes, v->act1.bytes, sizeof v->act1.bytes);

    CHECK_STATUS(sv2_secret_key_load(v->server.scalar, 32, &key), SV2_OK);
    CHECK_STATUS(sv2_identity_new(key, &v->certificate, v->server.random + 32, 33, &identity),
                 SV2_OK);
    CHECK_STATUS(sv2_identity_respond(identity, v->responder.random, sizeof v->responder.random,
                                      &v->act1, &act2, &link[1]),
                 SV2_OK);
    CHECK_BYTES(act2.bytes, sizeof act2.bytes, v->act2.bytes, sizeof v->act2.bytes);

    CHECK_STATUS(sv2_initiator_finish(initiator, &v->act2, v->certificate.valid_from, &link[0]),
                 SV2_OK);
    CHECK_STATUS(sv2_initiator_server(initiator, &server, &certificate), SV2_OK);
    CHECK_BYTES(server.bytes, sizeof server.bytes, v->server_public.bytes, 32);
    CHECK(memcmp(&certificate, &v->certificate, sizeof certificate) == 0);
    for (int side = 0; side < 2; side++) {
        CHECK_STATUS(sv2_transport_handshake_hash(link[side], &hash), SV2_OK);
        if (v->has_hash) {
            CHECK_BYTES(hash.bytes, sizeof hash.bytes, v->hash.bytes, sizeof v->hash.bytes);
        }
    }
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    CHECK_STATUS(sv2_identity_free(&identity), SV2_OK);
    CHECK_STATUS(sv2_secret_key_free(&key), SV2_OK);
}

static uint8_t *memory(size_t size) {
    uint8_t *p = malloc(size);
    if (p == NULL) {
        fprintf(stderr, "noise_vectors: no memory\n");
        exit(2);
    }
    return p;
}

static void check_opened(const sv2_frame *got, const uint8_t *plain, size_t payload_len) {
    CHECK_NUMBER(got->extension_type, (uint16_t)((plain[0] | plain[1] << 8) & 0x7fff));
    CHECK_NUMBER(got->msg_type, plain[2]);
    CHECK_BYTES(got->payload, got->payload_len, plain + SV2_FRAME_HEADER_SIZE, payload_len);
}

/* One frame: sealed into another buffer and in place, opened in place and by a decoder. */
static void check_frame(json f, sv2_transport first[2], sv2_transport second[2],
                        sv2_decoder decoder[2]) {
    const int from = json_is(json_member(f, "from"), "responder");
    CHECK(from || json_is(json_member(f, "from"), "initiator"));
    const size_t payload_len = (size_t)json_number(json_member(f, "payload_len"));
    const size_t wire_len = (size_t)json_number(json_member(f, "wire_len"));
    const uint64_t extension_type = json_number(json_member(f, "extension_type"));
    const size_t plain_len = SV2_FRAME_HEADER_SIZE + payload_len;
    uint8_t expected[32], sum[32];
    size_t len = 0, consumed = 0;
    sv2_frame got;
    CHECK_NUMBER(sv2_sealed_frame_size(payload_len), wire_len);
    uint8_t *plain = memory(plain_len), *wire = memory(wire_len), *in_place = memory(wire_len);
    plain[0] = (uint8_t)extension_type;
    plain[1] = (uint8_t)(extension_type >> 8);
    plain[2] = (uint8_t)json_number(json_member(f, "msg_type"));
    plain[3] = (uint8_t)payload_len;
    plain[4] = (uint8_t)(payload_len >> 8);
    plain[5] = (uint8_t)(payload_len >> 16);
    for (size_t i = 0; i < payload_len; i++) {
        plain[SV2_FRAME_HEADER_SIZE + i] = (uint8_t)(i * 7 + 13);
    }

    CHECK_STATUS(sv2_transport_seal(first[from], plain, plain_len, wire, wire_len, &len), SV2_OK);
    CHECK_NUMBER(len, wire_len);
    HEX(f, "wire_sha256", expected);
    sha256(wire, wire_len, sum);
    CHECK_BYTES(sum, sizeof sum, expected, sizeof expected);
    const json recorded = json_member(f, "wire");
    if (recorded.at != NULL) {
        CHECK_NUMBER(json_hex(recorded, in_place, wire_len), wire_len);
        CHECK_BYTES(wire, wire_len, in_place, wire_len);
    }

    memcpy(in_place + SV2_TAG_SIZE, plain, plain_len);
    CHECK_STATUS(sv2_transport_seal_in_place(second[from], in_place, wire_len, plain_len, &len),
                 SV2_OK);
    CHECK_BYTES(in_place, len, wire, wire_len);

    size_t at = 0;
    while (at < wire_len) {
        CHECK_STATUS(sv2_decoder_feed(decoder[1 - from], wire + at, wire_len - at, &consumed),
                     SV2_OK);
        at += consumed;
        if (consumed == 0) {
            break;
        }
    }
    CHECK_NUMBER(at, wire_len);
    CHECK_STATUS(sv2_decoder_next(decoder[1 - from], &got, NULL, NULL), SV2_OK);
    check_opened(&got, plain, payload_len);

    CHECK_STATUS(sv2_transport_open_in_place(first[1 - from], wire, wire_len, SV2_PAYLOAD_SIZE_MAX,
                                             &got, &consumed, NULL),
                 SV2_OK);
    CHECK_NUMBER(consumed, wire_len);
    check_opened(&got, plain, payload_len);
    free(plain);
    free(wire);
    free(in_place);
}

/* The same handshake between two sessions, and their first frame sealed as the links would. */
static void check_sessions(const vector *v, sv2_transport link[2]) {
    static const sv2_service service = {SV2_PROTOCOL_MINING, 0, 0, 0};
    const sv2_time now = {1, v->certificate.valid_from};
    sv2_client_config cc = SV2_CLIENT_CONFIG_INIT;
    sv2_server_config sc = SV2_SERVER_CONFIG_INIT;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_secret_key key;
    sv2_session_profile profile;
    sv2_session client, server;
    sv2_public_key server_key;
    sv2_certificate certificate;
    uint8_t out[512], plain[256], sealed[512];
    size_t len = 0, taken = 0, plain_len = 0, sealed_len = 0;
    policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    policy.authority = v->authority;
    cc.security = sc.security = SV2_SECURITY_NOISE;
    cc.policy = &policy;
    cc.setup.vendor = sv2_string("vector");
    cc.setup.min_version = cc.setup.max_version = SV2_PROTOCOL_VERSION;
    sc.services = &service;
    sc.service_count = 1;
    CHECK_STATUS(sv2_secret_key_load(v->server.scalar, 32, &key), SV2_OK);
    CHECK_STATUS(sv2_identity_new(key, &v->certificate, v->server.random + 32, 33, &sc.identity),
                 SV2_OK);
    CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(
        sv2_session_start(profile, v->initiator.random, sizeof v->initiator.random, &now, &client),
        SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    CHECK_STATUS(sv2_session_profile_new_server(&sc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(
        sv2_session_start(profile, v->responder.random, sizeof v->responder.random, &now, &server),
        SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);

    CHECK_STATUS(sv2_session_output(client, out, sizeof out, &len), SV2_OK);
    CHECK_BYTES(out, len, v->act1.bytes, sizeof v->act1.bytes);
    CHECK_STATUS(sv2_session_sent(client, len), SV2_OK);
    CHECK_STATUS(sv2_session_feed(server, out, len, &now, &taken), SV2_OK);
    CHECK_STATUS(sv2_session_next_event(server, &event), SV2_OK);
    CHECK_NUMBER(event.kind, SV2_EVENT_SECURED);
    CHECK_STATUS(sv2_session_output(server, out, sizeof out, &len), SV2_OK);
    CHECK_BYTES(out, len, v->act2.bytes, sizeof v->act2.bytes);
    CHECK_STATUS(sv2_session_feed(client, out, len, &now, &taken), SV2_OK);
    CHECK_STATUS(sv2_session_next_event(client, &event), SV2_OK);
    CHECK_NUMBER(event.kind, SV2_EVENT_SECURED);
    CHECK_STATUS(sv2_session_server(client, &server_key, &certificate), SV2_OK);
    CHECK_BYTES(server_key.bytes, sizeof server_key.bytes, v->server_public.bytes, 32);
    CHECK(memcmp(&certificate, &v->certificate, sizeof certificate) == 0);

    CHECK_STATUS(sv2_session_output(client, out, sizeof out, &len), SV2_OK);
    CHECK_STATUS(
        sv2_setup_connection_encode(&cc.setup, NULL, plain, sizeof plain, &plain_len, NULL),
        SV2_OK);
    CHECK_STATUS(sv2_transport_seal(link[0], plain, plain_len, sealed, sizeof sealed, &sealed_len),
                 SV2_OK);
    CHECK_BYTES(out, len, sealed, sealed_len);
    CHECK_STATUS(sv2_session_free(&client), SV2_OK);
    CHECK_STATUS(sv2_session_free(&server), SV2_OK);
    CHECK_STATUS(sv2_identity_free(&sc.identity), SV2_OK);
    CHECK_STATUS(sv2_secret_key_free(&key), SV2_OK);
}

static void check_vector(json object) {
    vector v;
    sv2_transport first[2], second[2], third[2];
    sv2_decoder decoder[2];
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    config.max_payload_size = SV2_PAYLOAD_SIZE_MAX;
    read_vector(object, &v);
    check_authority(object, &v);
    shake(&v, first);
    shake(&v, second);
    shake(&v, third);
    check_sessions(&v, third);
    for (int side = 0; side < 2; side++) {
        CHECK_STATUS(sv2_decoder_new_sealed(&config, second[side], &decoder[side]), SV2_OK);
    }
    int count = 0;
    for (json f = json_after(v.frames, (json){NULL, NULL}); f.at != NULL;
         f = json_after(v.frames, f)) {
        check_frame(f, first, second, decoder);
        count++;
    }
    CHECK(count > 0);
    for (int side = 0; side < 2; side++) {
        CHECK_STATUS(sv2_decoder_free(&decoder[side]), SV2_OK);
        CHECK_STATUS(sv2_transport_free(&first[side]), SV2_OK);
        CHECK_STATUS(sv2_transport_free(&second[side]), SV2_OK);
        CHECK_STATUS(sv2_transport_free(&third[side]), SV2_OK);
    }
}

static void check_sha256(void) {
    static const uint8_t expected[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                         0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                         0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                         0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    uint8_t sum[32];
    sha256((const uint8_t *)"abc", 3, sum);
    CHECK_BYTES(sum, sizeof sum, expected, sizeof expected);
}

/* Every vector of a file; 0 when it cannot be read. */
static int check_file(const char *path) {
    const json file = json_file(path);
    if (file.at == NULL) {
        fprintf(stderr, "noise_vectors: cannot read %s; run me in the repository's root\n", path);
        return 0;
    }
    const json root = {json_space(file.at, file.end), file.end};
    CHECK(json_is(json_member(root, "payload_pattern"), "byte[i]=(i*7+13)&0xff"));
    const json vectors = json_member(root, "vectors");
    int count = 0;
    for (json v = json_after(vectors, (json){NULL, NULL}); v.at != NULL;
         v = json_after(vectors, v)) {
        check_vector(v);
        count++;
    }
    CHECK(count > 0);
    free((void *)(uintptr_t)file.at);
    return 1;
}

int main(void) {
    const char *path = getenv("SV2_NOISE_VECTORS");
    check_sha256();
    if (path != NULL && *path != '\0') {
        return check_file(path) ? check_end("noise_vectors") : 1;
    }
    return check_file("noise/testdata/noise_nx.json") &&
                   check_file("noise/testdata/noise_nx_sri.json")
               ? check_end("noise_vectors")
               : 1;
}
