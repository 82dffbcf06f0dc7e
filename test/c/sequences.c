/* Elements of sequences, in place: any alignment, the last element, and bytes that are no sequence.
 */
#include <stdlib.h>

#include "check.h"

enum { PATTERN = 0x3c };

static void fixed_elements(void) {
    enum { COUNT = 5 };
    uint8_t memory[1 + COUNT * 32];
    for (size_t i = 0; i < sizeof memory; i++) {
        memory[i] = (uint8_t)(i * 3 + 1);
    }
    for (size_t shift = 0; shift < 2; shift++) { /* "not aligned" */
        const uint8_t *data = memory + shift;
        const sv2_seq_u256 u256s = {data, COUNT};
        const sv2_seq_u32 u32s = {data, COUNT};
        const sv2_seq_u16 u16s = {data, COUNT};
        for (size_t i = 0; i < COUNT; i++) {
            sv2_u256 u256;
            uint32_t u32 = 0;
            uint16_t u16 = 0;
            CHECK_STATUS(sv2_seq_u256_at(u256s, i, &u256), SV2_OK);
            CHECK_BYTES(u256.bytes, 32, data + 32 * i, 32);
            CHECK_STATUS(sv2_seq_u32_at(u32s, i, &u32), SV2_OK); /* TY-01 */
            CHECK_NUMBER(u32, (uint32_t)data[4 * i] | (uint32_t)data[4 * i + 1] << 8 |
                                  (uint32_t)data[4 * i + 2] << 16 |
                                  (uint32_t)data[4 * i + 3] << 24);
            CHECK_STATUS(sv2_seq_u16_at(u16s, i, &u16), SV2_OK);
            CHECK_NUMBER(u16, data[2 * i] | data[2 * i + 1] << 8);
        }
        for (size_t i = COUNT; i < COUNT + 3; i++) {
            sv2_u256 u256;
            uint32_t u32 = 9;
            uint16_t u16 = 9;
            memset(&u256, PATTERN, sizeof u256);
            CHECK_STATUS(sv2_seq_u256_at(u256s, i, &u256), SV2_ERR_ARGUMENT);
            CHECK(filled_with(&u256, sizeof u256, 0));
            CHECK_STATUS(sv2_seq_u32_at(u32s, i, &u32), SV2_ERR_ARGUMENT);
            CHECK_NUMBER(u32, 0);
            CHECK_STATUS(sv2_seq_u16_at(u16s, i, &u16), SV2_ERR_ARGUMENT);
            CHECK_NUMBER(u16, 0);
        }
    }
    const sv2_seq_u16 none = {NULL, 0};
    uint16_t u16 = 9;
    CHECK_STATUS(sv2_seq_u16_at(none, 0, &u16), SV2_ERR_ARGUMENT);
}

/* TY-11: elements with a U24 length, empty ones too, as the loop in the header says. */
static void variable_elements(void) {
    static const uint8_t data[] = {0, 0, 0, 1, 0, 0, 0x11, 0, 0, 0, 3, 0, 0, 0x21, 0x22, 0x23};
    static const size_t lengths[] = {0, 1, 0, 3};
    const sv2_seq_b0_16m sequence = {data, sizeof data, 4};
    size_t seen = 0;
    for (size_t position = 0; position < sequence.len;) {
        sv2_bytes element;
        size_t next = 0;
        CHECK_STATUS(sv2_seq_b0_16m_at(sequence, position, &element, &next), SV2_OK);
        CHECK_NUMBER(element.len, lengths[seen]);
        CHECK((element.data == NULL) == (element.len == 0));
        CHECK(element.len == 0 || element.data == data + position + 3);
        CHECK_NUMBER(next, position + 3 + lengths[seen]);
        position = next;
        seen++;
    }
    CHECK_NUMBER(seen, sequence.count);
    /* Cut short anywhere, the last element is not given. */
    for (size_t len = 0; len < sizeof data; len++) {
        uint8_t *exact = malloc(len + 1);
        if (exact == NULL) {
            abort();
        }
        memcpy(exact + 1, data, len); /* ends where the block ends */
        const sv2_seq_b0_16m cut = {exact + 1, len, 4};
        size_t position = 0, whole = 0;
        sv2_status status = SV2_OK;
        while (position < cut.len && status == SV2_OK) {
            sv2_bytes element;
            size_t next = 9;
            memset(&element, PATTERN, sizeof element);
            status = sv2_seq_b0_16m_at(cut, position, &element, &next);
            if (status != SV2_OK) {
                CHECK_STATUS(status, SV2_ERR_BAD_SEQUENCE);
                CHECK(element.data == NULL && element.len == 0 && next == 0);
                break;
            }
            position = next;
            whole++;
        }
        const int between = len == 0 || len == 3 || len == 7 || len == 10;
        CHECK_STATUS(status, between ? SV2_OK : SV2_ERR_BAD_SEQUENCE);
        CHECK(whole < 4);
        free(exact);
    }
    /* A length that would pass the end of the address space. */
    static const uint8_t huge[] = {0xff, 0xff, 0xff};
    const sv2_seq_b0_16m lying = {huge, sizeof huge, 1};
    sv2_bytes element;
    size_t next;
    CHECK_STATUS(sv2_seq_b0_16m_at(lying, 0, &element, &next), SV2_ERR_BAD_SEQUENCE);
}

static void strings(void) {
    static const char text[] = "pool.example";
    const sv2_bytes some = sv2_string(text);
    CHECK(some.data == (const uint8_t *)text && some.len == sizeof text - 1);
    const sv2_bytes empty = sv2_string("");
    CHECK(empty.data == NULL && empty.len == 0); /* "data is NULL when len is 0" */
    const sv2_bytes none = sv2_string(NULL);
    CHECK(none.data == NULL && none.len == 0);
}

/* Built with a buffer's append functions, a sequence goes out and comes back. */
static void built_in_a_buffer(void) {
    sv2_buf numbers, transactions;
    sv2_view view;
    uint8_t frame_bytes[128];
    size_t len, consumed;
    sv2_frame frame;
    CHECK_STATUS(sv2_buf_new(1000, &numbers), SV2_OK);
    for (uint16_t i = 0; i < 5; i++) {
        CHECK_STATUS(sv2_buf_append_u16(numbers, (uint16_t)(i * 300)), SV2_OK);
    }
    CHECK_STATUS(sv2_buf_data(numbers, &view), SV2_OK);
    sv2_provide_missing_transactions request, request_back;
    memset(&request, 0, sizeof request);
    request.unknown_tx_position_list.data = view.data;
    request.unknown_tx_position_list.count = view.len / 2;
    CHECK_STATUS(sv2_provide_missing_transactions_encode(&request, NULL, frame_bytes,
                                                         sizeof frame_bytes, &len, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_frame_decode(frame_bytes, len, 0, &frame, &consumed, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_provide_missing_transactions_decode(&frame, &request_back, NULL, NULL),
                 SV2_OK);
    CHECK_NUMBER(request_back.unknown_tx_position_list.count, 5);
    for (uint16_t i = 0; i < 5; i++) {
        uint16_t position = 0;
        CHECK_STATUS(sv2_seq_u16_at(request_back.unknown_tx_position_list, i, &position), SV2_OK);
        CHECK_NUMBER(position, i * 300);
    }

    CHECK_STATUS(sv2_buf_new(1000, &transactions), SV2_OK);
    CHECK_STATUS(sv2_buf_append_b0_16m(transactions, (const uint8_t *)"first", 5), SV2_OK);
    CHECK_STATUS(sv2_buf_append_b0_16m(transactions, NULL, 0), SV2_OK);
    CHECK_STATUS(sv2_buf_append_b0_16m(transactions, (const uint8_t *)"third", 5), SV2_OK);
    CHECK_STATUS(sv2_buf_data(transactions, &view), SV2_OK);
    sv2_provide_missing_transactions_success answer, answer_back;
    memset(&answer, 0, sizeof answer);
    answer.transaction_list.data = view.data;
    answer.transaction_list.len = view.len;
    answer.transaction_list.count = 3;
    CHECK_STATUS(sv2_provide_missing_transactions_success_encode(&answer, NULL, frame_bytes,
                                                                 sizeof frame_bytes, &len, NULL),
                 SV2_OK);
    CHECK_STATUS(sv2_frame_decode(frame_bytes, len, 0, &frame, &consumed, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_provide_missing_transactions_success_decode(&frame, &answer_back, NULL, NULL),
                 SV2_OK);
    CHECK_NUMBER(answer_back.transaction_list.count, 3);
    CHECK_BYTES(answer_back.transaction_list.data, answer_back.transaction_list.len, view.data,
                view.len);
    CHECK_STATUS(sv2_buf_append_u32(numbers, 0x04030201), SV2_OK);
    CHECK_STATUS(sv2_buf_consume(numbers, 10), SV2_OK);
    CHECK_STATUS(sv2_buf_data(numbers, &view), SV2_OK);
    static const uint8_t little_endian[] = {1, 2, 3, 4};
    CHECK_BYTES(view.data, view.len, little_endian, sizeof little_endian);
    CHECK_STATUS(sv2_buf_free(&numbers), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&transactions), SV2_OK);
}

int main(void) {
    fixed_elements();
    variable_elements();
    strings();
    built_in_a_buffer();
    return check_end("sequences");
}
