/* TLVs behind a message (section 3.4.3): little-endian, in any order, cut short, too long, and the
 * tolerant form. */
#include "check.h"

enum { PATTERN = 0x3c };

static sv2_error error;
static size_t consumed;
static sv2_tlv tlv;
static sv2_bytes value;

#define FAILS(call, want)                                                                          \
    do {                                                                                           \
        memset(&error, PATTERN, sizeof error);                                                     \
        CHECK_STATUS(call, want);                                                                  \
        CHECK_STATUS(error.status, want);                                                          \
        CHECK_NUMBER(error.field, concerns_tlv(want) ? SV2_FIELD_TLV : SV2_FIELD_NONE);            \
    } while (0)

/* Whether a failure is one of the TLV itself, not of the call. */
static int concerns_tlv(sv2_status status) {
    return status == SV2_ERR_BAD_TLV || status == SV2_ERR_TLV_TOO_LONG ||
           status == SV2_ERR_FIELD_TOO_LONG;
}

/* I3: what we write is little-endian, what we read is, too. */
static void byte_order(void) {
    static const uint8_t little[] = {2, 0, 1, 3, 0, 'a', 'b', 'c'};
    static const uint8_t big[] = {0, 2, 1, 0, 3, 'a', 'b', 'c'};
    uint8_t out[16];
    size_t len = 0;
    memset(&tlv, 0, sizeof tlv);
    tlv.extension_type = SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING;
    tlv.field_type = 1;
    tlv.value = sv2_string("abc");
    CHECK_STATUS(sv2_tlv_encode(&tlv, out, sizeof out, &len, &error), SV2_OK);
    CHECK_STATUS(error.status, SV2_OK);
    CHECK_BYTES(out, len, little, sizeof little);
    for (uint32_t flags = 0; flags < 2; flags++) {
        CHECK_STATUS(sv2_tlv_decode(little, sizeof little, flags, &tlv, &consumed, &error), SV2_OK);
        CHECK_NUMBER(consumed, sizeof little);
        CHECK_NUMBER(tlv.extension_type, 2);
        CHECK_NUMBER(tlv.field_type, 1);
        CHECK_NUMBER(tlv.reserved, 0);
        CHECK(tlv.value.data == little + 5 && tlv.value.len == 3);
        CHECK_STATUS(sv2_tlv_find(little, sizeof little, flags, 2, 1, &value, &error), SV2_OK);
        CHECK(value.data == little + 5 && value.len == 3);
    }
    /* The specification's example is big-endian: a stranger of extension 0x0200 with 768 bytes,
     * unless asked for. */
    FAILS(sv2_tlv_decode(big, sizeof big, 0, &tlv, &consumed, &error), SV2_ERR_BAD_TLV);
    CHECK(filled_with(&tlv, sizeof tlv, 0) && consumed == 0);
    FAILS(sv2_tlv_find(big, sizeof big, 0, 2, 1, &value, &error), SV2_ERR_BAD_TLV);
    CHECK(value.data == NULL && value.len == 0);
    CHECK_STATUS(
        sv2_tlv_decode(big, sizeof big, SV2_TLV_ACCEPT_BIG_ENDIAN, &tlv, &consumed, &error),
        SV2_OK);
    CHECK_NUMBER(consumed, sizeof big);
    CHECK_NUMBER(tlv.extension_type, 2);
    CHECK(tlv.value.data == big + 5 && tlv.value.len == 3);
    CHECK_STATUS(sv2_tlv_find(big, sizeof big, SV2_TLV_ACCEPT_BIG_ENDIAN, 2, 1, &value, &error),
                 SV2_OK);
    CHECK_NUMBER(value.len, 3);
    /* Only a known TLV is taken in that order: (0x0003, 0x01) is not. */
    static const uint8_t unknown[] = {0, 3, 1, 0, 0};
    CHECK_STATUS(
        sv2_tlv_decode(unknown, sizeof unknown, SV2_TLV_ACCEPT_BIG_ENDIAN, &tlv, &consumed, &error),
        SV2_OK);
    CHECK_NUMBER(tlv.extension_type, 0x0300);
}

static void any_order(void) {
    static const uint8_t in[] = {
        9, 0,    7, 1, 0, 0x99,      /* (9, 7) */
        2, 0,    1, 2, 0, 'w',  '1', /* (2, 1) */
        1, 0,    1, 0, 0,            /* (1, 1), empty */
        2, 0,    1, 2, 0, 'w',  '2', /* (2, 1) again */
        2, 0,    2, 1, 0, 0x22,      /* (2, 2) */
        0, 0x80, 1, 1, 0, 0x88,      /* bit 15 is part of the type here */
    };
    static const struct {
        uint16_t extension_type;
        uint8_t field_type;
        size_t len;
    } expected[] = {{9, 7, 1}, {2, 1, 2}, {1, 1, 0}, {2, 1, 2}, {2, 2, 1}, {0x8000, 1, 1}};
    size_t at = 0;
    for (size_t i = 0; i < 6; i++) {
        CHECK_STATUS(sv2_tlv_decode(in + at, sizeof in - at, 0, &tlv, &consumed, &error), SV2_OK);
        CHECK_NUMBER(tlv.extension_type, expected[i].extension_type);
        CHECK_NUMBER(tlv.field_type, expected[i].field_type);
        CHECK_NUMBER(tlv.value.len, expected[i].len);
        CHECK((tlv.value.data == NULL) == (expected[i].len == 0));
        CHECK_NUMBER(consumed, SV2_TLV_HEADER_SIZE + expected[i].len);
        at += consumed;
    }
    CHECK_NUMBER(at, sizeof in);
    FAILS(sv2_tlv_decode(in + at, 0, 0, &tlv, &consumed, &error), SV2_ERR_BAD_TLV);
    CHECK_STATUS(sv2_tlv_find(in, sizeof in, 0, 2, 1, &value, &error), SV2_OK);
    CHECK(value.data == in + 11 && value.len == 2); /* the first of them */
    CHECK_STATUS(sv2_tlv_find(in, sizeof in, 0, 2, 2, &value, &error), SV2_OK);
    CHECK_NUMBER(value.data[0], 0x22);
    CHECK_STATUS(sv2_tlv_find(in, sizeof in, 0, 1, 1, &value, &error), SV2_OK);
    CHECK(value.data == NULL && value.len == 0);
    CHECK_STATUS(sv2_tlv_find(in, sizeof in, 0, 9, 7, &value, &error), SV2_OK);
    FAILS(sv2_tlv_find(in, sizeof in, 0, 9, 8, &value, &error), SV2_NOT_FOUND);
    CHECK(value.data == NULL && value.len == 0);
    FAILS(sv2_tlv_find(in, sizeof in, 0, 7, 9, &value, &error), SV2_NOT_FOUND);
    FAILS(sv2_tlv_find(NULL, 0, 0, 2, 1, &value, &error), SV2_NOT_FOUND);
}

/* I4: cut short anywhere is an error that says where, not an end. */
static void cut_short(void) {
    static const uint8_t in[] = {9, 0, 7, 1, 0, 0x99, 2, 0, 1, 2, 0, 'w', '1'};
    for (size_t len = 0; len < sizeof in; len++) {
        if (len == 0) {
            FAILS(sv2_tlv_decode(in, len, 0, &tlv, &consumed, &error), SV2_ERR_BAD_TLV);
            continue;
        }
        if (len < 6) {
            FAILS(sv2_tlv_decode(in, len, 0, &tlv, &consumed, &error), SV2_ERR_BAD_TLV);
            CHECK_NUMBER(error.offset, 0);
            CHECK_NUMBER(error.size, len);
            CHECK_NUMBER(consumed, 0);
        } else {
            CHECK_STATUS(sv2_tlv_decode(in, len, 0, &tlv, &consumed, &error), SV2_OK);
            CHECK_NUMBER(consumed, 6);
        }
        if (len == 6) {
            FAILS(sv2_tlv_find(in, len, 0, 2, 1, &value, &error), SV2_NOT_FOUND);
            continue;
        }
        FAILS(sv2_tlv_find(in, len, 0, 2, 1, &value, &error), SV2_ERR_BAD_TLV);
        CHECK_NUMBER(error.offset, len < 6 ? 0 : 6);
        CHECK_NUMBER(error.size, len < 6 ? len : len - 6);
    }
}

/* user_identity has at most 32 bytes; others as many as a U16 can say. */
static void too_long(void) {
    static uint8_t in[SV2_TLV_HEADER_SIZE + 65536];
    static uint8_t out[SV2_TLV_HEADER_SIZE + 65536];
    size_t len = 0;
    for (size_t n = SV2_USER_IDENTITY_MAX - 1; n <= SV2_USER_IDENTITY_MAX + 1; n++) {
        const uint8_t header[] = {2, 0, 1, (uint8_t)n, 0};
        memcpy(in, header, sizeof header);
        const sv2_status want = n > SV2_USER_IDENTITY_MAX ? SV2_ERR_TLV_TOO_LONG : SV2_OK;
        memset(&error, PATTERN, sizeof error);
        CHECK_STATUS(sv2_tlv_decode(in, sizeof header + n, 0, &tlv, &consumed, &error), want);
        CHECK_STATUS(error.status, want);
        CHECK_STATUS(sv2_tlv_find(in, sizeof header + n, 0, 2, 1, &value, &error), want);
        memset(&tlv, 0, sizeof tlv);
        tlv.extension_type = 2;
        tlv.field_type = 1;
        tlv.value.data = in;
        tlv.value.len = n;
        CHECK_STATUS(sv2_tlv_encode(&tlv, out, sizeof out, &len, &error), want);
        CHECK_NUMBER(len, want == SV2_OK ? sizeof header + n : 0);
        if (want != SV2_OK) {
            CHECK_STATUS(error.status, want);
            CHECK_NUMBER(error.extension_type, 2);
            CHECK_NUMBER(error.size, n);
            CHECK_NUMBER(error.limit, SV2_USER_IDENTITY_MAX);
            FAILS(sv2_tlv_encode(&tlv, NULL, 0, &len, &error), SV2_ERR_TLV_TOO_LONG);
            /* in front of another TLV it is found, too */
            FAILS(sv2_tlv_find(in, sizeof header + n, 0, 7, 7, &value, &error),
                  SV2_ERR_TLV_TOO_LONG);
        }
    }
    tlv.extension_type = 0x0777;
    tlv.value.len = 65535;
    CHECK_STATUS(sv2_tlv_encode(&tlv, out, sizeof out, &len, &error), SV2_OK);
    CHECK_NUMBER(len, SV2_TLV_HEADER_SIZE + 65535);
    CHECK_STATUS(sv2_tlv_decode(out, len, 0, &tlv, &consumed, &error), SV2_OK);
    CHECK_NUMBER(tlv.value.len, 65535);
    tlv.value.data = in;
    tlv.value.len = 65536;
    memset(out, PATTERN, sizeof out);
    FAILS(sv2_tlv_encode(&tlv, out, sizeof out, &len, &error), SV2_ERR_FIELD_TOO_LONG);
    CHECK_NUMBER(len, 0);
    CHECK(filled_with(out, sizeof out, PATTERN));
}

int main(void) {
    byte_order();
    any_order();
    cut_short();
    too_long();
    return check_end("tlv");
}
