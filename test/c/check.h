/* Assertions of the C and C++ tests. A failed one prints file, line, expression and values, and the
 * program goes on; check_end prints how many there were and gives the exit status of main. Any
 * thread may assert. */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sv2.h"

static int check_count;
static int check_failed;

/* Counts an assertion; returns whether to print it. */
static inline int check_note(int good, const char *file, int line, const char *expression) {
    __atomic_add_fetch(&check_count, 1, __ATOMIC_RELAXED);
    if (good) {
        return 0;
    }
    const int failures = __atomic_add_fetch(&check_failed, 1, __ATOMIC_RELAXED);
    if (failures > 40) {
        return 0; /* the rest says nothing new */
    }
    fprintf(stderr, "%s:%d: %s", file, line, expression);
    return 1;
}

static inline void check_that(int good, const char *file, int line, const char *expression) {
    if (check_note(good, file, line, expression)) {
        fprintf(stderr, "\n");
    }
}

static inline void check_status(sv2_status got, sv2_status want, const char *file, int line,
                                const char *expression) {
    if (check_note(got == want, file, line, expression)) {
        fprintf(stderr, ": got %s (%" PRId32 "), want %s\n", sv2_status_name(got), got,
                sv2_status_name(want));
    }
}

static inline void check_number(uint64_t got, uint64_t want, const char *file, int line,
                                const char *expression) {
    if (check_note(got == want, file, line, expression)) {
        fprintf(stderr, ": got %" PRIu64 ", want %" PRIu64 "\n", got, want);
    }
}

static inline void check_text(const char *got, const char *want, const char *file, int line,
                              const char *expression) {
    if (check_note(got != NULL && strcmp(got, want) == 0, file, line, expression)) {
        fprintf(stderr, ": got \"%s\", want \"%s\"\n", got == NULL ? "(NULL)" : got, want);
    }
}

static inline void check_bytes(const uint8_t *got, size_t got_len, const uint8_t *want,
                               size_t want_len, const char *file, int line,
                               const char *expression) {
    const int good = got_len == want_len && (want_len == 0 || memcmp(got, want, want_len) == 0);
    if (check_note(good, file, line, expression)) {
        size_t at = 0;
        while (at < got_len && at < want_len && got[at] == want[at]) {
            at++;
        }
        fprintf(stderr, ": got %zu bytes, want %zu, first difference at %zu\n", got_len, want_len,
                at);
    }
}

/* Repetitions, n by default; the environment variable CHECK_ROUNDS asks for a percentage of them
 * where a wrapper is slow. */
static inline int check_rounds(int n) {
    const char *percent = getenv("CHECK_ROUNDS");
    return percent == NULL ? n : 1 + n * atoi(percent) / 100;
}

/* Whether all of size bytes have one value. */
static inline int filled_with(const void *data, size_t size, uint8_t value) {
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)data)[i] != value) {
            return 0;
        }
    }
    return 1;
}

/* For valgrind, which takes the stacks of goroutines that were freed for dead memory when the
 * collector gives that memory to something else: no collection. Programs that look at the start
 * itself define CHECK_START_IS_TESTED. */
#if defined(CHECK_NO_COLLECTION) && !defined(CHECK_START_IS_TESTED)
__attribute__((constructor)) static void start_without_collection(void) {
    sv2_start_config config = SV2_START_CONFIG_INIT;
    config.gc_percent = INT32_MAX;
    if (sv2_start(&config) != SV2_OK) {
        abort();
    }
}
#endif

#define CHECK(expression) check_that((expression) ? 1 : 0, __FILE__, __LINE__, #expression)
#define CHECK_STATUS(call, want) check_status((call), (want), __FILE__, __LINE__, #call)
#define CHECK_NUMBER(got, want)                                                                    \
    check_number((uint64_t)(got), (uint64_t)(want), __FILE__, __LINE__, #got)
#define CHECK_TEXT(got, want) check_text((got), (want), __FILE__, __LINE__, #got)
#define CHECK_BYTES(got, got_len, want, want_len)                                                  \
    check_bytes((got), (got_len), (want), (want_len), __FILE__, __LINE__, #got)

/* The last line of every program, and its exit status. */
static inline int check_result(const char *program) {
    printf("%s: %d checks, %d failed\n", program, check_count, check_failed);
    return check_failed == 0 && check_count > 0 ? 0 : 1;
}

/* The same, after asking that no object is left. */
static inline int check_end(const char *program) {
    size_t live = 99;
    CHECK_STATUS(sv2_live_handles(0, &live), SV2_OK);
    CHECK_NUMBER(live, 0);
    return check_result(program);
}

#endif
