// SPDX-License-Identifier: MIT
// What the queue gives and refuses: full, closed, and that a closed one still gives what is in it.
// Exits with 0 or 1.
#include "../share_queue.h"

#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            (void)fprintf(stderr, "share_queue_test.c:%d: %s\n", __LINE__, #condition);            \
        }                                                                                          \
    } while (0)

static bool put(struct share_queue *queue, uint32_t nonce) {
    struct share share;
    memset(&share, 0, sizeof share);
    share.nonce = nonce;
    return share_queue_put(queue, &share);
}

static bool gives(struct share_queue *queue, uint32_t nonce) {
    struct share share;
    return share_queue_take(queue, &share) && share.nonce == nonce;
}

int main(void) {
    static struct share_queue queue;
    share_queue_init(&queue);
    for (uint32_t i = 0; i < SHARE_QUEUE_SIZE; i++) {
        CHECK(put(&queue, i));
    }
    CHECK(!put(&queue, SHARE_QUEUE_SIZE)); // full
    CHECK(gives(&queue, 0));
    CHECK(put(&queue, SHARE_QUEUE_SIZE)); // there is room again, at the place of the first one

    share_queue_close(&queue);
    CHECK(!put(&queue, SHARE_QUEUE_SIZE + 1));
    for (uint32_t i = 1; i <= SHARE_QUEUE_SIZE; i++) {
        CHECK(gives(&queue, i)); // nothing that was found is lost, and the order is kept
    }
    struct share share;
    CHECK(!share_queue_take(&queue, &share)); // and does not wait
    share_queue_destroy(&queue);
    (void)puts(failures == 0 ? "share_queue_test: ok" : "share_queue_test: FAILED");
    return failures != 0;
}
