// SPDX-License-Identifier: MIT
#include "share_queue.h"

#include <string.h>

void share_queue_init(struct share_queue *queue) {
    memset(queue, 0, sizeof *queue);
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->changed, NULL);
}

bool share_queue_put(struct share_queue *queue, const struct share *share) {
    (void)pthread_mutex_lock(&queue->lock);
    const bool fits = queue->count < SHARE_QUEUE_SIZE && !queue->closed;
    if (fits) {
        queue->shares[(queue->first + queue->count) % SHARE_QUEUE_SIZE] = *share;
        queue->count++;
        (void)pthread_cond_signal(&queue->changed);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return fits;
}

bool share_queue_take(struct share_queue *queue, struct share *out) {
    (void)pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !queue->closed) {
        (void)pthread_cond_wait(&queue->changed, &queue->lock);
    }
    const bool taken = queue->count > 0;
    if (taken) {
        *out = queue->shares[queue->first];
        queue->first = (queue->first + 1) % SHARE_QUEUE_SIZE;
        queue->count--;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return taken;
}

void share_queue_close(struct share_queue *queue) {
    (void)pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

void share_queue_destroy(struct share_queue *queue) {
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->lock);
}
