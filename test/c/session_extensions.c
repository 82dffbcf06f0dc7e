/* The negotiation of extensions between sessions, and what extensions bring: user identities behind
 * shares and TLVs behind messages. */
#include "session_pair.h"

static uint8_t bytes[4096];

static size_t output_of(end *e) {
    size_t len = 0;
    CHECK_STATUS(sv2_session_output(e->session, bytes, sizeof bytes, &len), SV2_OK);
    CHECK_STATUS(sv2_session_sent(e->session, len), SV2_OK);
    return len;
}

/* E1-04, E1-08 to E1-10, E1-13, E1-14, S0-09, S0-10: what both ends agree on, whatever they ask
 * for. */
static void outcomes(void) {
    static const uint16_t a[] = {9, 2, 9}, b[] = {2}, c[] = {5}, d[] = {7};
    static const struct {
        sv2_extension_list request, required, supported; /* client */
        sv2_extension_list server_supported, server_required;
        sv2_status want; /* of the client; SV2_OK: established with on */
        uint16_t on[2];
        size_t count;
        uint16_t about; /* the extension that the error is about */
    } rows[] = {
        {{NULL, 0}, {NULL, 0}, {NULL, 0}, {b, 1}, {NULL, 0}, SV2_OK, {0, 0}, 0, 0},
        {{a, 3}, {NULL, 0}, {NULL, 0}, {a, 3}, {NULL, 0}, SV2_OK, {2, 9}, 2, 0},
        {{a, 3}, {NULL, 0}, {NULL, 0}, {b, 1}, {NULL, 0}, SV2_OK, {2, 0}, 1, 0},
        {{b, 1}, {NULL, 0}, {NULL, 0}, {d, 1}, {NULL, 0}, SV2_OK, {0, 0}, 0, 0},
        {{b, 1}, {NULL, 0}, {c, 1}, {b, 1}, {c, 1}, SV2_OK, {2, 5}, 2, 0},
        {{a, 3}, {c, 1}, {NULL, 0}, {b, 1}, {NULL, 0}, SV2_ERR_EXTENSIONS_REQUIRED, {0, 0}, 0, 5},
        {{b, 1}, {NULL, 0}, {NULL, 0}, {b, 1}, {d, 1}, SV2_ERR_EXTENSIONS_DEMANDED, {0, 0}, 0, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sv2_client_config cc = client_config();
        sv2_server_config sc = server_config();
        uint16_t got[SV2_EXTENSIONS_MAX];
        size_t count = 99;
        end client, server;
        cc.request = rows[i].request;
        cc.required = rows[i].required;
        cc.supported = rows[i].supported;
        sc.supported = rows[i].server_supported;
        sc.required = rows[i].server_required;
        start_client(&client, &cc);
        start_server(&server, &sc);
        pump(&client, &server, SIZE_MAX);
        if (rows[i].want != SV2_OK) {
            sv2_session_error error = SV2_SESSION_ERROR_INIT;
            EXPECT_END(&client, rows[i].want, SV2_PHASE_NEGOTIATION);
            const noted *last = &client.events[client.count - 1];
            CHECK(last->event.extensions.count == 1 && last->extensions[0] == rows[i].about);
            CHECK_STATUS(sv2_session_error_get(client.session, &error), SV2_OK);
            CHECK(error.extensions.count == 1 && error.extensions.types[0] == rows[i].about);
        } else {
            CHECK_STATUS(sv2_session_extensions(client.session, got, SV2_EXTENSIONS_MAX, &count),
                         SV2_OK);
            CHECK(count == rows[i].count && memcmp(got, rows[i].on, count * sizeof *got) == 0);
            const noted *established = &client.events[1];
            CHECK(established->event.extensions.count == count &&
                  memcmp(established->extensions, got, count * sizeof *got) == 0);
            EXPECT(&client, SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED);
            if (count != 0) {
                size_t needed = 0;
                got[0] = 0xa5a5;
                CHECK_STATUS(sv2_session_extensions(client.session, got, count - 1, &needed),
                             SV2_ERR_BUFFER_TOO_SMALL);
                CHECK(needed == count && got[0] == 0xa5a5);
            }
        }
        free_end(&client);
        free_end(&server);
    }
}

static void workers(end *client, end *server, int on) {
    static const uint16_t both[] = {2, 0x4001}, one[] = {0x4001};
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    cc.user_identity = sv2_string("Worker_001");
    cc.request = extension_list(both, 2);
    sc.supported = on ? extension_list(both, 2) : extension_list(one, 1);
    connect_ends(client, &cc, server, &sc);
}

static sv2_submit_shares_extended share_of(uint32_t channel_id) {
    static const uint8_t extranonce[4] = {1, 2, 3, 4};
    sv2_submit_shares_extended share;
    memset(&share, 0, sizeof share);
    share.channel_id = channel_id;
    share.sequence_number = 7;
    share.extranonce.data = extranonce;
    share.extranonce.len = sizeof extranonce;
    return share;
}

/* E2-01 to E2-04, E2-07, S0-13, I3: behind every share when negotiated, never otherwise. */
static void user_identities(void) {
    static const char name[] = "other", too_long[] = "0123456789abcdef0123456789abcdefX";
    static const struct {
        const char *named; /* NULL: by sv2_submit_shares_extended_send */
        size_t len;
        const char *want;
        int cut;
    } rows[] = {
        {NULL, 0, "Worker_001", 0},
        {name, 5, "other", 0},
        {name, 0, "", 0},
        {too_long, 33, "0123456789abcdef0123456789abcdef", 1},
    };
    for (int on = 0; on < 2; on++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            const sv2_submit_shares_extended share = share_of(2);
            const sv2_tlv tlv = {2, 1, 0, sv2_string(rows[i].want)};
            uint8_t behind[64], want[256];
            sv2_bytes trailing = {behind, 0};
            size_t want_len = 0;
            end client, server;
            workers(&client, &server, on);
            if (rows[i].named == NULL) {
                CHECK_STATUS(sv2_submit_shares_extended_send(client.session, &share, NULL, NULL),
                             SV2_OK);
            } else {
                CHECK_STATUS(sv2_session_send_share(client.session, &share,
                                                    (const uint8_t *)rows[i].named, rows[i].len,
                                                    NULL),
                             SV2_OK);
            }
            const size_t len = output_of(&client);
            if (on) {
                CHECK_STATUS(sv2_tlv_encode(&tlv, behind, sizeof behind, &trailing.len, NULL),
                             SV2_OK);
            }
            CHECK_STATUS(sv2_submit_shares_extended_encode(&share, &trailing, want, sizeof want,
                                                           &want_len, NULL),
                         SV2_OK);
            CHECK_BYTES(bytes, len, want, want_len);
            take_events(&client);
            CHECK_NUMBER(client.count, on && rows[i].cut);
            if (client.count != 0) {
                EXPECT(&client, SV2_EVENT_USER_IDENTITY_CUT);
            }
            CHECK_STATUS(receive(&server, bytes, len, &start_time), SV2_OK);
            const noted *got = &server.events[server.count - 1];
            CHECK_NUMBER(got->event.kind, SV2_EVENT_MESSAGE);
            CHECK_NUMBER(got->event.has_user_identity, on);
            CHECK(!on || (got->event.user_identity.len == strlen(rows[i].want) &&
                          memcmp(got->user_identity, rows[i].want, strlen(rows[i].want)) == 0));
            free_end(&client);
            free_end(&server);
        }
    }
}

/* E2-05, TL-04 to TL-07, I3, I4: what is wrong with a TLV rejects its message, not the connection.
 */
static void received_identities(void) {
    static const struct {
        const char *trailing;
        size_t len;
        uint32_t kind;
        sv2_status status;
        size_t identity;
        uint32_t flags;
    } rows[] = {
        {"\x02\x00\x01\x01\x00w", 6, SV2_EVENT_MESSAGE, SV2_OK, 1, 0},
        {"\x01\x40\x01\x00\x00\x02\x00\x01\x01\x00w", 11, SV2_EVENT_MESSAGE, SV2_OK, 1, 0},
        {"\x02\x00\x01", 3, SV2_EVENT_REJECTED, SV2_ERR_BAD_TLV, 0, 0},
        {"\x02\x00\x01\x21\x00"
         "0123456789abcdef0123456789abcdefX",
         38, SV2_EVENT_REJECTED, SV2_ERR_TLV_TOO_LONG, 0, 0},
        {"\x00\x02\x01\x00\x01w", 6, SV2_EVENT_REJECTED, SV2_ERR_BAD_TLV, 0, 0},
        {"\x00\x02\x01\x00\x01w", 6, SV2_EVENT_MESSAGE, SV2_OK, 1, SV2_TLV_ACCEPT_BIG_ENDIAN},
    };
    static const uint16_t two[] = {2};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sv2_client_config cc = client_config();
        sv2_server_config sc = server_config();
        const sv2_submit_shares_extended share = share_of(2);
        const sv2_bytes trailing = {(const uint8_t *)rows[i].trailing, rows[i].len};
        size_t len = 0;
        end client, server;
        cc.request = sc.supported = extension_list(two, 1);
        sc.tlv_flags = rows[i].flags;
        connect_ends(&client, &cc, &server, &sc);
        CHECK_STATUS(
            sv2_submit_shares_extended_encode(&share, &trailing, bytes, sizeof bytes, &len, NULL),
            SV2_OK);
        CHECK_STATUS(receive(&server, bytes, len, &start_time), SV2_OK);
        const sv2_session_event *got = &server.events[0].event;
        CHECK_NUMBER(server.count, 1);
        CHECK_NUMBER(got->kind, rows[i].kind);
        CHECK_STATUS(got->status, rows[i].status);
        CHECK_NUMBER(got->status_class,
                     rows[i].status == SV2_OK ? 0 : sv2_status_class(got->status));
        CHECK_NUMBER(got->user_identity.len, rows[i].identity);
        CHECK_NUMBER(got->has_user_identity, rows[i].identity != 0);
        free_end(&client);
        free_end(&server);
    }
}

/* TL-03, TL-04, E1-05, E2-07: TLVs of negotiated extensions, in order, the user identity first. */
static void trailing_tlvs(void) {
    static const uint8_t other[] = {0x01, 0x40, 9, 2, 0, 'x', 'y'};
    static const struct {
        const char *tlvs;
        size_t len;
        sv2_status want;
    } rows[] = {
        {"\x02\x00\x01\x01\x00w", 6, SV2_ERR_ARGUMENT},
        {"\x03\x00\x01\x00\x00", 5, SV2_ERR_NOT_NEGOTIATED},
        {"\x01\x40\x09\x00\x00\x01\x00\x01\x00\x00", 10, SV2_ERR_ARGUMENT},
        {"\x01\x40\x09\x02\x00x", 6, SV2_ERR_BAD_TLV},
    };
    const sv2_submit_shares_extended share = share_of(2);
    uint8_t behind[64], want[256];
    sv2_bytes trailing = {other, sizeof other};
    size_t want_len = 0;
    sv2_error error;
    end client, server;
    workers(&client, &server, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const sv2_bytes tlvs = {(const uint8_t *)rows[i].tlvs, rows[i].len};
        CHECK_STATUS(sv2_submit_shares_extended_send(client.session, &share, &tlvs, &error),
                     rows[i].want);
        CHECK_STATUS(error.status, rows[i].want);
        CHECK_NUMBER(info_of(&client).waiting, 0);
    }
    CHECK_STATUS(sv2_submit_shares_extended_send(client.session, &share, &trailing, NULL), SV2_OK);
    const size_t len = output_of(&client);
    memcpy(behind, "\x02\x00\x01\x0a\x00Worker_001", 15);
    memcpy(behind + 15, other, sizeof other);
    trailing.data = behind;
    trailing.len = 15 + sizeof other;
    CHECK_STATUS(
        sv2_submit_shares_extended_encode(&share, &trailing, want, sizeof want, &want_len, NULL),
        SV2_OK);
    CHECK_BYTES(bytes, len, want, want_len);
    free_end(&client);
    free_end(&server);
}

/* CM-06, CM-07, S0-07: extensions are off until they have been negotiated again; messages flow. */
static void endpoint_changed(void) {
    const sv2_channel_endpoint_changed m = {5};
    size_t count = 9;
    uint16_t got[4];
    end client, server;
    workers(&client, &server, 1);
    CHECK_STATUS(sv2_channel_endpoint_changed_send(server.session, &m, NULL, NULL), SV2_OK);
    CHECK(carry(&server, &client, SIZE_MAX) != 0);
    EXPECT(&client, SV2_EVENT_MESSAGE, SV2_EVENT_EXTENSIONS_RESET);
    CHECK_STATUS(sv2_session_extensions(client.session, got, 4, &count), SV2_OK);
    CHECK_NUMBER(count, 0);
    pump(&client, &server, SIZE_MAX);
    EXPECT(&client, SV2_EVENT_EXTENSIONS);
    CHECK_STATUS(sv2_session_extensions(client.session, got, 4, &count), SV2_OK);
    CHECK(count == 2 && got[0] == 2 && got[1] == 0x4001);
    free_end(&client);
    free_end(&server);
}

int main(void) {
    outcomes();
    user_identities();
    received_identities();
    trailing_tlvs();
    endpoint_changed();
    return check_end("session_extensions");
}
