/* A server with a certificate, and links to it, for the tests of the encrypted link. */
#ifndef NOISE_SERVER_H
#define NOISE_SERVER_H

#include <stdlib.h>

#include "check.h"

/* Inside the window of the certificate that noise_server_open makes. */
#define NOISE_NOW UINT64_C(1700000000)
#define NOISE_FROM ((uint32_t)NOISE_NOW - 100)
#define NOISE_TO ((uint32_t)NOISE_NOW + 100)

typedef struct noise_server {
    sv2_secret_key authority, key;
    sv2_public_key authority_public, public;
    sv2_certificate certificate;
    sv2_identity identity;
    sv2_policy policy; /* what a client of this server asks for */
} noise_server;

static inline void noise_server_open(noise_server *s) {
    const sv2_policy policy = SV2_POLICY_INIT;
    memset(s, 0, sizeof *s);
    CHECK_STATUS(sv2_secret_key_generate(&s->authority), SV2_OK);
    CHECK_STATUS(sv2_secret_key_generate(&s->key), SV2_OK);
    CHECK_STATUS(sv2_secret_key_public(s->authority, &s->authority_public), SV2_OK);
    CHECK_STATUS(sv2_secret_key_public(s->key, &s->public), SV2_OK);
    CHECK_STATUS(
        sv2_certificate_sign(s->authority, &s->public, NOISE_FROM, NOISE_TO, &s->certificate),
        SV2_OK);
    CHECK_STATUS(sv2_identity_new(s->key, &s->certificate, NULL, 0, &s->identity), SV2_OK);
    s->policy = policy;
    s->policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    s->policy.authority = s->authority_public;
}

static inline void noise_server_close(noise_server *s) {
    CHECK_STATUS(sv2_identity_free(&s->identity), SV2_OK);
    CHECK_STATUS(sv2_secret_key_free(&s->key), SV2_OK);
    CHECK_STATUS(sv2_secret_key_free(&s->authority), SV2_OK);
}

/* Shakes hands: what the client says about it at the time now. Both links are {0} after an error.
 */
static inline sv2_status noise_shake(const noise_server *s, const sv2_policy *policy, uint64_t now,
                                     sv2_transport *client, sv2_transport *server) {
    sv2_initiator initiator;
    sv2_act1 act1;
    sv2_act2 act2;
    CHECK_STATUS(sv2_initiator_new(policy, NULL, 0, &initiator, &act1), SV2_OK);
    CHECK_STATUS(sv2_identity_respond(s->identity, NULL, 0, &act1, &act2, server), SV2_OK);
    const sv2_status status = sv2_initiator_finish(initiator, &act2, now, client);
    if (status != SV2_OK) {
        CHECK(client->sv2_priv_transport == 0);
        CHECK_STATUS(sv2_transport_free(server), SV2_OK);
    }
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);
    return status;
}

static inline void noise_connect(const noise_server *s, sv2_transport *client,
                                 sv2_transport *server) {
    CHECK_STATUS(noise_shake(s, &s->policy, NOISE_NOW, client, server), SV2_OK);
}

static inline void noise_disconnect(sv2_transport *client, sv2_transport *server) {
    CHECK_STATUS(sv2_transport_free(client), SV2_OK);
    CHECK_STATUS(sv2_transport_free(server), SV2_OK);
}

/* Writes a plain frame with a payload of n bytes; returns its size. */
static inline size_t noise_put_frame(uint8_t *out, size_t n, unsigned seed) {
    out[0] = 0x01;
    out[1] = 0x40;
    out[2] = (uint8_t)seed;
    out[3] = (uint8_t)n;
    out[4] = (uint8_t)(n >> 8);
    out[5] = (uint8_t)(n >> 16);
    for (size_t i = 0; i < n; i++) {
        out[SV2_FRAME_HEADER_SIZE + i] = (uint8_t)(i * 7 + i / 251 + seed);
    }
    return SV2_FRAME_HEADER_SIZE + n;
}

/* The frame that came out is the plain one that went in. */
static inline int noise_same_frame(const sv2_frame *got, const uint8_t *plain) {
    const size_t n = (size_t)plain[3] | (size_t)plain[4] << 8 | (size_t)plain[5] << 16;
    return got->extension_type == 0x4001 && got->msg_type == plain[2] && got->payload_len == n &&
           (n == 0 || memcmp(got->payload, plain + SV2_FRAME_HEADER_SIZE, n) == 0);
}

static inline uint8_t *noise_memory(size_t size) {
    uint8_t *p = calloc(size + 1, 1);
    if (p == NULL) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
    return p;
}

#endif
