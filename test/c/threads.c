/* Threads: calls on one handle are serialised, different handles do not disturb each other, and
 * freeing what others use gives them a status. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "check.h"

enum { THREADS = 8 };

static void run(void *(*body)(void *), void *argument, size_t argument_size) {
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        void *own = argument == NULL ? NULL : (uint8_t *)argument + i * argument_size;
        CHECK(pthread_create(&threads[i], NULL, body, own) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
}

/* --- One buffer, eight writers: elements do not mix.
 * ------------------------------------------------ */

static sv2_buf shared;

static void *append_elements(void *argument) {
    const uint8_t tag = *(const uint8_t *)argument;
    uint8_t element[13];
    memset(element, tag, sizeof element);
    for (int i = 0; i < check_rounds(2000); i++) {
        if (i % 3 == 0) {
            CHECK_STATUS(sv2_buf_append_u32(shared, 0x01010101u * tag), SV2_OK);
        } else {
            CHECK_STATUS(sv2_buf_append_b0_16m(shared, element, sizeof element), SV2_OK);
        }
    }
    return NULL;
}

static void one_buffer(void) {
    uint8_t tags[THREADS];
    size_t numbers = 0, elements = 0, at = 0;
    sv2_view view;
    for (uint8_t i = 0; i < THREADS; i++) {
        tags[i] = (uint8_t)(0x41 + i);
    }
    CHECK_STATUS(sv2_buf_new(1 << 20, &shared), SV2_OK);
    run(append_elements, tags, 1);
    CHECK_STATUS(sv2_buf_data(shared, &view), SV2_OK);
    while (at < view.len) {
        const uint8_t *p = view.data + at;
        if (p[0] == 13 && p[1] == 0) {
            CHECK(filled_with(p + 3, 13, p[3]));
            at += 16;
            elements++;
        } else {
            CHECK(filled_with(p, 4, p[0]));
            at += 4;
            numbers++;
        }
    }
    const size_t each = (size_t)check_rounds(2000);
    CHECK_NUMBER(numbers, THREADS * ((each + 2) / 3));
    CHECK_NUMBER(numbers + elements, THREADS * each);
    CHECK_STATUS(sv2_buf_free(&shared), SV2_OK);
}

/* Leases, reads and changes at once: BUSY is the only other answer. */
static void *use_buffer(void *argument) {
    const int role = *(const int *)argument % 4;
    for (int i = 0; i < check_rounds(3000); i++) {
        sv2_view view;
        uint8_t *out;
        size_t capacity;
        sv2_status status = SV2_OK;
        switch (role) {
        case 0:
            status = sv2_buf_append(shared, (const uint8_t *)"0123456789", 10);
            break;
        case 1:
            status = sv2_buf_consume(shared, 5);
            break;
        case 2:
            CHECK_STATUS(sv2_buf_lock(shared, &view), SV2_OK);
            CHECK_STATUS(sv2_view_check(&view), SV2_OK); /* nothing changes under a lease */
            int digits = 1;
            for (size_t k = 0; k < view.len; k++) {
                digits = digits && view.data[k] >= '0' && view.data[k] <= '9';
            }
            CHECK(digits);
            CHECK_STATUS(sv2_buf_unlock(shared), SV2_OK);
            break;
        default:
            status = sv2_buf_writable(shared, 1, &out, &capacity);
            break;
        }
        CHECK(status == SV2_OK || status == SV2_ERR_BUSY || status == SV2_ERR_LIMIT ||
              (role == 1 && status == SV2_ERR_ARGUMENT));
    }
    return NULL;
}

static void leases(void) {
    int roles[THREADS];
    for (int i = 0; i < THREADS; i++) {
        roles[i] = i;
    }
    CHECK_STATUS(sv2_buf_new(1000, &shared), SV2_OK);
    run(use_buffer, roles, sizeof roles[0]);
    CHECK_STATUS(sv2_buf_free(&shared), SV2_OK);
}

/* --- One decoder: one thread feeds, the others take. No frame is lost or given twice.
 * ----------------- */

enum { FRAMES = 256 * 40 };

static sv2_decoder decoder;
static int taken[FRAMES];
static int done_feeding;

static void feed_frames(int count) {
    for (int i = 0; i < count; i++) {
        const uint8_t frame[] = {7, 0, (uint8_t)i, 0, 0, 0};
        size_t at = 0;
        while (at < sizeof frame) {
            size_t consumed = 0;
            CHECK_STATUS(sv2_decoder_feed(decoder, frame + at, sizeof frame - at, &consumed),
                         SV2_OK);
            at += consumed;
        }
    }
    __atomic_store_n(&done_feeding, 1, __ATOMIC_SEQ_CST);
}

static void *feed_or_take(void *argument) {
    if (*(const int *)argument == 0) {
        feed_frames(256 * check_rounds(40));
        return NULL;
    }
    for (;;) {
        const int last = __atomic_load_n(&done_feeding, __ATOMIC_SEQ_CST);
        sv2_frame frames[5];
        sv2_error error;
        size_t count = 0, missing = 0;
        sv2_status status;
        if (*(const int *)argument % 2 == 0) {
            status = sv2_decoder_next(decoder, frames, &missing, &error);
            count = status == SV2_OK;
        } else {
            status = sv2_decoder_next_batch(decoder, frames, 5, &count, &missing, &error);
        }
        CHECK(status == SV2_OK || status == SV2_WANT_INPUT);
        for (size_t i = 0; i < count; i++) {
            CHECK_NUMBER(frames[i].extension_type, 7);
            __atomic_add_fetch(&taken[frames[i].msg_type], 1, __ATOMIC_RELAXED);
        }
        if (last && count == 0) {
            return NULL;
        }
        if (count == 0) {
            (void)sched_yield();
        }
    }
}

static void one_decoder(void) {
    int roles[THREADS];
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    config.max_payload_size = 100;
    for (int i = 0; i < THREADS; i++) {
        roles[i] = i;
    }
    CHECK_STATUS(sv2_decoder_new(&config, &decoder), SV2_OK);
    run(feed_or_take, roles, sizeof roles[0]);
    for (int i = 0; i < 256; i++) {
        CHECK_NUMBER(taken[i], check_rounds(40));
    }
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
}

/* --- Own handles, and messages.
 * ------------------------------------------------------------------------ */

static void *own_objects(void *argument) {
    for (int i = 0; i < check_rounds(1000); i++) {
        sv2_buf buf;
        sv2_decoder own;
        sv2_frame frame;
        sv2_submit_shares_standard share, back;
        uint8_t bytes[64];
        size_t len, consumed;
        sv2_view view;
        memset(&share, 0, sizeof share);
        share.sequence_number = (uint32_t)i;
        share.nonce = (uint32_t)(uintptr_t)&share;
        CHECK_STATUS(
            sv2_submit_shares_standard_encode(&share, NULL, bytes, sizeof bytes, &len, NULL),
            SV2_OK);
        CHECK_STATUS(sv2_buf_new(1000, &buf), SV2_OK);
        CHECK_STATUS(sv2_buf_append(buf, bytes, len), SV2_OK);
        CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
        CHECK_STATUS(sv2_decoder_new(NULL, &own), SV2_OK);
        CHECK_STATUS(sv2_decoder_feed(own, view.data, view.len, &consumed), SV2_OK);
        CHECK_STATUS(sv2_decoder_next(own, &frame, NULL, NULL), SV2_OK);
        CHECK_STATUS(sv2_submit_shares_standard_decode(&frame, &back, NULL, NULL), SV2_OK);
        CHECK(memcmp(&share, &back, sizeof share) == 0);
        CHECK_STATUS(sv2_decoder_free(&own), SV2_OK);
        CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    }
    return argument;
}

/* --- Freed while others call.
 * --------------------------------------------------------------------------- */

static pthread_barrier_t barrier;
static int freed_ok;

static void *call_until_freed(void *argument) {
    const int role = *(const int *)argument;
    for (int i = 0; i < check_rounds(300); i++) {
        (void)pthread_barrier_wait(&barrier);
        if (role == 0) {
            CHECK_STATUS(sv2_buf_new(1 << 16, &shared), SV2_OK);
            CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
            __atomic_store_n(&freed_ok, 0, __ATOMIC_SEQ_CST);
        }
        (void)pthread_barrier_wait(&barrier);
        sv2_buf buf = shared;
        sv2_decoder own = decoder;
        for (int k = 0; k < 20; k++) {
            sv2_view view;
            size_t n;
            sv2_frame frame;
            sv2_error error;
            sv2_status status[5];
            status[0] = sv2_buf_append(buf, (const uint8_t *)"abc", 3);
            status[1] = sv2_buf_data(buf, &view);
            status[2] = sv2_buf_consume(buf, 0);
            status[3] = sv2_decoder_feed(own, (const uint8_t *)"\0\0\4\0\0\0", 6, &n);
            status[4] = sv2_decoder_next(own, &frame, NULL, &error);
            for (int s = 0; s < 5; s++) {
                CHECK(status[s] == SV2_OK || status[s] == SV2_ERR_HANDLE ||
                      (s == 4 && status[s] == SV2_WANT_INPUT));
            }
            const sv2_status check = sv2_view_check(&view);
            CHECK(check == SV2_OK || check == SV2_ERR_STALE_VIEW);
            if (k == 10 && role < 4) { /* four threads free the same object: one of them does */
                const sv2_status buf_status = sv2_buf_free(&buf);
                const sv2_status decoder_status = sv2_decoder_free(&own);
                CHECK(buf_status == SV2_OK || buf_status == SV2_ERR_HANDLE);
                CHECK(decoder_status == SV2_OK || decoder_status == SV2_ERR_HANDLE);
                __atomic_add_fetch(&freed_ok, (buf_status == SV2_OK) + (decoder_status == SV2_OK),
                                   __ATOMIC_SEQ_CST);
                buf = shared;
                own = decoder;
            }
        }
        (void)pthread_barrier_wait(&barrier);
        if (role == 0) {
            CHECK_NUMBER(freed_ok, 2);
            CHECK_STATUS(sv2_buf_consume(shared, 0), SV2_ERR_HANDLE);
        }
    }
    return NULL;
}

static void freed_while_used(void) {
    int roles[THREADS];
    for (int i = 0; i < THREADS; i++) {
        roles[i] = i;
    }
    CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
    run(call_until_freed, roles, sizeof roles[0]);
}

/* Many short threads: each calls once and ends. */
static void *one_call(void *unused) {
    size_t live;
    CHECK_STATUS(sv2_live_handles(0, &live), SV2_OK);
    return unused;
}

int main(void) {
    one_buffer();
    leases();
    one_decoder();
    run(own_objects, NULL, 0);
    freed_while_used();
    for (int i = 0; i < check_rounds(100); i++) {
        run(one_call, NULL, 0);
    }
    return check_end("threads");
}
