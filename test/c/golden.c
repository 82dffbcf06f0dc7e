/* Frames that others made, byte for byte: encoded and decoded through the typed functions and
 * through the union. */
#include "check.h"

enum { FRAME_MAX = 128 };

static const uint8_t worker[] = "worker_001";

/* Bytes of text in hexadecimal. */
static size_t from_hex(const char *text, uint8_t *out) {
    size_t n = 0;
    unsigned value = 0;
    for (; text[2 * n] != '\0' && sscanf(text + 2 * n, "%2x", &value) == 1; n++) {
        out[n] = (uint8_t)value;
    }
    return n;
}

/* The frame encodes, through the typed function by call and through the union, to text in
 * hexadecimal. */
#define ENCODES_TO(lower, UPPER, message, tail, text)                                              \
    do {                                                                                           \
        uint8_t want[FRAME_MAX], got[FRAME_MAX];                                                   \
        const size_t want_len = from_hex(text, want);                                              \
        size_t len = 0;                                                                            \
        sv2_error error;                                                                           \
        CHECK_STATUS(sv2_##lower##_encode(&(message), (tail), NULL, 0, &len, &error),              \
                     SV2_ERR_BUFFER_TOO_SMALL);                                                    \
        CHECK_NUMBER(len, want_len);                                                               \
        CHECK_STATUS(sv2_##lower##_encode(&(message), (tail), got, sizeof got, &len, &error),      \
                     SV2_OK);                                                                      \
        CHECK_BYTES(got, len, want, want_len);                                                     \
        sv2_message any;                                                                           \
        memset(&any, 0, sizeof any);                                                               \
        any.id = SV2_ID_##UPPER;                                                                   \
        any.as.lower = (message);                                                                  \
        const sv2_bytes *behind_it = (tail);                                                       \
        if (behind_it != NULL) {                                                                   \
            any.trailing = *behind_it;                                                             \
        }                                                                                          \
        CHECK_STATUS(sv2_message_encode(&any, got, sizeof got, &len, &error), SV2_OK);             \
        CHECK_BYTES(got, len, want, want_len);                                                     \
    } while (0)

/* The frame in bytes, as one call finds it. The union must say the same as the typed decode that
 * follows. */
static sv2_frame frame_of(const uint8_t *bytes, size_t len) {
    sv2_frame frame;
    size_t consumed = 0;
    sv2_error error;
    CHECK_STATUS(sv2_frame_decode(bytes, len, 0, &frame, &consumed, NULL, &error), SV2_OK);
    CHECK_NUMBER(consumed, len);
    CHECK_NUMBER(frame.payload_len, len - SV2_FRAME_HEADER_SIZE);
    return frame;
}

#define DECODES_FROM(lower, UPPER, text, message, rest_of)                                         \
    sv2_##lower message;                                                                           \
    sv2_bytes rest_of;                                                                             \
    uint8_t bytes_of_##lower[FRAME_MAX];                                                           \
    do {                                                                                           \
        const size_t len = from_hex(text, bytes_of_##lower);                                       \
        const sv2_frame frame = frame_of(bytes_of_##lower, len);                                   \
        sv2_error error;                                                                           \
        CHECK_NUMBER(frame.extension_type, SV2_EXTENSION_TYPE_##UPPER);                            \
        CHECK_NUMBER(frame.msg_type, SV2_MSG_TYPE_##UPPER);                                        \
        CHECK_STATUS(sv2_##lower##_decode(&frame, &message, &rest_of, &error), SV2_OK);            \
        sv2_message any;                                                                           \
        CHECK_STATUS(sv2_message_decode(&frame, &any, &error), SV2_OK);                            \
        CHECK_NUMBER(any.id, SV2_ID_##UPPER);                                                      \
        CHECK_NUMBER(any.reserved, 0);                                                             \
        CHECK(memcmp(&any.as.lower, &message, sizeof message) == 0);                               \
        CHECK(any.trailing.data == (rest_of).data && any.trailing.len == (rest_of).len);           \
    } while (0)

static void check_string(sv2_bytes got, const char *want) {
    const sv2_bytes wanted = sv2_string(want);
    CHECK_BYTES(got.data, got.len, wanted.data, wanted.len);
}

static void setup(void) {
    static const char text[] = "0000002600000002000200050000000c706f6f6c2e6578616d706c65ce85066c69"
                               "6273763202687702667700";
    sv2_setup_connection message;
    memset(&message, 0, sizeof message);
    message.protocol = SV2_PROTOCOL_MINING;
    message.min_version = 2;
    message.max_version = 2;
    message.flags = SV2_SETUP_REQUIRES_STANDARD_JOBS | SV2_SETUP_REQUIRES_VERSION_ROLLING;
    message.endpoint_host = sv2_string("pool.example");
    message.endpoint_port = 34254;
    message.vendor = sv2_string("libsv2");
    message.hardware_version = sv2_string("hw");
    message.firmware = sv2_string("fw");
    message.device_id = sv2_string("");
    ENCODES_TO(setup_connection, SETUP_CONNECTION, message, NULL, text);
    DECODES_FROM(setup_connection, SETUP_CONNECTION, text, back, trailing);
    CHECK_NUMBER(back.protocol, SV2_PROTOCOL_MINING);
    CHECK_NUMBER(back.min_version, 2);
    CHECK_NUMBER(back.max_version, 2);
    CHECK_NUMBER(back.flags, 5);
    check_string(back.endpoint_host, "pool.example");
    CHECK_NUMBER(back.endpoint_port, 34254);
    check_string(back.vendor, "libsv2");
    check_string(back.hardware_version, "hw");
    check_string(back.firmware, "fw");
    CHECK(back.device_id.data == NULL && back.device_id.len == 0);
    CHECK(trailing.data == NULL && trailing.len == 0);
    /* The strings are views into the bytes that were decoded. */
    CHECK(back.endpoint_host.data == bytes_of_setup_connection + 16);
}

static void setup_answers(void) {
    sv2_setup_connection_success success = {2, 0};
    static const char success_text[] = "000001060000020000000000";
    ENCODES_TO(setup_connection_success, SETUP_CONNECTION_SUCCESS, success, NULL, success_text);
    DECODES_FROM(setup_connection_success, SETUP_CONNECTION_SUCCESS, success_text, good, behind);
    CHECK_NUMBER(good.used_version, 2);
    CHECK_NUMBER(good.flags, 0);
    CHECK_NUMBER(behind.len, 0);

    sv2_setup_connection_error refusal;
    memset(&refusal, 0, sizeof refusal);
    refusal.flags = 6;
    refusal.error_code = sv2_string(SV2_ERROR_CODE_UNSUPPORTED_FEATURE_FLAGS);
    static const char error_text[] =
        "0000021e00000600000019756e737570706f727465642d666561747572652d666c616773";
    ENCODES_TO(setup_connection_error, SETUP_CONNECTION_ERROR, refusal, NULL, error_text);
    DECODES_FROM(setup_connection_error, SETUP_CONNECTION_ERROR, error_text, refused, rest);
    CHECK_NUMBER(refused.flags, 6);
    check_string(refused.error_code, "unsupported-feature-flags");
    CHECK_NUMBER(rest.len, 0);
}

static void extensions(void) {
    static const uint8_t two[] = {2, 0};
    static const uint8_t three[] = {3, 0};
    static const uint8_t five[] = {5, 0};
    sv2_request_extensions request;
    memset(&request, 0, sizeof request);
    request.request_id = 1;
    request.requested_extensions.data = two;
    request.requested_extensions.count = 1;
    static const char request_text[] = "010000060000010001000200";
    ENCODES_TO(request_extensions, REQUEST_EXTENSIONS, request, NULL, request_text);
    DECODES_FROM(request_extensions, REQUEST_EXTENSIONS, request_text, asked, behind_request);
    uint16_t extension = 0;
    CHECK_NUMBER(asked.request_id, 1);
    CHECK_NUMBER(asked.requested_extensions.count, 1);
    CHECK_STATUS(sv2_seq_u16_at(asked.requested_extensions, 0, &extension), SV2_OK);
    CHECK_NUMBER(extension, SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING);
    CHECK_NUMBER(behind_request.len, 0);

    sv2_request_extensions_success success;
    memset(&success, 0, sizeof success);
    success.request_id = 1;
    success.supported_extensions.data = two;
    success.supported_extensions.count = 1;
    static const char success_text[] = "010001060000010001000200";
    ENCODES_TO(request_extensions_success, REQUEST_EXTENSIONS_SUCCESS, success, NULL, success_text);
    DECODES_FROM(request_extensions_success, REQUEST_EXTENSIONS_SUCCESS, success_text, on, behind);
    CHECK_NUMBER(on.supported_extensions.count, 1);
    CHECK_NUMBER(behind.len, 0);

    sv2_request_extensions_error refusal;
    memset(&refusal, 0, sizeof refusal);
    refusal.request_id = 1;
    refusal.unsupported_extensions.data = three;
    refusal.unsupported_extensions.count = 1;
    refusal.required_extensions.data = five;
    refusal.required_extensions.count = 1;
    static const char error_text[] = "0100020a000001000100030001000500";
    ENCODES_TO(request_extensions_error, REQUEST_EXTENSIONS_ERROR, refusal, NULL, error_text);
    DECODES_FROM(request_extensions_error, REQUEST_EXTENSIONS_ERROR, error_text, refused, rest);
    CHECK_STATUS(sv2_seq_u16_at(refused.unsupported_extensions, 0, &extension), SV2_OK);
    CHECK_NUMBER(extension, 3);
    CHECK_STATUS(sv2_seq_u16_at(refused.required_extensions, 0, &extension), SV2_OK);
    CHECK_NUMBER(extension, 5);
    CHECK_NUMBER(rest.len, 0);
}

/* I3: the TLV behind the share is little-endian, as section 3.1 says. */
static void share_with_user_identity(void) {
    static const char text[] = "00801b2c00000200000007000000010000007856341200f15365000000200400000"
                               "0010200010a00576f726b65725f303031";
    static const uint8_t extranonce[] = {0, 0, 0, 1};
    uint8_t tlv_bytes[32];
    size_t tlv_len = 0;
    sv2_tlv tlv;
    memset(&tlv, 0, sizeof tlv);
    tlv.extension_type = SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING;
    tlv.field_type = 1;
    tlv.value = sv2_string("Worker_001");
    CHECK_STATUS(sv2_tlv_encode(&tlv, tlv_bytes, sizeof tlv_bytes, &tlv_len, NULL), SV2_OK);
    CHECK_NUMBER(tlv_len, SV2_TLV_HEADER_SIZE + sizeof worker - 1);

    sv2_submit_shares_extended message;
    memset(&message, 0, sizeof message);
    message.channel_id = 2;
    message.sequence_number = 7;
    message.job_id = 1;
    message.nonce = 0x12345678;
    message.ntime = 0x6553f100;
    message.version = 0x20000000;
    message.extranonce.data = extranonce;
    message.extranonce.len = sizeof extranonce;
    const sv2_bytes behind = {tlv_bytes, tlv_len};
    ENCODES_TO(submit_shares_extended, SUBMIT_SHARES_EXTENDED, message, &behind, text);
    DECODES_FROM(submit_shares_extended, SUBMIT_SHARES_EXTENDED, text, back, trailing);
    CHECK_NUMBER(back.channel_id, 2);
    CHECK_NUMBER(back.sequence_number, 7);
    CHECK_NUMBER(back.job_id, 1);
    CHECK_NUMBER(back.nonce, 0x12345678);
    CHECK_NUMBER(back.ntime, 0x6553f100);
    CHECK_NUMBER(back.version, 0x20000000);
    CHECK_BYTES(back.extranonce.data, back.extranonce.len, extranonce, sizeof extranonce);
    CHECK_BYTES(trailing.data, trailing.len, tlv_bytes, tlv_len);
    sv2_bytes identity;
    CHECK_STATUS(sv2_tlv_find(trailing.data, trailing.len, 0,
                              SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING, 1, &identity, NULL),
                 SV2_OK);
    check_string(identity, "Worker_001");
}

/* I1: the target of difficulty 1 has its zero bytes at the end. */
static void target_of_difficulty_one(void) {
    static const char text[] = "008021240000020000000000000000000000000000000000000000000000000000"
                               "000000ffff00000000";
    sv2_set_target message;
    memset(&message, 0, sizeof message);
    message.channel_id = 2;
    message.maximum_target.bytes[26] = 0xff;
    message.maximum_target.bytes[27] = 0xff;
    ENCODES_TO(set_target, SET_TARGET, message, NULL, text);
    DECODES_FROM(set_target, SET_TARGET, text, back, trailing);
    CHECK_NUMBER(back.channel_id, 2);
    CHECK(memcmp(&back.maximum_target, &message.maximum_target, sizeof(sv2_u256)) == 0);
    CHECK_NUMBER(trailing.len, 0);
}

static void coinbase_output_constraints(void) {
    static const char text[] = "000070060000000000000000";
    sv2_coinbase_output_constraints message;
    memset(&message, 0, sizeof message);
    ENCODES_TO(coinbase_output_constraints, COINBASE_OUTPUT_CONSTRAINTS, message, NULL, text);
    DECODES_FROM(coinbase_output_constraints, COINBASE_OUTPUT_CONSTRAINTS, text, back, trailing);
    CHECK_NUMBER(back.coinbase_output_max_additional_size, 0);
    CHECK_NUMBER(back.coinbase_output_max_additional_sigops, 0);
    CHECK_NUMBER(trailing.len, 0);
}

/* I10: NewMiningJob carries the channel_msg bit, 0x8000. Bytes of the reference implementation's
 * own test. */
static void new_mining_job(void) {
    static const char text[] = "0080153100000102030405060708010" /* min_ntime is present */
                               "90a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272829"
                               "2a2b2c2d2e2f30";
    sv2_new_mining_job message;
    memset(&message, 0, sizeof message);
    message.channel_id = 0x04030201;
    message.job_id = 0x08070605;
    message.min_ntime.present = 1;
    message.min_ntime.value = 0x0c0b0a09;
    message.version = 0x100f0e0d;
    for (size_t i = 0; i < sizeof message.merkle_root.bytes; i++) {
        message.merkle_root.bytes[i] = (uint8_t)(0x11 + i);
    }
    ENCODES_TO(new_mining_job, NEW_MINING_JOB, message, NULL, text);
    DECODES_FROM(new_mining_job, NEW_MINING_JOB, text, back, trailing);
    CHECK(memcmp(&back, &message, sizeof back) == 0);
    CHECK_NUMBER(trailing.len, 0);

    /* Received without the bit, as before May 2026, it is the same message. */
    uint8_t old[FRAME_MAX];
    const size_t len = from_hex(text, old);
    old[1] = 0;
    const sv2_frame frame = frame_of(old, len);
    CHECK_NUMBER(frame.channel_msg, 0);
    CHECK_NUMBER(frame.channel_id, 0);
    CHECK_STATUS(sv2_new_mining_job_decode(&frame, &back, NULL, NULL), SV2_OK);
    CHECK_NUMBER(back.channel_id, 0x04030201);
    CHECK_STATUS(sv2_frame_check(&frame, SV2_PROTOCOL_MINING, SV2_PARTY_SERVER, 0), SV2_OK);
    CHECK_STATUS(sv2_frame_check(&frame, SV2_PROTOCOL_MINING, SV2_PARTY_SERVER, 1),
                 SV2_ERR_WRONG_CHANNEL_BIT);
}

/* I11: nonce before ntime. Bytes of the reference implementation's own test. */
static void push_solution(void) {
    static const char text[] =
        "00006035000004010203040506" /* extranonce, then prev_hash */
        "0708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223244433221188776655ccbbaa9900ff"
        "eedd";
    static const uint8_t extranonce[] = {1, 2, 3, 4};
    sv2_push_solution message;
    memset(&message, 0, sizeof message);
    message.extranonce.data = extranonce;
    message.extranonce.len = sizeof extranonce;
    for (size_t i = 0; i < sizeof message.prev_hash.bytes; i++) {
        message.prev_hash.bytes[i] = (uint8_t)(5 + i);
    }
    message.nonce = 0x11223344;
    message.ntime = 0x55667788;
    message.nbits = 0x99aabbcc;
    message.version = 0xddeeff00;
    ENCODES_TO(push_solution, PUSH_SOLUTION, message, NULL, text);
    DECODES_FROM(push_solution, PUSH_SOLUTION, text, back, trailing);
    CHECK_BYTES(back.extranonce.data, back.extranonce.len, extranonce, sizeof extranonce);
    CHECK(memcmp(&back.prev_hash, &message.prev_hash, sizeof(sv2_u256)) == 0);
    CHECK_NUMBER(back.nonce, 0x11223344);
    CHECK_NUMBER(back.ntime, 0x55667788);
    CHECK_NUMBER(back.nbits, 0x99aabbcc);
    CHECK_NUMBER(back.version, 0xddeeff00);
    CHECK_NUMBER(trailing.len, 0);
}

int main(void) {
    setup();
    setup_answers();
    extensions();
    share_with_user_identity();
    target_of_difficulty_one();
    coinbase_output_constraints();
    new_mining_job();
    push_solution();
    return check_end("golden");
}
