// Sessions through sv2.hpp: owners, events, sending, and errors as results and as exceptions.
#include <type_traits>

#include "../c/check.h"
#include "sv2.hpp"

namespace {

const sv2_time now{1000, 1700000000};

std::size_t live(std::uint32_t kind) {
    std::size_t n = 0;
    CHECK_STATUS(sv2_live_handles(kind, &n), SV2_OK);
    return n;
}

sv2_client_config client_config() {
    sv2_client_config c = SV2_CLIENT_CONFIG_INIT;
    c.security = SV2_SECURITY_PLAIN;
    c.setup.vendor = sv2::bytes("libsv2 test");
    return c;
}

const sv2_service mining{SV2_PROTOCOL_MINING, SV2_SETUP_REQUIRES_STANDARD_JOBS, 0, 0};

sv2_server_config server_config() {
    sv2_server_config c = SV2_SERVER_CONFIG_INIT;
    c.security = SV2_SECURITY_PLAIN;
    c.services = &mining;
    c.service_count = 1;
    return c;
}

// Carries what waits and returns the kinds of the events of the receiver.
std::vector<std::uint32_t> carry(sv2::session &from, sv2::session &to) {
    std::array<std::uint8_t, 512> bytes{};
    std::vector<std::uint32_t> kinds;
    for (;;) {
        const std::size_t n = from.output(bytes).value();
        if (n == 0) {
            return kinds;
        }
        CHECK(from.sent(n).ok());
        for (std::size_t at = 0; at < n;) {
            at += to.feed(sv2::const_span(bytes.data(), n).subspan(at), &now).value();
            for (auto event = to.next_event(); event.ok() && *event; event = to.next_event()) {
                kinds.push_back((*event)->kind);
            }
        }
    }
}

using kinds = std::vector<std::uint32_t>;

void conversation() {
    const std::vector<std::uint16_t> wanted{2, 0x4001};
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    cc.request = sc.supported = sv2::extensions(wanted);
    sv2::session_profile client_profile = sv2::session_profile::client(cc).value();
    sv2::session_profile server_profile = sv2::session_profile::server(sc).value();
    CHECK(*client_profile.memory_bound() > 4096);
    sv2::session client = sv2::session::start(client_profile, &now).value();
    sv2::session server = sv2::session::start(server_profile, &now).value();
    CHECK_NUMBER(live(SV2_HANDLE_SESSION_PROFILE), 2);
    CHECK_NUMBER(live(SV2_HANDLE_SESSION), 2);

    CHECK((carry(client, server) == kinds{SV2_EVENT_SETUP}));
    CHECK((carry(server, client) == kinds{SV2_EVENT_SETUP}));
    CHECK((carry(client, server) == kinds{SV2_EVENT_ESTABLISHED}));
    CHECK((carry(server, client) == kinds{SV2_EVENT_ESTABLISHED}));
    CHECK(*client.extensions() == wanted);
    CHECK_NUMBER(client.info()->phase, SV2_PHASE_ESTABLISHED);
    CHECK_NUMBER(server.info()->role, SV2_PARTY_SERVER);
    CHECK(client.tick(&now).ok());
    CHECK_STATUS(client.server().status(), SV2_ERR_STATE);
    CHECK_STATUS(client.error()->status, SV2_OK);

    // A share with its worker, and one that is read.
    sv2_submit_shares_extended share{};
    share.channel_id = 5;
    CHECK(client.send_share(share, "worker").ok());
    std::array<std::uint8_t, 256> bytes{};
    const std::size_t n = client.output(bytes).value();
    CHECK(client.sent(n).ok());
    CHECK_NUMBER(*server.feed(sv2::const_span(bytes.data(), n), &now), n);
    const auto event = server.next_event().value();
    CHECK(event && event->kind == SV2_EVENT_MESSAGE);
    CHECK(sv2::text(event->user_identity) == "worker");
    CHECK_NUMBER(sv2::decode<sv2_submit_shares_extended>(event->frame)->message.channel_id, 5);
    CHECK(!server.next_event().value());

    // Messages, with and without trailing TLVs, and what may not be sent.
    CHECK(client.send(sv2_open_extended_mining_channel{}).ok());
    std::vector<std::uint8_t> trailing;
    CHECK(sv2::append_tlv(trailing, sv2_tlv{0x4001, 1, 0, sv2::bytes("x")}).ok());
    CHECK(client.send(sv2_open_extended_mining_channel{}, trailing).ok());
    CHECK_STATUS(client.send(sv2_new_mining_job{}).status(), SV2_ERR_WRONG_DIRECTION);
    CHECK((carry(client, server) == kinds{SV2_EVENT_MESSAGE, SV2_EVENT_MESSAGE}));
    const std::array<std::uint8_t, 4> channel{5, 0, 0, 0};
    const sv2_frame unknown{0x4002, 1, 1, 5, channel.data(), channel.size()};
    CHECK_STATUS(server.send_frame(unknown).status(), SV2_ERR_NOT_NEGOTIATED);
    CHECK(server.forward(unknown).ok());
    CHECK((carry(server, client) == kinds{SV2_EVENT_IGNORED}));

    CHECK(server.close().ok());
    CHECK_NUMBER(*client.feed(sv2::const_span(bytes.data(), 3), &now), 3); // half a header
    CHECK(client.peer_closed().ok());
    const auto end = client.next_event().value();
    CHECK(end && end->kind == SV2_EVENT_END && end->status == SV2_ERR_PEER_CLOSED);
    CHECK(client.info()->finished == 1);
    CHECK_STATUS(client.feed(bytes, &now).status(), SV2_ERR_PEER_CLOSED);
    CHECK(!sv2::text(client.error()->text).empty());
    CHECK_STATUS(client.error()->message.status, SV2_ERR_TRUNCATED);

    sv2::session moved = std::move(client);
    CHECK_NUMBER(live(SV2_HANDLE_SESSION), 2);
    CHECK_STATUS(client.info().status(), SV2_ERR_HANDLE); // moved from
    CHECK_STATUS(moved.error()->status, SV2_ERR_PEER_CLOSED);
}

void held_setup() {
    for (const bool accept : {false, true}) {
        sv2_server_config sc = server_config();
        sc.hold_setup = 1;
        // Profiles may go before their sessions.
        sv2::session client =
            sv2::session::start(sv2::session_profile::client(client_config()).value(), &now)
                .value();
        sv2::session server =
            sv2::session::start(sv2::session_profile::server(sc).value(), &now).value();
        CHECK((carry(client, server) == kinds{SV2_EVENT_SETUP_REQUEST}));
        if (accept) {
            CHECK(server.accept_setup(0).ok());
            CHECK((carry(server, client) == kinds{SV2_EVENT_SETUP, SV2_EVENT_ESTABLISHED}));
        } else {
            CHECK(server.refuse_setup(0, "banned").ok());
            std::array<std::uint8_t, 64> bytes{};
            const std::size_t n = server.output(bytes).value();
            CHECK_STATUS(client.feed(sv2::const_span(bytes.data(), n), &now).status(),
                         SV2_ERR_SETUP_REFUSED);
            CHECK(sv2::text(client.error()->error_code) == "banned");
            CHECK_NUMBER(client.error()->status_class, SV2_CLASS_CONFIGURATION);
        }
    }
}

void missing_extension() {
    const std::vector<std::uint16_t> required{5, 7};
    sv2_client_config cc = client_config();
    cc.required = sv2::extensions(required);
    sv2::session client =
        sv2::session::start(sv2::session_profile::client(cc).value(), &now).value();
    sv2::session server =
        sv2::session::start(sv2::session_profile::server(server_config()).value(), &now).value();
    CHECK((carry(client, server) == kinds{SV2_EVENT_SETUP}));
    CHECK((carry(server, client) == kinds{SV2_EVENT_SETUP}));
    CHECK((carry(client, server).empty()));
    std::array<std::uint8_t, 64> bytes{};
    const std::size_t n = server.output(bytes).value();
    CHECK_STATUS(client.feed(sv2::const_span(bytes.data(), n), &now).status(),
                 SV2_ERR_EXTENSIONS_REQUIRED);
    const sv2_session_error why = client.error().value();
    const auto missing = sv2::view(why.extensions);
    CHECK(std::vector<std::uint16_t>(missing.begin(), missing.end()) == required);
}

void errors() {
    sv2_client_config cc = client_config();
    const std::string longest(256, 'x');
    cc.setup.firmware = sv2::bytes(longest);
    const auto refused = sv2::session_profile::client(cc);
    CHECK_STATUS(refused.status(), SV2_ERR_FIELD_TOO_LONG);
    CHECK(refused.error_text().find("SetupConnection.firmware") == 0);
    cc = client_config();
    cc.security = 0;
    CHECK_STATUS(sv2::session_profile::client(cc).status(), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2::session_profile::server(sv2_server_config SV2_SERVER_CONFIG_INIT).status(),
                 SV2_ERR_ARGUMENT);
    sv2::session_profile moved_from = sv2::session_profile::client(client_config()).value();
    const sv2::session_profile moved = std::move(moved_from);
    CHECK_STATUS(sv2::session::start(moved_from, &now).status(), SV2_ERR_HANDLE);
#ifdef __cpp_exceptions
    int thrown = 0;
    try {
        (void)sv2::session_profile::client(cc).value();
    } catch (const sv2::exception &e) {
        thrown++;
        CHECK_STATUS(e.status(), SV2_ERR_ARGUMENT);
    }
    CHECK_NUMBER(thrown, 1);
#endif
}

static_assert(!std::is_copy_constructible_v<sv2::session> &&
              std::is_move_assignable_v<sv2::session>);
static_assert(!std::is_copy_constructible_v<sv2::session_profile>);

// The setup and the negotiation are the session's: it does not compile to send them.
template <class Message, class = void> struct is_sent : std::false_type {};
template <class Message>
struct is_sent<Message, std::void_t<decltype(sv2::message_traits<Message>::send)>>
    : std::true_type {};
static_assert(is_sent<sv2_reconnect>::value && is_sent<sv2_submit_solution>::value);
static_assert(!is_sent<sv2_setup_connection>::value && !is_sent<sv2_setup_connection_error>::value);
static_assert(!is_sent<sv2_request_extensions>::value);

} // namespace

int main() {
    conversation();
    CHECK_NUMBER(live(0), 0);
    held_setup();
    missing_extension();
    errors();
    return check_end("session_cpp");
}
