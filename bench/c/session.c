/* Measures the way of a share from sending it to the server's event through the C ABI, five calls:
 * the conversation of BenchmarkShare in sv2/session. One line per measurement: NAME NANOSECONDS
 */
#define _POSIX_C_SOURCE 200809L
#include <sv2.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 7, CALLS = 40000, NOW = 1700000000 };

static const sv2_time at = {1000, NOW};
static sv2_session client, server;
static uint8_t wire[1024];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(sv2_status status) {
    if (status < 0) {
        fprintf(stderr, "session: %s\n", sv2_status_text(status));
        exit(1);
    }
}

/* Carries what waits and takes the events; returns how much that was. */
static size_t carry(sv2_session from, sv2_session to) {
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    size_t len, taken;
    must(sv2_session_output(from, wire, sizeof wire, &len));
    must(sv2_session_sent(from, len));
    for (size_t done = 0; done < len; done += taken) {
        must(sv2_session_feed(to, wire + done, len - done, &at, &taken));
        while (sv2_session_next_event(to, &event) == SV2_OK) {
        }
    }
    return len;
}

static void connect_both(const sv2_client_config *cc, const sv2_server_config *sc) {
    sv2_session_profile profile;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    must(sv2_session_profile_new_client(cc, NULL, &profile, NULL));
    must(sv2_session_start(profile, NULL, 0, &at, &client));
    must(sv2_session_profile_free(&profile));
    must(sv2_session_profile_new_server(sc, NULL, &profile, NULL));
    must(sv2_session_start(profile, NULL, 0, &at, &server));
    must(sv2_session_profile_free(&profile));
    while (carry(client, server) + carry(server, client) != 0) {
    }
    must(sv2_session_info_get(client, &info));
    if (info.phase != SV2_PHASE_ESTABLISHED) {
        fprintf(stderr, "session: phase %s\n", sv2_session_phase_name(info.phase));
        exit(1);
    }
}

static void send_one(void) {
    static const uint8_t extranonce[8];
    static const sv2_submit_shares_extended share = {1, 0, 0, 0, 0, 0, {extranonce, 8}};
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    size_t len, taken;
    must(sv2_session_send_share(client, &share, NULL, 0, NULL));
    must(sv2_session_output(client, wire, sizeof wire, &len));
    must(sv2_session_feed(server, wire, len, &at, &taken));
    must(sv2_session_sent(client, taken));
    if (sv2_session_next_event(server, &event) != SV2_OK) {
        exit(1);
    }
}

static void shares(const char *name, const sv2_client_config *cc, const sv2_server_config *sc) {
    double best = 1e18;
    connect_both(cc, sc);
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now();
        for (int i = 0; i < CALLS; i++) {
            send_one();
        }
        const double each = (now() - start) / CALLS;
        best = each < best ? each : best;
    }
    printf("c-share/%s %.1f\n", name, best);
    must(sv2_session_free(&client));
    must(sv2_session_free(&server));
}

int main(void) {
    static const uint16_t tracking = SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING;
    static const sv2_service service = {SV2_PROTOCOL_MINING, 0, 0, 0};
    sv2_client_config cc = SV2_CLIENT_CONFIG_INIT;
    sv2_server_config sc = SV2_SERVER_CONFIG_INIT;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_secret_key authority, key;
    sv2_public_key public;
    sv2_certificate certificate;
    cc.security = sc.security = SV2_SECURITY_PLAIN;
    cc.setup.protocol = SV2_PROTOCOL_MINING;
    cc.setup.vendor = sv2_string("libsv2 bench");
    cc.request.types = sc.supported.types = &tracking;
    cc.request.count = sc.supported.count = 1;
    sc.services = &service;
    sc.service_count = 1;
    shares("plain", &cc, &sc);

    must(sv2_secret_key_generate(&authority));
    must(sv2_secret_key_generate(&key));
    must(sv2_secret_key_public(key, &public));
    must(sv2_certificate_sign(authority, &public, NOW - 100, NOW + 100, &certificate));
    must(sv2_secret_key_public(authority, &policy.authority));
    policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    cc.security = sc.security = SV2_SECURITY_NOISE;
    cc.policy = &policy;
    must(sv2_identity_new(key, &certificate, NULL, 0, &sc.identity));
    shares("encrypted", &cc, &sc);
    must(sv2_identity_free(&sc.identity));
    must(sv2_secret_key_free(&key));
    must(sv2_secret_key_free(&authority));
    return 0;
}
