/* A program that ends while other threads are inside of calls ends cleanly, thirty times in each of
 * the ways to end. */
#define CHECK_START_IS_TESTED
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "children.h"

enum { THREADS = 4, RUNS = 30 };

static void *call_forever(void *unused) {
    sv2_decoder decoder;
    sv2_buf buf;
    if (sv2_decoder_new(NULL, &decoder) != SV2_OK || sv2_buf_new(1 << 16, &buf) != SV2_OK) {
        abort();
    }
    for (;;) {
        sv2_setup_connection message;
        uint8_t bytes[64];
        size_t len, consumed;
        sv2_frame frame;
        sv2_error error;
        memset(&message, 0, sizeof message);
        message.vendor = sv2_string("libsv2");
        if (sv2_setup_connection_encode(&message, NULL, bytes, sizeof bytes, &len, &error) !=
                SV2_OK ||
            sv2_decoder_feed(decoder, bytes, len, &consumed) != SV2_OK ||
            sv2_decoder_next(decoder, &frame, NULL, &error) != SV2_OK ||
            sv2_buf_append(buf, bytes, len) != SV2_OK || sv2_buf_consume(buf, len) != SV2_OK) {
            abort();
        }
        frame.payload_len--; /* errors allocate */
        if (sv2_setup_connection_decode(&frame, &message, NULL, &error) != SV2_ERR_TRUNCATED) {
            abort();
        }
    }
    return unused;
}

static void start_callers(void) {
    const struct timespec moment = {0, 3000000};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, call_forever, NULL) == 0);
    }
    (void)nanosleep(&moment, NULL);
}

static void ends_by_exit(void) {
    start_callers();
    exit(check_failed == 0 ? 0 : 1);
}

static void ends_by_underscore_exit(void) {
    start_callers();
    _exit(check_failed == 0 ? 0 : 1);
}

static void *exit_here(void *unused) {
    start_callers();
    exit(check_failed == 0 ? 0 : 1);
    return unused;
}

/* exit in a thread that is not the first one, while that one waits. */
static void ends_in_a_thread(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, exit_here, NULL) == 0);
    (void)pthread_join(thread, NULL);
}

int main(void) {
    for (int i = 0; i < check_rounds(RUNS); i++) {
        CHECK(exited_with(run_in_child(ends_by_exit), 0));
        CHECK(exited_with(run_in_child(ends_by_underscore_exit), 0));
        CHECK(exited_with(run_in_child(ends_in_a_thread), 0));
    }
    return check_end("exit_busy");
}
