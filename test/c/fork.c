/* fork: before the start every child may use the library; after it every function refuses in the
 * child, and the parent goes on as before. */
#define CHECK_START_IS_TESTED
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "children.h"
#include "each_message.h"

static sv2_buf buf;
static sv2_decoder decoder;
static sv2_view view;

static void use_everything(void) {
    sv2_buf own;
    sv2_decoder own_decoder;
    uint8_t bytes[64];
    size_t len, consumed;
    sv2_frame frame;
    CHECK_STATUS(sv2_buf_new(100, &own), SV2_OK);
    CHECK_STATUS(sv2_buf_append_u32(own, 1), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&own), SV2_OK);
    CHECK_STATUS(sv2_decoder_new(NULL, &own_decoder), SV2_OK);
    const sv2_setup_connection_success message = {2, 0};
    CHECK_STATUS(
        sv2_setup_connection_success_encode(&message, NULL, bytes, sizeof bytes, &len, NULL),
        SV2_OK);
    CHECK_STATUS(sv2_decoder_feed(own_decoder, bytes, len, &consumed), SV2_OK);
    CHECK_STATUS(sv2_decoder_next(own_decoder, &frame, NULL, NULL), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&own_decoder), SV2_OK);
    CHECK_STATUS(sv2_live_handles(0, &len), SV2_OK);
}

/* Outputs are zeroed and the error says so. */
static void everything_refuses(void) {
    sv2_error error;
    sv2_start_config start = SV2_START_CONFIG_INIT;
    uint8_t bytes[64], *memory = bytes;
    char text[256];
    size_t a = 9, b = 9, c = 9;
    sv2_frame frame;
    sv2_message message;
    sv2_view other;
    sv2_buf new_buf = {9};
    sv2_decoder new_decoder = {9};
    sv2_tlv tlv;
    sv2_bytes value;
    memset(&error, 0, sizeof error);
    CHECK_STATUS(sv2_start(NULL), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_start(&start), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_error_text(&error, text, sizeof text, &a), SV2_ERR_FORKED);
    CHECK_NUMBER(a, 0);
    CHECK_STATUS(sv2_live_handles(0, &a), SV2_ERR_FORKED);

    CHECK_STATUS(sv2_buf_new(10, &new_buf), SV2_ERR_FORKED);
    CHECK(new_buf.sv2_priv_buf == 0);
    CHECK_STATUS(sv2_buf_writable(buf, 1, &memory, &a), SV2_ERR_FORKED);
    CHECK(memory == NULL && a == 0);
    CHECK_STATUS(sv2_buf_commit(buf, 0), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_append(buf, filling, 1), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_append_u16(buf, 1), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_append_b0_16m(buf, filling, 1), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_consume(buf, 0), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_data(buf, &other), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_lock(buf, &other), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_buf_unlock(buf), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_view_check(&view), SV2_ERR_FORKED);
    sv2_buf copy = buf;
    CHECK_STATUS(sv2_buf_free(&copy), SV2_ERR_FORKED);
    CHECK(copy.sv2_priv_buf == buf.sv2_priv_buf);
    CHECK_STATUS(sv2_buf_free(NULL), SV2_OK);

    CHECK_STATUS(sv2_decoder_new(NULL, &new_decoder), SV2_ERR_FORKED);
    CHECK(new_decoder.sv2_priv_decoder == 0);
    CHECK_STATUS(sv2_decoder_feed(decoder, filling, 1, &a), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_decoder_writable(decoder, &memory, &a), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_decoder_commit(decoder, 0), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_decoder_next(decoder, &frame, &a, &error), SV2_ERR_FORKED);
    CHECK_STATUS(error.status, SV2_ERR_FORKED);
    CHECK_STATUS(sv2_decoder_next_batch(decoder, &frame, 1, &a, &b, &error), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_decoder_buffered(decoder, &a), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_decoder_error(decoder, &error), SV2_ERR_FORKED);
    sv2_decoder decoder_copy = decoder;
    CHECK_STATUS(sv2_decoder_free(&decoder_copy), SV2_ERR_FORKED);

    memset(&frame, 0x3c, sizeof frame);
    CHECK_STATUS(sv2_frame_decode(bytes, 6, 0, &frame, &a, &b, &error), SV2_ERR_FORKED);
    CHECK_STATUS(error.status, SV2_ERR_FORKED);
    CHECK(filled_with(&frame, sizeof frame, 0));
    memset(&frame, 0, sizeof frame);
    CHECK_STATUS(sv2_frame_decode_batch(bytes, 6, 0, &frame, 1, &a, &b, &c, &error),
                 SV2_ERR_FORKED);
    CHECK_STATUS(sv2_frame_encode(&frame, bytes, sizeof bytes, &a, &error), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_frame_check(&frame, 0, SV2_PARTY_CLIENT, 0), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_tlv_decode(filling, 5, 0, &tlv, &a, &error), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_tlv_find(filling, 5, 0, 1, 1, &value, &error), SV2_ERR_FORKED);
    memset(&tlv, 0, sizeof tlv);
    CHECK_STATUS(sv2_tlv_encode(&tlv, bytes, sizeof bytes, &a, &error), SV2_ERR_FORKED);

    CHECK_STATUS(sv2_message_decode(&frame, &message, &error), SV2_ERR_FORKED);
    CHECK(filled_with(&message, sizeof message, 0));
    CHECK_STATUS(sv2_message_encode(&message, bytes, sizeof bytes, &a, &error), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_message_decode_batch(bytes, 6, 0, &message, 1, &a, &b, &c, &error),
                 SV2_ERR_FORKED);
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        memset(&message, 0, sizeof message);
        CHECK_STATUS(messages[i].encode(&message.as, NULL, bytes, sizeof bytes, &a, &error),
                     SV2_ERR_FORKED);
        CHECK_STATUS(messages[i].decode(&frame, &message.as, &value, &error), SV2_ERR_FORKED);
    }
}

/* What needs no start goes on working. */
static void pure_functions_work(void) {
    sv2_version_info info = SV2_VERSION_INFO_INIT;
    sv2_message_info message = SV2_MESSAGE_INFO_INIT;
    const sv2_seq_u16 sequence = {filling, 2};
    uint16_t element = 0;
    CHECK_NUMBER(sv2_version(), SV2_VERSION_NUM);
    CHECK_STATUS(sv2_version_info_get(&info), SV2_OK);
    CHECK_STATUS(sv2_message_info_get(0, 0, &message), SV2_OK);
    CHECK_TEXT(sv2_message_name(0, 0), "SetupConnection");
    CHECK_TEXT(sv2_status_name(SV2_ERR_FORKED), "SV2_ERR_FORKED");
    CHECK_STATUS(sv2_seq_u16_at(sequence, 1, &element), SV2_OK);
    CHECK_NUMBER(sv2_string("abc").len, 3);
}

static void grandchild(void) {
    everything_refuses();
    pure_functions_work();
}

static void child_after_start(void) {
    everything_refuses();
    pure_functions_work();
    CHECK(exited_with(run_in_child(grandchild), 0));
}

static void make_objects(void) {
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append_u32(buf, 7), SV2_OK);
    CHECK_STATUS(sv2_buf_data(buf, &view), SV2_OK);
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
}

static void child_before_start(void) {
    make_objects();
    use_everything();
    CHECK(exited_with(run_in_child(grandchild), 0)); /* started here, so not in its children */
}

static void daemon_body(void) {
    CHECK(exited_with(run_in_child(use_everything), 0));
}

int main(void) {
    pure_functions_work();
    CHECK(exited_with(run_in_child(child_before_start), 0));
    CHECK(exited_with(run_in_child(daemon_body), 0)); /* forks twice, then starts */
    CHECK(exited_with(run_in_child(use_everything), 0));

    make_objects();
    for (int i = 0; i < 3; i++) {
        CHECK(exited_with(run_in_child(child_after_start), 0));
        CHECK_STATUS(sv2_view_check(&view), SV2_OK);
        use_everything();
    }
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    return check_end("fork");
}
