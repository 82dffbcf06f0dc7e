/* SetupConnection between sessions: what a server refuses and how the client learns it, what a
 * client accepts, and servers that decide themselves. */
#include "session_pair.h"

enum { MESSAGE_SIZE = 1024 };

static size_t encode_setup(const sv2_setup_connection *m, uint8_t *out) {
    size_t len = 0;
    CHECK_STATUS(sv2_setup_connection_encode(m, NULL, out, MESSAGE_SIZE, &len, NULL), SV2_OK);
    return len;
}

static sv2_setup_connection setup_of(uint8_t protocol, uint16_t min, uint16_t max, uint32_t flags) {
    sv2_setup_connection m;
    memset(&m, 0, sizeof m);
    m.protocol = protocol;
    m.min_version = min;
    m.max_version = max;
    m.flags = flags;
    m.vendor = sv2_string("v");
    return m;
}

/* What the end has queued, sent in two pieces. */
static size_t drained(end *e, uint8_t *out) {
    size_t len = 0, rest = 0;
    CHECK_STATUS(sv2_session_output(e->session, out, 7, &len), SV2_OK);
    CHECK_NUMBER(len, 7);
    CHECK_STATUS(sv2_session_sent(e->session, len), SV2_OK);
    CHECK_STATUS(sv2_session_output(e->session, out + 7, MESSAGE_SIZE - 7, &rest), SV2_OK);
    CHECK_NUMBER(info_of(e).waiting, rest);
    CHECK_STATUS(sv2_session_sent(e->session, rest + 1), SV2_ERR_ARGUMENT);
    CHECK_NUMBER(info_of(e).finished, 0);
    CHECK_STATUS(sv2_session_sent(e->session, rest), SV2_OK);
    CHECK_NUMBER(info_of(e).finished, info_of(e).phase == SV2_PHASE_ENDED);
    return len + rest;
}

/* SE-11 to SE-13, SE-15 to SE-18, S3-06, I29: each reason, in the order protocol, version, flags;
 * the answer is sent before the close, and the client learns the reason. */
static void refusals(void) {
    static const struct {
        uint8_t protocol;
        uint16_t min, max;
        uint32_t flags;
        sv2_status status;
        uint32_t refused;
        const char *code;
    } rows[] = {
        {2, 2, 2, 0, SV2_ERR_UNSUPPORTED_PROTOCOL, 0, SV2_ERROR_CODE_UNSUPPORTED_PROTOCOL},
        {77, 3, 3, 8, SV2_ERR_UNSUPPORTED_PROTOCOL, 0, SV2_ERROR_CODE_UNSUPPORTED_PROTOCOL},
        {0, 3, 3, 8, SV2_ERR_UNSUPPORTED_VERSION, 0, SV2_ERROR_CODE_PROTOCOL_VERSION_MISMATCH},
        {0, 0, 1, 0, SV2_ERR_UNSUPPORTED_VERSION, 0, SV2_ERROR_CODE_PROTOCOL_VERSION_MISMATCH},
        {0, 3, 2, 0, SV2_ERR_UNSUPPORTED_VERSION, 0, SV2_ERROR_CODE_PROTOCOL_VERSION_MISMATCH},
        {0, 2, 2, 0x8000000f, SV2_ERR_UNSUPPORTED_FLAGS, 0x8000000c,
         SV2_ERROR_CODE_UNSUPPORTED_FEATURE_FLAGS},
        {1, 2, 2, 0, SV2_ERR_MISSING_FLAGS, 1, SV2_ERROR_CODE_MISSING_DECLARE_TX_DATA_FLAG},
    };
    const sv2_service services[] = {
        mining_service,
        {SV2_PROTOCOL_JOB_DECLARATION, SV2_SETUP_DECLARE_TX_DATA, SV2_SETUP_DECLARE_TX_DATA, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sv2_server_config sc = server_config();
        sv2_client_config cc = client_config();
        end server, client;
        uint8_t bytes[MESSAGE_SIZE];
        sv2_session_error error = SV2_SESSION_ERROR_INIT;
        sc.services = services;
        sc.service_count = 2;
        start_server(&server, &sc);
        CHECK_NUMBER(info_of(&server).waiting, 0); /* the client speaks first */
        const sv2_setup_connection m =
            setup_of(rows[i].protocol, rows[i].min, rows[i].max, rows[i].flags);
        size_t len = encode_setup(&m, bytes);
        CHECK_STATUS(receive(&server, bytes, len, &start_time), rows[i].status);
        EXPECT_END(&server, rows[i].status, SV2_PHASE_SETUP);
        const noted *last = &server.events[server.count - 1];
        CHECK_NUMBER(last->event.drain, 1);
        CHECK_NUMBER(last->event.flags, rows[i].refused);
        CHECK_BYTES(last->error_code, last->event.error_code.len, (const uint8_t *)rows[i].code,
                    strlen(rows[i].code));
        CHECK_NUMBER(info_of(&server).settled, 0);
        len = drained(&server, bytes);

        start_client(&client, &cc);
        CHECK_STATUS(receive(&client, bytes, len, &start_time), SV2_ERR_SETUP_REFUSED);
        EXPECT_END(&client, SV2_ERR_SETUP_REFUSED, SV2_PHASE_SETUP);
        last = &client.events[client.count - 1];
        CHECK_NUMBER(last->event.status_class, SV2_CLASS_CONFIGURATION);
        CHECK_NUMBER(last->event.drain, 0);
        CHECK_STATUS(sv2_session_error_get(client.session, &error), SV2_OK);
        CHECK_NUMBER(error.flags, rows[i].refused);
        CHECK_BYTES(error.error_code.data, error.error_code.len, (const uint8_t *)rows[i].code,
                    strlen(rows[i].code));
        CHECK(strstr((const char *)error.text.data, rows[i].code) != NULL);
        CHECK_STATUS(error.message.status, SV2_OK);
        CHECK_NUMBER(error.message.field, SV2_FIELD_NONE);
        free_end(&server);
        free_end(&client);
    }
}

/* ER-01 to ER-05, I35: any text, of any bytes, comes through whole. */
static void error_codes(void) {
    uint8_t longest[255];
    const struct {
        const uint8_t *data;
        size_t len;
    } codes[] = {{NULL, 0}, {(const uint8_t *)"no such\ncode\0\xff", 14}, {longest, 255}};
    memset(longest, 'x', sizeof longest);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const sv2_client_config cc = client_config();
        const sv2_setup_connection_error m = {6, {codes[i].data, codes[i].len}};
        sv2_session_error error = SV2_SESSION_ERROR_INIT;
        uint8_t bytes[MESSAGE_SIZE];
        size_t len = 0;
        end client;
        CHECK_STATUS(sv2_setup_connection_error_encode(&m, NULL, bytes, sizeof bytes, &len, NULL),
                     SV2_OK);
        start_client(&client, &cc);
        (void)receive(&client, bytes, len, &start_time);
        EXPECT_END(&client, SV2_ERR_SETUP_REFUSED, SV2_PHASE_SETUP);
        const noted *last = &client.events[client.count - 1];
        CHECK_BYTES(last->error_code, last->event.error_code.len, codes[i].data, codes[i].len);
        CHECK_STATUS(sv2_session_error_get(client.session, &error), SV2_OK);
        CHECK_BYTES(error.error_code.data, error.error_code.len, codes[i].data, codes[i].len);
        CHECK_NUMBER(error.flags, 6);
        CHECK(memchr(error.text.data, '\n', error.text.len) == NULL); /* quoted */
        free_end(&client);
    }
}

/* SE-07, SE-09, SE-10, SE-17, I16, S1-02: what a client accepts of SetupConnection.Success. */
static void successes(void) {
    static const struct {
        uint32_t request, refuse;
        uint16_t min, max, used;
        uint32_t flags;
        sv2_status status;
        uint32_t refused;
    } rows[] = {
        {0, 0, 0, 0, 2, 3, SV2_OK, 0},
        {0, 0, 2, 4, 3, 0xf0, SV2_OK, 0},
        {0, 0, 0, 0, 1, 0, SV2_ERR_USED_VERSION, 0},
        {0, 0, 0, 0, 3, 0, SV2_ERR_USED_VERSION, 0},
        {4, 0, 0, 0, 2, 1, SV2_ERR_SUCCESS_FLAGS, 1},
        {1, 0, 0, 0, 2, 3, SV2_ERR_SUCCESS_FLAGS, 2},
        {0, 2, 0, 0, 2, 2, SV2_ERR_SUCCESS_FLAGS, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sv2_client_config cc = client_config();
        const sv2_setup_connection_success m = {rows[i].used, rows[i].flags};
        uint8_t bytes[MESSAGE_SIZE];
        size_t len = 0;
        end client;
        cc.setup.flags = rows[i].request;
        cc.setup.min_version = rows[i].min;
        cc.setup.max_version = rows[i].max;
        cc.refuse_flags = rows[i].refuse;
        CHECK_STATUS(sv2_setup_connection_success_encode(&m, NULL, bytes, sizeof bytes, &len, NULL),
                     SV2_OK);
        start_client(&client, &cc);
        (void)receive(&client, bytes, len, &start_time);
        if (rows[i].status != SV2_OK) {
            EXPECT_END(&client, rows[i].status, SV2_PHASE_SETUP);
            CHECK_NUMBER(client.events[client.count - 1].event.flags, rows[i].refused);
        } else {
            const sv2_session_info info = info_of(&client);
            CHECK(info.settled == 1 && info.used_version == rows[i].used &&
                  info.request_flags == rows[i].request && info.success_flags == rows[i].flags);
            CHECK_NUMBER(client.events[0].event.used_version, rows[i].used);
            CHECK_NUMBER(client.events[0].event.flags, rows[i].flags);
            EXPECT(&client, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED);
        }
        free_end(&client);
    }
}

/* CM-02: what a server gives in place of an answer is in the last event. */
static void reconnect_in_setup(void) {
    const sv2_client_config cc = client_config();
    const sv2_reconnect m = {sv2_string("other.example"), 4444};
    sv2_reconnect decoded;
    uint8_t bytes[MESSAGE_SIZE];
    size_t len = 0;
    end client;
    CHECK_STATUS(sv2_reconnect_encode(&m, NULL, bytes, sizeof bytes, &len, NULL), SV2_OK);
    start_client(&client, &cc);
    (void)receive(&client, bytes, len, &start_time);
    EXPECT_END(&client, SV2_ERR_RECONNECT_IN_SETUP, SV2_PHASE_SETUP);
    const sv2_session_event *last = &client.events[client.count - 1].event;
    CHECK_NUMBER(last->status_class, SV2_CLASS_TRANSIENT);
    CHECK_STATUS(sv2_reconnect_decode(&last->frame, &decoded, NULL, NULL), SV2_OK);
    CHECK(decoded.new_host.len == 13 && decoded.new_port == 4444);
    free_end(&client);
}

/* FR-14: an error in a message comes with its place. */
static void malformed(void) {
    const sv2_server_config sc = server_config();
    const sv2_setup_connection m = setup_of(0, 2, 2, 0);
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    uint8_t bytes[MESSAGE_SIZE];
    end server;
    size_t len = encode_setup(&m, bytes);
    bytes[3] = (uint8_t)(bytes[3] - 1); /* the payload ends in front of device_id */
    start_server(&server, &sc);
    (void)receive(&server, bytes, len - 1, &start_time);
    EXPECT_END(&server, SV2_ERR_TRUNCATED, SV2_PHASE_SETUP);
    CHECK_STATUS(sv2_session_error_get(server.session, &error), SV2_OK);
    CHECK_STATUS(error.message.status, SV2_ERR_TRUNCATED);
    CHECK_NUMBER(error.message.msg_type, SV2_MSG_TYPE_SETUP_CONNECTION);
    CHECK_TEXT(
        sv2_field_name(error.message.extension_type, error.message.msg_type, error.message.field),
        "device_id");
    free_end(&server);
}

/* S2-01, S2-11: the program decides with the message in hand. */
static void hold_setup(void) {
    for (int accept = 0; accept < 2; accept++) {
        sv2_server_config sc = server_config();
        sv2_client_config cc = client_config();
        sv2_setup_connection m;
        end server, client;
        uint8_t too_long[256];
        memset(too_long, 'x', sizeof too_long);
        sc.hold_setup = 1;
        cc.setup.flags = SV2_SETUP_REQUIRES_STANDARD_JOBS;
        cc.setup.device_id = sv2_string("device");
        start_client(&client, &cc);
        start_server(&server, &sc);
        CHECK_STATUS(sv2_session_accept_setup(server.session, 0), SV2_ERR_STATE);
        CHECK_STATUS(sv2_session_refuse_setup(server.session, 0, "x", 1), SV2_ERR_STATE);
        pump(&client, &server, SIZE_MAX);
        CHECK_NUMBER(info_of(&server).phase, SV2_PHASE_DECISION);
        const sv2_session_event *asked = &server.events[0].event;
        CHECK(asked->flags == SV2_SETUP_REQUIRES_STANDARD_JOBS && asked->used_version == 2);
        CHECK_STATUS(sv2_setup_connection_decode(&asked->frame, &m, NULL, NULL), SV2_OK);
        CHECK_BYTES(m.device_id.data, m.device_id.len, (const uint8_t *)"device", 6);
        EXPECT(&server, SV2_EVENT_SETUP_REQUEST);
        CHECK_STATUS(sv2_session_accept_setup(server.session, 2), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_session_refuse_setup(server.session, 0, NULL, 0), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_session_refuse_setup(server.session, 0, "\n", 1), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_session_refuse_setup(server.session, 2, "x", 1), SV2_ERR_ARGUMENT);
        CHECK_STATUS(
            sv2_session_refuse_setup(server.session, 0, (const char *)too_long, sizeof too_long),
            SV2_ERR_ARGUMENT);
        if (accept) {
            CHECK_STATUS(sv2_session_accept_setup(server.session, 1), SV2_OK);
            CHECK_STATUS(sv2_session_accept_setup(server.session, 1), SV2_ERR_STATE);
            pump(&client, &server, SIZE_MAX);
            EXPECT(&client, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED);
            EXPECT(&server, SV2_EVENT_SETUP);
            CHECK_NUMBER(info_of(&client).success_flags, 1);
        } else {
            CHECK_STATUS(sv2_session_refuse_setup(server.session, 1, "banned", 6), SV2_OK);
            pump(&client, &server, SIZE_MAX);
            EXPECT_END(&server, SV2_ERR_SETUP_DECLINED, SV2_PHASE_DECISION);
            EXPECT_END(&client, SV2_ERR_SETUP_REFUSED, SV2_PHASE_SETUP);
            const noted *last = &client.events[client.count - 1];
            CHECK_BYTES(last->error_code, last->event.error_code.len, (const uint8_t *)"banned", 6);
            CHECK_NUMBER(last->event.flags, 1);
        }
        free_end(&client);
        free_end(&server);
    }
}

/* I28, S3-16: what may not come first, or a second time. */
static void first_messages(void) {
    const sv2_server_config sc = server_config();
    const sv2_setup_connection setup = setup_of(0, 2, 2, 0);
    const sv2_reconnect reconnect = {{NULL, 0}, 0};
    const sv2_close_channel other = {1, {NULL, 0}};
    uint8_t bytes[MESSAGE_SIZE];
    size_t len = 0;
    end server;
    start_server(&server, &sc);
    CHECK_STATUS(sv2_close_channel_encode(&other, NULL, bytes, sizeof bytes, &len, NULL), SV2_OK);
    (void)receive(&server, bytes, len, &start_time);
    EXPECT_END(&server, SV2_ERR_UNEXPECTED_MESSAGE, SV2_PHASE_SETUP);
    free_end(&server);
    start_server(&server, &sc);
    CHECK_STATUS(sv2_reconnect_encode(&reconnect, NULL, bytes, sizeof bytes, &len, NULL), SV2_OK);
    (void)receive(&server, bytes, len, &start_time);
    EXPECT_END(&server, SV2_ERR_WRONG_DIRECTION, SV2_PHASE_SETUP);
    free_end(&server);
    start_server(&server, &sc);
    len = encode_setup(&setup, bytes);
    CHECK_STATUS(receive(&server, bytes, len, &start_time), SV2_OK);
    CHECK_STATUS(receive(&server, bytes, len, &start_time), SV2_ERR_DUPLICATE_SETUP);
    EXPECT_END(&server, SV2_ERR_DUPLICATE_SETUP, SV2_PHASE_NEGOTIATION);
    free_end(&server);
}

/* Each protocol is what both ends say that they speak. */
static void protocols(void) {
    for (uint32_t protocol = 0; protocol <= SV2_PROTOCOL_TEMPLATE_DISTRIBUTION; protocol++) {
        const sv2_service service = {protocol, 0, 0, 0};
        sv2_server_config sc = server_config();
        sv2_client_config cc = client_config();
        end server, client;
        cc.setup.protocol = (uint8_t)protocol;
        sc.services = &service;
        sc.min_version = 2;
        sc.max_version = 7;
        cc.setup.min_version = 1;
        cc.setup.max_version = 5;
        start_client(&client, &cc);
        start_server(&server, &sc);
        pump(&client, &server, SIZE_MAX);
        CHECK_NUMBER(client.events[0].event.protocol, protocol);
        CHECK_NUMBER(server.events[0].event.protocol, protocol);
        CHECK_NUMBER(server.events[0].event.used_version, 5); /* SE-16 */
        CHECK(info_of(&client).protocol == protocol && info_of(&server).protocol == protocol);
        CHECK(info_of(&client).used_version == 5 && info_of(&server).used_version == 5);
        free_end(&client);
        free_end(&server);
    }
}

/* S2-07: how many messages may wait for the answer to RequestExtensions, and how large. */
static void early_messages(void) {
    static const uint16_t two[] = {2};
    static const struct {
        uint32_t messages, bytes;
        size_t held;
    } rows[] = {{0, 0, 3}, {1, 0, 1}, {SV2_EARLY_MESSAGES_NONE, 0, 0}, {9, 100, 2}};
    static const uint8_t prefix[32] = {1};
    const sv2_set_extranonce_prefix early = {1, {prefix, sizeof prefix}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sv2_client_config cc = client_config();
        const sv2_setup_connection_success success = {2, 0};
        uint8_t bytes[MESSAGE_SIZE];
        size_t len = 0, held = 0;
        end client;
        cc.request = extension_list(two, 1);
        cc.limits.early_messages = rows[i].messages;
        cc.limits.early_bytes = rows[i].bytes;
        start_client(&client, &cc);
        CHECK_STATUS(
            sv2_setup_connection_success_encode(&success, NULL, bytes, sizeof bytes, &len, NULL),
            SV2_OK);
        CHECK_STATUS(receive(&client, bytes, len, &start_time), SV2_OK);
        CHECK_STATUS(
            sv2_set_extranonce_prefix_encode(&early, NULL, bytes, sizeof bytes, &len, NULL),
            SV2_OK);
        while (held < 5 && receive(&client, bytes, len, &start_time) == SV2_OK) {
            held++;
        }
        CHECK_NUMBER(held, rows[i].held);
        EXPECT_END(&client, SV2_ERR_EARLY_MESSAGES, SV2_PHASE_NEGOTIATION);
        free_end(&client);
    }
}

/* FR-06, FR-10, I10: the channel_msg bit of a known message is looked at when the program says so.
 */
static void channel_bits(void) {
    for (uint8_t strict = 0; strict < 2; strict++) {
        sv2_client_config cc = client_config();
        sv2_server_config sc = server_config();
        const sv2_close_channel m = {1, {NULL, 0}};
        uint8_t bytes[MESSAGE_SIZE];
        size_t len = 0;
        end client, server;
        cc.strict_channel_bit = sc.strict_channel_bit = strict;
        connect_ends(&client, &cc, &server, &sc);
        CHECK_STATUS(sv2_close_channel_encode(&m, NULL, bytes, sizeof bytes, &len, NULL), SV2_OK);
        bytes[1] &= 0x7f;
        const sv2_status want = strict ? SV2_ERR_WRONG_CHANNEL_BIT : SV2_OK;
        CHECK_STATUS(receive(&client, bytes, len, &start_time), want);
        CHECK_STATUS(receive(&server, bytes, len, &start_time), want);
        free_end(&client);
        free_end(&server);
    }
}

int main(void) {
    protocols();
    early_messages();
    channel_bits();
    refusals();
    error_codes();
    successes();
    reconnect_in_setup();
    malformed();
    hold_setup();
    first_messages();
    return check_end("session_setup");
}
