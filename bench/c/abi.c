/* Measures messages through the C ABI, with the frames of messages_test.go. One line per
 * measurement: NAME NANOSECONDS
 */
#define _POSIX_C_SOURCE 200809L
#include <sv2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 64, ROUNDS = 7, FRAME_MAX = 2048, PATH = 12 };

static uint8_t zeros[256];
static uint8_t path[32 * PATH];
static uint8_t frame[FRAME_MAX];
static uint8_t wire[BATCH * FRAME_MAX];
static sv2_message messages[BATCH];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(sv2_status status) {
    if (status < 0) {
        fprintf(stderr, "abi: %s\n", sv2_status_text(status));
        exit(1);
    }
}

/* The best of some rounds of calls, in nanoseconds per call. */
static double measure(void (*call)(const void *), const void *argument, int calls) {
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now();
        for (int i = 0; i < calls; i++) {
            call(argument);
        }
        const double each = (now() - start) / calls;
        best = each < best ? each : best;
    }
    return best;
}

static void call_live(const void *unused) {
    size_t count;
    (void)unused;
    must(sv2_live_handles(0, &count));
}

static void encode_share(const void *m) {
    size_t len;
    must(sv2_submit_shares_extended_encode(m, NULL, frame, sizeof frame, &len, NULL));
}

static void encode_job(const void *m) {
    size_t len;
    must(sv2_new_extended_mining_job_encode(m, NULL, frame, sizeof frame, &len, NULL));
}

static void encode_template(const void *m) {
    size_t len;
    must(sv2_new_template_encode(m, NULL, frame, sizeof frame, &len, NULL));
}

static void decode_share(const void *f) {
    sv2_submit_shares_extended m;
    must(sv2_submit_shares_extended_decode(f, &m, NULL, NULL));
}

static void decode_job(const void *f) {
    sv2_new_extended_mining_job m;
    must(sv2_new_extended_mining_job_decode(f, &m, NULL, NULL));
}

static void decode_template(const void *f) {
    sv2_new_template m;
    must(sv2_new_template_decode(f, &m, NULL, NULL));
}

static void decode_batch(const void *len) {
    size_t count, consumed;
    must(sv2_message_decode_batch(wire, *(const size_t *)len, SV2_PAYLOAD_SIZE_MAX, messages, BATCH,
                                  &count, &consumed, NULL, NULL));
    if (count != BATCH) {
        exit(1);
    }
}

static void report(const char *what, const char *name, double nanoseconds) {
    printf("%s/%s %.1f\n", what, name, nanoseconds);
}

static void run(const char *name, const void *message, void (*encode)(const void *),
                void (*decode)(const void *)) {
    enum { CALLS = 200000 };
    sv2_frame f;
    size_t consumed, missing;
    encode(message);
    must(
        sv2_frame_decode(frame, sizeof frame, SV2_PAYLOAD_SIZE_MAX, &f, &consumed, &missing, NULL));
    for (size_t i = 0; i < BATCH; i++) {
        memcpy(wire + i * consumed, frame, consumed);
    }
    const size_t len = BATCH * consumed;
    report("c-append", name, measure(encode, message, CALLS));
    report("c-decode", name, measure(decode, &f, CALLS));
    report("c-batch", name, measure(decode_batch, &len, CALLS / BATCH) / BATCH);
}

int main(void) {
    memset(path, 0x11, sizeof path);
    report("c-call", "empty", measure(call_live, NULL, 1000000));

    sv2_submit_shares_extended share = {1, 2, 3, 4, 5, 6, {zeros, 8}};
    run("share", &share, encode_share, decode_share);

    sv2_new_extended_mining_job job;
    memset(&job, 0, sizeof job);
    job.channel_id = 1;
    job.min_ntime.present = 1;
    job.version_rolling_allowed = 1;
    job.merkle_path.data = path;
    job.merkle_path.count = PATH;
    job.coinbase_tx_prefix.data = zeros;
    job.coinbase_tx_prefix.len = 60;
    job.coinbase_tx_suffix.data = zeros;
    job.coinbase_tx_suffix.len = 200;
    run("job", &job, encode_job, decode_job);

    sv2_new_template template;
    memset(&template, 0, sizeof template);
    template.template_id = 1;
    template.coinbase_prefix.data = zeros;
    template.coinbase_prefix.len = 4;
    template.coinbase_tx_outputs.data = zeros;
    template.coinbase_tx_outputs.len = 46;
    template.coinbase_tx_outputs_count = 1;
    template.merkle_path.data = path;
    template.merkle_path.count = PATH;
    run("template", &template, encode_template, decode_template);
    return 0;
}
