/* Endpoints from texts, parts, Reconnect messages and raw memory, and lists of them with any
 * history: what is an endpoint writes itself as a text that reads back the same, none changes its
 * key, and a list names its own endpoints only. */
#include "fuzz.h"

enum { LIST_MAX = 4 };

/* An endpoint that the library made, or one that it may refuse. One that was filled in by hand may
 * have a host in another form than the library's, so its bytes need not come back. */
static sv2_status expect_endpoint(const sv2_endpoint *endpoint, int by_hand) {
    char text[SV2_ENDPOINT_TEXT_SIZE], text_again[SV2_ENDPOINT_TEXT_SIZE];
    sv2_endpoint again;
    sv2_policy policy = SV2_POLICY_INIT;
    size_t len;
    const sv2_status status = SANE(sv2_endpoint_text(endpoint, text, sizeof text, &len));
    EXPECT(SANE(sv2_endpoint_policy(endpoint, &policy)) == status);
    if (status == SV2_OK) {
        EXPECT(len > 0 && len <= sizeof text && strlen(text) == len - 1);
        EXPECT(SANE(sv2_endpoint_parse_insecure(text, len - 1, 0, &again)) == SV2_OK);
        EXPECT(by_hand || memcmp(endpoint, &again, sizeof again) == 0);
        EXPECT(memcmp(&endpoint->authority, &again.authority, sizeof again.authority) == 0);
        EXPECT(endpoint->port == again.port && endpoint->authentication == again.authentication);
        EXPECT(SANE(sv2_endpoint_text(&again, text_again, sizeof text_again, &len)) == SV2_OK);
        EXPECT(strcmp(text, text_again) == 0);
        EXPECT(policy.authentication == endpoint->authentication);
    }
    return status;
}

static sv2_status take_endpoint(fuzz_input *in, sv2_endpoint *out) {
    static const char known[] =
        "stratum2+tcp://a.example:3333/9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh";
    char text[sizeof known];
    const uint8_t how = take_u8(in);
    const uint16_t port = take_u16(in);
    const fuzz_input run = take_run(in, how % 6 == 0 ? 0 : take_u8(in));
    const char *bytes = (const char *)run.data;
    sv2_public_key key;
    sv2_status status;
    switch (how % 6) {
    case 0: /* one of 26, which differ by a letter */
        memcpy(text, known, sizeof known);
        text[15] = (char)('a' + port % 26);
        status = SANE(sv2_endpoint_parse(text, sizeof known - 1, 0, out));
        EXPECT(status == SV2_OK);
        break;
    case 1:
        status = SANE(sv2_endpoint_parse(bytes, run.size, port, out));
        EXPECT(status != SV2_OK || out->authentication == SV2_AUTHENTICATION_AUTHORITY);
        break;
    case 2:
        status = SANE(sv2_endpoint_parse_insecure(bytes, run.size, port, out));
        break;
    case 3:
        take_into(in, &key, sizeof key);
        status = SANE(sv2_endpoint_make(bytes, run.size, port, &key, out));
        break;
    case 4:
        status = SANE(sv2_endpoint_make_insecure(bytes, run.size, port, out));
        break;
    default: /* anything in memory; a valid one must hold up, another one must be refused */
        memset(out, 0, sizeof *out);
        if (run.size > 0) {
            memcpy(out->host, run.data, run.size);
        }
        out->port = port;
        out->authentication = take_u8(in);
        out->reserved = take_u8(in);
        take_into(in, &out->authority, sizeof out->authority);
        return expect_endpoint(out, 1);
    }
    EXPECT(status != SV2_OK || expect_endpoint(out, 0) == SV2_OK);
    return status;
}

static void redirect(const sv2_endpoint *from, fuzz_input *in) {
    sv2_endpoint to;
    const uint16_t port = take_u16(in);
    const fuzz_input host = take_run(in, take_u8(in));
    if (SANE(sv2_endpoint_redirect(from, host.data, host.size, port, &to)) == SV2_OK) {
        EXPECT(expect_endpoint(&to, 0) == SV2_OK && to.authentication == from->authentication);
        EXPECT(memcmp(&to.authority, &from->authority, sizeof to.authority) == 0);
    }
}

/* Reports about a decision, mostly about the last one. */
static void report(sv2_failover failover, uint64_t id, uint64_t now, fuzz_input *in) {
    const uint8_t how = take_u8(in);
    const uint8_t random[8] = {take_u8(in), how, 3};
    const fuzz_input host = take_run(in, how >> 5);
    id = how & 16 ? take_u8(in) : id;
    switch (how % 4) {
    case 0:
        SANE(sv2_failover_report_established(failover, id, now, random, sizeof random));
        break;
    case 1:
        SANE(sv2_failover_report_failed(failover, id, -(sv2_status)take_u8(in), now, random,
                                        sizeof random));
        break;
    case 2:
        SANE(sv2_failover_report_failed(failover, id, SV2_ERR_CONNECTION_LOST, now, random,
                                        sizeof random));
        break;
    default:
        SANE(sv2_failover_report_redirected(failover, id, host.data, host.size, take_u16(in), now,
                                            random, sizeof random));
        break;
    }
}

static void history(const sv2_endpoint *list, size_t count, fuzz_input *in) {
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    sv2_failover failover;
    uint64_t now = take_u16(in), last = 0;
    config.tries = take_u8(in) % 4;
    config.probe_successes = take_u8(in) % 3;
    config.redirects = take_u8(in) % 3;
    if (SANE(sv2_failover_new(&config, list, count, &failover)) != SV2_OK) {
        return;
    }
    for (int i = 0; i < 200 && in->size > 0; i++) {
        sv2_failover_decision d = SV2_FAILOVER_DECISION_INIT;
        sv2_status status;
        uint32_t index;
        EXPECT(SANE(sv2_failover_next(failover, now, &d)) == SV2_OK);
        if (d.action == SV2_FAILOVER_CONNECT || d.action == SV2_FAILOVER_PROBE) {
            EXPECT(d.index < count && d.id != 0);
            EXPECT(memcmp(&d.endpoint.authority, &list[d.index].authority, 32) == 0);
            EXPECT(d.endpoint.authentication == list[d.index].authentication);
            EXPECT(sv2_failover_stopped(failover, d.index, &status) == SV2_OK && status == SV2_OK);
            last = d.id;
        } else if (d.action == SV2_FAILOVER_WAIT) {
            EXPECT(d.until > now);
        } else {
            EXPECT(d.action == SV2_FAILOVER_STOP && d.reason < 0);
            SANE(sv2_failover_readmit(failover, take_u8(in) % 5));
        }
        const uint8_t step = take_u8(in);
        now += step & 1                                                   ? 50u * step
               : d.action == SV2_FAILOVER_WAIT && d.until - now < 1000000 ? d.until - now
                                                                          : 0;
        if (step % 5 != 0) {
            report(failover, last, now, in);
        }
        if (step % 31 == 0) {
            SANE(sv2_failover_network_restored(failover));
        }
        if (SANE(sv2_failover_live(failover, &index)) == SV2_OK) {
            EXPECT(index < count);
        }
    }
    EXPECT(sv2_failover_free(&failover) == SV2_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    sv2_endpoint list[LIST_MAX];
    size_t count = 0;
    for (size_t wanted = take_u8(&in) % (LIST_MAX + 1); wanted > 0; wanted--) {
        if (take_endpoint(&in, &list[count]) == SV2_OK) {
            redirect(&list[count], &in);
            count++;
        }
    }
    history(list, count, &in);
    expect_left(0);
    return 0;
}
