/* Measures the encrypted link through the C ABI. One line per measurement:
 *     NAME NANOSECONDS
 */
#define _POSIX_C_SOURCE 200809L
#include <sv2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 7, HANDSHAKES = 40, PAYLOAD_MAX = 65536, NOW = 1700000000 };

static uint8_t plain[SV2_FRAME_HEADER_SIZE + PAYLOAD_MAX];
static uint8_t sealed[2 * PAYLOAD_MAX];
static sv2_policy policy = SV2_POLICY_INIT;
static sv2_identity identity;
static sv2_transport client, server;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(sv2_status status) {
    if (status != SV2_OK) {
        fprintf(stderr, "noise: %s\n", sv2_status_text(status));
        exit(1);
    }
}

static double least(double a, double b) {
    return a < b ? a : b;
}

/* Whole handshakes: the best mean of some rounds, for each role and for both. */
static void handshakes(void) {
    double best[3] = {1e18, 1e18, 1e18};
    for (int round = 0; round < ROUNDS; round++) {
        double initiator = 0, responder = 0;
        for (int i = 0; i < HANDSHAKES; i++) {
            sv2_initiator handshake;
            sv2_act1 act1;
            sv2_act2 act2;
            (void)sv2_transport_free(&client);
            (void)sv2_transport_free(&server);
            const double begin = now();
            must(sv2_initiator_new(&policy, NULL, 0, &handshake, &act1));
            const double sent = now();
            must(sv2_identity_respond(identity, NULL, 0, &act1, &act2, &server));
            const double answered = now();
            must(sv2_initiator_finish(handshake, &act2, NOW, &client));
            (void)sv2_initiator_free(&handshake);
            initiator += sent - begin + now() - answered;
            responder += answered - sent;
        }
        best[0] = least(best[0], (initiator + responder) / HANDSHAKES);
        best[1] = least(best[1], initiator / HANDSHAKES);
        best[2] = least(best[2], responder / HANDSHAKES);
    }
    printf("c-handshake/both %.0f\nc-handshake/initiator %.0f\nc-handshake/responder %.0f\n",
           best[0], best[1], best[2]);
}

static void frames(size_t payload, int calls) {
    const size_t size = SV2_FRAME_HEADER_SIZE + payload;
    double in_place = 1e18, two_buffers = 1e18;
    sv2_frame frame;
    size_t len, consumed;
    memset(plain, 0, SV2_FRAME_HEADER_SIZE);
    plain[3] = (uint8_t)payload;
    plain[4] = (uint8_t)(payload >> 8);
    plain[5] = (uint8_t)(payload >> 16);
    for (int round = 0; round < ROUNDS; round++) {
        /* What is opened in place lies where sealing in place wants it, but for the moved blocks.
         */
        memcpy(sealed + SV2_TAG_SIZE, plain, size);
        double start = now();
        for (int i = 0; i < calls; i++) {
            must(sv2_transport_seal_in_place(client, sealed, sizeof sealed, size, &len));
            must(sv2_transport_open_in_place(server, sealed, len, SV2_PAYLOAD_SIZE_MAX, &frame,
                                             &consumed, NULL));
        }
        in_place = least(in_place, (now() - start) / calls);
        start = now();
        for (int i = 0; i < calls; i++) {
            must(sv2_transport_seal(client, plain, size, sealed, sizeof sealed, &len));
            must(sv2_transport_open_in_place(server, sealed, len, SV2_PAYLOAD_SIZE_MAX, &frame,
                                             &consumed, NULL));
        }
        two_buffers = least(two_buffers, (now() - start) / calls);
    }
    printf("c-inplace/%zu %.1f\nc-twobuffers/%zu %.1f\n", payload, in_place, payload, two_buffers);
}

int main(void) {
    sv2_secret_key authority, key;
    sv2_public_key public;
    sv2_certificate certificate;
    must(sv2_secret_key_generate(&authority));
    must(sv2_secret_key_generate(&key));
    must(sv2_secret_key_public(key, &public));
    must(sv2_certificate_sign(authority, &public, NOW - 100, NOW + 100, &certificate));
    must(sv2_identity_new(key, &certificate, NULL, 0, &identity));
    must(sv2_secret_key_public(authority, &policy.authority));
    policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    handshakes();
    frames(100, 20000);
    frames(1024, 10000);
    frames(PAYLOAD_MAX, 300);
    (void)sv2_transport_free(&client);
    (void)sv2_transport_free(&server);
    (void)sv2_identity_free(&identity);
    (void)sv2_secret_key_free(&key);
    (void)sv2_secret_key_free(&authority);
    return 0;
}
