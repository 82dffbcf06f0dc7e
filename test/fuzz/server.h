/* A server with a certificate, and links to it. All but the signature of the certificate comes from
 * fixed randomness, so that an input does the same in every run. */
#ifndef SERVER_H
#define SERVER_H

#include "fuzz.h"

enum { SERVER_OBJECTS = 3 }; /* which live as long as the program */

#define SERVER_NOW UINT64_C(1700000000)

typedef struct fuzz_server {
    sv2_secret_key authority, key;
    sv2_public_key authority_public, public;
    sv2_certificate certificate;
    sv2_identity identity;
    sv2_policy policy; /* what a client of this server asks for */
} fuzz_server;

/* Bytes that stand for randomness: enough for the attempts at an encoding that there may be. */
static inline const uint8_t *server_random(uint8_t seed, size_t *size) {
    static uint8_t random[32 + 33 * 64];
    uint32_t state = seed + 1u;
    for (size_t i = 0; i < sizeof random; i++) {
        state = state * 1664525u + 1013904223u;
        random[i] = (uint8_t)(state >> 24);
    }
    *size = sizeof random;
    return random;
}

/* The server, made at the first call and kept. */
static inline const fuzz_server *server_get(void) {
    static fuzz_server s;
    const sv2_policy policy = SV2_POLICY_INIT;
    uint8_t secret[SV2_SECRET_KEY_SIZE];
    size_t size;
    if (s.identity.sv2_priv_identity != 0) {
        return &s;
    }
    memset(secret, 0x11, sizeof secret);
    EXPECT(sv2_secret_key_load(secret, sizeof secret, &s.authority) == SV2_OK);
    memset(secret, 0x22, sizeof secret);
    EXPECT(sv2_secret_key_load(secret, sizeof secret, &s.key) == SV2_OK);
    EXPECT(sv2_secret_key_public(s.authority, &s.authority_public) == SV2_OK);
    EXPECT(sv2_secret_key_public(s.key, &s.public) == SV2_OK);
    EXPECT(sv2_certificate_sign(s.authority, &s.public, (uint32_t)SERVER_NOW - 100,
                                (uint32_t)SERVER_NOW + 100, &s.certificate) == SV2_OK);
    const uint8_t *random = server_random(1, &size);
    EXPECT(sv2_identity_new(s.key, &s.certificate, random, size, &s.identity) == SV2_OK);
    s.policy = policy;
    s.policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    s.policy.authority = s.authority_public;
    return &s;
}

static inline void server_connect(const fuzz_server *s, sv2_transport *client,
                                  sv2_transport *server) {
    sv2_initiator initiator;
    sv2_act1 act1;
    sv2_act2 act2;
    size_t size;
    const uint8_t *random = server_random(2, &size);
    EXPECT(sv2_initiator_new(&s->policy, random, size, &initiator, &act1) == SV2_OK);
    random = server_random(3, &size);
    EXPECT(sv2_identity_respond(s->identity, random, size, &act1, &act2, server) == SV2_OK);
    EXPECT(sv2_initiator_finish(initiator, &act2, SERVER_NOW, client) == SV2_OK);
    EXPECT(sv2_initiator_free(&initiator) == SV2_OK);
}

#endif
