/* The misuse matrix of sessions: what a program can get wrong in a call of each function, and the
 * status that it gets. sv2_<message>_send is in zsession_messages.c. */
#define _POSIX_C_SOURCE 200809L
#include "children.h"
#include "header_tables.h"
#include "session_pair.h"

enum { CANARY = 0xa5 };

static noise_server keys;
static end client, server;
static uint8_t bytes[64];

/* Lengths that must be refused before any arithmetic. */
static const size_t too_long[] = {(size_t)SV2_INPUT_SIZE_MAX + 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1,
                                  SIZE_MAX - 1, SIZE_MAX};
enum { TOO_LONG = sizeof too_long / sizeof too_long[0] };

#define SPOIL(object) memset(&(object), CANARY, sizeof(object))
#define IS_ZERO(object) filled_with(&(object), sizeof(object), 0)

/* An info struct was zeroed behind its struct_size. */
#define IS_CLEAR(object)                                                                           \
    ((object).struct_size == sizeof(object) &&                                                     \
     filled_with((const uint8_t *)&(object) + 4, sizeof(object) - 4, 0))

static void refuses_profile(uint64_t handle, sv2_status want) {
    const sv2_session_profile profile = {handle};
    sv2_session session;
    size_t size = 7;
    SPOIL(session);
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, &session), want);
    CHECK(IS_ZERO(session));
    SPOIL(session);
    CHECK_STATUS(sv2_session_start(profile, bytes, 32, &start_time, &session), want);
    CHECK(IS_ZERO(session));
    CHECK_STATUS(sv2_session_profile_memory_bound(profile, &size), want);
    CHECK_NUMBER(size, 0);
    sv2_session_profile copy = profile;
    CHECK_STATUS(sv2_session_profile_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_session_profile == handle);
}

/* Every function of a session but _free. poisoned: sv2_session_error_get works. */
static void refuses_calls(uint64_t handle, sv2_status want) {
    const sv2_session session = {handle};
    const sv2_submit_shares_extended share = {0};
    const sv2_frame frame = {0x4001, 1, 0, 0, NULL, 0};
    const sv2_reconnect reconnect = {{NULL, 0}, 0};
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    sv2_public_key key;
    sv2_certificate certificate;
    sv2_error error;
    uint16_t types[2] = {CANARY, CANARY};
    size_t size = 7;
    CHECK_STATUS(sv2_session_feed(session, bytes, 1, &start_time, &size), want);
    CHECK_NUMBER(size, 0);
    size = 7;
    CHECK_STATUS(sv2_session_feed(session, bytes, 1, NULL, &size), want);
    CHECK_NUMBER(size, 0);
    CHECK_STATUS(sv2_session_peer_closed(session), want);
    event.kind = event.drain = CANARY;
    CHECK_STATUS(sv2_session_next_event(session, &event), want);
    CHECK(IS_CLEAR(event));
    size = 7;
    memset(bytes, CANARY, sizeof bytes);
    CHECK_STATUS(sv2_session_output(session, bytes, sizeof bytes, &size), want);
    CHECK(size == 0 && filled_with(bytes, sizeof bytes, CANARY));
    CHECK_STATUS(sv2_session_sent(session, 0), want);
    CHECK_STATUS(sv2_session_tick(session, &start_time), want);
    CHECK_STATUS(sv2_session_tick(session, NULL), want);
    info.phase = CANARY;
    CHECK_STATUS(sv2_session_info_get(session, &info), want);
    CHECK(IS_CLEAR(info));
    size = 7;
    CHECK_STATUS(sv2_session_extensions(session, types, 2, &size), want);
    CHECK(size == 0 && types[0] == CANARY && types[1] == CANARY);
    SPOIL(key);
    SPOIL(certificate);
    CHECK_STATUS(sv2_session_server(session, &key, &certificate), want);
    CHECK(IS_ZERO(key) && IS_ZERO(certificate));
    CHECK_STATUS(sv2_session_accept_setup(session, 0), want);
    CHECK_STATUS(sv2_session_refuse_setup(session, 0, "x", 1), want);
    SPOIL(error);
    CHECK_STATUS(sv2_session_send_share(session, &share, bytes, 1, &error), want);
    CHECK(error.status == want && error.field == SV2_FIELD_NONE && error.size == 0);
    SPOIL(error);
    CHECK_STATUS(sv2_session_send_frame(session, &frame, &error), want);
    CHECK(error.status == want && error.field == SV2_FIELD_NONE && error.size == 0);
    SPOIL(error);
    CHECK_STATUS(sv2_session_forward(session, &frame, &error), want);
    CHECK(error.status == want && error.field == SV2_FIELD_NONE && error.size == 0);
    SPOIL(error);
    CHECK_STATUS(sv2_reconnect_send(session, &reconnect, NULL, &error), want);
    CHECK(error.status == want && error.field == SV2_FIELD_NONE && error.size == 0);
    CHECK_STATUS(sv2_session_close(session), want);
}

static void refuses_session(uint64_t handle, sv2_status want) {
    sv2_session copy = {handle};
    sv2_session_error why = SV2_SESSION_ERROR_INIT;
    refuses_calls(handle, want);
    why.phase = CANARY;
    CHECK_STATUS(sv2_session_error_get(copy, &why), want);
    CHECK_NUMBER(why.phase, 0);
    CHECK_STATUS(sv2_session_free(&copy), handle == 0 ? SV2_OK : want);
    CHECK(copy.sv2_priv_session == handle);
}

static sv2_session_profile client_profile(void) {
    const sv2_client_config cc = client_config();
    sv2_session_profile profile;
    CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_OK);
    return profile;
}

static void handles(void) {
    static const uint64_t garbage[] = {1,
                                       0xff,
                                       0xdeadbeef,
                                       UINT64_C(0xcccccccccccccccc),
                                       (uint64_t)(HANDLE_KIND_MAX + 1) << 56 | 1 << 24,
                                       UINT64_MAX};
    sv2_session_profile profile = client_profile(), later;
    sv2_session session, later_session;
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_OK);
    CHECK_NUMBER(profile.sv2_priv_session_profile >> 56, SV2_HANDLE_SESSION_PROFILE);
    CHECK_NUMBER(session.sv2_priv_session >> 56, SV2_HANDLE_SESSION);
    refuses_profile(0, SV2_ERR_HANDLE);
    refuses_session(0, SV2_ERR_HANDLE);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        refuses_profile(garbage[i], SV2_ERR_HANDLE);
        refuses_session(garbage[i], SV2_ERR_HANDLE);
    }
    refuses_profile(session.sv2_priv_session, SV2_ERR_HANDLE_KIND);
    refuses_session(profile.sv2_priv_session_profile, SV2_ERR_HANDLE_KIND);
    refuses_session(keys.identity.sv2_priv_identity, SV2_ERR_HANDLE_KIND);
    for (int bit = 8; bit < 56; bit++) { /* below are slots that others are in */
        refuses_session(session.sv2_priv_session ^ UINT64_C(1) << bit, SV2_ERR_HANDLE);
    }
    const uint64_t stale_profile = profile.sv2_priv_session_profile;
    const uint64_t stale = session.sv2_priv_session;
    for (int twice = 0; twice < 2; twice++) {
        CHECK_STATUS(sv2_session_free(&session), SV2_OK);
        CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
        CHECK(IS_ZERO(session) && IS_ZERO(profile));
    }
    CHECK_STATUS(sv2_session_free(NULL), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(NULL), SV2_OK);
    refuses_profile(stale_profile, SV2_ERR_HANDLE);
    refuses_session(stale, SV2_ERR_HANDLE);
    later = client_profile(); /* in the same slots */
    CHECK_STATUS(sv2_session_start(later, NULL, 0, &start_time, &later_session), SV2_OK);
    refuses_profile(stale_profile, SV2_ERR_HANDLE);
    refuses_session(stale, SV2_ERR_HANDLE);
    CHECK_STATUS(sv2_session_free(&later_session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&later), SV2_OK);
}

/* --- Configurations -----------------------------------------------------------------------------
 */

static void refuses_client(const sv2_client_config *c, const sv2_hooks *hooks, sv2_status want,
                           int line) {
    sv2_session_profile profile;
    sv2_error error;
    SPOIL(profile);
    SPOIL(error);
    const sv2_status status = sv2_session_profile_new_client(c, hooks, &profile, &error);
    check_status(status, want, __FILE__, line, "sv2_session_profile_new_client");
    CHECK(IS_ZERO(profile) && error.status == want);
    CHECK_STATUS(sv2_session_profile_new_client(c, hooks, &profile, NULL), want);
}

static void refuses_server(const sv2_server_config *c, const sv2_hooks *hooks, sv2_status want,
                           int line) {
    sv2_session_profile profile;
    sv2_error error;
    SPOIL(profile);
    SPOIL(error);
    const sv2_status status = sv2_session_profile_new_server(c, hooks, &profile, &error);
    check_status(status, want, __FILE__, line, "sv2_session_profile_new_server");
    CHECK(IS_ZERO(profile) && error.status == want);
    CHECK_STATUS(sv2_session_profile_new_server(c, hooks, &profile, NULL), want);
}

/* Changes one thing of a configuration that is good. */
#define CLIENT(change, want)                                                                       \
    do {                                                                                           \
        sv2_client_config c = client_config();                                                     \
        c.change;                                                                                  \
        refuses_client(&c, NULL, want, __LINE__);                                                  \
    } while (0)
#define SERVER(change, want)                                                                       \
    do {                                                                                           \
        sv2_server_config c = server_config();                                                     \
        c.change;                                                                                  \
        refuses_server(&c, NULL, want, __LINE__);                                                  \
    } while (0)

static void client_configs(void) {
    static const uint16_t negotiation = 1, bit_15 = 0x8000;
    static const uint16_t many[SV2_EXTENSIONS_MAX + 1] = {2};
    static char long_text[256];
    const sv2_policy unset = SV2_POLICY_INIT;
    sv2_session_profile profile;
    sv2_error error;
    sv2_client_config good = client_config();
    CHECK_STATUS(sv2_session_profile_new_client(&good, NULL, NULL, &error), SV2_ERR_NULL);
    CHECK_STATUS(error.status, SV2_ERR_NULL);
    refuses_client(NULL, NULL, SV2_ERR_NULL, __LINE__);
    for (uint32_t wrong = 0; wrong < 4; wrong++) {
        CLIENT(struct_size = wrong, SV2_ERR_ARGUMENT);
    }
    CLIENT(struct_size = 1 << 20, SV2_ERR_ARGUMENT);
    CLIENT(struct_size = 8, SV2_ERR_ARGUMENT); /* defaults have no vendor */
    CLIENT(security = 0, SV2_ERR_ARGUMENT);    /* CM-05, NO-31: it has to be chosen */
    CLIENT(security = 3, SV2_ERR_ARGUMENT);
    CLIENT(security = SV2_SECURITY_NOISE, SV2_ERR_ARGUMENT);
    CLIENT(policy = &keys.policy, SV2_ERR_ARGUMENT); /* with plain */
    good.security = SV2_SECURITY_NOISE;
    good.policy = &unset;
    refuses_client(&good, NULL, SV2_ERR_ARGUMENT, __LINE__);
    CLIENT(setup.vendor.len = 0, SV2_ERR_ARGUMENT);
    CLIENT(setup.vendor.data = NULL, SV2_ERR_NULL);
    CLIENT(setup.vendor.len = SIZE_MAX, SV2_ERR_LIMIT);
    CLIENT(setup.endpoint_host = sv2_string("h\xc3\xb6st"), SV2_ERR_ARGUMENT);
    CLIENT(setup.min_version = 3, SV2_ERR_ARGUMENT);
    memset(long_text, 'x', sizeof long_text);
    good = client_config();
    good.setup.firmware.data = (const uint8_t *)long_text;
    good.setup.firmware.len = sizeof long_text;
    refuses_client(&good, NULL, SV2_ERR_FIELD_TOO_LONG, __LINE__);
    CHECK_STATUS(sv2_session_profile_new_client(&good, NULL, &profile, &error),
                 SV2_ERR_FIELD_TOO_LONG);
    CHECK_TEXT(sv2_field_name(error.extension_type, error.msg_type, error.field), "firmware");
    CLIENT(on_timeout = SV2_ON_TIMEOUT_FAIL + 1, SV2_ERR_ARGUMENT);
    CLIENT(on_timeout = 256, SV2_ERR_ARGUMENT);
    CLIENT(request = extension_list(&negotiation, 1), SV2_ERR_ARGUMENT);
    CLIENT(required = extension_list(&bit_15, 1), SV2_ERR_ARGUMENT);
    CLIENT(request = extension_list(NULL, 1), SV2_ERR_NULL);
    CLIENT(required = extension_list(NULL, 1), SV2_ERR_NULL);
    CLIENT(supported = extension_list(NULL, 1), SV2_ERR_NULL);
    CLIENT(request = extension_list(many, SV2_EXTENSIONS_MAX + 1), SV2_ERR_LIMIT);
    CLIENT(required = extension_list(many, SIZE_MAX), SV2_ERR_LIMIT);
    CLIENT(supported = extension_list(many, SIZE_MAX / 2 + 1), SV2_ERR_LIMIT);
    CLIENT(user_identity.len = 1, SV2_ERR_NULL);
    CLIENT(user_identity.len = SIZE_MAX, SV2_ERR_LIMIT);
    CLIENT(limits.payload = SV2_PAYLOAD_SIZE_MAX + 1, SV2_ERR_LIMIT);
    CLIENT(limits.payload = UINT32_MAX, SV2_ERR_LIMIT);
    CLIENT(limits.output = 4095, SV2_ERR_LIMIT);
    CLIENT(limits.output = UINT32_MAX, SV2_ERR_LIMIT);
    CLIENT(limits.early_bytes = UINT32_MAX, SV2_ERR_LIMIT);
    CLIENT(strict_channel_bit = 2, SV2_ERR_ARGUMENT);
    CLIENT(reserved = 1, SV2_ERR_ARGUMENT);
    struct {
        sv2_client_config known;
        uint32_t rest[4];
    } newer;
    memset(&newer, 0, sizeof newer);
    newer.known = client_config();
    newer.known.struct_size = sizeof newer;
    CHECK_STATUS(sv2_session_profile_new_client(&newer.known, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    newer.rest[3] = 1;
    refuses_client(&newer.known, NULL, SV2_ERR_ARGUMENT, __LINE__);
}

static void server_configs(void) {
    const sv2_service twice[2] = {mining_service, mining_service},
                      four[4] = {mining_service, mining_service, mining_service, mining_service},
                      unknown = {3, 0, 0, 0}, large = {256, 0, 0, 0},
                      contradiction = {SV2_PROTOCOL_MINING, 1, 2, 0};
    static const uint16_t two = 2;
    sv2_session_profile profile;
    sv2_server_config good = server_config();
    CHECK_STATUS(sv2_session_profile_new_server(&good, NULL, NULL, NULL), SV2_ERR_NULL);
    refuses_server(NULL, NULL, SV2_ERR_NULL, __LINE__);
    SERVER(struct_size = 3, SV2_ERR_ARGUMENT);
    SERVER(security = 0, SV2_ERR_ARGUMENT);
    SERVER(security = UINT32_MAX, SV2_ERR_ARGUMENT);
    SERVER(identity = keys.identity, SV2_ERR_ARGUMENT); /* with plain */
    SERVER(security = SV2_SECURITY_NOISE, SV2_ERR_HANDLE);
    good.security = SV2_SECURITY_NOISE;
    good.identity.sv2_priv_identity = keys.key.sv2_priv_secret_key;
    refuses_server(&good, NULL, SV2_ERR_HANDLE_KIND, __LINE__);
    SERVER(services = NULL, SV2_ERR_NULL);
    SERVER(service_count = 0, SV2_ERR_ARGUMENT);
    SERVER(service_count = SIZE_MAX, SV2_ERR_ARGUMENT);
    good = server_config();
    good.services = twice;
    good.service_count = 2;
    refuses_server(&good, NULL, SV2_ERR_ARGUMENT, __LINE__);
    good.services = four;
    good.service_count = 4;
    refuses_server(&good, NULL, SV2_ERR_ARGUMENT, __LINE__);
    SERVER(services = &unknown, SV2_ERR_ARGUMENT);
    SERVER(services = &large, SV2_ERR_ARGUMENT);
    SERVER(services = &contradiction, SV2_ERR_ARGUMENT);
    SERVER(min_version = 3, SV2_ERR_ARGUMENT);
    SERVER(hold_setup = 2, SV2_ERR_ARGUMENT);
    SERVER(ignore_extensions = 2, SV2_ERR_ARGUMENT);
    SERVER(strict_channel_bit = 0xff, SV2_ERR_ARGUMENT);
    SERVER(reserved = 1, SV2_ERR_ARGUMENT);
    SERVER(tlv_flags = 2, SV2_ERR_ARGUMENT);
    SERVER(supported = extension_list(NULL, 1), SV2_ERR_NULL);
    SERVER(required = extension_list(&two, SIZE_MAX), SV2_ERR_LIMIT);
    good = server_config();
    good.ignore_extensions = 1;
    good.supported = extension_list(&two, 1);
    refuses_server(&good, NULL, SV2_ERR_ARGUMENT, __LINE__);
    good = server_config();
    CHECK_STATUS(sv2_session_profile_new_server(&good, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_profile_memory_bound(profile, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
}

static void hook_structs(void) {
    const sv2_client_config cc = client_config();
    const sv2_server_config sc = server_config();
    sv2_hooks hooks = SV2_HOOKS_INIT;
    hooks.log_level = SV2_LOG_DEBUG + 1;
    refuses_client(&cc, &hooks, SV2_ERR_ARGUMENT, __LINE__);
    refuses_server(&sc, &hooks, SV2_ERR_ARGUMENT, __LINE__);
    hooks.log_level = 256;
    refuses_client(&cc, &hooks, SV2_ERR_ARGUMENT, __LINE__);
    hooks.log_level = 0;
    hooks.struct_size = 2;
    refuses_client(&cc, &hooks, SV2_ERR_ARGUMENT, __LINE__);
    refuses_server(&sc, &hooks, SV2_ERR_ARGUMENT, __LINE__);
}

/* A configuration is copied: what the program does to its own memory afterwards changes nothing. */
static void copied(void) {
    char vendor[] = "vendor", name[] = "name";
    uint16_t type = 2;
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    sv2_policy policy = keys.policy;
    sv2_identity identity;
    sv2_session_profile profile, server_profile;
    CHECK_STATUS(sv2_identity_new(keys.key, &keys.certificate, NULL, 0, &identity), SV2_OK);
    cc.setup.vendor = sv2_string(vendor);
    cc.user_identity = sv2_string(name);
    cc.request = extension_list(&type, 1);
    sc.supported = extension_list(&type, 1);
    cc.security = sc.security = SV2_SECURITY_NOISE;
    cc.policy = &policy;
    sc.identity = identity;
    CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_profile_new_server(&sc, NULL, &server_profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_identity_free(&identity), SV2_OK);
    memset(vendor, 'X', sizeof vendor);
    memset(name, 'X', sizeof name);
    memset(&policy, 0xff, sizeof policy);
    type = 0x4001;
    start_end(&client, &profile);
    start_end(&server, &server_profile);
    pump(&client, &server, SIZE_MAX);
    CHECK_NUMBER(info_of(&client).phase, SV2_PHASE_ESTABLISHED);
    const sv2_submit_shares_extended share = {0};
    CHECK_STATUS(sv2_submit_shares_extended_send(client.session, &share, NULL, NULL), SV2_OK);
    pump(&client, &server, SIZE_MAX);
    const noted *last = &server.events[server.count - 1];
    CHECK_BYTES(last->user_identity, last->event.user_identity.len, (const uint8_t *)"name", 4);
    free_end(&client);
    free_end(&server);
}

/* --- Calls of a session
 * --------------------------------------------------------------------------- */

static void pointers(void) {
    const sv2_client_config cc = client_config();
    const sv2_server_config sc = server_config();
    const sv2_submit_shares_extended share = {0};
    const sv2_frame no_payload = {0x4001, 1, 0, 0, NULL, 1};
    sv2_frame frame = {0x4001, 1, 0, 0, bytes, 4};
    sv2_public_key key;
    sv2_certificate certificate;
    sv2_error error;
    size_t size = 7;
    sv2_session_profile profile = client_profile();
    sv2_session session;
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, NULL, NULL), SV2_ERR_NULL);
    SPOIL(session);
    CHECK_STATUS(sv2_session_start(profile, NULL, 1, NULL, &session), SV2_ERR_NULL);
    CHECK(IS_ZERO(session));
    CHECK_STATUS(sv2_session_start(profile, bytes, SV2_SESSION_RANDOM_MAX + 1, NULL, &session),
                 SV2_ERR_LIMIT);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);

    connect_ends(&client, &cc, &server, &sc);
    CHECK_STATUS(sv2_session_feed(client.session, bytes, 1, &start_time, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_feed(client.session, NULL, 1, &start_time, &size), SV2_ERR_NULL);
    CHECK_NUMBER(size, 0);
    CHECK_STATUS(sv2_session_next_event(client.session, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_output(client.session, bytes, 1, NULL), SV2_ERR_NULL);
    size = 7;
    CHECK_STATUS(sv2_session_output(client.session, NULL, 1, &size), SV2_ERR_NULL);
    CHECK_NUMBER(size, 0);
    CHECK_STATUS(sv2_session_output(client.session, NULL, 0, &size), SV2_OK);
    CHECK_STATUS(sv2_session_info_get(client.session, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_error_get(client.session, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_extensions(client.session, NULL, 0, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_extensions(client.session, NULL, 1, &size), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_extensions(client.session, NULL, 0, &size), SV2_OK);
    CHECK_STATUS(sv2_session_server(client.session, NULL, &certificate), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_server(client.session, &key, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_refuse_setup(client.session, 0, NULL, 1), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_send_share(client.session, NULL, NULL, 0, &error), SV2_ERR_NULL);
    CHECK_STATUS(error.status, SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_send_share(client.session, &share, NULL, 1, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_send_frame(client.session, NULL, &error), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_send_frame(client.session, &no_payload, NULL), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_forward(client.session, NULL, &error), SV2_ERR_NULL);
    CHECK_STATUS(sv2_session_forward(client.session, &no_payload, NULL), SV2_ERR_NULL);
    for (size_t i = 0; i < TOO_LONG; i++) {
        const sv2_bytes trailing = {bytes, too_long[i]};
        size = 7;
        CHECK_STATUS(sv2_session_feed(client.session, bytes, too_long[i], &start_time, &size),
                     SV2_ERR_LIMIT);
        CHECK_NUMBER(size, 0);
        CHECK_STATUS(sv2_session_sent(client.session, too_long[i]), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_session_refuse_setup(client.session, 0, "x", too_long[i]), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_session_send_share(client.session, &share, bytes, too_long[i], &error),
                     SV2_ERR_LIMIT);
        CHECK_STATUS(error.status, SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_submit_shares_extended_send(client.session, &share, &trailing, &error),
                     SV2_ERR_LIMIT);
        CHECK_STATUS(error.status, SV2_ERR_LIMIT);
        frame.payload_len = too_long[i];
        CHECK_STATUS(sv2_session_send_frame(client.session, &frame, &error), SV2_ERR_LIMIT);
        CHECK_STATUS(sv2_session_forward(client.session, &frame, &error), SV2_ERR_LIMIT);
    }
    CHECK_NUMBER(info_of(&client).waiting, 0); /* none of it was queued */
    CHECK_STATUS(sv2_session_output(client.session, bytes, SIZE_MAX, &size), SV2_OK);
    CHECK_NUMBER(size, 0);
    frame.payload_len = 4;
    frame.channel_msg = 2;
    CHECK_STATUS(sv2_session_send_frame(client.session, &frame, &error), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_session_forward(client.session, &frame, &error), SV2_ERR_ARGUMENT);
    frame.channel_msg = 1;
    frame.extension_type = 0xc001;
    CHECK_STATUS(sv2_session_send_frame(client.session, &frame, &error), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_session_forward(client.session, &frame, &error), SV2_ERR_ARGUMENT);
    free_end(&client);
    free_end(&server);
}

/* EX-10, EX-04, EX-05, FR-09: frames that may not be sent, and one that a proxy passes on. */
static void frames(void) {
    static const uint8_t payload[45] = {5, 0, 0, 0, 0xaa, 0xbb};
    static const struct {
        sv2_frame frame;
        sv2_status send, forward;
    } rows[] = {
        {{0x4002, 1, 1, 5, payload, 6}, SV2_ERR_NOT_NEGOTIATED, SV2_OK},
        {{0x4002, 1, 0, 0, payload, 6}, SV2_ERR_NOT_NEGOTIATED, SV2_ERR_ARGUMENT},
        {{0, 0xee, 1, 5, payload, 6}, SV2_ERR_ARGUMENT, SV2_ERR_ARGUMENT},
        {{0, 0x15, 1, 5, payload, 45}, SV2_ERR_WRONG_DIRECTION, SV2_ERR_ARGUMENT},
        {{0, 0x18, 0, 5, payload, 6}, SV2_ERR_WRONG_CHANNEL_BIT, SV2_ERR_ARGUMENT},
        {{0, 0x71, 0, 0, payload, 6}, SV2_ERR_WRONG_PROTOCOL, SV2_ERR_ARGUMENT},
        {{0, 0x00, 0, 0, payload, 6}, SV2_ERR_STATE, SV2_ERR_ARGUMENT},
        {{1, 0x00, 0, 0, payload, 6}, SV2_ERR_STATE, SV2_ERR_ARGUMENT},
        {{0x4002, 1, 1, 5, payload, 3}, SV2_ERR_NOT_NEGOTIATED, SV2_ERR_ARGUMENT},
    };
    const sv2_client_config cc = client_config();
    const sv2_server_config sc = server_config();
    connect_ends(&client, &cc, &server, &sc);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t want[64], got[64];
        size_t want_len = 0, len = 0;
        CHECK_STATUS(sv2_session_send_frame(client.session, &rows[i].frame, NULL), rows[i].send);
        CHECK_NUMBER(info_of(&client).waiting, 0);
        CHECK_STATUS(sv2_session_forward(client.session, &rows[i].frame, NULL), rows[i].forward);
        CHECK_STATUS(sv2_session_output(client.session, got, sizeof got, &len), SV2_OK);
        CHECK_STATUS(sv2_session_sent(client.session, len), SV2_OK);
        if (rows[i].forward == SV2_OK) {
            CHECK_STATUS(sv2_frame_encode(&rows[i].frame, want, sizeof want, &want_len, NULL),
                         SV2_OK);
        }
        CHECK_BYTES(got, len, want, want_len);
    }
    free_end(&client);
    free_end(&server);
}

/* Outputs of older and newer programs, and of those that forgot struct_size. No event is lost. */
static void struct_sizes(void) {
    const sv2_client_config cc = client_config();
    const sv2_server_config sc = server_config();
    struct {
        sv2_session_event known;
        uint32_t rest[4];
    } newer;
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_session_info info = SV2_SESSION_INFO_INIT;
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    start_client(&client, &cc);
    start_server(&server, &sc);
    (void)carry(&client, &server, SIZE_MAX);
    server.count = 0;
    uint8_t answer[64];
    size_t len = 0, taken = 0;
    CHECK_STATUS(sv2_session_output(server.session, answer, sizeof answer, &len), SV2_OK);
    CHECK_STATUS(sv2_session_feed(client.session, answer, len, &start_time, &taken), SV2_OK);
    for (uint32_t wrong = 0; wrong < 4; wrong++) {
        event.struct_size = info.struct_size = error.struct_size = wrong;
        CHECK_STATUS(sv2_session_next_event(client.session, &event), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_session_info_get(client.session, &info), SV2_ERR_ARGUMENT);
        CHECK_STATUS(sv2_session_error_get(client.session, &error), SV2_ERR_ARGUMENT);
    }
    memset(&event, CANARY, sizeof event);
    event.struct_size = 8; /* an older program */
    CHECK_STATUS(sv2_session_next_event(client.session, &event), SV2_OK);
    CHECK(event.struct_size == 8 && event.kind == SV2_EVENT_SETUP);
    CHECK(filled_with((const uint8_t *)&event + 8, sizeof event - 8, CANARY));
    memset(&newer, CANARY, sizeof newer);
    newer.known.struct_size = sizeof newer;
    CHECK_STATUS(sv2_session_next_event(client.session, &newer.known), SV2_OK);
    CHECK(newer.known.struct_size == sizeof newer && newer.known.kind == SV2_EVENT_ESTABLISHED);
    CHECK(IS_ZERO(newer.rest));
    free_end(&client);
    free_end(&server);
}

/* Calls that the phase does not allow change nothing. */
static void states(void) {
    static const uint16_t type = 2;
    const sv2_open_extended_mining_channel open = {0};
    const sv2_frame frame = {0x4002, 1, 1, 0, bytes, 4};
    const sv2_bytes trailing = {bytes, 4};
    sv2_client_config cc = client_config();
    cc.request = extension_list(&type, 1);
    const sv2_server_config sc = server_config();
    start_client(&client, &cc);
    start_server(&server, &sc);
    for (int negotiating = 0; negotiating < 2; negotiating++) {
        const size_t waiting = info_of(&client).waiting;
        CHECK_STATUS(sv2_open_extended_mining_channel_send(client.session, &open, NULL, NULL),
                     SV2_ERR_STATE);
        CHECK_STATUS(sv2_open_extended_mining_channel_send(client.session, &open, &trailing, NULL),
                     SV2_ERR_STATE);
        CHECK_STATUS(sv2_session_send_frame(client.session, &frame, NULL), SV2_ERR_STATE);
        CHECK_STATUS(sv2_session_forward(client.session, &frame, NULL), SV2_ERR_STATE);
        CHECK_STATUS(sv2_session_accept_setup(client.session, 0), SV2_ERR_STATE);
        CHECK_STATUS(sv2_session_refuse_setup(client.session, 0, "x", 1), SV2_ERR_STATE);
        CHECK_NUMBER(info_of(&client).waiting, waiting);
        (void)carry(&client, &server, SIZE_MAX);
        (void)carry(&server, &client, SIZE_MAX);
    }
    pump(&client, &server, SIZE_MAX);
    CHECK_NUMBER(info_of(&client).phase, SV2_PHASE_ESTABLISHED);
    free_end(&client);
    free_end(&server);
}

/* A child of a fork is refused everything, and the parent goes on. */
static uint64_t before_fork, profile_before_fork;

static void child(void) {
    const sv2_client_config cc = client_config();
    const sv2_server_config sc = server_config();
    sv2_session_profile profile = {7};
    refuses_profile(profile_before_fork, SV2_ERR_FORKED);
    refuses_session(before_fork, SV2_ERR_FORKED);
    CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_ERR_FORKED);
    CHECK_STATUS(sv2_session_profile_new_server(&sc, NULL, &profile, NULL), SV2_ERR_FORKED);
    CHECK_TEXT(sv2_session_event_name(SV2_EVENT_END), "end");
}

static void forked(void) {
    sv2_session_profile profile = client_profile();
    sv2_session session;
    CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_OK);
    before_fork = session.sv2_priv_session;
    profile_before_fork = profile.sv2_priv_session_profile;
    CHECK(exited_with(run_in_child(child), 0));
    CHECK_STATUS(sv2_session_tick(session, &start_time), SV2_OK);
    CHECK_STATUS(sv2_session_free(&session), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
}

static void names(void) {
    for (uint32_t kind = SV2_EVENT_SECURED; kind <= SV2_EVENT_END; kind++) {
        CHECK(strcmp(sv2_session_event_name(kind), "unknown") != 0);
    }
    for (uint32_t phase = SV2_PHASE_HANDSHAKE; phase <= SV2_PHASE_ENDED; phase++) {
        CHECK(strcmp(sv2_session_phase_name(phase), "unknown") != 0);
    }
    CHECK_TEXT(sv2_session_event_name(0), "unknown");
    CHECK_TEXT(sv2_session_event_name(SV2_EVENT_END + 1), "unknown");
    CHECK_TEXT(sv2_session_event_name(UINT32_MAX), "unknown");
    CHECK_TEXT(sv2_session_phase_name(SV2_PHASE_ENDED + 1), "unknown");
    CHECK_TEXT(sv2_session_event_name(SV2_EVENT_ESTABLISHED), "established");
    CHECK_TEXT(sv2_session_phase_name(SV2_PHASE_NEGOTIATION), "negotiation");
}

int main(void) {
    noise_server_open(&keys);
    handles();
    client_configs();
    server_configs();
    hook_structs();
    copied();
    pointers();
    frames();
    struct_sizes();
    states();
    forked();
    names();
    noise_server_close(&keys);
    return check_end("session_misuse");
}
