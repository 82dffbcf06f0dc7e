/* A client that follows the decisions of an sv2_failover, by a clock of its own: turns, pauses,
 * probes, the way back, Reconnect, readmission, a network that returns, and histories that nobody
 * chose. */
#include "check.h"

#define KEY_A "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"
#define KEY_B "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72"

enum { POOLS = 5, MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static sv2_endpoint pools[POOLS];

static void make_pools(void) {
    for (int i = 0; i < POOLS; i++) {
        char url[100];
        const int n = snprintf(url, sizeof url, "stratum2+tcp://pool%c.example:3333/%s", 'a' + i,
                               i % 2 == 0 ? KEY_A : KEY_B);
        CHECK_STATUS(sv2_endpoint_parse(url, (size_t)n, 0, &pools[i]), SV2_OK);
    }
}

static sv2_failover list;
static uint64_t now;
static const uint8_t zero[8]; /* the random number of every report: jitter is off */

static sv2_failover_config plain(void) {
    static sv2_backoff_config backoff = SV2_BACKOFF_CONFIG_INIT;
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    backoff.jitter = 100;
    config.backoff = &backoff;
    return config;
}

static void begin(const sv2_failover_config *config, size_t count) {
    CHECK_STATUS(sv2_failover_free(&list), SV2_OK);
    CHECK_STATUS(sv2_failover_new(config, pools, count, &list), SV2_OK);
    now = 0;
}

static sv2_failover_decision next(void) {
    sv2_failover_decision d = SV2_FAILOVER_DECISION_INIT;
    CHECK_STATUS(sv2_failover_next(list, now, &d), SV2_OK);
    CHECK_NUMBER(d.struct_size, sizeof d);
    return d;
}

/* Lets time pass until something is to be done, which must be the action, for the endpoint, after
 * the wait. */
static sv2_failover_decision expect(uint32_t action, uint32_t index, uint64_t wait) {
    const uint64_t start = now;
    sv2_failover_decision d = next();
    while (d.action == SV2_FAILOVER_WAIT && d.until != SV2_FAILOVER_FOREVER) {
        CHECK(d.until > now);
        now = d.until > now ? d.until : now + 1;
        d = next();
    }
    CHECK_NUMBER(d.action, action);
    CHECK_NUMBER(d.index, index);
    CHECK_NUMBER(now - start, wait);
    CHECK((d.id != 0) == (action == SV2_FAILOVER_CONNECT || action == SV2_FAILOVER_PROBE));
    CHECK(d.id != 0 || filled_with(&d.endpoint, sizeof d.endpoint, 0));
    return d;
}

static void established(sv2_failover_decision d) {
    CHECK_STATUS(sv2_failover_report_established(list, d.id, now, zero, sizeof zero), SV2_OK);
}

static void failed(sv2_failover_decision d, sv2_status failure) {
    CHECK_STATUS(sv2_failover_report_failed(list, d.id, failure, now, zero, sizeof zero), SV2_OK);
}

static void redirected(sv2_failover_decision d, const char *host, uint16_t port) {
    CHECK_STATUS(sv2_failover_report_redirected(list, d.id, (const uint8_t *)host, strlen(host),
                                                port, now, zero, sizeof zero),
                 SV2_OK);
}

static void fail(uint32_t index, uint64_t wait, sv2_status failure) {
    failed(expect(SV2_FAILOVER_CONNECT, index, wait), failure);
}

/* The index of the connection in use, or -1. */
static int live(void) {
    uint32_t index = 99;
    const sv2_status status = sv2_failover_live(list, &index);
    CHECK(status == SV2_OK || status == SV2_NOT_FOUND);
    CHECK(status == SV2_OK || index == 0);
    return status == SV2_OK ? (int)index : -1;
}

static sv2_failover_decision establish(uint32_t index, uint64_t wait) {
    const sv2_failover_decision d = expect(SV2_FAILOVER_CONNECT, index, wait);
    established(d);
    CHECK(live() == (int)index);
    return d;
}

static void quiet(void) {
    const sv2_failover_decision d = next();
    CHECK(d.action == SV2_FAILOVER_WAIT && d.until == SV2_FAILOVER_FOREVER);
}

static uint32_t all_failed(void) {
    uint32_t out = 99;
    CHECK_STATUS(sv2_failover_all_failed(list, &out), SV2_OK);
    return out;
}

static sv2_status stopped(uint32_t index) {
    sv2_status reason = 99;
    CHECK_STATUS(sv2_failover_stopped(list, index, &reason), SV2_OK);
    return reason;
}

static sv2_status last_failure(uint32_t index) {
    sv2_status failure = 99;
    CHECK_STATUS(sv2_failover_last_failure(list, index, &failure), SV2_OK);
    return failure;
}

/* --- Stories ------------------------------------------------------------------------------------
 */

/* S1-09: one endpoint is the back-off and nothing else. */
static void single(void) {
    const sv2_failover_config config = plain();
    begin(&config, 1);
    fail(0, 0, SV2_ERR_CONNECT_FAILED);
    for (uint64_t wait = 1; wait <= 32; wait *= 2) {
        fail(0, wait * 1000, SV2_ERR_RESOLVE_FAILED);
    }
    CHECK_NUMBER(all_failed(), 1);
    CHECK_STATUS(last_failure(0), SV2_ERR_RESOLVE_FAILED);
    sv2_failover_decision d = establish(0, MINUTE);
    CHECK(all_failed() == 0 && last_failure(0) == SV2_OK);
    quiet();
    now += MINUTE - 1;
    failed(d, SV2_ERR_CONNECTION_LOST);
    CHECK(live() == -1);
    d = establish(0, MINUTE);
    now += MINUTE;
    failed(d, SV2_ERR_CONNECTION_LOST);
    d = establish(0, 1000);
    failed(d, SV2_ERR_DECRYPT); /* a byte altered on the way */
    d = expect(SV2_FAILOVER_CONNECT, 0, 2000);
    failed(d, SV2_ERR_CERTIFICATE_AUTHORITY);
    d = expect(SV2_FAILOVER_STOP, 0, 0);
    CHECK_STATUS(d.reason, SV2_ERR_CERTIFICATE_AUTHORITY);
    CHECK_STATUS(stopped(0), SV2_ERR_CERTIFICATE_AUTHORITY);
    CHECK_STATUS(sv2_failover_readmit(list, 0), SV2_OK);
    CHECK_STATUS(stopped(0), SV2_OK);
    establish(0, 0);
}

/* A primary, a fallback, probes of the primary, and the way back. */
static void primary_and_fallback(void) {
    sv2_failover_config config = plain();
    begin(&config, 2);
    for (uint64_t wait = 0; wait < 3; wait++) {
        fail(0, wait * 1000, SV2_ERR_CONNECT_FAILED);
    }
    const sv2_failover_decision old = establish(1, 0);
    sv2_failover_decision d = expect(SV2_FAILOVER_PROBE, 0, MINUTE);
    CHECK(memcmp(&d.endpoint, &pools[0], sizeof d.endpoint) == 0);
    quiet();
    established(d);
    failed(expect(SV2_FAILOVER_PROBE, 0, MINUTE), SV2_ERR_SETUP_TIMEOUT); /* counts anew */
    for (int i = 0; i < 3; i++) {
        established(expect(SV2_FAILOVER_PROBE, 0, MINUTE));
        CHECK(live() == 1);
    }
    d = expect(SV2_FAILOVER_CONNECT, 0, 0);
    CHECK(live() == 1); /* the old connection is kept until the new one is there */
    established(d);
    CHECK(live() == 0);
    quiet();
    failed(old, SV2_ERR_CLOSED); /* ignored */
    CHECK(live() == 0);

    /* A probe is a whole handshake: a foreign key gives the better one up. */
    config.tries = 1;
    begin(&config, 2);
    fail(0, 0, SV2_ERR_CONNECT_FAILED);
    establish(1, 0);
    failed(expect(SV2_FAILOVER_PROBE, 0, MINUTE), SV2_ERR_CERTIFICATE_AUTHORITY);
    quiet();

    /* Without probes the fallback is kept. */
    config.probe_interval = SV2_NEVER;
    begin(&config, 2);
    fail(0, 0, SV2_ERR_CONNECT_FAILED);
    establish(1, 0);
    now += HOUR;
    quiet();
}

/* CM-01, CM-04, CM-05: Reconnect leads to another address of the same authority. */
static void reconnect(void) {
    const sv2_failover_config config = plain();
    begin(&config, 1);
    sv2_failover_decision d = establish(0, 0);
    now += HOUR;
    redirected(d, "two.example", 0);
    d = expect(SV2_FAILOVER_CONNECT, 0, 1000);
    CHECK_TEXT(d.endpoint.host, "two.example");
    CHECK_NUMBER(d.endpoint.port, 3333);
    CHECK(memcmp(&d.endpoint.authority, &pools[0].authority, sizeof d.endpoint.authority) == 0);
    CHECK_NUMBER(d.endpoint.authentication, SV2_AUTHENTICATION_AUTHORITY);
    failed(d, SV2_ERR_CERTIFICATE_AUTHORITY); /* the address was bad, not the endpoint */
    d = expect(SV2_FAILOVER_CONNECT, 0, 2000);
    CHECK(memcmp(&d.endpoint, &pools[0], sizeof d.endpoint) == 0);
    established(d);
    redirected(d, "two.example/" KEY_B, 0);
    CHECK_STATUS(last_failure(0), SV2_ERR_RECONNECT_REFUSED);
    d = expect(SV2_FAILOVER_CONNECT, 0, 4000);
    CHECK(memcmp(&d.endpoint, &pools[0], sizeof d.endpoint) == 0);
}

static void network_restored(void) {
    sv2_failover_config config = plain();
    config.tries = 1;
    begin(&config, 2);
    fail(0, 0, SV2_ERR_RESOLVE_FAILED);
    fail(1, 0, SV2_ERR_RESOLVE_FAILED);
    CHECK(next().action == SV2_FAILOVER_WAIT && all_failed() == 1);
    CHECK_STATUS(sv2_failover_network_restored(list), SV2_OK);
    fail(0, 0, SV2_ERR_CONNECT_FAILED);
    establish(1, 0);
    CHECK_STATUS(sv2_failover_network_restored(list), SV2_OK);
    expect(SV2_FAILOVER_PROBE, 0, 0);
}

static void settings(void) {
    static const sv2_failover_override overrides[] = {
        {SV2_ERR_CERTIFICATE_NOT_YET_VALID, SV2_VERDICT_TRY_AGAIN},
        {SV2_ERR_UNEXPECTED_MESSAGE, SV2_VERDICT_GIVE_UP},
    };
    sv2_backoff_config backoff = SV2_BACKOFF_CONFIG_INIT;
    backoff.initial = 10;
    backoff.maximum = 40;
    backoff.stable = 500;
    backoff.jitter = 100;
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    config.tries = 2;
    config.pause = 7000;
    config.probe_interval = 100;
    config.probe_successes = 2;
    config.probe_time = 300;
    config.redirects = 1;
    config.backoff = &backoff;
    config.overrides = overrides;
    config.overrides_len = 2;
    begin(&config, 2);
    memset(&backoff, 0xff, sizeof backoff); /* read during the call only */
    fail(0, 0, SV2_ERR_CERTIFICATE_NOT_YET_VALID);
    fail(0, 10, SV2_ERR_CONNECT_FAILED);
    fail(1, 0, SV2_ERR_CONNECT_FAILED);
    fail(1, 10, SV2_ERR_CONNECT_FAILED);
    fail(0, 7000, SV2_ERR_CONNECT_FAILED); /* a single try from now on */
    sv2_failover_decision d = establish(1, 0);
    established(expect(SV2_FAILOVER_PROBE, 0, 100));
    established(expect(SV2_FAILOVER_PROBE, 0, 100));
    established(expect(SV2_FAILOVER_PROBE, 0, 100));
    d = establish(0, 100);
    now += 500;
    redirected(d, "two.example", 0);
    d = establish(0, 10);
    redirected(d, "three.example", 0); /* the second without a stable connection in between */
    CHECK_STATUS(last_failure(0), SV2_ERR_RECONNECT_REFUSED);
    d = establish(0, 20);
    failed(d, SV2_ERR_UNEXPECTED_MESSAGE);
    CHECK_STATUS(stopped(0), SV2_ERR_UNEXPECTED_MESSAGE);
}

/* Both ends of the jitter, by the bytes of the report, and the system's randomness. */
static void randomness(void) {
    static const uint8_t most[9] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
    CHECK_STATUS(sv2_failover_free(&list), SV2_OK);
    CHECK_STATUS(sv2_failover_new(NULL, pools, 1, &list), SV2_OK);
    now = 0;
    fail(0, 0, SV2_ERR_CONNECT_FAILED);
    sv2_failover_decision d = expect(SV2_FAILOVER_CONNECT, 0, 500);
    CHECK_STATUS(sv2_failover_report_failed(list, d.id, SV2_ERR_CONNECT_FAILED, now, most, 7),
                 SV2_ERR_RANDOM);
    quiet(); /* nothing was reported */
    CHECK_STATUS(sv2_failover_report_failed(list, d.id, SV2_ERR_CONNECT_FAILED, now, most, 9),
                 SV2_OK);
    d = expect(SV2_FAILOVER_CONNECT, 0, 2000);
    CHECK_STATUS(sv2_failover_report_failed(list, d.id, SV2_ERR_CONNECT_FAILED, now, NULL, 0),
                 SV2_OK);
    d = next();
    CHECK(d.action == SV2_FAILOVER_WAIT && d.until >= now + 2000 && d.until <= now + 4000);
}

/* Waits that are no whole milliseconds are rounded up: the caller's clock cannot show less, and
 * must not ask again before. */
static void rounding(void) {
    sv2_backoff_config backoff = SV2_BACKOFF_CONFIG_INIT;
    backoff.initial = 3;
    backoff.jitter = 33;
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    config.backoff = &backoff;
    begin(&config, 1);
    fail(0, 0, SV2_ERR_CONNECT_FAILED);
    expect(SV2_FAILOVER_CONNECT, 0, 1); /* 0.99 ms */
}

static void wrong_reports(void) {
    const sv2_failover_config config = plain();
    begin(&config, 2);
    CHECK_STATUS(sv2_failover_report_established(list, 1, 0, NULL, 0), SV2_ERR_ARGUMENT);
    const sv2_failover_decision d = expect(SV2_FAILOVER_CONNECT, 0, 0);
    CHECK_STATUS(sv2_failover_report_established(list, 0, 0, NULL, 0), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_failover_report_established(list, d.id + 1, 0, NULL, 0), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_failover_report_established(list, d.id, SV2_FAILOVER_NOW_MAX + 1, NULL, 0),
                 SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_failover_report_failed(list, d.id, SV2_OK, 0, NULL, 0), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_failover_report_failed(list, d.id, SV2_WANT_INPUT, 0, NULL, 0),
                 SV2_ERR_ARGUMENT);
    quiet();
    established(d);
    CHECK_STATUS(sv2_failover_report_established(list, d.id, 0, NULL, 0), SV2_ERR_STATE);
    failed(d, SV2_ERR_CONNECTION_LOST);
    failed(d, SV2_ERR_CERTIFICATE_AUTHORITY); /* a second end is ignored */
    CHECK_STATUS(stopped(0), SV2_OK);
    sv2_failover_decision at_the_end = SV2_FAILOVER_DECISION_INIT;
    CHECK_STATUS(sv2_failover_next(list, SV2_FAILOVER_NOW_MAX + 1, &at_the_end), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_failover_next(list, UINT64_MAX, &at_the_end), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_failover_next(list, SV2_FAILOVER_NOW_MAX, &at_the_end), SV2_OK);
    CHECK_NUMBER(at_the_end.action, SV2_FAILOVER_CONNECT);
    now = SV2_FAILOVER_NOW_MAX;
    failed(at_the_end, SV2_ERR_CONNECT_FAILED);
    CHECK_NUMBER(next().until, SV2_FAILOVER_NOW_MAX + 2000);
}

/* --- Histories ----------------------------------------------------------------------------------
 */

static uint64_t state;

static uint32_t below(uint32_t n) { /* any number generator that repeats itself */
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

/* Reports some outcome; returns whether it was that the connection is established. */
static int some_outcome(const sv2_failover_decision *d, int may_be_established) {
    uint8_t random[8];
    char host = (char)('a' + below(3));
    for (size_t i = 0; i < sizeof random; i++) {
        random[i] = (uint8_t)below(256);
    }
    switch (below(8)) {
    case 0:
        CHECK_STATUS(sv2_failover_report_redirected(list, d->id, (const uint8_t *)&host, 1,
                                                    (uint16_t)below(3), now, random, 8),
                     SV2_OK);
        return 0;
    case 1:
        if (below(8) == 0) {
            CHECK_STATUS(sv2_failover_report_failed(list, d->id, SV2_ERR_CERTIFICATE_EXPIRED, now,
                                                    random, 8),
                         SV2_OK);
            return 0;
        }
        break;
    case 2:
    case 3:
    case 4:
        if (may_be_established) {
            CHECK_STATUS(sv2_failover_report_established(list, d->id, now, random, 8), SV2_OK);
            return 1;
        }
        break;
    default:
        break;
    }
    CHECK_STATUS(sv2_failover_report_failed(list, d->id, SV2_ERR_CONNECT_FAILED, now, random, 8),
                 SV2_OK);
    return 0;
}

/* There is always something to do or to wait for; nothing is dialled under another key or after it
 * was given up; one connection and one attempt exist at most. */
static void any_history(void) {
    for (uint64_t seed = 0; seed < (uint64_t)check_rounds(100); seed++) {
        state = seed;
        const uint32_t count = 1 + below(POOLS);
        sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
        config.tries = below(4);
        config.probe_successes = below(3);
        config.redirects = below(3);
        begin(&config, count);
        sv2_failover_decision attempt = SV2_FAILOVER_DECISION_INIT, used = attempt;
        for (int step = 0; step < 200; step++) {
            const sv2_failover_decision d = next();
            switch (d.action) {
            case SV2_FAILOVER_CONNECT:
            case SV2_FAILOVER_PROBE:
                CHECK(attempt.id == 0 && d.index < count && stopped(d.index) == SV2_OK);
                CHECK(memcmp(&d.endpoint.authority, &pools[d.index].authority, 32) == 0);
                CHECK(d.action == SV2_FAILOVER_CONNECT || (used.id != 0 && d.index < used.index));
                attempt = d;
                break;
            case SV2_FAILOVER_WAIT:
                CHECK(d.until > now);
                CHECK(d.until != SV2_FAILOVER_FOREVER || attempt.id != 0 || used.id != 0);
                if (d.until != SV2_FAILOVER_FOREVER && below(3) > 0) {
                    now = d.until;
                }
                break;
            default:
                CHECK_NUMBER(d.action, SV2_FAILOVER_STOP);
                CHECK(attempt.id == 0 && used.id == 0 && d.reason == stopped(0) && d.reason < 0);
                CHECK_STATUS(sv2_failover_readmit(list, below(count)), SV2_OK);
                break;
            }
            now += below(20 * 1000);
            if (below(30) == 0) {
                CHECK_STATUS(sv2_failover_network_restored(list), SV2_OK);
            }
            if (attempt.id != 0 && below(2) == 0) {
                const sv2_failover_decision ended = attempt;
                attempt.id = 0;
                if (some_outcome(&ended, 1) && ended.action == SV2_FAILOVER_CONNECT) {
                    used = ended;
                }
            } else if (used.id != 0 && below(20) == 0) {
                const sv2_failover_decision ended = used;
                used.id = 0;
                if (attempt.id != 0 && attempt.action == SV2_FAILOVER_PROBE) {
                    attempt.id = 0;
                }
                some_outcome(&ended, 0);
            }
            CHECK(live() == (used.id != 0 ? (int)used.index : -1));
        }
    }
}

int main(void) {
    make_pools();
    single();
    primary_and_fallback();
    reconnect();
    network_restored();
    settings();
    randomness();
    rounding();
    wrong_reports();
    any_history();
    CHECK_STATUS(sv2_failover_free(&list), SV2_OK);
    return check_end("endpoint_failover");
}
