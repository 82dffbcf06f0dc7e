/* What the fuzz targets of the C ABI share: reading the input piece by piece, and what must hold of
 * every status. A target aborts when the library breaks a promise; the sanitizers find the rest. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sv2.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The counters of the Go code have to be there before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    if (sv2_start(NULL) != SV2_OK) {
        abort();
    }
    return 0;
}

#define EXPECT(expression)                                                                         \
    do {                                                                                           \
        if (!(expression)) {                                                                       \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #expression);                       \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* No input is a reason for a fault inside, or for a number that is no status. */
static inline sv2_status sane(sv2_status status, const char *file, int line) {
    if (status == SV2_ERR_INTERNAL || strcmp(sv2_status_name(status), "SV2_UNKNOWN") == 0) {
        fprintf(stderr, "%s:%d: %s (%d)\n", file, line, sv2_status_name(status), (int)status);
        abort();
    }
    return status;
}

#define SANE(call) sane((call), __FILE__, __LINE__)

/* So many objects are left, of all kinds. */
static inline void expect_left(size_t count) {
    size_t live;
    EXPECT(sv2_live_handles(0, &live) == SV2_OK && live == count);
}

/* The input, taken from the front. When it has ended it gives zeros and empty runs. */
typedef struct fuzz_input {
    const uint8_t *data;
    size_t size;
} fuzz_input;

static inline fuzz_input take_run(fuzz_input *in, size_t size) {
    const fuzz_input run = {in->data, size < in->size ? size : in->size};
    if (run.size > 0) {
        in->data += run.size;
        in->size -= run.size;
    }
    return run;
}

static inline uint64_t take_integer(fuzz_input *in, size_t size) {
    uint64_t value = 0;
    const fuzz_input run = take_run(in, size);
    for (size_t i = 0; i < run.size; i++) {
        value |= (uint64_t)run.data[i] << (8 * i);
    }
    return value;
}

static inline uint8_t take_u8(fuzz_input *in) {
    return (uint8_t)take_integer(in, 1);
}

static inline uint16_t take_u16(fuzz_input *in) {
    return (uint16_t)take_integer(in, 2);
}

static inline uint32_t take_u32(fuzz_input *in) {
    return (uint32_t)take_integer(in, 4);
}

static inline uint64_t take_u64(fuzz_input *in) {
    return take_integer(in, 8);
}

/* Fills an object from the input; what the input does not have is zero. */
static inline void take_into(fuzz_input *in, void *out, size_t size) {
    const fuzz_input run = take_run(in, size);
    memset(out, 0, size);
    if (run.size > 0) {
        memcpy(out, run.data, run.size);
    }
}

/* Memory of exactly this size, so that one byte too many is found. */
static inline uint8_t *exact(size_t size) {
    uint8_t *memory = malloc(size == 0 ? 1 : size);
    EXPECT(memory != NULL);
    return memory;
}

/* Reads all of what the library gave, so that memory that is not there is found. */
static inline uint32_t read_all(const uint8_t *data, size_t size) {
    uint32_t sum = 0;
    EXPECT(data != NULL || size == 0);
    for (size_t i = 0; i < size; i++) {
        sum = sum * 31 + data[i];
    }
    return sum;
}

static inline int same_bytes(const void *a, size_t a_size, const void *b, size_t b_size) {
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

static inline int same_frame(const sv2_frame *a, const sv2_frame *b) {
    return a->extension_type == b->extension_type && a->msg_type == b->msg_type &&
           a->channel_msg == b->channel_msg && a->channel_id == b->channel_id &&
           same_bytes(a->payload, a->payload_len, b->payload, b->payload_len);
}

#endif
