/* Bytes behind a message, read as TLVs in all ways that there are: each way finds the same. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    const uint32_t flags = take_u8(&in) & SV2_TLV_ACCEPT_BIG_ENDIAN;
    const uint16_t extension_type = take_u16(&in);
    const uint8_t field_type = take_u8(&in);
    sv2_bytes found, first = {0};
    sv2_error error;
    const sv2_status sought =
        SANE(sv2_tlv_find(in.data, in.size, flags, extension_type, field_type, &found, &error));
    sv2_status status = SV2_OK;
    int seen = 0;
    while (status == SV2_OK && in.size > 0 && !seen) {
        sv2_tlv tlv;
        size_t consumed, len;
        uint8_t wire[80];
        status = SANE(sv2_tlv_decode(in.data, in.size, flags, &tlv, &consumed, &error));
        if (status != SV2_OK) {
            EXPECT(status == SV2_ERR_BAD_TLV || status == SV2_ERR_TLV_TOO_LONG);
            EXPECT(error.status == status && error.field == SV2_FIELD_TLV);
            break;
        }
        EXPECT(consumed == 5 + tlv.value.len && consumed <= in.size);
        read_all(tlv.value.data, tlv.value.len);
        EXPECT(SANE(sv2_tlv_encode(&tlv, NULL, 0, &len, NULL)) == SV2_ERR_BUFFER_TOO_SMALL);
        EXPECT(len == consumed);
        if (len <= sizeof wire) {
            EXPECT(SANE(sv2_tlv_encode(&tlv, wire, len, &len, NULL)) == SV2_OK);
            EXPECT(flags != 0 || memcmp(wire, in.data, len) == 0);
        }
        if (tlv.extension_type == extension_type && tlv.field_type == field_type) {
            first = tlv.value;
            seen = 1;
        }
        take_run(&in, consumed);
    }
    EXPECT(sought == (seen ? SV2_OK : status == SV2_OK ? SV2_NOT_FOUND : status));
    EXPECT(!seen || (found.data == first.data && found.len == first.len));
    return 0;
}
