/* Growable buffers: a queue of bytes with a hard maximum, views that can be asked whether they
 * still hold, and leases. */
#include <stdlib.h>

#include "check.h"

static uint8_t data[4096];

static void check_data(sv2_buf buf, const uint8_t *want, size_t len) {
    sv2_view view;
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_BYTES(view.data, view.len, want, len);
    CHECK((view.data == NULL) == (len == 0));
    CHECK(view.owner.sv2_priv_buf == buf.sv2_priv_buf);
    CHECK_STATUS(sv2_view_check(&view), SV2_OK);
}

static sv2_buf make(size_t max_size) {
    sv2_buf buf = {0};
    CHECK_STATUS(sv2_buf_new(max_size, &buf), SV2_OK);
    CHECK(buf.sv2_priv_buf != 0);
    return buf;
}

/* Random appends, writes and drops, against an array that does the same. */
static void like_a_queue(void) {
    static uint8_t model[65536];
    size_t start = 0, end = 0;
    sv2_buf buf = make(3000);
    srand(7);
    for (int i = 0; i < 20000 && end < sizeof model - 4096; i++) {
        const size_t held = end - start;
        const size_t n = (size_t)rand() % 200;
        switch (rand() % 4) {
        case 0:
            CHECK_STATUS(sv2_buf_append(buf, n == 0 ? NULL : data + i % 1000, n),
                         held + n > 3000 ? SV2_ERR_LIMIT : SV2_OK);
            if (held + n <= 3000) {
                memcpy(model + end, data + i % 1000, n);
                end += n;
            }
            break;
        case 1: {
            uint8_t *out = NULL;
            size_t capacity = 0;
            const sv2_status status = sv2_buf_writable(buf, n, &out, &capacity);
            CHECK_STATUS(status, held + n > 3000 ? SV2_ERR_LIMIT : SV2_OK);
            if (status != SV2_OK) {
                CHECK(out == NULL && capacity == 0);
                break;
            }
            CHECK(capacity >= n && held + capacity <= 3000);
            if (n > 0) {
                memcpy(out, data + i % 1000, n);
                memcpy(model + end, data + i % 1000, n);
            }
            CHECK_STATUS(sv2_buf_commit(buf, n), SV2_OK);
            end += n;
            break;
        }
        default:
            CHECK_STATUS(sv2_buf_consume(buf, n), n > held ? SV2_ERR_ARGUMENT : SV2_OK);
            start += n > held ? 0 : n;
            break;
        }
        check_data(buf, model + start, end - start);
    }
    CHECK(end > 30000);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

static void hard_maximum(void) {
    for (size_t max = 1; max < 600; max += 7) {
        sv2_buf buf = make(max);
        uint8_t *out;
        size_t capacity;
        CHECK_STATUS(sv2_buf_append(buf, data, max + 1), SV2_ERR_LIMIT);
        check_data(buf, NULL, 0);
        CHECK_STATUS(sv2_buf_append(buf, data, max), SV2_OK);
        CHECK_STATUS(sv2_buf_append(buf, data, 1), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_append(buf, NULL, 0), SV2_OK);
        CHECK_STATUS(sv2_buf_append_u16(buf, 1), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_append_b0_16m(buf, data, 1), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_append_b0_16m(buf, NULL, 0), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_writable(buf, 1, &out, &capacity), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_buf_writable(buf, 0, &out, &capacity), SV2_OK);
        CHECK_NUMBER(capacity, 0);
        CHECK_STATUS(sv2_buf_commit(buf, 1), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_buf_commit(buf, 0), SV2_OK);
        check_data(buf, data, max);
        CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    }
    /* The prefix of an element counts. */
    sv2_buf buf = make(10);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, data, 8), SV2_ERR_LIMIT);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, data, 7), SV2_OK);
    static const uint8_t prefix[] = {7, 0, 0};
    sv2_view view;
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_BYTES(view.data, 3, prefix, 3);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

static void states(void) {
    sv2_buf buf = make(100);
    uint8_t *out;
    size_t capacity;
    CHECK_STATUS(sv2_buf_commit(buf, 0), SV2_ERR_STATE);
    CHECK_STATUS(sv2_buf_writable(buf, 10, &out, &capacity), SV2_OK);
    CHECK_STATUS(sv2_buf_commit(buf, capacity + 1), SV2_ERR_ARGUMENT);
    memcpy(out, data, 4); /* a refused commit takes nothing away */
    CHECK_STATUS(sv2_buf_commit(buf, 4), SV2_OK);
    CHECK_STATUS(sv2_buf_commit(buf, 0), SV2_ERR_STATE);
    check_data(buf, data, 4);
    /* append ends what writable gave */
    CHECK_STATUS(sv2_buf_writable(buf, 10, &out, &capacity), SV2_OK);
    CHECK_STATUS(sv2_buf_append(buf, data + 4, 1), SV2_OK);
    CHECK_STATUS(sv2_buf_commit(buf, 1), SV2_ERR_STATE);
    check_data(buf, data, 5);
    /* data, lock and unlock do not: "valid until commit, append, consume, writable or free" */
    sv2_view view;
    CHECK_STATUS(sv2_buf_writable(buf, 2, &out, &capacity), SV2_OK);
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_STATUS(sv2_buf_lock(buf, &view), SV2_OK);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_OK);
    memcpy(out, data + 5, 2);
    CHECK_STATUS(sv2_buf_commit(buf, 2), SV2_OK);
    check_data(buf, data, 7);
    /* consume does */
    CHECK_STATUS(sv2_buf_writable(buf, 3, &out, &capacity), SV2_OK);
    memcpy(out, data + 7, 3);
    CHECK_STATUS(sv2_buf_consume(buf, 2), SV2_OK);
    CHECK_STATUS(sv2_buf_commit(buf, 3), SV2_ERR_STATE);
    check_data(buf, data + 2, 5);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

/* Every call that changes the buffer ends its views; those that do not, do not. */
static void stale_views(void) {
    enum { CHANGES = 7 };
    for (int change = 0; change < CHANGES; change++) {
        sv2_buf buf = make(1000);
        sv2_view view, again;
        uint8_t *out;
        size_t capacity;
        CHECK_STATUS(sv2_buf_append(buf, data, 10), SV2_OK);
        CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
        CHECK_STATUS(sv2_buf_data(buf, &again), SV2_OK);
        CHECK(memcmp(&view, &again, sizeof view) == 0);
        CHECK_STATUS(sv2_buf_lock(buf, &again), SV2_OK);
        CHECK_STATUS(sv2_view_check(&again), SV2_OK);
        CHECK_STATUS(sv2_buf_unlock(buf), SV2_OK);
        CHECK_STATUS(sv2_view_check(&view), SV2_OK);
        CHECK_STATUS(sv2_view_check(&again), SV2_OK);
        switch (change) {
        case 0:
            CHECK_STATUS(sv2_buf_append(buf, data, 1), SV2_OK);
            break;
        case 1:
            CHECK_STATUS(sv2_buf_append_u16(buf, 1), SV2_OK);
            break;
        case 2:
            CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_OK);
            break;
        case 3:
            CHECK_STATUS(sv2_buf_append_b0_16m(buf, data, 1), SV2_OK);
            break;
        case 4:
            CHECK_STATUS(sv2_buf_consume(buf, 1), SV2_OK);
            break;
        case 5:
            CHECK_STATUS(sv2_buf_writable(buf, 1, &out, &capacity), SV2_OK);
            break;
        default:
            CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
            break;
        }
        CHECK_STATUS(sv2_view_check(&view), SV2_ERR_STALE_VIEW);
        CHECK_STATUS(sv2_view_check(&again), SV2_ERR_STALE_VIEW);
        if (change == CHANGES - 1) {
            /* also when a new buffer has the old one's place */
            sv2_buf next = make(1000);
            CHECK_STATUS(sv2_view_check(&view), SV2_ERR_STALE_VIEW);
            CHECK_STATUS(sv2_buf_free(&next), SV2_OK);
        }
        CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    }
    /* A view of one buffer says nothing about another. */
    sv2_buf one = make(10), other = make(10);
    sv2_view view;
    CHECK_STATUS(sv2_buf_data(one, &view), SV2_OK);
    CHECK_STATUS(sv2_buf_append(other, data, 1), SV2_OK);
    CHECK_STATUS(sv2_view_check(&view), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&one), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&other), SV2_OK);
}

static void busy_with(sv2_buf buf) {
    uint8_t *out = data;
    size_t capacity = 9;
    sv2_buf copy = buf;
    CHECK_STATUS(sv2_buf_writable(buf, 1, &out, &capacity), SV2_ERR_BUSY);
    CHECK(out == NULL && capacity == 0);
    CHECK_STATUS(sv2_buf_commit(buf, 0), SV2_ERR_BUSY);
    CHECK_STATUS(sv2_buf_append(buf, data, 1), SV2_ERR_BUSY);
    CHECK_STATUS(sv2_buf_append_u16(buf, 1), SV2_ERR_BUSY);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_ERR_BUSY);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, data, 1), SV2_ERR_BUSY);
    CHECK_STATUS(sv2_buf_consume(buf, 1), SV2_ERR_BUSY);
    CHECK_STATUS(sv2_buf_free(&copy), SV2_ERR_BUSY);
    CHECK(copy.sv2_priv_buf == buf.sv2_priv_buf);
}

static void leases(void) {
    sv2_buf buf = make(100);
    sv2_view first, second, look;
    CHECK_STATUS(sv2_buf_append(buf, data, 10), SV2_OK);
    CHECK_STATUS(sv2_buf_lock(buf, &first), SV2_OK);
    busy_with(buf);
    CHECK_STATUS(sv2_buf_lock(buf, &second), SV2_OK); /* "Leases nest." */
    busy_with(buf);
    CHECK_STATUS(sv2_buf_data(buf, &look), SV2_OK);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_OK);
    busy_with(buf);
    CHECK_STATUS(sv2_view_check(&first), SV2_OK);
    CHECK_STATUS(sv2_view_check(&second), SV2_OK);
    CHECK_BYTES(first.data, first.len, data, 10);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_OK);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_ERR_STATE);
    CHECK_STATUS(sv2_view_check(&first), SV2_OK); /* nothing has changed yet */
    CHECK_STATUS(sv2_buf_append(buf, data, 1), SV2_OK);
    CHECK_STATUS(sv2_view_check(&first), SV2_ERR_STALE_VIEW);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

/* Many buffers, freed in another order than made: handles are never given twice. */
static void many_buffers(void) {
    enum { MANY = 5000 };
    static sv2_buf bufs[MANY];
    static uint64_t old[MANY];
    for (int round = 0; round < 3; round++) {
        size_t live = 0;
        for (size_t i = 0; i < MANY; i++) {
            bufs[i] = make(100);
            CHECK(bufs[i].sv2_priv_buf != old[i]);
            CHECK_STATUS(sv2_buf_append_u32(bufs[i], (uint32_t)i), SV2_OK);
        }
        CHECK_STATUS(sv2_live_handles(SV2_HANDLE_BUF, &live), SV2_OK);
        CHECK_NUMBER(live, MANY);
        for (size_t i = 0; i < MANY; i++) {
            sv2_buf *buf = &bufs[i * 7 % MANY];
            sv2_view view;
            old[i * 7 % MANY] = buf->sv2_priv_buf;
            CHECK_STATUS(sv2_buf_data(*buf, &view), SV2_OK);
            CHECK_NUMBER(view.data[0], (uint8_t)(i * 7 % MANY));
            CHECK_STATUS(sv2_buf_free(buf), SV2_OK);
        }
    }
}

int main(void) {
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 5 + 3);
    }
    like_a_queue();
    hard_maximum();
    states();
    stale_views();
    leases();
    many_buffers();
    return check_end("buffer");
}
