/* Deadlines of sessions, with a clock that the test moves: S0-02, S0-03, S3-05, I30, E1-11, E1-12.
 */
#include "session_pair.h"

static noise_server keys;
static const sv2_timeouts timeouts = {1000, 2000, 3000, 4000, 5000};

static sv2_time at(uint64_t monotonic) {
    const sv2_time t = {monotonic, NOISE_NOW};
    return t;
}

/* Tells e the time one millisecond before its deadline, which changes nothing, then at it. */
static void silent(end *e, uint64_t deadline) {
    const sv2_time before = at(deadline - 1), back = at(0), then = at(deadline);
    CHECK_NUMBER(info_of(e).deadline, deadline);
    CHECK_STATUS(sv2_session_tick(e->session, &before), SV2_OK);
    CHECK_STATUS(sv2_session_tick(e->session, &back), SV2_OK);
    const sv2_status status = sv2_session_tick(e->session, &then);
    CHECK(status == SV2_OK || info_of(e).phase == SV2_PHASE_ENDED);
}

static void configure(sv2_client_config *cc, sv2_server_config *sc, int encrypted) {
    *cc = client_config();
    *sc = server_config();
    cc->timeouts = sc->timeouts = timeouts;
    if (encrypted) {
        cc->security = sc->security = SV2_SECURITY_NOISE;
        cc->policy = &keys.policy;
        sc->identity = keys.identity;
    }
}

static void handshake(void) {
    sv2_client_config cc;
    sv2_server_config sc;
    end client, server;
    uint8_t nothing[233] = {0};
    const sv2_time later = at(1500);
    configure(&cc, &sc, 1);
    start_client(&client, &cc);
    start_server(&server, &sc);
    /* Bytes that complete nothing buy no time. */
    CHECK_STATUS(receive(&client, nothing, sizeof nothing, &later), SV2_OK);
    CHECK_STATUS(receive(&server, nothing, 63, &later), SV2_OK);
    silent(&client, 2000);
    silent(&server, 2000);
    EXPECT_END(&client, SV2_ERR_HANDSHAKE_TIMEOUT, SV2_PHASE_HANDSHAKE);
    EXPECT_END(&server, SV2_ERR_HANDSHAKE_TIMEOUT, SV2_PHASE_HANDSHAKE);
    free_end(&client);
    free_end(&server);
    start_client(&client, &cc);
    start_server(&server, &sc);
    CHECK_NUMBER(carry_at(&client, &server, SIZE_MAX, &later), sizeof(sv2_act1));
    silent(&server, 3500);
    EXPECT_END(&server, SV2_ERR_SETUP_TIMEOUT, SV2_PHASE_SETUP);
    free_end(&client);
    free_end(&server);
}

static void setup(void) {
    sv2_client_config cc;
    sv2_server_config sc;
    end client, server;
    configure(&cc, &sc, 0);
    sc.hold_setup = 1;
    start_client(&client, &cc);
    start_server(&server, &sc);
    CHECK(carry(&client, &server, SIZE_MAX) != 0);
    silent(&client, 3000);
    EXPECT_END(&client, SV2_ERR_SETUP_TIMEOUT, SV2_PHASE_SETUP);
    silent(&server, 3000);
    EXPECT_END(&server, SV2_ERR_SETUP_TIMEOUT, SV2_PHASE_DECISION);
    free_end(&client);
    free_end(&server);
}

/* What a client does when its request is not answered. */
static void negotiation(void) {
    static const uint16_t two[] = {2};
    static const struct {
        int required;
        uint32_t policy;
        sv2_status want;
    } rows[] = {
        {0, SV2_ON_TIMEOUT_CONTINUE, SV2_OK},
        {0, SV2_ON_TIMEOUT_RECONNECT, SV2_ERR_NEGOTIATION_TIMEOUT},
        {0, SV2_ON_TIMEOUT_FAIL, SV2_ERR_EXTENSIONS_IGNORED},
        {1, SV2_ON_TIMEOUT_CONTINUE, SV2_ERR_EXTENSIONS_IGNORED},
        {1, SV2_ON_TIMEOUT_RECONNECT, SV2_ERR_NEGOTIATION_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sv2_client_config cc;
        sv2_server_config sc;
        end client, server;
        configure(&cc, &sc, 0);
        *(rows[i].required ? &cc.required : &cc.request) = extension_list(two, 1);
        cc.on_timeout = rows[i].policy;
        cc.timeouts.inactivity = SV2_NEVER;
        sc.ignore_extensions = 1;
        start_client(&client, &cc);
        start_server(&server, &sc);
        pump(&client, &server, SIZE_MAX);
        CHECK_NUMBER(info_of(&client).phase, SV2_PHASE_NEGOTIATION);
        silent(&client, 4000);
        if (rows[i].want == SV2_OK) {
            take_events(&client);
            EXPECT(&client, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED);
            CHECK_NUMBER(info_of(&client).deadline, UINT64_MAX);
        } else {
            EXPECT_END(&client, rows[i].want, SV2_PHASE_NEGOTIATION);
        }
        free_end(&client);
        free_end(&server);
    }
}

static void inactivity(void) {
    sv2_client_config cc;
    sv2_server_config sc;
    end client, server;
    configure(&cc, &sc, 0);
    connect_ends(&client, &cc, &server, &sc);
    silent(&client, 5001); /* silent for longer than the limit */
    EXPECT_END(&client, SV2_ERR_INACTIVITY_TIMEOUT, SV2_PHASE_ESTABLISHED);
    free_end(&client);
    free_end(&server);
}

/* What waits at the end is dropped when the time to drain is over. */
static void drain(void) {
    sv2_client_config cc;
    sv2_server_config sc;
    end client, server;
    configure(&cc, &sc, 0);
    connect_ends(&client, &cc, &server, &sc);
    const sv2_close_channel m = {1, sv2_string("bye")};
    const sv2_time then = at(6000);
    CHECK_STATUS(sv2_close_channel_send(client.session, &m, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_close(client.session), SV2_OK);
    EXPECT_END(&client, SV2_ERR_CLOSED, SV2_PHASE_ESTABLISHED);
    CHECK_NUMBER(client.events[0].event.drain, 1);
    CHECK_NUMBER(info_of(&client).deadline, 6000);
    CHECK(info_of(&client).waiting != 0 && info_of(&client).finished == 0);
    CHECK_STATUS(sv2_session_tick(client.session, &then), SV2_ERR_CLOSED);
    CHECK(info_of(&client).waiting == 0 && info_of(&client).finished == 1);
    CHECK_NUMBER(info_of(&client).deadline, UINT64_MAX);
    free_end(&client);
    free_end(&server);
}

/* No deadline when the program says never, and none wraps around near the end of the clock. */
static void limits_of_the_clock(void) {
    sv2_client_config cc = client_config();
    sv2_session_profile profile;
    sv2_session session;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    const sv2_time last = at(UINT64_MAX), late = at(UINT64_MAX - 5);
    CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &late, &session), SV2_OK);
    CHECK_STATUS(sv2_session_tick(session, &late), SV2_OK);
    CHECK_STATUS(sv2_session_tick(session, &last), SV2_ERR_SETUP_TIMEOUT);
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    cc.timeouts.setup = SV2_NEVER;
    CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_OK);
    CHECK_STATUS(sv2_session_info_get(session, &info), SV2_OK);
    CHECK_NUMBER(info.deadline, UINT64_MAX);
    CHECK_STATUS(sv2_session_tick(session, &last), SV2_OK);
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
}

int main(void) {
    noise_server_open(&keys);
    handshake();
    setup();
    negotiation();
    inactivity();
    drain();
    limits_of_the_clock();
    noise_server_close(&keys);
    return check_end("session_time");
}
