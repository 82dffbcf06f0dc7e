/* Any sequence of calls on a buffer, beside a plain array that does the same. */
#include "fuzz.h"

enum { SIZE_MAX_OF_BUFFER = 2000 };

typedef struct model {
    uint8_t data[SIZE_MAX_OF_BUFFER];
    size_t len, most;
    unsigned leases;

} model;

/* Whether size more bytes may be added; the status of the call must agree. */
static int admits(const model *m, sv2_status status, size_t size) {
    if (m->leases > 0) {
        EXPECT(status == SV2_ERR_BUSY);
        return 0;
    }
    if (m->len + size > m->most) {
        EXPECT(status == SV2_ERR_LIMIT);
        return 0;
    }
    EXPECT(status == SV2_OK);
    return 1;
}

static void add(model *m, const void *data, size_t size) {
    if (size > 0) {
        memcpy(m->data + m->len, data, size);
    }
    m->len += size;
}

static void check_data(sv2_buf buf, const model *m) {
    sv2_view view;
    EXPECT(SANE(sv2_buf_data(buf, &view)) == SV2_OK);
    EXPECT(same_bytes(view.data, view.len, m->data, m->len));
    EXPECT(sv2_view_check(&view) == SV2_OK);
}

static void write_directly(sv2_buf buf, model *m, fuzz_input *in) {
    uint8_t *out;
    size_t capacity;
    const size_t size = take_u16(in) % 3000;
    const sv2_status status = SANE(sv2_buf_writable(buf, size, &out, &capacity));
    if (!admits(m, status, size)) {
        return;
    }
    EXPECT(capacity >= size && m->len + capacity <= m->most);
    const fuzz_input run = take_run(in, capacity < 64 ? capacity : 64);
    if (capacity > 0) {
        memset(out, 0xee, capacity);
    }
    if (run.size > 0) {
        memcpy(out, run.data, run.size);
    }
    const size_t commit = take_u16(in) % 3000;
    const sv2_status committed = SANE(sv2_buf_commit(buf, commit));
    if (commit > capacity) {
        EXPECT(committed == SV2_ERR_ARGUMENT);
        return;
    }
    EXPECT(committed == SV2_OK);
    memset(m->data + m->len, 0xee, commit);
    if (run.size > 0) {
        memcpy(m->data + m->len, run.data, run.size < commit ? run.size : commit);
    }
    m->len += commit;
}

static void step(sv2_buf buf, model *m, fuzz_input *in, sv2_view *kept) {
    switch (take_u8(in) % 9) {
    case 0:
        write_directly(buf, m, in);
        break;
    case 1: {
        const fuzz_input run = take_run(in, take_u8(in));
        if (admits(m, SANE(sv2_buf_append(buf, run.data, run.size)), run.size)) {
            add(m, run.data, run.size);
        }
        break;
    }
    case 2: {
        const uint16_t value = take_u16(in);
        const uint8_t wire[] = {(uint8_t)value, (uint8_t)(value >> 8)};
        if (admits(m, SANE(sv2_buf_append_u16(buf, value)), sizeof wire)) {
            add(m, wire, sizeof wire);
        }
        break;
    }
    case 3: {
        const uint32_t value = take_u32(in);
        const uint8_t wire[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                                (uint8_t)(value >> 24)};
        if (admits(m, SANE(sv2_buf_append_u32(buf, value)), sizeof wire)) {
            add(m, wire, sizeof wire);
        }
        break;
    }
    case 4: {
        const fuzz_input run = take_run(in, take_u8(in));
        const uint8_t length[] = {(uint8_t)run.size, 0, 0};
        if (admits(m, SANE(sv2_buf_append_b0_16m(buf, run.data, run.size)), 3 + run.size)) {
            add(m, length, sizeof length);
            add(m, run.data, run.size);
        }
        break;
    }
    case 5: {
        const size_t size = take_u16(in) % 3000;
        const sv2_status status = SANE(sv2_buf_consume(buf, size));
        EXPECT((status == SV2_OK) == (m->leases == 0 && size <= m->len));
        EXPECT(status != SV2_ERR_BUSY || m->leases > 0);
        EXPECT(status != SV2_ERR_ARGUMENT || size > m->len);
        if (status == SV2_OK) {
            memmove(m->data, m->data + size, m->len - size);
            m->len -= size;
        }
        break;
    }
    case 6:
        if (m->leases < 100) {
            EXPECT(SANE(sv2_buf_lock(buf, kept)) == SV2_OK);
            m->leases++;
        }
        break;
    case 7:
        EXPECT(SANE(sv2_buf_unlock(buf)) == (m->leases > 0 ? SV2_OK : SV2_ERR_STATE));
        m->leases -= m->leases > 0;
        break;
    default:
        /* A view that the library says is good can be read. */
        if (sv2_view_check(kept) == SV2_OK) {
            read_all(kept->data, kept->len);
        }
        EXPECT(SANE(sv2_buf_data(buf, kept)) == SV2_OK);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    model m = {.most = 1 + take_u16(&in) % SIZE_MAX_OF_BUFFER};
    sv2_buf buf;
    sv2_view kept = {0};
    EXPECT(SANE(sv2_buf_new(m.most, &buf)) == SV2_OK);
    for (int i = 0; i < 200 && in.size > 0; i++) {
        step(buf, &m, &in, &kept);
        check_data(buf, &m);
    }
    const sv2_buf copy = buf;
    while (m.leases > 0) {
        EXPECT(sv2_buf_free(&buf) == SV2_ERR_BUSY);
        EXPECT(sv2_buf_unlock(buf) == SV2_OK);
        m.leases--;
    }
    EXPECT(sv2_buf_free(&buf) == SV2_OK && buf.sv2_priv_buf == 0);
    EXPECT(sv2_view_check(&kept) == SV2_ERR_STALE_VIEW);
    EXPECT(sv2_buf_append(copy, data, size) == SV2_ERR_HANDLE);
    expect_left(0);
    return 0;
}
