/* Endpoints through C: the URLs that the Go tests read too (NO-30, S1-12 to S1-14), what may be
 * filled in by hand (NO-31), Reconnect (CM-04, CM-05), waits (S1-09) and verdicts (S1-08). */
#include "check.h"
#include "json_reader.h"

#define KEY "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"
#define URL "stratum2+tcp://pool.example:3333/" KEY

static sv2_endpoint parse(const char *url) {
    sv2_endpoint out;
    CHECK_STATUS(sv2_endpoint_parse(url, strlen(url), 0, &out), SV2_OK);
    return out;
}

static int is_zero(const sv2_endpoint *endpoint) {
    return filled_with(endpoint, sizeof *endpoint, 0);
}

static int same(const sv2_endpoint *a, const sv2_endpoint *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* --- Vectors ------------------------------------------------------------------------------------
 */

static sv2_status status_named(json name) {
#define ROW(status, number, class_number, text)                                                    \
    if (json_is(name, #status)) {                                                                  \
        return status;                                                                             \
    }
    SV2_STATUS_MAP(ROW)
#undef ROW
    return SV2_OK;
}

/* The bytes of a case's text, in memory of exactly their size, so that a sanitizer sees a read
 * past them. */
static char *text_of(json row, size_t *len) {
    static uint8_t bytes[4096];
    const json text = json_member(row, "text");
    if (text.at == NULL) {
        *len = json_hex(json_member(row, "hex"), bytes, sizeof bytes);
    } else {
        *len = (size_t)(text.end - text.at) - 2;
        CHECK(*len <= sizeof bytes);
        memcpy(bytes, text.at + 1, *len);
    }
    char *copy = malloc(*len == 0 ? 1 : *len);
    if (copy == NULL || *len > sizeof bytes) {
        abort();
    }
    memcpy(copy, bytes, *len);
    return copy;
}

static void good_url(json row, const sv2_endpoint *endpoint) {
    char text[SV2_ENDPOINT_TEXT_SIZE];
    size_t len;
    sv2_endpoint back;
    CHECK(json_is(json_member(row, "host"), endpoint->host));
    CHECK_NUMBER(endpoint->port, json_number(json_member(row, "port")));
    CHECK_STATUS(sv2_endpoint_text(endpoint, text, sizeof text, &len), SV2_OK);
    CHECK_NUMBER(len, strlen(text) + 1);
    CHECK(json_is(json_member(row, "url"), text));
    const int insecure = endpoint->authentication == SV2_AUTHENTICATION_INSECURE;
    CHECK_STATUS(sv2_endpoint_parse(text, len - 1, 0, &back),
                 insecure ? SV2_ERR_ENDPOINT_KEY_MISSING : SV2_OK);
    CHECK(insecure ? is_zero(&back) : same(&back, endpoint));
    CHECK_STATUS(sv2_endpoint_parse_insecure(text, len - 1, 0, &back), SV2_OK);
    CHECK(same(&back, endpoint));
    CHECK_STATUS(insecure ? sv2_endpoint_make_insecure(endpoint->host, strlen(endpoint->host),
                                                       endpoint->port, &back)
                          : sv2_endpoint_make(endpoint->host, strlen(endpoint->host),
                                              endpoint->port, &endpoint->authority, &back),
                 SV2_OK);
    CHECK(same(&back, endpoint));
}

static void urls(void) {
    const char *path = "sv2/endpoint/testdata/urls.json";
    const json file = json_file(path);
    json row = {NULL, NULL};
    int good = 0, bad = 0;
    while ((row = json_after(file, row)).at != NULL) {
        sv2_endpoint endpoint;
        size_t len;
        char *text = text_of(row, &len);
        const json error = json_member(row, "error");
        const sv2_status want = status_named(error);
        const uint16_t port = (uint16_t)json_number(json_member(row, "default_port"));
        const int insecure = json_number(json_member(row, "insecure")) == 1;
        memset(&endpoint, 0xa5, sizeof endpoint);
        CHECK(error.at == NULL || want < 0);
        CHECK_STATUS(insecure ? sv2_endpoint_parse_insecure(text, len, port, &endpoint)
                              : sv2_endpoint_parse(text, len, port, &endpoint),
                     want);
        if (want != SV2_OK) {
            CHECK(is_zero(&endpoint));
            bad++;
        } else {
            good_url(row, &endpoint);
            good++;
        }
        free(text);
    }
    if (file.at == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
    }
    CHECK(good >= 20 && bad >= 80);
    free((void *)(uintptr_t)file.at);
}

/* --- By hand ------------------------------------------------------------------------------------
 */

/* Every function that takes an endpoint gives this status for it, and no output. */
static void refused(const sv2_endpoint *endpoint, sv2_status want) {
    char text[SV2_ENDPOINT_TEXT_SIZE];
    size_t len = 9;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_endpoint out;
    sv2_failover failover = {9};
    memset(text, 0xa5, sizeof text);
    CHECK_STATUS(sv2_endpoint_text(endpoint, text, sizeof text, &len), want);
    CHECK(len == 0 && filled_with(text, sizeof text, 0xa5));
    policy.authentication = SV2_AUTHENTICATION_INSECURE;
    CHECK_STATUS(sv2_endpoint_policy(endpoint, &policy), want);
    CHECK(policy.struct_size == sizeof policy && policy.authentication == 0);
    memset(&out, 0xa5, sizeof out);
    CHECK_STATUS(sv2_endpoint_redirect(endpoint, NULL, 0, 0, &out), want);
    CHECK(is_zero(&out));
    CHECK_STATUS(sv2_failover_new(NULL, endpoint, 1, &failover), want);
    CHECK(failover.sv2_priv_failover == 0);
    sv2_endpoint list[2] = {parse(URL), *endpoint};
    CHECK_STATUS(sv2_failover_new(NULL, list, 2, &failover), want);
}

/* NO-31, S1-14: there is no way around the key but the one that says so. */
static void by_hand(void) {
    const sv2_endpoint good = parse(URL);
    sv2_endpoint e;
    memset(&e, 0, sizeof e);
    refused(&e, SV2_ERR_ARGUMENT);
    memset(&e, 0xff, sizeof e);
    refused(&e, SV2_ERR_ARGUMENT);
    e.reserved = 0;
    refused(&e, SV2_ERR_ENDPOINT_TOO_LONG); /* no NUL */
    e = good;
    e.authentication = 0;
    refused(&e, SV2_ERR_ARGUMENT);
    e.authentication = 3;
    refused(&e, SV2_ERR_ARGUMENT);
    e.authentication = SV2_AUTHENTICATION_INSECURE; /* but there is a key */
    refused(&e, SV2_ERR_ARGUMENT);
    e = good;
    memset(&e.authority, 0, sizeof e.authority); /* without a key */
    refused(&e, SV2_ERR_KEY_INVALID);
    memset(&e.authority, 0xff, sizeof e.authority); /* not of the curve */
    refused(&e, SV2_ERR_KEY_INVALID);
    e = good;
    e.reserved = 1;
    refused(&e, SV2_ERR_ARGUMENT);
    e = good;
    e.port = 0;
    refused(&e, SV2_ERR_ENDPOINT_PORT);
    e = good;
    e.host[0] = '\0';
    refused(&e, SV2_ERR_ENDPOINT_HOST_EMPTY);
    e.host[0] = '-';
    refused(&e, SV2_ERR_ENDPOINT_HOST);
    memset(e.host, 'a', sizeof e.host);
    refused(&e, SV2_ERR_ENDPOINT_TOO_LONG);
    e.host[SV2_HOST_SIZE - 1] = '\0';
    refused(&e, SV2_ERR_ENDPOINT_TOO_LONG);
    memset(e.host, 0, sizeof e.host);
    memcpy(e.host, "::g", 4);
    refused(&e, SV2_ERR_ENDPOINT_ADDRESS);

    /* What is good by hand gets its one spelling; what stands behind the NUL does not matter. */
    e = good;
    memset(e.host, 'x', sizeof e.host);
    memcpy(e.host, "Pool.Example", 13);
    CHECK_STATUS(sv2_endpoint_redirect(&e, NULL, 0, 0, &e), SV2_OK);
    CHECK(same(&e, &good));

    sv2_endpoint made;
    CHECK_STATUS(sv2_endpoint_make("[2001:DB8::1]", 13, 1, &good.authority, &made), SV2_OK);
    CHECK_TEXT(made.host, "2001:db8::1");
    CHECK_STATUS(sv2_endpoint_make("pool.example", 12, 3333, &good.authority, &made), SV2_OK);
    CHECK(same(&made, &good));
    CHECK_STATUS(sv2_endpoint_make("pool.example", 12, 3333, &made.authority, &made), SV2_OK);
    CHECK(same(&made, &good));
    const sv2_public_key none = {{0}};
    CHECK_STATUS(sv2_endpoint_make("pool.example", 12, 3333, &none, &made), SV2_ERR_KEY_INVALID);
    CHECK(is_zero(&made));
    CHECK_STATUS(sv2_endpoint_make("pool.example", 12, 0, &good.authority, &made),
                 SV2_ERR_ENDPOINT_PORT);
    CHECK_STATUS(sv2_endpoint_make("pool\0example", 12, 1, &good.authority, &made),
                 SV2_ERR_ENDPOINT_HOST);
    CHECK_STATUS(sv2_endpoint_make(NULL, 0, 1, &good.authority, &made),
                 SV2_ERR_ENDPOINT_HOST_EMPTY);
    CHECK_STATUS(sv2_endpoint_make_insecure("pool example", 12, 1, &made), SV2_ERR_ENDPOINT_HOST);
    CHECK(is_zero(&made));
}

static void policies(void) {
    sv2_endpoint endpoint = parse(URL);
    sv2_policy policy = SV2_POLICY_INIT;
    policy.clock = 7;
    policy.leeway = 7;
    CHECK_STATUS(sv2_endpoint_policy(&endpoint, &policy), SV2_OK);
    CHECK_NUMBER(policy.struct_size, sizeof policy);
    CHECK_NUMBER(policy.authentication, SV2_AUTHENTICATION_AUTHORITY);
    CHECK_NUMBER(policy.clock, SV2_CLOCK_REQUIRED);
    CHECK_NUMBER(policy.leeway, SV2_LEEWAY_DEFAULT);
    CHECK(memcmp(&policy.authority, &endpoint.authority, sizeof policy.authority) == 0);
    sv2_initiator initiator;
    sv2_act1 act1;
    CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_OK);
    CHECK_STATUS(sv2_initiator_free(&initiator), SV2_OK);

    CHECK_STATUS(sv2_endpoint_make_insecure("pool.example", 12, 1, &endpoint), SV2_OK);
    CHECK_STATUS(sv2_endpoint_policy(&endpoint, &policy), SV2_OK);
    CHECK_NUMBER(policy.authentication, SV2_AUTHENTICATION_INSECURE);
    CHECK(filled_with(&policy.authority, sizeof policy.authority, 0));

    /* The policy of a refused endpoint is one that every handshake refuses. */
    memset(&endpoint, 0, sizeof endpoint);
    CHECK_STATUS(sv2_endpoint_policy(&endpoint, &policy), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_initiator_new(&policy, NULL, 0, &initiator, &act1), SV2_ERR_ARGUMENT);
}

/* CM-04: an empty host and a port of 0 keep the present ones. CM-05: the key stays. */
static void redirects(void) {
    const sv2_endpoint good = parse(URL);
    sv2_endpoint insecure, out;
    CHECK_STATUS(sv2_endpoint_make_insecure("pool.example", 12, 3333, &insecure), SV2_OK);
    const sv2_endpoint *both[] = {&good, &insecure};
    for (size_t i = 0; i < 2; i++) {
        const sv2_endpoint *from = both[i];
        CHECK_STATUS(sv2_endpoint_redirect(from, NULL, 0, 0, &out), SV2_OK);
        CHECK(same(&out, from));
        CHECK_STATUS(sv2_endpoint_redirect(from, NULL, 0, 4444, &out), SV2_OK);
        CHECK(strcmp(out.host, from->host) == 0 && out.port == 4444);
        const sv2_reconnect message = {sv2_string("Two.Example"), 0};
        CHECK_STATUS(sv2_endpoint_redirect(from, message.new_host.data, message.new_host.len,
                                           message.new_port, &out),
                     SV2_OK);
        CHECK_TEXT(out.host, "two.example");
        CHECK_NUMBER(out.port, 3333);
        CHECK_NUMBER(out.authentication, from->authentication);
        CHECK(memcmp(&out.authority, &from->authority, sizeof out.authority) == 0);
        CHECK_STATUS(sv2_endpoint_redirect(from, (const uint8_t *)"two.example/" KEY, 63, 1, &out),
                     SV2_ERR_ENDPOINT_HOST);
        CHECK(is_zero(&out));
        static const uint8_t zeros[SV2_HOST_SIZE + 1];
        CHECK_STATUS(sv2_endpoint_redirect(from, zeros, sizeof zeros, 1, &out),
                     SV2_ERR_ENDPOINT_TOO_LONG);
        CHECK_STATUS(sv2_endpoint_redirect(from, zeros, 1, 1, &out), SV2_ERR_ENDPOINT_HOST);
    }
}

/* Every size of memory that is too small, and the one that is not. */
static void short_memory(void) {
    const sv2_endpoint endpoint = parse(URL);
    char text[SV2_ENDPOINT_TEXT_SIZE];
    size_t len;
    for (size_t cap = 0; cap < sizeof URL; cap++) {
        memset(text, 0xa5, sizeof text);
        CHECK_STATUS(sv2_endpoint_text(&endpoint, cap == 0 ? NULL : text, cap, &len),
                     SV2_ERR_BUFFER_TOO_SMALL);
        CHECK(len == sizeof URL && filled_with(text, sizeof text, 0xa5));
    }
    CHECK_STATUS(sv2_endpoint_text(&endpoint, text, sizeof URL, &len), SV2_OK);
    CHECK_TEXT(text, URL);
    CHECK(filled_with(text + sizeof URL, sizeof text - sizeof URL, 0xa5));
}

/* --- Trying again -------------------------------------------------------------------------------
 */

static const uint8_t least[8], most[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static uint32_t wait_after(const sv2_backoff_config *config, uint32_t failures,
                           const uint8_t *random) {
    uint32_t wait = 99;
    CHECK_STATUS(sv2_backoff_wait(config, failures, random, random == NULL ? 0 : 8, &wait), SV2_OK);
    return wait;
}

/* S1-09: 1 s, doubling, at most 60 s, each times a number in [0.5, 1.0]. */
static void waits(void) {
    static const uint32_t full[] = {0, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    for (uint32_t i = 0; i < sizeof full / sizeof full[0]; i++) {
        CHECK_NUMBER(wait_after(NULL, i, most), full[i]);
        CHECK_NUMBER(wait_after(NULL, i, least), full[i] / 2);
        for (int n = 0; n < 20; n++) {
            const uint32_t wait = wait_after(NULL, i, NULL);
            CHECK(wait >= full[i] / 2 && wait <= full[i]);
        }
    }
    CHECK_NUMBER(wait_after(NULL, UINT32_MAX, most), 60000);
    const uint8_t first[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
    CHECK(wait_after(NULL, 7, first) < 31000); /* the last byte is the most significant one */
    sv2_backoff_config config = SV2_BACKOFF_CONFIG_INIT;
    config.initial = 3;
    config.maximum = 7;
    config.jitter = 100;
    CHECK_NUMBER(wait_after(&config, 1, least), 3);
    CHECK_NUMBER(wait_after(&config, 2, least), 6);
    CHECK_NUMBER(wait_after(&config, 3, least), 7);
    config.jitter = 1;
    CHECK_NUMBER(wait_after(&config, 1, least), 1); /* 0.03 ms, rounded up: never at once */
    config.initial = 7 * 24 * 3600 * 1000;
    config.maximum = 0;
    config.jitter = 100;
    CHECK_NUMBER(wait_after(&config, 9, least), 7 * 24 * 3600 * 1000);
    config.struct_size = 8; /* of a program that knows initial only */
    CHECK_NUMBER(wait_after(&config, 1, most), 7 * 24 * 3600 * 1000);
}

static uint32_t verdict_of(sv2_status failure, uint32_t established) {
    uint32_t verdict = 99;
    CHECK_STATUS(sv2_status_verdict(failure, established, &verdict), SV2_OK);
    return verdict;
}

/* S1-08: by class, and every status has a verdict. */
static void verdicts(void) {
#define VERDICT(status, number, class_number, text)                                                \
    {                                                                                              \
        const int again = class_number == SV2_CLASS_TRANSIENT ||                                   \
                          class_number == SV2_CLASS_PROTOCOL ||                                    \
                          class_number == SV2_CLASS_NOT_DONE ||                                    \
                          class_number == SV2_CLASS_IGNORE || status == SV2_ERR_CLOSED;            \
        CHECK_NUMBER(verdict_of(status, 0), again ? SV2_VERDICT_TRY_AGAIN : SV2_VERDICT_GIVE_UP);  \
        CHECK_NUMBER(verdict_of(status, 1), again || status == SV2_ERR_DECRYPT                     \
                                                ? SV2_VERDICT_TRY_AGAIN                            \
                                                : SV2_VERDICT_GIVE_UP);                            \
    }
    SV2_STATUS_MAP(VERDICT)
#undef VERDICT
    CHECK_NUMBER(verdict_of(SV2_ERR_CERTIFICATE_EXPIRED, 0), SV2_VERDICT_GIVE_UP);
    CHECK_NUMBER(verdict_of(SV2_ERR_SETUP_REFUSED, 0), SV2_VERDICT_GIVE_UP);
    CHECK_NUMBER(verdict_of(SV2_ERR_CONNECT_FAILED, 0), SV2_VERDICT_TRY_AGAIN);
    CHECK_NUMBER(verdict_of(-9999, 1), SV2_VERDICT_GIVE_UP);
}

int main(void) {
    urls();
    by_hand();
    policies();
    redirects();
    short_memory();
    waits();
    verdicts();
    return check_end("endpoint_url");
}
