/* The misuse matrix of endpoints, back-off and failover: what a program can get wrong in a call of
 * each function, and the status that it gets. Bad endpoints are in endpoint_url.c. */
#include "check.h"
#include "children.h"

enum { CANARY = 0xa5 };

static sv2_endpoint endpoint;
static sv2_failover failover;
static const uint8_t byte = 1;

/* Lengths that must be refused before any arithmetic. */
static const size_t too_long[] = {
    (size_t)SV2_INPUT_SIZE_MAX + 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX - 8, SIZE_MAX,
};
enum { TOO_LONG = sizeof too_long / sizeof too_long[0] };

#define SPOIL(object) memset(&(object), CANARY, sizeof(object))
#define IS_ZERO(object) filled_with(&(object), sizeof(object), 0)

/* Every function of a failover gives this status for the handle, and no output. */
static void refused_handle(uint64_t handle, sv2_status want) {
    const sv2_failover f = {handle};
    sv2_failover_decision d = SV2_FAILOVER_DECISION_INIT;
    uint32_t number = 7;
    sv2_status status = 7;
    d.id = d.until = 7;
    CHECK_STATUS(sv2_failover_next(f, 0, &d), want);
    CHECK(d.struct_size == sizeof d && d.action == 0 && d.id == 0 && d.until == 0);
    CHECK(IS_ZERO(d.endpoint));
    CHECK_STATUS(sv2_failover_report_established(f, 1, 0, NULL, 0), want);
    CHECK_STATUS(sv2_failover_report_failed(f, 1, SV2_ERR_DECRYPT, 0, NULL, 0), want);
    CHECK_STATUS(sv2_failover_report_redirected(f, 1, &byte, 1, 1, 0, NULL, 0), want);
    CHECK_STATUS(sv2_failover_network_restored(f), want);
    CHECK_STATUS(sv2_failover_readmit(f, 0), want);
    CHECK_STATUS(sv2_failover_live(f, &number), want);
    CHECK_NUMBER(number, 0);
    number = 7;
    CHECK_STATUS(sv2_failover_all_failed(f, &number), want);
    CHECK_NUMBER(number, 0);
    CHECK_STATUS(sv2_failover_stopped(f, 0, &status), want);
    CHECK_NUMBER(status, 0);
    status = 7;
    CHECK_STATUS(sv2_failover_last_failure(f, 0, &status), want);
    CHECK_NUMBER(status, 0);
    sv2_failover copy = f;
    CHECK_STATUS(sv2_failover_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_failover == handle);
}

static void handles(void) {
    sv2_decoder decoder;
    sv2_failover freed;
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
    CHECK_STATUS(sv2_failover_new(NULL, &endpoint, 1, &freed), SV2_OK);
    const uint64_t live = failover.sv2_priv_failover, stale = freed.sv2_priv_failover;
    CHECK_NUMBER(live >> 56, SV2_HANDLE_FAILOVER);
    size_t count = 0;
    CHECK_STATUS(sv2_live_handles(SV2_HANDLE_FAILOVER, &count), SV2_OK);
    CHECK_NUMBER(count, 2);
    CHECK_STATUS(sv2_failover_free(&freed), SV2_OK);
    CHECK(freed.sv2_priv_failover == 0);
    CHECK_STATUS(sv2_failover_free(&freed), SV2_OK); /* twice */
    CHECK_STATUS(sv2_failover_free(NULL), SV2_OK);

    refused_handle(0, SV2_ERR_HANDLE);
    refused_handle(UINT64_MAX, SV2_ERR_HANDLE);
    refused_handle(stale, SV2_ERR_HANDLE);
    refused_handle(live ^ 1, SV2_ERR_HANDLE);                   /* another slot */
    refused_handle(live + (UINT64_C(1) << 24), SV2_ERR_HANDLE); /* another generation */
    refused_handle(decoder.sv2_priv_decoder, SV2_ERR_HANDLE_KIND);
    refused_handle((live & ~(UINT64_C(0xff) << 56)) | (uint64_t)SV2_HANDLE_DECODER << 56,
                   SV2_ERR_HANDLE_KIND);
    /* and the other way round */
    const sv2_decoder forged = {live};
    CHECK_STATUS(sv2_decoder_commit(forged, 0), SV2_ERR_HANDLE_KIND);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
}

static void null_pointers(void) {
    sv2_endpoint out;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_failover none;
    char text[SV2_ENDPOINT_TEXT_SIZE];
    size_t len = 7;
    uint32_t number = 7;
    CHECK_STATUS(sv2_endpoint_parse("x", 1, 0, NULL), SV2_ERR_NULL);
    SPOIL(out);
    CHECK_STATUS(sv2_endpoint_parse(NULL, 1, 0, &out), SV2_ERR_NULL);
    CHECK(IS_ZERO(out));
    CHECK_STATUS(sv2_endpoint_parse(NULL, 0, 0, &out), SV2_ERR_ENDPOINT_HOST_EMPTY);
    CHECK_STATUS(sv2_endpoint_parse_insecure("x", 1, 0, NULL), SV2_ERR_NULL);
    SPOIL(out);
    CHECK_STATUS(sv2_endpoint_parse_insecure(NULL, 1, 0, &out), SV2_ERR_NULL);
    CHECK(IS_ZERO(out));
    CHECK_STATUS(sv2_endpoint_make("x", 1, 1, NULL, &out), SV2_ERR_NULL);
    CHECK_STATUS(sv2_endpoint_make("x", 1, 1, &endpoint.authority, NULL), SV2_ERR_NULL);
    SPOIL(out);
    CHECK_STATUS(sv2_endpoint_make(NULL, 1, 1, &endpoint.authority, &out), SV2_ERR_NULL);
    CHECK(IS_ZERO(out));
    CHECK_STATUS(sv2_endpoint_make_insecure("x", 1, 1, NULL), SV2_ERR_NULL);
    SPOIL(out);
    CHECK_STATUS(sv2_endpoint_make_insecure(NULL, 1, 1, &out), SV2_ERR_NULL);
    CHECK(IS_ZERO(out));
    CHECK_STATUS(sv2_endpoint_text(NULL, text, sizeof text, &len), SV2_ERR_NULL);
    CHECK_NUMBER(len, 0);
    CHECK_STATUS(sv2_endpoint_text(&endpoint, NULL, 1, &len), SV2_ERR_NULL);
    CHECK_STATUS(sv2_endpoint_text(&endpoint, text, sizeof text, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_endpoint_policy(NULL, &policy), SV2_ERR_NULL);
    CHECK_STATUS(sv2_endpoint_policy(&endpoint, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_endpoint_redirect(NULL, NULL, 0, 0, &out), SV2_ERR_NULL);
    CHECK_STATUS(sv2_endpoint_redirect(&endpoint, NULL, 0, 0, NULL), SV2_ERR_NULL);
    SPOIL(out);
    CHECK_STATUS(sv2_endpoint_redirect(&endpoint, NULL, 1, 0, &out), SV2_ERR_NULL);
    CHECK(IS_ZERO(out));
    CHECK_STATUS(sv2_backoff_wait(NULL, 1, NULL, 0, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_backoff_wait(NULL, 1, NULL, 8, &number), SV2_ERR_NULL);
    CHECK_NUMBER(number, 0);
    CHECK_STATUS(sv2_status_verdict(SV2_ERR_DECRYPT, 0, NULL), SV2_ERR_NULL);

    CHECK_STATUS(sv2_failover_new(NULL, &endpoint, 1, NULL), SV2_ERR_NULL);
    SPOIL(none);
    CHECK_STATUS(sv2_failover_new(NULL, NULL, 1, &none), SV2_ERR_NULL);
    CHECK(IS_ZERO(none));
    CHECK_STATUS(sv2_failover_new(NULL, NULL, 0, &none), SV2_ERR_ARGUMENT);
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    config.overrides_len = 1;
    CHECK_STATUS(sv2_failover_new(&config, &endpoint, 1, &none), SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_next(failover, 0, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_report_established(failover, 1, 0, NULL, 8), SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_report_failed(failover, 1, SV2_ERR_DECRYPT, 0, NULL, 8),
                 SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_report_redirected(failover, 1, NULL, 1, 1, 0, NULL, 0), SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_report_redirected(failover, 1, &byte, 1, 1, 0, NULL, 8),
                 SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_live(failover, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_all_failed(failover, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_stopped(failover, 0, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_failover_last_failure(failover, 0, NULL), SV2_ERR_NULL);
}

static void long_inputs(void) {
    static const sv2_failover_override override = {SV2_ERR_DECRYPT, SV2_VERDICT_GIVE_UP};
    sv2_endpoint out;
    sv2_failover none;
    uint32_t wait = 7;
    for (size_t i = 0; i < TOO_LONG; i++) {
        const size_t n = too_long[i];
        sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
        SPOIL(out);
        CHECK_STATUS(sv2_endpoint_parse("x", n, 0, &out), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(out));
        SPOIL(out);
        CHECK_STATUS(sv2_endpoint_parse_insecure("x", n, 0, &out), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(out));
        SPOIL(out);
        CHECK_STATUS(sv2_endpoint_make("x", n, 1, &endpoint.authority, &out), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(out));
        SPOIL(out);
        CHECK_STATUS(sv2_endpoint_make_insecure("x", n, 1, &out), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(out));
        SPOIL(out);
        CHECK_STATUS(sv2_endpoint_redirect(&endpoint, &byte, n, 1, &out), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(out));
        CHECK_STATUS(sv2_backoff_wait(NULL, 1, &byte, n, &wait), SV2_ERR_LIMIT);
        CHECK_NUMBER(wait, 0);
        SPOIL(none);
        CHECK_STATUS(sv2_failover_new(NULL, &endpoint, n, &none), SV2_ERR_LIMIT);
        CHECK(IS_ZERO(none));
        config.overrides = &override;
        config.overrides_len = n;
        CHECK_STATUS(sv2_failover_new(&config, &endpoint, 1, &none), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_failover_report_established(failover, 1, 0, &byte, n), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_failover_report_failed(failover, 1, SV2_ERR_DECRYPT, 0, &byte, n),
                     SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_failover_report_redirected(failover, 1, &byte, n, 1, 0, NULL, 0),
                     SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_failover_report_redirected(failover, 1, &byte, 1, 1, 0, &byte, n),
                     SV2_ERR_LIMIT);
    }
    /* A text of the largest input is too long a text, not too long an input; one above a limit of
     * elements is refused before any element is read. */
    char *text = calloc(1, SV2_INPUT_SIZE_MAX / 64);
    CHECK(text != NULL);
    CHECK_STATUS(sv2_endpoint_parse(text, SV2_INPUT_SIZE_MAX / 64, 0, &out),
                 SV2_ERR_ENDPOINT_TOO_LONG);
    CHECK_STATUS(sv2_endpoint_make_insecure(text, SV2_INPUT_SIZE_MAX / 64, 1, &out),
                 SV2_ERR_ENDPOINT_TOO_LONG);
    free(text);
    CHECK_STATUS(sv2_failover_new(NULL, &endpoint, SV2_FAILOVER_ENDPOINTS_MAX + 1, &none),
                 SV2_ERR_LIMIT);
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    config.overrides = &override;
    config.overrides_len = SV2_FAILOVER_OVERRIDES_MAX + 1;
    CHECK_STATUS(sv2_failover_new(&config, &endpoint, 1, &none), SV2_ERR_LIMIT);
}

/* --- Settings -----------------------------------------------------------------------------------
 */

static void refused_config(const sv2_failover_config *config) {
    sv2_failover none;
    SPOIL(none);
    CHECK_STATUS(sv2_failover_new(config, &endpoint, 1, &none), SV2_ERR_ARGUMENT);
    CHECK(IS_ZERO(none));
}

static void refused_backoff(const sv2_backoff_config *backoff) {
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    uint32_t wait = 7;
    CHECK_STATUS(sv2_backoff_wait(backoff, 1, NULL, 0, &wait), SV2_ERR_ARGUMENT);
    CHECK_NUMBER(wait, 0);
    config.backoff = backoff;
    refused_config(&config);
}

static void settings(void) {
    const uint32_t above = 7 * 24 * 3600 * 1000 + 1;
    const sv2_backoff_config defaults = SV2_BACKOFF_CONFIG_INIT;
    const sv2_failover_config config_defaults = SV2_FAILOVER_CONFIG_INIT;
    sv2_backoff_config b = defaults;
    b.initial = above;
    refused_backoff(&b);
    b.initial = UINT32_MAX;
    refused_backoff(&b);
    b = defaults;
    b.maximum = above;
    refused_backoff(&b);
    b.maximum = 999; /* less than initial */
    refused_backoff(&b);
    b = defaults;
    b.stable = above;
    refused_backoff(&b);
    b = defaults;
    b.jitter = 101;
    refused_backoff(&b);
    b.jitter = 256 + 50;
    refused_backoff(&b);
    b.jitter = UINT32_MAX;
    refused_backoff(&b);

    sv2_failover_config c = config_defaults;
    c.pause = above;
    refused_config(&c);
    c.pause = UINT32_MAX;
    refused_config(&c);
    c = config_defaults;
    c.probe_interval = above;
    refused_config(&c);
    c = config_defaults;
    c.probe_time = SV2_NEVER; /* of the interval only */
    refused_config(&c);
    c = config_defaults;
    c.reserved = 1;
    refused_config(&c);

    c = config_defaults;
    sv2_failover_override overrides[2] = {{SV2_ERR_DECRYPT, SV2_VERDICT_GIVE_UP},
                                          {SV2_ERR_DECRYPT, SV2_VERDICT_TRY_AGAIN}};
    c.overrides = overrides;
    c.overrides_len = 2;
    refused_config(&c); /* twice */
    c.overrides_len = 1;
    static const uint32_t no_verdicts[] = {0, 3, 255, 256, 257, 258, UINT32_MAX};
    for (size_t i = 0; i < sizeof no_verdicts / sizeof no_verdicts[0]; i++) {
        overrides[0].verdict = no_verdicts[i];
        refused_config(&c);
    }
    overrides[0].verdict = SV2_VERDICT_GIVE_UP;
    overrides[0].status = SV2_OK;
    refused_config(&c);
    overrides[0].status = SV2_WANT_INPUT;
    refused_config(&c);

    /* Counts of any size are good. */
    c = config_defaults;
    c.tries = c.probe_successes = c.redirects = UINT32_MAX;
    sv2_failover f;
    CHECK_STATUS(sv2_failover_new(&c, &endpoint, 1, &f), SV2_OK);
    CHECK_STATUS(sv2_failover_free(&f), SV2_OK);
    const sv2_endpoint twice[] = {endpoint, endpoint};
    CHECK_STATUS(sv2_failover_new(NULL, twice, 2, &f), SV2_ERR_ARGUMENT);

    uint32_t verdict = 7;
    CHECK_STATUS(sv2_status_verdict(SV2_ERR_DECRYPT, 2, &verdict), SV2_ERR_ARGUMENT);
    CHECK_NUMBER(verdict, 0);
    for (uint32_t index = 1; index != 0; index = index << 1 | 1) {
        sv2_status status = 7;
        CHECK_STATUS(sv2_failover_readmit(failover, index), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_failover_stopped(failover, index, &status), SV2_ERR_ARGUMENT);
        CHECK_NUMBER(status, 0);
        status = 7;
        CHECK_STATUS(sv2_failover_last_failure(failover, index, &status), SV2_ERR_ARGUMENT);
        CHECK_NUMBER(status, 0);
        if (index == UINT32_MAX) {
            break;
        }
    }
}

/* struct_size: smaller ones take defaults, larger ones are good if the rest is zero; of an output,
 * what there is room for is written. */
static void struct_sizes(void) {
    struct {
        sv2_failover_config known;
        uint32_t rest[4];
    } newer;
    sv2_backoff_config backoff = SV2_BACKOFF_CONFIG_INIT;
    sv2_failover f;
    const sv2_failover_config init = SV2_FAILOVER_CONFIG_INIT;
    memset(&newer, 0, sizeof newer);
    for (uint32_t wrong = 0; wrong < 4; wrong++) {
        newer.known = init;
        newer.known.struct_size = wrong;
        refused_config(&newer.known);
        backoff.struct_size = wrong;
        refused_backoff(&backoff);
        sv2_policy policy = SV2_POLICY_INIT;
        policy.struct_size = wrong;
        CHECK_STATUS(sv2_endpoint_policy(&endpoint, &policy), SV2_ERR_ARGUMENT);
        sv2_failover_decision d = SV2_FAILOVER_DECISION_INIT;
        d.struct_size = wrong;
        CHECK_STATUS(sv2_failover_next(failover, 0, &d), SV2_ERR_ARGUMENT);
    }
    newer.known = init;
    newer.known.struct_size = 8;
    newer.known.reserved = 1; /* not looked at any more */
    CHECK_STATUS(sv2_failover_new(&newer.known, &endpoint, 1, &f), SV2_OK);
    CHECK_STATUS(sv2_failover_free(&f), SV2_OK);
    newer.known = init;
    newer.known.struct_size = sizeof newer;
    CHECK_STATUS(sv2_failover_new(&newer.known, &endpoint, 1, &f), SV2_OK);
    for (size_t i = 0; i < 4; i++) {
        memset(newer.rest, 0, sizeof newer.rest);
        newer.rest[i] = 1;
        refused_config(&newer.known);
    }

    struct {
        sv2_failover_decision known;
        uint32_t rest[4];
    } wider;
    SPOIL(wider);
    wider.known.struct_size = sizeof wider;
    CHECK_STATUS(sv2_failover_next(f, 0, &wider.known), SV2_OK);
    CHECK(wider.known.action == SV2_FAILOVER_CONNECT && IS_ZERO(wider.rest));
    CHECK(memcmp(&wider.known.endpoint, &endpoint, sizeof endpoint) == 0);
    const uint64_t id = wider.known.id;
    SPOIL(wider);
    wider.known.struct_size = 16; /* as far as id */
    CHECK_STATUS(sv2_failover_next(f, 0, &wider.known), SV2_OK);
    CHECK(wider.known.action == SV2_FAILOVER_WAIT && wider.known.id == 0 && id != 0);
    CHECK(filled_with(&wider.known.until, sizeof wider - offsetof(sv2_failover_decision, until),
                      CANARY));
    CHECK_STATUS(sv2_failover_free(&f), SV2_OK);

    sv2_policy policy;
    SPOIL(policy);
    policy.struct_size = 8; /* without the key: no policy that a handshake takes */
    CHECK_STATUS(sv2_endpoint_policy(&endpoint, &policy), SV2_OK);
    CHECK_NUMBER(policy.authentication, SV2_AUTHENTICATION_AUTHORITY);
    CHECK(filled_with(&policy.clock, sizeof policy - 8, CANARY));
}

/* --- A forked child -----------------------------------------------------------------------------
 */

static void child(void) {
    sv2_endpoint out;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_failover none = {9};
    char text[SV2_ENDPOINT_TEXT_SIZE];
    size_t len;
    uint32_t number;
    SPOIL(out);
    CHECK_STATUS(sv2_endpoint_parse("x", 1, 0, &out), SV2_ERR_FORKED);
    CHECK(IS_ZERO(out));
    CHECK_STATUS(sv2_endpoint_parse_insecure("x", 1, 0, &out), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_endpoint_make("x", 1, 1, &endpoint.authority, &out), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_endpoint_make_insecure("x", 1, 1, &out), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_endpoint_text(&endpoint, text, sizeof text, &len), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_endpoint_policy(&endpoint, &policy), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_endpoint_redirect(&endpoint, NULL, 0, 0, &out), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_backoff_wait(NULL, 1, NULL, 0, &number), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_status_verdict(SV2_ERR_DECRYPT, 0, &number), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_failover_new(NULL, &endpoint, 1, &none), SV2_ERR_FORKED);
    CHECK(IS_ZERO(none));
    refused_handle(failover.sv2_priv_failover, SV2_ERR_FORKED);
}

int main(void) {
    static const char url[] = "stratum2+tcp://pool.example:3333/"
                              "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh";
    /* the same with every compiler, and without padding */
    CHECK_NUMBER(sizeof(sv2_endpoint), SV2_HOST_SIZE + 2 + 2 + 4 + 32);
    CHECK_NUMBER(sizeof(sv2_failover_decision), 4 + 4 + 8 + 8 + 4 + 4 + sizeof(sv2_endpoint));
    CHECK_NUMBER(sizeof(sv2_backoff_config), 5 * 4);
    CHECK_NUMBER(sizeof(sv2_failover_config), 8 * 4 + 3 * sizeof(void *));
    CHECK_NUMBER(sizeof(sv2_failover_override), 8);
    CHECK_STATUS(sv2_endpoint_parse(url, sizeof url - 1, 0, &endpoint), SV2_OK);
    CHECK_STATUS(sv2_failover_new(NULL, &endpoint, 1, &failover), SV2_OK);
    handles();
    null_pointers();
    long_inputs();
    settings();
    struct_sizes();
    CHECK(exited_with(run_in_child(child), 0));

    /* None of it harmed the list. */
    sv2_failover_decision d = SV2_FAILOVER_DECISION_INIT;
    CHECK_STATUS(sv2_failover_next(failover, 0, &d), SV2_OK);
    CHECK(d.action == SV2_FAILOVER_CONNECT && d.id == 1);
    CHECK_STATUS(sv2_failover_free(&failover), SV2_OK);
    return check_end("endpoint_misuse");
}
