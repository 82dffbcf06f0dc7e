// SPDX-License-Identifier: MIT
#include "template_store.h"

#include <stdlib.h>
#include <string.h>

static struct block_template *take_future(struct template_store *store, size_t index) {
    struct block_template *taken = store->future[index];
    store->future_count--;
    memmove(&store->future[index], &store->future[index + 1],
            (store->future_count - index) * sizeof store->future[0]);
    return taken;
}

static void set_current(struct template_store *store, struct block_template *current) {
    free(store->current);
    store->current = current;
}

// Index of a future template, future_count if there is none.
static size_t find_future(const struct template_store *store, uint64_t template_id) {
    size_t index = 0;
    while (index < store->future_count && store->future[index]->template_id != template_id) {
        index++;
    }
    return index;
}

static void add_future(struct template_store *store, struct block_template *added,
                       struct template_addition *addition) {
    if (store->future_count == FUTURE_TEMPLATES_MAX) {
        struct block_template *oldest = take_future(store, 0);
        addition->has_evicted = true;
        addition->evicted_id = oldest->template_id;
        free(oldest);
    }
    store->future[store->future_count++] = added;
}

struct template_addition template_store_add(struct template_store *store,
                                            const sv2_new_template *message) {
    struct template_addition addition = {NULL, false, 0};
    // Ids strictly increase (section 7.2). Two templates of one id would leave open which of them
    // SubmitSolution means.
    if (find_future(store, message->template_id) < store->future_count ||
        (store->current != NULL && store->current->template_id == message->template_id)) {
        addition.refused = "its template_id is in use";
        return addition;
    }
    if (message->future_template == 0 && store->current == NULL) {
        addition.refused = "it is for the chain tip, which no SetNewPrevHash has announced yet";
        return addition;
    }
    struct block_template *added = NULL;
    addition.refused = block_template_copy(message, &added);
    if (addition.refused != NULL) {
        return addition;
    }
    if (message->future_template != 0) {
        add_future(store, added, &addition);
    } else {
        set_current(store, added);
    }
    return addition;
}

bool template_store_set_tip(struct template_store *store,
                            const sv2_template_set_new_prev_hash *message, uint64_t now_ms) {
    const size_t index = find_future(store, message->template_id);
    if (index == store->future_count) {
        return false;
    }
    set_current(store, take_future(store, index));
    // Templates in front of it are of tips that have passed. Those behind it may be of the next
    // one: keep them (section 7.3 wants all kept, and allows to drop them now).
    for (size_t i = 0; i < index; i++) {
        free(take_future(store, 0));
    }
    memcpy(store->tip.prev_hash, message->prev_hash.bytes, sizeof store->tip.prev_hash);
    memcpy(store->tip.target, message->target.bytes, sizeof store->tip.target);
    store->tip.header_timestamp = message->header_timestamp;
    store->tip.nbits = message->nBits;
    store->tip.received_ms = now_ms;
    return true;
}

void template_store_clear(struct template_store *store) {
    set_current(store, NULL);
    while (store->future_count > 0) {
        free(take_future(store, store->future_count - 1));
    }
}
